from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

import experiments
from experiments.store import Store, StoreError, read_manifest, write_whole
from experiments.study import Study
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy

STUDY = Study(policies=(Policy(name="other"), HISTORY), futures=1003, until=date(2022, 3, 1))
NAMES = list(OUTCOMES)


def values_of(study: Study, policy: str, first: int, futures: int) -> NDArray[np.float64]:
    """Values that tell outcome, policy, future and month: all four can be read off."""
    outcome = 1e6 * np.arange(len(NAMES))[:, None, None]
    which = 1e5 * [one.name for one in study.policies].index(policy)
    return outcome + which + 10.0 * np.arange(first, first + futures)[:, None] + np.arange(3)


def fill(directory: Path, study: Study = STUDY) -> Store:
    store = Store(directory, study)
    assert store.begin()
    for shard in study.shards():
        values = values_of(study, shard.policy, shard.first_future, shard.futures)
        store.write(shard, values)
    store.finish()
    return store


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    fill(tmp_path / "study")
    return tmp_path / "study"


def files(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def test_a_finished_study_holds_the_manifest_and_the_shards_and_nothing_else(stored: Path):
    shards = {f"results/{policy}/futures-{span}.parquet" for policy in ("other", "history")
              for span in ("00000-00999", "01000-01002")}  # fmt: skip
    assert files(stored) == shards | {"manifest.json"}


def test_what_is_loaded_is_what_was_stored(stored: Path):
    frame = experiments.load(stored)
    assert list(frame.columns) == ["policy", "future", "date", *NAMES]
    assert len(frame) == 2 * 1003 * 3
    assert list(frame["policy"].cat.categories) == ["other", "history"]
    assert frame["date"].dtype.kind == "M"
    row = frame[
        (frame["policy"] == "history")
        & (frame["future"] == 1001)
        & (frame["date"] == pd.Timestamp("2022-03-01"))
    ]
    assert row[NAMES[2]].item() == 2e6 + 1e5 + 10010 + 2
    for _, of_policy in frame.groupby("policy", observed=True):
        keys = of_policy[["future", "date"]]
        assert keys.equals(keys.sort_values(["future", "date"]))


def test_load_selects_outcomes_policies_and_a_month(stored: Path):
    frame = experiments.load(stored, outcomes=[NAMES[1]], policies=["history"], on=date(2022, 2, 1))
    assert list(frame.columns) == ["policy", "future", "date", NAMES[1]]
    assert set(frame["policy"]) == {"history"}
    assert len(frame) == 1003
    whole = experiments.load(stored)
    same = whole[(whole["policy"] == "history") & (whole["date"] == pd.Timestamp("2022-02-01"))]
    assert frame[NAMES[1]].tolist() == same[NAMES[1]].tolist()


def test_the_files_have_the_documented_columns_and_rows(stored: Path):
    table = pq.read_table(stored / "results/other/futures-00000-00999.parquet")
    assert table.column_names == ["policy", "future", "date", *NAMES]
    assert str(table.schema.field("future").type) == "int32"
    assert str(table.schema.field("date").type) == "date32[day]"
    assert all(str(table.schema.field(name).type) == "double" for name in NAMES)
    assert table.num_rows == 3000


@pytest.mark.parametrize(("outcomes", "policies"), [(["gap_month"], None), (None, ["histori"])])
def test_an_unknown_name_is_answered_with_its_neighbour(stored: Path, outcomes, policies):
    with pytest.raises(StoreError, match=r"did you mean '(gap_months|history)'"):
        experiments.load(stored, outcomes, policies)


def test_a_corrupt_shard_is_named(stored: Path):
    shard = stored / "results/history/futures-01000-01002.parquet"
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    with pytest.raises(StoreError, match=r"history/futures-01000-01002\.parquet: is corrupt"):
        experiments.load(stored)
    experiments.load(stored, policies=["other"])
    with pytest.raises(StoreError, match=r"futures-01000-01002\.parquet"):
        Store(stored, STUDY).begin()


def test_a_missing_shard_is_named(stored: Path):
    (stored / "results/other/futures-00000-00999.parquet").unlink()
    with pytest.raises(StoreError, match=r"other/futures-00000-00999\.parquet: cannot be read"):
        experiments.load(stored)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "is not JSON"),
        ("[]", "manifest.json"),
        ("{}", "manifest.json: format|manifest.json: study"),
        ('{"schema_version": 99}', "schema version 99, expected 1"),
    ],
)
def test_a_broken_manifest_is_named(stored: Path, text: str, complaint: str):
    (stored / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=complaint):
        experiments.load(stored)


def test_a_directory_that_is_no_study_is_refused(tmp_path: Path):
    with pytest.raises(StoreError, match="is not a study"):
        experiments.load(tmp_path)
    with pytest.raises(StoreError, match="is not a study"):
        experiments.load(tmp_path / "nowhere")


def test_the_manifest_says_what_was_run_and_with_what(stored: Path):
    manifest = read_manifest(stored)
    assert manifest.study == STUDY
    assert list(manifest.by_name) == NAMES
    assert len(manifest.origin.model_sha256) == 64
    assert manifest.origin.versions["numpy"] == np.__version__
    assert [shard.first_future for shard in manifest.shards] == [0, 1000, 0, 1000]


def test_the_same_study_is_not_run_twice(stored: Path):
    before = (stored / "manifest.json").stat().st_mtime_ns
    assert not Store(stored, STUDY).begin()
    assert (stored / "manifest.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("change", [{"seed": 2}, {"futures": 5}, {"until": date(2022, 4, 1)}])
def test_another_study_is_refused_unless_told_to_overwrite(stored: Path, change):
    other = STUDY.model_copy(update=change)
    before = files(stored)
    with pytest.raises(StoreError, match="holds another finished study; give --overwrite"):
        Store(stored, other).begin()
    assert files(stored) == before
    assert Store(stored, other).begin(overwrite=True)
    assert files(stored) == {"study.json"}


def test_a_study_of_another_model_is_not_taken_for_the_same(stored: Path):
    path = stored / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["origin"]["model_sha256"] = "0" * 64
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StoreError, match="holds another finished study"):
        Store(stored, STUDY).begin()


def test_an_unfinished_study_is_refused_unless_told_to_overwrite(tmp_path: Path):
    assert Store(tmp_path / "study", STUDY).begin()
    with pytest.raises(StoreError, match="unfinished study; give --overwrite"):
        Store(tmp_path / "study", STUDY).begin()
    with pytest.raises(StoreError, match="is unfinished"):
        experiments.load(tmp_path / "study")
    assert Store(tmp_path / "study", STUDY).begin(overwrite=True)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["thesis.tex", "study.json", "results"])
def test_files_of_others_are_never_touched(tmp_path: Path, name: str, overwrite: bool):
    (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match="not a study of aigap"):
        Store(tmp_path, STUDY).begin(overwrite=overwrite)
    assert files(tmp_path) == {name}


def test_a_figure_beside_a_study_survives_its_replacement(stored: Path):
    (stored / "gap.png").write_bytes(b"picture")
    assert Store(stored, STUDY).begin(overwrite=True)
    assert files(stored) == {"gap.png", "study.json"}


def test_an_unwritable_directory_is_found_at_once_and_leaves_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for directory in (tmp_path / "file", tmp_path / "file" / "study"):
        with pytest.raises(StoreError, match="cannot be written"):
            Store(directory, STUDY).begin()
    assert files(tmp_path) == {"file"}


def test_discarding_takes_away_the_directories_that_were_made(tmp_path: Path):
    store = Store(tmp_path / "a" / "b", STUDY)
    assert store.begin()
    shard = next(STUDY.shards())
    store.write(shard, values_of(STUDY, shard.policy, 0, shard.futures))
    store.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_leaves_no_part_of_a_file(tmp_path: Path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "file", b"content")
    assert list(tmp_path.iterdir()) == []


def test_values_of_another_shape_are_a_fault(tmp_path: Path):
    store = Store(tmp_path / "study", STUDY)
    store.begin()
    with pytest.raises(ValueError, match="shape"):
        store.write(next(STUDY.shards()), np.zeros((len(NAMES), 999, 3)))
