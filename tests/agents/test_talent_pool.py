"""People who join a pool, leave it and are paid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.talent_pool import TIERS


def test_a_class_of_graduates_joins_the_pool(cast):
    pool = cast.talent_pool(cast.world(2))
    pool.graduate()
    assert pool.free["researchers"].tolist() == [1100.0, 1100.0]
    assert pool.free["engineers"].tolist() == [11000.0, 11000.0]
    assert pool.graduated["engineers"].tolist() == [1000.0, 1000.0]


def test_cohorts_grow_with_the_years(cast):
    world = cast.world(1, time=24.0)
    pool = cast.talent_pool(world, cohort_growth=0.1)
    pool.graduate()
    assert pool.graduated["researchers"] == pytest.approx(100.0 * np.exp(0.2))


def test_some_leave_ai_work_each_year(cast):
    pool = cast.talent_pool(cast.world(1, retirement=-np.log(0.9)))
    for _ in range(4):
        pool.retire(3.0)
    assert pool.free["researchers"] == pytest.approx([900.0])
    assert pool.retired["researchers"] == pytest.approx([100.0])
    assert pool.free["engineers"] == pytest.approx([9000.0])


@given(st.lists(st.sampled_from(["graduate", "retire", "depart", "arrive"]), max_size=12))
def test_who_is_there_came_and_did_not_leave(cast, events):
    pool = cast.talent_pool(cast.world(1))
    left = 0.0
    for event in events:
        if event == "graduate":
            pool.graduate()
        elif event == "retire":
            pool.retire(12.0)
        elif event == "depart":
            pool.depart("researchers", 0.25 * pool.free["researchers"])
            left += float(pool.free["researchers"][0]) / 3.0
        else:
            pool.arrive("researchers", np.array([40.0]))
    came = 1000.0 + pool.graduated["researchers"] + pool.arrived["researchers"]
    assert pool.free["researchers"] == pytest.approx(came - pool.retired["researchers"] - left)
    assert all((pool.free[tier] > 0.0).all() for tier in TIERS)


# --- migration ------------------------------------------------------------------------------------


def pools(cast, **parameters):
    world = cast.world(1, migration_wage_elasticity=1.0, **parameters)
    here = cast.talent_pool(world, "CN", emigration={"US": cast.figure(0.08)})
    return here, cast.talent_pool(world, "US", emigration={})


def test_people_go_where_it_is_usual_to_go(cast):
    here, there = pools(cast)
    assert here.emigrants("researchers", there, 1.0, 3.0) == pytest.approx([20.0])
    assert there.emigrants("researchers", here, 1.0, 3.0).tolist() == [0.0]


def test_more_go_where_wages_have_risen_and_where_a_programme_draws(cast):
    here, there = pools(cast)
    there.wage["researchers"] = 2.0 * there.wage["researchers"]
    assert here.emigrants("researchers", there, 1.0, 3.0) == pytest.approx([40.0])
    assert here.emigrants("engineers", there, 1.0, 3.0) == pytest.approx([200.0])
    here.wage["researchers"] = 4.0 * here.wage["researchers"]
    assert here.emigrants("researchers", there, 1.0, 3.0) == pytest.approx([10.0])
    assert here.emigrants("researchers", there, 0.5, 3.0) == pytest.approx([5.0])


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


def test_the_relative_wage_is_against_the_start(cast):
    pool = cast.talent_pool(cast.world(1, usual_openings=0.1, wage_response=0.05))
    assert pool.relative_wage("engineers").tolist() == [1.0]
    pool.adjust_wage("engineers", np.array([1e9]), np.array([1.0]))
    assert pool.relative_wage("engineers") == pytest.approx([1.05])
    pool.adjust_wage("engineers", np.array([1e9]), np.array([1.0]))
    assert pool.relative_wage("engineers") == pytest.approx([1.05**2])
