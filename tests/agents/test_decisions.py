"""Decisions can be told afterwards, future by future."""

from __future__ import annotations

import numpy as np
import pytest

from agents.decisions import Decisions

WORDS = ("it rained", "it was late")


def test_each_future_tells_what_it_decided_and_why():
    decisions = Decisions()
    size = np.array([1e25, 1e24, np.nan])
    decisions.note(
        np.array([True, True, False]), 3.5, "begins {size}", WORDS, np.array([0, 1, 1]), size
    )
    decisions.note(np.array([True, False, True]), np.array([1.25, 9.0, 2.0]), "stops", WORDS, 1)
    assert decisions.of_future(0) == [
        (1.25, "stops: it was late"),
        (3.5, "begins 1.0e+25: it rained"),
    ]
    assert decisions.of_future(1) == [(3.5, "begins 1.0e+24: it was late")]
    assert decisions.of_future(2) == [(2.0, "stops: it was late")]


def test_what_nobody_decided_takes_no_room():
    decisions = Decisions()
    decisions.note(np.zeros(4, dtype=bool), 1.0, "stops", WORDS, 0)
    assert not decisions.taken


def test_a_reason_that_does_not_exist_is_an_error_when_told():
    decisions = Decisions()
    decisions.note(np.ones(1, dtype=bool), 1.0, "stops", WORDS, 2)
    with pytest.raises(IndexError):
        decisions.of_future(0)
