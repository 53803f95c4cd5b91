"""What one worker does at a time: a block of futures under one policy, or under several.

Policies whose worlds are one for years live those years once, in a trunk; each then leaves it at
its own month.  How policies are put together changes what a study costs, never a result.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heapreplace
from itertools import groupby

import numpy as np

from experiments.study import Block, Shard, Study, cut
from model.common_past import WARNINGS, common_months

# A world is copied in about the time that it lives two months in (1,000 futures); a common past has
# to save more than that, and more than what tasks of uneven length may lose.
_MONTHS_TO_COPY = 2
_LEAST_COMMON_MONTHS = 6
# What a task may bring back at once, uncompressed, lest workers and their parent fill the memory.
_MOST_BYTES = 500_000_000
# Of a past that takes half of the time most is saved by then; more would put more at stake at once.
_MOST_POLICIES = 6
# With so many tasks for each worker, an uneven end is no matter.
_TASKS_ENOUGH = 32


@dataclass(frozen=True, slots=True)
class Branch:
    """A block that leaves the trunk of its chain at the beginning of a month."""

    month: int
    block: Block


@dataclass(frozen=True, slots=True)
class Chain:
    """The same futures under one policy or several, simulated by one worker in one go.

    Attributes:
        trunk: lived from the start to the end.
        branches: those that leave it, in order of their months.
    """

    trunk: Block
    branches: tuple[Branch, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All that it holds, the trunk first."""
        return (self.trunk, *(branch.block for branch in self.branches))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which policies leave which trunk, and when: names, and months from the start."""

    trunk: str
    leaving: tuple[tuple[int, str], ...]

    def months(self, last: int) -> int:
        """Months that are lived to do it, copies included."""
        return last + sum(max(0, last - month) + _MONTHS_TO_COPY for month, _ in self.leaving)


class Chains:
    """Puts the pieces of a study together.

    Args:
        study: the study.
        size: futures simulated together, at most.
        workers: how many share the work.
    """

    def __init__(self, study: Study, size: int, workers: int) -> None:
        self._study = study
        self._size = size
        self._workers = workers
        self._last = study.month_indices[-1]
        self._common: dict[tuple[str, str], float] = {}

    def of(self, shards: Iterable[Shard]) -> Iterator[Chain]:
        """The chains that make up some shards of the study; few shards are under way at a time."""
        found = list(self._blocks_by_policy(shards))
        alike = Counter(tuple(blocks) for blocks in found)
        plans = {policies: self._best(policies, copies) for policies, copies in alike.items()}
        for blocks in found:
            for plan in plans[tuple(blocks)]:
                branches = (Branch(month, blocks[name]) for month, name in plan.leaving)
                yield Chain(blocks[plan.trunk], tuple(branches))

    def _blocks_by_policy(self, shards: Iterable[Shard]) -> Iterator[dict[str, Block]]:
        """For each block of futures, the same futures under every policy that lacks them."""
        ranges: dict[tuple[int, int], list[Shard]] = defaultdict(list)
        for shard in shards:
            ranges[shard.first_future, shard.futures].append(shard)
        for policies, alike in groupby(ranges.values(), key=_policies):
            by_policy = zip(*alike, strict=True)
            for blocks in zip(*(cut(own, self._size) for own in by_policy), strict=True):
                yield dict(zip(policies, blocks, strict=True))

    def _best(self, policies: Sequence[str], copies: int) -> list[_Plan]:
        """The plans that are done soonest, the longest first.

        Long chains save most; short ones keep more workers busy where there are few tasks.
        """
        study = self._study
        futures = min(self._size, study.futures)
        bytes_each = 8 * len(study.outcomes) * len(study.month_indices) * futures
        most = max(1, min(len(policies), _MOST_POLICIES, _MOST_BYTES // bytes_each))
        tried = [self._planned(policies, length) for length in range(1, most + 1)]
        return min(tried, key=lambda plans: self._months_until_done(plans, copies))

    def _planned(self, policies: Sequence[str], length: int) -> list[_Plan]:
        """Policies gathered around trunks, at most so many together."""
        plans, left = [], list(policies)
        while left:
            trunk, *others = left
            near = sorted(
                (month, name)
                for name in (others if length > 1 else [])
                if (month := self._common_months(trunk, name)) >= _LEAST_COMMON_MONTHS
            )
            # Those that leave last save most.
            leaving = near[max(0, len(near) - length + 1) :]
            plans.append(_Plan(trunk, tuple(leaving)))
            taken = {name for _, name in leaving}
            left = [name for name in others if name not in taken]
        return sorted(plans, key=lambda plan: -plan.months(self._last))

    def _months_until_done(self, plans: Sequence[_Plan], copies: int) -> float:
        """Months lived by the worker that ends last, each taking the longest task that is left."""
        costs = [plan.months(self._last) for plan in plans for _ in range(copies)]
        if len(costs) > _TASKS_ENOUGH * self._workers:
            return sum(costs) / self._workers
        busy = [0.0] * self._workers
        heapify(busy)
        for cost in sorted(costs, reverse=True):
            heapreplace(busy, busy[0] + cost)
        return max(busy)

    def _common_months(self, one: str, other: str) -> int:
        """Months from the start that the worlds of two policies have in common, in the horizon."""
        if (one, other) not in self._common:
            self._common[one, other] = common_months(
                self._study.policy(one),
                self._study.policy(other),
                products=self._study.products,
                warnings=self._warnings,
            )
        return int(min(self._common[one, other], self._last))

    @cached_property
    def _warnings(self) -> dict[str, float]:
        """How long before they bind rules are acted on, where the study's design says so."""
        fixed = self._study.rows(0, 1).fixed
        return {name: float(np.max(fixed[name])) for name in WARNINGS if name in fixed}


def _policies(shards: Iterable[Shard]) -> tuple[str, ...]:
    return tuple(shard.policy for shard in shards)
