"""What the way into a sector is worth, and what staying costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents import sector_choice
from agents.arrays import total
from agents.records import SECTORS

COUNT = len(SECTORS)
USUAL = np.ones((COUNT, 1))
positive = arrays(np.float64, (COUNT, 1), elements=st.floats(0.01, 100.0))
somewhere = arrays(np.bool_, (COUNT, 1)).filter(lambda held: held.any())


# --- distances and shares -------------------------------------------------------------------------


@given(arrays(np.float64, (4, 3), elements=st.floats(0.01, 1.0)))
def test_distance_is_between_nothing_and_one_and_the_same_both_ways(scenarios):
    between = sector_choice.distances(scenarios)
    assert ((between >= 0.0) & (between <= 1.0)).all()
    assert np.allclose(between, between.T)
    assert np.allclose(np.diag(between), 0.0)
    apart = sector_choice.distances(np.eye(3))
    assert np.array_equal(apart, 1.0 - np.eye(3)), "nothing in common"
    some = sector_choice.distances(np.array([[1.0, 0.0], [3.0, 4.0]]))
    assert some[0, 1] == pytest.approx(0.4), "a cosine of 3/5"


@given(somewhere, positive)
def test_a_firms_people_are_divided_among_its_sectors_and_no_others(entered, usual):
    held = sector_choice.emphasis(entered, usual)
    assert total(held) == pytest.approx([1.0])
    assert (held[~entered] == 0.0).all()


def test_a_sector_that_usually_weighs_more_gets_more_of_a_firms_people():
    entered = np.array([[True], [True], [False]])
    held = sector_choice.emphasis(entered, np.array([[1.0], [3.0], [2.0]]))
    assert held[:, 0].tolist() == [0.25, 0.75, 0.0]


def test_the_way_is_from_the_nearest_sector_and_the_longest_from_nowhere():
    between = np.array([[0.0, 0.2, 0.7], [0.2, 0.0, 0.4], [0.7, 0.4, 0.0]])
    entered = np.array([[True, False], [True, False], [False, False]])
    to_go = sector_choice.way(entered, between)
    assert to_go[:, 0].tolist() == [0.0, 0.0, 0.4]
    assert to_go[:, 1].tolist() == [1.0, 1.0, 1.0]


# --- entry and exit -------------------------------------------------------------------------------


@given(somewhere, positive, positive, st.floats(1.0, 10.0))
def test_a_sector_that_pays_more_is_no_less_worth_entering(entered, takings, effort, times):
    def worth(paid: np.ndarray) -> np.ndarray:
        to_go = sector_choice.way(entered, 1.0 - np.eye(COUNT))
        own = np.array([1.0])
        known = {"hurdle": np.array([0.3]), "distance_cost": np.array([1.0])}
        return sector_choice.gain_from_entry(entered, paid, effort, own, USUAL, to_go, **known)

    more = np.where(entered, takings, takings * times)
    assert (worth(more) >= worth(takings)).all()
    assert np.isneginf(worth(takings)[entered]).all()


FREE = {"hurdle": np.zeros(1), "distance_cost": np.zeros(1)}
FIRST_ALONE = np.array([[True], [False], [False]])
THREE = np.ones((3, 1))


def column(*figures: float) -> np.ndarray:
    return np.array(figures)[:, None]


def gain(takings, *, own=0.0, way=0.0, usual=THREE, **changes) -> np.ndarray:
    """Gain from entry of a firm in the first of three sectors, where others' effort is 10 each."""
    args = (FIRST_ALONE, takings, 10.0 * THREE, np.array([own]), usual, way * THREE)
    return sector_choice.gain_from_entry(*args, **(FREE | changes))[:, 0]


def test_entry_is_worth_what_it_pays_more_less_the_hurdle_and_the_way():
    assert gain(column(10.0, 20.0, 5.0))[1:] == pytest.approx([np.log(2.0), -np.log(2.0)])
    short = gain(column(10.0, 20.0, 5.0), way=0.5, hurdle=np.array([0.3]),
                 distance_cost=np.array([1.2]))  # fmt: skip
    assert short[1] == pytest.approx(np.log(2.0) - 0.3 - 0.6)


def test_a_firm_counts_what_it_would_itself_add_to_the_effort_in_a_sector():
    # Half of its effort of 20 would go there: twice the takings for twice the effort.
    assert gain(column(10.0, 20.0, 10.0), own=20.0)[1] == pytest.approx(0.0)
    # A quarter of 40, where the sector usually has a third of the weight of the one it is in.
    usual = column(1.5, 0.5, 0.5)
    assert gain(column(10.0, 20.0, 10.0), own=40.0, usual=usual)[1] == pytest.approx(0.0)


def test_where_nothing_is_taken_nobody_enters_and_from_nothing_everybody():
    assert np.isneginf(gain(column(10.0, 0.0, 10.0))[1])
    from_nothing = gain(column(0.0, 10.0, 10.0))[1]
    assert from_nothing > 10.0
    assert np.isfinite(from_nothing)


def test_pay_is_the_mean_over_a_firms_people():
    paid = sector_choice.pay_now(column(10.0, 40.0, 70.0), 10.0 * THREE, column(0.5, 0.5, 0.0))
    assert paid == pytest.approx([2.5])


def test_leaving_is_worth_what_the_others_pay_more_by_their_usual_weight():
    entered = np.array([[True], [True], [True]])
    usual = column(1.0, 3.0, 1.0)
    pay = (column(10.0, 50.0, 10.0), 10.0 * THREE)
    case = sector_choice.loss_from_staying(entered, *pay, usual, hurdle=np.array([0.5]))
    # Elsewhere (3 x 5 + 1 x 1) / 4 = 4 from the first and the last, 1 from the second.
    expected = np.log([4.0, 0.2, 4.0]) - 0.5
    assert case[:, 0] == pytest.approx(expected)
    two = np.array([[True], [True], [False]])
    case = sector_choice.loss_from_staying(two, *pay, usual, hurdle=np.array([0.5]))
    assert case[:2, 0] == pytest.approx(np.log([5.0, 0.2]) - 0.5)
    assert np.isneginf(case[2])
    unpaid = (column(0.0, 10.0, 10.0), 10.0 * THREE)
    case = sector_choice.loss_from_staying(two, *unpaid, usual, hurdle=np.array([0.5]))
    assert 10.0 < case[0, 0] < np.inf, "from what pays nothing"


@given(somewhere, positive, positive)
def test_nobody_leaves_the_last_sector_nor_one_that_pays_as_well(entered, takings, effort):
    hurdle = np.array([0.9])
    case = sector_choice.loss_from_staying(entered, takings, effort, USUAL, hurdle=hurdle)
    assert np.isneginf(case[~entered]).all()
    if entered.sum() == 1:
        assert np.isneginf(case).all()
    same = sector_choice.loss_from_staying(entered, effort, effort, USUAL, hurdle=hurdle)
    assert (same <= 0.0).all()
