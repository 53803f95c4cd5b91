"""Readings of dated patterns in futures of the prior, by their numbers, under recorded history."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256

import numpy as np

from agents.arrays import Floats, Ints
from experiments.ensembles import Head
from experiments.executors import RunError, processes
from model.evidence import Evidence, as_data, evidence
from model.patterns import Past, Pattern
from model.world import World

BLOCK = 1000
# Blocks under way for each worker: one being lived and one waiting.
_BLOCKS_PER_WORKER = 2


def read_prior(
    patterns: Sequence[Pattern],
    seed: int,
    numbers: Ints,
    workers: int = 1,
    block: int = BLOCK,
    advance: Callable[[int], None] = lambda _: None,
) -> Floats:
    """Readings of patterns in prior futures under recorded history, ``(patterns, futures)``.

    Raises:
        RunError: if a worker process dies.
    """
    parts = [numbers[first : first + block] for first in range(0, numbers.size, block)]
    readings = []
    for values in _lived(patterns, seed, parts, min(workers, len(parts))):
        readings.append(values)
        advance(values.shape[1])
    return np.concatenate(readings, axis=1)


def read_block(patterns: Sequence[Pattern], seed: int, numbers: Ints) -> Floats:
    """The readings of one block of futures, lived to the last month that a pattern asks for."""
    world = World(seed=seed, numbers=numbers)
    world.run_to(max(pattern.reading.last for pattern in patterns))
    past = Past(world.record)
    return np.stack([pattern.reading.of(past) for pattern in patterns])


def checked_again(head: Head, numbers: Ints) -> bool:
    """Whether the first futures of a list still live as they did when they were weighed."""
    patterns = [seen.pattern for seen in evidence() if seen.pattern.id in head.checked]
    first = numbers[: len(next(iter(head.checked.values())))]
    again = read_block(patterns, head.seed, first)
    before = np.stack([np.array(head.checked[pattern.id]) for pattern in patterns])
    return np.allclose(again, before, rtol=1e-6, atol=1e-9, equal_nan=True)


def digest_of(used: Sequence[Evidence]) -> str:
    """Digest of all that weights depend on besides the futures themselves."""
    return sha256(json.dumps(as_data(used), sort_keys=True).encode()).hexdigest()


def _lived(
    patterns: Sequence[Pattern], seed: int, parts: Sequence[Ints], workers: int
) -> Iterator[Floats]:
    """Blocks in order, a few of them under way at a time."""
    try:
        with processes(workers) as hands:
            waiting = []
            for part in parts:
                waiting.append(hands.submit(read_block, patterns, seed, part))
                if len(waiting) > _BLOCKS_PER_WORKER * workers:
                    yield waiting.pop(0).result()
            for done in waiting:
                yield done.result()
    except BrokenProcessPool:
        raise RunError("a worker process died (out of memory?)") from None
