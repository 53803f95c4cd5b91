"""How users take up AI and whose: pure functions over sectors, markets and futures."""

from __future__ import annotations

import numpy as np

from agents.arrays import SMALLEST_MARKET, Floats, shares, total


def scenario_richness(traits: Floats, weights: Floats) -> Floats:
    """How much a market's traits favour use in a sector, ``(sectors, markets, futures)``.

    ``prod_k (trait_k / geometric mean of trait_k over the markets)^weight_k``: 1 for a market that
    is average in all that matters.  Own form.  Limits: markets with equal traits are equally rich;
    exchanging two markets' traits exchanges their richness; the unit of a trait does not matter.

    Args:
        traits: measured traits, positive, ``(traits, markets, futures)``.
        weights: their weights in each sector, each row summing to 1, ``(sectors, traits)``.
    """
    logs = np.log(traits)
    relative = logs - total(logs.swapaxes(0, 1))[:, None] / traits.shape[1]
    rows = [total(relative * weight[:, None, None]) for weight in weights]
    return np.exp(np.array(rows))


def usefulness(level: Floats, need: Floats, start: Floats, distance: Floats) -> Floats:
    """Share of a sector's work that models of a level can do, 0 to 1.

    ``clip((level - start - need) / distance, 0, 1)``, all in OOM of effective compute.  Own form.
    Limits: 0 up to what the sector needs, and with no model (level minus infinity); never falls
    with the level.
    """
    return np.clip((level - start - need) / distance, 0.0, 1.0)


def readier(permission: Floats, factor: Floats, regulated: Floats) -> Floats:
    """Factor on the readiness of sectors where rules change what may start at once.

    ``(min(1, permission x factor) / permission)^regulated``.  Own form.  Limits: 1 without change;
    no more than all uses can be let start; sectors without regulation do not feel it.

    Args:
        permission: share of uses in wholly regulated work let start, January 2022,
            ``(markets, futures)``.
        factor: change since, ``(sectors, markets, 1 or futures)``.
        regulated: how far use waits for permission, 0 to 1, ``(sectors, futures)``.
    """
    allowed = np.minimum(1.0, permission * factor) / permission
    return np.asarray(allowed ** regulated[:, None])


def price_fall(efficiency: Floats, growth: Floats, passed_on: Floats, scale: Floats) -> Floats:
    """Fall of the price of a task since January 2022, OOM, ``(regions, futures)``.

    ``passed_on x efficiency + scale x log10(growth of compute)``: better algorithms need less
    compute for the same answer, and more compute is newer compute, cheaper by the operation.
    *Source:* Epoch AI on prices of inference (Cottier et al., 2025) and on hardware (Hobbhahn et
    al., 2023).  Limit: no better algorithms and no more compute, no fall.
    """
    return passed_on * efficiency + scale * np.log10(np.maximum(growth, 1e-6))


def affordable(
    fall: Floats, labour: Floats, labour_weight: Floats, half: Floats, slope: Floats
) -> Floats:
    """Share of useful tasks that are cheaper than the work they replace, 0 to 1.

    ``1 / (1 + 10^(-slope x (fall + weight x log10(labour cost) - half)))``: tasks differ in what
    they are worth, log-logistically; dear work is replaced first.  Limits: 1/2 where the fall of
    the price reaches ``half`` at the reference cost of work; rises with fall and cost of work.

    Args:
        fall: fall of the price, OOM.
        labour: cost of work against the reference.
        labour_weight: part of the worth of a task that follows the cost of work.
        half: fall at which half the tasks pay at the reference cost of work, OOM.
        slope: steepness, 1/OOM.
    """
    return np.asarray(
        1.0 / (1.0 + 10.0 ** (-slope * (fall + labour_weight * np.log10(labour) - half)))
    )


def reachable(at_home: Floats, abroad: Floats, access: Floats) -> Floats:
    """Share of work for which usable models are good and cheap enough, ``(..., futures)``.

    What developers at home offer; what each region abroad offers beyond it counts as far as users
    may buy there.  Limits: no access, the home offer; full access, the best offer; never falls
    with any offer or access.

    Args:
        at_home: offer of developers at home, 0 to 1, ``(sectors, markets, futures)``.
        abroad: offers by region of the developers, ``(regions, sectors, markets, futures)``.
        access: share of users who may buy abroad, ``(regions, markets, futures)``.
    """
    usable = at_home
    for offer, admitted in zip(abroad, access, strict=True):
        usable = usable + admitted * np.maximum(0.0, offer - usable)
    return usable


def taken_up(
    index: Floats,
    potential: Floats,
    peers: Floats,
    readiness: Floats,
    pace: Floats,
    imitation: Floats,
    years: Floats | float,
) -> Floats:
    """Adoption after a period, 0 to 1.

    ``index' = index + max(0, potential - index) x (1 - exp(-pull x years))`` with ``pull =
    readiness x (pace + imitation x min(1, peers / potential))`` (Bass 1969), towards a potential
    that moves with models and prices.  Limits: no move where the potential is no higher; never
    falls; never beyond the potential; a higher potential never lowers it.
    """
    followed = np.minimum(1.0, peers / np.maximum(potential, SMALLEST_MARKET))
    pull = readiness * (pace + imitation * followed)
    return np.asarray(index - np.maximum(0.0, potential - index) * np.expm1(-pull * years))


def practice_from_use(skill: Floats, use: Floats, pace: Floats, years: float) -> Floats:
    """Skill in applications after a period of use, 0 to 1.

    ``skill' = skill + (1 - skill)(1 - exp(-pace x use x years))``.  Limits: no use, no change;
    never beyond 1.
    """
    return np.asarray(skill - (1.0 - skill) * np.expm1(-pace * use * years))


def shifted(held: Floats, attraction: Floats, inertia: Floats, months: float) -> Floats:
    """Shares after a period in which they move towards the shares of attraction.

    ``held' = held + (attraction / sum - held) x (1 - exp(-months / inertia))``; first axis: who
    holds them.  Luce's choice (1959) with inertia.  Limits: shares that sum to 1 still do; where
    nothing attracts, nothing moves.
    """
    wanted = shares(attraction)
    target = np.where(total(wanted) > 0.0, wanted, held)
    return np.asarray(held - (target - held) * np.expm1(-months / inertia))
