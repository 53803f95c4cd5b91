"""Why a gap changes: groups of mechanisms switched off in forked worlds, Shapley values over them.

A world lives to a first date and is forked there once for each subset of the groups.  In a fork the
groups outside the subset stand still from that date on (``agents/mechanisms.py`` says what that
means for each).  All forks meet the same luck, so that what a group is worth is known future by
future.  With everything on, a fork is the world that never forked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from agents.arrays import Floats
from agents.mechanisms import Mechanism
from agents.records import Region
from agents.released_models import PARTS
from experiments.ensembles import PRIOR, Ensemble
from experiments.executors import RunError, processes
from experiments.shapley import joining_first, joining_last, shapley_values
from experiments.study import FUTURES_PER_SHARD
from model import measures
from model.calendar import Calendar
from model.policy import Policy
from model.world import World

Side = Literal["CN", "US", "both"]
REGIONS_OF: Mapping[Side, tuple[Region, ...]] = {"CN": ("CN",), "US": ("US",), "both": ("US", "CN")}
GROUPS: tuple[Mechanism, ...] = tuple(Mechanism)
_FRONTIERS: tuple[Region, ...] = ("US", "CN")


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained: the change of the gap from one date to another under a policy."""

    policy: Policy
    start: date
    end: date
    side: Side = "CN"
    futures: int = 200
    seed: int = 1
    ensemble: Ensemble = PRIOR

    @property
    def months(self) -> float:
        """Time between the dates."""
        calendar = Calendar()
        return calendar.months(self.end) - calendar.months(self.start)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read off worlds at a moment; worlds (subsets) along the first axis.

    Attributes:
        months: the capability gap, missing where it lies beyond the record.
        beyond: +1 where it is longer than the record, -1 where a lead is, 0 otherwise.
        levels: frontiers of the US and of China, OOM, ``(worlds, 2, futures)``.
        parts: what these frontiers are made of, OOM, ``(worlds, 2, parts, futures)``.
    """

    months: Floats
    beyond: Floats
    levels: Floats
    parts: Floats

    @property
    def oom(self) -> Floats:
        """The gap in orders of magnitude, ``(worlds, futures)``."""
        return self.levels[:, 0] - self.levels[:, 1]


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the change of the gap, one value per future; negative where it narrows the gap.

    Attributes:
        name: the group, or what else moved the gap.
        change: its part; the steps of an account add up to the change.
        first: what the group does when it alone is on; missing for a step that is no group.
        last: what it does when all others are on already.
    """

    name: str
    change: Floats
    first: Floats | None = None
    last: Floats | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The gap before, what moved it, and the gap after, over the futures in which all is known.

    Attributes:
        measure: column in the registry of outcomes.
        unit: of every figure.
        before: the gap at the first date, ``(futures known,)``.
        base: what moves it with every group switched off.
        groups: what each group adds to that.
        after: the gap at the second date.
        beyond: futures left out as a gap in one of the worlds is longer than the record.
        ahead: futures left out for other gaps unknown: a lead longer than the record.
    """

    measure: str
    unit: str
    before: Floats
    base: tuple[Step, ...]
    groups: tuple[Step, ...]
    after: Floats
    beyond: int
    ahead: int

    @property
    def known(self) -> int:
        """Futures that the account rests on."""
        return len(self.before)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer: two accounts of the change, and what the distance is made of at each date."""

    question: Question
    in_months: Account
    in_oom: Account
    distance: tuple[Floats, Floats]


def explain(
    question: Question, *, workers: int = 1, advance: Callable[[int], None] = lambda _: None
) -> Explanation:
    """Live out every fork and account for the change of the gap.

    Args:
        question: what to explain.
        workers: processes; their number changes no figure.
        advance: told how many futures, over all forks, were just lived.

    Raises:
        RunError: if a worker process dies.
    """
    blocks = [_assembled(parts) for parts in _lived(question, workers, advance)]
    before = _side_by_side([block[0] for block in blocks])
    after = _side_by_side([block[1] for block in blocks])
    return Explanation(
        question,
        _account(question, before, after, "gap_months"),
        _account(question, before, after, "gap_oom"),
        (_distance(before, 0), _distance(after, -1)),
    )


def live_out(
    question: Question, first_future: int, futures: int, subsets: Sequence[int]
) -> tuple[Seen, Seen]:
    """One block of futures: at the fork, ``(1, futures)``, and at the end of each subset's fork."""
    world = World(
        question.policy,
        futures=futures,
        seed=question.seed,
        first_future=first_future,
        numbers=question.ensemble.numbers(first_future, futures),
    )
    world.run_to(question.start)
    return _see([world]), _see(_forks(world, question, subsets))


def _forks(world: World, question: Question, subsets: Sequence[int]) -> Iterator[World]:
    """Worlds lived to the end with the groups outside each subset switched off."""
    for subset in subsets:
        twin = world.fork(question.policy)
        for number, group in enumerate(GROUPS):
            if not subset >> number & 1:
                for region in REGIONS_OF[question.side]:
                    twin.switch_off(group, region)
        twin.run_to(question.end)
        yield twin


def _see(worlds: Sequence[World] | Iterator[World]) -> Seen:
    rows = [
        (
            measures.gap_months(world),
            measures.gap_censored(world),
            np.stack([world.knowledge.frontiers[region].level for region in _FRONTIERS]),
            np.stack([measures.frontier_parts(region)(world) for region in _FRONTIERS]),
        )
        for world in worlds
    ]
    months, beyond, levels, parts = (np.stack(column) for column in zip(*rows, strict=True))
    return Seen(months, beyond, np.where(np.isfinite(levels), levels, np.nan), parts)


# --- sharing out the work -------------------------------------------------------------------------


def _lived(
    question: Question, workers: int, advance: Callable[[int], None]
) -> list[dict[tuple[int, ...], tuple[Seen, Seen]]]:
    """What was seen, by block of futures and by the subsets that a task took."""
    subsets = range(2 ** len(GROUPS))
    shared = [tuple(subsets[number::workers]) for number in range(min(workers, len(subsets)))]
    firsts = range(0, question.futures, FUTURES_PER_SHARD)
    found: list[dict[tuple[int, ...], tuple[Seen, Seen]]] = [{} for _ in firsts]
    try:
        with processes(workers) as executor:
            waiting: dict[Future[tuple[Seen, Seen]], tuple[int, int, tuple[int, ...]]] = {}
            for block, first in enumerate(firsts):
                count = min(FUTURES_PER_SHARD, question.futures - first)
                for part in shared:
                    task = executor.submit(live_out, question, first, count, part)
                    waiting[task] = (block, count, part)
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for task in done:
                    block, count, part = waiting.pop(task)
                    found[block][part] = task.result()
                    advance(count * len(part))
    except BrokenProcessPool:
        raise RunError("a worker process died (out of memory?); nothing was explained") from None
    return found


def _assembled(parts: Mapping[tuple[int, ...], tuple[Seen, Seen]]) -> tuple[Seen, Seen]:
    """The forks of a block in the order of their subsets."""
    order = np.argsort([subset for subsets in parts for subset in subsets])
    ends = [after for _, after in parts.values()]

    def rows(read: Callable[[Seen], Floats]) -> Floats:
        return np.concatenate([read(end) for end in ends])[order]

    before = next(iter(parts.values()))[0]
    return before, Seen(
        rows(lambda end: end.months),
        rows(lambda end: end.beyond),
        rows(lambda end: end.levels),
        rows(lambda end: end.parts),
    )


def _side_by_side(blocks: Sequence[Seen]) -> Seen:
    """Blocks of futures as one."""

    def columns(read: Callable[[Seen], Floats]) -> Floats:
        return np.concatenate([read(block) for block in blocks], axis=-1)

    return Seen(
        columns(lambda block: block.months),
        columns(lambda block: block.beyond),
        columns(lambda block: block.levels),
        columns(lambda block: block.parts),
    )


# --- the accounts ---------------------------------------------------------------------------------


def _account(
    question: Question, before: Seen, after: Seen, measure: Literal["gap_months", "gap_oom"]
) -> Account:
    in_months = measure == "gap_months"
    start, end = (before.months, after.months) if in_months else (before.oom, after.oom)
    known = np.isfinite(start[0]) & np.isfinite(end).all(axis=0)
    longer = (np.concatenate([before.beyond, after.beyond]) > 0.0).any(axis=0)
    start, end = start[0, known], end[:, known]
    drift = (
        _drift_in_months(question, start, end)
        if in_months
        else _drift_in_oom(question, before.levels[0][:, known], after.levels[0][:, known])
    )
    columns = zip(GROUPS, shapley_values(end), joining_first(end), joining_last(end), strict=True)
    return Account(
        measure=measure,
        unit="months" if in_months else "orders of magnitude",
        before=start,
        base=drift,
        groups=tuple(Step(group.title, *values) for group, *values in columns),
        after=end[-1],
        beyond=int((longer & ~known).sum()),
        ahead=int((~longer & ~known).sum()),
    )


_UNDER_WAY: Mapping[Side, str] = {
    "CN": "Chinese models already under way",
    "US": "China's advance, US models under way",
    "both": "Models already under way",
}


def _drift_in_months(question: Question, start: Floats, end: Floats) -> tuple[Step, ...]:
    """With nothing on a frontier stands still once what is under way is out: time does the rest."""
    passed = np.full(start.shape, question.months)
    return (
        Step("Time that passes", passed),
        Step(_UNDER_WAY[question.side], end[0] - start - passed),
    )


def _drift_in_oom(question: Question, start: Floats, end: Floats) -> tuple[Step, ...]:
    """What both frontiers do with every group off; ``start`` and ``end`` are ``(2, futures)``."""
    us, cn = end - start
    if question.side == "CN":
        return Step("The US frontier moves on", us), Step(_UNDER_WAY["CN"], -cn)
    if question.side == "US":
        return Step("The Chinese frontier moves on", -cn), Step("US models already under way", us)
    return (Step(_UNDER_WAY["both"], us - cn),)


def _distance(seen: Seen, world: int) -> Floats:
    """The gap in OOM by the parts of the two frontier models, ``(parts, futures)``."""
    us, cn = seen.parts[world]
    return np.asarray(us - cn)


PART_TITLES: Mapping[str, str] = {
    "compute": "Physical compute of the run",
    "methods": "Algorithms found, or known at the start",
    "literature": "Algorithms learned from what others published",
    "post_training": "Post-training",
    "learned": "Learned from others' models",
}
assert tuple(PART_TITLES) == PARTS
