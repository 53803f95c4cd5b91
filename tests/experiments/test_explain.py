from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.arrays import Floats
from experiments import decomposition
from experiments.cli import status
from experiments.decomposition import GROUPS, Account, Explanation, Question, Seen, explain
from experiments.shapley import joining_first, joining_last, shapley_values
from model.policy import HISTORY
from model.world import World

# --- Shapley values -------------------------------------------------------------------------------


@st.composite
def games(draw: st.DrawFn, least: int = 1) -> Floats:
    """Worth by subset, ``(2^n, 3)``."""
    players = draw(st.integers(least, 6))
    return draw(arrays(float, (2**players, 3), elements=st.floats(-100.0, 100.0)))


def members(subset: int, players: int) -> list[int]:
    return [player for player in range(players) if subset >> player & 1]


@given(games())
def test_values_add_up_to_what_everybody_is_worth(worth):
    np.testing.assert_allclose(shapley_values(worth).sum(axis=0), worth[-1] - worth[0], atol=1e-9)


@given(games(least=2))
def test_two_players_that_stand_for_one_another_get_the_same(worth):
    twins = worth.copy()
    for subset in range(len(worth)):
        if subset & 3 == 2:  # The second without the first: worth what the first alone is.
            twins[subset] = worth[subset ^ 3]
    values = shapley_values(twins)
    np.testing.assert_allclose(values[0], values[1], atol=1e-9)


@given(games(least=2))
def test_a_player_that_never_matters_gets_nothing(worth):
    idle = worth.copy()
    for subset in range(len(worth)):
        idle[subset] = worth[subset & ~1]
    values = shapley_values(idle)
    np.testing.assert_array_equal(values[0], 0.0)
    np.testing.assert_allclose(values[1:], shapley_values(worth[::2]), atol=1e-9)


@given(arrays(float, (5, 3), elements=st.floats(-100.0, 100.0)))
def test_where_nothing_interacts_a_value_is_what_the_player_adds_in_any_order(own):
    worth = np.stack([own[members(subset, 5)].sum(axis=0) for subset in range(32)])
    for values in (shapley_values(worth), joining_first(worth), joining_last(worth)):
        np.testing.assert_allclose(values, own, atol=1e-9)


def test_gloves_are_shared_as_in_the_textbook():
    # One has a left glove, two have a right one; a pair is worth 1.
    worth = [float(subset & 1 > 0 and subset & 6 > 0) for subset in range(8)]
    values = shapley_values(np.array(worth)[:, None])
    np.testing.assert_allclose(values[:, 0], [2 / 3, 1 / 6, 1 / 6])
    np.testing.assert_array_equal(joining_first(np.array(worth)[:, None])[:, 0], [0, 0, 0])
    np.testing.assert_array_equal(joining_last(np.array(worth)[:, None])[:, 0], [1, 0, 0])


@given(games(), st.data())
def test_one_unknown_worth_leaves_that_future_unknown_and_no_other(worth, data):
    hidden = worth.copy()
    hidden[data.draw(st.integers(0, len(worth) - 1)), 1] = np.nan
    values = shapley_values(hidden)
    assert np.isnan(values[:, 1]).all()
    np.testing.assert_array_equal(values[:, [0, 2]], shapley_values(worth)[:, [0, 2]])


def test_a_table_that_is_not_by_subset_is_refused():
    with pytest.raises(ValueError, match="6 subsets: expected a power of two"):
        shapley_values(np.zeros((6, 2)))


# --- worlds ---------------------------------------------------------------------------------------

QUESTION = Question(HISTORY, date(2023, 7, 1), date(2024, 1, 1), "CN", futures=3, seed=3)


@pytest.fixture(scope="module")
def found() -> Explanation:
    return explain(QUESTION)


def accounts(explanation: Explanation) -> tuple[Account, Account]:
    return explanation.in_months, explanation.in_oom


def test_steps_add_up_to_the_change_in_every_future(found):
    for account in accounts(found):
        assert account.known == QUESTION.futures
        steps = [step.change for step in (*account.base, *account.groups)]
        change = account.after - account.before
        np.testing.assert_allclose(np.sum(steps, axis=0), change, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("side", ["US", "both"])
def test_steps_add_up_whichever_side_is_switched_off(side):
    question = Question(HISTORY, date(2023, 1, 1), date(2023, 7, 1), side, futures=3)
    for account in accounts(explain(question)):
        steps = [step.change for step in (*account.base, *account.groups)]
        change = account.after - account.before
        np.testing.assert_allclose(np.sum(steps, axis=0), change, atol=1e-9)


def test_with_everything_on_a_fork_is_the_world_that_never_forked(found):
    world = World(futures=QUESTION.futures, seed=QUESTION.seed)
    world.run_to(QUESTION.end)
    for account in accounts(found):
        recorded = world.record.values(account.measure)
        np.testing.assert_array_equal(account.before, recorded[18])
        np.testing.assert_array_equal(account.after, recorded[-1])


def test_every_group_does_something(found):
    for step in found.in_oom.groups:
        assert (step.change != 0.0).any(), step.name


def test_the_parts_of_the_distance_add_up_to_the_gap(found):
    before, after = (distance.sum(axis=0) for distance in found.distance)
    np.testing.assert_allclose(before, found.in_oom.before, atol=1e-9)
    np.testing.assert_allclose(after, found.in_oom.after, atol=1e-9)


@pytest.mark.slow
def test_workers_change_no_figure(found):
    for one, two in zip(accounts(found), accounts(explain(QUESTION, workers=2)), strict=True):
        for mine, other in zip((*one.base, *one.groups), (*two.base, *two.groups), strict=True):
            np.testing.assert_array_equal(mine.change, other.change)


@pytest.mark.slow
def test_neither_do_blocks(found, monkeypatch):
    told: list[int] = []
    monkeypatch.setattr(decomposition, "FUTURES_PER_SHARD", 2)
    again = explain(QUESTION, advance=told.append)
    assert sum(told) == QUESTION.futures * 2 ** len(GROUPS)
    for one, two in zip(accounts(found), accounts(again), strict=True):
        for mine, other in zip(one.groups, two.groups, strict=True):
            np.testing.assert_array_equal(mine.change, other.change)


def test_futures_in_which_a_gap_is_unknown_are_left_out_and_counted(monkeypatch):
    forks, futures = 2 ** len(GROUPS), 4

    def live_out(question, first, count, subsets):
        """Gaps of 10 + the subset's number; two futures unknown in one fork each."""
        months = 10.0 + np.repeat(np.array(subsets, float)[:, None], futures, axis=1)
        beyond = np.zeros_like(months)
        months[3, 1], beyond[3, 1] = np.nan, 1.0
        months[9, 2], beyond[9, 2] = np.nan, -1.0
        levels, parts = np.zeros((forks, 2, futures)), np.zeros((forks, 2, 4, futures))
        start = Seen(np.full((1, futures), 5.0), np.zeros((1, futures)), levels[:1], parts[:1])
        return start, Seen(months, beyond, levels, parts)

    monkeypatch.setattr(decomposition, "live_out", live_out)
    question = Question(HISTORY, date(2023, 7, 1), date(2024, 4, 1), futures=futures)
    account = explain(question).in_months
    assert (account.known, account.beyond, account.ahead) == (2, 1, 1)
    np.testing.assert_allclose(
        [step.change[0] for step in account.groups], [2.0**bit for bit in range(len(GROUPS))]
    )


# --- the command ----------------------------------------------------------------------------------

SMALL = ["explain", "--from", "2023-01", "--to", "2023-04", "--futures", "3", "--workers", "1"]


@pytest.mark.slow
def test_the_command_prints_tables_and_json_and_draws(tmp_path, capsys):
    figure = tmp_path / "why.png"
    assert status([*SMALL, "--figure", str(figure)]) == 0
    printed = capsys.readouterr().out
    for group in GROUPS:
        assert group.title in printed
    assert "prior ensemble, 3 futures" in printed
    assert "0.0% left out" in printed
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert status([*SMALL, "--json", "--side", "both"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["from"], content["to"], content["side"]) == ("2023-01", "2023-04", "both")
    for account in content["accounts"]:
        steps = [*account["base"], *account["groups"]]
        change = account["after"]["mean"] - account["before"]["mean"]
        assert sum(step["change"]["mean"] for step in steps) == pytest.approx(change, abs=1e-9)
        assert sum(account["largest_share"].values()) == pytest.approx(1.0)


@pytest.mark.slow
@pytest.mark.parametrize("side", ["CN", "US"])
def test_a_figure_is_the_same_to_the_byte_each_time(side, tmp_path, capsys):
    drawn = []
    for name in ("one.svg", "two.svg"):
        assert status([*SMALL, "--side", side, "--figure", str(tmp_path / name)]) == 0
        drawn.append((tmp_path / name).read_bytes())
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--side", "EU"], "'EU' is no side: expected CN, US, both"),
        (["--from", "2021-12"], "'2021-12' is out of range"),
        (["--from", "2023-07", "--to", "2023-07"], "expected a first month before the last one"),
        (["--to", "soon"], "'soon' is not a month"),
        (["--policy", "no-control"], "did you mean 'no-controls'?"),
        (["--figure", "why.pdf"], "expected a name that ends in .png or .svg"),
    ],
)
def test_bad_input_is_one_line(arguments, words, capsys):
    assert status(["explain", *arguments]) == 2
    refused = capsys.readouterr()
    assert words in refused.err
    assert refused.err.count("\n") == 1
    assert refused.out == ""
