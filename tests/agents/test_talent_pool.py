"""People who join a pool, leave it, go home and are paid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.talent_pool import ORIGINS, TIERS, Veterans

US, CN, ROW = range(3)


def mixed_pool(cast, world, region="US", **fields):
    """A pool of half natives, 30% Chinese and 20% others (in China: of no Americans)."""
    shares = {"US": 0.5, "CN": 0.3, "RoW": 0.2}
    return cast.talent_pool(world, region, origins=cast.for_each_tier(shares), **fields)


# --- classes --------------------------------------------------------------------------------------


def test_a_class_enters_the_workforce_and_grows_with_the_years(cast):
    world = cast.world(1, time=24.0)
    pool = cast.talent_pool(world, cohort_growth=0.1)
    assert pool.graduate("researchers") == pytest.approx(100.0 * np.exp(0.2))
    assert pool.graduated["researchers"] == pytest.approx(100.0 * np.exp(0.2))
    assert pool.latest_class["engineers"] == 0.0


def test_graduates_who_stay_have_not_arrived_and_those_from_abroad_have(cast):
    pool = cast.talent_pool(cast.world(2))
    pool.welcome("researchers", US, np.full(2, 60.0))
    pool.welcome("researchers", CN, np.full(2, 40.0))
    assert pool.free["researchers"].tolist() == [1100.0, 1100.0]
    assert pool.by_origin["researchers"][:, 0].tolist() == [1060.0, 40.0, 0.0]
    assert pool.arrived["researchers"][:, 0].tolist() == [0.0, 40.0, 0.0]


# --- origins --------------------------------------------------------------------------------------


def test_people_of_the_start_are_of_the_recorded_origins(cast):
    pool = mixed_pool(cast, cast.world(2))
    for tier in TIERS:
        assert pool.by_origin[tier].sum(axis=0) == pytest.approx(pool.free[tier])
        of_each = pool.by_origin[tier] / pool.free[tier]
        assert of_each[:, 0] == pytest.approx([0.5, 0.3, 0.2])


def test_people_go_home_at_one_rate_and_abroad_at_another(cast):
    pool = mixed_pool(
        cast,
        cast.world(1),
        emigration={"CN": cast.figure(0.001), "RoW": cast.figure(0.0)},
        returning={"CN": cast.figure(0.05)},
    )
    leaving = pool.emigrants("researchers", np.ones((3, 1)), 12.0)
    assert leaving[CN, CN] == pytest.approx(300.0 * -np.expm1(-0.05))
    assert leaving[CN, US] == pytest.approx(500.0 * -np.expm1(-0.001))
    assert leaving[US].sum() == leaving[ROW].sum() == 0.0


def test_through_a_shut_door_nobody_goes(cast):
    pool = mixed_pool(
        cast,
        cast.world(1),
        emigration={"CN": cast.figure(0.5), "RoW": cast.figure(0.1)},
        returning={"CN": cast.figure(0.5)},
    )
    leaving = pool.emigrants("engineers", np.array([[1.0], [0.0], [1.0]]), 12.0)
    assert (leaving[CN] == 0.0).all()
    assert (leaving[ROW] > 0.0).all()


def test_who_retires_is_of_every_origin_alike(cast):
    pool = mixed_pool(cast, cast.world(1, retirement=-np.log(0.9)))
    for _ in range(4):
        pool.retire(3.0)
    assert pool.free["researchers"] == pytest.approx([900.0])
    assert pool.retired["researchers"][:, 0] == pytest.approx([50.0, 30.0, 20.0])
    assert pool.by_origin["researchers"].sum() == pytest.approx(900.0)


@given(st.lists(st.sampled_from(["graduate", "retire", "depart", "arrive"]), max_size=12))
def test_who_is_there_came_and_did_not_leave(cast, events):
    pool = mixed_pool(cast, cast.world(1))
    start = pool.by_origin["researchers"]
    natives = np.zeros((3, 1))
    for event in events:
        if event == "graduate":
            pool.welcome("researchers", US, pool.graduate("researchers"))
            natives[US] = pool.graduated["researchers"]
        elif event == "retire":
            pool.retire(12.0)
        elif event == "depart":
            pool.depart("researchers", 0.25 * pool.by_origin["researchers"], np.full(1, 0.75))
        else:
            people = np.array([[5.0], [30.0], [0.0]])
            pool.arrive("researchers", people)
            pool.veterans["researchers"].join(0.1 * people, np.ones((3, 1)))
    moved = pool.arrived["researchers"] - pool.departed["researchers"]
    now = start + natives + moved - pool.retired["researchers"]
    assert pool.by_origin["researchers"] == pytest.approx(now)
    assert pool.by_origin["researchers"].sum(axis=0) == pytest.approx(pool.free["researchers"])
    assert pool.veterans["researchers"].people.sum() <= pool.free["researchers"][0]


def test_moves_of_a_year_are_those_of_the_last_four_quarters(cast):
    pool = mixed_pool(cast, cast.world(1), emigration={"CN": cast.figure(0.1)})
    came, left = [], []
    for quarter in range(1, 8):
        people = np.array([[0.0], [10.0 * quarter], [0.0]])
        pool.arrive("researchers", people)
        pool.depart("researchers", 0.1 * people**2 / 10.0, np.ones(1))
        pool.count_moves()
        came.append(pool.came_in_a_year("researchers")[CN, 0])
        left.append(pool.left_in_a_year("researchers")[CN, 0])
    assert came == pytest.approx([10.0, 30.0, 60.0, 100.0, 140.0, 180.0, 220.0])
    assert left == pytest.approx([1.0, 5.0, 14.0, 30.0, 54.0, 86.0, 126.0])


def test_graduates_who_go_abroad_have_departed(cast):
    pool = mixed_pool(cast, cast.world(1))
    for people in (30.0, 10.0):
        pool.see_off("researchers", np.full(1, people))
    assert pool.departed["researchers"][:, 0].tolist() == [40.0, 0.0, 0.0]


def test_of_those_who_leave_or_retire_veterans_are_their_part(cast):
    known = {"retirement": -np.log(0.9), "know_how_months": 24.0}
    pool = mixed_pool(cast, cast.world(1, **known))
    for kept in (pool.veterans["engineers"], pool.landed["engineers"]):
        kept.join(np.full((3, 1), 100.0), np.ones((3, 1)))
    pool.depart("engineers", 0.25 * pool.by_origin["engineers"], np.full(1, 0.75))
    assert pool.veterans["engineers"].people == pytest.approx(np.full((3, 1), 75.0))
    pool.retire(12.0)
    remembered = 75.0 * 0.9 * math.exp(-0.5)
    assert pool.veterans["engineers"].people == pytest.approx(np.full((3, 1), remembered))
    assert pool.landed["engineers"].people == pytest.approx(np.full((3, 1), 90.0)), "just landed"


# --- those who worked for a developer -------------------------------------------------------------

some = st.floats(0.0, 1e4)


@given(some, some, st.floats(-1.0, 6.0), st.floats(-1.0, 6.0))
def test_what_veterans_know_is_their_mean(first, second, early, late):
    veterans = Veterans(1)
    for people, know in ((first, early), (second, late)):
        veterans.join(np.full((3, 1), people), np.full((3, 1), know))
    assert veterans.people[0, 0] == pytest.approx(first + second)
    if first + second > 1e-6:
        assert min(early, late) - 1e-9 <= veterans.know[0, 0] <= max(early, late) + 1e-9
        mean = (first * early + second * late) / (first + second)
        assert veterans.know[0, 0] == pytest.approx(mean, abs=1e-9)


def test_veterans_all_look_for_work_and_are_veterans_for_a_time(cast):
    pool = cast.talent_pool(cast.world(1, searching=0.2, know_how_months=24.0, retirement=0.0))
    assert pool.searching("researchers") == pytest.approx([200.0])
    pool.veterans["researchers"].join(np.full((3, 1), 100.0), np.ones((3, 1)))
    assert pool.searching("researchers") == pytest.approx([300.0 + 0.2 * 700.0])
    pool.retire(24.0)
    assert pool.veterans["researchers"].people == pytest.approx(np.full((3, 1), 100.0 / math.e))
    assert pool.free["researchers"] == pytest.approx([1000.0]), "they stay people"


# --- wages ----------------------------------------------------------------------------------------


def test_wages_rise_with_tightness(cast):
    pool = cast.talent_pool(cast.world(4, usual_openings=0.1, wage_response=0.05))
    openings, searching = np.array([0.0, 10.0, 100.0, 500.0]), np.full(4, 1000.0)
    pool.adjust_wage("researchers", openings, searching)
    wage = pool.wage["researchers"]
    assert (np.diff(wage) > 0.0).all()
    assert wage[0] == pytest.approx(400.0 * 0.95)
    assert wage[2] == pytest.approx(400.0), "at the usual tightness"
    assert (pool.wage["engineers"] == 200.0).all()


def test_relative_pay_is_against_the_start_with_premiums(cast):
    pool = cast.talent_pool(cast.world(1, usual_openings=0.1, wage_response=0.05))
    assert pool.relative_pay("engineers").tolist() == [1.0]
    pool.adjust_wage("engineers", np.array([1e9]), np.array([1.0]))
    assert pool.relative_pay("engineers") == pytest.approx([1.05])
    pool.premium["engineers"] = np.array([1.2])
    assert pool.relative_pay("engineers") == pytest.approx([1.05 * 1.2])
    assert pool.pay("engineers") == pytest.approx([200.0 * 1.05 * 1.2])


def test_origins_are_the_regions_of_the_record():
    assert ORIGINS == ("US", "CN", "RoW")
