"""Firms bid for people, win and lose them; none is made or lost, and movers know something."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.arrays import total
from agents.talent_pool import TIERS
from model.labour_market import LabourMarket

people = st.floats(0.0, 1e5)


def set_out(cast, *, us=(100.0,), cn=(100.0,), free=1000.0, **parameters):
    """A market of firms that mean to employ given numbers, in two regions."""
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
        )
        for region in ("US", "CN")
    ]
    market = LabourMarket(firms, pools, world.parameters, world.ledger)
    return world, market, firms, pools


def everyone(firms, pools, tier):
    return total([*(pool.free[tier] for pool in pools), *(firm.people(tier) for firm in firms)])


@given(
    us=st.lists(people, min_size=1, max_size=3),
    cn=st.lists(people, min_size=1, max_size=3),
    free=people,
    turnover=st.floats(0.0, 2.0),
    searching=st.floats(0.0, 1.0),
    compute=st.floats(1.0, 1e6),
)
def test_hiring_and_quits_lose_nobody(cast, us, cn, free, turnover, searching, compute):
    world, market, firms, pools = set_out(
        cast, us=us, cn=cn, free=free, turnover=turnover, searching=searching
    )
    before = {tier: everyone(firms, pools, tier) for tier in TIERS}
    market.staff_at_start()
    for quarter in range(6):
        for firm in firms:
            firm.usable = firm.usable * compute
        market.clear(3.0 * quarter, 3.0 * quarter + 3.0)
        for tier in TIERS:
            assert everyone(firms, pools, tier) == pytest.approx(before[tier], rel=1e-9, abs=1e-6)
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


# --- bids and moves between firms -----------------------------------------------------------------


def employ(firms, *people):
    for firm, number in zip(firms, people, strict=True):
        firm.researchers = np.full(2, number)


def test_a_firm_with_more_money_for_each_head_bids_more_and_keeps_more(cast):
    _, market, firms, _ = set_out(
        cast, us=(100.0, 100.0), free=0.0, turnover=0.2, direct_moves=0.5, bid_elasticity=2.0
    )
    employ(firms[:2], 100.0, 100.0)
    firms[0].funding, firms[1].funding = np.full(2, 4.0), np.full(2, 1.0)
    market.clear(0.0, 3.0)
    rich, poor = firms[:2]
    assert (rich.premium["researchers"] > 1.0).all()
    assert (poor.premium["researchers"] < 1.0).all()
    assert (rich.researchers > poor.researchers).all()


def test_people_of_equal_firms_change_places_and_numbers_stay(cast):
    _, market, firms, pools = set_out(
        cast, us=(100.0, 100.0), free=0.0, turnover=0.4, direct_moves=1.0
    )
    employ(firms[:2], 100.0, 100.0)
    market.clear(0.0, 3.0)
    assert firms[0].researchers == pytest.approx([100.0, 100.0])
    assert firms[1].researchers == pytest.approx([100.0, 100.0])
    assert np.allclose(pools[0].free["researchers"], 0.0)


@given(st.floats(0.0, 3.0), st.floats(0.0, 3.0), st.floats(0.0, 2.0))
def test_movers_close_some_of_the_distance_to_where_they_come_from(cast, ahead, behind, turnover):
    _, market, firms, _ = set_out(
        cast, us=(100.0, 100.0), free=1000.0, turnover=turnover, direct_moves=0.6
    )
    employ(firms[:2], 100.0, 100.0)
    leader, follower = firms[:2]
    leader.efficiency, follower.efficiency = np.full(2, ahead), np.full(2, -behind)
    for quarter in range(6):
        market.clear(3.0 * quarter, 3.0 * quarter + 3.0)
    assert leader.efficiency == pytest.approx(np.full(2, ahead)), "nobody to learn from"
    assert (follower.efficiency <= ahead + 1e-9).all(), "never beyond"
    if turnover > 0.01 and ahead + behind > 0.01:
        assert (follower.efficiency > -behind).all()
    else:
        assert (follower.efficiency >= -behind).all()


def test_without_turnover_nothing_is_carried(cast):
    _, market, firms, _ = set_out(cast, us=(100.0, 300.0), free=1e5, turnover=0.0)
    employ(firms[:2], 100.0, 100.0)
    firms[0].efficiency = np.full(2, 3.0)
    market.clear(0.0, 3.0)
    assert (firms[1].researchers > 100.0).all(), "it hires, from the pool"
    assert (firms[1].efficiency == 0.0).all()


def test_a_team_that_takes_in_beginners_is_less_practised_for_it(cast):
    _, market, firms, _ = set_out(
        cast, us=(300.0, 100.0), free=1e5, turnover=0.0, hiring_limit=4.0, experience_dilution=0.5
    )
    for firm in firms[:2]:
        firm.engineers, firm.practice = np.full(2, 100.0), np.full(2, 40.0)
    market.clear(0.0, 3.0)
    # 100 beginners among 200: half of the half that people carry.
    assert firms[0].practice == pytest.approx([40.0 - 0.5 * 0.5 * 40.0] * 2)
    assert firms[1].practice == pytest.approx([40.0, 40.0]), "hires nobody"


def test_practised_engineers_bring_practice(cast):
    _, market, firms, _ = set_out(
        cast, us=(100.0, 100.0), free=1e5, turnover=1.0, direct_moves=1.0, experience_dilution=1.0
    )
    for firm, practice in zip(firms[:2], (40.0, 0.0), strict=True):
        firm.engineers, firm.practice = np.full(2, 100.0), np.full(2, practice)
    market.clear(0.0, 3.0)
    assert ((firms[1].practice > 0.0) & (firms[1].practice < 20.0)).all()
    assert ((firms[0].practice < 40.0) & (firms[0].practice > 20.0)).all()
    both = firms[0].practice + firms[1].practice
    assert both == pytest.approx([40.0, 40.0]), "experience that travels is not made or lost"


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
    firms[0].premium["researchers"] = np.full(2, 1.5)
    market.pay_wages(3.0)
    assert world.ledger.total("wages") == pytest.approx([(0.24 + 0.26) / 4.0] * 2)
    assert np.abs(world.cash()).max() < 1e-9


def test_more_people_to_choose_from_make_better_teams_and_no_larger_ones(cast):
    def after(more: float):
        _, market, firms, pools = set_out(cast, turnover=0.2, selectivity=0.3)
        market.staff_at_start()
        market.clear(0.0, 3.0)
        for tier in TIERS:
            assert np.allclose(firms[0].quality[tier], 1.0), "as in January 2022"
        extra = 1000.0 * (more - 1.0)
        pools[0].free["researchers"] = pools[0].free["researchers"] + extra
        pools[0].by_origin["researchers"] = pools[0].by_origin["researchers"] * more
        for quarter in range(1, 9):
            market.clear(3.0 * quarter, 3.0 * quarter + 3.0)
        return firms[0], firms[1]

    (usual, abroad), (chosen, abroad_too) = after(1.0), after(2.0)
    assert (chosen.quality["researchers"] > usual.quality["researchers"]).all()
    assert (chosen.quality["researchers"] < 2.0**0.3).all(), "only those who joined since"
    assert chosen.quality["engineers"] == pytest.approx(usual.quality["engineers"])
    assert chosen.researchers == pytest.approx(usual.researchers)
    assert abroad_too.quality["researchers"] == pytest.approx(abroad.quality["researchers"])
