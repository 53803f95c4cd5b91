"""``aigap robust``: which policy does tolerably well whatever the future."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from experiments.analysis_extra import AnalysisError
from experiments.comparison import known_or_beyond
from experiments.joined import join
from experiments.manifest import StoredOutcome
from experiments.options import AsJson
from experiments.robustness import Better, Verdict, robustness
from experiments.study import StudyError
from experiments.tables import unsigned
from experiments.terminal import console_for, plain_table, print_json

_WIDTH = 110


def robust(
    directories: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Directories of finished studies, same futures."),
    ],
    better: Annotated[
        str,
        typer.Option(
            metavar="high|low", help="Which end of the outcome is the better one: yours to say."
        ),
    ],
    outcome: Annotated[
        str, typer.Option(metavar="NAME", help="Outcome to be judged by.")
    ] = "gap_months",
    standard: Annotated[
        float | None,
        typer.Option(metavar="X", help="Good enough: at least X (high), or at most X (low)."),
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Month.", show_default="the last one")
    ] = None,
    as_json_: AsJson = False,
) -> None:
    """Rank policies by regret over futures, and by how often they are good enough."""
    end = _end(better)
    if standard is not None and not isfinite(standard):
        raise AnalysisError(f"--standard: expected a number, got {standard:g}")
    studies = join(directories)
    (judged,) = studies.outcomes([outcome])
    if len(studies.policies) < 2:
        raise AnalysisError(f"{studies.name}: has one policy, expected two or more to choose from")
    month = studies.month(on)
    at = studies.load([judged], on=month)
    values = at.assign(value=known_or_beyond(at, judged)).pivot(
        index="future", columns="policy", values="value"
    )
    found = robustness(values, end, standard)
    if as_json_:
        about = {
            "outcome": outcome,
            "unit": judged.unit,
            "on": f"{month:%Y-%m}",
            "ensemble": studies.manifest.study.ensemble.name,
        }
        print_json(_json(found, end, standard) | about)
        return
    title = (
        f"{outcome}, {judged.unit}, {month:%B %Y}: {better} is better;"
        f" {studies.manifest.study.ensemble.in_words(found.compared)}"
    )
    console = console_for(_WIDTH)
    console.print(_table(found, judged, title, standard))
    for note in _notes(found):
        console.print(note, highlight=False, markup=False)


def _end(better: str) -> Better:
    ends: dict[str, Better] = {"high": "high", "low": "low"}
    if better not in ends:
        raise StudyError(f"--better: expected high or low, got '{better}'")
    return ends[better]


def _table(found: Verdict, outcome: StoredOutcome, title: str, standard: float | None) -> Table:
    table = plain_table(title)
    table.add_column("Policy", no_wrap=True)
    headings = [
        "Largest\nregret",
        "95% of futures\nregret less than",
        "Mean\nregret",
        "None does\nbetter in",
    ]
    if standard is not None:
        headings.append(f"Good enough in\n(standard {standard:g})")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found.policies:
        cells = [
            *(
                unsigned(value, outcome.decimals)
                for value in (one.largest_regret, one.high_regret, one.mean_regret)
            ),
            f"{one.best:.0%}",
        ]
        if standard is not None:
            cells.append(_share(one.satisfied, one.satisfied_interval))
        table.add_row(one.policy, *cells)
    return table


def _share(share: float | None, interval: tuple[float, float] | None) -> str:
    if share is None or interval is None:
        return "-"
    return f"{share:.0%} ({interval[0]:.0%} to {interval[1]:.0%})"


def _notes(found: Verdict) -> list[str]:
    notes = [
        "Regret: how much better the best of these policies does in the same future. The first"
        " policy is the one whose worst future is the least bad (minimax regret)."
    ]
    if found.unknown:
        notes.append(
            f"{found.unknown:,} futures are left out of regret, as the outcome is not known in them"
            " under every policy."
        )
    if found.undecided:
        notes.append(f"In {found.undecided:,} cases it is not known whether the standard is met.")
    return notes


def _json(found: Verdict, better: Literal["high", "low"], standard: float | None) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "better": better,
        "standard": standard,
        "compared": found.compared,
        "unknown": found.unknown,
        "undecided": found.undecided,
        "policies": [asdict(one) for one in found.policies],
    }
