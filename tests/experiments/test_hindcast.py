"""The score card on invented patterns: verdicts, scores, counts, and how all of it is shown."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from experiments.cli import status
from experiments.figure_files import FigureError
from experiments.hindcast import (
    WIDTH,
    Score,
    as_json,
    marks,
    ranked_probability,
    score,
    seen_in_words,
    show,
    summary_of,
)
from experiments.score_card import FAILED, PASSED, draw_card, line_of, plot_card
from model.patterns import Pattern, patterns

values_of_futures = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


def a_pattern(**changes: Any) -> Pattern:
    usual = {
        "id": "units-2023",
        "title": "Units of a year",
        "half": "supply",
        "reading": {"kind": "level", "outcome": "compute_us", "at": "2023-01-01"},
        "unit": "units",
        "value": 20.0,
        "low": 15.0,
        "high": 30.0,
        "source": "invented",
        "basis": "assumption",
    }
    return Pattern.model_validate(usual | changes)


def scored(first: float, last: float, /, **changes: Any) -> Score:
    """A pattern beside 101 futures in a straight line from ``first`` to ``last``."""
    return score(a_pattern(**changes), np.linspace(first, last, 101))


A_RANGE = {"value": None}
A_BOUND = {"value": None, "high": None}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (scored(10.0, 40.0), "pass"),  # each covers the other's centre
        (scored(10.0, 21.0), "pass"),  # the value is covered, the median of 15.5 just in range
        (scored(6.0, 21.0), "pass"),  # the value is covered, the median is not in range
        (scored(22.0, 24.0), "pass"),  # narrow: the median is in range, the value not covered
        (scored(0.0, 17.0), "fail"),  # overlaps, and no more
        (scored(0.0, 14.0), "fail"),
        (scored(31.0, 60.0), "fail"),
        (scored(0.0, 60.0), "wide"),
        (scored(0.0, 40.0, **A_RANGE), "pass"),
        (scored(0.0, 20.0, **A_RANGE), "fail"),  # half of the range is covered, the median is not
        (scored(10.0, 25.0, **A_BOUND), "pass"),
        (scored(0.0, 25.0, **A_BOUND), "fail"),
        (scored(15.0, 21.0, low=5.0, high=50.0), "wide"),  # the observation is the vague one
    ],
)
def test_a_pattern_passes_where_the_centre_of_one_lies_in_the_range_of_the_other(
    found: Score, verdict: str
):
    assert found.verdict == verdict


@given(st.floats(-100.0, 100.0), st.floats(0.1, 100.0), values_of_futures)
def test_no_pattern_passes_whose_range_lies_apart(low: float, width: float, values: list[float]):
    pattern = a_pattern(value=low, low=low, high=low + width)
    found = score(pattern, np.array(values))
    assert found.overlaps or not found.passes
    assert 0.0 <= found.share <= 1.0


def test_shares_ranks_and_ranges_are_of_the_futures_in_which_the_reading_is_defined():
    found = score(a_pattern(), np.array([10.0, 20.0, 20.0, 40.0, np.nan]))
    assert (found.futures, found.share, found.rank) == (4, 0.5, 0.5)
    assert found.median == 20.0
    assert score(a_pattern(value=None), np.array([20.0])).rank is None


def test_infinite_futures_count_in_ranges_and_leave_no_score():
    found = score(a_pattern(), np.array([10.0, 20.0, np.inf]))
    assert (found.median, found.high, found.crps, found.error) == (20.0, np.inf, None, None)
    assert found.verdict == "wide", "a range without an end says little"
    entry = as_json([found])["patterns"][0]["simulated"]
    assert entry["p95"] == {"value": None, "censored": "above"}
    assert entry["relative_width"] is None


def test_a_reading_that_is_defined_nowhere_fails():
    found = score(a_pattern(), np.full(3, np.nan))
    assert (found.verdict, found.futures, found.share, found.overlaps) == ("fail", 0, 0.0, False)
    assert json.dumps(as_json([found]), allow_nan=False)
    assert "FAIL" in printed([found])


# --- the score ------------------------------------------------------------------------------------


@given(values_of_futures, st.floats(-1e6, 1e6))
def test_the_ranked_probability_score_is_the_mean_over_pairs(values: list[float], seen: float):
    futures = np.array(values)
    pairs = np.abs(futures[:, None] - futures[None, :]).mean()
    expected = np.abs(futures - seen).mean() - pairs / 2.0
    found = ranked_probability(futures, seen)
    assert found == pytest.approx(expected, abs=1e-6)
    assert found >= -1e-6


def test_the_score_of_one_future_is_its_distance_and_of_a_normal_ensemble_the_known_one():
    assert ranked_probability(np.array([7.0]), 10.0) == 3.0
    normal = np.random.default_rng(1).normal(size=200_000)
    # Gneiting and Raftery 2007: at the mean of a standard normal, (sqrt(2) - 1) / sqrt(pi).
    known = (np.sqrt(2.0) - 1.0) / np.sqrt(np.pi)
    assert ranked_probability(normal, 0.0) == pytest.approx(known, abs=2e-3)


def test_a_vague_ensemble_scores_worse_than_a_sharp_one_about_the_same_value():
    sharp, vague = (ranked_probability(np.linspace(-w, w, 101), 0.0) for w in (1.0, 10.0))
    assert vague == pytest.approx(10.0 * sharp)


def test_the_error_is_relative_to_what_was_seen_and_dates_count_from_the_start():
    assert scored(22.0, 22.0).error == pytest.approx(0.1)
    event = {"kind": "reached", "outcome": "node_cn_nm", "at_most": 5.0, "until": "2027-01-01"}
    dated = {"reading": event, "unit": "date", "value": 2026.0, "low": 2025.0, "high": 2026.0}
    found = scored(2024.0, 2024.0, **dated)
    assert found.error == pytest.approx(0.5), "two years of four"
    assert found.relative_width == pytest.approx(0.25)


# --- counts ---------------------------------------------------------------------------------------


def test_the_summary_tells_passes_that_show_something_from_those_that_do_not():
    scores = [
        scored(10.0, 40.0),
        scored(10.0, 40.0, fitted=True),
        scored(0.0, 60.0),
        scored(0.0, 60.0, fitted=True),
        scored(0.0, 17.0),
        scored(31.0, 60.0),
        scored(15.0, 30.0, **A_RANGE),
    ]
    found = summary_of(scores)
    assert (found.patterns, found.passed) == (7, 5)
    assert (found.passed_fitted, found.passed_wide, found.passed_plainly) == (2, 2, 2)
    assert (found.failed_overlapping, found.failed_apart) == (1, 1)
    # Five patterns with a value of 20, at ranks of 1/3 in four of them and beyond the rest.
    assert (found.values, found.values_in_90, found.values_in_50) == (6, 4, 4)


# --- showing it -----------------------------------------------------------------------------------


def printed(scores: list[Score], width: int = WIDTH) -> str:
    page = io.StringIO()
    show(scores, "Hindcast", Console(file=page, width=width))
    return page.getvalue()


def row_of(page: str, title: str = "Units of a year") -> str:
    return next(line for line in page.splitlines() if line.strip().startswith(title))


def test_a_miss_is_printed_as_a_miss_and_a_hit_with_what_qualifies_it():
    assert row_of(printed([scored(31.0, 60.0)])).rstrip().endswith("FAIL")
    hit = row_of(printed([scored(10.0, 40.0, fitted=True, differs="another thing")]))
    assert hit.rstrip().endswith("pass")
    assert ", units +*" in hit
    page = printed([scored(0.0, 60.0, differs="another thing")])
    assert "pass ~" in row_of(page)
    assert "* Units of a year: another thing" in page


@pytest.mark.parametrize("width", [WIDTH, 80])
def test_no_figure_is_cut_short(width: int):
    away = np.linspace(-1.5, 4.0, 101)
    scores = [score(pattern, pattern.centre * (1.0 + away)) for pattern in patterns()]
    page = printed(scores, width)
    assert "\u2026" not in page
    assert max(len(line.rstrip()) for line in page.splitlines()) <= width


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "20.0 [15.0, 30.0]"),
        (A_RANGE, "[15.0, 30.0]"),
        (A_BOUND, "15.0 or more"),
        ({"value": None, "low": None}, "30.0 or less"),
    ],
)
def test_what_was_seen_is_put_in_words(changes: dict[str, Any], words: str):
    assert seen_in_words(a_pattern(**changes)) == words


def drawn(scores: list[Score]) -> mpl.figure.Figure:
    return draw_card([line_of(found) for found in scores], "prior ensemble, 101 futures", "seed 1")


def test_the_figure_shows_hits_and_misses_relative_to_what_was_seen():
    figure = drawn([scored(10.0, 40.0), scored(40.0, 90.0, title="Missed", half="demand")])
    axes = figure.axes[0]
    drawn_lines = [(str(line.get_color()), np.asarray(line.get_xdata())) for line in axes.lines]
    bars = {colour: ends for colour, ends in drawn_lines if ends.size == 2}
    # 5% and 95% of 10 to 40 are 11.5 and 38.5, about a value of 20.
    assert bars[PASSED].tolist() == pytest.approx([-0.425, 0.925])
    assert FAILED in bars
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Units of a year", "Missed"]
    words = " ".join(text.get_text() for text in figure.findobj(mpl.text.Text))
    for expected in ("FAIL", "1 of 2 patterns pass", "prior ensemble", "seed 1"):
        assert expected in words


def test_what_runs_off_the_figure_ends_in_an_arrow():
    beyond = score(a_pattern(), np.array([10.0] * 5 + [20.0] * 5 + [np.inf] * 5))
    arrows = [line for line in drawn([beyond]).axes[0].lines if line.get_marker() == ">"]
    assert len(arrows) == 1
    assert not [
        line for line in drawn([scored(10.0, 40.0)]).axes[0].lines if line.get_marker() == ">"
    ]


def test_the_same_card_gives_the_same_picture(tmp_path: Path):
    scores = [scored(10.0, 40.0)]
    for name in ("a.svg", "b.svg"):
        plot_card(scores, tmp_path / name, title="t", source="s")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    with pytest.raises(FigureError, match="cannot be written"):
        plot_card(scores, tmp_path / "nowhere" / "a.svg", title="t", source="s")


def test_marks_say_what_a_reader_has_to_know():
    assert marks(a_pattern()) == ""
    assert marks(a_pattern(fitted=True, differs="x")) == "+*"


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_the_card_and_draws_it(tmp_path: Path, capsys):
    out = tmp_path / "card.png"
    assert status(["hindcast", "--futures", "3", "--figure", str(out)]) == 0
    page = capsys.readouterr().out
    assert "prior ensemble, 3 futures" in page
    assert "patterns pass" in page
    assert out.read_bytes()[:4] == b"\x89PNG"


def test_the_json_has_a_stable_shape_and_names_what_it_ran(capsys):
    arguments = ["hindcast", "--json", "--futures", "3", "--seed", "7", "--policy", "no-controls"]
    assert status(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {
        "schema_version",
        "ensemble",
        "policy",
        "futures",
        "seed",
        "model_sha256",
        "summary",
        "patterns",
    }
    head = (found["schema_version"], found["ensemble"], found["policy"], found["seed"])
    assert head == (1, "prior", "no-controls", 7)
    assert set(found["summary"]) == {
        "patterns",
        "passed",
        "passed_fitted",
        "passed_wide",
        "passed_plainly",
        "failed_overlapping",
        "failed_apart",
        "values",
        "values_in_90",
        "values_in_50",
    }
    assert [entry["id"] for entry in found["patterns"]] == [p.id for p in patterns()]
    for entry in found["patterns"]:
        assert set(entry) == {
            "id",
            "title",
            "half",
            "reading",
            "unit",
            "source",
            "basis",
            "fitted",
            "differs",
            "seen",
            "simulated",
            "verdict",
            "overlaps",
        }
        assert set(entry["seen"]) == {"value", "low", "high"}
        assert set(entry["simulated"]) == {
            "median",
            "p5",
            "p95",
            "futures",
            "share_in_range",
            "rank",
            "relative_width",
            "crps",
        }
        assert entry["reading"]["kind"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--futures", "0"], "--futures"),
        (["--futures", "many"], "--futures"),
        (["--seed", "-1"], "--seed"),
        (["--seed", "99999999999999999999"], "--seed"),
        (["--policy", "historic"], "unknown policy 'historic'; did you mean 'history'?"),
        (["--policy", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--figure", "card.docx"], "card.docx: expected a name that ends in .png or .svg"),
        (["--figure", "nowhere/card.png", "--futures", "1"], "nowhere/card.png: cannot be written"),
        (["--colour"], "--colour"),
    ],
)
def test_a_bad_command_is_refused_in_one_line(
    arguments: list[str], words: str, tmp_path: Path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert status(["hindcast", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("aigap: ")
    assert words in captured.err
    assert list(tmp_path.iterdir()) == []
