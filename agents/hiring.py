"""How firms bid for people, whom they lose, and whose openings fill: pure array functions.

Arrays of firms are ``(firms, futures)``.
"""

from __future__ import annotations

import numpy as np

from agents.arrays import Floats, ratio, total

# Passes in which searchers turned away by a full firm go on to the others.
_PASSES = 2


def premium(
    means: Floats,
    usual_means: Floats,
    need: Floats,
    *,
    rent_sharing: Floats,
    urgency: Floats,
    highest: Floats,
) -> Floats:
    """Pay that a firm offers over the going wage, as a multiple.

    ``(means / usual means)^rent_sharing x (1 + need)^urgency``, between ``1 / highest`` and
    ``highest``: workers get a part of what a firm has for each of them (Card, Cardoso, Heining &
    Kline 2018), and a firm that lacks people offers more.  1 at usual means and without need;
    means that are not known count as usual.

    Args:
        means: money a firm is given for each of its people, ``(firms, futures)``.
        usual_means: the same for the firms of the region at the start, ``(futures,)``.
        need: people it lacks as a share of those it wants, 0 to 1.
        rent_sharing: exponent of means.
        urgency: exponent of need.
        highest: largest premium.
    """
    relative = ratio(means, np.broadcast_to(usual_means, means.shape), otherwise=1.0)
    relative = np.where(relative > 0.0, relative, 1.0)
    offered = relative**rent_sharing * (1.0 + need) ** urgency
    return np.clip(offered, 1.0 / highest, highest)


def leaving_share(
    own: Floats, others: Floats, *, turnover: Floats, bid_elasticity: Floats, years: float
) -> Floats:
    """Share of a firm's people who leave it in a period.

    ``1 - exp(-turnover x (others' premium / own)^elasticity x years)``: the usual turnover where
    pay is equal, more where others pay more.  0 without turnover; never above 1.
    """
    return -np.expm1(-turnover * (others / own) ** bid_elasticity * years)


def filled_by_bid(openings: Floats, weight: Floats, supply: Floats) -> Floats:
    """Openings that fill where too few people look for work, ``(firms, futures)``.

    Each opening draws people by its weight (the bid to a power); what a full firm turns away goes
    on to the rest, and what is left after two passes to all openings still vacant alike.  The
    better bid never has the smaller share of its openings filled.  Nobody is hired twice: the sum
    is the smaller of ``supply`` and of all openings.

    Args:
        openings: people each firm wants, ``(firms, futures)``.
        weight: pull of one opening, not negative, ``(firms, futures)``.
        supply: people who look for work, ``(futures,)``.
    """
    enough = supply >= total(openings)
    if enough.all():
        return openings
    hired = np.zeros_like(openings)
    left = supply
    for _ in range(_PASSES):
        vacant = openings - hired
        pull = vacant * weight
        hired = hired + np.minimum(vacant, pull * ratio(left, total(pull)))
        left = np.maximum(supply - total(hired), 0.0)
    vacant = openings - hired
    hired = hired + vacant * np.minimum(ratio(left, total(vacant)), 1.0)
    return np.where(enough, openings, hired)


def quality_of_hires(
    everyone: Floats, employed: Floats, usual: Floats, *, selectivity: Floats
) -> Floats:
    """Worth of those whom firms take now, against those of January 2022, ``(futures,)``.

    ``((people of the trade / people with firms) / usual)^selectivity``: firms choose the best they
    find, so the more there are for each they employ, the better.  For people whose output follows
    Pareto's law with exponent a the mean of the best share s of them goes with ``s^(-1/a)``
    (O'Boyle and Aguinis 2012 on such laws); less where talent is seen badly.  Limits: 1 at the
    usual ratio, and where firms employ nobody; more people never lower it.

    Args:
        everyone: people of a tier in a region.
        employed: those of them with named developers.
        usual: the ratio of both at the start.
        selectivity: the exponent, not negative.
    """
    choice = ratio(ratio(everyone, employed), usual)
    return np.asarray(np.where(choice > 0.0, choice, 1.0) ** selectivity)


def quality_of_staff(quality: Floats, joining: Floats, staff: Floats, of_hires: Floats) -> Floats:
    """Mean worth of a firm's people after some joined, who are among ``staff``, ``(futures,)``.

    The mean of those there before and of the newcomers; unchanged when nobody joined.
    """
    newcomers = np.clip(ratio(joining, staff), 0.0, 1.0)
    return np.asarray(quality + newcomers * (of_hires - quality))
