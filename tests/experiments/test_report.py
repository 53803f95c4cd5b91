from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

import html5lib
import pandas as pd
import pytest

from experiments.cli import status
from experiments.comparison import Difference, compare
from experiments.findings import finding, overview
from experiments.joined import join
from experiments.manifest import StoredOutcome
from experiments.tables import signed

ADDRESS = re.compile(r"""(?:https?:)?//[\w.]""")
GAP = StoredOutcome(
    name="gap_months",
    unit="months",
    definition="a gap",
    source="test",
    headline=True,
    censored_by=None,
    decimals=1,
)


def ran(out: Path, *arguments: str) -> str:
    shared = ["--futures", "24", "--until", "2024-06", "--workers", "1", "--out", str(out)]
    assert status(["run", *arguments, *shared]) == 0
    return str(out)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> str:
    return ran(tmp_path_factory.mktemp("report") / "study", "history", "no-controls", "open-door")


@pytest.fixture(scope="module")
def page(study: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("page") / "report.html"
    assert status(["compare", study, "--html", str(out)]) == 0
    return out.read_text(encoding="utf-8")


def table_of(page: str) -> dict[tuple[str, str], list[str]]:
    """The cells of the table of outcomes, by outcome and title of the policy."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    cells, outcome = {}, ""
    for row in document.find(".//table").iter("tr"):
        heading = row.find("th")
        if heading.get("scope") == "rowgroup":
            outcome = heading.text.partition(",")[0]
        elif heading.get("scope") == "row":
            cells[outcome, heading.text] = [cell.text or "" for cell in row.iter("td")]
    return cells


def text_of(page: str) -> str:
    document = html5lib.parse(page, namespaceHTMLElements=False)
    return " ".join("".join(document.find("body").itertext()).split())


def test_the_page_is_valid_and_defines_each_name_once(page):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    document = parser.parse(page)
    names = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(names) == len(set(names))
    used = set(re.findall(r"""(?:url\(|href=")#([\w.-]+)""", page))
    assert used
    assert used <= set(names)


def test_the_page_needs_nothing_but_itself(page):
    assert not ADDRESS.search(page)
    document = html5lib.parse(page, namespaceHTMLElements=False)
    tags = {str(element.tag).rpartition("}")[2] for element in document.iter()}
    assert not tags & {"script", "link", "iframe", "img", "object", "embed", "base", "form"}
    assert "@import" not in page
    assert set(re.findall(r"url\((.)", page)) == {"#"}


def test_the_page_and_the_csv_hold_the_numbers_of_compare(study, page, tmp_path, capsys):
    out = tmp_path / "table.csv"
    capsys.readouterr()
    assert status(["compare", study, "--json", "--csv", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    shown, titles = table_of(page), {"no-controls": "No export controls"}
    rows = {(row["outcome"], row["policy"]): row for row in csv.DictReader(out.open())}
    checked = 0
    for outcome in told["outcomes"]:
        decimals = next(
            known.decimals
            for known in join([Path(study)]).outcomes()
            if known.name == outcome["name"]
        )
        for entry in outcome["policies"]:
            row, change = rows[outcome["name"], entry["policy"]], entry["difference"]
            if change is None:
                assert row["difference_mean"] == ""
                continue
            assert float(row["difference_mean"]) == pytest.approx(change["mean"])
            assert float(row["difference_interval_low"]) == pytest.approx(change["interval"][0])
            assert int(row["difference_pairs"]) == change["pairs"]
            title = titles.get(entry["policy"])
            if title is not None:
                cells = shown[outcome["name"], title]
                assert cells[1] == signed(change["mean"], decimals)
                assert cells[5].startswith(f"{change['higher']:.0%}")
                checked += 1
    assert checked == len(told["outcomes"]) >= 10
    assert len(rows) == len(told["outcomes"]) * 3


def test_the_page_says_where_it_comes_from(study, page):
    text = text_of(page)
    made = join([Path(study)]).manifest
    for words in (
        "How large would the gap be had no government ever restricted chips",
        "prior ensemble",
        "history, no-controls, open-door",
        f"SHA-256 {made.origin.model_sha256}",
        "24 under each policy, design random",
        f"numpy {made.origin.versions['numpy']}",
    ):
        assert words in text


def test_the_same_study_gives_the_same_page(study, page, tmp_path):
    out = tmp_path / "again.html"
    assert status(["compare", study, "--html", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == page


def test_two_directories_are_compared_as_one_study_would_be(study, tmp_path, capsys):
    base = ran(tmp_path / "base", "history", "open-door")
    other = ran(tmp_path / "other", "no-controls", "history")
    capsys.readouterr()
    assert status(["compare", base, other, "--json"]) == 0
    apart = json.loads(capsys.readouterr().out)
    assert status(["compare", study, "--json"]) == 0
    together = json.loads(capsys.readouterr().out)
    assert {(o["name"], p["policy"]): p for o in apart["outcomes"] for p in o["policies"]} == {
        (o["name"], p["policy"]): p for o in together["outcomes"] for p in o["policies"]
    }


def test_studies_with_other_futures_are_not_compared(study, tmp_path, capsys):
    other = ran(tmp_path / "other", "no-controls", "--seed", "9")
    capsys.readouterr()
    assert status(["compare", study, other]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "its seed is 9, not 1" in captured.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--html", "report.pdf"], "ends in .html"),
        (["--csv", "table.txt"], "ends in .csv"),
        (["--html", "nowhere/report.html"], "nowhere/report.html: cannot be written"),
        (["--baseline", "histori"], "did you mean 'history'?"),
        (["--outcome", "gap_month"], "did you mean 'gap_months'?"),
    ],
)
def test_bad_requests_are_refused_in_a_line(study, arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert status(["compare", study, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err
    assert list(tmp_path.iterdir()) == []


def sentence(base: list[float], policy: list[float]) -> str:
    frame = pd.DataFrame(
        {
            "policy": pd.Categorical(["history"] * len(base) + ["mine"] * len(policy)),
            "future": [*range(len(base)), *range(len(policy))],
            "date": pd.Timestamp("2028-01-01"),
            "gap_months": [*base, *policy],
        }
    )
    found = compare(frame, [GAP], "history", pd.Timestamp("2028-01-01").date())
    assert isinstance(found.rows[1].difference, Difference)
    return finding(found, found.rows[1], "Mine", "Recorded history")


def test_a_finding_says_the_direction_and_no_more_than_is_known():
    base = [float(value) for value in range(40)]
    assert "on average 2.0 months narrower" in sentence(base, [value - 2.0 for value in base])
    assert "on average 2.0 months wider" in sentence(base, [value + 2.0 for value in base])
    assert "exactly as under" in sentence(base, base)
    mixed = [value + (1.0 if number % 2 else -1.0) for number, value in enumerate(base)]
    unclear = sentence(base, mixed)
    assert unclear.startswith("No clear difference")
    assert "wider in 50%" in unclear
    assert "nothing can be said" in sentence(base, [float("nan")] * 40)


def test_an_effect_that_rounds_to_nothing_is_not_called_wider():
    def change(mean: float, low: float, high: float) -> Difference:
        return Difference(mean, 0.0, 0.0, 0.0, (low, high), 1.0, 0.0, 0.0, pairs=9, dropped=0)

    changes = {
        "Large": change(0.7, 0.6, 0.9),
        "Slight": change(0.04, 0.02, 0.06),
        "Unclear": change(0.04, -0.02, 0.1),
    }
    said = overview(changes, GAP, "Recorded history", date(2028, 1, 1))
    assert "1 makes it clearly wider" in said
    assert "1 moves it by less than 0.05 months on average" in said
    assert "1 makes no clear difference" in said
    assert "narrower" not in said
