from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import experiments
from experiments.cli import status
from experiments.histograms import RELATIVE_ERROR
from experiments.runner import run
from experiments.store import StoreError
from experiments.storing import Store
from experiments.study import Shard, Study
from model.policy import HISTORY, Policy

POLICIES = (Policy(name="other"), HISTORY)
KEPT = ("gap_months", "gap_censored", "gap_oom")
EVERY_FUTURE = Study(policies=POLICIES, futures=5003, until=date(2022, 3, 1), keep=KEPT)
SUMMARISED = EVERY_FUTURE.model_copy(update={"summaries": "history"})


def values_of(shard: Shard) -> np.ndarray:
    """Any values, of which a tenth of the gaps is censored and a few are not defined."""
    futures = np.arange(shard.first_future, shard.first_future + shard.futures)
    seeds = [int(future) * 2 + (shard.policy == "other") for future in futures]
    values = np.stack([np.random.default_rng(seed).normal(3.0, 5.0, (3, 3)) for seed in seeds], 1)
    censored = values[1] > 9.0
    values[0, censored] = np.nan
    values[1] = censored
    values[2, futures % 97 == 0] = np.nan
    return values


def store(directory: Path, study: Study, order: list[Shard] | None = None) -> Path:
    writing = Store(directory, study)
    assert writing.begin()
    for shard in order or list(study.shards()):
        writing.write(shard, values_of(shard))
    writing.finish()
    return directory


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def summarised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store(tmp_path_factory.mktemp("study") / "summarised", SUMMARISED)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store(tmp_path_factory.mktemp("study") / "whole", EVERY_FUTURE)


def test_nothing_but_the_summaries_is_left(summarised: Path):
    assert set(contents(summarised)) == {"manifest.json", "results/summaries.parquet"}
    assert [path.name for path in (summarised / "results").iterdir()] == ["summaries.parquet"]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_futures_are_done_leaves_no_trace(summarised, tmp_path, seed):
    order = list(SUMMARISED.shards())
    np.random.default_rng(seed).shuffle(order)  # type: ignore[arg-type]
    assert contents(store(tmp_path / "study", SUMMARISED, order)) == contents(summarised)


def test_what_lies_there_while_a_study_runs_does_not_grow_with_it(tmp_path: Path):
    study = SUMMARISED.model_copy(update={"futures": 16_000})
    writing = Store(tmp_path / "study", study)
    writing.begin()
    values = values_of(Shard("other", 0, 1000))
    most = 0
    for shard in study.shards():
        writing.write(shard, values)
        most = max(most, len(list((tmp_path / "study/results").rglob("*.parquet"))))
    writing.discard()
    assert most <= len(POLICIES) + 4  # 16 = 2 ** 4


def test_summaries_are_those_of_the_futures(summarised: Path, whole: Path):
    found = experiments.load_summaries(summarised).set_index(["policy", "outcome", "date"])
    frame = experiments.load(whole)
    wide = frame.pivot(index=["date", "future"], columns="policy", values=list(KEPT))
    day = pd.Timestamp("2022-02-01")
    gaps, base = (wide.loc[day]["gap_oom"][name] for name in ("other", "history"))
    row = found.loc["other", "gap_oom", day]
    assert row["futures"] == 5003
    assert row["count"] == gaps.notna().sum() < 5003
    assert row["mean"] == pytest.approx(gaps.mean(), rel=1e-12)
    assert row["sd"] == pytest.approx(gaps.std(), rel=1e-12)
    assert (row["min"], row["max"]) == (gaps.min(), gaps.max())
    change = (gaps - base).dropna()
    assert row["pairs"] == len(change)
    assert (row["higher"], row["lower"]) == ((change > 0).sum(), (change < 0).sum())
    assert row["difference_mean"] == pytest.approx(change.mean(), rel=1e-9)
    assert row["difference_sd"] == pytest.approx(change.std(), rel=1e-12)
    assert row["baseline_sd"] == pytest.approx(base[change.index].std(), rel=1e-12)
    for share in (5, 25, 50, 75, 95):
        for prefix, values in (("", gaps), ("difference_", change)):
            exact = values.quantile(share / 100)
            near = abs(exact) * RELATIVE_ERROR + 0.01 * RELATIVE_ERROR
            assert row[f"{prefix}q{share:02d}"] == pytest.approx(exact, abs=near)


def test_censored_futures_are_counted_and_no_quantile_is_made_of_them(summarised: Path):
    found = experiments.load_summaries(summarised).set_index(["policy", "outcome", "date"])
    row = found.loc["other", "gap_months", pd.Timestamp("2022-01-01")]
    assert 0.05 < row["above"] / row["futures"] < 0.25
    assert row["count"] + row["above"] == row["futures"]
    assert row["q95"] == np.inf
    assert np.isfinite(row["max"])


def test_a_policy_that_changes_nothing_differs_by_nothing(tmp_path: Path):
    study = Study(
        policies=(HISTORY, Policy(name="same")),
        futures=7,
        until=date(2022, 6, 1),
        keep=("gap_months",),
        summaries="history",
    )
    run(study, tmp_path / "study")
    found = experiments.load_summaries(tmp_path / "study")
    assert (found["pairs"] > 0).all()
    assert (found.filter(like="difference_") == 0.0).all(axis=None)


def test_workers_and_blocks_leave_no_trace(tmp_path: Path):
    study = Study(
        policies=(HISTORY, Policy(name="same")),
        futures=1004,
        until=date(2022, 3, 1),
        keep=("gap_oom", "compute_us"),
        summaries="same",
    )
    run(study, tmp_path / "one")
    with ThreadPoolExecutor(2) as threads:
        run(study, tmp_path / "two", workers=2, executor=threads, block=300)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def compared(capsys: pytest.CaptureFixture[str], directory: Path) -> dict:
    capsys.readouterr()
    assert status(["compare", str(directory), "--on", "2022-02", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    return {outcome["name"]: outcome["policies"] for outcome in told["outcomes"]}


def test_compare_says_of_summaries_what_it_says_of_futures(summarised, whole, capsys):
    exact, found = compared(capsys, whole), compared(capsys, summarised)
    assert list(exact) == list(found) == ["gap_months", "gap_oom"]
    for name, policies in exact.items():
        for one, other in zip(policies, found[name], strict=True):
            assert one["policy"] == other["policy"]
            for key in ("above", "below", "futures", "missing"):
                assert one["level"][key] == pytest.approx(other["level"][key])
            assert one["level"]["high"]["censored"] == other["level"]["high"]["censored"]
            if one["difference"] is None:
                assert other["difference"] is None
                continue
            for key in ("mean", "higher", "lower", "equal", "pairs", "dropped", "effect"):
                assert other["difference"][key] == pytest.approx(one["difference"][key], rel=1e-9)
            width = np.ptp(one["difference"]["interval"])  # bootstrap there, normal here
            assert other["difference"]["interval"] == pytest.approx(
                one["difference"]["interval"], abs=0.1 * width
            )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plot", "STUDY"], "needs each future"),
        (["compare", "STUDY", "--html", "report.html"], "needs each future"),
        (["compare", "STUDY", "--baseline", "other"], "expected --baseline history"),
        (["robust", "STUDY", "--better", "high"], "needs each future"),
        (["run", "history", "--summaries", "no-controls"], "expected a policy of the study"),
    ],
)
def test_what_summaries_cannot_answer_is_refused_in_a_line(
    summarised, arguments, words, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    given = [str(summarised) if word == "STUDY" else word for word in arguments]
    assert status(given) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert words in captured.err
    assert list(tmp_path.iterdir()) == []


def test_each_kind_of_study_is_read_with_its_own_function(summarised: Path, whole: Path):
    with pytest.raises(StoreError, match="stores summaries over futures only"):
        experiments.load(summarised)
    with pytest.raises(StoreError, match="stores summaries over futures only"):
        experiments.load_dataset(summarised)
    with pytest.raises(StoreError, match="stores every future"):
        experiments.load_summaries(whole)


def test_corrupt_summaries_are_found_and_redone(tmp_path: Path):
    directory = store(tmp_path / "study", SUMMARISED)
    before = contents(directory)
    path = directory / "results/summaries.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match=r"summaries\.parquet: is corrupt"):
        experiments.load_summaries(directory)
    again = Store.resume(directory)
    assert len(again.missing()) == 12
    for shard in again.missing():
        again.write(shard, values_of(shard))
    again.finish()
    assert contents(directory) == before


def test_shards_come_by_futures_so_that_few_lie_there_at_once():
    for one, other in pairwise(SUMMARISED.shards()):
        assert one.first_future <= other.first_future
