"""Runs a study: policies x blocks of futures, on this machine's cores or any other executor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.designs import Rows
from experiments.executors import RunError, processes
from experiments.manifest import Origin, origin
from experiments.storing import Store
from experiments.study import FUTURES_PER_SHARD, Block, Shard, Study, cut
from model.world import World

# Blocks handed out per worker: one under way and one waiting, so that none is idle.
_BLOCKS_PER_WORKER = 2
# With so many shards per worker, an uneven end costs less than smaller blocks would.
_SHARDS_ENOUGH = 6

Values = NDArray[np.float64]


def run(
    study: Study,
    directory: Path,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    block: int | None = None,
    overwrite: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> bool:
    """Run a study and store it; if it is cut short, what is whole stays, to be resumed.

    Args:
        study: policies, futures, horizon and seed.
        directory: where to.
        workers: processes; 1 runs in this one.
        executor: does the work in place of such processes; ``workers`` is how many it has.
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
    store = Store(directory, study)
    if not store.begin(overwrite=overwrite):
        return False
    _complete(store, workers, executor, block, advance)
    return True


def resume(
    directory: Path,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    block: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> bool:
    """Finish a study that was cut short, to the same bytes as if it had not been.

    In a finished study, what has become corrupt or got lost since is simulated again.

    Args:
        directory: of the study, which says all that it is.
        workers: as for ``run``, as are the others; they need not be what they were.
        executor: does the work in place of processes.
        block: futures simulated together.
        advance: told the number of futures done.

    Returns:
        False if there was nothing to do.

    Raises:
        StoreError, RunError: as for ``run``; also if the study is of another model.
    """
    store = Store.resume(directory)
    if store.is_finished:
        store.leave()
        return False
    _complete(store, workers, executor, block, advance)
    return True


def suitable_block(study: Study, workers: int) -> int:
    """A block size that is cheap for each future and leaves no worker idle at the end.

    A block of a whole shard costs least for each future.  Halves cost a little more, and pay
    where whole shards would not come out even among the workers.
    """
    shards = sum(1 for _ in study.shards())
    even = shards % workers == 0 or shards >= _SHARDS_ENOUGH * workers
    return FUTURES_PER_SHARD if even else FUTURES_PER_SHARD // 2


def simulate(study: Study, block: Block, rows: Rows) -> Values:
    """The outcomes of one block; ``rows`` is what the study's design gives to its futures.

    Returns:
        ``(outcomes, futures, months)``, those that the study keeps.
    """
    world = World(
        study.policy(block.shard.policy),
        futures=block.futures,
        seed=study.seed,
        first_future=block.first_future,
        numbers=rows.numbers,
        products=study.products,
        fixed=rows.fixed,
        sharing=rows.sharing,
    )
    world.run_to(study.until)
    kept = study.month_indices
    return np.stack([world.record.values(name)[kept].T for name in study.outcomes])


def simulate_as(expected: Origin, study: Study, block: Block, rows: Rows) -> Values:
    """The outcomes of one block, by the very model that the study is run with.

    Raises:
        RunError: if the worker that this runs in has another.
    """
    here = origin()
    if not here.makes_the_same_as(expected):
        raise RunError(
            f"a worker has another model or other packages ({here.differences(expected)})"
        )
    return simulate(study, block, rows)


def _complete(
    store: Store,
    workers: int,
    executor: Executor | None,
    block: int | None,
    advance: Callable[[int], None],
) -> None:
    """Simulate and store what a study lacks, and finish it."""
    size = block or suitable_block(store.study, workers)
    missing = store.missing()
    count = max(1, min(workers, sum(1 for _ in cut(missing, size))))
    try:
        with nullcontext(executor) if executor else processes(count) as hands:
            in_flight = 1 if workers == 1 and not executor else count * _BLOCKS_PER_WORKER
            blocks = cut(missing, size)
            for shard, values in _whole_shards(store.study, blocks, hands, in_flight, advance):
                store.write(shard, values)
        store.finish()
    except BrokenProcessPool:
        store.leave()
        raise RunError("a worker process died (out of memory?)") from None
    except BaseException:
        store.leave()
        raise


def _whole_shards(
    study: Study,
    blocks: Iterator[Block],
    executor: Executor,
    in_flight: int,
    advance: Callable[[int], None],
) -> Iterator[tuple[Shard, Values]]:
    """Shards with their values, as soon as all of a shard's blocks are there."""
    gathered: dict[Shard, dict[int, Values]] = {}
    for block, values in _simulated(study, blocks, executor, in_flight):
        parts = gathered.setdefault(block.shard, {})
        parts[block.first_future] = values
        advance(block.futures)
        if sum(part.shape[1] for part in parts.values()) == block.shard.futures:
            del gathered[block.shard]
            yield block.shard, np.concatenate([parts[first] for first in sorted(parts)], axis=1)


def _simulated(
    study: Study, blocks: Iterator[Block], executor: Executor, in_flight: int
) -> Iterator[tuple[Block, Values]]:
    """Blocks with their values, in the order of their completion, few at a time."""
    waiting: dict[Future[Values], Block] = {}

    def hand_out(count: int) -> None:
        for block in islice(blocks, count):
            rows = study.rows(block.first_future, block.futures)
            waiting[executor.submit(simulate_as, origin(), study, block, rows)] = block

    hand_out(in_flight)
    while waiting:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            block, values = waiting.pop(future), future.result()
            hand_out(1)
            yield block, values
