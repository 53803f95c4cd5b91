"""Stored studies: which the view opens, and what it shows of them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from experiments import load
from experiments.cli import status
from viz.pages.studies import read_state
from viz.stored_studies import StudyFolderError, examined, listed, opened
from viz.study_charts import drivers_chart, over_time, table

ON = dt.date(2022, 6, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("folder")
    inside = folder / "inside"
    inside.mkdir()
    run = ["run", "history", "no-controls", "--futures", "12", "--until", "2022-06"]
    for name in ("inside/deep/small", "outside"):
        assert status([*run, "--workers", "1", "--out", str(folder / name)]) == 0
    broken = inside / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{")
    (inside / "linked").symlink_to(folder / "outside")
    return inside


def test_it_lists_what_can_be_opened_and_says_why_the_rest_cannot(folder):
    entries = {entry.name: entry for entry in listed(folder)}
    assert entries["deep/small"].whole
    assert entries["deep/small"].words == "2 policies, 12 futures, to 2022-06, seed 1"
    assert not entries["broken"].whole
    assert "is not JSON" in entries["broken"].words
    assert str(folder) not in entries["broken"].words
    assert listed(folder / "nowhere") == []


@pytest.mark.parametrize(
    "name", ["../outside", "linked", "/etc", "", ".", "deep", "deep/../../outside"]
)
def test_nothing_outside_the_folder_is_opened(folder, name):
    with pytest.raises(StudyFolderError):
        opened(folder, name)


def test_what_it_shows_is_what_is_stored(folder):
    found = examined(folder, "deep/small", "compute_cn", "history", ON)
    frame = load(folder / "deep" / "small", ["compute_cn"])
    stored = frame[frame["policy"] == "no-controls"].pivot(
        index="date", columns="future", values="compute_cn"
    )
    assert [one.title for one in found.series] == ["Recorded history", "No export controls"]
    assert np.allclose(found.series[1].levels[2], np.median(stored.to_numpy(), axis=1))
    assert found.series[0].changes is None
    levels, changes = over_time(found)
    assert "prior ensemble, 12 futures" in levels.unit
    assert not changes.empty
    row = next(row for row in table(found) if row["name"] == "compute_cn")
    assert len(row["levels"]) == len(row["changes"]) + 1 == 2
    assert drivers_chart(found, "history").figure["data"]


def test_what_a_study_does_not_hold_is_said(folder):
    studies = opened(folder, "deep/small")
    usual = read_state(studies, "deep/small", {})
    assert (usual.outcome, usual.baseline, usual.policy) == ("gap_months", "history", "no-controls")
    assert usual.on == ON
    for wrong in ({"outcome": "x"}, {"baseline": "x"}, {"of": "x"}, {"on": "2040-01"}, {"on": "x"}):
        with pytest.raises(StudyFolderError):
            read_state(studies, "deep/small", wrong)


def test_a_study_of_the_calibrated_ensemble_is_said_to_be_one(tmp_path, calibrated_list):
    ensemble = calibrated_list(2, 5, 9, 11)
    run = ["run", "history", "no-controls", "--futures", "4", "--until", "2022-06"]
    out = tmp_path / "studies" / "weighed"
    assert status([*run, "--workers", "1", "--ensemble", str(ensemble), "--out", str(out)]) == 0
    found = examined(tmp_path / "studies", "weighed", "compute_cn", "history", ON)
    for chart in (*over_time(found), drivers_chart(found, "history")):
        assert "calibrated ensemble (seen to 2024-12), 4 futures" in chart.unit
        assert "prior" not in chart.unit
    ensemble.unlink()
    shown = examined(tmp_path / "studies", "weighed", "compute_us", "history", ON)
    assert "calibrated" in shown.ensemble
    assert shown.drivers == {}
    assert shown.undriven.startswith("calibrated.csv: cannot be read")
