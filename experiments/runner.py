"""Runs a study: policies x blocks of futures, on this machine's cores or any other executor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from itertools import islice
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.chains import Chain, Chains
from experiments.designs import Rows
from experiments.executors import RunError, memory_of_machine, processes
from experiments.manifest import Origin, origin
from experiments.parquet import ShardFile
from experiments.storing import Store
from experiments.study import FUTURES_PER_SHARD, Block, Shard, Study, cut
from model.world import World

# Chains handed out per worker: one under way and one waiting, so that none is idle.
_CHAINS_PER_WORKER = 2
# What a month of a block costs whatever its size, in units of what 1,000 futures in it cost too.
_COST_OF_A_BLOCK = 0.6
# What it costs to start worker processes, in the same units.
_COST_OF_WORKERS = 45.0
_MOST_PARTS = 8
# More save little.
_MOST_SHARDS_TOGETHER = 2
# What the worlds of 1,000 futures to 2030 take in a worker: a trunk, a branch, and their outcomes.
_BYTES_OF_A_SHARD = 1.25e9
# Of the machine's memory, what workers may fill.
_SHARE_OF_MEMORY = 0.5

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
        block: futures simulated together (of those above 1,000 whole shards of 1,000; by default
            what suits the study); it changes speed and memory, never a result.
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


def suitable_block(study: Study, workers: int, memory: float = 0.0) -> int:
    """A block size that is cheap for each future and leaves no worker idle for long.

    The larger a block, the less it costs for each future; parts of shards pay only where there are
    fewer shards than workers.

    Args:
        study: whose futures are simulated.
        workers: how many share the work.
        memory: bytes that all of them may fill; it takes much to have several shards in a block.
    """
    most = min(_MOST_SHARDS_TOGETHER, int(memory / workers / _BYTES_OF_A_SHARD))
    shards = ceil(study.futures / FUTURES_PER_SHARD)  # of each policy
    parts = range(1, _MOST_PARTS + 1)
    together = range(2, most + 1)
    tasks = {ceil(FUTURES_PER_SHARD / count): shards * count for count in parts}
    tasks |= {FUTURES_PER_SHARD * count: ceil(shards / count) for count in together}

    def done_after(size: int) -> float:
        rounds = ceil(len(study.policies) * tasks[size] / workers)
        return rounds * (_COST_OF_A_BLOCK + size / FUTURES_PER_SHARD)

    return min(tasks, key=done_after)


def suitable_workers(study: Study, cores: int) -> int:
    """As many as there are cores, or one where starting more takes longer than they would save."""
    costs = [
        _COST_OF_A_BLOCK + block.futures / FUTURES_PER_SHARD
        for block in study.blocks(suitable_block(study, cores))
    ]
    alone = sum(costs) * study.month_indices[-1]
    together = _COST_OF_WORKERS + alone / min(cores, len(costs))
    return cores if together < alone else 1


def simulate(study: Study, chain: Chain, rows: Rows) -> Iterator[tuple[Block, Values]]:
    """Live the blocks of a chain; ``rows`` is what the study's design gives to its futures.

    Yields:
        Each block as soon as it is at its end, the trunk last, with the outcomes that the study
        keeps, ``(outcomes, futures, months)``.
    """
    trunk = World(
        study.policy(chain.trunk.policy),
        futures=chain.trunk.futures,
        seed=study.seed,
        first_future=chain.trunk.first_future,
        numbers=rows.numbers,
        products=study.products,
        fixed=rows.fixed,
        sharing=rows.sharing,
    )
    last = study.month_indices[-1]
    for branch in chain.branches:
        trunk.run_to(trunk.calendar.month(branch.month))
        # One that never leaves within the horizon is the trunk to its end.
        twin = trunk.branch(study.policy(branch.block.policy)) if branch.month < last else trunk
        yield branch.block, _lived(study, twin)
    yield chain.trunk, _lived(study, trunk)


def _lived(study: Study, world: World) -> Values:
    """What a study keeps of a world, which lives to the end for it."""
    world.run_to(study.until)
    kept = study.month_indices
    values = np.empty((len(study.outcomes), world.futures, len(kept)))
    for at, name in enumerate(study.outcomes):
        values[at] = world.record.values(name)[kept].T
    return values


def simulate_as(
    expected: Origin, study: Study, chain: Chain, rows: Rows
) -> list[tuple[Block, Values | ShardFile]]:
    """Live the blocks of a chain by the very model that the study is run with.

    Returns:
        Blocks within one shard, in any order, each with its file where it is a whole shard, so that
        workers share the work of encoding; otherwise with its outcomes, ``(outcomes, futures,
        months)``.

    Raises:
        RunError: if the worker that this runs in has another model.
    """
    here = origin()
    if not here.makes_the_same_as(expected):
        raise RunError(
            f"a worker has another model or other packages ({here.differences(expected)})"
        )
    found: list[tuple[Block, Values | ShardFile]] = []
    for block, values in simulate(study, chain, rows):
        firsts = [part.first_future - block.first_future for part in block.by_shard]
        for part, own in zip(block.by_shard, np.split(values, firsts[1:], axis=1), strict=True):
            whole = part.is_whole_shard
            found.append((part, ShardFile.of(study, part.shard, own) if whole else own))
    return found


def _complete(
    store: Store,
    workers: int,
    executor: Executor | None,
    block: int | None,
    advance: Callable[[int], None],
) -> None:
    """Simulate and store what a study lacks, and finish it."""
    # Of the machines of a cluster nothing is known.
    memory = 0.0 if executor else _SHARE_OF_MEMORY * memory_of_machine()
    size = block or suitable_block(store.study, workers, memory)
    missing = store.missing()
    count = max(1, min(workers, sum(1 for _ in cut(missing, size))))
    chains = Chains(store.study, size, workers).of(missing)
    try:
        with nullcontext(executor) if executor else processes(count) as hands:
            in_flight = 1 if workers == 1 and not executor else count * _CHAINS_PER_WORKER
            for file in _whole_shards(store.study, chains, hands, in_flight, advance):
                store.keep(file)
        store.finish()
    except BrokenProcessPool:
        store.leave()
        raise RunError("a worker process died (out of memory?)") from None
    except BaseException:
        store.leave()
        raise


def _whole_shards(
    study: Study,
    chains: Iterator[Chain],
    executor: Executor,
    in_flight: int,
    advance: Callable[[int], None],
) -> Iterator[ShardFile]:
    """The files of shards, as soon as all of a shard's blocks are there."""
    gathered: dict[Shard, dict[int, Values]] = {}
    for block, found in _simulated(study, chains, executor, in_flight):
        advance(block.futures)
        if isinstance(found, ShardFile):
            yield found
            continue
        parts = gathered.setdefault(block.shard, {})
        parts[block.first_future] = found
        if sum(part.shape[1] for part in parts.values()) == block.shard.futures:
            del gathered[block.shard]
            values = np.concatenate([parts[first] for first in sorted(parts)], axis=1)
            yield ShardFile.of(study, block.shard, values)


def _simulated(
    study: Study, chains: Iterator[Chain], executor: Executor, in_flight: int
) -> Iterator[tuple[Block, Values | ShardFile]]:
    """Blocks with what came of them, in the order of their completion, few chains at a time."""
    waiting: set[Future[list[tuple[Block, Values | ShardFile]]]] = set()

    def hand_out(count: int) -> None:
        for chain in islice(chains, count):
            rows = study.rows(chain.trunk.first_future, chain.trunk.futures)
            waiting.add(executor.submit(simulate_as, origin(), study, chain, rows))

    hand_out(in_flight)
    while waiting:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            waiting.remove(future)
            blocks = future.result()
            hand_out(1)
            yield from blocks
