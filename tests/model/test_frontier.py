"""Frontiers, and the time by which one trails another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.frontier import Frontier, beyond_record, gap

FUTURES = 3


def frontier(*advances: tuple[float, float]) -> Frontier:
    """A frontier of one future from its advances: level, month."""
    made = Frontier(1)
    for level, when in advances:
        made.advance(np.array([level]), np.array([when]))
    return made


def measured(leader: Frontier, follower: Frontier, now: float) -> tuple[float, float]:
    months, censored = gap(leader, follower, now)
    return float(months[0]), float(censored[0])


LEADER = frontier((1.0, -20.0), (2.0, 0.0), (5.0, 10.0))


def test_a_follower_trails_by_the_time_since_its_level_was_first_reached():
    assert measured(LEADER, frontier((2.0, 24.0)), 30.0) == (30.0, 0.0)
    assert measured(LEADER, frontier((3.0, 24.0)), 30.0) == (20.0, 0.0)
    assert measured(LEADER, frontier((4.9, 29.0)), 30.0) == (20.0, 0.0)


def test_time_widens_a_gap_and_progress_narrows_it():
    follower = frontier((2.0, 12.0))
    assert measured(LEADER, follower, 12.0) == (12.0, 0.0)
    assert measured(LEADER, follower, 15.0) == (15.0, 0.0)
    follower.advance(np.array([2.5]), np.array([15.0]))
    assert measured(LEADER, follower, 15.0) == (5.0, 0.0)


def test_a_lead_is_a_negative_gap():
    ahead = frontier((0.5, -30.0), (6.0, 25.0))
    assert measured(LEADER, ahead, 30.0) == (-5.0, 0.0)
    assert measured(ahead, LEADER, 30.0) == (5.0, 0.0)


def test_equals_have_no_gap():
    assert measured(LEADER, frontier((5.0, 29.0)), 30.0) == (0.0, 0.0)


def test_a_level_passed_before_the_record_is_censored_and_no_number():
    months, censored = measured(LEADER, frontier((0.5, 0.0)), 30.0)
    assert np.isnan(months)
    assert censored == 1.0
    months, censored = measured(frontier((0.5, 0.0)), LEADER, 30.0)
    assert np.isnan(months)
    assert censored == -1.0


def test_who_has_nothing_is_behind_by_more_than_the_record():
    months, censored = measured(LEADER, frontier(), 30.0)
    assert np.isnan(months)
    assert censored == 1.0
    assert measured(frontier(), frontier(), 30.0) == (0.0, 0.0)


def test_what_is_censored_lies_beyond_the_record_and_what_is_undefined_stays_so():
    values, side = np.array([3.0, np.nan, np.nan, np.nan]), np.array([0.0, 1.0, -1.0, 0.0])
    got = beyond_record(values, side)
    assert np.array_equal(got, [3.0, np.inf, -np.inf, np.nan], equal_nan=True)


def test_first_reached():
    levels = {0.5: -np.inf, 1.5: 0.0, 2.0: 0.0, 2.1: 10.0, 5.0: 10.0, 5.1: np.inf}
    for level, when in levels.items():
        assert LEADER.first_reached(np.array([level])).tolist() == [when], level
    assert frontier().first_reached(np.array([0.0])).tolist() == [np.inf]


def test_a_record_of_any_length_is_searched_to_its_end():
    made = Frontier(2)
    for month in range(70):
        made.advance(np.array([1.0, 3.0]) * (month + 1.0), np.full(2, float(month)))
        for earlier in range(month + 1):
            levels = np.array([1.0, 3.0]) * (earlier + 1.0)
            assert made.first_reached(levels).tolist() == [earlier, earlier]
        assert made.first_reached(made.level + 0.5).tolist() == [np.inf, np.inf]


def test_a_frontier_never_retreats():
    made = frontier((3.0, 1.0))
    made.advance(np.array([2.0]), np.array([2.0]))
    made.advance(np.array([3.0]), np.array([3.0]))
    assert made.level.tolist() == [3.0]
    made.advance(np.array([4.0]), np.array([4.0]))
    assert made.first_reached(np.array([3.5])).tolist() == [4.0]


def test_asking_again_after_an_advance_gives_the_new_answer():
    made, level = frontier((1.0, 0.0), (2.0, 1.0)), np.array([3.0])
    assert made.first_reached(level).tolist() == [np.inf]
    made.advance(np.array([3.0]), np.array([7.0]))
    assert made.first_reached(level).tolist() == [7.0]


# --- against a plain account ----------------------------------------------------------------------

small = st.integers(0, 6).map(float)
advances = st.lists(
    st.tuples(st.lists(small, min_size=FUTURES, max_size=FUTURES), st.floats(0.0, 0.9)),
    max_size=30,
)


def made_of(history) -> tuple[Frontier, list[list[tuple[float, float]]]]:
    """A frontier, and by future the advances that were advances: level and month, in order."""
    made = Frontier(FUTURES)
    plain: list[list[tuple[float, float]]] = [[] for _ in range(FUTURES)]
    for month, (levels, part) in enumerate(history):
        when = month + part
        made.advance(np.array(levels), np.full(FUTURES, when))
        for future, level in enumerate(levels):
            if not plain[future] or level > plain[future][-1][0]:
                plain[future].append((level, when))
    return made, plain


@given(advances, advances, st.floats(31.0, 60.0))
def test_the_gap_with_the_parts_exchanged_is_the_same_with_the_other_sign(one, other, now):
    left, right = made_of(one)[0], made_of(other)[0]
    there, censored = gap(left, right, now)
    back, censored_back = gap(right, left, now)
    assert np.array_equal(there, -back, equal_nan=True)
    assert np.array_equal(censored, -censored_back)
    assert np.array_equal(np.isnan(there), censored != 0.0)


@given(advances, advances)
def test_the_gap_is_that_of_a_plain_account(one, other):
    now = 40.0
    (left, leaders), (right, followers) = made_of(one), made_of(other)
    months, censored = gap(left, right, now)
    for future in range(FUTURES):
        expected, flag = plainly(leaders[future], followers[future], now)
        assert months[future] == pytest.approx(expected, nan_ok=True)
        assert censored[future] == flag


def plainly(leader, follower, now: float) -> tuple[float, float]:
    def best(history) -> float:
        return history[-1][0] if history else -np.inf

    if best(leader) == best(follower):
        return 0.0, 0.0
    if best(leader) < best(follower):
        lead, flag = plainly(follower, leader, now)
        return -lead, -flag
    # The record begins with the first advance; what lies below that was passed some time before.
    if best(follower) < leader[0][0]:
        return np.nan, 1.0
    return now - next(when for level, when in leader if level >= best(follower)), 0.0


def test_futures_may_begin_in_different_months() -> None:
    frontier, level = Frontier(3), np.full(3, -np.inf)
    for future, month in enumerate((1.0, 3.0, 5.0)):
        level = np.where(np.arange(3) == future, month, level)
        frontier.advance(level, np.full(3, month))
    assert frontier.first_reached(level).tolist() == [1.0, 3.0, 5.0]
    assert np.isneginf(frontier.first_reached(level - 0.5)).all()


def test_the_steps_of_a_future_are_its_advances_alone() -> None:
    frontier = Frontier(2)
    frontier.advance(np.array([1.0, 2.0]), np.array([0.5, 0.25]))
    frontier.advance(np.array([1.5, 1.0]), np.array([2.0, 2.5]))
    frontier.advance(np.array([1.25, 4.0]), np.array([3.0, 3.5]))
    assert frontier.steps_of(0) == [(0.5, 1.0), (2.0, 1.5)]
    assert frontier.steps_of(1) == [(0.25, 2.0), (3.5, 4.0)]
