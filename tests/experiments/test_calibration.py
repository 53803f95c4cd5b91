"""The statistics of calibration against answers that are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.arrays import Floats
from experiments.calibration import (
    CalibrationError,
    capped,
    effective_size,
    kept_of,
    log_likelihood,
    moved,
    movement,
    not_ruled_out,
    ties,
    weights_of,
)
from model.streams import Streams

MANY = 40_000
positive = arrays(np.float64, st.integers(1, 40), elements=st.floats(0.0, 10.0))


def drawn(name: str, futures: int = MANY) -> Floats:
    return Streams(3, futures).normal(name)


def test_a_normal_prior_and_a_normal_error_give_the_posterior_of_the_textbook():
    # theta ~ N(0, 1), seen 1.2 with standard deviation 0.5: N(1.2 * 0.8, sqrt(0.2)).
    theta = drawn("theta")
    weights = weights_of(log_likelihood(((theta - 1.2) / 0.5)[None], np.ones(1)))
    found = movement("theta", theta, theta, weights)
    assert found.shift == pytest.approx(0.96, abs=0.02)
    assert found.spread == pytest.approx(0.2**0.5, abs=0.02)
    standard = np.array([-1.6449, 0.0, 1.6449])
    assert np.array(found.posterior) == pytest.approx(0.96 + 0.2**0.5 * standard, abs=0.03)
    assert np.array(found.prior) == pytest.approx(standard, abs=0.03)
    # The futures kept are draws from the same posterior, each of equal weight.
    luck = Streams(3, MANY).uniform("kept")
    for cut in (0.0, 0.02):
        kept = theta[kept_of(weights, capped(weights, cut), luck)]
        assert kept.size > 5000
        assert kept.mean() == pytest.approx(0.96, abs=0.03)
        assert kept.std() == pytest.approx(0.2**0.5, abs=0.03)


def test_two_looks_at_one_thing_count_as_one_when_they_share_a_vote():
    theta = drawn("theta")
    departure = (theta - 1.2) / 0.5
    once = weights_of(log_likelihood(departure[None], np.ones(1)))
    twice = weights_of(log_likelihood(np.stack([departure, departure]), np.full(2, 0.5)))
    assert twice == pytest.approx(once)
    independent = weights_of(log_likelihood(np.stack([departure, departure]), np.ones(2)))
    assert effective_size(independent) < effective_size(once)


def test_what_says_nothing_leaves_the_prior_as_it_was():
    theta = drawn("theta", 2000)
    weights = weights_of(log_likelihood(np.zeros((3, theta.size)), np.ones(3)))
    assert weights == pytest.approx(np.full(theta.size, 1.0 / theta.size))
    assert effective_size(weights) == pytest.approx(theta.size)
    assert kept_of(weights, capped(weights, 0.0), Streams(3, 2000).uniform("kept")).all()
    found = movement("theta", theta, theta, weights)
    assert found.posterior == found.prior
    assert moved([found]) == []
    # Nor is a parameter moved that has no part in what was seen.
    other = drawn("other", 2000)
    weights = weights_of(log_likelihood((theta - 1.0)[None], np.ones(1)))
    movements = [movement(name, x, x, weights) for name, x in (("t", theta), ("o", other))]
    assert [one.name for one in moved(movements)] == ["t"]


def test_parameters_seen_only_as_a_sum_are_tied():
    one, other, idle = (drawn(name, 5000) for name in ("one", "other", "idle"))
    weights = weights_of(log_likelihood(((one + other) / 0.3)[None], np.ones(1)))
    found = ties(["one", "other", "idle"], np.stack([one, other, idle]), weights)
    assert [tie.names for tie in found] == [("one", "other")]
    # Conditional on a sum known with variance 0.09: -1 / 1.09.
    assert found[0].correlation == pytest.approx(-1.0 / 1.09, abs=0.03)


def test_the_effective_size_of_known_weights():
    assert effective_size(np.full(7, 0.3)) == pytest.approx(7.0)
    assert effective_size(np.array([1.0, 0.0, 0.0])) == 1.0
    assert effective_size(np.array([2.0, 1.0, 1.0])) == pytest.approx(16.0 / 6.0)


@given(positive)
def test_the_effective_size_lies_between_one_and_all(weights: Floats):
    if weights.sum() > 1e-3:
        assert 1.0 - 1e-9 <= effective_size(weights) <= weights.size + 1e-9


@given(positive, st.floats(0.0, 0.9))
def test_a_cap_cuts_off_the_share_asked_for_and_no_more(weights: Floats, cut: float):
    total = weights.sum()
    if total < 1e-3:
        return
    cap = capped(weights, cut)
    assert np.maximum(weights - cap, 0.0).sum() == pytest.approx(cut * total, abs=1e-9 * total)
    assert cap <= weights.max() + 1e-12


def test_futures_with_no_likelihood_are_never_kept_and_sure_ones_always():
    weights = np.array([0.0, 0.5, 0.5])
    luck = np.array([1e-12, 0.999999, 0.4])
    assert kept_of(weights, 0.5, luck).tolist() == [False, True, True]


def test_a_future_beyond_the_record_has_no_weight_and_all_beyond_it_is_an_error():
    departures = np.array([[0.0, np.inf], [1.0, 0.0]])
    likelihood = log_likelihood(departures, np.ones(2))
    assert weights_of(likelihood).tolist() == [1.0, 0.0]
    with pytest.raises(CalibrationError, match="no future shows"):
        weights_of(np.full(2, -np.inf))


def test_the_first_wave_of_history_matching_rules_out_what_is_far_in_any_respect():
    departures = np.array([[0.0, 3.0, -3.1], [2.0, -3.0, 0.0]])
    assert not_ruled_out(departures).tolist() == [True, True, False]
