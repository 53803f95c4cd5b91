"""``aigap sensitivity``: which uncertain parameters an outcome, or a policy's effect, hangs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from scipy.special import ndtri

from agents.arrays import Floats
from experiments.analysis_extra import require_analysis
from experiments.designs import uncertain
from experiments.executors import available_cores, processes
from experiments.figure_files import require_drawable
from experiments.hints import did_you_mean
from experiments.manifest import origin
from experiments.options import AsJson, FigureFile, PolicyName
from experiments.policies import load_policy
from experiments.progress import progress_bar
from experiments.sensitivity_tables import effects_table, indices_table
from experiments.study import LAST_MONTH, StudyError, month_within
from experiments.terminal import console_for, print_json
from model.calendar import RECORD_START, Calendar
from model.common_past import common_months
from model.ensemble import spread
from model.outcomes import OUTCOMES
from model.policy import Policy
from model.world import World

if TYPE_CHECKING:
    from experiments.sensitivity_designs import Batch, Effect, Evaluate, Found, Index

OTHERS = "all other parameters"
_WIDTH = 100
_BLOCK = 1000
_CHOSEN = 10
_SCREENING = 10
_SHOWN = 20
_WIDE_REACH = 0.2


@dataclass(frozen=True, slots=True)
class Asked:
    """What the analysis is of: an outcome, or its difference from a baseline.

    It is the mean over so many months, of which ``on`` is the last.
    """

    outcome: str
    on: date
    policy: Policy
    baseline: Policy | None
    seed: int
    over: int = 1

    @property
    def title(self) -> str:
        """In words."""
        when = f"{self.on:%B %Y}" if self.over == 1 else f"{self.over} months to {self.on:%B %Y}"
        what = f"{self.outcome}, {OUTCOMES[self.outcome].unit}, {when}"
        if self.baseline is None:
            return f"{what}, policy {self.policy.name}"
        return f"{what}, {self.policy.name} less {self.baseline.name}"


def sensitivity(
    policy: PolicyName = "history",
    baseline: Annotated[
        str | None,
        typer.Option(metavar="POLICY", help="Ask about the difference from this policy instead."),
    ] = None,
    outcome: Annotated[
        str, typer.Option(metavar="NAME", help="Which outcome (see 'aigap outcomes').")
    ] = "gap_oom",
    on: Annotated[str, typer.Option(metavar="YYYY-MM", help="Month.")] = "2028-01",
    over: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Take the mean of the N months that end with it instead."
        ),
    ] = 1,
    method: Annotated[
        str,
        typer.Option(
            metavar="sobol|morris",
            help="Shares of the variance, or a cheaper screening of all parameters.",
        ),
    ] = "sobol",
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Sobol: a parameter to look at; may be repeated.",
            show_default=f"the {_CHOSEN} that a screening finds",
        ),
    ] = None,
    points: Annotated[
        int, typer.Option(metavar="N", min=8, max=65536, help="Sobol: base points, a power of two.")
    ] = 256,
    trajectories: Annotated[
        int, typer.Option(metavar="N", min=2, max=10_000, help="Morris: trajectories.")
    ] = _SCREENING,
    seed: Annotated[int, typer.Option(metavar="S", min=0, max=2**31, help="Seed.")] = 1,
    workers: Annotated[
        int | None,
        typer.Option(metavar="W", min=1, max=1024, help="Processes.", show_default="one per core"),
    ] = None,
    figure: FigureFile = None,
    as_json_: AsJson = False,
) -> None:
    """Say which uncertain parameters an outcome, or a policy's effect on it, hangs on."""
    require_analysis("SALib")
    from experiments import sensitivity_designs as designs  # noqa: PLC0415 - needs the extra

    asked = _asked(policy, baseline, outcome, on, seed, over)
    if method not in {"sobol", "morris"}:
        raise StudyError(f"no method is called '{method}': expected sobol or morris")
    if points & (points - 1):
        raise StudyError(f"--points: expected a power of two, got {points}")
    chosen = _known_parameters(parameter)
    if figure is not None:
        require_drawable(figure)
    evaluate = _evaluator(asked, workers or available_cores())
    names = list(uncertain())
    if method == "morris" or not chosen:
        screened = designs.morris(names, trajectories, seed, evaluate)
        chosen = [effect.factor for effect in screened.entries[:_CHOSEN]]
        if method == "morris":
            _show_effects(asked, screened, figure, as_json=as_json_)
            return
    found = designs.sobol(_factors(chosen, names), points, seed, evaluate)
    _show_indices(asked, found, figure, as_json=as_json_)


def values_at(levels: Floats) -> dict[str, Floats]:
    """Values of the uncertain parameters at probabilities ``(runs, parameters)``."""
    return {
        name: spread(quantity, np.asarray(ndtri(levels[:, column])))
        for column, (name, quantity) in enumerate(uncertain().items())
    }


def outcome_of_runs(
    policies: Sequence[Policy], outcome: str, on: date, seed: int, batch: Batch, over: int = 1
) -> Floats:
    """The outcome of runs under one policy, or the first's less the second's, ``(runs,)``.

    The runs live side by side as the futures of one world.

    Args:
        policies: one or two.
        outcome: its name.
        on: the last month of those whose mean is taken.
        seed: of all luck.
        batch: the runs.
        over: how many months.
    """

    def begun(policy: Policy) -> World:
        return World(
            policy,
            futures=len(batch.levels),
            seed=seed,
            first_future=batch.first_lot * batch.sharing,
            sharing=batch.sharing,
            fixed=values_at(batch.levels),
        )

    policy, *baselines = policies
    worlds = [begun(policy)]
    for baseline in baselines:
        shared = common_months(policy, baseline)
        if shared > 0:  # what the two have in common is lived once
            last = worlds[0].calendar.index(on)
            worlds[0].run_to(worlds[0].calendar.month(int(min(shared, last))))
            worlds.append(worlds[0].branch(baseline))
        else:
            worlds.append(begun(baseline))
    for world in worlds:
        world.run_to(on)
    found = [world.record.values(outcome)[-over:].mean(axis=0) for world in worlds]
    return found[0] if len(found) == 1 else found[0] - found[1]


def _evaluator(asked: Asked, workers: int) -> Evaluate:
    """Makes runs of the world, in blocks, over processes."""
    policies = [asked.policy] if asked.baseline is None else [asked.policy, asked.baseline]

    def evaluate(batches: Sequence[Batch]) -> list[Floats]:
        blocks = [list(_blocks(batch)) for batch in batches]
        total = sum(len(batch.levels) for batch in batches)
        console = Console(stderr=True)
        with (
            progress_bar("runs", total, console) as advance,
            processes(min(workers, sum(len(parts) for parts in blocks))) as executor,
        ):
            common = (policies, asked.outcome, asked.on, asked.seed)
            handed = [
                [executor.submit(outcome_of_runs, *common, block, asked.over) for block in parts]
                for parts in blocks
            ]
            return [np.concatenate([_told(task, advance) for task in tasks]) for tasks in handed]

    return evaluate


def _told(task: Future[Floats], advance: Callable[[int], None]) -> Floats:
    values = task.result()
    advance(len(values))
    return values


def _blocks(batch: Batch) -> Iterator[Batch]:
    """Parts of a batch, none of which tears apart runs that share their luck."""
    from experiments.sensitivity_designs import Batch as Part  # noqa: PLC0415 - needs the extra

    lots = max(1, _BLOCK // batch.sharing)
    size = lots * batch.sharing
    for number, first in enumerate(range(0, len(batch.levels), size)):
        part = batch.levels[first : first + size]
        yield Part(part, batch.sharing, batch.first_lot + number * lots)


def _asked(policy: str, baseline: str | None, outcome: str, on: str, seed: int, over: int) -> Asked:
    if outcome not in OUTCOMES:
        raise StudyError(
            f"no outcome is called '{outcome}'{did_you_mean(_near(outcome, OUTCOMES))}"
        )
    month = month_within(on, RECORD_START, LAST_MONTH)
    months = Calendar(RECORD_START).index(month) + 1
    if over > months:
        raise StudyError(f"--over: expected at most the {months} months to {on}, got {over}")
    base = None if baseline is None else load_policy(baseline)
    return Asked(outcome, month, load_policy(policy), base, seed, over)


def _known_parameters(names: list[str] | None) -> list[str]:
    known = uncertain()
    for name in names or []:
        if name not in known:
            near = did_you_mean(_near(name, known))
            raise StudyError(f"no uncertain parameter is called '{name}'{near}")
    return list(dict.fromkeys(names or []))


def _near(name: str, known: Mapping[str, object]) -> list[str]:
    return get_close_matches(name, known, n=3, cutoff=0.5)


def _factors(chosen: Sequence[str], names: Sequence[str]) -> dict[str, list[int]]:
    """The chosen parameters one by one, and all others as one factor."""
    factors = {name: [names.index(name)] for name in chosen}
    rest = [column for column, name in enumerate(names) if name not in factors]
    return factors | ({OTHERS: rest} if rest else {})


def _show_effects(
    asked: Asked, found: Found[Effect], figure: Path | None, *, as_json: bool
) -> None:
    if figure is not None:
        from experiments.sensitivity_figures import draw_effects  # noqa: PLC0415 - Matplotlib takes long to load

        draw_effects(figure, found.entries[:_SHOWN], asked.title, _source(asked, found))
    if as_json:
        print_json(_json(asked, found, "morris"))
        return
    console = console_for(_WIDTH)
    decimals = OUTCOMES[asked.outcome].decimals + 1
    console.print(effects_table(found.entries[:_SHOWN], asked.title, decimals))
    _note(console, _rests_on(found), _MORRIS)


def _show_indices(asked: Asked, found: Found[Index], figure: Path | None, *, as_json: bool) -> None:
    if figure is not None:
        from experiments.sensitivity_figures import draw_indices  # noqa: PLC0415 - Matplotlib takes long to load

        draw_indices(figure, found.entries, asked.title, _source(asked, found))
    if as_json:
        print_json(_json(asked, found, "sobol"))
        return
    console = console_for(_WIDTH)
    console.print(indices_table(found.entries, asked.title))
    _note(console, _rests_on(found), _SOBOL)
    if max(entry.total_reach for entry in found.entries) > _WIDE_REACH:
        _note(console, "Some intervals are wide: more --points narrow them, as may --over 12.")


_SOBOL = (
    "First order: the share of the variance that a factor explains alone. Total order: with all its"
    " interactions; near zero, it can be fixed. Luck is what draws other than of parameters do."
)
_MORRIS = (
    "Size: what a move of a parameter from its 12.5% to its 87.5% point does to the outcome, on"
    " average over where the others are; Mean: its direction; Spread beside size: interaction or"
    " curvature. For ranking, not for shares."
)


def _note(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, highlight=False, markup=False)


def _rests_on(found: Found[Any]) -> str:
    dropped = (
        f"; {found.dropped:,} groups of runs left out, as the outcome is not known in all of them"
        if found.dropped
        else ""
    )
    return (
        f"{found.runs:,} runs in {found.groups + found.dropped:,} groups{dropped}. Mean"
        f" {found.mean:.3g}, standard deviation {found.variance**0.5:.3g}. Prior ensemble;"
        " intervals are bootstrap 95%."
    )


def _source(asked: Asked, found: Found[Any]) -> str:
    return (
        f"Source: aigap sensitivity, {found.runs:,} runs, seed {asked.seed}, model"
        f" {origin().model_sha256[:10]}; prior ensemble."
    )


def _json(asked: Asked, found: Found[Any], method: str) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "method": method,
        "outcome": asked.outcome,
        "unit": OUTCOMES[asked.outcome].unit,
        "on": f"{asked.on:%Y-%m}",
        "over": asked.over,
        "policy": asked.policy.name,
        "baseline": None if asked.baseline is None else asked.baseline.name,
        "seed": asked.seed,
        "ensemble": "prior",
        "model_sha256": origin().model_sha256,
        "runs": found.runs,
        "groups": found.groups,
        "dropped": found.dropped,
        "mean": found.mean,
        "variance": found.variance,
        "factors": [asdict(entry) for entry in found.entries],
    }
