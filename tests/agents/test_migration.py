"""Who moves, and how wages follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.migration import movers, wage_factor

people = arrays(np.float64, 4, elements=st.floats(0.0, 1e6))
rates = arrays(np.float64, 4, elements=st.floats(0.0, 2.0))
ratios = arrays(np.float64, 4, elements=st.floats(0.05, 20.0))


def moved(stock=1000.0, rate=0.06, wages=1.0, programmes=1.0, elasticity=1.0, months=3.0) -> float:
    return float(
        movers(
            np.array([stock]),
            np.array([rate]),
            np.array([wages]),
            programmes,
            wage_elasticity=np.array([elasticity]),
            months=months,
        )[0]
    )


@given(people, rates, ratios, st.floats(0.0, 10.0), st.floats(0.0, 3.0))
def test_nobody_moves_who_is_not_there(stock, rate, wages, programmes, elasticity):
    got = movers(
        stock, rate, wages, programmes, wage_elasticity=np.full(4, elasticity), months=12.0
    )
    assert (got >= 0.0).all()
    assert (got <= stock).all()


def test_at_the_wages_of_the_start_the_recorded_share_moves():
    assert moved() == pytest.approx(1000.0 * 0.06 / 4.0)
    assert moved(months=12.0) == pytest.approx(60.0)


def test_without_a_rate_or_with_the_door_shut_nobody_moves():
    assert moved(rate=0.0, wages=10.0) == 0.0
    assert moved(programmes=0.0, wages=10.0) == 0.0


def test_elasticity_is_the_response_to_wages():
    assert moved(wages=2.0, elasticity=0.0) == pytest.approx(moved())
    assert moved(wages=2.0) == pytest.approx(2.0 * moved())
    assert moved(wages=2.0, elasticity=1.5) == pytest.approx(2.0**1.5 * moved())
    assert moved(wages=0.5) == pytest.approx(0.5 * moved())


def test_programmes_multiply_the_flow():
    assert moved(programmes=3.0) == pytest.approx(3.0 * moved())


# --- wages ----------------------------------------------------------------------------------------


def factor(openings: float, searching: float, usual: float = 0.1, response: float = 0.03) -> float:
    return float(
        wage_factor(
            np.array([openings]),
            np.array([searching]),
            usual=np.array([usual]),
            response=np.array([response]),
        )[0]
    )


def test_at_the_usual_tightness_wages_stand_still():
    assert factor(100.0, 1000.0) == pytest.approx(1.0)


def test_wages_move_by_the_response_at_most():
    assert factor(1e12, 1.0) == pytest.approx(1.03)
    assert factor(0.0, 1000.0) == pytest.approx(0.97)
    assert factor(10.0, 0.0) == pytest.approx(1.03), "nobody left to hire"
    assert factor(0.0, 0.0) == pytest.approx(1.0), "nobody wanted and nobody there"


@given(st.floats(0.0, 1e6), st.floats(1.0, 1e6), st.floats(1.0, 1e5))
def test_wages_rise_with_tightness(openings, searching, more):
    assert factor(openings + more, searching) > factor(openings, searching)
    assert factor(openings, searching + more) <= factor(openings, searching)
