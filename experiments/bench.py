"""``aigap bench``: how fast the whole world runs, as ratios measured in one go."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated

import mesa
import typer

from experiments.bench_scale import MULTIPLES, half_of, live, multiplied
from experiments.chains import Chain, Chains
from experiments.designs import Rows
from experiments.executors import InProcess, processes
from experiments.options import AsJson
from experiments.policies import library
from experiments.runner import run, simulate
from experiments.study import FUTURES_PER_SHARD, LAST_MONTH, Study, cut, month_within
from experiments.study_files import load_study
from experiments.terminal import console_for, plain_table, print_json
from model.calendar import Calendar
from model.cast import recorded
from model.policy import HISTORY
from model.world import World

_SIZES = (1, 10, 100)
_LARGE = 4000
_SCALED = 100
_WIDTH_IN_PIPES = 140
# Of history: they have all but the last months before 2026 in common with it.
_LATE = ("open-door", "talent-open")


@dataclass(frozen=True, slots=True)
class Timing:
    """So many futures in so many seconds; the fastest of the runs made."""

    what: str
    futures: int
    seconds: float

    @property
    def rate(self) -> float:
        """Futures per second."""
        return self.futures / self.seconds


@dataclass(frozen=True, slots=True)
class Bench:
    """What was timed over one horizon.

    Attributes:
        until: the horizon.
        one_at_a_time: futures of the same world through ``mesa.batch_run``.
        blocks: one block of each size, on one core, in order of size.
        workers: the same tasks by one worker and by two.
        past: policies that have years in common, apart and together; empty if not timed.
        agents: one block of the same size with once, 4 and 16 times the developers, if timed.
        horizon: one block to the month half way and to the horizon, if timed.
        reference: the reference study, run and stored by two workers, if timed.
    """

    until: date
    one_at_a_time: Timing
    blocks: tuple[Timing, ...]
    workers: tuple[Timing, Timing]
    past: tuple[Timing, ...] = ()
    agents: tuple[Timing, ...] = ()
    horizon: tuple[Timing, ...] = ()
    reference: tuple[Timing, ...] = ()

    @property
    def array_share(self) -> float:
        """Share of the largest block's time that grows with its futures: work of arrays.

        The rest is what a block costs at all: Python, and what NumPy spends on a call of any size.
        """
        largest = self.blocks[-1]
        # Time a future, from the smallest block to the largest.
        smallest = self.blocks[0]
        if largest.futures == smallest.futures:
            return 0.0
        each = (largest.seconds - smallest.seconds) / (largest.futures - smallest.futures)
        return max(each * largest.futures / largest.seconds, 0.0)

    @property
    def rows(self) -> list[tuple[str, Timing, float, str]]:
        """Every timing: in words, itself, a ratio of throughputs, and to what."""
        found = [("mesa.batch_run, one at a time", self.one_at_a_time, 1.0, "itself")]
        found += [
            (f"{block.what}, one core", block, block.rate / self.one_at_a_time.rate, "batch_run")
            for block in self.blocks
        ]
        found += [
            (study.what, study, study.rate / self.one_at_a_time.rate, "batch_run")
            for study in self.reference
        ]
        for first, second in (self.workers, self.past[:2]) if self.past else (self.workers,):
            found += [(first.what, first, 1.0, "itself")]
            found += [(second.what, second, second.rate / first.rate, first.what)]
        for series in (self.agents, self.horizon):
            found += [(one.what, one, one.rate / series[0].rate, series[0].what) for one in series]
        return found


def measure(futures: int, until: date, *, full: bool = False) -> Bench:
    """Time the world in every way, in turn.

    Args:
        futures: in the largest block, at most a shard's 1,000.
        until: the horizon.
        full: more futures through ``mesa.batch_run``, three runs of each, of which the fastest
            counts, a block of 4,000, what a common past saves, more agents, half the horizon, and
            the reference study.
    """
    repeats = 3 if full else 1
    sizes = sorted({*(size for size in _SIZES if size < futures), futures})
    sizes += [_LARGE] if full and futures < _LARGE else []
    World(HISTORY).run_to(_first_month())  # data are read once, outside the measurement
    live(1, until)  # what the rules say is worked out once for all worlds
    blocks = tuple(
        _best(repeats, f"a block of {size:,}", size, partial(live, size, until)) for size in sizes
    )
    alone = 5 if full else 2
    one = _best(1, "mesa.batch_run", alone, lambda: _through_mesa(alone, until))
    return Bench(
        until,
        one,
        blocks,
        _workers(futures, until, repeats),
        *(part(futures, until) for part in (_past, _agents, _horizon, _reference) if full),
    )


def _first_month() -> date:
    """The first month whose events are simulated."""
    return Calendar().month(1)


def bench(
    futures: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=FUTURES_PER_SHARD, help="Futures in the block."),
    ] = FUTURES_PER_SHARD,
    until: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="Last month, at most 2040-12.")
    ] = "2030-12",
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="More runs, a block of 4,000, common pasts, more developers, half the horizon,"
            " the reference study.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Time the whole world: one future, many at once, one worker, two; about a minute."""
    horizon = month_within(until, _first_month(), LAST_MONTH)
    found = measure(futures, horizon, full=full)
    if as_json:
        print_json(_as_json(found))
        return
    table = plain_table(f"Whole world, 2022-01 to {horizon:%Y-%m}, timed in one run")
    # Where a terminal is narrow it is words that wrap, never figures.
    table.add_column("What")
    for heading in ("Futures", "Seconds", "Futures/s", "Ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("to")
    for words, timing, ratio, to in found.rows:
        shown = f"{timing.rate:,.2f}" if timing.rate < 1.0 else f"{timing.rate:,.1f}"
        row = (words, f"{timing.futures:,}", f"{timing.seconds:.2f}", shown, f"{ratio:,.2f}", to)
        table.add_row(*row)
    console = console_for(_WIDTH_IN_PIPES)
    console.print(table)
    console.print(
        f"Of the time of the largest block {found.array_share:.0%} grows with its futures (work of"
        " NumPy on arrays); the rest is what a block costs at all (Python, and calls of NumPy)."
    )


def _as_json(found: Bench) -> dict[str, object]:
    """Stable within a ``schema_version``."""
    return {
        "schema_version": 2,
        "until": f"{found.until:%Y-%m}",
        "array_share": found.array_share,
        "timings": [
            {
                "what": words,
                "futures": timing.futures,
                "seconds": timing.seconds,
                "futures_per_second": timing.rate,
                "ratio": ratio,
                "ratio_to": to,
            }
            for words, timing, ratio, to in found.rows
        ],
    }


def _best(repeats: int, what: str, futures: int, work: Callable[[], object]) -> Timing:
    return Timing(what, futures, min(_seconds(work) for _ in range(repeats)))


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _through_mesa(futures: int, until: date) -> None:
    mesa.batch_run(
        World,
        {"policy": [HISTORY], "first_future": range(futures)},
        max_steps=Calendar().index(until),
        display_progress=False,
    )


def _workers(futures: int, until: date, repeats: int) -> tuple[Timing, Timing]:
    """Two policies that have no past in common, by one process and by two."""
    study = _study(("history", "no-controls"), futures, until)
    chains = [Chain(block) for block in cut(study.shards(), FUTURES_PER_SHARD)]
    timings = []
    for workers, words in ((1, "one worker"), (2, "two workers")):
        with processes(workers) as executor:
            # Each has started, and read its data, before the clock does.
            begun = _study(("history", "no-controls"), 1, _first_month())
            _carry_out(executor, begun, [Chain(block) for block in cut(begun.shards(), 1)])
            work = partial(_carry_out, executor, study, chains)
            timings.append(_best(repeats, words, 2 * futures, work))
    return timings[0], timings[1]


def _past(futures: int, until: date) -> tuple[Timing, ...]:
    """Policies that differ from history late, each alone, and off one trunk."""
    names = ("history", *_LATE)
    study = _study(names, futures, until)
    together = list(Chains(study, FUTURES_PER_SHARD, 1).of(study.shards()))
    apart = [Chain(block) for block in cut(study.shards(), FUTURES_PER_SHARD)]
    return tuple(
        _best(1, words, len(names) * futures, partial(_carry_out, InProcess(), study, chains))
        for words, chains in (("pasts lived apart", apart), ("pasts shared", together))
    )


def _agents(futures: int, until: date) -> tuple[Timing, ...]:
    """A block to the month half way with more and more developers."""
    size = min(futures, _SCALED)
    return tuple(
        _best(
            1,
            f"{times} x the developers, to half way",
            size,
            partial(live, size, half_of(until), multiplied(recorded(), times)),
        )
        for times in MULTIPLES
    )


def _horizon(futures: int, until: date) -> tuple[Timing, ...]:
    size = min(futures, _SCALED)
    return tuple(
        _best(1, f"a block of {size} to {end:%Y-%m}", size, partial(live, size, end))
        for end in (half_of(until), until)
    )


def _reference(futures: int, until: date) -> tuple[Timing, ...]:
    """The study that ships for this, with so many futures of each policy."""
    change = {"futures": futures, "until": until}
    study = load_study(Path("reference")).model_copy(update=change)
    with TemporaryDirectory() as folder:
        work = partial(run, study, Path(folder) / "study", workers=2)
        words = f"the reference study, {len(study.policies)} policies, two workers"
        return (_best(1, words, len(study.policies) * futures, work),)


def _study(names: Sequence[str], futures: int, until: date) -> Study:
    return Study(policies=tuple(library()[name] for name in names), futures=futures, until=until)


def _carry_out(executor: Executor, study: Study, chains: Sequence[Chain]) -> None:
    tasks = [executor.submit(_lived, study, chain) for chain in chains]
    wait(tasks)
    for task in tasks:
        task.result()


def _lived(study: Study, chain: Chain) -> int:
    """Simulate a chain; nothing of it is sent back, as a worker's answer is not what is timed."""
    for _ in simulate(study, chain, Rows()):
        pass
    return os.getpid()
