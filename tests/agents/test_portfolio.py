"""Firms enter sectors that pay for the way there and leave those that pay far less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.decisions import Decisions
from agents.portfolio import FAR, Outlook, Portfolio
from agents.records import SECTORS

COUNT = len(SECTORS)
USUAL = np.ones((COUNT, 1))


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


def test_where_all_sectors_pay_alike_nobody_moves():
    for recorded in ((), ("finance",), ("finance", "retail")):
        portfolio = Portfolio(recorded, 1)
        before = portfolio.entered.copy()
        assert reviewed(portfolio, outlook()) == []
        assert np.array_equal(portfolio.entered, before)


def test_with_nothing_to_gain_nobody_moves_though_nothing_is_in_the_way():
    free = Hurdles({name: np.zeros(1) for name in HURDLES})
    portfolio, decisions = Portfolio(("finance", "retail"), 1), Decisions()
    portfolio.review(outlook(own=np.zeros(1)), np.ones(1), free, decisions, 6.0)
    assert decisions.of_future(0) == []
    assert set(np.flatnonzero(portfolio.entered)) == {FINANCE, RETAIL}


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


@pytest.mark.parametrize("generality", [0.0, 0.5, 1.0])
def test_a_firm_enters_from_the_worth_that_makes_up_for_hurdle_and_way(generality):
    least = np.exp(0.3 + 1.5 * (1.0 - generality))
    for times, enters in ((0.99 * least, False), (1.01 * least, True)):
        portfolio = Portfolio(("finance",), 1)
        reviewed(portfolio, outlook(takings=paying(RETAIL, times)), generality)
        assert portfolio.entered[RETAIL, 0] == enters


def test_a_sector_exactly_half_way_is_next_door():
    half_way = np.where(np.eye(COUNT, dtype=bool), 0.0, FAR)
    told = reviewed(Portfolio(("finance",), 1), outlook(takings=paying(RETAIL, 20.0),
                    between=half_way))  # fmt: skip
    assert told[0].startswith("enters retail: customers there will pay more")


def test_models_are_the_reason_only_where_they_became_good_enough_since_the_last_review():
    portfolio = Portfolio(("finance",), 1)
    early = np.full((COUNT, 1), True)
    early[TRANSPORT] = False
    assert reviewed(portfolio, outlook(able=early)) == []
    told = reviewed(portfolio, outlook(takings=paying(RETAIL, 20.0), able=early))
    assert told[0].startswith("enters retail: a general model"), "could do the work all along"
    told = reviewed(portfolio, outlook(takings=paying(TRANSPORT, 20.0)))
    assert told[0].startswith("enters transport: models have become good enough")


def test_of_two_good_sectors_a_firm_enters_the_better_one_first():
    portfolio = Portfolio(("finance",), 1)
    good = paying(RETAIL, 20.0)
    good[TRANSPORT] *= 40.0
    told = reviewed(portfolio, outlook(takings=good))
    told += reviewed(portfolio, outlook(takings=paying(RETAIL, 200.0)))
    assert [sentence.split(":")[0] for sentence in told] == ["enters transport", "enters retail"]


def test_a_firm_without_recorded_sectors_is_in_all_and_one_with_some_in_those():
    assert Portfolio((), 2).entered.all()
    some = Portfolio(("finance", "retail"), 2).entered
    assert set(np.flatnonzero(some[:, 1])) == {FINANCE, RETAIL}
    assert np.array_equal(some[:, 0], some[:, 1])


figures = arrays(np.float64, (COUNT, 2), elements=st.floats(0.01, 100.0))
flags = arrays(np.bool_, (COUNT, 2))


@settings(max_examples=40)
@given(figures, figures, flags, flags, st.floats(0.0, 1.0))
def test_a_review_changes_at_most_one_sector_each_way_and_tells_of_all_it_changes(
    takings, effort, held, able, generality
):
    portfolio, decisions = Portfolio(("finance",), 2), Decisions()
    portfolio.entered = held | (np.arange(COUNT) == FINANCE)[:, None]
    before = portfolio.entered.copy()
    view = outlook(takings=takings, effort=effort, own=np.ones(2), able=able)
    portfolio.review(view, np.full(2, generality), HURDLES, decisions, 6.0)
    left, begun = before & ~portfolio.entered, portfolio.entered & ~before
    assert (left.sum(axis=0) <= 1).all()
    assert (begun.sum(axis=0) <= 1).all()
    assert portfolio.entered.any(axis=0).all(), "nobody gives up its last sector"
    assert able[begun].all()
    for future in range(2):
        told = sorted(sentence.split()[0] for _, sentence in decisions.of_future(future))
        happened = ["enters"] * begun[:, future].sum() + ["leaves"] * left[:, future].sum()
        assert told == happened


def test_what_comes_to_be_near_is_judged_as_near_from_then_on():
    view = outlook(takings=paying(RETAIL, 2.0))
    near = view.between.copy()
    near[FINANCE, RETAIL] = 0.05
    portfolio = Portfolio(("finance",), 1)
    assert reviewed(portfolio, view) == [], "it does not pay for so long a way"
    entered = reviewed(portfolio, outlook(takings=view.takings, between=near))
    assert [sentence.split(":")[0] for sentence in entered] == ["enters retail"]
