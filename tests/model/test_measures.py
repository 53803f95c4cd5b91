"""Outcomes of worlds of which everything is known: gaps, distances, best figures and shares."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from agents.developer import CHANNELS
from agents.records import Region
from agents.released_models import PARTS
from agents.talent_pool import ORIGINS
from model import measures
from model.frontier import Frontier
from model.knowledge import REGIONS
from model.world import World

NOTHING = -np.inf


def frontier(*steps: tuple[float, list[float]]) -> Frontier:
    """A frontier that reached levels, one per future, at moments; minus infinity is no step."""
    made = Frontier(len(steps[0][1]))
    for when, levels in steps:
        made.advance(np.array(levels), np.full(len(levels), when))
    return made


def knowing(**known: Any) -> Any:
    """A world at month 30 of which public knowledge is all there is."""
    return SimpleNamespace(time=30.0, knowledge=SimpleNamespace(**known))


# --- gaps in time ---------------------------------------------------------------------------------

# China reached the level that America had at month 6; leads by what America reached only later;
# has more than America ever had; is behind what America had before its record begins.
AMERICAN = frontier((0.0, [24.0] * 4), (6.0, [25.0] * 4), (18.0, [26.0, 26.0, 25.5, 26.0]))
CHINESE = frontier(
    (2.0, [20.0] * 4), (4.0, [20.0, 27.0, 20.0, 20.0]), (20.0, [25.0, 20.0, 26.0, 23.0])
)
GAP = [24.0, -26.0, -10.0, np.nan]
SIDE = [0.0, 0.0, 0.0, 1.0]


def test_gaps_are_the_time_since_the_other_was_where_the_follower_is():
    closed, opened = {"US": AMERICAN, "CN": CHINESE}, {"US": CHINESE, "CN": AMERICAN}
    world = knowing(frontiers=closed, open_frontiers=opened)
    world.node_frontiers = AMERICAN, CHINESE
    assert measures.gap_months(world) == pytest.approx(GAP, nan_ok=True)
    assert measures.gap_censored(world).tolist() == SIDE
    reversed_gap = [-months for months in GAP]
    assert measures.open_gap_months(world) == pytest.approx(reversed_gap, nan_ok=True)
    assert measures.open_gap_censored(world).tolist() == [-side for side in SIDE]
    years = [months / 12.0 for months in GAP]
    assert measures.chip_gap_years(world) == pytest.approx(years, nan_ok=True)
    assert measures.chip_gap_censored(world).tolist() == SIDE


# --- distances ------------------------------------------------------------------------------------


def apart() -> Any:
    """Two models in the first future; in the others one side, or neither, has released any."""
    levels = {
        "US": frontier((0.0, [26.0, 26.0, NOTHING, NOTHING])),
        "CN": frontier((0.0, [24.5, NOTHING, 24.5, NOTHING])),
    }
    parts = {"US": [25.0, 0.6, 0.1, 0.3, 0.0], "CN": [23.5, 0.3, 0.2, 0.3, 0.2]}
    columns = {side: np.repeat(np.array(its)[:, None], 4, axis=1) for side, its in parts.items()}
    return knowing(frontiers=levels, frontier_parts=columns)


def test_the_distance_between_two_models_is_what_its_parts_add_up_to():
    world = apart()
    with np.errstate(invalid="raise"):
        distance = measures.gap_oom(world)
        by_part = [measures.gap_part(part)(world) for part in PARTS]
    assert distance == pytest.approx([1.5, np.nan, np.nan, np.nan], nan_ok=True)
    assert sum(by_part) == pytest.approx(distance, nan_ok=True)
    assert [part[0] for part in by_part] == pytest.approx([1.5, 0.3, -0.1, 0.0, -0.2])
    assert np.isnan(by_part)[:, 1:].all(), "no distance to no model"


@pytest.mark.parametrize("region", ["US", "CN"])
def test_the_parts_of_a_frontier_add_up_to_its_level(region: Region):
    world = apart()
    level = world.knowledge.frontiers[region].level
    parts = measures.frontier_parts(region)(world)
    released = np.isfinite(level)
    assert parts[:, released].sum(axis=0) == pytest.approx(level[released])
    assert np.isnan(parts[:, ~released]).all()
    tuned = measures.post_training(region)(world)
    assert np.array_equal(tuned[released], parts[PARTS.index("post_training"), released])


# --- firms and foundries --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world() -> World:
    return World(futures=3)


def fleets(world: World, region: str, h100e: list[float]) -> None:
    """Let all firms of a region together have so much compute, in equal parts by every channel."""
    firms = world.developers_of(region)
    for firm in firms:
        parts = len(firms) * len(CHANNELS)
        firm.fleet = np.repeat(np.array(h100e)[None] / parts, len(CHANNELS), axis=0)


def test_compute_is_compared_even_where_one_side_or_both_have_none(world):
    fleets(world, "US", [600.0, 0.5, 0.0])
    fleets(world, "CN", [200.0, 0.0, 0.0])
    assert measures.compute("US")(world) == pytest.approx([600.0, 0.5, 0.0])
    assert measures.compute_ratio(world) == pytest.approx([3.0, np.inf, 1.0])
    channels = [measures.compute_by(channel)(world) for channel in CHANNELS]
    assert sum(channels) == pytest.approx(measures.compute("CN")(world))


def test_compute_is_not_compared_by_rounding(world):
    fleets(world, "US", [0.0, 1e3, 1e9])
    fleets(world, "CN", [7.0, 1e9, 1e3])
    assert measures.compute_ratio(world) == pytest.approx([0.0, 1e-6, 1e6])


@pytest.mark.parametrize("region", REGIONS)
def test_the_largest_run_is_that_of_whichever_firm(world, region):
    firms = world.developers_of(region)
    for firm in firms:
        firm.largest_run = np.array([0.0, 1e22, 1e20])
    firms[0].largest_run = np.array([0.0, 1e25, 1e20])
    firms[-1].largest_run = np.array([0.0, 1e22, 1e24])
    assert measures.largest_run(region)(world) == pytest.approx([0.0, 25.0, 24.0])


@pytest.mark.parametrize("region", REGIONS)
def test_the_best_methods_are_those_of_whichever_firm_there_is(world, region):
    there = [firm for firm in world.developers_of(region) if firm.exists]
    assert len(there) >= 3
    for firm in world.developers_of(region):
        firm.efficiency = np.full(3, -1.0 if firm.exists else 9.0)
    for future, firm in enumerate((there[0], there[1], there[-1])):
        firm.efficiency = np.where(np.arange(3) == future, 2.0 + future, -1.0)
    assert measures.efficiency(region)(world).tolist() == [2.0, 3.0, 4.0]


def test_scanners_are_counted_where_chinese_foundries_get_them():
    def foundry(region: str, immersion: float) -> SimpleNamespace:
        tools = {"immersion": np.array([immersion]), "dry": np.array([1000.0])}
        return SimpleNamespace(region=region, tools_received=tools)

    world: Any = SimpleNamespace(
        foundries=[foundry("CN", 2.0), foundry("RoW", 50.0), foundry("CN", 3.0)]
    )
    assert measures.scanners_received(world).tolist() == [5.0]


# --- people ---------------------------------------------------------------------------------------


def peopled() -> Any:
    """A world whose researchers, by region of work and origin, are known."""
    by_origin = {"US": [60.0, 30.0, 10.0], "CN": [0.0, 40.0, 0.0], "RoW": [5.0, 5.0, 50.0]}
    pay = {"US": 400.0, "CN": 100.0, "RoW": 200.0}

    def pool(region: str) -> SimpleNamespace:
        return SimpleNamespace(
            by_origin={"researchers": np.array(by_origin[region])[:, None]},
            pay=lambda tier: np.array([pay[region]]),
        )

    def people(region: str, tier: str) -> np.ndarray:
        assert tier == "researchers"
        return np.array([sum(by_origin[region])])

    return SimpleNamespace(
        talent_pools={region: pool(region) for region in ORIGINS},
        labour_market=SimpleNamespace(people=people),
    )


def test_shares_of_researchers_sum_to_one_over_the_world():
    world = peopled()
    shares = [measures.share_of_researchers(region)(world)[0] for region in ORIGINS]
    assert shares == pytest.approx([0.5, 0.2, 0.3])


def test_people_of_an_origin_are_at_home_or_abroad():
    world = peopled()
    for origin, at_home in zip(ORIGINS, (60.0 / 65.0, 40.0 / 75.0, 50.0 / 60.0), strict=True):
        assert measures.share_at_home(origin)(world) == pytest.approx([at_home])
    assert measures.of_origin("CN", "US")(world).tolist() == [30.0]


def test_pay_is_chinese_over_american():
    assert measures.wage_ratio("researchers")(peopled()).tolist() == [0.25]
