from __future__ import annotations

import fcntl
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
from experiments.durable import write_whole
from experiments.lock import Lock, TakenError
from experiments.store import StoreError, read_manifest
from experiments.storing import Store
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
    replaced = Store(stored, other)
    assert replaced.begin(overwrite=True)
    assert files(stored) == {"study.json", ".aigap.lock"}
    replaced.discard()


def test_a_study_of_another_model_is_not_taken_for_the_same(stored: Path):
    path = stored / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["origin"]["model_sha256"] = "0" * 64
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StoreError, match="holds another finished study"):
        Store(stored, STUDY).begin()


def begun(directory: Path, *shards: int) -> Store:
    """A study cut short after some of its shards were stored."""
    store = Store(directory, STUDY)
    assert store.begin()
    for number, shard in enumerate(STUDY.shards()):
        if number in shards:
            store.write(shard, values_of(STUDY, shard.policy, shard.first_future, shard.futures))
    store.leave()
    return store


def finish(store: Store) -> None:
    for shard in store.missing():
        store.write(shard, values_of(STUDY, shard.policy, shard.first_future, shard.futures))
    store.finish()


def contents(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in files(directory)}


def test_an_unfinished_study_is_refused_unless_told_to_overwrite(tmp_path: Path):
    begun(tmp_path / "study", 0)
    before = contents(tmp_path / "study")
    with pytest.raises(StoreError, match=r"unfinished study; finish it with aigap run --resume"):
        Store(tmp_path / "study", STUDY).begin()
    with pytest.raises(StoreError, match="is unfinished; finish it with aigap run --resume"):
        experiments.load(tmp_path / "study")
    assert contents(tmp_path / "study") == before
    fill_over = Store(tmp_path / "study", STUDY)
    assert fill_over.begin(overwrite=True)
    assert len(fill_over.missing()) == 4
    fill_over.discard()


@pytest.mark.parametrize("done", [(0,), (3, 1), (0, 1, 2, 3)])
def test_a_study_cut_short_is_taken_up_where_it_was_left(tmp_path: Path, stored: Path, done):
    begun(tmp_path / "cut", *done)
    store = Store.resume(tmp_path / "cut")
    assert len(store.missing()) == 4 - len(done)
    finish(store)
    assert contents(tmp_path / "cut") == contents(stored)


@pytest.mark.parametrize("finished", [False, True])
def test_what_is_corrupt_or_gone_or_not_entered_is_redone(tmp_path: Path, stored: Path, finished):
    whole = contents(stored)
    directory = stored if finished else tmp_path / "cut"
    if not finished:
        begun(directory, 0, 1, 2)
    history = directory / "results/history"
    shard = directory / "results/other/futures-00000-00999.parquet"
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    (directory / "results/other/futures-01000-01002.parquet").unlink()
    (history / ".futures-01000-01002.parquet.partial").write_bytes(b"PAR1")
    (history / "futures-02000-02999.parquet").write_bytes(b"PAR1")
    store = Store.resume(directory)
    names = [(shard.policy, shard.first_future) for shard in store.missing()]
    assert names[:2] == [("other", 0), ("other", 1000)]
    assert len(names) == (2 if finished else 3)
    finish(store)
    assert contents(directory) == whole


def test_a_line_of_the_journal_cut_short_costs_a_shard_and_no_more(tmp_path: Path, stored: Path):
    begun(tmp_path / "cut", 0, 1)
    journal = tmp_path / "cut" / "shards.jsonl"
    for cut in (1, 100):
        journal.write_bytes(journal.read_bytes()[:-cut])
        store = Store.resume(tmp_path / "cut")
        assert len(store.missing()) == (2 if cut == 1 else 3)
        store.leave()
    finish(Store.resume(tmp_path / "cut"))
    assert contents(tmp_path / "cut") == contents(stored)


def test_a_checksum_changed_in_the_journal_is_no_proof(tmp_path: Path):
    begun(tmp_path / "cut", 0, 1)
    journal = tmp_path / "cut" / "shards.jsonl"
    first, second = journal.read_text(encoding="utf-8").splitlines()
    journal.write_text(f"{first[:-10]}{'0' * 8}{first[-2:]}\n{second}\n", encoding="utf-8")
    store = Store.resume(tmp_path / "cut")
    assert len(store.missing()) == 3
    store.leave()


def test_a_whole_study_is_resumed_by_doing_nothing(stored: Path):
    before = contents(stored)
    (stored / "study.json").write_text("left by a crash after the manifest", encoding="utf-8")
    (stored / "shards.jsonl").touch()
    store = Store.resume(stored)
    assert store.is_finished
    store.leave()
    assert contents(stored) == before


@pytest.mark.parametrize("name", ["study.json", "manifest.json"])
def test_a_study_begun_with_another_model_is_not_mixed_with_this_one(
    tmp_path: Path, stored: Path, name: str
):
    directory = stored if name == "manifest.json" else tmp_path / "cut"
    if name == "study.json":
        begun(directory, 0)
    content = json.loads((directory / name).read_text(encoding="utf-8"))
    content["origin"]["versions"]["numpy"] = "1.0"
    (directory / name).write_text(json.dumps(content), encoding="utf-8")
    before = contents(directory)
    with pytest.raises(StoreError, match=r"numpy 1\.0, not .*--overwrite"):
        Store.resume(directory)
    assert contents(directory) == before


def test_there_has_to_be_a_study_to_resume(tmp_path: Path):
    (tmp_path / "thesis.tex").touch()
    for directory in (tmp_path, tmp_path / "nowhere", tmp_path / "thesis.tex"):
        with pytest.raises(StoreError, match="holds no study to resume"):
            Store.resume(directory)
    assert files(tmp_path) == {"thesis.tex"}


def test_a_mark_that_makes_no_sense_is_named(tmp_path: Path):
    begun(tmp_path / "cut", 0)
    content = json.loads((tmp_path / "cut/study.json").read_text(encoding="utf-8"))
    content["study"]["futures"] = -3
    (tmp_path / "cut/study.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StoreError, match=r"study\.json: study\.futures: .*--overwrite"):
        Store.resume(tmp_path / "cut")


def test_a_second_process_is_told_who_is_at_work(tmp_path: Path):
    store = Store(tmp_path / "study", STUDY)
    assert store.begin()
    held = contents(tmp_path / "study")
    told = rf"process {os.getpid()} on .* is at work on this study"
    for overwrite in (False, True):
        with pytest.raises(StoreError, match=told):
            Store(tmp_path / "study", STUDY).begin(overwrite=overwrite)
    with pytest.raises(StoreError, match=told):
        Store.resume(tmp_path / "study")
    assert contents(tmp_path / "study") == held
    finish(store)
    assert ".aigap.lock" not in files(tmp_path / "study")


def test_a_lock_left_by_a_dead_process_holds_nobody_up(tmp_path: Path):
    begun(tmp_path / "cut", 0)
    (tmp_path / "cut/.aigap.lock").write_text("process 1 on mars", encoding="utf-8")
    store = Store.resume(tmp_path / "cut")
    assert len(store.missing()) == 3
    store.leave()


def test_a_lock_on_a_file_that_its_holder_has_removed_is_no_lock(tmp_path: Path, monkeypatch):
    first, second = Lock(tmp_path), Lock(tmp_path)
    first.take()
    flock = fcntl.flock

    def slow(*args) -> None:
        first.give_back()  # between the other's opening of the file and its locking it
        monkeypatch.setattr(fcntl, "flock", flock)
        flock(*args)

    monkeypatch.setattr(fcntl, "flock", slow)
    second.take()
    with pytest.raises(TakenError):
        first.take()
    second.give_back()
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_kept_is_stored(tmp_path: Path):
    thin = STUDY.model_copy(update={"keep": ("gap_months", "gap_censored"), "every": 2})
    store = Store(tmp_path / "thin", thin)
    assert store.begin()
    for shard in thin.shards():
        store.write(shard, np.ones((2, shard.futures, 2)))
    store.finish()
    frame = experiments.load(tmp_path / "thin")
    assert list(frame.columns) == ["policy", "future", "date", "gap_months", "gap_censored"]
    assert [f"{month:%Y-%m}" for month in frame["date"].unique()] == ["2022-01", "2022-03"]
    assert len(frame) == 2 * 1003 * 2
    with pytest.raises(StoreError, match=r"2022-02 is not stored; .*: 2022-01 and 2022-03"):
        experiments.load(tmp_path / "thin", on=date(2022, 2, 1))
    with pytest.raises(StoreError, match="has no outcome 'compute_cn'"):
        experiments.load(tmp_path / "thin", ["compute_cn"])


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
    assert files(stored) == {"gap.png", "study.json", ".aigap.lock"}


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
