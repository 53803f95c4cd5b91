"""The recurring array idioms, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.arrays import filled, ratio, shares, span, total

# Magnitudes far apart, so that another order of addition shows in the last digits.
AWKWARD = np.random.default_rng(7).lognormal(0.0, 8.0, size=(300, 64))

stocks = arrays(np.float64, (5, 3), elements=st.floats(0.0, 1e12))
weights = arrays(np.float64, (4, 3), elements=st.one_of(st.just(0.0), st.floats(1e-6, 1e6)))


@pytest.mark.parametrize("futures", [1, 2, 7, 64])
def test_a_total_does_not_depend_on_the_block_a_future_is_in(futures: int) -> None:
    whole = total(AWKWARD)
    for first in range(0, 64 - futures + 1, futures):
        block = AWKWARD[:, first : first + futures]
        assert np.array_equal(total(block), whole[first : first + futures])
        assert np.array_equal(total(np.ascontiguousarray(block)), whole[first : first + futures])


@pytest.mark.parametrize("futures", [1, 2, 64])
def test_a_total_of_tables_does_not_depend_on_the_block_either(futures: int) -> None:
    tables = AWKWARD.reshape(100, 3, 64)
    whole = total(tables)
    for first in range(0, 64 - futures + 1, futures):
        block = np.ascontiguousarray(tables[..., first : first + futures])
        assert np.array_equal(total(block), whole[..., first : first + futures])


@pytest.mark.parametrize("futures", [1, 3])
def test_a_total_of_nothing_is_nothing(futures: int) -> None:
    assert total(np.zeros((0, futures))).tolist() == [0.0] * futures


@pytest.mark.parametrize("futures", [1, 2, 7, 64])
def test_a_total_of_rows_is_that_of_their_array_to_the_last_digit(futures: int) -> None:
    block = AWKWARD[:, :futures]
    assert np.array_equal(total(row for row in block), total(block))
    assert np.array_equal(total(list(block)), total(block))


@given(stocks)
def test_a_total_is_the_sum(rows):
    assert np.allclose(total(rows), [sum(column) for column in rows.T])


def test_a_total_leaves_its_rows_as_they_were():
    rows = [np.ones(2), np.full(2, 2.0)]
    assert (total(rows) == 3.0).all()
    assert (rows[0] == 1.0).all()


def test_a_ratio_over_nothing_is_what_the_caller_says():
    got = ratio(np.array([6.0, 6.0]), np.array([3.0, 0.0]))
    assert got.tolist() == [2.0, 0.0]
    got = ratio(np.array([6.0, 0.0]), np.array([3.0, 0.0]), otherwise=7.0)
    assert got.tolist() == [2.0, 7.0]


def test_a_ratio_over_nothing_is_no_invalid_operation():
    with np.errstate(all="raise"):
        assert ratio(np.array([0.0, 3.0, 4.0]), np.array([0.0, 0.0, 2.0])).tolist() == [0, 0, 2]


@given(stocks, stocks)
def test_what_is_filled_never_exceeds_supply_or_demand(demand, supply):
    share = filled(demand, supply)
    assert ((share >= 0.0) & (share <= 1.0)).all()
    assert (share * demand <= supply * (1.0 + 1e-12) + 1e-9).all()
    assert (share[demand <= supply] == 1.0).all()


def test_a_demand_for_nothing_is_met_in_full():
    assert filled(np.zeros(2), np.array([0.0, 5.0])).tolist() == [1.0, 1.0]
    assert filled(np.array([4.0]), np.array([1.0])).tolist() == [0.25]


@given(weights)
def test_shares_sum_to_one_or_to_nothing(rows):
    got = shares(rows)
    summed = got.sum(axis=0)
    nothing = (rows == 0.0).all(axis=0)
    assert (summed[nothing] == 0.0).all()
    assert np.allclose(summed[~nothing], 1.0)
    assert (got >= 0.0).all()


def test_shares_are_in_the_measure_of_the_weights():
    assert shares(np.array([[1.0, 0.0], [3.0, 5.0]])).tolist() == [[0.25, 0.0], [0.75, 1.0]]


@given(st.lists(st.integers(0, 6), max_size=6))
def test_a_span_picks_the_same_rows_in_the_same_order(places):
    rows = np.arange(14.0).reshape(7, 2)
    assert np.array_equal(rows[span(places)], rows[np.array(places, dtype=np.int64)])


def test_a_span_of_places_in_a_row_is_a_slice():
    assert span([2, 3, 4]) == slice(2, 5)
    assert span([2, 4, 3, 5]) == [2, 4, 3, 5]
