"""``aigap discover``: in which futures a policy fails."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.table import Table

from agents.arrays import Bools, Floats
from experiments import discovery
from experiments.analysis_extra import AnalysisError, require_analysis
from experiments.comparison import known_or_beyond
from experiments.discovery import Box, Discovery, Fit
from experiments.drivers import parameters_of
from experiments.figure_files import require_drawable
from experiments.joined import join
from experiments.manifest import StoredOutcome, origin
from experiments.options import AsJson, FigureFile
from experiments.study import StudyError
from experiments.terminal import compact, console_for, plain_table, print_json
from model.loading import parameter_quantities

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Failure:
    """What counts as failing, in words and as a bound: the outcome below it, or above."""

    words: str
    below: float | None
    above: float | None

    def of(self, values: Floats) -> Bools:
        """Which of the values fail."""
        low = -np.inf if self.below is None else self.below
        high = np.inf if self.above is None else self.above
        failing: Bools = (values < low) | (values > high)
        return failing


def discover(
    directories: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Directories of finished studies, same futures."),
    ],
    policy: Annotated[str, typer.Option(metavar="POLICY", help="Whose failures.")],
    baseline: Annotated[
        str | None,
        typer.Option(metavar="POLICY", help="Judge by the difference from this policy instead."),
    ] = None,
    outcome: Annotated[
        str, typer.Option(metavar="NAME", help="Outcome to be judged by.")
    ] = "gap_months",
    below: Annotated[
        float | None,
        typer.Option("--fails-below", metavar="X", help="It fails where the outcome is below X."),
    ] = None,
    above: Annotated[
        float | None,
        typer.Option("--fails-above", metavar="X", help="It fails where the outcome is above X."),
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Month.", show_default="the last one")
    ] = None,
    boxes: Annotated[int, typer.Option(metavar="N", min=1, max=10, help="Boxes to look for.")] = 2,
    coverage: Annotated[
        float,
        typer.Option(
            metavar="SHARE", min=0.05, max=1.0, help="Failures left that a box should hold."
        ),
    ] = 0.5,
    figure: FigureFile = None,
    as_json_: AsJson = False,
) -> None:
    """Find the ranges of uncertain parameters in which a policy's failures gather."""
    require_analysis("ema_workbench")
    if figure is not None:
        require_drawable(figure)
    studies = join(directories)
    studies.require_policy(policy, *([] if baseline is None else [baseline]))
    (judged,) = studies.outcomes([outcome])
    month = studies.month(on)
    what = policy if baseline is None else f"{policy} less {baseline}"
    failure = _failure(f"{outcome}, {month:%B %Y}, {what}", judged, below, above)
    if not studies.of_this_model:
        raise AnalysisError(
            f"{studies.name}: was made by another version of the model, whose parameters cannot be"
            " drawn again; run it again"
        )
    values = _values(judged, studies.load([judged], on=month), policy, baseline)
    known = ~np.isnan(values)
    parameters = pd.DataFrame(dict(parameters_of(studies.manifest.study)))
    found = discovery.discover(
        parameters[known], failure.of(values[known]), boxes=boxes, coverage=coverage
    )
    found = replace(found, unknown=int((~known).sum()))
    if figure is not None:
        from experiments.discovery_figure import plot_discovery  # noqa: PLC0415 - Matplotlib takes long to load

        plot_discovery(figure, found, failure.words, parameters, studies.manifest.study)
    if as_json_:
        about = {"ensemble": studies.manifest.study.ensemble.name}
        print_json(about | _json(found, failure, outcome, f"{month:%Y-%m}", policy, baseline))
        return
    _show(found, failure, studies.manifest.study.ensemble.title)


def _failure(
    what: str, outcome: StoredOutcome, below: float | None, above: float | None
) -> Failure:
    if (below is None) == (above is None):
        raise StudyError("expected either --fails-below or --fails-above")
    side, bound = ("below", below) if below is not None else ("above", above)
    return Failure(f"{what}: fails {side} {bound:g} {outcome.unit}", below, above)


def _values(
    outcome: StoredOutcome,
    at: pd.DataFrame,
    policy: str,
    baseline: str | None,
) -> Floats:
    """The outcome by future; a difference only where both sides are known."""
    if baseline is None:
        return known_or_beyond(at[at["policy"] == policy].sort_values("future"), outcome)
    table = at.pivot(index="future", columns="policy", values=outcome.name).sort_index()
    change: Floats = (table[policy] - table[baseline]).to_numpy(dtype=np.float64)
    return change


def _show(found: Discovery, failure: Failure, ensemble: str) -> None:
    console = console_for(_WIDTH)
    console.print(failure.words, style="bold", highlight=False, markup=False)
    for number, box in enumerate(found.boxes, start=1):
        console.print()
        console.print(f"Box {number}: {fit_in_words(box)}", highlight=False)
        console.print(_box_table(box))
    if not found.boxes:
        console.print(
            "No box: failures gather in no range of the parameters by more than chance explains.",
            highlight=False,
        )
    for note in _notes(found, ensemble):
        console.print(note, highlight=False, markup=False)


def _box_table(box: Box) -> Table:
    table = plain_table()
    for heading in ("Parameter", "From", "To", "Unit", "By chance"):
        table.add_column(
            heading, no_wrap=True, justify="left" if heading == "Parameter" else "right"
        )
    quantities = parameter_quantities()
    for limits in box.limits:
        unit = quantities[limits.parameter].unit
        edges = (
            "any" if edge is None else compact(edge, unit) for edge in (limits.low, limits.high)
        )
        table.add_row(limits.parameter, *edges, unit, f"{limits.chance:.1g}")
    return table


def fit_in_words(box: Box) -> str:
    """Coverage and density in the futures held out, and in those that the box was found in."""
    held, own = box.held_out, box.found_in
    return (
        f"coverage {held.coverage:.0%} ({own.coverage:.0%} where it was found),"
        f" density {_share(held)} ({_share(own)})"
    )


def _share(fit: Fit) -> str:
    return "not known" if fit.density is None else f"{fit.density:.0%}"


def _notes(found: Discovery, ensemble: str) -> list[str]:
    unknown = (
        f" {found.unknown:,} futures are left out, as the outcome is not known."
        if found.unknown
        else ""
    )
    return [
        f"The policy fails in {found.share:.0%} of {found.futures:,} futures of the"
        f" {ensemble}.{unknown}",
        "Coverage: share of the failures that lie in the box. Density: share of the box's futures"
        " that fail. A box is found in half of the futures and judged by the other half (in"
        " brackets: where it was found); later boxes leave out the futures of earlier ones.",
    ]


def _json(
    found: Discovery,
    failure: Failure,
    outcome: str,
    on: str,
    policy: str,
    baseline: str | None,
) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "outcome": outcome,
        "on": on,
        "policy": policy,
        "baseline": baseline,
        "fails_below": failure.below,
        "fails_above": failure.above,
        "model_sha256": origin().model_sha256,
        **asdict(found),
    }
