"""What happened, told future by future."""

from __future__ import annotations

import numpy as np

from model.chronicle import Chronicle


def test_a_future_is_told_in_order_of_time_and_without_what_happened_elsewhere():
    chronicle = Chronicle()
    chronicle.note(5.0, "US", "announces", "rule")
    chronicle.note(
        np.array([7.5, 3.25, 4.0]), "Lab", "releases", "model", np.array([True, True, False])
    )
    chronicle.note(1.0, "Lab", "is founded", "US")
    assert chronicle.of_future(0) == [
        (1.0, "Lab", "is founded", "US"),
        (5.0, "US", "announces", "rule"),
        (7.5, "Lab", "releases", "model"),
    ]
    assert [when for when, *_ in chronicle.of_future(1)] == [1.0, 3.25, 5.0]
    assert [event for _, _, event, _ in chronicle.of_future(2)] == ["is founded", "announces"]


def test_what_happened_at_one_moment_is_told_in_the_order_in_which_it_was_noted():
    chronicle = Chronicle()
    for subject in ("second", "first", "third"):
        chronicle.note(2.0, "US", "announces", subject)
    assert [subject for *_, subject in chronicle.of_future(0)] == ["second", "first", "third"]


def test_nothing_happened_yet():
    assert Chronicle().of_future(0) == []
