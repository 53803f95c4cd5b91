"""Actors side by side: what is put together is what each of them has, now and after any change."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.side_by_side import Places, Team, Teams

masks = st.tuples(st.integers(1, 5), st.integers(1, 7)).flatmap(lambda s: arrays(np.bool_, s))


class Firm:
    """Somebody with cash, and with a part that has a size."""

    def __init__(self, *cash: float, size: float = 0.0) -> None:
        self.cash = np.array(cash)
        self.part = SimpleNamespace(size=np.full(len(cash), size))


@pytest.fixture
def team() -> Team[Firm]:
    return Team([Firm(1.0, 2.0), Firm(3.0, 4.0, size=5.0)])


def test_figures_stand_side_by_side_and_are_given_back_row_by_row(team):
    assert team["cash"].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert team["part.size"].tolist() == [[0.0, 0.0], [5.0, 5.0]]
    team["cash"] = team["cash"] * 2.0
    team["part.size"] = team["part.size"] + 1.0
    assert [one.cash.tolist() for one in team] == [[2.0, 4.0], [6.0, 8.0]]
    assert [one.part.size.tolist() for one in team] == [[1.0, 1.0], [6.0, 6.0]]


def test_what_an_actor_has_by_now_is_seen(team):
    team["cash"] = np.ones((2, 2))
    assert team["cash"] is team["cash"], "put together once"
    team.first.cash = team.first.cash + 6.0
    assert team["cash"].tolist() == [[7.0, 7.0], [1.0, 1.0]]
    team.actors[1].part = SimpleNamespace(size=np.array([8.0, 9.0]))
    assert team["part.size"].tolist() == [[0.0, 0.0], [8.0, 9.0]]


def test_what_was_seen_before_a_change_stays_as_it_was(team):
    before, own = team["cash"], team.first.cash
    team.replace("cash", Places.where(np.array([[True, False], [False, True]])), np.array([7, 9]))
    assert team["cash"].tolist() == [[7.0, 2.0], [3.0, 9.0]]
    assert before.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert own.tolist() == [1.0, 2.0]


def test_a_change_in_place_would_go_unnoticed_and_is_refused(team):
    for change in (lambda: team["cash"], lambda: team.replace("cash", Places.of_one(NONE), NONE)):
        change()
        with pytest.raises(ValueError, match="read-only"):
            team["cash"][0, 0] = 0.0
        with pytest.raises(ValueError, match="read-only"):
            team.first.cash[0] = 0.0


NONE = np.zeros(0, dtype=np.int64)


def test_copies_of_actors_and_their_team_live_on_their_own(team):
    team["cash"] = team["cash"] + 1.0
    twin = copy.deepcopy({"team": team, "actors": list(team)})
    assert twin["team"].first is twin["actors"][0]
    twin["actors"][0].cash[0] = 50.0
    assert twin["team"]["cash"].tolist() == [[50.0, 3.0], [4.0, 5.0]]
    assert team["cash"].tolist() == [[2.0, 3.0], [4.0, 5.0]]


@given(masks)
def test_places_are_those_where_it_is_true_actor_by_actor(where):
    places, numbers = Places.where(where), np.arange(where.size).reshape(where.shape)
    assert np.array_equal([places.rows, places.futures], where.nonzero())
    assert len(places) == where.sum()
    assert np.array_equal(places.of(numbers), numbers[where])
    odd = places.among(places.of(numbers) % 2 == 1)
    assert np.array_equal(odd.of(numbers), numbers[where & (numbers % 2 == 1)])
    for number, its in places.by_actor():
        assert np.array_equal(places.futures[its], np.flatnonzero(where[number]))
    assert [number for number, _ in places.by_actor()] == np.flatnonzero(where.any(axis=1)).tolist()


def test_a_team_stays_until_somebody_joins(team):
    teams: Teams[Firm] = Teams()
    first = teams.of("US", list(team))
    assert teams.of("US", list(team)) is first
    joined = teams.of("US", [*team, Firm(0.0, 0.0)])
    assert joined is not first
    assert len(joined) == 3
    assert teams.of("US", list(joined)) is joined


def test_kinds_of_the_same_actors_are_one_team(team):
    teams: Teams[Firm] = Teams()
    everyone = teams.of("founded", list(team))
    assert teams.of("trainers", list(team)) is everyone
    assert teams.of("clouds", list(team)[1:]) is not everyone
