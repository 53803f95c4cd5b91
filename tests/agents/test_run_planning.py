"""When a run starts, when a model is reworked, and why."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents import run_planning
from agents.run_planning import FIRST, FLEET, METHODS, OVERTAKEN, START_REASONS

gains = st.floats(-2.0, 2.0)
distances = st.floats(0.0, 3.0)
STEP, URGENT = np.full(1, 0.5), np.full(1, 0.2)


def worth(compute: float, methods: float, behind: float) -> bool:
    args = (np.array([figure]) for figure in (compute, methods, behind))
    return bool(run_planning.worth_starting(*args, step=STEP, urgent=URGENT)[0])


def reason(compute: float, methods: float, behind: float) -> int:
    args = (np.array([figure]) for figure in (compute, methods, behind))
    return int(run_planning.reason_to_start(*args, step=STEP)[0])


@given(gains, gains, distances)
def test_more_to_gain_or_a_rival_ahead_never_stops_a_run(compute, methods, behind):
    if worth(compute, methods, behind):
        assert worth(compute + 0.1, methods, behind)
        assert worth(compute, methods + 0.1, behind)
        assert worth(compute, methods, behind + 0.1)


def test_the_leader_waits_for_a_full_step_and_the_others_for_less():
    assert not worth(0.1, 0.2, behind=0.0)
    assert worth(0.1, 0.2, behind=0.01)
    assert worth(0.3, 0.2, behind=0.0)
    assert not worth(0.0, 0.1, behind=3.0), "for nothing nobody trains"


def test_a_rival_ahead_never_makes_a_firm_wait_for_more_than_a_full_step():
    figures = (np.array([figure]) for figure in (0.4, 0.2, 1.0))
    assert run_planning.worth_starting(*figures, step=STEP, urgent=np.full(1, 0.9))[0]


def test_every_run_has_its_reason():
    assert reason(np.inf, 0.0, 0.0) == FIRST
    assert reason(0.4, 0.2, 0.0) == FLEET
    assert reason(0.2, 0.4, 1.0) == METHODS
    assert reason(0.4, 0.4, 0.0) == FLEET
    assert reason(0.1, 0.2, 1.0) == OVERTAKEN
    assert reason(0.3, 0.2, 1.0) == FLEET, "a full step needs no rival"
    assert reason(0.1, 0.2, 0.0) == METHODS, "no rival ahead"
    assert sorted({FIRST, FLEET, METHODS, OVERTAKEN}) == list(range(len(START_REASONS)))


def test_a_run_begins_once_ready_or_when_what_it_waited_for_has_come():
    ready = np.array([8.25, 9.0, 3.0, 8.0, 9.5])
    got = run_planning.moment_of_start(ready, 9.0, 1.0)
    assert got.tolist() == [8.25, 9.0, 9.0, 9.0, 9.0]


@given(gains, st.floats(0.0, 12.0))
@example(0.2, 3.0)
def test_a_model_is_reworked_for_enough_and_not_too_often(gain, since):
    got = run_planning.worth_reworking(
        np.array([gain]), np.array([since]), step=np.full(1, 0.2), months=np.full(1, 3.0)
    )
    assert got[0] == (gain >= 0.2 and since >= 3.0)


@given(st.floats(-20.0, 20.0), st.floats(0.0, 1.0), st.floats(1.0, 6.0))
def test_a_reworked_model_comes_out_within_the_month_gone_by(since, day, months):
    now = 20.0
    got = run_planning.moment_of_rework(
        np.array([since]), np.array([day]), now, months=np.array([months])
    )
    assert now - 1.0 <= got[0] <= now
    assert got[0] == pytest.approx(max(now - day, min(since + months, now)))


levels = st.floats(-5.0, 35.0)


@given(levels, levels)
def test_a_leader_is_ahead_by_the_difference_and_nobody_by_less_than_nothing(one, other):
    leader, level = np.array([one, other]), np.array([other, one])
    got = run_planning.ahead(leader, level)
    np.testing.assert_allclose(got, np.maximum(leader - level, 0.0))
    assert (got >= 0.0).all()


def test_nobody_is_ahead_of_or_behind_one_who_has_no_model():
    no_model = -np.inf
    leader, level = np.array([no_model, 3.0, no_model]), np.array([3.0, no_model, no_model])
    assert run_planning.ahead(leader, level).tolist() == [0.0, 0.0, 0.0]
