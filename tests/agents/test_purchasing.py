"""How a buyer divides a budget."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.purchasing import appeal, budget, choice_shares, main_channel

LINES, FUTURES = 4, 3
worths = arrays(np.float64, (LINES, FUTURES), elements=st.floats(0.01, 100.0))
offers = arrays(
    np.float64, (LINES, FUTURES), elements=st.one_of(st.just(0.0), st.floats(0.01, 1.0))
)
sensitivities = arrays(np.float64, FUTURES, elements=st.floats(0.5, 3.0))


@given(worths, offers, sensitivities)
def test_shares_of_a_budget_sum_to_one_or_nothing_is_on_offer(worth, offered, sensitivity):
    got = choice_shares(appeal(worth, sensitivity=sensitivity), offered)
    summed = got.sum(axis=0)
    anything = (offered > 0.0).any(axis=0)
    assert np.allclose(summed[anything], 1.0)
    assert (summed[~anything] == 0.0).all()
    assert (got[offered == 0.0] == 0.0).all()
    assert (got >= 0.0).all()


@given(worths, offers, sensitivities, st.floats(1.0, 50.0), st.integers(0, LINES - 1))
def test_a_dearer_product_gets_no_larger_share(worth, offered, sensitivity, factor, line):
    def bought(price: float):
        prices = np.ones((LINES, 1))
        prices[line] = price
        return choice_shares(appeal(worth / prices, sensitivity=sensitivity), offered)

    before, after = bought(1.0), bought(factor)
    assert (after[line] <= before[line] + 1e-12).all()
    others = np.delete(after - before, line, axis=0)
    assert (others >= -1e-12).all(), "what it loses goes to the others"


def test_shares_follow_worth_per_dollar_to_the_power_of_sensitivity():
    worth = np.array([[3.0, 3.0], [1.0, 1.0]])
    got = choice_shares(appeal(worth, sensitivity=np.array([1.0, 2.0])), np.ones((2, 1)))
    assert got[:, 0] == pytest.approx([0.75, 0.25])
    assert got[:, 1] == pytest.approx([0.9, 0.1])


def test_half_an_offer_counts_half():
    got = choice_shares(np.ones((2, 1)), np.array([[1.0], [0.5]]))
    assert got[:, 0] == pytest.approx([2.0 / 3.0, 1.0 / 3.0])


@given(worths, sensitivities)
def test_the_best_buy_has_the_appeal_one_and_no_other_more(worth, sensitivity):
    got = appeal(worth, sensitivity=sensitivity)
    assert got.max(axis=0) == pytest.approx(np.ones(FUTURES))
    assert (got.argmax(axis=0) == worth.argmax(axis=0)).all()


def test_what_is_worth_nothing_appeals_to_nobody():
    got = appeal(np.zeros((LINES, FUTURES)), sensitivity=np.ones(FUTURES))
    assert (got == 0.0).all()


@given(worths, sensitivities)
def test_a_dollar_of_another_size_changes_no_choice(worth, sensitivity):
    once = appeal(worth, sensitivity=sensitivity)
    assert np.allclose(appeal(worth * 1e9, sensitivity=sensitivity), once)


def test_a_hurry_draws_on_reserves_and_never_beyond():
    cash, ready = np.array([-1.0, 2.0, 2.0]), np.full(3, 0.6)
    assert budget(cash, ready, 0.0) == pytest.approx([0.0, 1.2, 1.2])
    assert budget(cash, ready, np.array([1.0, 0.5, 1.0])) == pytest.approx([0.0, 1.6, 2.0])


def test_the_main_channel_takes_most_of_the_budget():
    shares = np.array([[0.3, 0.0, 0.6, 0.0], [0.3, 0.0, 0.1, 0.0], [0.4, 0.0, 0.3, 1.0]])
    got = main_channel(shares, {"rented": [2], "direct": slice(2)}, ("direct", "rented"))
    assert got.tolist() == [0, -1, 0, 1]
    assert main_channel(shares[:0], {}, ("direct", "rented")).tolist() == [-1] * 4


def test_of_two_channels_that_take_the_same_the_first_is_the_main_one():
    got = main_channel(np.full((2, 1), 0.5), {"b": [0], "c": [1]}, ("a", "b", "c"))
    assert got.tolist() == [1]
