from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments.comparison import quantiles
from experiments.histograms import RELATIVE_ERROR, Histograms, bins_of, centres_of
from experiments.summaries import Moments

PROBABILITIES = (0.05, 0.25, 0.50, 0.75, 0.95)
# Nothing that a model of this kind means is smaller than that and not zero.
NUMBERS = st.one_of(
    st.just(0.0),
    st.floats(1e-12, 1e12),
    st.floats(-1e12, -1e-12),
)
OUTCOMES = st.one_of(NUMBERS, st.sampled_from([np.inf, -np.inf, np.nan]))


def tables(elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, st.tuples(st.just(2), st.integers(1, 40)), elements=elements)


@given(tables(NUMBERS))
def test_the_middle_of_a_bin_is_near_every_value_in_it(values):
    assert np.all(np.abs(centres_of(bins_of(values)) - values) <= RELATIVE_ERROR * np.abs(values))


@given(tables(NUMBERS))
def test_bins_are_in_the_order_of_the_values(values):
    ordered = np.sort(values, axis=-1)
    assert np.all(np.diff(bins_of(ordered), axis=-1) >= 0)


@given(tables(OUTCOMES))
def test_quantiles_are_near_those_of_the_values_and_censored_alike(values):
    moments = Moments.of(values)
    found = Histograms.of(values).quantiles(PROBABILITIES, moments.least, moments.most)
    for cell, row in enumerate(values):
        defined = row[~np.isnan(row)]
        if not defined.size:
            assert np.isnan(found[:, cell]).all()
            continue
        exact = quantiles(defined, PROBABILITIES)
        known = np.isfinite(exact)
        np.testing.assert_array_equal(found[~known, cell], exact[~known])
        # Between neighbours of opposite sign, the bound is that of the larger of the two.
        near = RELATIVE_ERROR * np.abs(row[np.isfinite(row)]).max(initial=0.0)
        assert np.all(np.abs(found[known, cell] - exact[known]) <= near * (1 + 1e-9))


@given(tables(OUTCOMES), st.data())
def test_counts_of_parts_add_up_to_those_of_the_whole(values, data):
    cut = data.draw(st.integers(0, values.shape[1]))
    whole = Histograms.of(values)
    left, right = Histograms.of(values[:, :cut]), Histograms.of(values[:, cut:])
    for merged in (left.plus(right), right.plus(left)):
        for name in ("starts", "bins", "counts"):
            np.testing.assert_array_equal(getattr(merged, name), getattr(whole, name))


@given(tables(OUTCOMES), st.data())
def test_moments_of_parts_are_those_of_the_whole(values, data):
    cut = data.draw(st.integers(0, values.shape[1]))
    merged = Moments.of(values[:, :cut]).plus(Moments.of(values[:, cut:]))
    whole = Moments.of(values)
    np.testing.assert_array_equal(merged.count, whole.count)
    np.testing.assert_array_equal(merged.least, whole.least)
    np.testing.assert_array_equal(merged.most, whole.most)
    size = np.abs(np.where(np.isfinite(values), values, 0.0)).max()
    np.testing.assert_allclose(merged.mean, whole.mean, rtol=0, atol=1e-12 * size)
    np.testing.assert_allclose(merged.squares, whole.squares, rtol=1e-9, atol=1e-12 * size**2)


def test_moments_keep_their_digits_far_from_zero():
    values = 1e9 + np.array([[4.0, 7.0, 13.0, 16.0]])  # the sum of squares would lose them
    assert Moments.of(values).sd == pytest.approx(np.sqrt(30.0))
    merged = Moments.of(values[:, :2]).plus(Moments.of(values[:, 2:]))
    assert merged.sd == pytest.approx(np.sqrt(30.0))
