"""What a designer offers, lays in and charges."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import product_planning
from agents.designer import Planned
from model.calendar import Calendar
from model.rulebook import RuleBook

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
    version = cast.chip(name="Recorded version", sold_to="china")
    recorded = cast.designer(cast.world(2), cast.chip(name="Fast"), version)
    assert [chip.name for chip in recorded.chips] == ["Fast", "Recorded version"]


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


def test_what_china_buys_counts_as_what_it_would_buy_and_just_enough_is_not_enough(cast):
    designer = planner(cast, stake=0.0)
    designer.forgone, designer.china_revenue = np.array([0.0625, 0.07]), np.array([0.0625, 0.07])
    designer.plan_variants()
    assert designer.variants[0].launches == pytest.approx([np.inf, 18.0])


def test_luck_makes_the_design_of_a_version_longer_by_its_own_factor(cast):
    designer = planner(cast, stake=0.0)
    designer.model.parameters._values["variant_luck"] = np.full(2, 0.4)
    designer.forgone = np.ones(2)
    designer.plan_variants()
    (variant,) = designer.variants
    luck = designer.model.luck(f"Designer/variant/{variant.chip.name}", 0, sigma=0.4)
    assert variant.launches == pytest.approx(12.0 + 6.0 * luck)


def test_versions_are_planned_where_what_they_are_cut_from_is_sold(cast):
    designer = planner(cast, stake=1.0)
    designer.forgone = np.ones(2)
    faster = cast.chip(name="Faster", fp16_tflops=2000, int8_tops=4000, memory_bandwidth_gbs=4000)
    designer.list_prices["Faster"] = np.full(2, 50000.0)
    never = np.full(2, np.inf)
    designer.successors.append(Planned(faster, faster, np.array([12.0, np.inf]), never))
    designer.plan_variants()
    (version,) = (one for one in designer.variants if one.base is faster)
    assert np.isfinite(version.launches).tolist() == [True, False]


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


def test_flagships_are_on_sale_within_the_month(cast):
    chips = [
        cast.chip(name="now", launched=date(2022, 6, 1)),
        cast.chip(name="within the month", launched=date(2022, 6, 20)),
        cast.chip(name="later", launched=date(2022, 7, 20)),
    ]
    designer = cast.designer(cast.world(time=5.5), *chips)
    assert {chip.name for chip, _ in designer.flagships()} == {"now", "within the month"}


def test_planned_chips_are_flagships_where_and_while_they_are_sold(cast):
    designer = cast.designer(cast.world(4, time=12.0), cast.chip(name="recorded"))
    best = cast.chip(name="best", fp16_tflops=2000)
    launches = np.array([12.0, 13.0, 1.0, 1.0])
    ends = np.array([np.inf, np.inf, 12.0, 12.5])
    designer.successors.append(Planned(best, best, launches, ends))
    sold = {chip.name: where.tolist() for chip, where in designer.flagships()}
    assert sold == {"best": [True, False, False, True], "recorded": [True] * 4}


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
    first_day, later = (
        cast.chip(name=f"of day {day}", launched=date(2022, 1, day)) for day in (1, 15)
    )
    both = cast.designer(world, chips[0], first_day, later, products="planned")
    assert [chip.name for chip in both.chips] == ["Old", "of day 1"]
    entrant = cast.designer(world, chips[2], products="planned")
    assert [chip.name for chip in entrant.chips] == ["Later"], "it enters with its first chip"


def launches_of(designer, future: int) -> list[float]:
    """When a designer brings out its chips in one future, in order."""
    found = [float(planned.launches[future]) for planned in designer.planned]
    return sorted(when for when in found if np.isfinite(when))


def test_each_generation_comes_at_its_cadence_and_luck_after_the_one_before(cast):
    world = cast.world(6, **(STEADY_LINE | {"product_luck": 0.2}))
    # A better node opens meanwhile; it is taken when a chip is due, and no sooner.
    reached = np.full((8, 6), np.inf)
    reached[:3], reached[3] = -60.0, 30.0
    world.dates_of_nodes["Foundry"] = reached
    designer = line_of(cast, world)
    for world.time in range(1, 97):
        designer.plan_products()
    luck = [world.luck("Designer/generation", number, sigma=0.2) for number in range(3)]
    expected = -24.0 + 36.0 * np.cumsum(luck, axis=0)
    for future in range(6):
        came = launches_of(designer, future)
        assert came[:3] == pytest.approx(expected[:, future])
    for planned in designer.planned:
        done = np.isfinite(planned.launches)
        # Committed a year before launch; the node must have been in volume for a year by then.
        proven = planned.launches[done] - 12.0 >= 30.0 + 12.0
        assert np.array_equal(proven, np.full(done.sum(), planned.chip.node_nm == 5.0))


def test_a_designer_steps_back_to_no_older_node_than_its_best(cast):
    world = cast.world(2, **STEADY_LINE)
    older = dates()
    older[2, 1] = np.inf  # no 7 nm in the second future
    world.dates_of_nodes["Foundry"] = older
    designer = line_of(cast, world)
    plan(designer, 12.0)
    assert launches_of(designer, 0) == [12.0]
    assert launches_of(designer, 1) == []


def test_after_a_chip_at_a_better_node_none_comes_at_an_older_one(cast):
    world = cast.world(2, **STEADY_LINE)
    world.dates_of_nodes["Foundry"] = dates((3, [-20.0, -20.0]))
    designer = line_of(cast, world)
    plan(designer, 3.0)
    world.dates_of_nodes["Foundry"] = dates()
    plan(designer, 60.0)
    assert launches_of(designer, 0) == [12.0], "only 7 nm is left"


@pytest.mark.parametrize(("reached", "node"), [(-12.0, 5.0), (-11.0, 7.0)])
def test_a_node_counts_if_it_was_proven_by_the_day_of_commitment(cast, reached, node):
    world = cast.world(2, **STEADY_LINE)
    world.dates_of_nodes["Foundry"] = dates((3, [reached, reached]))
    designer = line_of(cast, world)
    plan(designer, 3.0)
    assert [planned.chip.node_nm for planned in designer.planned] == [node]


def test_of_two_foundries_the_better_node_counts_and_then_the_order(cast):
    for second, maker in ((dates((3, [-20.0, -20.0])), "Second"), (dates(), "Foundry")):
        world = cast.world(2, **STEADY_LINE)
        world.dates_of_nodes |= {"Foundry": dates(), "Second": second}
        designer = line_of(cast, world, foundries=["Foundry", "Second"])
        plan(designer, 3.0)
        assert [planned.chip.foundry for planned in designer.planned] == [maker]


def test_who_waited_for_a_rule_to_end_commits_when_it_has(cast):
    bar = cast.instrument("foundry-control", destinations=["CN"], ended=date(2023, 1, 20))
    world = cast.world(2, instruments=[bar], **STEADY_LINE)
    designer = line_of(cast, world, region="CN", country="CN", foundries=["Foundry"])
    plan(designer, 12.0)
    assert designer.planned == []
    plan(designer, 15.0)
    assert launches_of(designer, 0) == [12.0 + 12.0], "from the last look at its roadmap on"


def test_a_chip_that_would_come_after_the_calendar_never_comes(cast):
    world = cast.world(2, **(STEADY_LINE | {"commitment_months": 1.2e7}))
    designer = line_of(cast, world)
    plan(designer, 30.0)
    assert designer.planned == []


def test_who_waited_for_a_node_commits_when_a_foundry_has_it(cast):
    world = cast.world(2, **STEADY_LINE)
    world.dates_of_nodes["Foundry"] = dates((2, [-2.0, -60.0]))  # proven a year later
    designer = line_of(cast, world)
    for month in range(3, 19, 3):
        plan(designer, float(month))
    first, usual = (launches_of(designer, future)[0] for future in (0, 1))
    assert usual == pytest.approx(12.0)
    assert first == pytest.approx(12.0 + 12.0), "seen in month 12, the first look since"


@pytest.mark.parametrize(("day", "open_still"), [(18, True), (12, False)])
@pytest.mark.parametrize("kind", ["foundry-control", "design-software-control"])
def test_a_foundry_or_software_counts_where_it_is_open_for_most_of_the_month(
    cast, kind, day, open_still
):
    fields = {"software": "any"} if kind == "design-software-control" else {}
    bar = cast.instrument(kind, destinations=["CN"], effective=date(2022, 4, day), **fields)
    world = cast.world(2, instruments=[bar], **STEADY_LINE)
    world.dates_of_nodes["Foundry"] = dates((3, [-20.0, -20.0]))
    designer = line_of(cast, world, region="CN", country="CN")
    plan(designer, 3.0)
    assert any(planned.chip.node_nm == 5.0 for planned in designer.planned) is open_still


class ServedInOneFuture(RuleBook):
    """A rule book by which foundries serve in the first future only."""

    def foundry_access(self, designer, designer_region, foundry_region, start, end):
        return np.array([1.0, 0.0])


def at_a_reopened_foundry(cast, *, present=None, recorded=None, foundry=None, **fields):
    """A Chinese designer with a roadmap of 2029 at home; the foundry abroad was closed to it."""
    closed = cast.instrument("foundry-control", destinations=["CN"])
    world = cast.world(2, **STEADY_LINE)
    world.rules = RuleBook([], Calendar()) if present is None else present
    world.recorded_rules = cast.world(2, instruments=[closed]).rules
    world.recorded_rules = world.recorded_rules if recorded is None else recorded
    better = dates((3, [-20.0, -20.0])) if foundry is None else foundry
    world.dates_of_nodes |= {"Foundry": better, "Home": dates()}
    chips = fields.pop("chips", None) or [
        cast.chip(name="Roadmap", node_nm=7.0, foundry="Home", launched=date(2029, 1, 1))
    ]
    return cast.designer(
        world, *chips, region="CN", country="CN", foundries=["Foundry", "Home"], **fields
    )


def test_at_a_reopened_foundry_a_designer_commits_now_and_to_a_better_node_only(cast):
    designer = at_a_reopened_foundry(cast)
    plan(designer, 3.0)
    assert launches_of(designer, 0) == [3.0 + 12.0]
    no_better = at_a_reopened_foundry(cast, foundry=dates())
    plan(no_better, 12.0)
    assert no_better.planned == []
    not_yet = at_a_reopened_foundry(cast, foundry=dates((3, [6.0, 6.0])), node_patience=0)
    plan(not_yet, 3.0)
    assert not_yet.planned == [], "it knows only what is in volume"
    plan(not_yet, 6.0)
    assert launches_of(not_yet, 0) == [6.0 + 12.0]


def test_a_foundry_is_reopened_where_it_serves_and_never_did(cast):
    in_one_future = ServedInOneFuture([], Calendar())
    there = at_a_reopened_foundry(cast, present=in_one_future)
    plan(there, 3.0)
    assert launches_of(there, 0) == [15.0]
    assert launches_of(there, 1) == []
    served_before = at_a_reopened_foundry(cast, recorded=in_one_future)
    plan(served_before, 3.0)
    assert served_before.planned == []


# --- the data sheets of planned chips -------------------------------------------------------------


def gains(world) -> product_planning.Gains:
    known = world.parameters.certain
    return product_planning.Gains(
        node=known("node_gain"),
        architecture=known("architecture_gain"),
        area=known("package_gain"),
        memory=known("memory_gain"),
        memory_at_home=known("memory_gain_at_home"),
        links=known("link_gain"),
        price=known("price_per_worth"),
    )


def test_a_planned_chip_has_gained_since_the_one_on_record_and_costs_less_for_its_worth(cast):
    bar = cast.instrument("memory-control", destinations=["CN"], effective=date(2021, 7, 1))
    world = cast.world(2, instruments=[bar], **STEADY_LINE)
    world.dates_of_nodes["Foundry"] = dates()
    last = cast.chip(name="Last", node_nm=7.0, launched=date(2020, 7, 1))
    designer = cast.designer(world, last, cadence=36, region="CN", country="CN")
    plan(designer, 6.0)
    (planned,) = designer.planned
    assert planned.chip.name == "Designer 2023, 7 nm at Foundry"
    assert planned.launches.tolist() == [18.0, 18.0]
    # Three years from the launch of the last to the middle of its own year, one with all memory.
    expected = product_planning.successor(
        last, gains(world), name=planned.chip.name, foundry="Foundry", rung=2, years=3.0,
        open_memory=1.0 / 3.0,
    )  # fmt: skip
    for figure in ("fp16_tflops", "memory_bandwidth_gbs", "interconnect_gbs", "die_mm2"):
        assert getattr(planned.chip, figure) == pytest.approx(getattr(expected, figure), rel=1e-2)
    factor = product_planning.price_factor(planned.chip, last, gains(world).price)
    assert factor > 1.0
    assert designer.list_prices[planned.chip.name] == pytest.approx([25000.0 * factor] * 2)


@pytest.mark.parametrize(("month", "base"), [(3.0, "First"), (15.0, "Second"), (27.0, "Second")])
def test_a_planned_chip_comes_after_the_one_on_record_of_an_earlier_year(cast, month, base):
    chips = [
        cast.chip(name=name, node_nm=7.0, foundry="Home", launched=date(year, 1, 1))
        for name, year in (("First", 2020), ("Second", 2023), ("Third", 2029))
    ]
    designer = at_a_reopened_foundry(cast, chips=chips)
    designer.model.time = month - 3.0
    plan(designer, month)
    assert [planned.base.name for planned in designer.planned] == [base]


def test_a_chip_planned_before_the_first_on_record_gains_by_its_node_alone(cast):
    designer = at_a_reopened_foundry(cast)
    plan(designer, 3.0)
    (planned,) = designer.planned
    roadmap = designer.chips[0]
    assert planned.chip.fp16_tflops == pytest.approx(
        roadmap.fp16_tflops * gains(designer.model).node
    )
    assert planned.chip.interconnect_gbs == roadmap.interconnect_gbs


def test_two_generations_within_a_year_are_one_product_from_the_first_on(cast):
    world = cast.world(2, **(STEADY_LINE | {"commitment_months": 3.0}))
    world.dates_of_nodes["Foundry"] = dates()
    last = cast.chip(name="Last", node_nm=7.0, launched=date(2021, 11, 1))
    designer = cast.designer(world, last, cadence=5)
    plan(designer, 6.0)
    (planned,) = designer.planned
    assert planned.launches.tolist() == [3.0, 3.0], "and again in month 8"
    assert np.isinf(planned.ends).all(), "it goes on"
