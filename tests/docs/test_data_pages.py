"""``aigap data``, and the pages that it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.cli import status
from experiments.data_command import page, with_counts
from model import sources

DOCS = Path(__file__).parents[2] / "docs"


def test_the_pages_on_the_data_are_up_to_date():
    counted, listed = DOCS / "data.md", DOCS / "data-sources.md"
    text = counted.read_text(encoding="utf-8")
    assert with_counts(text, counted) == text, "docs/data.md is out of date: run make docs"
    fresh = listed.read_text(encoding="utf-8") == page()
    assert fresh, "docs/data-sources.md is out of date: run make docs"


def test_a_file_is_listed_for_programs(capsys: pytest.CaptureFixture[str]):
    assert status(["data", "techniques", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema_version"] == 1
    assert told["counts"] == {"techniques.yaml": {"cited": 0, "derived": 4, "assumption": 0}}
    gains = [one for one in told["figures"] if one["place"].endswith("gain")]
    assert len(gains) == 2
    assert all(one["low"] < float(one["value"]) < one["high"] for one in gains)


def test_all_files_are_printed_with_their_counts(capsys: pytest.CaptureFixture[str]):
    assert status(["data", "ownership"]) == 0
    told = capsys.readouterr().out
    assert "HiSilicon" in told
    assert "Figures by basis" in told


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["parametres.yaml"], "did you mean 'parameters.yaml'"),
        (["parameters.yaml", "--write", "page.md"], "take all files"),
        (["--write", "nowhere/page.md"], "nowhere/page.md: cannot be written"),
        (["--counts-in", "nowhere.md"], "nowhere.md: cannot be read"),
        (["--counts-in", "bare.md", "--write", "page.md"], "bare.md: expected the lines"),
    ],
)
def test_a_mistake_is_told_in_a_line_and_nothing_is_written(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    Path("bare.md").write_text("no marks\n")
    assert status(["data", *arguments]) == 2
    told = capsys.readouterr().err
    assert complaint in told
    assert told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bare.md"]


def test_counts_are_put_between_the_marks_and_nowhere_else(tmp_path: Path):
    path = tmp_path / "page.md"
    path.write_text((DOCS / "data.md").read_text(encoding="utf-8").replace("| all |", "| some |"))
    assert status(["data", "--counts-in", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == (DOCS / "data.md").read_text(encoding="utf-8")


def test_every_data_file_is_explained():
    explained = (DOCS / "data.md").read_text(encoding="utf-8")
    at_root = [path.name for path in sources.data_files() if path.parent.name == "data"]
    assert [name for name in at_root if f"`{name}`" not in explained] == []
