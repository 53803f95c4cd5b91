from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from scipy.special import ndtri

from agents.arrays import Floats
from experiments.analysis_extra import AnalysisError
from experiments.cli import status
from experiments.designs import uncertain
from experiments.policies import load_policy
from experiments.sensitivity import OTHERS, outcome_of_runs, values_at
from experiments.sensitivity_designs import LUCK, Batch, Evaluate, morris, sobol
from model.world import World


def luck_of(batch: Batch) -> Floats:
    """Standard normal luck of runs: the same for those that share it, and another for the rest."""
    lots = batch.first_lot + np.arange(len(batch.levels)) // batch.sharing
    return np.array([np.random.default_rng(int(lot)).normal() for lot in lots])


def of(function) -> Evaluate:
    def evaluate(batches: Sequence[Batch]) -> list[Floats]:
        return [np.asarray(function(batch.levels, luck_of(batch))) for batch in batches]

    return evaluate


def ishigami(levels, luck):
    x, y, z = np.pi * (2.0 * levels.T - 1.0)
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x) + 0.0 * luck


def test_ishigamis_indices_are_the_known_ones():
    found = sobol({"x": [0], "y": [1], "z": [2]}, 4096, 1, of(ishigami))
    known = {"x": (0.3139, 0.5576), "y": (0.4424, 0.4424), "z": (0.0, 0.2437), LUCK: (0.0, 0.0)}
    assert {entry.factor for entry in found.entries} == set(known)
    for entry in found.entries:
        first, total = known[entry.factor]
        assert entry.first == pytest.approx(first, abs=0.03)
        assert entry.total == pytest.approx(total, abs=0.03)
    assert found.mean == pytest.approx(3.5, abs=0.05)
    assert found.variance == pytest.approx(13.845, rel=0.03)
    assert found.runs == 4096 * 6


def test_luck_gets_its_own_share_and_factors_may_hold_several_parameters():
    # Variances 1, 4 and 9 over 14; the two parameters of the group act as one.
    def model(levels, luck):
        a, b, c = ndtri(levels.T)
        return a + np.sqrt(2.0) * (b + c) + 3.0 * luck

    found = sobol({"a": [0], "others": [1, 2]}, 2048, 3, of(model))
    shares = {entry.factor: (entry.first, entry.total) for entry in found.entries}
    for name, share in (("a", 1 / 14), ("others", 4 / 14), (LUCK, 9 / 14)):
        assert shares[name] == pytest.approx((share, share), abs=0.06)


def test_intervals_hold_the_known_index_about_as_often_as_they_say():
    held = 0
    for seed in range(40):
        found = sobol({"x": [0], "y": [1], "z": [2]}, 256, seed + 1, of(ishigami))
        entry = next(entry for entry in found.entries if entry.factor == "y")
        held += abs(entry.total - 0.4424) <= entry.total_reach
    assert held >= 34


def test_elementary_effects_of_a_straight_line_are_its_slopes():
    slopes = np.array([3.0, -2.0, 0.0])

    def line(levels, luck):
        return levels @ slopes * 4.0 / 3.0 + 100.0 * luck

    found = morris(["a", "b", "c"], 12, 1, of(line))
    assert [entry.factor for entry in found.entries] == ["a", "b", "c"]
    for entry, slope in zip(found.entries, slopes, strict=True):
        # Levels lie from 1/8 to 7/8; luck, the same all along a trajectory, cancels.
        assert entry.mean == pytest.approx(slope)
        assert entry.size == pytest.approx(abs(slope))
        assert entry.spread == pytest.approx(0.0, abs=1e-9)


def test_groups_of_runs_with_an_unknown_outcome_are_left_out_whole():
    def model(levels, luck):
        return np.where(levels[:, 0] > 0.95, np.nan, levels[:, 1])

    found = sobol({"a": [0], "b": [1]}, 256, 1, of(model))
    assert 0 < found.dropped < 128
    assert found.groups + found.dropped == 256
    b = next(entry for entry in found.entries if entry.factor == "b")
    assert b.total == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("value", [1.0, np.nan])
def test_an_outcome_that_never_varies_or_is_never_known_is_refused(value):
    def model(levels, luck):
        return np.full(len(levels), value)

    with pytest.raises(AnalysisError):
        sobol({"a": [0]}, 16, 1, of(model))
    with pytest.raises(AnalysisError):
        morris(["a"], 16, 1, of(model))


def test_a_run_is_the_world_with_its_values_and_its_luck():
    width, day = len(uncertain()), date(2022, 9, 1)
    levels = np.random.default_rng(2).uniform(0.05, 0.95, (6, width))
    history = load_policy("history")
    values = outcome_of_runs([history], "gap_oom", day, 4, Batch(levels, 3, 5))
    for run in range(6):
        fixed = {name: of_name[run] for name, of_name in values_at(levels).items()}
        alone = World(futures=1, seed=4, first_future=5 + run // 3, fixed=fixed)
        alone.run_to(day)
        assert values[run] == pytest.approx(alone.record.values("gap_oom")[-1][0], rel=1e-12)
    same = outcome_of_runs([history, history], "gap_oom", day, 4, Batch(levels, 3, 5))
    np.testing.assert_array_equal(same, 0.0)


def test_over_several_months_a_run_gives_their_mean():
    levels = np.random.default_rng(2).uniform(0.05, 0.95, (4, len(uncertain())))
    history, batch = load_policy("history"), Batch(levels, 2, 0)
    over = outcome_of_runs([history], "compute_ratio", date(2022, 4, 1), 4, batch, 3)
    months = [
        outcome_of_runs([history], "compute_ratio", date(2022, month, 1), 4, batch)
        for month in (2, 3, 4)
    ]
    assert not np.allclose(over, months[-1], rtol=1e-6)
    assert over == pytest.approx(np.mean(months, axis=0))


@pytest.mark.parametrize("name", ["strict-enforcement", "no-controls"])
def test_a_past_lived_once_leaves_the_effect_of_a_policy_as_it_is(name: str):
    """The first has eight months in common with history, the second nothing."""
    levels = np.random.default_rng(3).uniform(0.05, 0.95, (4, len(uncertain())))
    rest = ("compute_ratio", date(2023, 1, 1), 4, Batch(levels, 2, 0))
    policy, history = load_policy(name), load_policy("history")
    apart = outcome_of_runs([policy], *rest) - outcome_of_runs([history], *rest)
    assert apart.any()
    np.testing.assert_array_equal(outcome_of_runs([policy, history], *rest), apart)


def test_the_command_shares_out_all_the_variance(capsys, tmp_path):
    figure = tmp_path / "sobol.png"
    arguments = ["--on", "2022-06", "--over", "2", "--points", "8"]
    arguments += ["--workers", "1", "--figure", str(figure)]
    chosen = ["--parameter", "spending_start_us", "--parameter", "spending_start_cn"]
    asked = ["sensitivity", "--outcome", "compute_ratio", "--json", *arguments, *chosen]
    assert status(asked) == 0
    first = capsys.readouterr().out
    told = json.loads(first)
    factors = {factor["factor"] for factor in told["factors"]}
    assert factors == {"spending_start_us", "spending_start_cn", OTHERS, LUCK}
    assert told["runs"] == 8 * 6
    assert (told["on"], told["over"]) == ("2022-06", 2)
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert status(asked) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--outcome", "gap_month"], "did you mean 'gap_months'"),
        (["--parameter", "spending_start"], "no uncertain parameter is called 'spending_start'"),
        (["--method", "fast"], "expected sobol or morris"),
        (["--points", "100"], "expected a power of two"),
        (["--points", "4"], "--points"),
        (["--on", "2041-01"], "out of range"),
        (["--on", "2023-03", "--over", "16"], "expected at most the 15 months to 2023-03"),
        (["--policy", "no-control"], "did you mean 'no-controls'"),
        (["--figure", "a.pdf"], "ends in .png or .svg"),
    ],
)
def test_bad_requests_are_refused_in_a_line(arguments, words, capsys):
    assert status(["sensitivity", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err
