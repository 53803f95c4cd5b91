"""Firms enter sectors that pay for the way there and leave those that pay far less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents import sector_choice
from agents.arrays import total
from agents.decisions import Decisions
from agents.portfolio import FAR, Outlook, Portfolio
from agents.records import SECTORS

COUNT = len(SECTORS)
USUAL = np.ones((COUNT, 1))
positive = arrays(np.float64, (COUNT, 1), elements=st.floats(0.01, 100.0))
somewhere = arrays(np.bool_, (COUNT, 1)).filter(lambda held: held.any())


class Hurdles(dict[str, np.ndarray]):
    """Parameters of the choice."""

    def certain(self, name: str) -> float:
        return float(self[name][0])


HURDLES = Hurdles(
    entry_hurdle=np.array([0.3]),
    entry_distance_cost=np.array([1.5]),
    exit_hurdle=np.array([1.4]),
)
FINANCE, RETAIL, TRANSPORT = (SECTORS.index(s) for s in ("finance", "retail", "transport"))


def outlook(**changes) -> Outlook:
    """Every sector pays alike, any model does, and no two sectors have anything in common."""
    even = {
        "takings": np.full((COUNT, 1), 10.0),
        "effort": np.full((COUNT, 1), 10.0),
        "own": np.array([1e-6]),
        "able": np.full((COUNT, 1), True),
        "usual": USUAL,
        "between": 1.0 - np.eye(COUNT),
    }
    return Outlook(**(even | changes))


def paying(sector: int, times: float) -> np.ndarray:
    takings = np.full((COUNT, 1), 10.0)
    takings[sector] *= times
    return takings


def reviewed(portfolio: Portfolio, view: Outlook, generality: float = 0.0) -> list[str]:
    decisions = Decisions()
    portfolio.review(view, np.array([generality]), HURDLES, decisions, 6.0)
    return [sentence for _, sentence in decisions.of_future(0)]


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


def test_where_all_sectors_pay_alike_nobody_moves():
    for recorded in ((), ("finance",), ("finance", "retail")):
        portfolio = Portfolio(recorded, 1)
        before = portfolio.entered.copy()
        assert reviewed(portfolio, outlook()) == []
        assert np.array_equal(portfolio.entered, before)


def test_a_firm_enters_what_pays_for_the_way_and_stays_in_what_it_has():
    portfolio = Portfolio(("finance",), 1)
    assert reviewed(portfolio, outlook(takings=paying(RETAIL, 4.0))) == []
    told = reviewed(portfolio, outlook(takings=paying(RETAIL, 8.0)))
    assert len(told) == 1
    assert told[0].startswith("enters retail: ")
    assert set(np.flatnonzero(portfolio.entered)) == {FINANCE, RETAIL}


def test_the_way_is_shorter_to_what_is_near_and_for_who_makes_general_models():
    near = 1.0 - np.eye(COUNT)
    near[FINANCE, RETAIL] = near[RETAIL, FINANCE] = 0.1
    view = outlook(takings=paying(RETAIL, 2.0))
    assert reviewed(Portfolio(("finance",), 1), view) == []
    told = reviewed(Portfolio(("finance",), 1), outlook(takings=view.takings, between=near))
    assert told[0].startswith("enters retail: customers there will pay more")
    told = reviewed(Portfolio(("finance",), 1), view, generality=0.95)
    assert told[0].startswith("enters retail: a general model carries it there")
    assert near[FINANCE, RETAIL] < FAR < 1.0


def test_no_model_good_enough_no_entry_and_the_reason_when_there_is_one():
    rich = paying(RETAIL, 100.0)
    unable = np.full((COUNT, 1), True)
    unable[RETAIL] = False
    portfolio = Portfolio(("finance",), 1)
    assert reviewed(portfolio, outlook(takings=rich, able=unable)) == []
    told = reviewed(portfolio, outlook(takings=rich))
    assert told == ["enters retail: models have become good enough for the work there"]


def test_a_firm_leaves_what_pays_far_less_one_at_a_time():
    portfolio = Portfolio(("finance", "retail", "transport"), 1)
    poor = paying(TRANSPORT, 0.1)
    poor[RETAIL] *= 0.15
    told = reviewed(portfolio, outlook(takings=poor))
    assert told == ["leaves transport: its people earn far more in its other sectors"]
    assert portfolio.entered[RETAIL, 0]
    told = reviewed(portfolio, outlook(takings=paying(RETAIL, 0.3)))
    assert told == [], "between the hurdles it stays"


def test_futures_choose_for_themselves():
    portfolio = Portfolio(("finance",), 2)
    two = np.hstack([paying(RETAIL, 10.0), np.full((COUNT, 1), 10.0)])
    view = outlook(takings=two, effort=np.full((COUNT, 2), 10.0), own=np.full(2, 1e-6),
                   able=np.full((COUNT, 2), True))  # fmt: skip
    portfolio.review(view, np.zeros(2), HURDLES, Decisions(), 6.0)
    assert portfolio.entered[RETAIL].tolist() == [True, False]
