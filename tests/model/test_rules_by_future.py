"""Rules that differ between futures answer as the book of each future would."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.calendar import Calendar
from model.rulebook import RuleBook
from model.rules_by_future import RulesByFuture

CALENDAR = Calendar()
PLACES = np.array([0, 1, 2, 1])


@pytest.fixture(scope="module")
def books(cast) -> list[RuleBook]:
    """As it stands: 0.6 of memory from March 2023 on; then tighter; then without any rule."""

    def control(admitted: float):
        return cast.instrument(
            "memory-control", effective=date(2023, 3, 16), parameters={"admitted": admitted}
        )

    return [RuleBook(rules, CALENDAR) for rules in ([control(0.6)], [control(0.1)], [])]


def by_future(books, *turns) -> RulesByFuture:
    rules = RulesByFuture(books, len(PLACES))
    for now, places in turns:
        rules.hold(now, [(now, places)])
    return rules


def told(rules: RulesByFuture, start: float, end: float) -> list[float]:
    """Share of memory that each future may buy."""
    return [float(share) for share in np.broadcast_to(rules.memory_access("CN", start, end), 4)]


@given(st.floats(0.0, 40.0), st.floats(0.1, 12.0))
def test_each_future_is_told_what_its_own_book_says(books, start, length):
    rules = by_future(books, (0.0, PLACES))
    assert told(rules, start, start + length) == [
        books[p].memory_access("CN", start, start + length) for p in PLACES
    ]


def test_where_all_books_say_the_same_the_answer_is_one_number(books):
    assert by_future(books, (0.0, PLACES)).memory_access("CN", 6.0, 9.0) == 1.0
    assert isinstance(by_future(books).memory_access("CN", 12.0, 24.0), float)


@given(st.floats(12.0, 30.0), st.floats(0.1, 12.0), st.floats(0.0, 1.0))
def test_a_turn_within_a_period_counts_by_its_days_and_only_where_it_is_taken(
    books, start, length, share
):
    end, turn = start + length, start + share * length
    rules = by_future(books, (turn, PLACES))
    found = told(rules, start, end)
    usual = books[0].memory_access("CN", start, end)
    assert found[0] == usual, "to the digit where nothing turns"
    if start < turn < end:
        before = books[0].memory_access("CN", start, turn) * (turn - start)
        after = books[1].memory_access("CN", turn, end) * (end - turn)
        assert found[1] == pytest.approx((before + after) / length)
        assert found[1] == found[3]


def test_a_decision_taken_later_does_not_change_what_was_lived(books):
    rules = by_future(books, (24.0, PLACES))
    before = rules.memory_access("CN", 18.0, 24.0)
    rules.hold(30.0, [(30.0, PLACES[::-1])])
    assert before == rules.memory_access("CN", 18.0, 24.0) == 0.6
    assert told(rules, 24.0, 30.0) == [0.6, 0.1, 1.0, 0.1]
    assert told(rules, 30.0, 36.0) == [0.1, 1.0, 0.1, 0.6]


def test_a_decision_is_known_from_the_day_it_is_taken_where_it_tightens(books):
    rules = by_future(books)
    assert not rules.memory_control_ahead("CN", 20.0, 2.0).any()
    rules.hold(20.0, [(20.0, np.zeros(4, dtype=np.int64)), (26.0, PLACES)])
    ahead = rules.memory_control_ahead("CN", 20.0, 2.0)
    assert ahead.tolist() == [False, True, False, True], "that a rule goes gives no cause to hurry"
    assert not rules.memory_control_ahead("CN", 26.0, 2.0).any()
    assert not rules.memory_control_ahead("US", 20.0, 2.0).any()


def test_a_fork_keeps_what_was_lived_and_answers_anew_from_then_on(books, cast):
    ban = RuleBook([cast.instrument("memory-control", "ban")], CALENDAR)
    rules = RulesByFuture([ban], 4, by_future(books, (24.0, PLACES)), 30.0)
    assert told(rules, 24.0, 30.0) == [0.6, 0.1, 1.0, 0.1]
    assert rules.memory_access("CN", 30.0, 36.0) == 0.0
    assert told(rules, 28.5, 31.5) == pytest.approx([0.3, 0.05, 0.5, 0.05])
    assert rules.instruments == ban.instruments


def test_books_on_chips_are_listed_whether_or_not_they_hold_anywhere(books):
    listed = by_future(books, (0.0, np.array([1, 1, 0, 1]))).in_force(1.0)
    assert [(number, book, where.tolist()) for number, book, where in listed] == [
        (0, books[0], [False, False, True, False]),
        (1, books[1], [True, True, False, True]),
        (2, books[2], [False] * 4),
    ]
