"""``aigap compare``: policies against a baseline, as a table, JSON, CSV or a page to pass on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from experiments.comparison import Comparison, as_json, comparison_frame
from experiments.comparison import compare as compared
from experiments.cost_effectiveness import COSTS, GAP, CostEffect, cost_effects
from experiments.drivers import Drivers, drivers, parameters_of
from experiments.durable import why_unwritable, write_whole
from experiments.joined import Joined, join
from experiments.manifest import StoredOutcome
from experiments.options import AsJson
from experiments.report_material import Material, ReportError
from experiments.store import require_futures
from experiments.summary_comparison import compare_summaries
from experiments.tables import comparison_notes, comparison_table
from experiments.terminal import console_for, print_json

CHIP_GAP = "chip_gap_years"
_WIDTH_IN_PIPES = 120


def compare(
    directories: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Directories of finished studies, same futures."),
    ],
    baseline: Annotated[
        str, typer.Option(metavar="POLICY", help="What the others are compared with.")
    ] = "history",
    on: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM,...", help="Months.", show_default="the last one"),
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this outcome; may be repeated.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every outcome, not only the headline ones.")
    ] = False,
    as_json_: AsJson = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a report, one page.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the table as CSV.")
    ] = None,
) -> None:
    """Compare policies: medians, 5-95% ranges, differences future by future."""
    _require_writable(html, ".html")
    _require_writable(csv, ".csv")
    studies = join(directories)
    studies.require_policy(baseline)
    if html is not None:
        require_futures(studies.manifest, studies.name)
    months = _months(on, studies)
    if html is not None and len(months) > 1:
        raise ReportError(f"--html shows one month: expected one --on, not {len(months)}")
    wanted = _wanted(studies, outcome, every)
    comparisons = [_compared(studies, wanted, baseline, month) for month in months]
    if csv is not None:
        rows = pd.concat([comparison_frame(one) for one in comparisons])
        _write(csv, rows.to_csv(index=False, lineterminator="\n").encode())
    if html is not None:
        from experiments.report import write_report  # noqa: PLC0415 - Matplotlib takes long to load

        write_report(_material(studies, comparisons[0]), html)
    if as_json_:
        print_json(_for_a_program(studies, comparisons))
        return
    for comparison in comparisons:
        _show(studies, comparison)


def _months(on: str | None, studies: Joined) -> list[date]:
    """The months asked for, each once and in order; the last one of the studies by default."""
    return sorted({studies.month(text) for text in ([None] if on is None else on.split(","))})


def _for_a_program(studies: Joined, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The comparison of one month; of several, each in a list under ``months``."""
    provenance: dict[str, Any] = {
        "ensemble": studies.manifest.study.ensemble.name,
        "seed": studies.manifest.study.seed,
        "model_sha256": studies.manifest.origin.model_sha256,
    }
    shown = [as_json(comparison, **provenance) for comparison in comparisons]
    return shown[0] if len(shown) == 1 else {"schema_version": 1, "months": shown}


def _show(studies: Joined, comparison: Comparison) -> None:
    console = console_for(_WIDTH_IN_PIPES)
    ensemble = studies.manifest.study.ensemble.in_words(comparison.futures)
    console.print(comparison_table(comparison, ensemble, console.width))
    for note in comparison_notes(comparison):
        console.print(note, highlight=False, markup=False)


def _compared(
    studies: Joined, wanted: list[StoredOutcome], baseline: str, month: date
) -> Comparison:
    if len(studies.directories) == 1 and studies.manifest.summaries is not None:
        directory = studies.directories[0]
        return compare_summaries(directory, studies.manifest, wanted, baseline, month)
    return compared(studies.load(wanted, on=month), wanted, baseline, month)


def _material(studies: Joined, comparison: Comparison) -> Material:
    """What the report needs besides the comparison that was asked for."""
    shown = {row.outcome.name: row.outcome for row in comparison.rows}
    drawn = [shown[name] for name in (GAP, CHIP_GAP) if name in shown]
    drawn = drawn or list(shown.values())[:1]
    others = [name for name in studies.policies if name != comparison.baseline]
    if not others:
        raise ReportError(
            f"{studies.name}: has no policy but '{comparison.baseline}', expected one to compare"
        )
    frame = studies.load(drawn)
    found, undrawn = _drivers(studies, comparison, drawn[0], frame, others)
    return Material(
        studies=studies,
        comparison=comparison,
        drawn=tuple(drawn),
        frame=frame,
        costs=tuple(_costs(studies, comparison, others)),
        drivers=found,
        undrawn=undrawn,
    )


def _drivers(
    studies: Joined,
    comparison: Comparison,
    outcome: StoredOutcome,
    frame: pd.DataFrame,
    others: list[str],
) -> tuple[dict[str, Drivers | None], str]:
    if not studies.of_this_model:
        return {}, (
            "What the differences hang on is left out: the results were made by another version of"
            " the model than the one installed, whose parameters may not be theirs."
        )
    at = frame[frame["date"] == pd.Timestamp(comparison.on)]
    values = at.pivot(index="future", columns="policy", values=outcome.name)
    parameters = list(parameters_of(studies.manifest.study))
    return {
        name: drivers(iter(parameters), (values[name] - values[comparison.baseline]).to_numpy())
        for name in others
    }, ""


def _costs(studies: Joined, comparison: Comparison, others: list[str]) -> Iterator[CostEffect]:
    if not {GAP, *COSTS} <= set(studies.manifest.by_name):
        return
    at = studies.load(studies.outcomes([GAP, *COSTS]), on=comparison.on)
    yield from cost_effects(at, comparison.baseline, others)


def _wanted(studies: Joined, names: list[str] | None, every: bool) -> list[StoredOutcome]:
    """The outcomes to compare, in the registry's order; side columns only if asked for by name."""
    if names:
        return studies.outcomes(names)
    companions = {outcome.censored_by for outcome in studies.outcomes()}
    return [
        outcome
        for outcome in studies.outcomes()
        if outcome.name not in companions and (every or outcome.headline)
    ]


def _require_writable(out: Path | None, suffix: str) -> None:
    if out is not None and out.suffix != suffix:
        raise ReportError(f"{out}: expected a name that ends in {suffix}")
    if out is not None and (fault := why_unwritable(out)):
        raise ReportError(f"{out}: cannot be written: {fault}")


def _write(out: Path, content: bytes) -> None:
    try:
        write_whole(out, content)
    except OSError as error:
        raise ReportError(f"{out}: cannot be written: {error.strerror or error}") from None
