"""Who moves, where classes begin, and how wages follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents import migration

FUTURES = 4
people = arrays(np.float64, (3, FUTURES), elements=st.floats(0.0, 1e6))
rates = arrays(np.float64, (3, 3, FUTURES), elements=st.floats(0.0, 3.0))
weights = arrays(np.float64, (3, FUTURES), elements=st.floats(0.0, 5.0))
ratios = arrays(np.float64, FUTURES, elements=st.floats(0.05, 20.0))
distances = arrays(np.float64, FUTURES, elements=st.floats(-3.0, 3.0))
known = np.ones(FUTURES)


# --- what pulls -----------------------------------------------------------------------------------


def pull(wages=1.0, distance=0.0, programmes=1.0, elasticity=1.0, prestige=0.5) -> float:
    return float(
        migration.pull(
            np.array([wages]),
            np.array([distance]),
            programmes,
            wage_elasticity=np.array([elasticity]),
            prestige=np.array([prestige]),
        )[0]
    )


def test_where_nothing_has_changed_the_recorded_flow_goes_on():
    assert pull() == 1.0


def test_a_shut_door_lets_nobody_through():
    assert pull(wages=20.0, distance=-3.0, programmes=0.0) == 0.0


def test_elasticity_is_the_response_to_wages_and_programmes_multiply():
    assert pull(wages=2.0) == pytest.approx(2.0)
    assert pull(wages=2.0, elasticity=0.0) == 1.0
    assert pull(wages=2.0, elasticity=1.5, programmes=3.0) == pytest.approx(3.0 * 2.0**1.5)


def test_a_region_that_has_come_nearer_to_the_frontier_draws_more():
    assert pull(distance=-1.0) == pytest.approx(np.exp(0.5))
    assert pull(distance=1.0) == pytest.approx(np.exp(-0.5))
    assert pull(distance=1.0, prestige=0.0) == 1.0


@given(ratios, distances)
def test_what_pulls_one_way_holds_back_as_much_the_other_way(wages, distance):
    there = migration.pull(wages, distance, 1.0, wage_elasticity=known, prestige=known)
    back = migration.pull(1.0 / wages, -distance, 1.0, wage_elasticity=known, prestige=known)
    assert there * back == pytest.approx(1.0)


# --- who leaves -----------------------------------------------------------------------------------


@given(people, rates, st.floats(0.0, 24.0))
def test_nobody_leaves_who_is_not_there_or_leaves_twice(stock, rate, months):
    leaving = migration.departures(stock, rate, months)
    assert leaving.shape == rate.shape
    assert (leaving >= 0.0).all()
    assert (leaving.sum(axis=0) <= stock * (1.0 + 1e-12)).all()


@given(people)
def test_at_rates_of_zero_nobody_leaves(stock):
    assert (migration.departures(stock, np.zeros((3, 3, FUTURES)), 12.0) == 0.0).all()


@given(people, rates, st.integers(0, 2), st.floats(1.0, 5.0))
def test_a_door_that_opens_wider_lets_through_no_fewer(stock, rate, door, factor):
    wider = rate.copy()
    wider[door] *= factor
    before = migration.departures(stock, rate, 3.0)
    after = migration.departures(stock, wider, 3.0)
    assert (after[door] >= before[door] * (1.0 - 1e-9)).all()
    assert (after.sum(axis=0) >= before.sum(axis=0) * (1.0 - 1e-9)).all()
    assert (np.delete(after - before, door, axis=0) <= 1e-6).all(), "the rest gain nobody"


def test_at_small_rates_the_recorded_share_leaves():
    stock = np.full((1, 1), 1000.0)
    leaving = migration.departures(stock, np.full((1, 1, 1), 0.01), 12.0)
    assert leaving[0, 0, 0] == pytest.approx(1000.0 * (1.0 - np.exp(-0.01)))


@given(people, rates)
def test_two_half_years_are_a_year(stock, rate):
    year = migration.departures(stock, rate, 12.0)
    first = migration.departures(stock, rate, 6.0)
    second = migration.departures(stock - first.sum(axis=0), rate, 6.0)
    assert first + second == pytest.approx(year, rel=1e-6, abs=1e-6)


# --- where a class begins -------------------------------------------------------------------------


@given(weights, weights)
def test_every_graduate_begins_somewhere(usual, pulls):
    usual[0], pulls[0] = usual[0] + 0.1, pulls[0] + 0.1
    places = migration.first_places(usual, pulls)
    assert places.sum(axis=0) == pytest.approx(np.ones(FUTURES))
    assert (places >= 0.0).all()
    assert (places[pulls == 0.0] == 0.0).all(), "through a shut door nobody goes"


def test_where_nothing_has_changed_a_class_goes_where_classes_went():
    usual = np.array([[0.6], [0.3], [0.1]])
    assert migration.first_places(usual, np.ones((3, 1))) == pytest.approx(usual)


def test_those_kept_from_one_place_go_to_the_others_in_proportion():
    usual = np.array([[0.6], [0.3], [0.1]])
    places = migration.first_places(usual, np.array([[1.0], [0.0], [1.0]]))
    assert places[:, 0] == pytest.approx([0.6 / 0.7, 0.0, 0.1 / 0.7])


# --- wages ----------------------------------------------------------------------------------------


def factor(openings: float, searching: float, usual: float = 0.1, response: float = 0.03) -> float:
    return float(
        migration.wage_factor(
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
