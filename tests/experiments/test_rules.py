"""The commands ``aigap rules ...``."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from experiments.cli import status
from model.loading import recorded_instruments
from model.specifications import known_chips

KINDS_OF_OUTCOME = {"free", "notified", "licence", "fee", "denied"}


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints."""
    assert status(["rules", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def json_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(told(capsys, *arguments, "--json"))
    assert content["schema_version"] == 1
    return content


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line a refused command prints."""
    assert status(["rules", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("aigap: ")
    return captured.err


# --- check ----------------------------------------------------------------------------------------


def test_check_answers_with_outcome_instrument_and_citation(capsys):
    out = told(capsys, "check", "--chip", "H20", "--destination", "CN", "--on", "2025-04-20")
    assert out.startswith("licence: H20 to China (CN) on 2025-04-20\n")
    assert "us-h20-letter-2025" in out
    assert "Issuer US" in out
    assert "8-K of 15 April 2025" in out
    assert "memory bandwidth of 4,000 GB/s reaches 1,400" in out


@pytest.mark.parametrize(
    ("chip", "destination", "day", "outcome", "instrument"),
    [
        ("A100", "CN", "2022-08-25", "free", None),
        ("A100", "CN", "2022-08-26", "licence", "us-ai-chip-letters-2022"),
        ("MI308X", "CN", "2024-07-01", "notified", "us-notified-advanced-computing-2023"),
        ("H20", "HK", "2025-08-11", "fee", "us-h20-revenue-share-2025"),
        ("B30A", "CN", "2025-11-07", "denied", "us-b30a-block-2025"),
        ("rtx 4090", "cn", "2023-11-17", "notified", "us-notified-advanced-computing-2023"),
        ("H100", "RoW", "2024-01-01", "free", None),
    ],
)
def test_check_in_json(chip, destination, day, outcome, instrument, capsys):
    found = json_of(capsys, "check", "--chip", chip, "--destination", destination, "--on", day)
    assert set(found) == {
        *("schema_version", "question", "outcome", "admitted", "fee", "reason"),
        *("replaced_by", "instrument", "others", "calls_not_to_buy"),
    }
    assert found["outcome"] == outcome
    assert (found["instrument"] or {"id": None})["id"] == instrument
    if instrument is not None:
        recorded = {one.id: one for one in recorded_instruments()}[instrument]
        assert found["instrument"]["title"] == recorded.title
        assert found["instrument"]["issuer"] == recorded.issuer
        assert found["instrument"]["citation"] == recorded.citation
        assert found["reason"]
    assert found["question"]["on"] == day
    assert found["question"]["policy"] == "history"


def test_check_lists_what_else_bears_on_the_sale(capsys):
    arguments = ("check", "--chip", "H200", "--destination", "CN", "--on", "2026-02-01")
    found = json_of(capsys, *arguments)
    assert (found["outcome"], found["fee"], found["admitted"]) == ("fee", 0.25, 0.05)
    others = {other["instrument"]["id"]: other["replaced_by"] for other in found["others"]}
    assert others["us-case-by-case-2026"] == "us-chip-tariff-2026"
    assert others["us-advanced-computing-2023"] == "us-case-by-case-2026"
    calls = [call["instrument"]["id"] for call in found["calls_not_to_buy"]]
    assert "cn-h200-customs-2026" in calls
    out = told(capsys, *arguments)
    assert out.index("us-chip-tariff-2026") < out.index("us-case-by-case-2026")
    assert "call not to buy" in out


def test_check_says_why_a_buyer_counts_as_listed(capsys):
    arguments = ("check", "--chip", "L20", "--buyer", "huawei digital power")
    found = json_of(capsys, *arguments, "--on", "2025-10-01")
    assert found["outcome"] == "denied"
    assert "us-affiliates-rule-2025: owned by listed parties (Huawei 100%)" in found["reason"]
    assert found["question"]["buyer"] == "Huawei Digital Power"
    assert json_of(capsys, *arguments, "--on", "2025-11-10")["outcome"] == "free"


def test_check_warns_of_a_buyer_that_nobody_knows(capsys):
    arguments = ["check", "--chip", "L20", "--on", "2025-10-01", "--buyer", "Hauwei", "--json"]
    assert status(["rules", *arguments]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["question"]["buyer_known"] is False
    assert captured.err.count("\n") == 1
    assert "'Hauwei' is on no list" in captured.err
    assert "did you mean 'Huawei'" in captured.err


@pytest.mark.parametrize(
    ("tpp", "density", "links", "memory", "desktop", "outcome"),
    [
        ("2368", "2.9", "900", "4000", False, "licence"),
        ("2368", "2.9", "600", "1000", False, "free"),
        ("4800", "1", "0", "0", False, "licence"),
        ("4800", "1", "0", "0", True, "notified"),
    ],
)
def test_check_of_a_chip_that_does_not_exist(tpp, density, links, memory, desktop, outcome, capsys):
    figures = ("--tpp", tpp, "--performance-density", density, "--interconnect", links)
    scope = ("--desktop",) if desktop else ()
    found = json_of(
        capsys, "check", *figures, "--memory-bandwidth", memory, *scope, "--on", "2025-05-01"
    )
    assert found["outcome"] == outcome
    assert found["question"]["chip"]["tpp"] == float(tpp)


def test_check_of_a_tool(capsys):
    found = json_of(
        capsys, "check", "--tool", "euv", "--maker", "NL", "--buyer", "SMIC", "--on", "2024-01-01"
    )
    assert found["outcome"] == "denied"
    assert found["instrument"]["id"] == "nl-euv-licence-2019"
    assert found["question"]["tool"] == {"tool_class": "euv", "maker": "NL"}
    assert found["question"]["chip"] is None
    out = told(
        capsys,
        "check",
        "--tool",
        "deposition-etch",
        "--maker",
        "US",
        "--destination",
        "JP",
        "--on",
        "2024-01-01",
    )
    assert out.startswith("free: deposition-etch tool from US to Japan (JP)")


def test_check_under_another_policy(capsys):
    arguments = ("check", "--chip", "H100", "--on", "2024-01-01", "--policy", "no-controls")
    assert json_of(capsys, *arguments)["outcome"] == "free"
    assert "under no-controls" in told(capsys, *arguments)


def test_check_is_about_today_if_no_day_is_given(capsys):
    assert json_of(capsys, "check", "--chip", "L20")["question"]["on"] == str(date.today())


CHECK_FAULTS = {
    "chip": (["--chip", "H2O"], ("unknown chip 'H2O'", "did you mean 'H20'")),
    "chip like no other": (["--chip", "!!!"], ("unknown chip", "aigap rules chips")),
    "day of no calendar": (
        ["--chip", "H20", "--on", "2025-02-30"],
        ("'2025-02-30' is not a day", "YYYY-MM-DD"),
    ),
    "day in another form": (["--chip", "H20", "--on", "20250401"], ("YYYY-MM-DD",)),
    "destination": (
        ["--chip", "H20", "--destination", "Chna"],
        ("unknown destination 'Chna'", "did you mean 'CN (China)'"),
    ),
    "no such country": (["--chip", "H20", "--destination", "XX"], ("two-letter country code",)),
    "nothing to check": ([], ("expected one of --chip NAME", "--tool CLASS")),
    "two things": (["--chip", "H20", "--tool", "euv", "--maker", "NL"], ("expected one of",)),
    "half a chip": (["--tpp", "100"], ("needs all of", "--performance-density", "missing")),
    "negative": (
        [
            *("--tpp", "-1", "--performance-density", "1"),
            *("--interconnect", "1", "--memory-bandwidth", "1"),
        ],
        ("--tpp is -1", "0 or more"),
    ),
    "not a number": (["--tpp", "many"], ("--tpp", "valid number")),
    "tool without maker": (["--tool", "euv"], ("--tool CLASS and --maker CC go together",)),
    "tool class": (["--tool", "evu", "--maker", "NL"], ("unknown tool class", "'euv'")),
    "maker": (["--tool", "euv", "--maker", "FR"], ("unknown maker's country 'FR'",)),
    "policy": (["--chip", "H20", "--policy", "no-control"], ("did you mean 'no-controls'",)),
}


@pytest.mark.parametrize(("arguments", "said"), CHECK_FAULTS.values(), ids=list(CHECK_FAULTS))
def test_check_refuses_what_it_does_not_understand(arguments, said, capsys):
    line = refused(capsys, "check", *arguments)
    assert all(words in line for words in said), line


# --- list, show, timeline, chips ------------------------------------------------------------------


def test_list_shows_every_instrument_once(capsys):
    found = [one["id"] for one in json_of(capsys, "list")["instruments"]]
    assert found == [one.id for one in recorded_instruments()]


def test_list_is_narrowed(capsys):
    arguments = ("list", "--family", "export-control", "--issuer", "nl", "--on", "2023-01-01")
    found = json_of(capsys, *arguments)["instruments"]
    assert [one["id"] for one in found] == ["nl-euv-licence-2019"]
    assert "nl-euv-licence-2019" in told(capsys, *arguments)
    never = json_of(capsys, "list", "--on", "2025-05-15")["instruments"]
    assert "us-ai-diffusion-2025" not in [one["id"] for one in never]


def test_list_says_which_instruments_the_world_acts_on(capsys):
    acts = {one["id"]: one["acts_in_the_world"] for one in json_of(capsys, "list")["instruments"]}
    assert acts["us-h20-letter-2025"]
    assert not acts["cn-gallium-germanium-2023"]


ONE_OF_EACH_KIND = {one.kind: one.id for one in recorded_instruments()}


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND.values(), ids=list(ONE_OF_EACH_KIND))
def test_show_tells_everything_on_record(name, capsys):
    recorded = {one.id: one for one in recorded_instruments()}[name]
    out = " ".join(told(capsys, "show", name).split())
    assert recorded.id in out
    assert str(recorded.effective) in out
    for parameter in recorded.parameters.values():
        assert all(f"{dated.value:g}" in out for dated in parameter.values)
    assert json_of(capsys, "show", name) == {
        "schema_version": 1,
        **recorded.model_dump(mode="json"),
    }


def test_show_knows_the_instruments_of_a_policy(capsys):
    line = refused(capsys, "show", "us-h20-letter-2025", "--policy", "no-controls")
    assert "unknown instrument 'us-h20-letter-2025'" in line


def test_timeline_is_in_order_and_within_its_days(capsys):
    span = ("--from", "2025-05-01", "--to", "2025-05-31")
    found = json_of(capsys, "timeline", *span)["timeline"]
    days = [turn["day"] for turn in found]
    assert days == sorted(days)
    assert all("2025-05-01" <= day <= "2025-05-31" for day in days)
    framework = [t for t in found if t["instrument"]["id"] == "us-ai-diffusion-2025"]
    assert [(turn["day"], turn["events"]) for turn in framework] == [
        ("2025-05-15", ["effective", "ended"])
    ]
    out = told(capsys, "timeline", *span)
    assert "us-ascend-guidance-2025" in out
    assert "2025-05-15   never in force" in out


def test_timeline_of_everything_has_each_turn_once(capsys):
    found = json_of(capsys, "timeline")["timeline"]
    turns = [(event, turn["instrument"]["id"]) for turn in found for event in turn["events"]]
    assert len(turns) == len(set(turns))
    ended = sum(one.ended is not None for one in recorded_instruments())
    assert len(turns) == 2 * len(recorded_instruments()) + ended


def test_chips_lists_all_that_can_be_asked_about(capsys):
    found = json_of(capsys, "chips")["chips"]
    assert [one["name"] for one in found] == list(known_chips())
    out = told(capsys, "chips")
    assert all(name in out for name in known_chips())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "--family", "export"], ("unknown family", "export-control")),
        (["list", "--issuer", "FR"], ("unknown issuer 'FR'", "expected US")),
        (["list", "--on", "May 2025"], ("YYYY-MM-DD",)),
        (["show", "us-h20-leter-2025"], ("did you mean 'us-h20-letter-2025'",)),
        (["timeline", "--from", "2025-13-01"], ("YYYY-MM-DD",)),
        (["timeline", "--from", "2025-02-01", "--to", "2025-01-01"], ("lies before --from",)),
    ],
)
def test_the_others_refuse_what_they_do_not_understand(arguments, said, capsys):
    line = refused(capsys, *arguments)
    assert all(words in line for words in said), line


def test_every_outcome_is_among_the_five(capsys):
    for day in ("2022-09-01", "2024-01-01", "2025-05-01", "2026-02-01"):
        for chip in ("A100", "H20", "MI308X", "B30A", "RTX 4090"):
            found = json_of(capsys, "check", "--chip", chip, "--on", day)
            assert found["outcome"] in KINDS_OF_OUTCOME
            assert 0.0 <= found["admitted"] <= 1.0
