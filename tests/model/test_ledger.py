"""Money moves; none is made or lost."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.arrays import Floats
from model.ledger import Ledger

FUTURES = 3


@dataclass
class Purse:
    cash: Floats


payments = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 3),
        st.lists(st.floats(0.0, 1e6), min_size=FUTURES, max_size=FUTURES),
        st.sampled_from(["wages", "chips"]),
    ),
    max_size=30,
)


@given(payments)
def test_whatever_is_paid_everyone_together_holds_the_same(moves):
    ledger = Ledger(FUTURES)
    purses = [Purse(np.full(FUTURES, 10.0 * n)) for n in range(3)] + [ledger.outside]
    before = sum(purse.cash for purse in purses)
    for payer, payee, amount, purpose in moves:
        ledger.pay(purses[payer], purses[payee], np.array(amount), purpose)
    assert np.allclose(sum(purse.cash for purse in purses), before, atol=1e-6)
    for purpose in ("wages", "chips"):
        moved = sum(np.array(amount) for _, _, amount, named in moves if named == purpose)
        assert np.allclose(ledger.total(purpose), moved)


def test_what_one_pays_the_other_gets():
    ledger = Ledger(2)
    buyer, seller = Purse(np.array([5.0, 5.0])), Purse(np.zeros(2))
    ledger.pay(buyer, seller, np.array([2.0, 0.0]), "chips")
    assert buyer.cash.tolist() == [3.0, 5.0]
    assert seller.cash.tolist() == [2.0, 0.0]
    assert ledger.total("chips").tolist() == [2.0, 0.0]
    assert ledger.total("wages").tolist() == [0.0, 0.0]


def test_a_payment_to_oneself_changes_nothing():
    ledger, purse = Ledger(1), Purse(np.array([5.0]))
    ledger.pay(purse, purse, np.array([2.0]), "chips")
    assert purse.cash.tolist() == [5.0]


def test_a_copy_keeps_books_of_its_own():
    ledger = Ledger(1)
    ledger.pay(ledger.outside, Purse(np.zeros(1)), np.ones(1), "chips")
    twin = copy.deepcopy(ledger)
    twin.pay(twin.outside, Purse(np.zeros(1)), np.ones(1), "chips")
    assert twin.total("chips") == pytest.approx([2.0])
    assert ledger.total("chips") == pytest.approx([1.0])
    assert ledger.outside.cash == pytest.approx([-1.0])
