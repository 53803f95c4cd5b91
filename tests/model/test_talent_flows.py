"""People who cross borders: none is lost, doors shut, equals exchange equally, know-how travels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.arrays import Floats, total
from agents.talent_pool import ORIGINS, TIERS
from model.calendar import Calendar
from model.labour_market import LabourMarket
from model.rulebook import RuleBook
from model.talent_flows import TalentFlows

NO_RULES = RuleBook([], Calendar())
FUTURES = 2
LEVEL: dict[str, Floats] = {region: np.full(FUTURES, 24.0) for region in ORIGINS}
US, CN, ROW = range(3)
rates = st.floats(0.0, 0.6)


def set_out(cast, *, leave=0.02, home=0.05, abroad=0.2, recorded=NO_RULES, staff=100.0, **known):
    """Three equal regions with a firm each, which send people to one another."""
    world = cast.world(FUTURES, **known)
    firms, pools = [], []
    for region in ORIGINS:
        others = [other for other in ORIGINS if other != region]
        firms.append(
            cast.developer(world, name=region, region=region, researchers=staff, engineers=staff)
        )
        pools.append(
            cast.talent_pool(
                world,
                region,
                origins=cast.for_each_tier({region: 0.6, others[0]: 0.2, others[1]: 0.2}),
                first_places=cast.for_each_tier(
                    {region: 1.0 - 2.0 * abroad, others[0]: abroad, others[1]: abroad}
                ),
                emigration={other: cast.figure(leave) for other in others},
                returning={other: cast.figure(home) for other in others},
            )
        )
    market = LabourMarket(firms, pools, world.parameters, world.ledger)
    market.staff_at_start()
    return TalentFlows(firms, pools, world.parameters, recorded, LEVEL), market, firms, pools


def programme(cast, factor, name="a-programme", **fields):
    fields = {"origin": "US", "destination": "CN"} | fields
    return cast.instrument(
        "talent-programme",
        name,
        family="talent",
        parameters={"migration_factor": factor},
        **fields,
    )


def book(*instruments):
    return RuleBook(instruments, Calendar())


# --- conservation ---------------------------------------------------------------------------------


@given(leave=rates, home=rates, abroad=st.floats(0.0, 0.4), staff=st.floats(0.0, 300.0))
def test_people_of_every_origin_are_somewhere(cast, leave, home, abroad, staff):
    flows, market, firms, pools = set_out(cast, leave=leave, home=home, abroad=abroad, staff=staff)
    start = {tier: total(pool.by_origin[tier] for pool in pools) for tier in TIERS}
    for quarter in range(6):
        if quarter in (2, 4):
            flows.graduate(NO_RULES, LEVEL, 3.0 * quarter)
        market.clear(3.0 * quarter, 3.0 * quarter + 3.0)
        flows.migrate(NO_RULES, LEVEL, 3.0 * quarter, 3.0 * quarter + 3.0)
        for pool in pools:
            pool.retire(3.0)
    for tier in TIERS:
        now = total(pool.by_origin[tier] for pool in pools)
        graduated = np.stack([pool.graduated[tier] for pool in pools])
        retired = total(pool.retired[tier] for pool in pools)
        assert now == pytest.approx(start[tier] + graduated - retired)
        came = total(pool.arrived[tier] for pool in pools)
        assert came == pytest.approx(total(pool.departed[tier] for pool in pools))
        for pool, firm in zip(pools, firms, strict=True):
            working = pool.free[tier] + firm.people(tier)
            assert pool.by_origin[tier].sum(axis=0) == pytest.approx(working)
            assert (pool.by_origin[tier] >= -1e-9).all()
            assert (pool.free[tier] >= -1e-9).all()
            assert (firm.people(tier) >= 0.0).all()
            experienced = pool.veterans[tier].people + pool.landed[tier].people
            assert (experienced.sum(axis=0) <= pool.free[tier] + 1e-6).all()


# --- limits ---------------------------------------------------------------------------------------


def test_at_rates_of_zero_nobody_moves(cast):
    flows, _, _, pools = set_out(cast, leave=0.0, home=0.0, abroad=0.0)
    flows.migrate(NO_RULES, LEVEL, 0.0, 3.0)
    flows.graduate(NO_RULES, LEVEL, 6.0)
    for pool in pools:
        for tier in TIERS:
            assert (pool.arrived[tier] == 0.0).all()
            assert (pool.departed[tier] == 0.0).all()
        assert pool.graduated["researchers"].tolist() == [100.0, 100.0]


@given(leave=rates, home=rates, abroad=st.floats(0.0, 0.4))
def test_equal_regions_exchange_people_equally(cast, leave, home, abroad):
    flows, _, _, pools = set_out(cast, leave=leave, home=home, abroad=abroad)
    flows.graduate(NO_RULES, LEVEL, 6.0)
    flows.migrate(NO_RULES, LEVEL, 3.0, 6.0)
    for tier in TIERS:
        came = [pool.arrived[tier].sum(axis=0) for pool in pools]
        went = [pool.departed[tier].sum(axis=0) for pool in pools]
        assert came[0] == pytest.approx(came[1])
        assert came[0] == pytest.approx(came[2])
        assert np.stack(came) == pytest.approx(np.stack(went))


def test_through_a_shut_door_neither_class_nor_others_go(cast):
    flows, _, _, (american, chinese, other) = set_out(cast)
    both = book(
        programme(cast, 0.0, "one", origin="CN", destination="US"),
        programme(cast, 0.0, "two", origin="RoW", destination="US"),
    )
    flows.graduate(both, LEVEL, 6.0)
    flows.migrate(both, LEVEL, 3.0, 6.0)
    for tier in TIERS:
        assert (american.arrived[tier] == 0.0).all()
        assert (chinese.arrived[tier].sum(axis=0) > 0.0).all()
    assert total(pool.graduated["researchers"] for pool in (american, chinese, other)) == (
        pytest.approx([300.0, 300.0])
    )


# --- directions -----------------------------------------------------------------------------------


@given(st.floats(1.0, 10.0), st.sampled_from(ORIGINS), st.sampled_from(ORIGINS), rates, rates)
def test_a_programme_that_draws_never_lowers_arrivals_at_first(
    cast, factor, origin, destination, leave, home
):
    def arrivals(rules):
        flows, _, _, pools = set_out(cast, leave=leave, home=home)
        flows.graduate(rules, LEVEL, 6.0)
        flows.migrate(rules, LEVEL, 3.0, 6.0)
        pool = pools[ORIGINS.index(destination)]
        return {tier: pool.arrived[tier].sum(axis=0) for tier in TIERS}

    drawn = arrivals(book(programme(cast, factor, origin=origin, destination=destination)))
    usual = arrivals(NO_RULES)
    for tier in TIERS:
        assert (drawn[tier] >= usual[tier] * (1.0 - 1e-12)).all()
        if origin != destination and factor > 1.01 and min(leave, home) > 0.01:
            assert (drawn[tier] > usual[tier]).all()


def test_people_go_where_pay_and_standing_have_risen(cast):
    def returned(pay=1.0, gain=0.0):
        flows, _, _, pools = set_out(cast, migration_wage_elasticity=1.0, migration_prestige=0.5)
        pools[CN].wage["researchers"] = pay * pools[CN].wage["researchers"]
        levels = LEVEL | {"US": LEVEL["US"] + 1.0, "CN": LEVEL["CN"] + gain}
        flows.migrate(NO_RULES, levels, 0.0, 3.0)
        return pools[CN].arrived["researchers"][CN]

    assert (returned(pay=1.5) > returned()).all()
    assert (returned(gain=1.0) > returned()).all()
    assert (returned(gain=-1.0) < returned()).all()


def test_a_programme_of_the_start_draws_only_what_is_recorded(cast):
    old = programme(cast, 1.5, "old")
    moved = []
    for recorded, rules in ((NO_RULES, NO_RULES), (book(old), book(old)), (book(old), NO_RULES)):
        flows, _, _, pools = set_out(cast, recorded=recorded)
        flows.migrate(rules, LEVEL, 0.0, 3.0)
        moved.append(pools[CN].arrived["researchers"][CN])
    assert moved[1] == pytest.approx(moved[0])
    assert (moved[2] < moved[1]).all(), "without it fewer would come"


def test_where_no_model_is_out_standing_plays_no_part(cast):
    nothing = {region: np.full(FUTURES, -np.inf) for region in ORIGINS}
    moved = []
    for levels in (LEVEL, nothing):
        flows, _, _, pools = set_out(cast)
        flows.migrate(NO_RULES, levels, 0.0, 3.0)
        moved.append(pools[CN].arrived["researchers"])
    assert moved[0] == pytest.approx(moved[1])
    assert np.isfinite(moved[1]).all()


# --- what they take along -------------------------------------------------------------------------


def test_people_who_worked_for_a_developer_take_along_what_they_know(cast):
    flows, market, firms, pools = set_out(cast, direct_moves=0.0, turnover=0.2)
    for firm, level in zip(firms, (2.0, 0.0, 0.5), strict=True):
        firm.efficiency = np.full(FUTURES, level)
    before = firms[US].researchers
    flows.migrate(NO_RULES, LEVEL, 0.0, 3.0)
    assert (firms[US].researchers < before).all()
    chinese = pools[CN].veterans["researchers"]
    assert (chinese.people[US] > 0.0).all()
    assert chinese.know[US].tolist() == [2.0, 2.0]
    assert chinese.know[ROW].tolist() == [0.5, 0.5]
    market.clear(3.0, 6.0)
    assert ((firms[CN].efficiency > 0.0) & (firms[CN].efficiency < 2.0)).all()
    assert firms[US].efficiency.tolist() == [2.0, 2.0]


def test_people_who_come_straight_from_a_developer_abroad_are_hired_first(cast):
    flows, market, firms, pools = set_out(cast, direct_moves=1.0, turnover=0.0)
    firms[US].efficiency = np.full(FUTURES, 2.0)
    flows.migrate(NO_RULES, LEVEL, 0.0, 3.0)
    landed = pools[CN].landed["researchers"].people
    assert (landed[[US, ROW]] > 0.0).all()
    assert (landed[CN] == 0.0).all()
    assert (pools[CN].veterans["researchers"].people == 0.0).all()
    firms[CN].planned["researchers"] = firms[CN].researchers + total(landed)
    market.clear(3.0, 6.0)
    assert (pools[CN].landed["researchers"].people == 0.0).all()
    assert (pools[CN].veterans["researchers"].people < 1e-9).all(), "all have found work"
    assert (firms[CN].efficiency > 0.0).all()


def test_a_future_is_the_same_beside_others(cast):
    def lived(level):
        flows, market, firms, pools = set_out(cast)
        levels = {region: np.array(level) for region in ORIGINS} | {"US": LEVEL["US"]}
        firms[US].funding = np.array(level)
        for quarter in range(4):
            market.clear(3.0 * quarter, 3.0 * quarter + 3.0)
            flows.migrate(NO_RULES, levels, 3.0 * quarter, 3.0 * quarter + 3.0)
        return pools[US].by_origin["researchers"][:, 0], firms[US].researchers[0]

    one, other = lived([23.0, 22.0]), lived([23.0, 25.0])
    assert (one[0] == other[0]).all()
    assert one[1] == other[1]
