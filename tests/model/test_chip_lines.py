"""Which accelerators can be had by whom, and what they are worth."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.designer import Planned
from model import chip_lines
from model.calendar import Calendar
from model.chip_lines import Line, channel_of
from model.rulebook import RuleBook

START, END = 24.0, 27.0
FIGURES = {
    "product_ramp_months": 9.0,
    "product_ramp_start": 0.1,
    "own_chip_preference": 6.0,
    "security_of_supply": 7.0,
    "interconnect_weight": 0.5,
    "price_sensitivity": 2.0,
    "software_loyalty": 0.0,
}


def ban(cast, **fields):
    return cast.instrument("chip-letter", "ban", outcome="denied", products=["Fast"], **fields)


class Scene:
    """A US designer of a fast and a slow chip, a lesser US one, and a Chinese one."""

    def __init__(self, cast, *instruments, **parameters):
        self.cast = cast
        self.world = cast.world(2, **(FIGURES | parameters))
        self.rules = RuleBook(instruments, Calendar())
        self.best = cast.designer(
            self.world,
            cast.chip(name="Fast", designer="Best"),
            cast.chip(name="Slow", designer="Best", int8_tops=300, fp16_tflops=150),
            name="Best",
        )
        self.lesser = cast.designer(
            self.world, cast.chip(name="Rough", designer="Lesser"), name="Lesser", software=0.5
        )
        self.chinese = cast.designer(
            self.world,
            cast.chip(name="Home", designer="Chinese", home="CN"),
            name="Chinese",
            region="CN",
            country="CN",
            software=0.6,
        )
        self.designers = [self.lesser, self.best, self.chinese]

    def lines(self, start=START, end=END) -> list[Line]:
        return chip_lines.lines_on_sale(
            self.designers, self.rules, self.world.calendar, self.world.parameters, start, end
        )

    def offered(self, developer, *, insecure=False, lines=None) -> dict[tuple[str, str], float]:
        lines = self.lines() if lines is None else lines
        got = chip_lines.offered(
            lines, developer, self.rules, self.world.parameters, START, END, insecure=insecure
        )
        assert got.shape == (len(lines), 2)
        return {(ln.chip.name, ln.way): float(w) for ln, w in zip(lines, got[:, 0], strict=True)}


# --- what there is --------------------------------------------------------------------------------


def test_without_rules_all_is_for_sale_and_nothing_else(cast):
    lines = Scene(cast).lines()
    assert [line.way for line in lines] == ["sale"] * 4
    assert {line.chip.name for line in lines} == {"Fast", "Slow", "Rough", "Home"}


def test_what_is_barred_of_the_best_designer_is_smuggled_and_rented(cast):
    barred = ban(cast).model_copy(update={"products": ("Fast", "Rough")})
    ways = [(line.chip.name, line.way) for line in Scene(cast, barred).lines()]
    assert ways[4:] == [("Fast", "smuggled"), ("Fast", "rented")]


class BarredInOneFuture(RuleBook):
    """A rule book that keeps the fast chip from China in the second future only."""

    def chip_sale(self, chip, destination, buyer, start, end):
        return np.array([1.0, 0.25]) if chip.name == "Fast" else 1.0


def test_lines_tell_how_much_of_them_is_barred_where(cast):
    scene = Scene(cast)
    scene.rules = BarredInOneFuture([], Calendar())
    shares = {(ln.chip.name, ln.way): np.asarray(ln.barred).tolist() for ln in scene.lines()}
    openly = dict.fromkeys([(name, "sale") for name in ("Fast", "Slow", "Rough", "Home")], 0.0)
    assert shares == openly | {("Fast", way): [0.0, 0.75] for way in ("smuggled", "rented")}


def test_only_what_is_on_general_sale_can_be_smuggled(cast):
    scene = Scene(cast, ban(cast))
    variant = cast.chip(name="Fast", designer="Best", sold_to="china")
    scene.best.chips = (variant,)
    assert {line.way for line in scene.lines()} == {"sale"}


@pytest.mark.parametrize(
    ("launched", "discontinued", "ramp"),
    [
        (date(2020, 1, 1), None, 1.0),
        (date(2023, 1, 1), None, 1.0),
        (date(2023, 10, 1), None, 4.5 / 9.0),
        (date(2024, 1, 1), None, 1.5 / 9.0),
        (date(2024, 3, 1), None, 0.1 / 3.0),  # a month of three, at the smallest offer
        (date(2020, 1, 1), date(2024, 2, 1), 1.0 / 3.0),
    ],
)
def test_a_product_starts_small_and_ends_with_its_last_day(cast, launched, discontinued, ramp):
    scene = Scene(cast)
    chip = cast.chip(launched=launched, discontinued=discontinued)
    scene.designers = [cast.designer(scene.world, chip)]
    (line,) = scene.lines()
    assert line.ramp == pytest.approx(ramp)


def test_a_version_for_china_is_on_sale_where_it_has_been_launched(cast):
    scene = Scene(cast)
    variant = cast.chip(name="Cut down", designer="Best", sold_to="china")
    never = np.full(2, np.inf)
    scene.best.variants = [
        Planned(variant, scene.best.chips[0], np.array([24.0, np.inf]), never),
        Planned(variant, scene.best.chips[0], np.array([27.0, np.inf]), never),
    ]
    (line,) = (line for line in scene.lines() if line.chip is variant)
    assert line.ramp == pytest.approx([1.5 / 9.0, 0.0])
    later = [ln.ramp for ln in scene.lines(60.0, 63.0) if ln.chip is variant]
    assert later == pytest.approx(np.array([[1.0, 0.0], [1.0, 0.0]]))


def test_a_planned_chip_whose_sale_ended_with_the_last_quarter_is_no_line(cast):
    scene = Scene(cast)
    chip = cast.chip(name="Planned", designer="Best")
    scene.best.successors = [Planned(chip, chip, np.zeros(2), np.array([START, START - 1.0]))]
    assert "Planned" not in {line.chip.name for line in scene.lines()}
    scene.best.successors[0].ends = np.array([START + 0.3, START])
    (line,) = (line for line in scene.lines() if line.chip is chip)
    assert line.ramp == pytest.approx([0.1, 0.0])


@given(st.floats(-6.0, 60.0), st.floats(0.5, 6.0))
def test_a_ramp_is_a_share(cast, start, length):
    scene = Scene(cast)
    chip = cast.chip(launched=date(2022, 2, 11), discontinued=date(2025, 3, 17))
    scene.designers = [cast.designer(scene.world, chip)]
    for line in scene.lines(start, start + length):
        assert 0.0 <= line.ramp <= 1.0


@pytest.mark.parametrize(("die_mm2", "dies"), [(814, 1), (830, 1), (831, 2), (1600, 2), (1700, 3)])
def test_a_package_beyond_the_reticle_takes_several_dies(cast, die_mm2, dies):
    line = Line(cast.chip(die_mm2=die_mm2), Scene(cast).best, "sale", 1.0)
    assert line.dies == dies
    whole = Line(cast.chip(die_mm2=die_mm2 / dies), line.designer, "sale", 1.0)
    assert line.dies_per_wafer == pytest.approx(whole.dies_per_wafer)


# --- who may have it ------------------------------------------------------------------------------


def test_a_ban_closes_the_front_door_and_opens_the_others_to_chinese_buyers_only(cast):
    scene = Scene(cast, ban(cast))
    chinese = cast.developer(scene.world, region="CN")
    american = cast.developer(scene.world)
    got = scene.offered(chinese)
    assert got["Fast", "sale"] == 0.0
    assert got["Fast", "smuggled"] == got["Fast", "rented"] == 1.0
    assert got["Slow", "sale"] == 1.0
    got = scene.offered(american)
    assert got["Fast", "sale"] == 1.0
    assert got["Fast", "smuggled"] == got["Fast", "rented"] == 0.0


def test_the_back_door_is_as_wide_as_the_front_door_is_shut(cast):
    scene = Scene(cast, ban(cast, effective=date(2024, 2, 1)))
    got = scene.offered(cast.developer(scene.world, region="CN"))
    assert got["Fast", "sale"] == pytest.approx(1.0 / 3.0)
    assert got["Fast", "smuggled"] == pytest.approx(2.0 / 3.0)


def test_a_cloud_control_bears_on_what_is_rented(cast):
    scene = Scene(cast, ban(cast), cast.instrument("cloud-control", parameters={"admitted": 0.2}))
    got = scene.offered(cast.developer(scene.world, region="CN"))
    assert got["Fast", "rented"] == pytest.approx(0.2)
    assert got["Fast", "smuggled"] == 1.0


def test_chips_made_for_one_developer_are_for_no_other(cast):
    scene = Scene(cast)
    scene.best.chips = (cast.chip(name="Inside", designer="Best", sold_to="developer"),)
    owner = cast.developer(scene.world, own_designer="Best")
    assert scene.offered(cast.developer(scene.world))["Inside", "sale"] == 0.0
    assert scene.offered(owner)["Inside", "sale"] == 6.0, "and it favours them"
    assert scene.offered(owner)["Rough", "sale"] == 1.0


def test_a_developer_of_only_its_own_chips_buys_no_others(cast):
    scene = Scene(cast)
    owner = cast.developer(scene.world, own_designer="Best", only_own_chips=True)
    got = scene.offered(owner)
    assert got["Fast", "sale"] == 6.0
    assert got["Rough", "sale"] == got["Home", "sale"] == 0.0


def test_variants_for_china_are_sold_there_only(cast):
    scene = Scene(cast)
    scene.best.chips = (cast.chip(name="Variant", designer="Best", sold_to="china"),)
    assert scene.offered(cast.developer(scene.world, region="CN"))["Variant", "sale"] == 1.0
    for region in ("US", "RoW"):
        assert scene.offered(cast.developer(scene.world, region=region))["Variant", "sale"] == 0.0


def test_where_foreign_supply_is_insecure_chinese_buyers_value_their_own(cast):
    scene = Scene(cast)
    chinese = cast.developer(scene.world, region="CN")
    assert scene.offered(chinese)["Home", "sale"] == 1.0
    got = scene.offered(chinese, insecure=True)
    assert got["Home", "sale"] == pytest.approx(8.0)
    assert got["Slow", "sale"] == 1.0
    elsewhere = scene.offered(cast.developer(scene.world, region="RoW"), insecure=True)
    assert elsewhere["Home", "sale"] == 1.0


def test_channels(cast):
    scene = Scene(cast, ban(cast))
    variant = Line(cast.chip(sold_to="china"), scene.best, "sale", 1.0)
    by_name = {(line.chip.name, line.way): line for line in scene.lines()}
    home = by_name["Home", "sale"]
    assert channel_of(home, "CN") == "domestic"
    assert channel_of(home, "RoW") == "direct"
    assert channel_of(by_name["Slow", "sale"], "CN") == "direct"
    assert channel_of(by_name["Slow", "sale"], "US") == "direct"
    assert channel_of(variant, "CN") == "variant"
    assert channel_of(by_name["Fast", "smuggled"], "CN") == "smuggled"
    assert channel_of(by_name["Fast", "rented"], "CN") == "rented"


# --- what it is worth -----------------------------------------------------------------------------


def worth(scene, **fields) -> tuple[float, float]:
    """Worth for training and for serving of a chip of the best designer."""
    line = Line(scene.cast.chip(**fields), scene.best, "sale", 1.0)
    training, serving = chip_lines.worth([line], scene.world.parameters)
    return float(training[0, 0]), float(serving[0, 0])


@pytest.fixture
def scene(cast):
    return Scene(cast)


def test_an_h100_is_worth_one(scene):
    assert worth(scene) == pytest.approx((1.0, 1.0))
    assert scene.cast.chip().die_mm2 == chip_lines.H100_DIE_MM2
    assert scene.cast.chip().price_usd.value * chip_lines.USD_BN == pytest.approx(25e-6)


def test_speed_counts_for_training_bandwidth_for_serving_and_links_for_both(scene):
    assert worth(scene, fp16_tflops=2 * 989) == pytest.approx((2.0, 1.0))
    assert worth(scene, memory_bandwidth_gbs=2 * 3350) == pytest.approx((1.0, 2.0))
    assert worth(scene, interconnect_gbs=225) == pytest.approx((0.5, 0.5))
    assert worth(scene, interconnect_gbs=3600) == pytest.approx((1.0, 1.0)), "more is no more"
    assert 0.0 < worth(scene, interconnect_gbs=0)[0] < 0.1
    assert worth(scene, interconnect_gbs=0) == worth(scene, interconnect_gbs=1)
    assert worth(scene, interconnect_gbs=1) < worth(scene, interconnect_gbs=2)


def test_software_counts_for_both(scene):
    lines = [Line(scene.cast.chip(), designer, "sale", 1.0) for designer in scene.designers]
    for got in chip_lines.worth(lines, scene.world.parameters):
        assert got[:, 0] == pytest.approx([0.5, 1.0, 0.6])


def test_dearer_lines_appeal_less(cast):
    prices = np.array([[2.0], [1.0], [1.0]]) * np.ones((1, 2))
    ones = np.ones((3, 2))
    scene = Scene(cast)
    lines = [Line(cast.chip(), designer, "sale", 1.0) for designer in scene.designers]
    for got in chip_lines.appeals(lines, ones, ones, prices, scene.world.parameters):
        assert got[:, 0] == pytest.approx([0.25, 1.0, 1.0])


def test_what_is_for_sale_in_other_futures_only_does_not_make_the_rest_look_poor(cast):
    scene = Scene(cast)
    ramps = (np.array([0.1, 0.0]), 1.0)
    lines = [Line(cast.chip(), scene.best, "sale", ramp) for ramp in ramps]
    training, serving = np.array([[4.0] * 2, [2.0] * 2]), np.array([[2.0] * 2, [1.0] * 2])
    prices = np.ones((2, 2))
    for got in chip_lines.appeals(lines, training, serving, prices, scene.world.parameters):
        assert got.tolist() == [[1.0, 0.0], [0.25, 1.0]]


def test_familiar_software_draws_buyers_where_it_is_used(cast):
    for loyalty, expected in ((0.0, [1.0, 1.0, 1.0]), (2.0, [0.25, 1.0, 0.36])):
        scene = Scene(cast, software_loyalty=loyalty, familiarity_from_users=0.5)
        lines = [Line(cast.chip(), designer, "sale", 1.0) for designer in scene.designers]
        assert chip_lines.familiarity(lines, "CN")[:, 0] == pytest.approx(expected)
        four = np.full(2, 4.0)
        lines[0].designer.count_users(four, {"CN": four})
        assert chip_lines.familiarity(lines, "CN")[0, 0] == pytest.approx(2.0 * expected[0])
        assert chip_lines.familiarity(lines, "US")[0, 0] == pytest.approx(expected[0])
