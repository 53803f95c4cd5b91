"""Runs a study: policies x blocks of futures, on this machine's cores or any other executor."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.designer import Products
from experiments.designs import Rows
from experiments.store import Store
from experiments.study import FUTURES_PER_SHARD, Block, Shard, Study
from model.outcomes import OUTCOMES
from model.policy import Policy
from model.world import World

# Blocks handed out per worker: one under way and one waiting, so that none is idle.
_BLOCKS_PER_WORKER = 2
# With so many shards per worker, an uneven end costs less than smaller blocks would.
_SHARDS_ENOUGH = 6

Values = NDArray[np.float64]


class RunError(RuntimeError):
    """A study that could not be run to its end for no fault of its own."""


class InProcess(Executor):
    """An executor that does each task at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do the task; its result or exception is in the future returned."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def run(
    study: Study,
    directory: Path,
    *,
    workers: int = 1,
    block: int | None = None,
    overwrite: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> bool:
    """Run a study and store it; whatever goes wrong, nothing half-written is left.

    Args:
        study: policies, futures, horizon and seed.
        directory: where to.
        workers: processes; 1 runs in this one.
        block: futures simulated together (at most a shard's 1,000; by default what suits the
            study); it changes speed and memory, never a result.
        overwrite: replace a study that lies in the directory.
        advance: told the number of futures done, each time some are.

    Returns:
        False if the very same study was there already.

    Raises:
        StoreError: before any simulation if the directory is unfit; later if a disk fills up.
        RunError: if a worker process dies.
    """
    size = block or suitable_block(study, workers)
    store = Store(directory, study)
    if not store.begin(overwrite=overwrite):
        return False
    try:
        with processes(workers) as executor:
            in_flight = 1 if workers == 1 else workers * _BLOCKS_PER_WORKER
            for shard, values in _whole_shards(study, executor, size, in_flight, advance):
                store.write(shard, values)
        store.finish()
    except BrokenProcessPool:
        store.discard()
        raise RunError("a worker process died (out of memory?); nothing was stored") from None
    except BaseException:
        store.discard()
        raise
    return True


def suitable_block(study: Study, workers: int) -> int:
    """A block size that is cheap for each future and leaves no worker idle at the end.

    A block of a whole shard costs least for each future.  Halves cost a little more, and pay
    where whole shards would not come out even among the workers.
    """
    shards = sum(1 for _ in study.shards())
    even = shards % workers == 0 or shards >= _SHARDS_ENOUGH * workers
    return FUTURES_PER_SHARD if even else FUTURES_PER_SHARD // 2


def simulate(
    policy: Policy,
    until: date,
    seed: int,
    first_future: int,
    futures: int,
    products: Products = "recorded",
    rows: Rows | None = None,
) -> Values:
    """The outcomes of one block; ``rows`` is what the study's design gives to its futures.

    Returns:
        ``(outcomes, futures, months)``, outcomes in the registry's order.
    """
    rows = rows or Rows()
    world = World(
        policy,
        futures=futures,
        seed=seed,
        first_future=first_future,
        products=products,
        fixed=rows.fixed,
        sharing=rows.sharing,
    )
    world.run_to(until)
    return np.stack([world.record.values(name).T for name in OUTCOMES])


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """An executor of so many processes, each ready to simulate; this process itself for one."""
    if workers == 1:
        yield InProcess()
        return
    spawning = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, spawning, initializer=_end_with_parent)
    try:
        with _interrupts_ignored():
            for _ in range(workers):
                executor.submit(os.getpid)
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _whole_shards(
    study: Study,
    executor: Executor,
    size: int,
    in_flight: int,
    advance: Callable[[int], None],
) -> Iterator[tuple[Shard, Values]]:
    """Shards with their values, as soon as all of a shard's blocks are there."""
    gathered: dict[Shard, dict[int, Values]] = {}
    for block, values in _simulated(study, executor, size, in_flight):
        parts = gathered.setdefault(block.shard, {})
        parts[block.first_future] = values
        advance(block.futures)
        if sum(part.shape[1] for part in parts.values()) == block.shard.futures:
            del gathered[block.shard]
            yield block.shard, np.concatenate([parts[first] for first in sorted(parts)], axis=1)


def _simulated(
    study: Study, executor: Executor, size: int, in_flight: int
) -> Iterator[tuple[Block, Values]]:
    """Blocks with their values, in the order of their completion, few at a time."""
    policies = {policy.name: policy for policy in study.policies}
    kept = [name in study.outcomes for name in OUTCOMES]
    blocks = study.blocks(size)
    waiting: dict[Future[Values], Block] = {}

    def hand_out(count: int) -> None:
        for block in islice(blocks, count):
            policy = policies[block.shard.policy]
            task = (policy, study.until, study.seed, block.first_future, block.futures)
            rows = study.rows(block.first_future, block.futures)
            waiting[executor.submit(simulate, *task, study.products, rows)] = block

    hand_out(in_flight)
    while waiting:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            block, values = waiting.pop(future), future.result()[kept]
            hand_out(1)
            yield block, values


def _end_with_parent() -> None:
    """In a worker: end as soon as the parent has, however that died, lest it wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes started within inherit a deaf ear for Ctrl-C, which is the parent's to answer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
