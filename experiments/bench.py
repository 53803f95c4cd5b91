"""How fast the whole world runs, as ratios measured in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from time import perf_counter

from model.policy import HISTORY
from model.world import World

_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Bench:
    """Times of the whole world over one horizon, in seconds: the best of a few runs each.

    Attributes:
        futures: in the block.
        until: the horizon.
        one: seconds for a single future.
        block: seconds for the block.
    """

    futures: int
    until: date
    one: float
    block: float

    @property
    def futures_per_second(self) -> float:
        """Throughput of one core, whole world, at this block size."""
        return self.futures / self.block

    @property
    def cost_ratio(self) -> float:
        """What the block costs, in units of what one future costs."""
        return self.block / self.one

    @property
    def speed_up(self) -> float:
        """Throughput of the block over that of futures run one at a time."""
        return self.futures * self.one / self.block


def bench(futures: int, until: date) -> Bench:
    """Time recorded history for one future and for a block of them, in turn."""
    _seconds(1, until)  # data are read and libraries warmed up once, outside the measurement
    pairs = [(_seconds(1, until), _seconds(futures, until)) for _ in range(_REPEATS)]
    one, block = (min(times) for times in zip(*pairs, strict=True))
    return Bench(futures, until, one, block)


def _seconds(futures: int, until: date) -> float:
    start = perf_counter()
    World(HISTORY, futures=futures).run_to(until)
    return perf_counter() - start
