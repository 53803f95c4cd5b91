"""People are hired, quit and move; none is made or lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.arrays import total
from agents.talent_pool import TIERS
from model.calendar import Calendar
from model.labour_market import LabourMarket
from model.rulebook import RuleBook

NO_RULES = RuleBook([], Calendar())
people = st.floats(0.0, 1e5)


def set_out(cast, *, us=(100.0,), cn=(100.0,), free=1000.0, rules=NO_RULES, **parameters):
    """A market of firms that mean to employ given numbers, in two regions that exchange people."""
    world = cast.world(2, **parameters)
    firms = [
        cast.developer(
            world, name=f"{region}{n}", region=region, researchers=planned, engineers=planned
        )
        for region, plans in (("US", us), ("CN", cn))
        for n, planned in enumerate(plans)
    ]
    pools = [
        cast.talent_pool(
            world,
            region,
            researchers=free,
            engineers=free,
            emigration={other: cast.figure(0.08)},
        )
        for region, other in (("US", "CN"), ("CN", "US"))
    ]
    market = LabourMarket(firms, pools, world.parameters, world.ledger, rules)
    return world, market, firms, pools


def everyone(market, tier):
    return total(market.people(region, tier) for region in ("US", "CN"))


@given(
    us=st.lists(people, min_size=1, max_size=3),
    cn=st.lists(people, min_size=1, max_size=3),
    free=people,
    turnover=st.floats(0.0, 2.0),
    searching=st.floats(0.0, 1.0),
    compute=st.floats(1.0, 1e6),
)
def test_hiring_quits_and_moves_lose_nobody(cast, us, cn, free, turnover, searching, compute):
    world, market, firms, pools = set_out(
        cast, us=us, cn=cn, free=free, turnover=turnover, searching=searching
    )
    before = {tier: everyone(market, tier) for tier in TIERS}
    market.staff_at_start()
    for quarter in range(6):
        for firm in firms:
            firm.usable = firm.usable * compute
        market.clear(3.0 * quarter, 3.0 * quarter + 3.0)
        market.migrate(NO_RULES, 3.0 * quarter, 3.0 * quarter + 3.0)
        for tier in TIERS:
            assert everyone(market, tier) == pytest.approx(before[tier], rel=1e-9, abs=1e-6)
    for pool in pools:
        assert all((pool.free[tier] >= -1e-9).all() for tier in TIERS)
    for firm in firms:
        assert (firm.researchers >= 0.0).all()
        assert (firm.engineers >= 0.0).all()
    assert np.abs(world.cash()).max() < 1e-9


@given(st.lists(people, min_size=1, max_size=4), people, st.floats(0.0, 1.0))
def test_no_more_are_hired_than_search(cast, plans, free, searching):
    _, market, firms, pools = set_out(
        cast, us=plans, free=free, searching=searching, turnover=0.0, hiring_limit=4.0
    )
    market.clear(0.0, 3.0)
    hired = total(firm.researchers for firm in firms if firm.region == "US")
    assert (hired <= free * searching * (1.0 + 1e-9) + 1e-9).all()
    assert pools[0].free["researchers"] == pytest.approx(free - hired, abs=1e-6)


def test_where_too_few_search_all_firms_fill_the_same_share(cast):
    _, market, firms, _ = set_out(
        cast,
        us=(1000.0, 500.0),
        free=100.0,
        searching=0.5,
        turnover=0.0,
        smallest_team=600.0,
        hiring_limit=8.0,
    )
    market.clear(0.0, 3.0)
    one, other = (firm.researchers for firm in firms[:2])
    assert one + other == pytest.approx([50.0, 50.0])
    assert one == pytest.approx(2.0 * other)


def test_firms_grow_no_faster_than_they_can_take_people_in(cast):
    _, market, firms, _ = set_out(
        cast, us=(1000.0,), free=1e6, turnover=0.0, smallest_team=10.0, hiring_limit=0.4
    )
    firms[0].researchers = np.array([0.0, 200.0])
    market.clear(0.0, 3.0)
    assert firms[0].researchers == pytest.approx([1.0, 220.0])


def test_a_firm_with_its_people_hires_none(cast):
    _, market, firms, _ = set_out(cast, us=(100.0,), free=1e6, turnover=0.0)
    firms[0].engineers = np.array([100.0, 150.0])
    market.clear(0.0, 12.0)
    assert firms[0].engineers.tolist() == [100.0, 150.0]


def test_firms_want_more_people_as_their_compute_grows(cast):
    _, market, firms, _ = set_out(
        cast, us=(100.0,), free=1e6, turnover=0.0, staff_per_compute=0.5, hiring_limit=100.0
    )
    firms[0].usable = firms[0].usable * 4.0
    market.clear(0.0, 12.0)
    assert firms[0].researchers == pytest.approx([200.0, 200.0])


def test_people_quit_at_the_turnover_of_the_year(cast):
    _, market, firms, pools = set_out(
        cast, us=(0.0,), free=1000.0, turnover=-np.log(0.8), searching=0.0
    )
    firms[0].researchers = np.full(2, 100.0)
    for quarter in range(4):
        market.clear(3.0 * quarter, 3.0 * quarter + 3.0)
    assert firms[0].researchers == pytest.approx([80.0, 80.0])
    assert pools[0].free["researchers"] == pytest.approx([1020.0, 1020.0])


def test_a_firm_opens_with_its_people_as_far_as_they_search(cast):
    _, market, firms, pools = set_out(cast, us=(100.0, 900.0), free=1000.0, searching=0.4)
    market.staff_at_start()
    assert firms[0].researchers == pytest.approx([100.0, 100.0])
    assert firms[1].researchers == pytest.approx([360.0, 360.0])
    assert pools[0].free["researchers"] == pytest.approx([540.0, 540.0])


def test_wages_rise_where_firms_look_for_more_than_search(cast):
    _, market, _, pools = set_out(
        cast, us=(1e5,), cn=(0.0,), free=100.0, turnover=0.0, smallest_team=1e5
    )
    market.clear(0.0, 3.0)
    american, chinese = pools
    assert (american.wage["researchers"] > 400.0).all()
    assert (chinese.wage["researchers"] < 400.0).all()


# --- migration ------------------------------------------------------------------------------------


def test_moves_are_decided_on_the_stocks_of_the_start(cast):
    _, market, _, (american, chinese) = set_out(cast, free=1000.0, migration_wage_elasticity=1.0)
    american.free["researchers"] = np.array([2000.0, 0.0])
    market.migrate(NO_RULES, 0.0, 12.0)
    assert american.free["researchers"] == pytest.approx([2000.0 - 160.0 + 80.0, 80.0])
    assert chinese.free["researchers"] == pytest.approx([1000.0 + 160.0 - 80.0, 920.0])
    assert chinese.arrived["researchers"] == pytest.approx([160.0, 0.0])


def test_a_programme_draws_more_people_and_one_of_the_start_only_what_is_recorded(cast):
    def programme(name: str, **fields):
        return cast.instrument(
            "talent-programme",
            name,
            family="talent",
            origin="US",
            destination="CN",
            parameters={"migration_factor": 1.5},
            **fields,
        )

    old = programme("old")
    rules = RuleBook([old, programme("new", effective=Calendar().month(24))], Calendar())
    moved = {}
    for start in (0.0, 24.0):
        _, market, _, (_, chinese) = set_out(cast, free=1000.0, rules=RuleBook([old], Calendar()))
        market.migrate(rules, start, start + 12.0)
        moved[start] = chinese.arrived["researchers"]
    assert moved[0.0] == pytest.approx([80.0, 80.0])
    assert moved[24.0] == pytest.approx([120.0, 120.0])


def test_without_the_programme_behind_the_recorded_flow_fewer_move(cast):
    old = cast.instrument(
        "talent-programme",
        family="talent",
        origin="US",
        destination="CN",
        parameters={"migration_factor": 1.6},
    )
    _, market, _, (_, chinese) = set_out(cast, free=1000.0, rules=RuleBook([old], Calendar()))
    market.migrate(NO_RULES, 0.0, 12.0)
    assert chinese.arrived["researchers"] == pytest.approx([50.0, 50.0])


# --- wages ----------------------------------------------------------------------------------------


def test_a_payroll_passes_through_the_firm(cast):
    world, market, firms, _ = set_out(cast)
    for firm in firms:
        firm.researchers = firm.engineers = np.zeros(2)
    firms[0].researchers, firms[0].engineers = np.full(2, 100.0), np.full(2, 1000.0)
    market.pay_wages(3.0)
    # 100 x 400 + 1,000 x 200 thousand dollars a year.
    assert world.ledger.total("wages") == pytest.approx([0.24 / 4.0] * 2)
    assert firms[0].cash == pytest.approx([0.0, 0.0])
