"""Calibration of the world: nothing from later, nothing from blocks, and the command."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from agents.arrays import Floats
from experiments import calibrate as command
from experiments import calibrating, prior_readings
from experiments.calibrating import Calibration, Question, calibrate_prior, weighed
from experiments.calibration import CalibrationError
from experiments.calibration_figure import draw_calibration
from experiments.calibration_tables import coverage, markdown
from experiments.cli import status
from experiments.ensembles import read_ensemble
from experiments.hindcast import score
from experiments.prior_readings import read_prior
from model.evidence import Evidence, evidence, known_by
from model.patterns import Pattern

UNTIL, LATER = date(2022, 11, 1), date(2023, 4, 1)
FUTURES = 60
QUESTION = Question(UNTIL, FUTURES, cut=0.3)


@pytest.fixture(scope="module")
def soon() -> tuple[Evidence, ...]:
    """Evidence of the first fifteen months, so that a world need not live for long."""
    return known_by(evidence(), LATER)


@pytest.fixture(scope="module")
def readings(soon: tuple[Evidence, ...]) -> dict[str, Floats]:
    """Of all these patterns, in the futures of the prior."""
    values = read_prior([seen.pattern for seen in soon], 1, np.arange(FUTURES))
    return {seen.pattern.id: row for seen, row in zip(soon, values, strict=True)}


@pytest.fixture
def known(
    soon: tuple[Evidence, ...], readings: dict[str, Floats], monkeypatch
) -> Callable[[tuple[Evidence, ...]], Calibration]:
    """Calibrates on a set of evidence, with readings that are known."""

    def read(patterns: list[Pattern], _: int, numbers: Floats, *__: object) -> Floats:
        return np.stack([readings[pattern.id][numbers] for pattern in patterns])

    def found(everything: tuple[Evidence, ...]) -> Calibration:
        monkeypatch.setattr(calibrating, "evidence", lambda: everything)
        monkeypatch.setattr(calibrating, "read_prior", read)
        return calibrate_prior(QUESTION)

    return found


def changed(seen: Evidence, **fields: float) -> Evidence:
    return Evidence(seen.pattern.model_copy(update=fields), seen.allowance)


def test_what_was_seen_later_changes_no_weight(soon, known):
    before = known(soon)
    used = {seen.pattern.id for seen in before.used}
    assert used == {"talent-2022", "staying-2022"}
    assert {seen.pattern.id for seen in before.held_out} == {"nvidia-2022", "run-us-2023"}
    elsewhere = tuple(
        seen
        if seen.pattern.id in used
        else changed(seen, value=seen.pattern.high, low=seen.pattern.value)
        for seen in soon
    )
    after = known(elsewhere)
    assert np.array_equal(after.weights, before.weights)
    assert np.array_equal(after.numbers, before.numbers)
    assert after.head() == before.head()
    # Whereas what is used does count.
    first = changed(before.used[0], value=1.36)
    moved = known((first, *(seen for seen in soon if seen.pattern.id != first.pattern.id)))
    assert not np.array_equal(moved.weights, before.weights)


def test_the_prior_lives_no_further_than_what_it_is_weighed_on(soon, readings, monkeypatch):
    asked: list[date] = []

    def read(patterns: list[Pattern], *_: object) -> Floats:
        asked.extend(pattern.reading.last for pattern in patterns)
        return np.stack([readings[pattern.id] for pattern in patterns])

    monkeypatch.setattr(calibrating, "read_prior", read)
    monkeypatch.setattr(calibrating, "evidence", lambda: soon)
    calibrate_prior(QUESTION)
    assert max(asked) <= QUESTION.end


def test_blocks_and_workers_change_no_reading(soon, readings, monkeypatch):
    # Threads in place of processes, which would take far longer to start than to work.
    monkeypatch.setattr(prior_readings, "processes", ThreadPoolExecutor)
    patterns = [seen.pattern for seen in known_by(soon, QUESTION.end)]
    whole = np.stack([readings[pattern.id] for pattern in patterns])
    advanced: list[int] = []
    numbers = np.arange(9)
    blocks = read_prior(patterns, 1, numbers, workers=2, block=5, advance=advanced.append)
    assert np.array_equal(blocks, whole[:, :9])
    assert advanced == [5, 4]
    assert pickle.loads(pickle.dumps(patterns)) == patterns, "as processes are given them"


def test_a_future_is_kept_or_not_by_its_own_luck_and_weight(known, soon):
    found = known(soon)
    assert found.effective_size > found.kept.sum() / 2
    again = weighed(QUESTION, found.used, found.held_out, found.readings)
    assert np.array_equal(again.kept, found.kept)
    other = weighed(replace(QUESTION, seed=2), found.used, found.held_out, found.readings)
    assert not np.array_equal(other.kept, found.kept)
    strict = weighed(replace(QUESTION, cut=0.0), found.used, found.held_out, found.readings)
    assert set(strict.numbers) <= set(found.numbers), "a lower cap keeps more, and those too"


def test_held_out_values_are_held_to_both_ensembles(known, soon, readings):
    found = known(soon)
    later = calibrating.held_to_later(found, 30)
    assert [one.seen.pattern.id for one in later] == ["run-us-2023", "nvidia-2022"]
    for one in later:
        row = readings[one.seen.pattern.id]
        kept = row[found.numbers[:30]]
        assert one.prior == score(one.seen.pattern, row[:30])
        assert one.posterior == score(one.seen.pattern, kept)
        assert one.posterior.rank == np.mean(kept < one.seen.pattern.value)
        # An error added pulls ranks towards the middle.
        assert one.ranks is not None
        assert one.prior.rank is not None
        assert abs(one.ranks[0] - 0.5) < abs(one.prior.rank - 0.5) + 0.1
    prior, posterior = coverage(later)
    assert prior.values == posterior.values == 2
    assert prior.in_50 <= prior.in_90 <= 2


def test_the_page_and_the_figure_hold_what_was_found(known, soon, tmp_path: Path):
    found = known(soon)
    later = calibrating.held_to_later(found, 30)
    page = markdown(found, later, tmp_path / "calibration.png")
    assert "](figures/calibration.png)" in page
    for heading in ("What it was weighed on", "Parameters that moved", "Held out"):
        assert f"## {heading}" in page
    assert f"{found.kept.sum()} futures kept" in page
    words = [text.get_text() for text in draw_calibration(found, later).texts]
    assert f"{found.kept.sum()} of {FUTURES} prior futures kept" in words[0]


def test_the_command_writes_what_a_study_can_live(soon, monkeypatch, tmp_path: Path, capsys):
    for module in (calibrating, command):
        monkeypatch.setattr(module, "evidence", lambda: soon)
    out = tmp_path / "mine.csv"
    arguments = ["calibrate", "--until", "2022-11", "--futures", "30", "--cut", "0.3"]
    sizes = ["--tested", "3", "--workers", "1"]
    assert status([*arguments, *sizes, "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    head = (told["schema_version"], told["until"], told["prior_futures"], told["seed"])
    assert head == (1, "2022-11", 30, 1)
    assert [entry["id"] for entry in told["used"]] == ["talent-2022", "staying-2022"]
    assert [entry["id"] for entry in told["held_out"]] == ["run-us-2023", "nvidia-2022"]
    assert told["kept"] == len(read_ensemble(out, None)[2]) >= 3
    assert 1.0 <= told["effective_size"] <= 30.0
    assert {entry["name"] for entry in told["parameters"]} >= {"imitation", "utilisation"}
    assert sum(entry["vote"] for entry in told["used"]) < 2.0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--until", "2021-12"], "out of range"),
        (["--until", "soon"], "expected YYYY-MM"),
        (["--until", "2022-03"], "--until 2022-03: nothing was seen by then"),
        (["--cut", "1"], "--cut: expected a share from 0 up to 1, got 1"),
        (["--out", "mine.txt"], "mine.txt: expected a name that ends in .csv"),
        (["--report", "mine.csv"], "mine.csv: expected a name that ends in .md"),
        (["--figure", "mine.jpg"], "ends in .png or .svg"),
        (["--out", "nowhere/at-all/mine.csv"], "its folder is not there"),
        (["--check", "--out", "missing.csv"], "missing.csv: cannot be read"),
    ],
)
def test_mistakes_are_answered_in_a_line_before_any_work(
    options: list[str], complaint: str, tmp_path: Path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert status(["calibrate", *options]) == 2
    told = capsys.readouterr()
    assert complaint in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert list(tmp_path.iterdir()) == []


def test_an_ensemble_with_nothing_kept_says_so(known, soon):
    found = known(soon)
    far = np.full_like(found.readings, 1e9)
    far[:, 0] = 1e8
    with pytest.raises(CalibrationError, match=r"no future shows|none is kept"):
        weighed(replace(QUESTION, cut=0.0), found.used, found.held_out, far * np.inf)
