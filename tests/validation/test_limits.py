"""Worlds whose answer is known beforehand: no compute, no difference, no way to overtake."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from agents.arrays import Floats
from agents.records import DeveloperRecord, Quantity, Region, Tier
from agents.released_models import PARTS
from model import loading
from model.cast import Cast, recorded
from model.policy import Policy, Remove, Selector
from model.world import World

FUTURES = 200
# Parameters that the regions have in twos; in a mirrored world both are the American one.
TWINS = ("spending_start", "spending_trend", "market")


def nothing_in_force() -> Policy:
    """A policy that takes away every rule and programme of every government."""
    issuers = sorted({instrument.issuer for instrument in loading.recorded_instruments()})
    removals = [Remove(do="remove", select=Selector(issuer=issuer)) for issuer in issuers]
    return Policy(name="nothing-in-force", question="And with no rules?", changes=tuple(removals))


def mirrored() -> Cast:
    """Two Americas: China's firms, people and demand are copies of the American ones.

    Chips are those that anybody may buy, since both countries' firms buy from the same makers.
    """
    cast = recorded()
    here = [firm.model_copy(update={"own_designer": None}) for firm in of("US", cast.developers)]
    there = [
        firm.model_copy(update={"name": f"{firm.name} of the mirror", "region": "CN"})
        for firm in here
    ]
    pool = next(pool for pool in cast.talent_pools if pool.region == "US")
    twin = pool.model_copy(
        update={
            "region": "CN",
            "origins": seen_in_the_mirror(pool.origins),
            "first_places": seen_in_the_mirror(pool.first_places),
        }
    )
    elsewhere = next(pool for pool in cast.talent_pools if pool.region == "RoW")
    alike = {
        tier: {**figures, "CN": figures["US"]} for tier, figures in elsewhere.first_places.items()
    }
    elsewhere = elsewhere.model_copy(update={"first_places": alike})
    stay = [
        p.model_copy(update={"emigration": {}, "returning": {}}) for p in (pool, twin, elsewhere)
    ]
    return replace(
        cast,
        developers=(*here, *there, *of("RoW", cast.developers)),
        chips=tuple(chip for chip in cast.chips if chip.sold_to == "anyone" and chip.home == "US"),
        talent_pools=tuple(stay),
        demand_shocks=tuple(
            shock.model_copy(
                update={
                    field: {**getattr(shock, field), "CN": getattr(shock, field)["US"]}
                    for field in ("effect", "attention", "openness")
                    if getattr(shock, field)
                }
            )
            for shock in cast.demand_shocks
        ),
    )


def seen_in_the_mirror(by_tier: dict[Tier, dict[Region, Quantity]]) -> dict[str, object]:
    """Figures by tier and region, with those of the United States and China exchanged."""
    other = {"US": "CN", "CN": "US", "RoW": "RoW"}
    return {
        tier: {other[region]: figure for region, figure in figures.items()}
        for tier, figures in by_tier.items()
    }


def of(region: str, firms: tuple[DeveloperRecord, ...]) -> list[DeveloperRecord]:
    return [firm for firm in firms if firm.region == region]


def scaled(quantity: Quantity, factor: float) -> Quantity:
    figures = {name: getattr(quantity, name) for name in ("value", "low", "high")}
    return quantity.model_copy(
        update={name: None if f is None else f * factor for name, f in figures.items()}
    )


def with_compute(factor: float, region: str | None = None) -> Cast:
    """The recorded cast, with the fleets of January 2022 of a region, or all, scaled."""
    cast = recorded()
    return replace(
        cast,
        developers=tuple(
            firm.model_copy(update={"fleet": scaled(firm.fleet, factor)})
            if region in (None, firm.region)
            else firm
            for firm in cast.developers
        ),
    )


def lived(until: dt.date, **how: object) -> World:
    world = World(futures=FUTURES, **how)  # type: ignore[arg-type]
    world.run_to(until)
    return world


def last(world: World, outcome: str) -> Floats:
    return np.asarray(world.record.values(outcome)[-1])


# --- no compute ----------------------------------------------------------------------------------


def test_without_compute_nothing_is_made_found_or_tuned() -> None:
    none = {f"spending_start_{region}": 0.0 for region in ("us", "cn", "row")}
    none |= {f"market_{market}": 0.0 for market in ("us", "cn", "europe", "others")}
    world = lived(dt.date(2026, 1, 1), policy=nothing_in_force(), fixed=none, cast=with_compute(0))
    for firm in world.developers:
        assert (firm.usable == 0.0).all()
        assert (firm.runs_started == 0).all()
        assert (firm.post_training == 0.0).all()
    for outcome in ("largest_run_us", "largest_run_cn", "post_training_us", "post_training_cn"):
        assert (last(world, outcome) == 0.0).all(), outcome
    start = World(futures=FUTURES, fixed=none, cast=with_compute(0))
    best = [np.maximum.reduce([firm.efficiency for firm in w.developers]) for w in (start, world)]
    assert (best[1] <= best[0] + 1e-9).all()
    for region, frontier in world.knowledge.frontiers.items():
        assert (frontier.level == start.knowledge.frontiers[region].level).all()


# --- no difference -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_americas() -> World:
    values = {name: q.value for name, q in loading.parameter_quantities().items()}
    same = {f"{name}_cn": values[f"{name}_us"] for name in TWINS}
    same |= {f"{name}_us": values[f"{name}_us"] for name in TWINS}
    return lived(dt.date(2028, 1, 1), policy=nothing_in_force(), fixed=same, cast=mirrored())


@pytest.mark.parametrize("outcome", ["gap_oom", "gap_months"])
def test_identical_countries_are_level_and_lead_each_other_equally_often(
    two_americas: World, outcome: str
) -> None:
    monthly = two_americas.record.values(outcome)[36:]
    gap = monthly[~np.isnan(monthly)]
    scale = {"gap_oom": 0.6, "gap_months": 12.0}[outcome]
    assert abs(np.median(gap)) < 0.1 * scale
    assert 0.42 < (gap > 0.0).mean() < 0.58
    # Symmetric: what is exceeded in a tenth of cases on one side is so on the other.
    low, high = np.quantile(gap, [0.1, 0.9])
    assert abs(low + high) < 0.25 * (high - low)


def test_identical_countries_buy_hire_and_earn_alike(two_americas: World) -> None:
    for us, cn in (("compute_us", "compute_cn"), ("engineers_us", "engineers_cn")):
        here, there = last(two_americas, us), last(two_americas, cn)
        assert np.median(here / there) == pytest.approx(1.0, rel=0.05)


# --- less compute and nobody to learn from -------------------------------------------------------


def test_with_a_tenth_of_the_compute_and_no_imitation_the_gap_grows() -> None:
    until = dt.date(2026, 1, 1)
    usual = last(lived(until), "gap_oom")
    a_tenth: dict[str, Floats | float] = {"imitation": 0.0}
    world = World(futures=FUTURES)
    a_tenth["spending_start_cn"] = 0.1 * world.parameters["spending_start_cn"]
    poor = last(lived(until, fixed=a_tenth, cast=with_compute(0.1, "CN")), "gap_oom")
    assert np.median(poor - usual) > 0.7
    assert (poor > usual).mean() > 0.99
    alone = last(lived(until, fixed={"imitation": 0.0}), "gap_oom")
    assert (poor > alone).mean() > 0.9, "compute counts by itself"


# --- no overtaking by imitation ------------------------------------------------------------------


def test_no_model_that_learned_from_others_is_better_than_the_best_of_them() -> None:
    world = World(futures=50, fixed={"imitation": 0.98, "months_to_learn": 0.5})
    learned, checked = PARTS.index("learned"), 0
    for year in range(2022, 2028):
        for month in range(1, 13):
            world.run_to(dt.date(year, month, 1))
            for firm in world.developers:
                others = np.maximum.reduce(
                    [other.released for other in world.developers if other is not firm]
                )
                taught = np.isfinite(firm.released) & (firm.parts[learned] > 1e-9)
                assert (firm.released <= others)[taught].all(), (firm.name, year, month)
                checked += int(taught.sum())
    assert checked > 10_000


def test_the_parts_of_the_gap_add_up_to_it() -> None:
    world = lived(dt.date(2026, 1, 1))
    parts = [world.record.values(f"gap_oom_{part}") for part in PARTS]
    whole = world.record.values("gap_oom")
    assert np.allclose(np.sum(parts, axis=0), whole, rtol=0.0, atol=1e-9, equal_nan=True)
