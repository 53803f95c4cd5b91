"""Firms bid for people, win and lose them; none is made or lost, and movers know something."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.arrays import total
from agents.mechanisms import Mechanism
from agents.talent_pool import TIERS
from model.labour_market import LabourMarket, Newcomers
from model.switchboard import Switchboard

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


def test_who_lacks_people_bids_more_and_who_has_too_many_no_less(cast):
    bidding = {"turnover": 0.0, "bid_urgency": 1.0, "highest_bid": 4.0}
    _, market, firms, _ = set_out(cast, us=(100.0, 100.0, 100.0), **bidding)
    employ(firms[:3], 100.0, 50.0, 300.0)
    market.clear(0.0, 3.0)
    bids = [firm.premium["researchers"][0] for firm in firms[:3]]
    assert bids == pytest.approx([1.0, 1.5, 1.0])


def at_unequal_pay(cast, **fields):
    """Two firms of 100 and 300 researchers of which the first is given four times the money."""
    figures = {"rent_sharing": 0.5, "bid_urgency": 0.0, "highest_bid": 10.0, "turnover": 0.0}
    set_up = set_out(cast, us=(100.0, 300.0), cn=(0.0,), **(figures | fields))
    firms = set_up[2]
    employ(firms[:2], 100.0, 300.0)
    for firm, a_head in zip(firms, (4.0, 1.0), strict=False):
        firm.funding = a_head * firm.researchers
    return set_up


def test_people_leave_at_the_turnover_of_equal_pay_times_what_others_pay_more(cast):
    figures = {"turnover": 0.4, "bid_elasticity": 2.0, "searching": 0.0, "direct_moves": 0.0}
    _, market, firms, _ = at_unequal_pay(cast, free=1000.0, **figures)
    market.clear(0.0, 3.0)
    # The money for a head is 4 and 1 against 700 / 400, which is what is usual.
    usual = 700.0 / 400.0
    high, low = np.sqrt(4.0 / usual), np.sqrt(1.0 / usual)
    mean = (100.0 * high + 300.0 * low) / 400.0
    for firm, bid, staff in zip(firms, (high, low), (100.0, 300.0), strict=False):
        assert firm.premium["researchers"] == pytest.approx([bid] * 2)
        stayed = staff * np.exp(-0.4 * (mean / bid) ** 2.0 / 4.0)
        assert firm.researchers == pytest.approx([stayed] * 2)


def test_of_the_few_who_look_for_work_the_better_bid_draws_more_by_its_power(cast):
    figures = {"bid_elasticity": 2.0, "searching": 1.0, "smallest_team": 1e4, "hiring_limit": 4.0}
    _, market, firms, _ = at_unequal_pay(cast, free=100.0, **figures)
    for firm in firms[:2]:
        firm.planned["researchers"] = firm.researchers + 1e4
    market.clear(0.0, 3.0)
    joined = [firm.researchers - was for firm, was in zip(firms[:2], (100.0, 300.0), strict=True)]
    assert joined[0] == pytest.approx(4.0 * joined[1]), "twice the pay, squared"
    assert joined[0] + joined[1] == pytest.approx([100.0] * 2)


def test_the_mean_pay_of_a_region_counts_those_outside_firms_at_the_going_wage(cast):
    _, market, firms, pools = at_unequal_pay(cast, free=600.0, searching=0.0)
    market.clear(0.0, 3.0)
    high, low = (firm.premium["researchers"] for firm in firms[:2])
    assert high == pytest.approx(2.0 * low)
    mean = (600.0 + 100.0 * high + 300.0 * low) / 1000.0
    assert pools[0].premium["researchers"] == pytest.approx(mean)


def test_where_there_is_nobody_pay_is_the_going_wage(cast):
    _, market, _, pools = set_out(cast, us=(0.0,), free=0.0)
    market.clear(0.0, 3.0)
    assert pools[0].premium["researchers"].tolist() == [1.0, 1.0]


def test_who_was_won_from_another_firm_is_not_looked_for_any_more(cast):
    def wage(turnover: float) -> np.ndarray:
        figures = {"turnover": turnover, "direct_moves": 1.0, "hiring_limit": 4.0}
        _, market, firms, pools = set_out(cast, us=(100.0, 100.0), **figures)
        employ(firms[:2], 100.0, 100.0)
        market.clear(0.0, 3.0)
        assert firms[0].researchers == pytest.approx([100.0, 100.0])
        return np.asarray(pools[0].wage["researchers"])

    assert wage(0.4) == pytest.approx(wage(0.0))


def test_growth_is_limited_by_those_who_are_left(cast):
    figures = {"turnover": 1.0, "direct_moves": 0.0, "searching": 1.0, "bid_elasticity": 0.0}
    _, market, firms, _ = set_out(
        cast, us=(1000.0,), free=1e6, hiring_limit=0.4, smallest_team=1.0, **figures
    )
    employ(firms[:1], 500.0)
    market.clear(0.0, 3.0)
    assert firms[0].researchers == pytest.approx([1.1 * 500.0 * np.exp(-0.25)] * 2)


def test_with_less_compute_firms_want_no_fewer_people(cast):
    _, market, firms, _ = set_out(
        cast, us=(100.0,), free=1e6, turnover=0.0, staff_per_compute=0.5, hiring_limit=100.0
    )
    firms[0].usable = firms[0].usable / 4.0
    market.clear(0.0, 12.0)
    assert firms[0].researchers == pytest.approx([100.0, 100.0])


def test_a_region_without_firms_and_one_where_nobody_moves_are_left_alone(cast):
    world, _, firms, pools = set_out(cast, us=(500.0,), cn=(500.0,))
    switches = Switchboard()
    switches.switch_off(Mechanism.TALENT, "US", 0.0)
    market = LabourMarket([], pools, world.parameters, world.ledger)
    market.clear(0.0, 3.0)
    assert all((pool.premium["researchers"] == 1.0).all() for pool in pools)
    off = LabourMarket(firms, pools, world.parameters, world.ledger, switches)
    off.clear(0.0, 3.0)
    assert (firms[0].researchers == 0.0).all()
    assert (firms[1].researchers > 0.0).all()


# --- those who have worked for a developer before -------------------------------------------------


def test_experience_is_told_by_where_it_comes_from(cast):
    # Two firms and three regions of those who came straight; three regions of veterans.
    origins = np.array([[0.5], [0.25], [0.25], [0.0], [0.0], [0.75], [0.25], [0.0]])
    won, veterans = np.array([[8.0], [4.0]]), np.array([[100.0], [20.0]])
    newcomers = Newcomers(np.full((2, 1), 200.0), won, veterans, origins, np.zeros((8, 1)))
    assert newcomers.experienced(0)[:, 0].tolist() == [4, 2, 2, 0, 0, 75, 25, 0]
    assert newcomers.experienced(1)[:, 0].tolist() == [2, 1, 1, 0, 0, 15, 5, 0]


def test_people_who_leave_a_trainer_are_veterans_with_what_they_knew(cast):
    figures = {"turnover": 1.0, "direct_moves": 0.0, "searching": 0.0, "bid_elasticity": 0.0}
    _, market, firms, pools = set_out(cast, us=(100.0, 300.0, 50.0), **figures)
    employ(firms[:3], 100.0, 300.0, 50.0)
    firms[0].efficiency, firms[1].efficiency = np.full(2, 2.0), np.full(2, 1.0)
    firms[2].business = "cloud"
    market.clear(0.0, 3.0)
    left = 1.0 - np.exp(-0.25)
    veterans = pools[0].veterans["researchers"]
    assert veterans.people == pytest.approx(np.array([[400.0 * left] * 2, [0.0] * 2, [0.0] * 2]))
    assert veterans.know[0] == pytest.approx([(100.0 * 2.0 + 300.0 * 1.0) / 400.0] * 2)


def with_veterans(cast, people: float, **figures):
    """A firm that lacks 300 of its 400 people, and Chinese veterans among 1,000 others."""
    taking = {"turnover": 0.0, "hiring_limit": 100.0, "smallest_team": 1e3, "searching": 0.5}
    set_up = set_out(cast, us=(400.0,), **(taking | figures))
    employ(set_up[2][:1], 100.0)
    came_from = np.array([[0.0] * 2, [people] * 2, [0.0] * 2])
    return *set_up, came_from


def test_veterans_are_hired_as_others_who_search_and_bring_what_they_know(cast):
    _, market, firms, pools, came_from = with_veterans(cast, 200.0, mover_worth=1.0)
    veterans = pools[0].veterans["researchers"]
    veterans.join(came_from, np.full((3, 2), 0.5))
    market.clear(0.0, 3.0)
    # All 200 and half of 800 others search: half of them are taken.
    assert firms[0].researchers == pytest.approx([400.0] * 2)
    assert veterans.people[1] == pytest.approx([100.0] * 2)
    assert pools[0].free["researchers"] == pytest.approx([700.0] * 2)
    assert firms[0].efficiency == pytest.approx([0.5 * (1.0 - np.exp(-100.0 / 400.0))] * 2)


def test_a_new_firm_takes_veterans_as_it_takes_others(cast):
    _, market, firms, pools, came_from = with_veterans(cast, 200.0)
    veterans = pools[0].veterans["researchers"]
    veterans.join(came_from, np.full((3, 2), 0.5))
    firms[0].planned["researchers"] = np.array([250.0, 0.0])
    market.staff(firms[0])
    assert firms[0].researchers == pytest.approx([350.0, 100.0])
    assert veterans.people[1] == pytest.approx([200.0 * 0.75, 200.0])


@pytest.mark.parametrize(("lacking", "placed"), [(300.0, 1.0), (50.0, 0.25), (0.0, 0.0)])
def test_who_comes_from_a_firm_abroad_is_taken_first_or_waits_with_the_others(
    cast, lacking, placed
):
    _, market, firms, pools, came_from = with_veterans(cast, 200.0, mover_worth=1.0)
    firms[0].planned["researchers"] = np.full(2, 100.0 + lacking)
    pool = pools[0]
    pool.landed["researchers"].join(came_from, np.full((3, 2), 0.5))
    market.clear(0.0, 3.0)
    assert firms[0].researchers == pytest.approx([100.0 + lacking] * 2)
    assert pool.free["researchers"] == pytest.approx([1000.0 - lacking] * 2)
    assert (pool.landed["researchers"].people == 0.0).all(), "they look once"
    # 200 and half of the others, of whom 100 are wanted still where all from abroad are placed.
    waits = 200.0 * (1.0 - placed)
    assert pool.veterans["researchers"].people[1] == pytest.approx([waits] * 2)
    if waits:
        assert pool.veterans["researchers"].know[1] == pytest.approx([0.5] * 2)
    brought = 1.0 - np.exp(-min(lacking, 200.0) / (100.0 + lacking))
    assert firms[0].efficiency == pytest.approx([0.5 * brought] * 2)


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


def test_the_first_people_of_a_new_firm_are_as_good_as_those_whom_others_take_then(cast):
    _, market, firms, pools = set_out(cast, us=(100.0, 200.0), selectivity=0.5, turnover=0.0)
    late = firms[1]
    late.founded = 12.0
    market.staff_at_start()
    market.clear(0.0, 3.0)
    pools[0].by_origin["researchers"] = pools[0].by_origin["researchers"] * 4.0
    market.clear(3.0, 6.0)
    late.model.time = 12.0
    market.staff(late)
    assert late.researchers == pytest.approx([200.0] * 2)
    assert late.quality["researchers"] == pytest.approx([2.0] * 2)
    assert late.quality["engineers"] == pytest.approx([1.0] * 2)
