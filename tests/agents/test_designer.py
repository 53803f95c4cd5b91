"""What a designer offers, lays in and charges."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

# --- products -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "offered"),
    [
        (0.0, 3.0, []),
        (3.0, 6.0, ["lasting"]),  # launched in month 5
        (6.0, 9.0, ["lasting", "short"]),
        (9.0, 12.0, ["lasting", "short"]),  # discontinued in month 10
        (10.0, 13.0, ["lasting"]),
    ],
)
def test_products_are_offered_between_launch_and_discontinuation(cast, start, end, offered):
    lasting = cast.chip(name="lasting", launched=date(2022, 6, 1))
    short = cast.chip(name="short", launched=date(2022, 7, 1), discontinued=date(2022, 11, 1))
    designer = cast.designer(cast.world(), lasting, short)
    assert [chip.name for chip in designer.on_sale(start, end)] == offered


def test_a_product_is_on_sale_on_the_day_it_is_launched_and_not_before(cast):
    designer = cast.designer(cast.world(), cast.chip(launched=date(2022, 6, 1)))
    assert designer.on_sale(2.0, 5.0) == []
    assert len(designer.on_sale(2.0, 5.001)) == 1


# --- software -------------------------------------------------------------------------------------


def test_software_closes_its_share_of_the_distance_each_year(cast):
    designer = cast.designer(cast.world(2), software=0.5, software_gain=0.2)
    for _ in range(4):
        designer.improve_software(3.0)
    assert designer.software == pytest.approx([0.6, 0.6])


@given(st.floats(0.05, 1.0), st.floats(0.0, 0.95), st.lists(st.floats(0.1, 12.0), max_size=20))
def test_software_never_falls_or_passes_the_best(cast, software, gain, periods):
    designer = cast.designer(cast.world(1), software=software, software_gain=gain)
    for months in periods:
        before = designer.software
        designer.improve_software(months)
        assert (designer.software >= before).all()
        assert (designer.software <= 1.0).all()


# --- dies from abroad -----------------------------------------------------------------------------


CHINESE = {
    "name": "Hidden",
    "country": "CN",
    "region": "CN",
    "third_country_dies": 300,
    "third_country_since": date(2023, 1, 1),
}
LISTED = {"entities": ["Hidden"], "scope": ["foundry-service"]}


def obtained(cast, periods, *rules, **fields):
    designer = cast.designer(cast.world(1, instruments=rules), **(CHINESE | fields))
    for start, end in periods:
        designer.obtain_foreign_dies(start, end)
    assert np.array_equal(designer.die_bank, designer.dies_obtained)
    return float(designer.dies_obtained[0])


def test_a_listed_designer_has_dies_made_through_others_from_a_day_on(cast):
    listing = cast.instrument("entity-listing", **LISTED)
    assert obtained(cast, [(0.0, 12.0)], listing) == 0.0
    assert obtained(cast, [(9.0, 15.0)], listing) == pytest.approx(300.0)
    assert obtained(cast, [(12.0, 15.0), (15.0, 18.0)], listing) == pytest.approx(600.0)


def test_a_designer_that_may_be_served_openly_gets_the_same_dies_without_a_go_between(cast):
    listing = cast.instrument("entity-listing", "listing", **LISTED)
    assert obtained(cast, [(12.0, 24.0)]) == obtained(cast, [(12.0, 24.0)], listing) > 0.0


def test_no_dies_come_through_third_parties_once_these_are_barred(cast):
    listing = cast.instrument("entity-listing", "listing", **LISTED)
    bar = cast.instrument("foundry-control", "bar", effective=date(2023, 7, 1))
    assert obtained(cast, [(12.0, 18.0)], listing, bar) == pytest.approx(600.0)
    assert obtained(cast, [(18.0, 21.0), (21.0, 60.0)], listing, bar) == 0.0
    assert 0.0 < obtained(cast, [(15.0, 21.0)], listing, bar) < 600.0, "open for half of it"


def test_most_designers_know_no_third_party(cast):
    listing = cast.instrument("entity-listing", **LISTED)
    unable = {"third_country_dies": None, "third_country_since": None}
    assert obtained(cast, [(0.0, 60.0)], listing, **unable) == 0.0


# --- versions for China ---------------------------------------------------------------------------

DESIGN = {"variant_cost": 0.5, "variant_months": 6.0, "variant_luck": 0.0}


def planner(cast, *, stake=1.0, **fields):
    """A designer of one fast chip that a threshold on its rate bars from China."""
    threshold = cast.instrument(
        "chip-threshold",
        tests=[{"all_of": [{"metric": "tpp", "at_least": "bound"}], "outcome": "licence"}],
        parameters={"bound": 4800.0},
    )
    world = cast.world(2, time=12.0, instruments=[threshold], **DESIGN)
    chips = (cast.chip(name="Fast"), cast.chip(name="Old variant", sold_to="china"))
    designer = cast.designer(world, *chips, products="versions-planned", **fields)
    designer.forgone = np.array([stake, 0.0])
    designer.plan_variants()
    return designer


def test_a_designer_answers_a_rule_with_the_best_version_that_passes(cast):
    designer = planner(cast)
    (variant,) = designer.variants
    assert 4700.0 < variant.chip.tpp < 4800.0
    assert variant.chip.memory_bandwidth_gbs == variant.base.memory_bandwidth_gbs
    assert variant.chip.sold_to == "china"
    assert [chip.name for chip in designer.chips] == ["Fast"], "its own plans replace the record"


def test_a_version_ships_after_its_lag_where_china_is_worth_it(cast):
    assert planner(cast, stake=0.13).variants[0].launches == pytest.approx([18.0, np.inf])
    assert np.isinf(planner(cast, stake=0.12).variants[0].launches).all(), "half a billion a year"


def test_a_designer_designs_anew_once_a_stricter_rule_is_announced(cast):
    def threshold(name, bound, **days):
        return cast.instrument(
            "chip-threshold",
            name,
            tests=[{"all_of": [{"metric": "tpp", "at_least": "bound"}], "outcome": "licence"}],
            parameters={"bound": bound},
            **days,
        )

    later = {"announced": date(2023, 7, 1), "effective": date(2024, 1, 1)}
    rules = [threshold("now", 4800.0), threshold("later", 2400.0, **later)]
    world = cast.world(2, time=12.0, instruments=rules, **DESIGN)
    designer = cast.designer(world, cast.chip(name="Fast"), products="versions-planned")
    designer.forgone = np.ones(2)
    for world.time in (12.0, 17.0, 18.0, 19.0):
        designer.plan_variants()
    first, second = designer.variants
    assert first.chip.tpp == pytest.approx(4800.0, rel=0.02)
    assert second.chip.tpp == pytest.approx(2400.0, rel=0.02)
    assert first.launches.tolist() == [18.0, 18.0]
    assert second.launches.tolist() == [24.0, 24.0]


def test_a_version_begun_is_not_begun_again(cast):
    designer = planner(cast)
    designer.model.time = 15.0
    designer.forgone = np.array([1.0, 1.0])
    designer.plan_variants()
    assert len(designer.variants) == 1
    assert designer.variants[0].launches == pytest.approx([18.0, 21.0])


def test_a_version_costs_less_than_the_chip_and_no_less_than_its_parts(cast):
    cheap = planner(cast, margin=0.9)
    dear = planner(cast, margin=0.1)
    for designer, kept in ((cheap, (4738.0 / 15832.0) ** 0.5), (dear, 0.9)):
        name = designer.variants[0].chip.name
        share = designer.list_prices[name] / designer.list_prices["Fast"]
        assert share == pytest.approx([kept, kept], rel=1e-3)


def test_who_may_sell_its_best_or_does_not_plan_designs_no_version(cast):
    world = cast.world(2, **DESIGN)
    free = cast.designer(world, cast.chip(), products="versions-planned")
    free.forgone = np.ones(2)
    free.plan_variants()
    assert free.variants == []
    chinese = planner(cast, region="CN", country="CN")
    assert chinese.variants == []
    assert len(chinese.chips) == 2


def test_flagships_are_the_two_most_useful_products_on_sale_to_anyone(cast):
    chips = [
        cast.chip(name=f"{speed}", fp16_tflops=speed, int8_tops=2 * speed) for speed in (1, 3, 4, 2)
    ]
    inside = cast.chip(name="inside", fp16_tflops=9, int8_tops=18, sold_to="developer")
    gone = cast.chip(name="gone", fp16_tflops=9, int8_tops=18, discontinued=date(2021, 12, 31))
    designer = cast.designer(cast.world(), *chips, inside, gone)
    assert [chip.name for chip, _ in designer.flagships()] == ["4", "3"]


def test_each_quarter_has_books_of_its_own(cast):
    designer = cast.designer(cast.world(1))
    designer.china_revenue, designer.forgone = np.ones(1), np.ones(1)
    designer.open_books()
    assert designer.china_revenue.tolist() == designer.forgone.tolist() == [0.0]


# --- memory ---------------------------------------------------------------------------------------

HABITS = {
    "memory_cover_quarters": 1.5,
    "memory_hoard_quarters": 12.0,
    "memory_warning_months": 6,
}


def test_memory_is_bought_to_cover_some_quarters(cast):
    designer = cast.designer(cast.world(3, **HABITS), region="CN", country="CN")
    use = np.array([0.0, 100.0, 100.0])
    designer.lay_in_memory(np.array([50.0, 0.0, 120.0]))
    assert designer.memory_wanted(use, 0.0, 3.0) == pytest.approx([0.0, 150.0, 30.0])
    designer.lay_in_memory(np.full(3, 1e6))
    assert (designer.memory_wanted(use, 0.0, 3.0) == 0.0).all()


def test_memory_is_hoarded_before_a_ban(cast):
    ban = cast.instrument("memory-control", effective=date(2024, 1, 1))
    world = cast.world(1, instruments=[ban], **HABITS)
    chinese = cast.designer(world, region="CN", country="CN")
    american = cast.designer(world)
    use = np.array([100.0])

    def wanted(designer, start: float) -> float:
        return float(designer.memory_wanted(use, start, start + 3.0)[0])

    assert wanted(chinese, 12.0) == pytest.approx(150.0), "not foreseen yet"
    assert wanted(chinese, 15.0) == pytest.approx(1350.0)
    assert wanted(chinese, 21.0) == pytest.approx(1350.0), "the last quarter before it"
    assert wanted(chinese, 24.0) == pytest.approx(150.0), "in force"
    assert wanted(american, 21.0) == pytest.approx(150.0)


def test_an_announced_ban_is_prepared_for_from_its_announcement_on(cast):
    ban = cast.instrument("memory-control", announced=date(2022, 7, 1), effective=date(2024, 1, 1))
    designer = cast.designer(cast.world(1, instruments=[ban], **HABITS), region="CN", country="CN")
    wanted = [float(designer.memory_wanted(np.ones(1), s, s + 3.0)[0]) for s in (3.0, 6.0, 24.0)]
    assert wanted == pytest.approx([1.5, 13.5, 1.5])


def test_stocks_are_what_came_less_what_was_used(cast):
    designer = cast.designer(cast.world(1), region="CN", country="CN")
    designer.lay_in_memory(np.array([100.0]))
    designer.use_memory(np.array([30.0]))
    assert designer.memory_stock.tolist() == [70.0]
    assert (designer.memory_laid_in - designer.memory_used).tolist() == [70.0]
    designer.die_bank = np.array([10.0])
    designer.use_dies(np.array([4.0]))
    assert designer.die_bank.tolist() == [6.0]
    assert designer.dies_used.tolist() == [4.0]


def test_only_designers_whose_supply_a_rule_can_cut_hold_memory(cast):
    world = cast.world()
    assert cast.designer(world, region="CN", country="CN").holds_memory
    assert not cast.designer(world).holds_memory


# --- prices ---------------------------------------------------------------------------------------

PRICES = {"price_response": 0.2, "price_memory": 0.8, "highest_price_level": 1.3}


def test_prices_rise_where_orders_outrun_deliveries(cast):
    designer = cast.designer(cast.world(4, **PRICES))
    designer.set_prices(np.array([100.0, 200.0, 1e6, 0.0]), np.array([100.0, 100.0, 1.0, 0.0]))
    level = designer.price_level
    assert level[0] == pytest.approx(1.0)
    assert level[1] == pytest.approx(1.0 + 0.8 * (2.0**0.2 - 1.0))
    assert level[2] == pytest.approx(1.3), "not without bound"
    assert level[3] == pytest.approx(1.0)


def test_prices_fall_back_when_orders_are_met(cast):
    designer = cast.designer(cast.world(1, **PRICES))
    designer.price_level = np.array([1.3])
    seen = []
    for _ in range(30):
        designer.set_prices(np.array([50.0]), np.array([50.0]))
        seen.append(float(designer.price_level[0]))
    assert seen == sorted(seen, reverse=True)
    assert seen[0] == pytest.approx(1.24)
    assert seen[-1] == pytest.approx(1.0, abs=1e-3)


def test_deliveries_are_booked(cast):
    designer = cast.designer(cast.world(1))
    designer.ship(np.array([10.0]), np.array([0.3]))
    designer.ship(np.array([5.0]), np.array([0.1]))
    assert designer.shipped == pytest.approx([15.0])
    assert designer.revenue == pytest.approx([0.4])


# --- the main line --------------------------------------------------------------------------------

STEADY_LINE = {"product_luck": 0.0, "commitment_months": 12.0, "product_overlap_months": 12.0}


def dates(*reached_by_rung: tuple[int, list[float]]):
    """Node dates of a foundry that had everything down to 7 nm long ago."""
    found = np.full((8, 2), np.inf)
    found[:3] = -60.0
    for rung, months in reached_by_rung:
        found[rung] = months
    return found


def line_of(cast, world, **fields):
    """A designer whose last chip on record, at 7 nm, came out two years before the start."""
    world.dates_of_nodes.setdefault("Foundry", dates((3, [-20.0, 40.0])))
    chip = cast.chip(name="Last", node_nm=7.0, foundry="Foundry", launched=date(2020, 1, 1))
    return cast.designer(world, chip, cadence=36, node_patience=12, **fields)


def plan(designer, until: float) -> None:
    while designer.model.time < until:
        designer.model.time += 3.0
        designer.plan_products()


def test_beyond_its_roadmap_a_designer_goes_on_at_its_cadence_on_the_node_there_is(cast):
    designer = line_of(cast, cast.world(2, **STEADY_LINE))
    plan(designer, 3.0)
    by_node = {planned.chip.node_nm: planned.launches.tolist() for planned in designer.successors}
    assert by_node == {5.0: [12.0, np.inf], 7.0: [np.inf, 12.0]}


def test_a_generation_sells_on_beside_its_successor_for_a_while(cast):
    designer = line_of(cast, cast.world(2, **STEADY_LINE))
    plan(designer, 48.0)
    first = next(planned for planned in designer.successors if planned.chip.node_nm == 5.0)
    assert first.launches[0] == 12.0
    assert first.ends[0] == pytest.approx(12.0 + 36.0 + 12.0)
    assert all(
        np.isinf(planned.ends[planned.launches > 12.0]).all() for planned in designer.planned
    )


def test_a_roadmap_on_record_stands_until_its_last_chip(cast):
    world = cast.world(2, **STEADY_LINE)
    world.dates_of_nodes["Foundry"] = dates((3, [-20.0, -20.0]))
    chips = [
        cast.chip(name="Now", node_nm=7.0, launched=date(2021, 1, 1)),
        cast.chip(name="On the roadmap", node_nm=5.0, launched=date(2026, 1, 1)),
    ]
    designer = cast.designer(world, *chips, cadence=24)
    plan(designer, 57.0)
    assert designer.successors == []
    plan(designer, 60.0)
    assert {float(planned.launches[0]) for planned in designer.successors} == {72.0}


def test_without_design_software_no_fine_node_is_committed_to(cast):
    bar = cast.instrument("design-software-control", software="any", destinations=["CN"])
    world = cast.world(2, instruments=[bar], **STEADY_LINE)
    designer = line_of(cast, world, region="CN", country="CN")
    plan(designer, 3.0)
    assert {planned.chip.node_nm for planned in designer.successors} == {7.0}


def test_a_foundry_that_history_closed_and_a_policy_opens_is_turned_to(cast):
    closed = cast.instrument("foundry-control", destinations=["CN"])
    for opened in (True, False):
        world = cast.world(2, instruments=[] if opened else [closed], **STEADY_LINE)
        world.recorded_rules = cast.world(2, instruments=[closed]).rules
        world.dates_of_nodes |= {"Foundry": dates((3, [-20.0, -20.0])), "Home": dates()}
        chip = cast.chip(name="Roadmap", node_nm=7.0, foundry="Home", launched=date(2029, 1, 1))
        designer = cast.designer(
            world, chip, region="CN", country="CN", foundries=["Foundry", "Home"]
        )
        plan(designer, 3.0)
        assert bool(designer.successors) is opened
        assert all(planned.chip.foundry == "Foundry" for planned in designer.successors)


def test_with_all_products_planned_only_those_of_the_start_are_on_record(cast):
    world = cast.world(2, **STEADY_LINE)
    chips = [
        cast.chip(name="Old", launched=date(2020, 1, 1)),
        cast.chip(name="Old version", sold_to="china", launched=date(2021, 1, 1)),
        cast.chip(name="Later", launched=date(2022, 6, 1)),
    ]
    designer = cast.designer(world, *chips, products="planned")
    assert [chip.name for chip in designer.chips] == ["Old"]
    entrant = cast.designer(world, chips[2], products="planned")
    assert [chip.name for chip in entrant.chips] == ["Later"], "it enters with its first chip"
