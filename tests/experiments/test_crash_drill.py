"""The crash drill: a study killed at any moment ends, resumed, in the bytes of one left alone.

Once at every single step that changes the disk, one after another, without real processes; then
with real ones, killed outright at moments that a seed picks: the command, its workers, the workers
of a Dask cluster, its scheduler.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import runner
from experiments.chains import Chain
from experiments.cli import status
from experiments.executors import ClusterError, dask_cluster
from experiments.runner import Values, resume, run
from experiments.store import StoreError, load
from experiments.storing import Store
from experiments.study import Block, Study
from model.policy import HISTORY, Policy

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


# --- every step -------------------------------------------------------------------------------


class Killed(BaseException):
    """Ends the study as a kill does: nothing can be done to the disk any more."""


class Reaper:
    """Kills at a step of those that change files below a directory, and lets nothing happen after.

    It listens to the interpreter's own audit events, so no way of changing a file gets past it.
    """

    CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree")

    def __init__(self) -> None:
        self.below = ""
        self.fatal_step: int | None = None
        self.steps = 0
        sys.addaudithook(self._watch)

    def arm(self, below: Path, fatal_step: int) -> None:
        self.below, self.fatal_step, self.steps = str(below), fatal_step, 0

    def disarm(self) -> None:
        self.below = ""

    def _watch(self, event: str, details: tuple[Any, ...]) -> None:
        if not self.below or event not in (*self.CHANGES, "open"):
            return
        writes = event != "open" or bool(details[2] & (os.O_WRONLY | os.O_RDWR))
        if not writes or not str(details[0]).startswith(self.below):
            return
        self.steps += 1
        if self.fatal_step is not None and self.steps > self.fatal_step:
            raise Killed


@pytest.fixture(scope="module")
def reaper() -> Iterator[Reaper]:
    one = Reaper()
    yield one
    one.disarm()


STUDY = Study(  # of policies that share all of their past, so that both are in one task
    policies=(HISTORY, Policy(name="same")),
    futures=1001,
    until=date(2022, 9, 1),
    keep=("gap_months",),
    every=4,
)
ANOTHER = STUDY.model_copy(update={"seed": 2})


def quick(_: object, study: Study, chain: Chain, rows: object) -> list[tuple[Block, Values]]:
    """In place of a simulation: values that tell outcome, policy, future and seed."""
    parts = (part for block in chain.blocks for part in block.by_shard)
    return [(part, values_of(study, part)) for part in parts]


def values_of(study: Study, block: Block) -> Values:
    named = [policy.name for policy in study.policies].index(block.shard.policy)
    futures = np.arange(block.first_future, block.first_future + block.futures)
    values = np.arange(len(study.outcomes))[:, None, None] + 1e-4 * futures[:, None] + named
    values = values + 1e-6 * study.seed
    return np.repeat(values, len(study.months), axis=2)


def started(directory: Path) -> None:
    run(STUDY, directory, block=500)


def over_another(directory: Path) -> None:
    run(STUDY, directory, block=500, overwrite=True)


def over_an_unfinished_one(directory: Path) -> None:
    over_another(directory)


def taken_up(directory: Path) -> None:
    resume(directory)


def prepare(work: Callable[[Path], None], directory: Path) -> None:
    """What lies there before the study that is killed: of the same shards, where it is another."""
    if work is over_another:
        run(ANOTHER, directory)
    elif work is over_an_unfinished_one:
        store = Store(directory, ANOTHER)
        store.begin()
        for block in list(ANOTHER.blocks(1000))[:3]:
            store.write(block.shard, values_of(ANOTHER, block))
        store.leave()
    elif work is taken_up:
        run(STUDY, directory)
        next(directory.rglob("futures-00000-*")).write_bytes(b"corrupt")


@pytest.mark.parametrize("work", [started, over_another, over_an_unfinished_one, taken_up])
def test_killed_at_any_step_a_study_is_finished_to_the_same_bytes(
    work: Callable[[Path], None], tmp_path: Path, monkeypatch, reaper: Reaper
):
    monkeypatch.setattr(runner, "simulate_as", quick)
    run(STUDY, tmp_path / "undisturbed")
    run(ANOTHER, tmp_path / "another")
    whole, other = contents(tmp_path / "undisturbed"), contents(tmp_path / "another")
    step, killed = 0, True
    while killed:
        directory = tmp_path / f"{step}"
        prepare(work, directory)
        killed = died(reaper, directory, step, work)
        if (directory / "manifest.json").exists() and work is not taken_up:
            left = contents(directory)
            shards = {name: left[name] for name in left if "futures-" in name}
            assert shards.items() <= whole.items() or shards.items() <= other.items()
            load(directory)
        elif not (directory / "manifest.json").exists() and directory.exists():
            with pytest.raises(StoreError):
                load(directory)
        finish_after(directory)
        assert contents(directory) == whole, f"killed at step {step}"
        step += 1
    assert step > 15, "there are that many steps at least"


def finish_after(directory: Path) -> None:
    """What a user does next: resume; where nothing of this study is there, run it."""
    with suppress(StoreError):
        resume(directory)
    try:
        run(STUDY, directory)
    except StoreError:  # the study that was to be replaced is still there, whole
        run(STUDY, directory, overwrite=True)


def died(reaper: Reaper, directory: Path, step: int, work: Callable[[Path], None]) -> bool:
    reaper.arm(directory, step)
    try:
        work(directory)
    except Killed:
        return True
    finally:
        reaper.disarm()
    return False


SUMMARISED = Study(
    policies=(HISTORY, Policy(name="same")),
    futures=1001,
    until=date(2022, 2, 1),
    keep=("gap_oom",),
    summaries="history",
)


def summarised(directory: Path) -> None:
    run(SUMMARISED, directory)


def test_killed_at_any_step_a_study_of_summaries_is_finished_to_the_same_bytes(
    tmp_path: Path, monkeypatch, reaper: Reaper
):
    monkeypatch.setattr(runner, "simulate_as", quick)
    run(SUMMARISED, tmp_path / "undisturbed")
    whole = contents(tmp_path / "undisturbed")
    assert set(whole) == {"manifest.json", "results/summaries.parquet"}
    step, killed = 0, True
    while killed:
        directory = tmp_path / f"{step}"
        killed = died(reaper, directory, step, summarised)
        if step % 3 == 0 and (directory / "shards.jsonl").exists():  # and killed again
            died(reaper, directory, step // 2, taken_up)
        with suppress(StoreError):
            resume(directory)
        run(SUMMARISED, directory)
        assert contents(directory) == whole, f"killed at step {step}"
        step += 1
    assert step > 25, "there are that many steps at least"


@pytest.mark.parametrize("work", [started, taken_up])
def test_a_disk_full_at_any_write_ends_in_one_line_and_is_resumed(
    work: Callable[[Path], None], tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(runner, "simulate_as", quick)
    run(STUDY, tmp_path / "undisturbed")
    whole = contents(tmp_path / "undisturbed")
    fsync, step, failed = os.fsync, 0, True
    while failed:
        directory, left = tmp_path / f"{step}", [step]
        prepare(work, directory)

        def full(descriptor: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", full)
        complaint = refusal(directory, work)
        failed = bool(complaint)
        assert not failed or "No space left on device" in complaint
        monkeypatch.setattr(os, "fsync", fsync)
        assert not list(tmp_path.rglob("*.partial"))
        finish_after(directory)
        assert contents(directory) == whole, f"full at write {step}"
        step += 1
    assert step > 5


def refusal(directory: Path, work: Callable[[Path], None]) -> str:
    try:
        work(directory)
    except StoreError as error:
        return str(error)
    return ""


# --- real kills -------------------------------------------------------------------------------

SIZES = ["--until", "2022-02", "--block", "500", "--keep", "gap_months,compute_cn"]
ASKED = ["history", "no-controls", "--futures", "12000", *SIZES]
SHARDS = 24


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the study when nothing disturbs it."""
    out = tmp_path_factory.mktemp("undisturbed") / "study"
    assert status(["run", *ASKED, "--workers", "1", "--out", str(out)]) == 0
    return contents(out)


@dataclass
class Drill:
    """Runs the study and kills, again and again, at moments that a seed picks."""

    directory: Path
    chance: random.Random
    options: list[str]
    kept: dict[str, tuple[int, int]] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def go_on(self) -> subprocess.Popen[str]:
        """Start the study, or take it up where it was left."""
        lies_there = (self.directory / "study.json").exists()
        what = ["--resume", str(self.directory)] if lies_there else self._afresh()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "experiments.cli", "run", *what, *self.options],
            cwd=ROOT,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        return self.process

    def wait_for_a_moment(self) -> None:
        """Some shards further on, or while it still begins; or at its end if that comes first."""
        assert self.process is not None
        wanted = len(self.entered()) + self.chance.choice([0, 1, 1, 2, 3])
        give_up = time.monotonic() + PATIENCE
        while len(self.entered()) < wanted and self.process.poll() is None:
            assert time.monotonic() < give_up
            time.sleep(0.005)
        time.sleep(self.chance.uniform(0.0, 0.2))

    def end(self) -> None:
        """Kill the command and its workers outright, and wait for the last of them."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate(timeout=PATIENCE)

    def entered(self) -> list[str]:
        """The shards that the journal holds."""
        try:
            text = (self.directory / "shards.jsonl").read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [json.loads(line)["path"] for line in text.splitlines(keepends=True) if "\n" in line]

    def nothing_was_lost(self) -> None:
        """Every shard that was ever entered is still the very file that it was."""
        for name, identity in self.kept.items():
            assert self._identity(name) == identity, f"{name} was simulated twice"
        self.kept |= {name: self._identity(name) for name in self.entered()}

    def finish(self, whole: dict[str, bytes]) -> None:
        """Let it run to its end, and hold what it stored against the study left alone."""
        process = self.go_on()
        _, complaint = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, complaint
        self.nothing_was_lost()
        assert contents(self.directory) == whole

    def _afresh(self) -> list[str]:
        return [*ASKED, "--out", str(self.directory)]

    def _identity(self, name: str) -> tuple[int, int]:
        state = (self.directory / name).stat()
        return state.st_ino, state.st_mtime_ns


def children(process: subprocess.Popen[str]) -> list[int]:
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not path.exists():
        return []
    return [
        int(child)
        for child in path.read_text(encoding="ascii").split()
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_command_or_a_worker_killed_at_random_moments(
    tmp_path: Path, whole: dict[str, bytes], seed: int
):
    chance = random.Random(seed)
    drill = Drill(tmp_path / "study", chance, ["--workers", "2"])
    try:
        for number in range(8):
            process = drill.go_on()
            drill.wait_for_a_moment()
            workers = children(process) if number % 4 == 3 else []
            if workers:
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(workers), signal.SIGKILL)
                process.wait(PATIENCE)
            elif number % 2:
                process.kill()  # the parent alone: its workers have to end by themselves
                process.communicate(timeout=PATIENCE)
            drill.end()
            if (drill.directory / "manifest.json").exists():
                assert contents(drill.directory) == whole
                drill = Drill(tmp_path / f"study-{number}", chance, drill.options)
            else:
                drill.nothing_was_lost()
        drill.finish(whole)
    finally:
        drill.end()


@dataclass
class Cluster:
    """A Dask scheduler and two workers, each a process of its own."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def start(self) -> None:
        about = self.folder / "scheduler.json"
        about.unlink(missing_ok=True)
        where = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self._begin("dask_scheduler", *where, "--scheduler-file", str(about))
        give_up = time.monotonic() + PATIENCE
        while not self.address:
            assert time.monotonic() < give_up
            time.sleep(0.05)
            with suppress(FileNotFoundError, ValueError):
                self.address = json.loads(about.read_text(encoding="utf-8"))["address"]
        self.add_worker()
        self.add_worker()

    def add_worker(self) -> None:
        lean = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        self._begin("dask_worker", self.address, *lean, "--local-directory", str(self.folder))

    def lose_a_worker(self) -> None:
        self._end(self.processes[1])

    def lose_the_scheduler(self) -> None:
        self._end(self.processes[0])

    def end(self) -> None:
        for process in list(self.processes):
            self._end(process)

    def _begin(self, role: str, *options: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{role}", *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes.append(subprocess.Popen(command, cwd=ROOT, **quiet))  # type: ignore[call-overload]

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        self.processes.remove(process)
        process.kill()
        process.wait(PATIENCE)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    one = Cluster(tmp_path)
    try:
        one.start()
        yield one
    finally:
        one.end()


@pytest.mark.slow
def test_on_a_dask_cluster_workers_and_the_command_are_killed_at_random_moments(
    tmp_path: Path, whole: dict[str, bytes], cluster: Cluster
):
    chance = random.Random(3)
    drill = Drill(tmp_path / "study", chance, ["--dask", cluster.address, "--workers", "2"])
    try:
        for number in range(6):
            process = drill.go_on()
            drill.wait_for_a_moment()
            if number % 2:
                cluster.lose_a_worker()
                cluster.add_worker()
                drill.wait_for_a_moment()
                assert process.poll() in (None, 0), "a lost worker ends nothing"
            drill.end()
            if (drill.directory / "manifest.json").exists():
                assert contents(drill.directory) == whole
                drill = Drill(tmp_path / f"study-{number}", chance, drill.options)
            else:
                drill.nothing_was_lost()
        drill.finish(whole)
        fresh = Drill(tmp_path / "scheduler", chance, drill.options)
        process = fresh.go_on()
        fresh.wait_for_a_moment()
        cluster.lose_the_scheduler()
        _, complaint = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1
        assert complaint.count("\n") == 1
        assert "the Dask scheduler was lost" in complaint
        fresh.nothing_was_lost()
        fresh.options = ["--workers", "2"]
        fresh.finish(whole)
    finally:
        drill.end()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "http://x", "tcp://x:y"])
def test_an_address_without_a_cluster_is_refused(address: str, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr("experiments.executors._SECONDS_TO_ANSWER", 1)
    arguments = ["run", "history", "--dask", address, "--out", str(tmp_path / "out")]
    assert status(arguments) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert f"--dask {address}: no Dask scheduler answers there" in complaint
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_dask_is_asked_for_in_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'aigap\[dask\]'"), dask_cluster("tcp://x"):
        pass
