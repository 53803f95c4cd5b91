from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from experiments.analysis_extra import AnalysisError
from experiments.cli import status
from experiments.discovery import Limits, discover


def parameters(futures: int = 1000, count: int = 40, seed: int = 1) -> pd.DataFrame:
    values = np.random.default_rng(seed).uniform(size=(futures, count))
    return pd.DataFrame(values, columns=[f"p{number}" for number in range(count)])


def test_a_planted_box_is_found_and_nothing_else():
    table = parameters(count=15)
    fails = ((table.p3 > 0.6) & (table.p7 < 0.5)).to_numpy()
    found = discover(table, fails, boxes=3, coverage=0.5)
    (box,) = found.boxes
    limits = {limit.parameter: limit for limit in box.limits}
    assert set(limits) == {"p3", "p7"}
    assert limits["p3"].low == pytest.approx(0.6, abs=0.03)
    assert limits["p3"].high is None
    assert limits["p7"].high == pytest.approx(0.5, abs=0.03)
    assert limits["p7"].low is None
    assert box.held_out.coverage > 0.9
    assert box.held_out.density is not None
    assert box.held_out.density > 0.9
    assert found.share == pytest.approx(fails.mean())


def test_two_planted_boxes_are_found_one_after_the_other():
    table = parameters(2000)
    first = ((table.p1 > 0.7) & (table.p2 > 0.5)).to_numpy()
    second = ((table.p1 < 0.25) & (table.p5 < 0.4)).to_numpy()
    found = discover(table, first | second, boxes=4, coverage=0.3)
    together = {limit.parameter for box in found.boxes for limit in box.limits}
    assert {"p1", "p2", "p5"} <= together
    assert sum(box.held_out.coverage for box in found.boxes) > 0.8


@pytest.mark.parametrize("seed", range(6))
def test_failures_that_gather_nowhere_make_no_box(seed):
    fails = np.random.default_rng(100 + seed).uniform(size=1000) < 0.2
    found = discover(parameters(seed=seed), fails, boxes=2, coverage=0.5)
    # Chance may fool one search in twenty, and then not by much.
    assert all((box.held_out.density or 0.0) < 0.4 for box in found.boxes)


def test_the_box_does_not_depend_on_the_units_of_parameters():
    table = parameters()
    fails = (table.p0 < 0.3).to_numpy()
    plain = discover(table, fails, boxes=1, coverage=0.8)
    scaled = discover(1e6 * table + 5.0, fails, boxes=1, coverage=0.8)
    assert plain.boxes[0].held_out == scaled.boxes[0].held_out
    (limit,), (other,) = plain.boxes[0].limits, scaled.boxes[0].limits
    assert isinstance(limit, Limits)
    assert other.high == pytest.approx(1e6 * (limit.high or 0.0) + 5.0)


@pytest.mark.parametrize("failing", [0, 5, 995, 1000])
def test_too_few_of_either_kind_are_refused(failing):
    fails = np.arange(1000) < failing
    with pytest.raises(AnalysisError, match=f"{failing:,} of 1,000 futures fail"):
        discover(parameters(), fails, boxes=1, coverage=0.5)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("discover") / "study"
    arguments = ["history", "no-controls", "--futures", "120", "--until", "2023-03"]
    assert status(["run", *arguments, "--workers", "1", "--out", str(out)]) == 0
    return str(out)


def test_the_command_finds_what_makes_large_american_budgets(study, tmp_path, capsys):
    capsys.readouterr()
    figure = tmp_path / "boxes.svg"
    bound = ["--policy", "history", "--outcome", "spending_us", "--fails-above"]
    asked = ["discover", study, *bound, "8", "--on", "2022-03", "--json", "--figure", str(figure)]
    assert status(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["fails_above"] == 8.0
    assert 0.1 < told["share"] < 0.9
    named = {limit["parameter"] for box in told["boxes"] for limit in box["limits"]}
    assert "spending_start_us" in named
    assert "<svg" in figure.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--policy", "history"], "either --fails-below or --fails-above"),
        (["--policy", "history", "--fails-below", "1", "--fails-above", "2"], "either"),
        (["--policy", "histor", "--fails-below", "1"], "did you mean 'history'?"),
        (["--policy", "history", "--fails-below", "-900"], "0 of 120 futures fail"),
        (["--policy", "history", "--fails-below", "1", "--on", "2030-01"], "out of range"),
        (["--policy", "history", "--fails-below", "1", "--figure", "a.doc"], ".png or .svg"),
        (["--fails-below", "1"], "--policy"),
    ],
)
def test_bad_requests_are_refused_in_a_line(study, arguments, words, capsys):
    capsys.readouterr()
    assert status(["discover", study, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err


def test_without_its_library_the_command_says_how_to_get_it(study, monkeypatch, capsys):
    monkeypatch.setattr("experiments.analysis_extra.find_spec", lambda _: None)
    capsys.readouterr()
    assert status(["discover", study, "--policy", "history", "--fails-below", "1"]) == 2
    assert "pip install 'aigap[analysis]'" in capsys.readouterr().err
