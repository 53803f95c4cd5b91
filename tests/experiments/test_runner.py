from __future__ import annotations

import filecmp
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import experiments
from experiments import executors, runner
from experiments.chains import Chain
from experiments.cli import status
from experiments.designs import Rows
from experiments.executors import InProcess, RunError
from experiments.manifest import origin
from experiments.policies import load_policy
from experiments.runner import resume, run, simulate_as, suitable_block, suitable_workers
from experiments.store import load, read_manifest
from experiments.storing import Store
from experiments.study import Study
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy
from model.world import World

ROOT = Path(__file__).parents[2]
SHORT = date(2022, 12, 1)


def same_files(one: Path, other: Path) -> bool:
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    others = sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert len(names) > 1
    return names == others and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in names
    )


def test_blocks_and_workers_leave_no_trace_in_the_files(tmp_path: Path):
    study = Study(
        policies=(HISTORY, load_policy("no-controls")), futures=1050, until=SHORT, seed=11
    )
    assert run(study, tmp_path / "one", workers=1, block=350)
    assert run(study, tmp_path / "two", workers=2, block=1000)
    assert same_files(tmp_path / "one", tmp_path / "two")


def test_another_seed_is_other_luck(tmp_path: Path):
    study = Study(policies=(HISTORY,), futures=2, until=date(2022, 2, 1), seed=11)
    assert run(study, tmp_path / "one")
    assert run(study.model_copy(update={"seed": 12}), tmp_path / "luck")
    assert not same_files(tmp_path / "one", tmp_path / "luck")


def test_a_policy_that_changes_nothing_differs_by_exactly_nothing(tmp_path: Path):
    same = Policy(name="same")
    assert run(Study(policies=(HISTORY, same), futures=40, until=date(2024, 1, 1)), tmp_path / "s")
    frame = experiments.load(tmp_path / "s")
    history, other = (frame[frame["policy"] == name] for name in ("history", "same"))
    for name in OUTCOMES:
        left, right = history[name].to_numpy(), other[name].to_numpy()
        np.testing.assert_array_equal(left, right)
    assert history["compute_cn"].nunique() > 40


def test_what_is_stored_is_what_the_world_records(tmp_path: Path):
    assert run(Study(policies=(HISTORY,), futures=5, until=SHORT, seed=3), tmp_path / "s", block=2)
    world = World(HISTORY, futures=5, seed=3)
    world.run_to(SHORT)
    frame = experiments.load(tmp_path / "s")
    assert frame["date"].dt.date.unique().tolist() == world.record.dates
    for name in OUTCOMES:
        stored = frame.pivot(index="date", columns="future", values=name).to_numpy()
        np.testing.assert_array_equal(stored, world.record.values(name))


def test_progress_adds_up_to_every_future_of_every_policy(tmp_path: Path):
    told: list[int] = []
    study = Study(policies=(HISTORY, Policy(name="same")), futures=7, until=date(2022, 2, 1))
    run(study, tmp_path / "s", block=3, advance=told.append)
    assert sorted(told) == [1, 1, 3, 3, 3, 3]


def test_versions_of_chips_can_be_planned_instead_of_recorded(tmp_path: Path):
    study = Study(
        policies=(load_policy("no-controls"),),
        futures=3,
        until=date(2024, 1, 1),
        products="versions-planned",
    )
    run(study, tmp_path / "planned", workers=1)
    frame = load(tmp_path / "planned", ["compute_cn_variant"])
    assert (frame["compute_cn_variant"] == 0.0).all(), "without rules nobody cuts a chip down"
    assert read_manifest(tmp_path / "planned").study.products == "versions-planned"


def test_a_finished_study_is_not_simulated_again(tmp_path: Path, monkeypatch):
    study = Study(policies=(HISTORY,), futures=2, until=date(2022, 2, 1))
    assert run(study, tmp_path / "s")
    monkeypatch.setattr(runner, "World", None)
    assert not run(study, tmp_path / "s")


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_run_that_fails_keeps_what_is_whole(tmp_path: Path, monkeypatch, overwrite: bool):
    study = Study(policies=(HISTORY, Policy(name="same")), futures=1001, until=date(2022, 1, 1))
    if overwrite:
        run(study, tmp_path / "a" / "s")
    made: list[World] = []

    def failing(*args, **kwargs) -> World:
        if len(made) == 5:  # in the last of three blocks of the second shard
            raise ZeroDivisionError("a fault in the model")
        made.append(World(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(runner, "World", failing)
    with pytest.raises(ZeroDivisionError):
        run(study, tmp_path / "a" / "s", block=400, overwrite=overwrite)
    kept = {path.parent.name for path in tmp_path.rglob("*.parquet")}
    assert kept == {"history"}, "the shard that lacks one of its blocks is not there"
    with pytest.raises(experiments.StoreError, match="unfinished"):
        load(tmp_path / "a" / "s")
    monkeypatch.setattr(runner, "World", World)
    told: list[int] = []
    assert resume(tmp_path / "a" / "s", advance=told.append)
    assert sum(told) == 1002, "only what was missing is simulated"
    assert run(study, tmp_path / "undisturbed")
    assert same_files(tmp_path / "a" / "s", tmp_path / "undisturbed")


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_run_that_fails_before_a_shard_is_whole_leaves_nothing(
    tmp_path: Path, monkeypatch, overwrite: bool
):
    study = Study(policies=(HISTORY,), futures=3, until=date(2022, 1, 1))
    if overwrite:
        run(study, tmp_path / "a" / "s")
    monkeypatch.setattr(runner, "World", None)
    with pytest.raises(TypeError):
        run(study, tmp_path / "a" / "s", overwrite=overwrite)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert (tmp_path / "a").exists() == overwrite  # what was there before stays, emptied


def test_a_finished_study_is_repaired_to_the_same_bytes(tmp_path: Path):
    study = Study(policies=(HISTORY, Policy(name="same")), futures=3, until=date(2022, 1, 1))
    for name in ("one", "two"):
        assert run(study, tmp_path / name)
    assert not resume(tmp_path / "one")
    shard = next((tmp_path / "one").rglob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-1])
    assert resume(tmp_path / "one")
    assert same_files(tmp_path / "one", tmp_path / "two")


@pytest.mark.parametrize("stored", [(), ("results/same/futures-00003-00005.parquet",)])
def test_shards_simulated_together_are_the_same_to_the_byte(
    stored: tuple[str, ...], tmp_path: Path, monkeypatch
):
    """Also where some of them are there already, and where the last one is smaller."""
    monkeypatch.setattr("experiments.study.FUTURES_PER_SHARD", 3)
    study = Study(policies=(HISTORY, Policy(name="same")), futures=11, until=date(2022, 4, 1))
    assert run(study, tmp_path / "one by one", block=3)
    assert run(study, tmp_path / "together", block=9)
    assert same_files(tmp_path / "one by one", tmp_path / "together")
    for path in (tmp_path / "together").rglob("*.parquet"):
        if str(path.relative_to(tmp_path / "together")) not in stored:
            path.unlink()
    assert resume(tmp_path / "together", block=9)
    assert same_files(tmp_path / "one by one", tmp_path / "together")


def test_thinning_changes_what_is_stored_and_not_what_is_simulated(tmp_path: Path):
    study = Study(policies=(HISTORY,), futures=4, until=date(2022, 12, 1))
    thin = Study(**{**dict(study), "keep": ("gap_months", "compute_cn"), "every": 3})
    assert run(study, tmp_path / "full")
    assert run(thin, tmp_path / "thin", block=3)
    full, stored = load(tmp_path / "full"), load(tmp_path / "thin")
    assert list(stored.columns[3:]) == list(thin.outcomes)
    same = full.loc[full["date"].dt.month.isin((1, 4, 7, 10, 12)), list(stored.columns)]
    pd.testing.assert_frame_equal(stored, same.reset_index(drop=True))


def test_a_worker_with_another_model_is_refused():
    other = origin().model_copy(update={"model_sha256": "0" * 64})
    study = Study(policies=(HISTORY,), futures=1, until=date(2022, 1, 1))
    with pytest.raises(RunError, match=r"a worker has another model .* code or data"):
        simulate_as(other, study, Chain(next(study.blocks(1))), Rows())


def test_an_unfit_directory_is_found_before_any_simulation(tmp_path: Path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(runner, "World", None)
    with pytest.raises(experiments.StoreError, match="cannot be written"):
        run(Study(policies=(HISTORY,), futures=2), tmp_path / "file" / "s")


def test_any_executor_of_concurrent_futures_will_do(tmp_path: Path, monkeypatch):
    class Counting(InProcess):
        tasks = 0

        def submit(self, fn, /, *args, **kwargs):
            Counting.tasks += 1
            return super().submit(fn, *args, **kwargs)

    monkeypatch.setattr(executors, "InProcess", Counting)
    run(Study(policies=(HISTORY,), futures=5, until=date(2022, 1, 1)), tmp_path / "s", block=2)
    assert Counting.tasks == 3


@pytest.mark.parametrize(
    ("policies", "futures", "workers", "gigabytes", "size"),
    [
        (2, 1000, 2, 8, 1000),
        (3, 1000, 2, 8, 1000),
        (1, 1000, 2, 8, 500),
        (2, 1000, 6, 64, 334),
        (13, 1000, 2, 8, 1000),
        (1, 9, 1, 8, 1000),
        (1, 4000, 2, 8, 2000),
        (1, 4000, 4, 64, 1000),
        (13, 5000, 2, 8, 2000),
        (13, 5000, 2, 4, 1000),
        (13, 5000, 16, 16, 1000),
        (13, 5000, 2, 0, 1000),
    ],
)
def test_blocks_suit_the_study_and_the_machine(
    policies: int, futures: int, workers: int, gigabytes: int, size: int
):
    named = tuple(Policy(name=f"p{number}") for number in range(policies))
    study = Study(policies=named, futures=futures)
    assert suitable_block(study, workers, gigabytes * 1e9) == size


@pytest.mark.parametrize(
    ("policies", "futures", "until", "cores", "workers"),
    [
        (1, 50, date(2030, 12, 1), 8, 1),
        (2, 1000, date(2022, 6, 1), 2, 1),
        (2, 1000, date(2030, 12, 1), 1, 1),
        (2, 1000, date(2030, 12, 1), 2, 2),
        (13, 1000, date(2030, 12, 1), 8, 8),
    ],
)
def test_workers_are_started_where_they_save_time(
    policies: int, futures: int, until: date, cores: int, workers: int
):
    named = tuple(Policy(name=f"p{number}") for number in range(policies))
    study = Study(policies=named, futures=futures, until=until)
    assert suitable_workers(study, cores) == workers


@pytest.fixture
def start():
    """Starts a study far too large to finish, in a session of its own as a terminal gives it."""
    started: list[subprocess.Popen[str]] = []

    def begin(out: Path) -> subprocess.Popen[str]:
        process = begin_study(out)
        started.append(process)
        wait_for_a_shard(process, out)
        return process

    yield begin
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def begin_study(out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "experiments.cli", "run", "history", "no-controls"]
    sizes = ["--futures", "900000", "--block", "500", "--until", "2022-02", "--workers", "2"]
    return subprocess.Popen(
        [*command, *sizes, "--out", str(out)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for_a_shard(process: subprocess.Popen[str], out: Path) -> None:
    deadline = time.monotonic() + 300
    journal = out / "shards.jsonl"
    while not (journal.exists() and journal.stat().st_size):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        pytest.skip("needs /proc to find the worker processes")
    return [
        int(child)
        for child in children.read_text(encoding="ascii").split()
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8")
    ]


WAITING = """
import sys, time
from experiments.executors import processes
if __name__ == "__main__":
    try:
        with processes(2) as executor:
            executor.submit(int).result()
            time.sleep(1.0)
            print("ready", flush=True)
            time.sleep(60.0)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_idle_workers_leave_ctrl_c_to_their_parent(tmp_path: Path):
    script = tmp_path / "waiting.py"
    script.write_text(WAITING, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (130, "")


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path, start):
    process = start(tmp_path / "s")
    workers = workers_of(process)
    assert len(workers) == 2
    process.kill()
    process.communicate(timeout=60)  # their ends of the pipes close only as they end
    assert not [one for one in workers if alive(one)]


def alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and is not yet reaped does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def says_how_to_go_on(complaint: str, out: Path) -> None:
    assert complaint.count("\n") == 1
    assert f"of 1,800,000 futures are kept: finish with aigap run --resume {out}" in complaint
    for shard in out.rglob("*.parquet"):
        assert pq.read_table(shard).num_rows == 2 * 1000
    with pytest.raises(experiments.StoreError, match="unfinished"):
        load(out)
    store = Store.resume(out)
    assert 0 < len(store.missing()) < 2 * 900
    store.leave()


def test_ctrl_c_ends_in_one_line_that_says_how_to_go_on(tmp_path: Path, start):
    process = start(tmp_path / "s")
    os.killpg(process.pid, signal.SIGINT)
    output, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == ""
    assert "interrupted" in complaint
    says_how_to_go_on(complaint, tmp_path / "s")


def test_a_worker_that_dies_ends_in_one_line_that_says_how_to_go_on(tmp_path: Path, start):
    process = start(tmp_path / "s")
    os.kill(workers_of(process)[0], signal.SIGKILL)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "worker process died" in complaint
    says_how_to_go_on(complaint, tmp_path / "s")


def test_a_second_process_on_one_directory_is_refused(tmp_path: Path, start, capsys):
    process = start(tmp_path / "s")
    for command in (["--resume"], ["history", "--overwrite", "--out"]):
        assert status(["run", *command, str(tmp_path / "s")]) == 2
        complaint = capsys.readouterr().err
        assert f"process {process.pid} on " in complaint
        assert "is at work on this study" in complaint
    assert process.poll() is None


def test_a_dead_pool_is_a_run_error(tmp_path: Path, monkeypatch):
    def dead(*args) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr(runner, "simulate_as", dead)
    with pytest.raises(RunError, match="out of memory"):
        run(Study(policies=(HISTORY,), futures=2), tmp_path / "s")
    assert list(tmp_path.iterdir()) == []
