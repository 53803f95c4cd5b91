"""Users draw users: shares stay shares, persist, and yield to better offers."""

from __future__ import annotations

import datetime as dt
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.arrays import total
from agents.records import Region
from model.ecosystem import STACKS, Ecosystem
from model.installed_base import InstalledBase, Kind
from model.knowledge import REGIONS
from model.sectors import MARKETS
from model.world import World

OPEN = {
    "openness": "open-weights",
    "access": {"since": date(2020, 1, 1), "source": "invented", "basis": "assumption"},
}
ATTRACTION = np.ones((3, 2))
WRITERS = np.ones((3, 2))


class Scene:
    """An ecosystem with an open developer in each region and two designers."""

    def __init__(self, cast, **figures):
        self.world = cast.world(2, **figures)
        self.firms = {r: cast.developer(self.world, name=r, region=r, **OPEN) for r in REGIONS}
        chips = {"US": cast.chip(name="Best"), "CN": cast.chip(name="Home", designer="Chinese")}
        self.designers = [
            cast.designer(self.world, chips["US"]),
            cast.designer(self.world, chips["CN"], name="Chinese", region="CN", software=0.5),
        ]
        even = np.full((3, len(MARKETS), 2), 1.0 / 3.0)
        self.ecosystem = Ecosystem(
            list(self.firms.values()), self.designers, self.world.parameters, even
        )
        self.base = InstalledBase(2, self.world.parameters["fleet_life_months"])

    def release(self, region: Region, level: float, when: float = 0.0) -> None:
        firm = self.firms[region]
        firm.released, firm.released_at = np.full(2, level), np.full(2, when)

    def evolve(self, months: int, attraction=ATTRACTION) -> Ecosystem:
        for _ in range(months):
            self.ecosystem.evolve(attraction, self.world.time, 1.0)
            self.world.time += 1.0
        return self.ecosystem

    def deliver(self, chip: str, units: float, quarters: int = 1) -> Ecosystem:
        for _ in range(quarters):
            kind = Kind("CN", "CN", chip, "domestic")
            self.base.receive([kind], np.full((1, 2), units), self.world.time)
            self.ecosystem.count_accelerators(
                self.designers, self.base, {"Best": 1.0, "Home": 1.0}, WRITERS, 3.0
            )
            self.world.time += 3.0
        return self.ecosystem


# --- deployment -----------------------------------------------------------------------------------


def test_shares_stand_still_while_nothing_changes(cast):
    scene = Scene(cast, open_draw=0.0)
    start = scene.ecosystem.deployment.copy()
    assert np.allclose(scene.evolve(60).deployment, start)


@given(st.lists(st.floats(0.01, 100.0), min_size=3, max_size=3), st.integers(1, 60))
def test_shares_sum_to_one_whatever_attracts(cast, pulls, months):
    scene = Scene(cast)
    scene.evolve(1)
    after = scene.evolve(months, np.repeat(np.array(pulls)[:, None], 2, axis=1))
    assert np.allclose(total(after.deployment), 1.0)
    assert np.allclose(total(after.downloads), 1.0)
    assert (after.deployment >= 0.0).all()
    assert ((after.standards >= 0.0) & (after.standards <= 1.0)).all()


def test_the_better_offer_gains_and_the_crowd_adds_to_it(cast):
    def after(network: float, months: int = 400) -> float:
        scene = Scene(cast, deployment_network=network, open_draw=0.0, standards_draw=0.0)
        scene.evolve(1)
        twice = np.array([[1.0], [2.0], [1.0]]) * ATTRACTION
        return float(scene.evolve(months, twice).deployed("CN", "Others")[0])

    assert after(0.0) == pytest.approx(0.5, abs=0.01), "Luce's choice: two of four"
    # Attraction to the power 1 / (1 - network) in the end: four of six.
    assert after(0.5, 2000) == pytest.approx(2.0 / 3.0, abs=0.01)


def test_those_kept_out_stay_out(cast):
    scene = Scene(cast)
    scene.ecosystem.deployment[REGIONS.index("CN")] = 0.0
    scene.evolve(1)
    best = np.array([[1.0], [100.0], [1.0]]) * ATTRACTION
    assert (scene.evolve(60, best).deployed("CN", "US") == 0.0).all()


def test_standards_follow_late(cast):
    scene = Scene(cast, open_draw=0.0)
    scene.evolve(1)
    start = scene.ecosystem.standards.copy()
    soon = scene.evolve(12, np.array([[1.0], [9.0], [1.0]]) * ATTRACTION)
    gained = soon.deployed("CN", "Others") - 1.0 / 3.0
    moved = soon.standards - start
    assert ((moved > 0.0) & (moved < 0.3 * gained)).all()


@given(st.floats(0.2, 5.0))
def test_standards_ease_a_sides_way_into_third_countries_alone(cast, pull):
    def moved(draw: float) -> np.ndarray:
        scene = Scene(cast, open_draw=0.0, standards_draw=draw)
        scene.evolve(1)
        even = scene.ecosystem.deployment.copy()
        return scene.evolve(60, np.array([[1.0], [pull], [1.0]]) * ATTRACTION).deployment - even

    without, eased = moved(0.0), moved(0.3)
    others, china = MARKETS.index("Others"), REGIONS.index("CN")
    more = eased[china, others] - without[china, others]
    assert (more * np.sign(pull - 1.0) >= -1e-12).all(), "who gains influence gains users"
    elsewhere = [m for m in range(len(MARKETS)) if m != others]
    assert np.array_equal(eased[:, elsewhere], without[:, elsewhere])
    assert np.allclose(eased[0], eased[2]), "those alike stay alike"


def test_without_change_standards_move_nobody(cast):
    scene = Scene(cast, open_draw=0.0, standards_draw=0.3)
    start = scene.ecosystem.deployment.copy()
    assert np.allclose(scene.evolve(60).deployment, start, atol=1e-12)


# --- downloads ------------------------------------------------------------------------------------


def test_downloads_go_to_the_better_and_fresher_open_models(cast):
    def chinese(level: float, when: float = 0.0) -> float:
        scene = Scene(cast, downloads_start_cn=0.4, downloads_start_row=0.2)
        scene.release("US", 25.0)
        scene.release("CN", level, when)
        return float(scene.evolve(12).downloaded_of_two()[0])

    assert chinese(25.0) > chinese(24.0) > chinese(23.0)
    assert chinese(25.0, 0.0) > chinese(25.0, -24.0)


def test_equal_releases_end_in_equal_shares_wherever_they_began(cast):
    scene = Scene(cast)
    for region in REGIONS:
        scene.release(region, 25.0)
    assert scene.ecosystem.downloaded_of_two()[0] < 0.1
    assert scene.evolve(600).downloaded_of_two() == pytest.approx([0.5, 0.5], abs=0.02)


def test_who_only_sells_access_counts_for_less(cast):
    scene = Scene(cast)
    scene.firms["CN"].open_weights = np.full(2, False)
    for region in REGIONS:
        scene.release(region, 25.0)
    later = scene.evolve(600).downloads
    assert (later[REGIONS.index("CN")] < 0.5 * later[REGIONS.index("US")]).all()
    assert (later[REGIONS.index("CN")] > 0.0).all()


# --- software stacks ------------------------------------------------------------------------------


def test_code_follows_what_is_installed_with_a_lag(cast):
    scene = Scene(cast)
    start = scene.ecosystem.stack_share("chinese", "CN").copy()
    soon = scene.deliver("Home", 1e6).stack_share("chinese", "CN").copy()
    later = scene.deliver("Home", 1e6, 60).stack_share("chinese", "CN")
    assert (start < soon).all()
    assert (soon < 0.3).all()
    assert (later > 0.9).all()
    assert np.allclose(total(scene.ecosystem.stacks), 1.0)
    assert (scene.ecosystem.stack_share("chinese", "US") < 0.01).all()


def test_a_familiar_stack_keeps_its_users_while_its_chips_come(cast):
    scene = Scene(cast)
    start = scene.ecosystem.stack_share("leading", "CN").copy()
    assert (scene.deliver("Best", 1e5, 8).stack_share("leading", "CN") >= start).all()


def test_a_stack_that_gains_users_matures_faster_and_draws_more_buyers(cast):
    scene = Scene(cast, stack_learning=0.2, familiarity_from_users=0.4)
    best, home = scene.designers
    pull = home.familiarity("CN")
    assert np.array_equal(home.following, np.ones(2)), "nothing is gained at the start"
    scene.deliver("Home", 1e6, 8)
    assert (home.following > 1.0).all()
    assert (best.following < 1.0).all()
    assert (home.familiarity("CN") > pull).all()
    assert (home.familiarity("US") == pull).all(), "users in China are no users in America"


def test_followings_weigh_regions_by_the_people_who_write(cast):
    """Shares of all who write: what stacks gain and lose adds up to nothing."""
    scene = Scene(cast)
    before = scene.ecosystem.stacks.copy()
    scene.deliver("Home", 1e6, 8)
    of_all = [total(shares.mean(axis=1)) for shares in (before, scene.ecosystem.stacks)]
    assert np.allclose(of_all[0], of_all[1])
    leading = STACKS.index("leading")
    gained = scene.ecosystem.stacks[leading].mean(axis=0) / before[leading].mean(axis=0)
    assert np.allclose(scene.designers[0].following, gained)


# --- in the world ---------------------------------------------------------------------------------


def test_in_the_world_open_models_of_china_gain_and_its_stack_too():
    world = World(futures=50)
    world.run_to(dt.date(2026, 1, 1))
    for outcome in ("open_downloads_share_cn", "stack_share_cn"):
        series = world.record.values(outcome)
        assert (series[-1] > series[0]).mean() > 0.9, outcome
    assert np.allclose(total(world.ecosystem.stacks), 1.0)
    assert np.allclose(total(world.ecosystem.deployment), 1.0)
    assert len(STACKS) == 3
