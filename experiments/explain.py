"""``aigap explain``: which groups of mechanisms change the gap, by how much, how surely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, cast, get_args

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from agents.arrays import Floats, total
from agents.released_models import PARTS
from experiments import decomposition
from experiments.comparison import MIDDLE_AND_RANGE
from experiments.decomposition import (
    GROUPS,
    PART_TITLES,
    Account,
    Explanation,
    Question,
    Side,
    Step,
)
from experiments.ensemble_choice import ensemble as ensemble_of
from experiments.executors import available_cores
from experiments.figure_files import require_drawable
from experiments.manifest import origin
from experiments.options import EnsembleName, FigureFile, PolicyName
from experiments.policies import load_policy
from experiments.progress import progress_bar
from experiments.study import LAST_MONTH, StudyError, month_within
from experiments.terminal import console_for, plain_table, print_json
from model.calendar import RECORD_START

WIDTH = 116
MOST_FUTURES = 10_000
_HEADINGS = (
    "Mean",
    "5% to 95%\nof futures",
    "Narrows\nin",
    "Median",
    "Standard\nerror",
    "If only\nit is on",
    "If only\nit is off",
)
# A narrower terminal shows so many of them.
_WIDE, _NARROW = 108, 3
_DECIMALS = {"months": 1, "orders of magnitude": 2}


def explain(
    policy: PolicyName = "history",
    start: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM", help="First of the month to begin at.")
    ] = "2023-07",
    end: Annotated[
        str, typer.Option("--to", metavar="YYYY-MM", help="First of the month to end at.")
    ] = "2025-07",
    side: Annotated[
        str,
        typer.Option(
            metavar="CN|US|both", help="Whose mechanisms are switched off, one group after another."
        ),
    ] = "CN",
    futures: Annotated[
        int, typer.Option(metavar="N", min=1, max=MOST_FUTURES, help="Futures simulated.")
    ] = 200,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**63 - 1, help="Seed of all luck.")
    ] = 1,
    workers: Annotated[
        int | None,
        typer.Option(metavar="W", min=1, max=1024, help="Processes.", show_default="one per core"),
    ] = None,
    ensemble: EnsembleName = "prior",
    figure: FigureFile = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Say why the capability gap changes between two dates: what each group of mechanisms does.

    Each group stands still from the first date on in half of the forks of one world.
    """
    question = _question(policy, start, end, side, futures, seed)
    question = replace(question, ensemble=ensemble_of(ensemble))
    question.ensemble.require(seed, futures)
    if figure is not None:
        require_drawable(figure)
    forks = 2 ** len(GROUPS)
    console = Console(stderr=True)
    with progress_bar(f"{forks} forks", forks * futures, console) as advance:
        found = decomposition.explain(
            question, workers=workers or available_cores(), advance=advance
        )
    if figure is not None:
        from experiments.waterfall import plot_explanation  # noqa: PLC0415 - Matplotlib takes long to load

        source = f"Source: aigap, seed {seed}, model {origin().model_sha256[:10]}."
        plot_explanation(found, figure, source)
    if as_json_:
        print_json(as_json(found))
        return
    show(found, console_for(WIDTH))


def show(found: Explanation, console: Console) -> None:
    """Print the tables, and what has to be known to read them."""
    asked = found.question
    console.print(
        f"Why the US-China gap in AI capability changes from {asked.start:%B %Y} to"
        f" {asked.end:%B %Y}, policy {asked.policy.name}; switched off: {_whose(asked.side)};"
        f" {asked.ensemble.in_words(asked.futures)}",
        style="bold",
        highlight=False,
        markup=False,
    )
    for account in (found.in_months, found.in_oom):
        console.print(account_table(account, found.question, console.width))
    console.print(distance_table(found, console.width))
    for note in notes(found):
        console.print(note, highlight=False, markup=False)


def account_table(account: Account, question: Question, width: int) -> Table:
    """The steps from the gap before to the gap after; means add up.

    On a narrow terminal some columns are left out; no figure is ever cut short.
    """
    headings = _HEADINGS if width >= _WIDE else _HEADINGS[:_NARROW]
    table = plain_table(f"Gap in {account.unit}")
    table.add_column("Step")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    if account.known == 0:
        table.add_row("No future in which the gap is known in every fork")
        return table
    decimals = _DECIMALS[account.unit]
    rows = [_level_cells(f"Gap, {question.start:%B %Y}", account.before, decimals)]
    rows += [_step_cells(step, decimals) for step in (*account.base, *by_size(account.groups))]
    rows.append(_level_cells(f"Gap, {question.end:%B %Y}", account.after, decimals))
    for cells in rows:
        if cells is rows[-1]:
            table.add_section()
        table.add_row(*cells[: len(headings) + 1])
    return table


def distance_table(found: Explanation, width: int) -> Table:
    """What the distance between the two frontier models is made of at each date."""
    wide = width >= _WIDE
    asked = found.question
    table = plain_table(
        "What the gap in orders of magnitude is made of: US less Chinese frontier model"
    )
    table.add_column("Part")
    for day in (asked.start, asked.end):
        table.add_column(f"{day:%Y-%m}\nmean", justify="right", no_wrap=True)
        if wide:
            table.add_column("5% to 95%\nof futures", justify="right", no_wrap=True)
    rows = [(PART_TITLES[part], [d[row] for d in found.distance]) for row, part in enumerate(PARTS)]
    rows.append(("Together", [total(d) for d in found.distance]))
    for title, values in rows:
        if title == "Together":
            table.add_section()
        cells = [cell for value in values for cell in _mean_and_range(value)[: 2 if wide else 1]]
        table.add_row(title, *cells)
    return table


def notes(found: Explanation) -> Iterator[str]:
    """How to read the tables, and what they rest on."""
    asked = found.question
    yield (
        "How to read it: a group's step is what it adds to the gap (minus: narrows it) when groups"
        f" are switched on one by one {_where(asked.side)}, averaged over all orders (Shapley"
        " value) and then over futures. Off, a group stands still from the first date on."
    )
    if asked.side == "CN":
        yield (
            "With nothing on, Chinese developers release what was under way and then stand still:"
            " the gap grows by a month a month. The groups are what keeps it from doing so."
        )
    else:
        yield (
            "Read the orders of magnitude here: the gap in months looks back to when the US passed"
            " China's present level, so what US firms do later hardly moves it."
        )
    yield (
        "Means add up, medians need not. Orders of magnitude are the more reliable measure: months"
        " move in steps, from one US release to the next. Far apart, the last two columns say that"
        " groups stand in for one another or need one another."
    )
    for account in (found.in_months, found.in_oom):
        left_out = account.beyond + account.ahead
        yield (
            f"Gap in {account.unit}: {account.known:,} of {asked.futures:,} futures;"
            f" {left_out / asked.futures:.1%} left out as the gap is not known in every fork"
            + (
                f" (longer than the record in {account.beyond:,}, otherwise in {account.ahead:,})."
                if left_out
                else "."
            )
        )
        if account.known:
            lead = by_size(account.groups)[0].name
            yield (
                f"Gap in {account.unit}: {lead} moves it most of all groups in"
                f" {leads(account)[lead]:.1%} of futures."
            )
    yield f"Ensemble: {found.question.ensemble.caveat}."


def as_json(found: Explanation) -> dict[str, Any]:
    """The explanation for a program, groups in the order of the registry.

    Stable within a ``schema_version``: each account has ``before``, ``base``, ``groups`` and
    ``after``; ``p5`` and ``p95`` are quantiles over futures; without any known future, ``null``.
    """
    asked = found.question
    return {
        "schema_version": 1,
        "ensemble": asked.ensemble.name,
        "policy": asked.policy.name,
        "from": f"{asked.start:%Y-%m}",
        "to": f"{asked.end:%Y-%m}",
        "side": asked.side,
        "futures": asked.futures,
        "seed": asked.seed,
        "model_sha256": origin().model_sha256,
        "groups": [{"title": group.title, "off": group.off} for group in GROUPS],
        "accounts": [
            {
                "outcome": account.measure,
                "unit": account.unit,
                "futures_known": account.known,
                "left_out_longer_than_record": account.beyond,
                "left_out_otherwise": account.ahead,
                "before": _summary(account.before),
                "base": [_step_summary(step) for step in account.base],
                "groups": [_step_summary(step) for step in account.groups],
                "largest_share": leads(account) if account.known else None,
                "after": _summary(account.after),
            }
            for account in (found.in_months, found.in_oom)
        ],
        "distance_oom": [
            {
                "part": PART_TITLES[part],
                "before": _summary(_defined(found.distance[0][row])),
                "after": _summary(_defined(found.distance[1][row])),
            }
            for row, part in enumerate(PARTS)
        ],
    }


def by_size(steps: Sequence[Step]) -> list[Step]:
    """Steps with the one that moves the gap most on average first."""
    return sorted(steps, key=lambda step: -abs(float(np.mean(step.change))))


def leads(account: Account) -> dict[str, float]:
    """Share of futures in which each group moves the gap most; the first in order where equal."""
    moved = np.abs(np.stack([step.change for step in account.groups])).argmax(axis=0)
    return {step.name: float(np.mean(moved == place)) for place, step in enumerate(account.groups)}


def _summary(values: Floats) -> dict[str, float] | None:
    if not values.size:
        return None
    low, median, high = (float(value) for value in np.quantile(values, MIDDLE_AND_RANGE))
    return {
        "mean": float(np.mean(values)),
        "standard_error": _standard_error(values),
        "median": median,
        "p5": low,
        "p95": high,
    }


def _step_summary(step: Step) -> dict[str, Any]:
    known = step.change.size > 0
    return {
        "name": step.name,
        "change": _summary(step.change),
        "narrows_share": float(np.mean(step.change < 0.0)) if known else None,
        "widens_share": float(np.mean(step.change > 0.0)) if known else None,
        "only_it_on": None if step.first is None else _summary(step.first),
        "only_it_off": None if step.last is None else _summary(step.last),
    }


def _standard_error(values: Floats) -> float:
    """Of the mean over futures: sampling error, not the spread of what might be."""
    return float(np.std(values) / np.sqrt(max(values.size - 1, 1)))


def _level_cells(name: str, values: Floats, decimals: int) -> list[str]:
    low, median, high = np.quantile(values, MIDDLE_AND_RANGE)
    span = f"{low:.{decimals}f} to {high:.{decimals}f}"
    error = f"{_standard_error(values):.{decimals + 1}f}"
    return [name, f"{np.mean(values):.{decimals}f}", span, "", f"{median:.{decimals}f}", error]


def _step_cells(step: Step, decimals: int) -> list[str]:
    low, median, high = np.quantile(step.change, MIDDLE_AND_RANGE)
    alone = ["", ""]
    if step.first is not None and step.last is not None:
        alone = [_signed(float(np.mean(v)), decimals) for v in (step.first, step.last)]
    return [
        f"  {step.name}",
        _signed(float(np.mean(step.change)), decimals),
        f"{_signed(float(low), decimals)} to {_signed(float(high), decimals)}",
        f"{np.mean(step.change < 0.0):.0%}",
        _signed(float(median), decimals),
        f"{_standard_error(step.change):.{decimals + 1}f}",
        *alone,
    ]


def _mean_and_range(values: Floats) -> tuple[str, str]:
    known = _defined(values)
    if not known.size:
        return "-", "-"
    low, _, high = np.quantile(known, MIDDLE_AND_RANGE)
    return _signed(float(np.mean(known)), 2), f"{_signed(low, 2)} to {_signed(high, 2)}"


def _defined(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _signed(value: float, decimals: int) -> str:
    shown = f"{value:+.{decimals}f}"
    return shown if shown.strip("+-0.") else shown[1:]


def _whose(side: Side) -> str:
    return {"CN": "China's mechanisms", "US": "the US's mechanisms", "both": "both sides' at once"}[
        side
    ]


def _where(side: Side) -> str:
    return {"CN": "in China", "US": "in the US", "both": "on both sides at once"}[side]


def _question(policy: str, start: str, end: str, side: str, futures: int, seed: int) -> Question:
    if side not in get_args(Side):
        raise StudyError(f"--side: '{side}' is no side: expected {', '.join(get_args(Side))}")
    first, last = (month_within(text, RECORD_START, LAST_MONTH) for text in (start, end))
    if not first < last:
        raise StudyError(f"--from {start} --to {end}: expected a first month before the last one")
    return Question(load_policy(policy), first, last, cast("Side", side), futures, seed)
