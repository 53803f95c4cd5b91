"""Users draw users: shares stay shares, persist, and yield to better offers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.arrays import total
from agents.developer import Developer
from agents.records import Region
from model.ecosystem import SMALLEST_SHARE, STACKS, Ecosystem
from model.installed_base import InstalledBase, Kind
from model.knowledge import REGIONS
from model.sectors import MARKETS

OPEN = {
    "openness": "open-weights",
    "access": {"since": date(2020, 1, 1), "source": "invented", "basis": "assumption"},
}
ATTRACTION = np.ones((3, 2))
WRITERS = np.ones((3, 2))
EVEN = np.full((3, len(MARKETS), 2), 1.0 / 3.0)
US, CN, ROW = (REGIONS.index(region) for region in ("US", "CN", "RoW"))
THIRD = MARKETS.index("Others")
LEADING, OTHER, CHINESE = (STACKS.index(stack) for stack in ("leading", "other", "chinese"))
# Who wants to move has moved within the month.
AT_ONCE = {"deployment_inertia": 1e-9, "download_inertia": 1e-9, "stack_inertia": 1e-9}
# Users follow the offer alone.
NO_CROWDS = {
    "deployment_network": 0.0,
    "download_network": 0.0,
    "stack_network": 0.0,
    "open_draw": 0.0,
    "standards_draw": 0.0,
}


class Scene:
    """An ecosystem with an open developer in each region and three designers."""

    def __init__(self, cast, *, deployment=EVEN, fleets=(1e3, 1e3, 1e3), more=(), **figures):
        self.world = cast.world(2, **figures)
        self.firms: dict[str, Developer] = {
            region: cast.developer(self.world, name=region, region=region, fleet=fleet, **OPEN)
            for region, fleet in zip(REGIONS, fleets, strict=True)
        }
        for number, region in enumerate(more):
            name = f"{region} {number}"
            self.firms[name] = cast.developer(self.world, name=name, region=region, **OPEN)
        self.designers = [
            cast.designer(self.world, cast.chip(name="Best")),
            cast.designer(
                self.world,
                cast.chip(name="Home", designer="Chinese"),
                name="Chinese",
                region="CN",
                software=0.5,
            ),
            cast.designer(
                self.world, cast.chip(name="Second", designer="Rival"), name="Rival", software=0.9
            ),
        ]
        self.ecosystem = Ecosystem(
            list(self.firms.values()), self.designers, self.world.parameters, deployment
        )
        self.base = InstalledBase(2, self.world.parameters["fleet_life_months"])

    def release(self, name: str, level: float, when: float = 0.0) -> None:
        firm = self.firms[name]
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

    def count(self, units: dict[str, float], rating: float = 1.0, writers=WRITERS) -> Ecosystem:
        """A quarter at whose end so many chips have been delivered in China since the start."""
        ratings = dict.fromkeys(("Best", "Home", "Second"), rating)
        delivered = Delivered(units)
        self.ecosystem.count_accelerators(self.designers, delivered, ratings, writers, 3.0)
        return self.ecosystem


class Delivered(InstalledBase):
    """Accelerators delivered in China by chip, as the test sets them."""

    def __init__(self, units: dict[str, float]):
        super().__init__(2, np.full(2, np.inf))
        self.units = units

    def delivered_kinds(self) -> dict[tuple[str, str, str], np.ndarray]:
        return {("CN", chip, "direct"): np.full(2, units) for chip, units in self.units.items()}


def share_of_two(shares: np.ndarray) -> np.ndarray:
    """Of China's share and the American one together."""
    return np.asarray(shares[CN] / (shares[CN] + shares[US]))


# --- deployment -----------------------------------------------------------------------------------


def test_shares_stand_still_while_nothing_changes(cast):
    scene = Scene(cast, open_draw=0.0)
    start = scene.ecosystem.deployment.copy()
    assert np.allclose(scene.evolve(60).deployment, start)


@settings(max_examples=20)
@given(st.lists(st.floats(0.01, 100.0), min_size=3, max_size=3), st.integers(1, 24))
def test_shares_sum_to_one_whatever_attracts(cast, pulls, months):
    scene = Scene(cast)
    scene.evolve(1)
    after = scene.evolve(months, np.repeat(np.array(pulls)[:, None], 2, axis=1))
    assert np.allclose(total(after.deployment), 1.0)
    assert np.allclose(total(after.downloads), 1.0)
    assert (after.deployment >= 0.0).all()
    assert ((after.standards >= 0.0) & (after.standards <= 1.0)).all()


def test_the_better_offer_gains_and_the_crowd_adds_to_it(cast):
    def after(network: float, months: int = 60) -> float:
        figures = NO_CROWDS | {"deployment_network": network, "deployment_inertia": 6.0}
        scene = Scene(cast, **figures)
        scene.evolve(1)
        twice = np.array([[1.0], [2.0], [1.0]]) * ATTRACTION
        return float(scene.evolve(months, twice).deployed("CN", "Others")[0])

    assert after(0.0) == pytest.approx(0.5, abs=0.01), "Luce's choice: two of four"
    # Attraction to the power 1 / (1 - network) in the end: four of six.
    assert after(0.5, 300) == pytest.approx(2.0 / 3.0, abs=0.01)


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


@settings(max_examples=10)
@given(st.floats(0.2, 5.0).filter(lambda pull: abs(pull - 1.0) > 0.1))
def test_standards_ease_a_sides_way_into_third_countries_alone(cast, pull):
    def moved(draw: float) -> np.ndarray:
        scene = Scene(cast, open_draw=0.0, standards_draw=draw)
        scene.evolve(1)
        even = scene.ecosystem.deployment.copy()
        return scene.evolve(24, np.array([[1.0], [pull], [1.0]]) * ATTRACTION).deployment - even

    without, eased = moved(0.0), moved(0.3)
    more = eased[CN, THIRD] - without[CN, THIRD]
    assert (more * np.sign(pull - 1.0) > 0.0).all(), "who gains influence gains users"
    elsewhere = [market for market in range(len(MARKETS)) if market != THIRD]
    assert np.array_equal(eased[:, elsewhere], without[:, elsewhere])
    assert np.allclose(eased[US], eased[ROW]), "those alike stay alike"


def test_the_odds_of_a_sides_services_abroad_go_with_the_odds_of_its_influence(cast):
    def odds(share: np.ndarray) -> np.ndarray:
        return np.asarray(share / (1.0 - share))

    figures = NO_CROWDS | AT_ONCE | {"standards_draw": 0.5, "standards_lag_months": np.inf}
    scene = Scene(cast, **figures)
    before = scene.evolve(1).standards
    scene.ecosystem.standards = after = np.array([0.1, 0.8])
    used = scene.evolve(1).deployment[:, THIRD]
    assert odds(share_of_two(used)) == pytest.approx(np.sqrt(odds(after) / odds(before)))


def test_who_has_no_influence_on_standards_still_keeps_the_users_it_has(cast):
    figures = {"standards_from_use": 0.0, "stack_start_chinese": 0.0, "open_draw": 0.0}
    scene = Scene(cast, **figures)
    assert (scene.ecosystem.standards == 0.0).all()
    assert np.allclose(scene.evolve(24).deployment, EVEN)


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0])
def test_influence_on_standards_is_a_mean_of_use_and_software_in_third_countries(cast, weight):
    deployment = EVEN.copy()
    deployment[:, THIRD] = np.array([[0.2], [0.7], [0.1]])
    late_users = {"deployment_inertia": np.inf, "standards_lag_months": 1e-9}
    scene = Scene(cast, deployment=deployment, standards_from_use=weight, **late_users)
    assert scene.ecosystem.standards == pytest.approx([weight * 0.7] * 2), "no software there yet"
    scene.ecosystem.stacks[:, ROW] = np.array([[0.5], [0.2], [0.3]])
    between = weight * 0.7 + (1.0 - weight) * 0.3
    assert scene.evolve(1).standards == pytest.approx([between] * 2)


def test_use_follows_the_open_weights_of_a_region_as_far_as_they_draw(cast):
    def used(draw: float) -> np.ndarray:
        figures = NO_CROWDS | {"deployment_inertia": 1e-9, "open_draw": draw}
        scene = Scene(cast, downloads_start_cn=0.01, downloads_start_row=0.01, **figures)
        scene.evolve(1)
        scene.ecosystem.downloads = np.array([[0.49], [0.49], [0.02]]) * ATTRACTION
        return scene.evolve(1).deployment

    assert np.allclose(used(0.0), EVEN)
    # Downloads half and 49 times what they were: in the end use follows in proportion.
    assert used(1.0)[CN] / used(1.0)[US] == pytest.approx(np.full((len(MARKETS), 2), 98.0))
    assert (used(0.5)[CN] / used(0.5)[US]) ** 2 == pytest.approx(used(1.0)[CN] / used(1.0)[US])


def test_a_region_whose_models_nobody_downloads_keeps_its_users_and_can_win_downloads(cast):
    scene = Scene(cast, downloads_start_cn=0.0)
    assert np.allclose(scene.evolve(12).deployment, EVEN), "nothing has changed"
    scene.release("US", 25.0)
    scene.release("CN", 25.0)
    assert (scene.evolve(60).downloaded_of_two() > 0.05).all()


@pytest.mark.parametrize("admitted", [0.0, 0.5])
def test_rules_keep_out_a_regions_services_where_they_hold_and_as_far(cast, admitted):
    scene = Scene(cast, **NO_CROWDS | AT_ONCE)
    scene.evolve(1)
    access = np.ones((3, len(MARKETS), 1))
    access[CN, 0] = admitted
    scene.ecosystem.evolve(ATTRACTION, 1.0, 1.0, access)
    kept, elsewhere = scene.ecosystem.deployment[:, 0], scene.ecosystem.deployment[:, 1:]
    assert kept[CN] / kept[US] == pytest.approx([admitted] * 2)
    assert np.allclose(total(kept), 1.0)
    assert np.allclose(elsewhere, EVEN[:, 1:])


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


def test_a_better_open_model_draws_more_by_the_order_of_magnitude(cast):
    scene = Scene(cast, download_level=0.5, **NO_CROWDS | AT_ONCE)
    for region, level in zip(REGIONS, (25.0, 26.0, 23.0), strict=True):
        scene.release(region, level)
    drawn = scene.evolve(1).downloads
    assert drawn[CN] / drawn[US] == pytest.approx([10.0**0.5] * 2)
    assert drawn[ROW] / drawn[US] == pytest.approx([0.1] * 2)


def test_an_open_model_ages(cast):
    scene = Scene(cast, download_recency=10.0, **NO_CROWDS | AT_ONCE)
    for region, when in zip(REGIONS, (0.0, 10.0, -20.0), strict=True):
        scene.release(region, 25.0, when)
    drawn = scene.evolve(1).downloads
    assert drawn[CN] / drawn[US] == pytest.approx([np.e] * 2)
    assert drawn[ROW] / drawn[US] == pytest.approx([np.exp(-2.0)] * 2)


def test_more_developers_with_open_models_draw_more(cast):
    def drawn(*regions: Region) -> np.ndarray:
        scene = Scene(cast, more=regions, **NO_CROWDS | AT_ONCE)
        for name in scene.firms:
            scene.release(name, 25.0)
        return scene.evolve(1).downloads

    assert drawn() == pytest.approx(EVEN[:, 0])
    assert drawn("CN", "CN") == pytest.approx(np.array([[0.2], [0.6], [0.2]]) * ATTRACTION)


def test_who_has_released_nothing_or_lets_nobody_in_draws_no_downloads(cast):
    for weight in (0.5, 0.0):
        scene = Scene(cast, download_level=weight, **NO_CROWDS | AT_ONCE)
        for region in ("US", "CN"):
            scene.release(region, 25.0)
        scene.firms["US"].offers_models_from = np.inf
        with np.errstate(invalid="raise"):
            drawn = scene.evolve(1).downloads
        assert drawn[:, 0].tolist() == [0.0, 1.0, 0.0], f"level weighs {weight}"


def test_where_nobody_has_released_anything_downloads_stay_where_they_are(cast):
    start = Scene(cast).ecosystem.downloads.copy()
    assert np.allclose(total(start), 1.0)
    assert np.allclose(Scene(cast).evolve(60).downloads, start)


def test_downloads_draw_downloads(cast):
    def smaller(network: float) -> float:
        scene = Scene(cast, download_network=network, downloads_start_cn=0.1)
        for region in REGIONS:
            scene.release(region, 25.0)
        return float(scene.evolve(12).downloaded_of_two()[0])

    assert smaller(0.0) > smaller(0.3) > smaller(0.6) > smaller(0.9)


def test_of_two_leaves_out_the_rest_of_the_world(cast):
    scene = Scene(cast, downloads_start_cn=0.1, downloads_start_row=0.5)
    assert scene.ecosystem.downloaded_of_two() == pytest.approx([0.2, 0.2])


def test_who_sells_access_publishes_models_some_way_below_its_best(cast):
    scene = Scene(cast, side_release_distance=1.5, **NO_CROWDS | AT_ONCE)
    scene.firms["CN"].open_weights = np.array([False, True])
    for region in REGIONS:
        scene.release(region, 25.0)
    seller, opener = scene.evolve(1).downloads.T
    assert 0.0 < seller[CN] < 0.5 * seller[US]
    assert opener[CN] == pytest.approx(opener[US])
    scene.release("CN", 26.5)
    seller, opener = scene.evolve(1).downloads.T
    assert seller[CN] == pytest.approx(seller[US]), "its lesser models are as good as the others"
    assert opener[CN] > 2.0 * opener[US]


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
    best, home, _ = scene.designers
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


@pytest.mark.parametrize(
    ("chip", "stack"), [("Best", LEADING), ("Second", OTHER), ("Home", CHINESE)]
)
def test_work_follows_installed_compute_where_code_draws_no_code(cast, chip, stack):
    """As many chips as a fleet of the start holds bring half of it, whatever stood there."""
    figures = NO_CROWDS | AT_ONCE | {"fleet_life_months": np.inf}
    scene = Scene(cast, fleets=(77.0, 1e6, 55.0), **figures)
    start = scene.ecosystem.stacks[:, CN].copy()
    elsewhere = scene.ecosystem.stacks[:, US].copy()
    now = scene.count({chip: 5e5}, rating=2.0).stacks
    assert now[:, CN] == pytest.approx(0.5 * start + 0.5 * (np.arange(3) == stack)[:, None])
    assert now[:2, US] == pytest.approx(elsewhere[:2], rel=1e-3), "nothing came there"
    again = scene.count({chip: 5e5}, rating=2.0).stacks
    assert again[:, CN] == pytest.approx(now[:, CN]), "what was counted is not counted twice"


def test_what_is_installed_wears_out(cast):
    scene = Scene(cast, fleets=(1.0, 1e6, 1.0), fleet_life_months=3.0, **NO_CROWDS | AT_ONCE)
    start = scene.ecosystem.stacks[:, CN].copy()
    worn = scene.count({}).stacks[:, CN]
    assert worn == pytest.approx(start), "all alike"
    renewed = scene.count({"Home": 1e6 * np.exp(-2.0)}).stacks[:, CN]
    assert renewed == pytest.approx(0.5 * start + 0.5 * (np.arange(3) == CHINESE)[:, None])


def test_where_only_code_draws_code_nothing_installed_moves_it(cast):
    scene = Scene(cast, stack_network=1.0, stack_inertia=1e-9)
    start = scene.ecosystem.stacks[:, CN].copy()
    assert scene.count({"Home": 1e9}).stacks[:, CN] == pytest.approx(start)


def test_the_more_code_draws_code_the_longer_a_familiar_stack_holds(cast):
    def held(network: float) -> float:
        scene = Scene(cast, stack_network=network)
        for quarter in range(1, 9):
            scene.count({"Home": 1e4 * quarter})
        return float(scene.ecosystem.stack_share("leading", "CN")[0])

    assert held(0.0) < held(0.4) < held(0.8)


def test_a_stack_that_nobody_uses_may_still_be_taken_up(cast):
    """A few always try what others write for, and then it can spread."""
    scene = Scene(cast, stack_start_chinese=0.0, stack_inertia=1e-9, stack_network=0.5)
    assert (scene.ecosystem.stack_share("chinese", "CN") == 0.0).all()
    tried = scene.count({}).stacks
    assert tried[CHINESE] == pytest.approx(np.full((3, 2), SMALLEST_SHARE), rel=0.01)
    for quarter in range(1, 20):
        scene.count({"Home": 1e6 * quarter})
    assert (scene.ecosystem.stack_share("chinese", "CN") > 0.5).all()


@pytest.mark.parametrize("home", range(3))
def test_where_all_who_write_live_in_one_region_followings_are_those_there(cast, home):
    scene = Scene(cast, fleets=(1e3, 1e5, 1e3))
    start = scene.ecosystem.stacks.copy()
    writers = np.zeros((3, 2))
    writers[home] = 1e4
    now = scene.count({"Second": 1e5}, writers=writers).stacks
    for designer, stack in zip(scene.designers, (LEADING, CHINESE, OTHER), strict=True):
        there = np.maximum(now[stack], SMALLEST_SHARE) / np.maximum(start[stack], SMALLEST_SHARE)
        assert designer.following == pytest.approx(there[home])
        assert designer.familiarity("CN") == pytest.approx(
            designer.familiarity("US") * _pull(scene, there[CN]) / _pull(scene, there[US])
        )


def _pull(scene: Scene, following: np.ndarray) -> np.ndarray:
    """What the familiarity of a stack that has not matured goes with."""
    return np.asarray(following ** scene.world.parameters["familiarity_from_users"])


# --- the start ------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@example(0.9, 0.5)
def test_shares_at_the_start_are_shares_even_where_those_on_record_come_to_more(
    cast, chinese, elsewhere
):
    figures = {"downloads_start_cn": chinese, "downloads_start_row": elsewhere}
    start = Scene(cast, **figures).ecosystem.downloads
    assert np.allclose(total(start), 1.0)
    assert (start >= 0.0).all()
    if chinese + elsewhere <= 1.0:
        assert start[1:, 0] == pytest.approx([chinese, elsewhere])
    else:
        assert start[0] == pytest.approx([0.0, 0.0], abs=1e-15)
        assert start[CN] * elsewhere == pytest.approx(start[ROW] * chinese)
