"""The life of a foundry, scene by scene."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.foundry import STORES, TOOL_CLASSES, store_of
from agents.lithography import LADDER, rung

STEADY = {"fab_luck": 0.0, "fab_months": 15.0, "node_luck": 0.0}
ENOUGH = 1000.0


def equip(foundry, sets=ENOUGH, classes=TOOL_CLASSES):
    for tool_class in classes:
        foundry.take_delivery(tool_class, np.full_like(foundry.cash, sets), "NL")


def stored_is_received_less_built_in(foundry) -> bool:
    return all(
        np.allclose(foundry.tools[s], foundry.tools_received[s] - foundry.tools_built_in[s])
        and (foundry.tools[s] >= 0.0).all()
        for s in STORES
    )


# --- fabs -----------------------------------------------------------------------------------------


def test_a_fab_opens_after_its_lag_and_not_before(cast):
    world = cast.world(2, time=3.0, **STEADY)
    foundry = cast.foundry(world, 14, 7, leading_wafers=10)
    equip(foundry)
    foundry.begin_fab(np.array([4.0, 6.0]))
    for month in range(4, 18):
        world.time = float(month)
        foundry.open_fabs()
        assert foundry.wafers.tolist() == [10.0, 10.0]
    world.time = 18.0
    foundry.open_fabs()
    assert foundry.wafers == pytest.approx([14.0, 16.0])
    foundry.open_fabs()
    assert foundry.wafers == pytest.approx([14.0, 16.0]), "it opens once"


def test_futures_open_their_fabs_at_times_of_their_own(cast):
    world = cast.world(5, fab_luck=0.3)
    foundry = cast.foundry(world, 14, 7, leading_wafers=10)
    equip(foundry)
    foundry.begin_fab(np.full(5, 0.5))
    opens = foundry.projects[0].opens
    assert len(set(opens)) == 5
    world.time = float(np.sort(opens)[2])
    foundry.open_fabs()
    assert np.array_equal(foundry.wafers == 10.5, opens <= world.time)
    assert (foundry.wafers == 10.5).sum() == 3
    world.time = float(opens.max())
    foundry.open_fabs()
    assert (foundry.wafers == 10.5).all()
    assert foundry.projects == []


def test_luck_makes_the_way_to_a_fab_longer_by_its_own_factor(cast):
    world = cast.world(5, time=3.0, fab_luck=0.3, fab_months=15.0)
    foundry = cast.foundry(world, 14, 7)
    equip(foundry)
    for number in range(2):
        foundry.begin_fab(np.ones(5))
        luck = world.luck("Foundry/fab", number, sigma=0.3)
        assert foundry.projects[number].opens == pytest.approx(3.0 + 15.0 * luck)


def test_each_fab_has_luck_of_its_own(cast):
    foundry = cast.foundry(cast.world(1, fab_luck=0.3), 14, 7)
    equip(foundry)
    for _ in range(3):
        foundry.begin_fab(np.ones(1))
    assert len({float(project.opens[0]) for project in foundry.projects}) == 3


@given(st.lists(st.floats(0.0, 20.0), min_size=1, max_size=6), st.floats(0.0, 3.0))
def test_all_the_capacity_begun_opens_and_no_more(cast, expansions, sets):
    world = cast.world(3, fab_luck=0.3)
    foundry = cast.foundry(world, 14, 7, leading_wafers=10)
    begun = np.zeros(3)
    for month, expansion in enumerate(expansions):
        world.time = float(month)
        equip(foundry, sets, ("immersion", "deposition-etch"))
        foundry.begin_fab(np.full(3, expansion))
        begun += foundry.projects[-1].wafers
        assert (foundry.projects[-1].wafers <= expansion + 1e-12).all()
        assert stored_is_received_less_built_in(foundry)
    world.time = 1000.0
    foundry.open_fabs()
    assert foundry.wafers == pytest.approx(10.0 + begun)
    assert foundry.projects == []


def test_the_scarcest_tool_limits_a_fab(cast):
    world = cast.world(1, immersion_per_thousand=0.5)
    foundry = cast.foundry(world, 14, 7)
    equip(foundry, 10.0, ["deposition-etch"])
    equip(foundry, 1.0, ["immersion"])
    foundry.begin_fab(np.array([100.0]))
    assert foundry.projects[0].wafers == pytest.approx([2.0])
    assert foundry.tools["immersion"] == pytest.approx([0.0])
    assert foundry.tools["deposition-etch"] == pytest.approx([8.0])


def test_without_tools_no_fab_and_no_bill(cast):
    world = cast.world(2)
    foundry = cast.foundry(world, 14, 7)
    foundry.begin_fab(np.full(2, 5.0))
    world.time = 100.0
    foundry.open_fabs()
    assert (foundry.wafers == 10.0).all()
    assert (foundry.cash == 0.0).all()


def test_a_building_is_paid_for(cast):
    world = cast.world(2, building_per_thousand_wafers=0.05)
    foundry = cast.foundry(world, 14, 7)
    equip(foundry)
    foundry.begin_fab(np.array([2.0, 4.0]))
    assert foundry.cash == pytest.approx([-0.1, -0.2])
    assert world.cash() == pytest.approx([0.0, 0.0])


# --- tools ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [(14, 7), (14, 7, 5), (14, 7, 5, 3)])
def test_a_foundry_without_euv_builds_no_euv_tools_in(cast, classes):
    foundry = cast.foundry(cast.world(2), *classes, euv_scanners=0)
    equip(foundry, classes=("immersion", "deposition-etch"))
    foundry.begin_fab(np.full(2, 5.0))
    assert (foundry.projects[0].wafers == 5.0).all(), "it builds all the same"
    assert (foundry.tools_built_in["euv"] == 0.0).all()
    assert (foundry.tools["euv"] == 0.0).all()


def test_from_5_nm_down_an_owner_of_euv_needs_more_of_it_and_others_more_immersion(cast):
    world = cast.world(1, multipatterning_passes=1.6, immersion_per_thousand=0.3)
    owner = cast.foundry(world, 14, 7, 5, euv_scanners=20)
    other = cast.foundry(world, 14, 7, 5, euv_scanners=0)
    at_seven = cast.foundry(world, 14, 7, euv_scanners=20)
    assert (owner.needs()["euv"] > 0.0).all()
    assert (other.needs()["euv"] == 0.0).all()
    assert (at_seven.needs()["euv"] == 0.0).all()
    assert owner.needs()["immersion"] == pytest.approx([0.3])
    assert other.needs()["immersion"] == pytest.approx([0.48])


def test_orders_are_what_an_expansion_takes_less_what_is_in_store(cast):
    world = cast.world(1, immersion_per_thousand=0.5)
    foundry = cast.foundry(world, 14, 7)
    equip(foundry, 2.0, ["immersion-advanced"])
    assert foundry.order("immersion", np.array([10.0])) == pytest.approx([3.0])
    assert foundry.order("immersion-advanced", np.array([10.0])) == pytest.approx([3.0])
    assert foundry.order("immersion", np.array([1.0])) == pytest.approx([0.0])
    assert foundry.order("deposition-etch", np.array([10.0])) == pytest.approx([10.0])


def test_the_first_euv_scanner_is_wanted_for_research(cast):
    world = cast.world(1)
    nothing = np.zeros(1)
    assert cast.foundry(world, 14, 7).order("euv", nothing) == pytest.approx([1.0])
    assert cast.foundry(world, 14).order("euv", nothing) == pytest.approx([0.0])
    assert cast.foundry(world, 14, 7, euv_scanners=1).order("euv", nothing) == pytest.approx([0.0])


def test_an_owner_of_euv_orders_what_its_leading_node_takes_of_it(cast):
    world = cast.world(1, euv_per_thousand=0.4, immersion_per_thousand=0.3)
    for scanners in (1, 20):
        owner = cast.foundry(world, 14, 7, 5, euv_scanners=scanners)
        assert owner.order("euv", np.array([10.0])) == pytest.approx([4.0])
        assert owner.order("immersion", np.array([10.0])) == pytest.approx([3.0]), "once each"


def test_tools_are_hoarded_before_a_ban_and_of_the_barred_class_only(cast):
    ban = cast.instrument(
        "tool-control",
        effective=date(2022, 11, 1),
        toolmaker_countries=["NL"],
        tool_classes=["immersion"],
    )
    world = cast.world(1, instruments=[ban], tool_hoard=1.5, tool_warning_months=6)
    foundry = cast.foundry(world, 14, 7, region="CN", country="CN")
    elsewhere = cast.foundry(world, 14, 7)
    expansion = np.array([10.0])
    usual = foundry.order("immersion", expansion)
    plenty = foundry.order("deposition-etch", expansion)
    world.time = 5.0
    assert foundry.order("immersion", expansion) == pytest.approx(2.5 * usual)
    assert foundry.order("deposition-etch", expansion) == pytest.approx(plenty)
    assert elsewhere.order("immersion", expansion) == pytest.approx(usual)
    world.time = 10.0
    assert foundry.order("immersion", expansion) == pytest.approx(usual), "too late"


@given(
    st.lists(
        st.tuples(st.sampled_from(TOOL_CLASSES), st.floats(0.0, 50.0), st.floats(0.0, 30.0)),
        max_size=8,
    )
)
def test_tools_in_store_are_those_received_and_not_built_in(cast, deliveries):
    foundry = cast.foundry(cast.world(2), 14, 7, 5, euv_scanners=2)
    owned = foundry.euv_owned.copy()
    for tool_class, sets, expansion in deliveries:
        foundry.take_delivery(tool_class, np.array([sets, 0.5 * sets]), "NL")
        foundry.begin_fab(np.full(2, expansion))
        assert stored_is_received_less_built_in(foundry)
    received = sum(sets for _, sets, _ in deliveries)
    assert sum(float(foundry.tools_received[s][0]) for s in STORES) == pytest.approx(received)
    scanners = sum(sets for tool_class, sets, _ in deliveries if tool_class == "euv")
    assert foundry.euv_owned - owned == pytest.approx([scanners, 0.5 * scanners])


def test_every_tool_class_has_a_store():
    assert {store_of(tool_class) for tool_class in TOOL_CLASSES} == set(STORES)
    assert store_of("immersion-advanced") == store_of("immersion") == "immersion"


# --- process research -----------------------------------------------------------------------------


def test_a_node_is_reached_at_its_own_moment_between_wake_ups(cast):
    world = cast.world(3, time=3.0, **STEADY)
    foundry = cast.foundry(world, 14, 7, research_pace=0.4, euv_scanners=5)
    foundry.progress = np.array([0.95, 0.92, 0.2])  # a quarter brings 0.1
    arrived = foundry.research_process(3.0)
    assert arrived.tolist() == [True, True, False]
    assert foundry.reached[rung(5.0)] == pytest.approx([1.5, 2.4, np.inf])
    assert foundry.rung.tolist() == [rung(5.0), rung(5.0), rung(7.0)]
    assert foundry.progress == pytest.approx([0.0, 0.0, 0.3])


def test_years_at_the_recorded_pace_bring_the_nodes(cast):
    world = cast.world(1, **STEADY)
    foundry = cast.foundry(world, 14, 7, research_pace=0.5, progress=0.5, euv_scanners=5)
    world.rung_of_leader = foundry.rung
    for quarter in range(1, 13):
        world.time = 3.0 * quarter
        foundry.research_process(3.0)
    assert foundry.reached[rung(5.0)] == pytest.approx([12.0])
    assert foundry.reached[rung(3.0)] == pytest.approx([36.0])


def pace(cast, *, grant=0.0, leader=None, **parameters) -> float:
    """Progress in a year of a 7 nm foundry without EUV, or with a change."""
    scanners = parameters.pop("euv_scanners", 0.0)
    world = cast.world(1, **(STEADY | parameters))
    foundry = cast.foundry(
        world, 14, 7, research_pace=0.4, euv_scanners=scanners, capital_budget=2.0
    )
    world.rung_of_leader = foundry.rung if leader is None else np.array([rung(leader)])
    foundry.receive_grant(np.array([grant]), "process-research")
    foundry.research_process(12.0)
    return float(foundry.progress[0])


def test_luck_makes_the_way_to_a_node_shorter_by_a_factor_of_that_node(cast):
    world = cast.world(5, node_luck=0.3)
    foundry = cast.foundry(world, 14, 7, research_pace=0.1, euv_scanners=5)
    world.rung_of_leader = foundry.rung
    foundry.research_process(6.0)
    luck = world.luck("Foundry/node", rung(5.0), sigma=0.3)
    assert foundry.progress == pytest.approx(0.05 * luck)


def test_euv_followers_and_grants_go_faster(cast):
    for scanners in (1, 5):
        assert pace(cast, euv_scanners=scanners) == pytest.approx(0.4)
    assert pace(cast, multipatterning_pace=0.6) == pytest.approx(0.24)
    assert pace(cast, euv_scanners=5, leader=2.0, follower_advantage=0.9) == pytest.approx(0.76)
    # A grant as large as the own budget is half of what is spent.
    got = pace(cast, euv_scanners=5, grant=2.0, grant_response=0.5)
    assert got == pytest.approx(0.4 * 1.25)


def test_a_grant_speeds_research_once(cast):
    world = cast.world(1, **STEADY)
    foundry = cast.foundry(world, 14, 7, research_pace=0.1, euv_scanners=5)
    foundry.receive_grant(np.array([5.0]), "process-research")
    foundry.research_process(3.0)
    first = foundry.progress.copy()
    foundry.research_process(3.0)
    assert foundry.progress - first < first


def test_a_research_grant_is_spent_and_a_fab_grant_kept_for_fabs(cast):
    world = cast.world(1, cost_per_thousand_wafers=0.2)
    foundry = cast.foundry(world, 14, 7)
    for purpose in ("process-research", "fab-capacity"):
        foundry.cash = foundry.cash + 1.0
        foundry.receive_grant(np.array([1.0]), purpose)
    assert foundry.cash == pytest.approx([1.0])
    assert foundry.affordable_expansion() == pytest.approx([5.0])


def test_there_is_nothing_beyond_the_last_class(cast):
    world = cast.world(1, **STEADY)
    foundry = cast.foundry(world, *LADDER[1:].tolist(), euv_scanners=5)
    assert foundry.research_process(120.0).tolist() == [False]
    assert foundry.rung.tolist() == [len(LADDER) - 1]
    assert foundry.progress.tolist() == [0.0]
    last_but_one = cast.foundry(world, *LADDER[1:-1].tolist(), euv_scanners=5, research_pace=0.4)
    assert last_but_one.research_process(12.0).tolist() == [False]
    assert (last_but_one.progress > 0.3).all()


# --- production -----------------------------------------------------------------------------------


def test_a_new_leading_class_starts_with_a_setback_in_yield(cast):
    world = cast.world(1, new_node_yield=0.5, **STEADY)
    foundry = cast.foundry(world, 14, 7, yield_now=0.6, progress=0.99, euv_scanners=5)
    assert foundry.yield_at(5.0).tolist() == [0.0]
    foundry.research_process(12.0)
    assert foundry.yield_at(5.0) == pytest.approx([0.3])
    assert foundry.yield_at(7.0) == pytest.approx([0.6])


def test_the_setback_begins_with_the_7_nm_class(cast):
    for classes, entered, expected in (([], 14.0, 0.6), ([14.0], 7.0, 0.3)):
        world = cast.world(1, new_node_yield=0.5, **STEADY)
        foundry = cast.foundry(world, *classes, yield_now=0.6, progress=0.99)
        foundry.research_process(12.0)
        assert foundry.yield_at(entered) == pytest.approx([expected])


@pytest.mark.parametrize(("scanners", "ceiling"), [(0.0, 0.6), (1.0, 0.8), (5.0, 0.8)])
def test_yields_are_learned_by_wafers_against_those_made_before(cast, scanners, ceiling):
    known = {"yield_ceiling": 0.8, "yield_ceiling_without_euv": 0.6, "yield_pace": 0.5}
    world = cast.world(3, experience_at_start=12.0, **known)
    # A small foundry learns as if it had made a thousand wafers a month.
    for size, at_start in ((10.0, 120.0), (1.5, 18.0), (0.5, 12.0)):
        foundry = cast.foundry(
            world, 14, 7, yield_now=0.5, leading_wafers=size, euv_scanners=scanners
        )
        away, made_before = ceiling - 0.5, at_start
        for _ in range(2):
            foundry.produce(6.0)
            away *= np.exp(-0.5 * size * 6.0 / made_before)
            made_before += size * 6.0
            assert foundry.yield_at(7.0) == pytest.approx([ceiling - away] * 3)


# --- lines that nobody services -------------------------------------------------------------------


def unserviced(cast, **fields):
    """A Chinese foundry with three quarters of its tools from a country that may not service."""
    control = cast.instrument(
        "servicing-control", issuer="NL", destinations=["CN"], family="export-control", **fields
    )
    world = cast.world(2, instruments=[control], unserviced_loss=0.4)
    foundry = cast.foundry(world, 14, 7, region="CN", country="CN", leading_wafers=10)
    foundry.take_delivery("immersion", np.array([20.0, 30.0]), "NL")
    foundry.take_delivery("immersion", np.full(2, 10.0), "NL")
    foundry.take_delivery("deposition-etch", np.array([10.0, 0.0]), "CN")
    foundry.lose_unserviced(9.0, 12.0)
    return foundry


def test_lines_wear_out_as_far_as_their_tools_may_not_be_serviced(cast):
    lost = np.exp(-0.4 * np.array([0.75, 1.0]) / 4.0)
    assert unserviced(cast).wafers == pytest.approx(10.0 * lost)
    half = np.exp(-0.2 * np.array([0.75, 1.0]) / 4.0)
    assert unserviced(cast, parameters={"admitted": 0.5}).wafers == pytest.approx(10.0 * half)


def test_lines_whose_tools_are_serviced_or_that_got_none_do_not_wear_out(cast):
    foundry = cast.foundry(cast.world(2), 14, 7, leading_wafers=10)
    foundry.lose_unserviced(9.0, 12.0)
    foundry.take_delivery("immersion", np.full(2, 10.0), "NL")
    foundry.lose_unserviced(12.0, 15.0)
    assert foundry.wafers.tolist() == [10.0, 10.0]


# --- capital --------------------------------------------------------------------------------------


def test_yields_rise_with_wafers_to_a_ceiling_that_euv_lifts(cast):
    world = cast.world(1, yield_ceiling=0.8, yield_ceiling_without_euv=0.6)
    owner = cast.foundry(world, 14, 7, yield_now=0.5, euv_scanners=5)
    other = cast.foundry(world, 14, 7, yield_now=0.5)
    for foundry, ceiling in ((owner, 0.8), (other, 0.6)):
        seen = []
        for _ in range(40):
            foundry.produce(3.0)
            seen.append(float(foundry.yield_at(7.0)[0]))
        assert seen == sorted(seen)
        assert 0.5 < seen[0] < seen[-1] <= ceiling
        assert (foundry.yield_at(5.0) == 0.0).all(), "not in volume"


def test_idle_lines_teach_nothing(cast):
    foundry = cast.foundry(cast.world(1), 14, 7, leading_wafers=0, yield_now=0.5)
    foundry.produce(12.0)
    assert foundry.yield_at(7.0) == pytest.approx([0.5])


def test_owners_invest_from_7_nm_on(cast):
    world = cast.world(1, time=0.0)
    leading = cast.foundry(world, 14, 7, capital_budget=4.0)
    trailing = cast.foundry(world, 14, capital_budget=4.0)
    for foundry in (leading, trailing):
        foundry.raise_capital(3.0)
    assert leading.cash == pytest.approx([1.0])
    assert trailing.cash == pytest.approx([0.0])


def test_what_owners_plan_to_invest_grows_with_the_years(cast):
    foundry = cast.foundry(
        cast.world(1, time=24.0, fab_investment_growth=0.1), 14, 7, capital_budget=4.0
    )
    foundry.raise_capital(3.0)
    assert foundry.cash == pytest.approx([np.exp(0.2)])


def test_a_foundry_expands_for_the_cash_it_has_and_not_on_debt(cast):
    foundry = cast.foundry(cast.world(3, cost_per_thousand_wafers=0.2), 14, 7)
    foundry.cash = np.array([-1.0, 0.0, 0.5])
    assert foundry.affordable_expansion() == pytest.approx([0.0, 0.0, 2.5])


# --- packaging and what accelerators get ----------------------------------------------------------


def test_packaging_grows_where_it_ran_full(cast):
    foundry = cast.foundry(cast.world(4, comfortable_use=0.8, packaging_growth=0.3), 14, 7)
    foundry.expand_packaging(np.array([0.5, 0.8, 1.0, 5.0]))
    assert foundry.packaging == pytest.approx([5.0, 5.0, 5.0 * (1.0 + 0.3 * 0.25), 6.5])


def test_a_foundry_without_packaging_packages_nothing(cast):
    world = cast.world(1)
    assert cast.foundry(world, 14, 7).packages
    assert cast.foundry(world, 14, 7, packaging_wafers=0.5).packages
    assert not cast.foundry(world, 14, 7, packaging_wafers=0).packages


def test_accelerators_get_their_share_of_wafers(cast):
    foundry = cast.foundry(cast.world(1), 14, 7, leading_wafers=10, accelerator_share=0.3)
    assert foundry.wafers_for_accelerators(3.0) == pytest.approx([9.0])
    assert foundry.packaging_for_accelerators(3.0) == pytest.approx([15.0])
