"""Lists of futures: what is written is read, what is wrong is refused, what is stale is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import experiments
from experiments import ensemble_choice
from experiments.calibrating import Question, weighed
from experiments.cli import status
from experiments.drivers import parameters_of
from experiments.ensemble_choice import ensemble, why_stale
from experiments.ensembles import PRIOR, EnsembleError, ensemble_content, read_ensemble
from experiments.manifest import Origin
from experiments.prior_readings import read_prior
from experiments.store import load, read_manifest
from experiments.study import Study
from model.evidence import evidence, known_by
from model.policy import HISTORY
from model.world import World

UNTIL = date(2022, 12, 1)
FUTURES = 40


@pytest.fixture(scope="module")
def calibration():
    question = Question(UNTIL, FUTURES, seed=3, cut=0.3)
    used = known_by(evidence(), question.end)
    patterns = [seen.pattern for seen in used]
    readings = read_prior(patterns, question.seed, np.arange(FUTURES))
    return weighed(question, used, [], readings)


@pytest.fixture
def file(calibration, tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_bytes(ensemble_content(calibration.head(), calibration.numbers))
    ensemble_choice._current.cache_clear()
    return path


@pytest.fixture
def another_model(monkeypatch) -> None:
    """The text of the model is no longer the one that the list was made with."""
    made = experiments.manifest.origin()
    changed = Origin(model_sha256="0" * 64, versions=made.versions, revision=None)
    monkeypatch.setattr(ensemble_choice, "origin", lambda: changed)


def test_what_is_written_is_read_again(calibration, file: Path):
    named, head, numbers = read_ensemble(file, str(file))
    assert np.array_equal(numbers, calibration.numbers)
    assert head == calibration.head()
    assert (named.name, named.seed, named.until) == ("calibrated", 3, "2022-12")
    assert (named.kept, named.prior_futures) == (numbers.size, FUTURES)
    assert 3 <= numbers.size < FUTURES
    assert why_stale(file) == ""


def test_a_study_of_the_ensemble_lives_exactly_the_futures_kept(
    calibration, file: Path, tmp_path: Path, capsys
):
    numbers = calibration.numbers
    arguments = ["run", "history", "--ensemble", str(file), "--seed", "3", "--until", "2022-04"]
    runs = {
        "one": ["--workers", "1"],
        "blocks": ["--workers", "1", "--block", "5"],
    }
    for name, how in runs.items():
        assert status([*arguments, *how, "--out", str(tmp_path / name)]) == 0, capsys.readouterr()
    shards = [next((tmp_path / name).rglob("*.parquet")).read_bytes() for name in runs]
    assert shards[0] == shards[1]
    made = read_manifest(tmp_path / "one").study
    assert made.futures == numbers.size, "as many as are kept, where that is fewer than usual"
    assert made.ensemble.name == "calibrated"
    whole = World(seed=3, futures=FUTURES)
    whole.run_to(date(2022, 4, 1))
    stored = load(tmp_path / "one", ["compute_cn"], on=date(2022, 4, 1))["compute_cn"]
    assert stored.tolist() == whole.record.last("compute_cn")[numbers].tolist()
    name, values = next(parameters_of(made))
    assert np.array_equal(values, whole.parameters[name][numbers])


def test_a_list_that_was_changed_after_a_study_began_is_refused(calibration, file: Path):
    chosen = ensemble(str(file))
    study = Study(policies=(HISTORY,), futures=2, seed=3, ensemble=chosen)
    assert study.rows(0, 2).numbers is not None
    file.write_bytes(ensemble_content(calibration.head(), calibration.numbers + 1))
    with pytest.raises(EnsembleError, match="is no longer the ensemble"):
        study.rows(0, 2)


def test_a_study_asks_for_no_more_than_the_ensemble_has(file: Path, tmp_path: Path, capsys):
    held = len(read_ensemble(file, None)[2])
    for more, complaint in (
        (["--futures", str(held + 1), "--seed", "3"], f"holds {held} futures: expected no more"),
        (["--futures", "2"], "futures of seed 3: expected no other seed, got 1"),
        (["--futures", "2", "--seed", "3", "--design", "lhs"], "expected the design 'random'"),
    ):
        arguments = ["run", "history", "--ensemble", str(file), "--out", str(tmp_path / "s")]
        assert status([*arguments, *more]) == 2
        told = capsys.readouterr().err
        assert complaint in told
        assert "Value error" not in told
        assert told.count("\n") == 1
    assert not (tmp_path / "s").exists()


def test_a_change_that_leaves_the_futures_as_they_were_leaves_the_list_usable(
    file: Path, another_model
):
    assert why_stale(file) == ""
    assert ensemble(str(file)).name == "calibrated"


def test_a_list_of_other_futures_is_refused_with_what_to_do(calibration, file: Path, another_model):
    head = calibration.head()
    moved = {name: tuple(1.01 * v for v in values) for name, values in head.checked.items()}
    other = head.model_copy(update={"checked": moved})
    file.write_bytes(ensemble_content(other, calibration.numbers))
    with pytest.raises(EnsembleError, match=r"mean other futures; calibrate again with: aigap"):
        ensemble(str(file))


def test_a_list_weighed_on_something_else_is_refused(
    calibration, file: Path, another_model, capsys
):
    other = calibration.head().model_copy(update={"evidence_sha256": "0" * 64})
    file.write_bytes(ensemble_content(other, calibration.numbers))
    with pytest.raises(EnsembleError, match="what was seen, or what is forgiven, has changed"):
        ensemble(str(file))
    assert status(["calibrate", "--check", "--out", str(file)]) == 1
    assert "has changed since" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "head"),
        ("future\n1\n", "head"),
        ("# until: [\nfuture\n1\n", "is no ensemble of aigap"),
        ("HEADfuture\n1\n", "rising numbers"),
        ("HEADnumbers\n1\n2\n3\n", "expected a line 'future'"),
        ("HEADfuture\n1\n3\n2\n", "rising numbers"),
        ("HEADfuture\n1\n2\nthree\n", "is no ensemble of aigap"),
        ("HEAD", "expected a line 'future'"),
    ],
)
def test_files_that_are_no_list_are_refused_in_a_line(
    calibration, tmp_path: Path, content: str, complaint: str, capsys
):
    head = calibration.head().model_copy(update={"kept": 3})
    said = ensemble_content(head, []).decode().removesuffix("future\n")
    path = tmp_path / "bad.csv"
    path.write_text(content.replace("HEAD", said), encoding="utf-8")
    assert status(["run", "history", "--ensemble", str(path), "--out", str(tmp_path / "s")]) == 2
    told = capsys.readouterr().err
    assert complaint in told
    assert str(path) in told
    assert told.count("\n") == 1


def test_a_name_that_is_none_is_refused_with_those_that_are(tmp_path: Path, capsys):
    assert ensemble("prior") is PRIOR
    for command in (
        ["run", "history"],
        ["hindcast"],
        ["supply"],
        ["installed"],
        ["league"],
        ["explain"],
        ["tell"],
    ):
        assert status([*command, "--ensemble", "posterior"]) == 2
        assert "expected prior, calibrated, or a .csv file" in capsys.readouterr().err
    missing = str(tmp_path / "none.csv")
    assert status(["hindcast", "--ensemble", missing]) == 2
    assert f"{missing}: cannot be read" in capsys.readouterr().err


def test_charts_and_tables_say_which_ensemble_they_show(file: Path, tmp_path: Path, capsys):
    out = tmp_path / "s"
    policies = ["run", "history", "no-controls", "--ensemble", str(file), "--seed", "3"]
    assert (
        status(
            [*policies, "--until", "2022-03", "--futures", "3", "--workers", "1", "--out", str(out)]
        )
        == 0
    )
    capsys.readouterr()
    assert status(["compare", str(out)]) == 0
    assert "calibrated ensemble (seen to 2022-12), 3 futures" in capsys.readouterr().out
    for command in (
        ["compare", str(out)],
        ["robust", str(out), "--better", "high", "--outcome", "compute_cn"],
    ):
        assert status([*command, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["ensemble"] == "calibrated"


def test_studies_of_unlike_ensembles_are_not_compared(file: Path, tmp_path: Path, capsys):
    for name, which in (("one", "prior"), ("other", str(file))):
        arguments = ["run", "history", "--ensemble", which, "--seed", "3", "--futures", "2"]
        assert (
            status(
                [*arguments, "--until", "2022-02", "--workers", "1", "--out", str(tmp_path / name)]
            )
            == 0
        )
    capsys.readouterr()
    assert status(["compare", str(tmp_path / "one"), str(tmp_path / "other")]) == 2
    complaint = capsys.readouterr().err
    assert "its ensemble is calibrated ensemble (seen to 2022-12), not prior ensemble" in complaint
