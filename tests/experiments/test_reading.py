"""Reading a stored study: no more than is asked for, in pandas, xarray and DuckDB."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
import xarray as xr

import experiments
from experiments.store import StoreError
from experiments.storing import Store
from experiments.study import Study
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy

STUDY = Study(
    policies=(Policy(name="other"), HISTORY),
    futures=2003,
    until=date(2022, 4, 1),
    keep=("gap_months", "gap_oom", "compute_us"),
)
WHOLE = "futures-01000-01999.parquet"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Every value tells outcome, policy, future and month."""
    store = Store(tmp_path / "study", STUDY)
    store.begin()
    for shard in STUDY.shards():
        outcome = 1e7 * np.arange(4)[:, None, None]
        policy = 1e6 * (shard.policy == "history")
        futures = np.arange(shard.first_future, shard.first_future + shard.futures)[:, None]
        store.write(shard, outcome + policy + 10.0 * futures + np.arange(4))
    store.finish()
    return tmp_path / "study"


def value(outcome: str, policy: str, future: int, month: int) -> float:
    number = STUDY.outcomes.index(outcome)
    return 1e7 * number + 1e6 * (policy == "history") + 10.0 * future + month


def spoil(path: Path, column: str) -> None:
    """Turn a bit in the values of one column of a file."""
    group = pq.ParquetFile(path).metadata.row_group(0)
    (chunk,) = (
        group.column(number)
        for number in range(group.num_columns)
        if group.column(number).path_in_schema == column
    )
    content = bytearray(path.read_bytes())
    content[chunk.data_page_offset + chunk.total_compressed_size // 2] ^= 1
    path.write_bytes(content)


def test_columns_that_are_not_asked_for_are_not_read(stored: Path):
    spoil(stored / "results/other" / WHOLE, "gap_oom")
    frame = experiments.load(stored, ["gap_months", "compute_us"])
    assert len(frame) == 2 * 2003 * 4
    assert experiments.load_dataset(stored)["gap_months"].mean() > 0
    for broken in (["gap_oom"], None):
        with pytest.raises(StoreError, match=r"other/futures-01000-01999\.parquet: is corrupt"):
            experiments.load(stored, broken)
    with pytest.raises(StoreError, match=r"other/futures-01000-01999\.parquet: is corrupt"):
        experiments.load_dataset(stored)["gap_oom"].mean()


def test_policies_that_are_not_asked_for_are_not_read(stored: Path):
    for path in (stored / "results/other").iterdir():
        path.unlink()
    assert len(experiments.load(stored, policies=["history"])) == 2003 * 4
    with pytest.raises(StoreError, match=r"other/.*: cannot be read"):
        experiments.load(stored, ["gap_oom"], ["other"])


def test_some_months_are_those_months_of_all(stored: Path):
    months = [date(2022, 2, 1), date(2022, 4, 1)]
    some = experiments.load(stored, ["gap_oom"], on=months)
    frame = experiments.load(stored)
    same = frame[frame["date"].dt.date.isin(months)]
    np.testing.assert_array_equal(some["gap_oom"], same["gap_oom"])
    np.testing.assert_array_equal(some["future"], same["future"])
    with pytest.raises(StoreError, match="2022-05 is not stored"):
        experiments.load(stored, on=[date(2022, 5, 1)])


def test_a_dataset_is_opened_without_reading_results(stored: Path):
    for path in (stored / "results").rglob("*.parquet"):
        path.unlink()
    opened = experiments.load_dataset(stored)
    assert dict(opened.sizes) == {"policy": 2, "future": 2003, "date": 4}
    with pytest.raises(StoreError, match="cannot be read"):
        opened["gap_oom"].isel(future=0).values  # noqa: B018 - to read it is the point


def test_a_dataset_reads_the_files_of_the_futures_selected_and_no_other(stored: Path):
    for path in (stored / "results").rglob("*.parquet"):
        if path != stored / "results/history" / WHOLE:
            path.unlink()
    opened = experiments.load_dataset(stored)
    some = opened["compute_us"].sel(policy="history", future=slice(1200, 1201), date="2022-03")
    assert some.values.ravel().tolist() == [
        value("compute_us", "history", future, 2) for future in (1200, 1201)
    ]


def test_a_dataset_holds_what_the_frame_does(stored: Path):
    frame = experiments.load(stored)
    opened = experiments.load_dataset(stored)
    assert list(opened["policy"].values) == ["other", "history"]
    wanted = frame.set_index(["policy", "future", "date"]).to_xarray()
    for name in STUDY.outcomes:
        np.testing.assert_array_equal(opened[name], wanted[name].sel(policy=opened["policy"]))


@pytest.mark.parametrize(
    "index",
    [
        {"policy": 1, "future": 5, "date": 3},
        {"policy": [1, 0], "future": slice(2, None, 500), "date": [3, 1, 3]},
        {"future": [2002, 0, 1500, 0]},
        {"policy": xr.DataArray([0, 1], dims="x"), "future": xr.DataArray([7, 1007], dims="x")},
        {"future": slice(0, 0)},
    ],
)
def test_any_index_gives_what_it_would_in_memory(stored: Path, index):
    opened = experiments.load_dataset(stored)["gap_oom"]
    xr.testing.assert_identical(opened.isel(index).load(), opened.copy().load().isel(index))


def test_a_dataset_says_what_its_outcomes_are(stored: Path):
    opened = experiments.load_dataset(stored, ["gap_months"], ["history"])
    assert list(opened.data_vars) == ["gap_months"]
    registered = OUTCOMES["gap_months"]
    assert opened["gap_months"].attrs == {
        "units": registered.unit,
        "definition": registered.definition,
        "source": registered.source,
        "censored_by": "gap_censored",
    }
    with pytest.raises(StoreError, match="did you mean 'gap_months'"):
        experiments.load_dataset(stored, ["gap_month"])


def test_without_xarray_a_line_says_how_to_get_it(stored: Path, monkeypatch):
    monkeypatch.setattr("experiments.datasets.find_spec", lambda _: None)
    with pytest.raises(StoreError, match=r"pip install 'aigap\[xarray\]'"):
        experiments.load_dataset(stored)


def test_xarray_is_not_imported_before_it_is_needed():
    code = "import sys, experiments; sys.exit('xarray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_duckdb_reads_the_files_as_they_lie(stored: Path):
    pattern = f"{stored}/results/*/*.parquet"
    found = duckdb.sql(
        f"select policy, date, count(*) n, avg(gap_oom) mean from '{pattern}' group by all"
    ).df()
    frame = experiments.load(stored, ["gap_oom"])
    means = frame.groupby(["policy", "date"], observed=True)["gap_oom"].mean()
    assert found["n"].tolist() == [2003] * 8
    for row in found.itertuples():
        assert row.mean == pytest.approx(means.loc[row.policy, row.date])
    paired = duckdb.sql(
        f"select avg(a.gap_oom - b.gap_oom) from '{pattern}' a join '{pattern}' b"
        " using (future, date) where a.policy = 'history' and b.policy = 'other'"
    ).fetchall()
    assert paired == [(1e6,)]
