"""Closed, for sale or open: by the distance to the leader."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.openness import HABIT, LEADS, NEAR, TRAILS, opens_weights, reason_for_release

BEHIND = np.array([0.0, 0.4, 1.0])
TRAILING = np.full(3, 1.0)


@pytest.mark.parametrize(
    ("habit", "opens", "reasons"),
    [
        (False, [False, False, True], [LEADS, NEAR, TRAILS]),
        (True, [False, True, True], [LEADS, HABIT, HABIT]),
    ],
)
def test_leaders_keep_their_weights_and_followers_open_them(habit, opens, reasons):
    got = opens_weights(BEHIND, habit=habit, trailing=TRAILING)
    assert got.tolist() == opens
    assert reason_for_release(BEHIND, got, habit=habit).tolist() == reasons


@given(st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.floats(0.0, 3.0), st.booleans())
def test_who_opens_would_open_farther_behind(behind, more, trailing, habit):
    at = [np.array([behind]), np.array([behind + more])]
    near, far = (opens_weights(b, habit=habit, trailing=np.array([trailing]))[0] for b in at)
    assert far or not near
