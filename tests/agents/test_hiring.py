"""Bids, who leaves for a better one, and whose openings fill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents import hiring

FIRMS, FUTURES = 5, 3
openings = arrays(np.float64, (FIRMS, FUTURES), elements=st.floats(0.0, 1e5))
bids = arrays(np.float64, (FIRMS, FUTURES), elements=st.floats(0.2, 5.0))
supplies = arrays(np.float64, FUTURES, elements=st.floats(0.0, 1e6))


def premium(means: float, need: float = 0.0, usual: float = 2.0, urgency: float = 1.0) -> float:
    got = hiring.premium(
        np.array([[means]]),
        np.array([usual]),
        np.array([[need]]),
        rent_sharing=np.array([0.5]),
        urgency=np.array([urgency]),
        highest=np.array([3.0]),
    )
    return float(got[0, 0])


def test_a_firm_of_usual_means_that_lacks_nobody_pays_the_going_wage():
    assert premium(2.0) == 1.0
    assert premium(0.0) == 1.0, "means not known"
    assert premium(5.0, usual=0.0) == 1.0, "nothing to compare with"


def test_means_and_need_raise_the_bid_up_to_the_highest():
    assert premium(8.0) == pytest.approx(2.0)
    assert premium(2.0, need=0.5) == pytest.approx(1.5)
    assert premium(2.0, need=0.5, urgency=2.0) == pytest.approx(1.5**2)
    assert premium(2.0, need=0.5, urgency=0.0) == 1.0
    assert premium(1e6) == 3.0
    assert premium(1e-6) == pytest.approx(1.0 / 3.0)


def test_where_all_pay_alike_the_usual_share_leaves():
    share = hiring.leaving_share(
        np.full((2, 1), 1.7),
        np.array([1.7]),
        turnover=np.array([0.12]),
        bid_elasticity=np.array([2.0]),
        years=0.25,
    )
    assert share == pytest.approx(np.full((2, 1), 1.0 - np.exp(-0.03)))


@given(bids, st.floats(0.0, 2.0), st.floats(0.0, 4.0))
def test_fewer_leave_the_better_payer(bid, turnover, elasticity):
    share = hiring.leaving_share(
        bid,
        bid.mean(axis=0),
        turnover=np.full(FUTURES, turnover),
        bid_elasticity=np.full(FUTURES, elasticity),
        years=0.25,
    )
    assert ((share >= 0.0) & (share <= 1.0)).all()
    ranked = np.take_along_axis(share, np.argsort(bid, axis=0), axis=0)
    assert (np.diff(ranked, axis=0) <= 1e-12).all()


@given(openings, bids, supplies)
def test_people_are_hired_once_and_no_opening_twice(wanted, bid, supply):
    hired = hiring.filled_by_bid(wanted, bid**1.5, supply)
    assert (hired >= 0.0).all()
    assert (hired <= wanted * (1.0 + 1e-9) + 1e-9).all()
    assert hired.sum(axis=0) == pytest.approx(
        np.minimum(supply, wanted.sum(axis=0)), rel=1e-9, abs=1e-6
    )


@given(openings, bids, supplies)
def test_the_better_bid_fills_no_smaller_share(wanted, bid, supply):
    wanted = wanted + 1.0
    share = hiring.filled_by_bid(wanted, bid, supply) / wanted
    ranked = np.take_along_axis(share, np.argsort(bid, axis=0), axis=0)
    assert (np.diff(ranked, axis=0) >= -1e-9).all()


@given(openings, supplies)
def test_equal_bids_fill_equal_shares(wanted, supply):
    share = hiring.filled_by_bid(wanted + 1.0, np.ones_like(wanted), supply) / (wanted + 1.0)
    assert share == pytest.approx(np.broadcast_to(share[0], share.shape))


def test_the_highest_bidder_fills_first():
    wanted = np.array([[10.0], [10.0]])
    hired = hiring.filled_by_bid(wanted, np.array([[1000.0], [1.0]]), np.array([12.0]))
    assert hired[:, 0] == pytest.approx([10.0, 2.0], abs=0.02)


def test_after_two_passes_bids_no_longer_count():
    wanted = np.full((4, 1), 10.0)
    hired = hiring.filled_by_bid(wanted, np.array([[1e9], [1e6], [1e3], [1.0]]), np.array([30.0]))
    assert hired[:, 0] == pytest.approx([10.0, 10.0, 5.0, 5.0], abs=0.05)


# --- whom firms can choose ------------------------------------------------------------------------


@given(st.floats(1.0, 1e6), st.floats(0.01, 1.0), st.floats(1.0, 10.0), st.floats(0.0, 0.5))
def test_a_larger_pool_never_makes_hires_worse(everyone, employed, more, selectivity):
    def quality(people: float) -> float:
        figures = np.array([people]), np.array([everyone * employed]), np.array([1.0 / employed])
        return float(hiring.quality_of_hires(*figures, selectivity=np.array([selectivity]))[0])

    assert quality(everyone) == pytest.approx(1.0), "at the usual choice"
    assert quality(everyone * more) == pytest.approx(more**selectivity)
    assert quality(everyone / more) == pytest.approx(more**-selectivity)


def test_where_firms_employ_nobody_hires_are_as_they_were():
    none = np.zeros(1)
    assert hiring.quality_of_hires(none + 9.0, none, none + 3.0, selectivity=none + 0.2) == [1.0]


@given(st.floats(0.5, 2.0), st.floats(0.0, 100.0), st.floats(0.5, 2.0))
def test_staff_becomes_like_those_who_join_and_no_further(quality, joining, of_hires):
    after = hiring.quality_of_staff(
        np.array([quality]), np.array([joining]), np.array([100.0]), np.array([of_hires])
    )
    low, high = sorted([quality, of_hires])
    assert low - 1e-12 <= after[0] <= high + 1e-12
    if joining == 0.0:
        assert after[0] == quality
