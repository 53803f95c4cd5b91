"""Drafts end as files that the commands accept; questions are answered as the commands answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from experiments.cli import status
from experiments.policies import library, load_policy
from experiments.rule_questions import RuleQuestionError
from experiments.store import read_manifest
from experiments.study_files import load_study
from model.loading import parameter_quantities, recorded_instruments
from viz.assumptions import (
    Draft,
    DraftError,
    in_words,
    instrument_rows,
    parameter_rows,
    with_change,
    with_parameter,
    without_change,
)
from viz.rule_book_page import OWN_CHIP, checked, chips, described, destinations, timeline

HISTORY = library()["history"]
EDITS = [
    ("us-hbm-2024", {"action": "set", "parameter": "admitted", "number": "0.5"}),
    ("us-bis-budget", {"action": "scale", "parameter": "annual_usd_bn", "number": "2"}),
    ("us-h20-letter-2025", {"action": "remove", "since": "2025-07-14"}),
    ("us-smic-listing-2020", {"action": "delay", "number": "12"}),
    ("nl-immersion-2024", {"action": "tighten", "number": "10", "since": "2026-01-01"}),
    ("jp-tools-2023", {"action": "loosen", "number": "25"}),
]


@pytest.fixture
def draft() -> Draft:
    made = Draft(name="mine", question="What if?")
    for instrument, asked in EDITS:
        made = with_change(made, instrument, asked)
    return with_parameter(made, "price_sensitivity", "1.5")


def test_an_exported_policy_is_accepted_and_is_the_same_policy(
    draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(draft.policy_text(), encoding="utf-8")
    assert status(["policy", "check", str(path)]) == 0
    assert f"it changes {len(EDITS)} instruments" in capsys.readouterr().out
    again = load_policy(str(path))
    assert again.changes == draft.changes
    recorded = recorded_instruments()
    assert again.amend(recorded) == draft.policy().amend(recorded) != recorded


def test_an_exported_study_is_run_with_its_parameters(draft: Draft, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(draft.study_text(2, "2022-02"), encoding="utf-8")
    study = load_study(path)
    assert study.fixed == {"price_sensitivity": 1.5}
    assert study.policy("mine").changes == draft.changes
    out = tmp_path / "out"
    assert status(["run", "--study", str(path), "--out", str(out), "--workers", "1"]) == 0
    assert read_manifest(out).study == study
    assert (study.rows(0, 2).fixed["price_sensitivity"]) == 1.5


@given(st.sampled_from(sorted(parameter_quantities())), st.floats(0.01, 0.99))
def test_any_parameter_can_be_set_within_its_limits(name: str, value: float) -> None:
    drafted = with_parameter(Draft(), name, repr(value))
    assert drafted.parameters == {name: value}
    content = yaml.safe_load(drafted.study_text(10, "2023-01"))
    assert content["parameters"] == {name: value}
    assert with_parameter(drafted, name, " ").parameters == {}


@pytest.mark.parametrize(
    ("instrument", "asked", "said"),
    [
        ("us-hbm-2025", {"action": "remove"}, "no instrument has the id"),
        ("us-hbm-2024", {"action": "explode"}, "expected one of"),
        ("us-hbm-2024", {"action": "set", "number": "0.5"}, "choose the figure"),
        ("us-hbm-2024", {"action": "set", "parameter": "x", "number": "1"}, "no parameter 'x'"),
        ("us-hbm-2024", {"action": "set", "parameter": "admitted", "number": "2"}, "at most 1"),
        ("us-hbm-2024", {"action": "set", "parameter": "admitted", "number": "nan"}, "finite"),
        ("us-hbm-2024", {"action": "set", "parameter": "admitted", "number": "-1"}, "greater"),
        ("us-hbm-2024", {"action": "delay", "number": "1.5"}, "whole months"),
        ("us-hbm-2024", {"action": "delay", "number": "1e9"}, "less than or equal"),
        ("us-hbm-2024", {"action": "tighten", "number": "200"}, "less than or equal"),
        ("us-hbm-2024", {"action": "remove", "since": "someday"}, "is not a day"),
        ("us-hbm-2024", {"action": "delay"}, "not a number"),
        ("../../etc/passwd", {"action": "remove"}, "no instrument has the id"),
    ],
)
def test_what_cannot_be_drafted_is_refused_in_words(
    draft: Draft, instrument: str, asked: dict[str, str], said: str
) -> None:
    with pytest.raises(DraftError, match=said):
        with_change(draft, instrument, asked)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("nobody", "1", "no parameter is called"),
        ("secrecy_months", "0", "above 0"),
        ("cash_deployed", "1.5", "0 to 1"),
        ("price_sensitivity", "__import__('os')", "not a number"),
    ],
)
def test_parameters_out_of_range_are_refused(name: str, value: str, said: str) -> None:
    with pytest.raises(DraftError, match=said):
        with_parameter(Draft(), name, value)


@pytest.mark.parametrize("name", ["", "No Controls", "history", "../up", "a" * 100])
def test_names_that_will_not_do_are_refused(draft: Draft, name: str) -> None:
    with pytest.raises(DraftError):
        Draft(name=name, changes=draft.changes).policy_text()


def test_a_change_can_be_taken_back(draft: Draft) -> None:
    fewer = without_change(draft, 0)
    assert fewer.changes == draft.changes[1:]
    with pytest.raises(DraftError):
        without_change(fewer, len(fewer.changes))
    assert in_words(draft.changes[0]) == "us-hbm-2024: admitted set to 0.5"


def test_the_checker_says_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"chip": "H20", "destination": "CN", "on": "2025-04-20", "buyer": ""}
    answer = checked(asked, HISTORY)
    assert status(["rules", "check", "--chip", "H20", "--on", "2025-04-20"]) == 0
    printed = capsys.readouterr().out
    assert answer["headline"] in printed
    assert all(line.split()[0] in printed for line in answer["details"])


def test_the_checker_asks_the_draft_when_told_to() -> None:
    asked = {"chip": "H20", "destination": "CN", "on": "2025-04-20"}
    without = with_change(Draft(), "us-h20-letter-2025", {"action": "remove"}).policy()
    assert checked(asked, HISTORY)["outcome"] != checked(asked, without)["outcome"]


def test_a_chip_of_ones_own_is_judged_by_its_figures() -> None:
    own = {"chip": OWN_CHIP, "destination": "CN", "on": "2025-04-20"}
    slow = {"tpp": "1000", "performance_density": "1", "interconnect": "100"}
    fast = slow | {"tpp": "20000", "performance_density": "10", "memory_bandwidth": "4000"}
    assert checked(own | slow | {"memory_bandwidth": "500"}, HISTORY)["outcome"] == "free"
    assert checked(own | fast, HISTORY)["outcome"] == "licence"
    with pytest.raises(RuleQuestionError, match="missing"):
        checked(own | slow, HISTORY)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"chip": "H21", "destination": "CN", "on": "2025-04-20"}, "unknown chip"),
        ({"chip": "H20", "destination": "Chian", "on": "2025-04-20"}, "unknown destination"),
        ({"chip": "H20", "destination": "CN", "on": "20.4.2025"}, "is not a day"),
        ({}, "is not a day"),
    ],
)
def test_questions_not_understood_are_refused_in_words(asked: dict[str, str], said: str) -> None:
    with pytest.raises(RuleQuestionError, match=said):
        checked(asked, HISTORY)


def test_every_instrument_and_parameter_is_listed_with_its_source() -> None:
    instruments = instrument_rows()
    assert {row["id"] for row in instruments} == {one.id for one in recorded_instruments()}
    assert [row["effective"] for row in instruments] == sorted(r["effective"] for r in instruments)
    assert all(row["citation"] for row in instruments)
    parameters = parameter_rows(Draft(parameters={"price_sensitivity": 1.5}))
    assert [row["name"] for row in parameters] == list(parameter_quantities())
    assert all(row["source"] and row["basis"] and row["unit"] for row in parameters)
    assert {row["name"] for row in parameters if row["drafted"]} == {"price_sensitivity"}


def test_every_instrument_is_on_the_timeline_and_can_be_read() -> None:
    drawn = timeline(recorded_instruments(), "us-hbm-2024")
    ids = [name for trace in drawn.figure["data"] for name in trace["customdata"]]
    assert sorted(ids) == sorted(one.id for one in recorded_instruments())
    for one in recorded_instruments():
        described(one)
    hbm = next(one for one in recorded_instruments() if one.id == "us-hbm-2024")
    assert date.fromisoformat(described(hbm)["values"][0]["since"]) >= hbm.effective
    assert {"code": "CN", "words": "China (CN)"} in destinations()
    assert len({chip["name"] for chip in chips()}) == len(chips())
