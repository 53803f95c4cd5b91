from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments.analysis_extra import AnalysisError
from experiments.cli import status
from experiments.robustness import regret, robustness

# Steady is never best and never far off; bold is best twice and bad once.
VALUES = pd.DataFrame({"bold": [9.0, 9.0, 1.0], "steady": [7.0, 6.0, 6.0], "meek": [2.0, 2.0, 8.0]})


def test_regret_by_hand():
    np.testing.assert_array_equal(
        regret(VALUES.to_numpy(), "high"), [[0, 2, 7], [0, 3, 7], [7, 2, 0]]
    )
    np.testing.assert_array_equal(
        regret(VALUES.to_numpy(), "low"), [[7, 5, 0], [7, 4, 0], [0, 5, 7]]
    )


def test_the_policy_whose_worst_future_is_least_bad_comes_first():
    found = robustness(VALUES, "high", 6.0)
    assert [one.policy for one in found.policies] == ["steady", "bold", "meek"]
    steady, bold, meek = found.policies
    assert (steady.largest_regret, steady.best, steady.satisfied) == (3.0, 0.0, 1.0)
    assert steady.mean_regret == pytest.approx(7 / 3)
    assert bold.largest_regret == 7.0
    assert bold.best == pytest.approx(2 / 3)
    assert bold.satisfied == pytest.approx(2 / 3)
    assert meek.satisfied == pytest.approx(1 / 3)
    assert robustness(VALUES, "high").policies[0].satisfied is None


def test_a_censored_value_leaves_regret_but_may_meet_a_standard():
    values = pd.DataFrame({"a": [np.inf, 3.0, np.nan], "b": [5.0, 4.0, 4.0]})
    found = robustness(values, "high", 4.0)
    assert (found.compared, found.unknown, found.undecided) == (1, 2, 1)
    by_name = {one.policy: one for one in found.policies}
    assert by_name["a"].satisfied == 0.5
    assert by_name["b"].satisfied == 1.0
    with pytest.raises(AnalysisError):
        robustness(values.iloc[[0]], "high")


@given(arrays(np.float64, (7, 3), elements=st.floats(-1e6, 1e6)), st.sampled_from(["high", "low"]))
def test_in_every_future_some_policy_has_no_regret_and_none_has_less(values, better):
    found = regret(values, better)
    assert (found >= 0.0).all()
    np.testing.assert_array_equal(found.min(axis=1), 0.0)
    # What all policies share in a future is nobody's regret.
    whole = np.round(values)
    shift = np.arange(7.0)[:, None]
    np.testing.assert_array_equal(regret(whole + shift, better), regret(whole, better))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("robust") / "study"
    arguments = ["history", "no-controls", "--futures", "20", "--until", "2024-01"]
    assert status(["run", *arguments, "--workers", "1", "--out", str(out)]) == 0
    return str(out)


def test_the_command_ranks_the_policies_of_a_study(study, capsys):
    capsys.readouterr()
    asked = ["robust", study, "--better", "high", "--outcome", "compute_ratio", "--standard", "3"]
    assert status([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["policy"] for one in told["policies"]} == {"history", "no-controls"}
    assert sum(one["best"] for one in told["policies"]) >= 1.0
    assert status(asked) == 0
    assert "Good enough in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--better"),
        (["--better", "wide"], "expected high or low"),
        (["--better", "high", "--outcome", "gap"], "no outcome 'gap'"),
        (["--better", "high", "--on", "2030-01"], "out of range"),
    ],
)
def test_bad_requests_are_refused_in_a_line(study, arguments, words, capsys):
    capsys.readouterr()
    assert status(["robust", study, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err
