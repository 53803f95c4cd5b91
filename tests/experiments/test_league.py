from __future__ import annotations

import json

import numpy as np
import pytest

from experiments.cli import status
from experiments.league import league_table
from model.league import Standings

NOBODY, UNKNOWN = -np.inf, np.inf


def invented() -> Standings:
    """Three developers in four futures; the last never has a model in most of them."""
    level = np.array([[25.0, 25.0, 24.0, 25.0], [24.0, 24.0, 25.0, 25.0], [NOBODY] * 3 + [22.0]])
    return Standings(
        names=("A", "B", "C"),
        regions=("US", "CN", "CN"),
        level=level,
        behind_months=np.array([[0, 0, 6, 0], [8, 9, 0, 0], [UNKNOWN] * 3 + [30]], float),
        rank=np.array([[1, 1, 2, 1], [2, 2, 1, 1], [3, 3, 3, 3]]),
        has_open=np.array([[False] * 4, [True, True, False, False], [False] * 3 + [True]]),
        compute=np.ones((3, 4)),
    )


def test_places_are_shares_and_quantiles_of_futures() -> None:
    first, second, last = league_table(invented())
    assert (first.developer, first.first, first.among_first) == ("A", 0.75, 1.0)
    assert second.developer == "B"
    assert second.behind_months == (0.0, 0.0, 9.0)
    assert second.best_is_open == 0.5
    assert last.behind_months == (30.0, None, None)
    assert last.best_is_open == 0.25


def test_a_region_alone_keeps_the_ranks_among_all() -> None:
    best, last = league_table(invented(), "CN")
    assert (best.developer, best.rank[1]) == ("B", 1.0)
    assert (last.developer, last.rank[1]) == ("C", 3.0)


def test_the_command_prints_a_table_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["league", "--on", "2023-04", "--futures", "5"]
    assert status(asked) == 0
    page = capsys.readouterr().out
    assert "OpenAI" in page
    assert "prior ensemble, 5 futures" in page
    assert status([*asked, "--region", "CN", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["on"], found["ensemble"], found["region"]) == ("2023-04", "prior", "CN")
    assert {place["region"] for place in found["places"]} == {"CN"}
    ranks = [place["rank"][1] for place in found["places"]]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--region", "EU"], "'EU' is not a region: expected all, US, CN or RoW"),
        (["--on", "2021-01"], "'2021-01' is out of range"),
        (["--policy", "no-control"], "did you mean 'no-controls'?"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], words: str, capsys) -> None:
    assert status(["league", *arguments]) == 2
    refused = capsys.readouterr().err
    assert words in refused
    assert refused.count("\n") == 1
