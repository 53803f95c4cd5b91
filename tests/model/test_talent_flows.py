"""People who cross borders: none is lost, doors shut, equals exchange equally, know-how travels."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
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


def set_out(
    cast,
    *,
    leave=0.02,
    home=0.05,
    abroad=0.2,
    recorded=NO_RULES,
    levels=LEVEL,
    staff=100.0,
    **known,
):
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
    return TalentFlows(firms, pools, world.parameters, recorded, levels), market, firms, pools


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


def moves(cast, *, rules=NO_RULES, now=LEVEL, pay=(1.0, 1.0, 1.0), start=3.0, **scene):
    """Researchers who come to each region in a quarter and with a year's classes, by origin."""
    flows, _, _, pools = set_out(
        cast, migration_wage_elasticity=1.0, migration_prestige=0.5, **scene
    )
    for pool, factor in zip(pools, pay, strict=True):
        pool.wage["researchers"] = factor * pool.wage["researchers"]
    flows.graduate(rules, now, start + 3.0)
    flows.migrate(rules, now, start, start + 3.0)
    return np.array([pool.arrived["researchers"] for pool in pools])


def at(us=24.0, cn=24.0, row=24.0):
    """Levels of the best models of the regions."""
    return {r: np.full(FUTURES, level) for r, level in zip(ORIGINS, (us, cn, row), strict=True)}


# --- conservation ---------------------------------------------------------------------------------


@settings(max_examples=25)
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


@settings(max_examples=30)
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


def test_where_nothing_has_changed_classes_and_others_move_as_recorded(cast):
    flows, _, _, pools = set_out(cast, leave=0.0, home=0.1, abroad=0.2)
    flows.graduate(NO_RULES, LEVEL, 6.0)
    classes = np.array([pool.arrived["engineers"] for pool in pools])[:, :, 0]
    assert classes == pytest.approx(np.where(np.eye(3, dtype=bool), 0.0, 200.0)), "of 1,000 each"
    abroad = pools[US].by_origin["engineers"][CN].copy()
    flows.migrate(NO_RULES, LEVEL, 3.0, 6.0)
    returned = pools[CN].arrived["engineers"][CN] / (abroad + pools[ROW].by_origin["engineers"][CN])
    assert returned == pytest.approx([-np.expm1(-0.1 / 4.0)] * 2, rel=0.02)


@pytest.mark.parametrize("start", [0.0, 6.0, 60.0])
def test_a_quarter_is_as_long_whenever_it_begins(cast, start):
    flows, _, _, pools = set_out(cast)
    flows.migrate(NO_RULES, LEVEL, start, start + 3.0)
    left = pools[US].departed["researchers"]
    again, _, _, others = set_out(cast)
    again.migrate(NO_RULES, LEVEL, 1.0, 4.0)
    assert left == pytest.approx(others[US].departed["researchers"])


def test_moves_are_counted_over_the_last_four_quarters(cast):
    flows, _, _, pools = set_out(cast)
    came = []
    for quarter in range(6):
        before = pools[CN].arrived["researchers"]
        flows.migrate(NO_RULES, LEVEL, 3.0 * quarter, 3.0 * quarter + 3.0)
        came.append(pools[CN].arrived["researchers"] - before)
        last = total(came[-4:])
        assert pools[CN].came_in_a_year("researchers") == pytest.approx(last)


# --- what stands still ----------------------------------------------------------------------------


def test_pay_that_rises_everywhere_moves_nobody(cast):
    assert moves(cast, pay=(3.0, 3.0, 3.0)) == pytest.approx(moves(cast))
    assert moves(cast, pay=(1.0, 3.0, 1.0)) != pytest.approx(moves(cast))


def test_a_distance_between_regions_that_was_there_at_the_start_moves_nobody(cast):
    apart = at(us=25.0, cn=24.0, row=23.0)
    assert moves(cast, levels=apart, now=apart) == pytest.approx(moves(cast))
    later = at(us=27.0, cn=26.0, row=25.0)
    assert moves(cast, levels=apart, now=later) == pytest.approx(moves(cast)), "all kept pace"


def test_between_two_who_fall_behind_alike_people_move_as_before(cast):
    usual, leading = moves(cast), moves(cast, now=at(row=25.0))
    for origin, destination in ((US, CN), (CN, US)):
        ratio = leading[destination, origin] / usual[destination, origin]
        # Fewer only as more of them go to the leader instead.
        assert ratio == pytest.approx([1.0] * 2, rel=0.15)
    assert (leading[ROW, [US, CN]] > 1.2 * usual[ROW, [US, CN]]).all()
    assert leading[CN, US] == pytest.approx(leading[US, CN])


def test_no_model_is_as_bad_as_one_that_is_of_no_use_any_more(cast):
    useless = moves(cast, now=at(cn=20.0), useful_distance=4.0)
    for level in (10.0, -np.inf):
        assert moves(cast, now=at(cn=level), useful_distance=4.0) == pytest.approx(useless)
    assert (useless[CN, CN] < moves(cast, now=at(cn=22.0), useful_distance=4.0)[CN, CN]).all()


# --- directions -----------------------------------------------------------------------------------


@settings(max_examples=30)
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


def test_the_recorded_flows_are_those_of_january_2022(cast):
    """What ended with January was behind them, what began in February was not."""
    ended = book(programme(cast, 1.5, ended=date(2022, 2, 1)))
    begun = book(programme(cast, 1.5, effective=date(2022, 2, 1)))
    for rules, since in ((ended, 1.0 / 1.5), (begun, 1.5)):
        later = moves(cast, recorded=rules, rules=rules)
        assert later == pytest.approx(moves(cast, rules=book(programme(cast, since))))


def test_a_class_chooses_by_the_rules_of_the_quarter_before_it_begins(cast):
    def went(**in_force):
        flows, _, _, pools = set_out(cast)
        flows.graduate(book(programme(cast, 0.0, **in_force)), LEVEL, 6.0)
        return pools[CN].arrived["researchers"][US]

    shut, reopened = date(2022, 4, 1), date(2022, 7, 1)
    assert (went(effective=shut, ended=reopened) == 0.0).all()
    assert (went(effective=reopened) > 0.0).all()
    assert (went(effective=date(2022, 1, 1), ended=shut) > 0.0).all()


def test_where_no_model_is_out_standing_plays_no_part(cast):
    nothing = {region: np.full(FUTURES, -np.inf) for region in ORIGINS}
    moved = []
    for levels in (LEVEL, nothing):
        flows, _, _, pools = set_out(cast)
        with np.errstate(invalid="raise"):
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


def test_those_who_left_a_developer_before_keep_what_they_know_wherever_they_go(cast):
    flows, _, _, pools = set_out(cast, staff=0.0)
    people, know = np.zeros((3, FUTURES)), np.zeros((3, FUTURES))
    people[US], know[US] = 100.0, 3.0
    pools[US].veterans["researchers"].join(people, know)
    flows.migrate(NO_RULES, LEVEL, 0.0, 3.0)
    veterans = [pool.veterans["researchers"] for pool in pools]
    assert total(group.people for group in veterans) == pytest.approx(people), "none is lost"
    left = total(pools[US].departed["researchers"])
    for place in (CN, ROW):
        assert (veterans[place].people[US] > 0.0).all()
        assert veterans[place].know[US] == pytest.approx([3.0, 3.0])
    away = 100.0 - veterans[US].people[US]
    assert away == pytest.approx(0.1 * left), "a tenth of the region's people, and of who leaves"


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
