"""Software matures with time and users, and draws buyers by both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import software

SHARES = st.floats(0.05, 0.95)
FOLLOWING = st.floats(0.01, 100.0)
MORE = st.floats(1.0, 10.0)


def one(value: float) -> np.ndarray:
    return np.array([value])


def matured(maturity, gain, following=1.0, learning=0.2, years=1.0) -> float:
    figures = one(maturity), one(gain), one(following)
    return float(software.matured(*figures, learning=one(learning), years=years)[0])


def familiarity(maturity, start, following=1.0, loyalty=7.5, from_users=0.3) -> float:
    figures = one(maturity), one(start), one(following)
    known = {"loyalty": one(loyalty), "from_users": one(from_users)}
    return float(software.familiarity(*figures, **known)[0])


@given(SHARES, SHARES, st.floats(0.0, 0.5))
def test_at_the_users_of_the_start_it_gains_as_recorded(maturity, gain, learning):
    expected = maturity + gain * (1.0 - maturity)
    assert matured(maturity, gain, learning=learning) == pytest.approx(expected)


@given(SHARES, SHARES, FOLLOWING, MORE, st.floats(0.0, 0.5))
def test_more_users_never_slow_a_stack(maturity, gain, following, more, learning):
    few = matured(maturity, gain, following, learning)
    many = matured(maturity, gain, following * more, learning)
    assert maturity <= few <= many <= 1.0


@given(SHARES, SHARES, FOLLOWING, st.floats(0.1, 3.0))
def test_two_short_periods_do_what_one_as_long_as_both_does(maturity, gain, following, years):
    half = matured(maturity, gain, following, years=years / 2.0)
    twice = matured(half, gain, following, years=years / 2.0)
    assert twice == pytest.approx(matured(maturity, gain, following, years=years))


@given(SHARES, SHARES, st.floats(0.0, 0.9))
def test_at_the_start_familiarity_is_that_of_maturity(maturity, loyalty, from_users):
    found = familiarity(maturity, maturity, loyalty=loyalty, from_users=from_users)
    assert found == pytest.approx(maturity**loyalty)


@given(SHARES, SHARES, st.floats(0.0, 0.9))
def test_users_in_line_with_maturity_change_nothing(start, better, from_users):
    following = (better / start) ** 7.5
    found = familiarity(better, start, following, from_users=from_users)
    assert found == pytest.approx(better**7.5)


@given(SHARES, SHARES, FOLLOWING, MORE, st.floats(0.0, 0.9))
def test_neither_users_nor_maturity_put_buyers_off(start, maturity, following, more, from_users):
    usual = familiarity(maturity, start, following, from_users=from_users)
    assert familiarity(maturity, start, following * more, from_users=from_users) >= usual
    riper = maturity + 0.5 * (1.0 - maturity)
    assert familiarity(riper, start, following, from_users=from_users) >= usual
