"""``aigap calibrate``: weigh the prior on what was seen, keep what fits, test what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from experiments.calibrating import (
    CUT,
    Calibration,
    Question,
    Tested,
    calibrate_prior,
    held_to_later,
)
from experiments.calibration import CalibrationError
from experiments.calibration_tables import WIDE, markdown, show
from experiments.durable import why_unwritable, write_whole
from experiments.ensemble_choice import why_stale
from experiments.ensembles import SHIPPED, ensemble_content
from experiments.executors import available_cores
from experiments.figure_files import require_drawable
from experiments.hindcast import Score
from experiments.manifest import origin
from experiments.options import AsJson, FigureFile
from experiments.progress import progress_bar
from experiments.study import MOST_FUTURES, month_within
from experiments.terminal import console_for, print_json, say
from model.calendar import RECORD_START
from model.evidence import evidence
from model.world import DEFAULT_SEED

_HELD_TO_LATER = 2000


def calibrate(
    until: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="Last month of what futures are weighed on.")
    ] = "2024-12",
    futures: Annotated[
        int, typer.Option(metavar="N", min=1, max=MOST_FUTURES, help="Prior futures weighed.")
    ] = 20_000,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**63 - 1, help="Seed of all luck.")
    ] = DEFAULT_SEED,
    cut: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            help="Weight that may be cut off the likeliest futures so that more are kept.",
        ),
    ] = CUT,
    tested: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=MOST_FUTURES,
            help="Futures of each ensemble, at most, held to what came later.",
        ),
    ] = _HELD_TO_LATER,
    workers: Annotated[
        int | None,
        typer.Option(metavar="W", min=1, max=1024, help="Processes.", show_default="one per core"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the futures kept, .csv, for 'aigap run'."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the tables, .md.")
    ] = None,
    figure: FigureFile = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only say whether the ensemble that ships is up to date."),
    ] = False,
    as_json_: AsJson = False,
) -> None:
    """Weigh prior futures on what was seen up to a month, keep those that fit, test on the rest."""
    if check:
        _check(SHIPPED if out is None else out)
        return
    question = Question(_month(until), futures, seed, _share(cut))
    _require_writable(out, report, figure)
    found, later = _carried_out(question, tested, workers or available_cores())
    if out is not None:
        _write(out, ensemble_content(found.head(), found.numbers))
    if report is not None:
        _write(report, markdown(found, later, figure).encode())
    if figure is not None:
        from experiments.calibration_figure import plot_calibration  # noqa: PLC0415 - Matplotlib takes long to load

        plot_calibration(found, later, figure)
    if as_json_:
        print_json(as_json(found, later))
        return
    show(found, later, console_for(WIDE))


def as_json(found: Calibration, later: Sequence[Tested]) -> dict[str, Any]:
    """The calibration for a program.

    The structure is stable within a ``schema_version``; readings are 5%, 50% and 95% points, null
    where they are beyond the record::

        {"schema_version": 1, "until", "seed", "prior_futures", "cut", "model_sha256",
         "kept", "effective_size", "not_ruled_out",
         "used": [{"id", "title", "unit", "fitted", "seen": {"value", "low", "high"}, "group",
                   "scale", "discrepancy", "vote", "prior", "posterior"}],
         "parameters": [{"name", "unit", "prior", "posterior", "shift", "spread", "distance",
                         "chance"}],
         "ties": [{"names", "correlation"}],
         "held_out": [{"id", "title", "unit", "fitted", "seen", "prior": {"points", "rank", "crps",
                       "rank_with_errors"}, "posterior": {...}}]}

    ``shift`` and ``spread`` are in standard deviations of the prior; a rank is the share of futures
    below what was seen.
    """
    asked = found.question
    return {
        "schema_version": 1,
        "until": f"{asked.until:%Y-%m}",
        "seed": asked.seed,
        "prior_futures": asked.futures,
        "cut": asked.cut,
        "model_sha256": origin().model_sha256,
        "kept": int(found.kept.sum()),
        "effective_size": found.effective_size,
        "not_ruled_out": found.not_ruled_out,
        "used": [
            _about(prior)
            | {
                "group": seen.allowance.group,
                "scale": seen.allowance.scale,
                "discrepancy": seen.allowance.discrepancy,
                "vote": float(vote),
                "prior": _points(prior),
                "posterior": _points(posterior),
            }
            for seen, vote, (prior, posterior) in zip(
                found.used, found.votes, found.fits, strict=True
            )
        ],
        "parameters": [asdict(one) for one in found.movements],
        "ties": [asdict(one) for one in found.ties],
        "held_out": [
            _about(one.prior)
            | {
                "prior": _against(one.prior, one.ranks and one.ranks[0]),
                "posterior": _against(one.posterior, one.ranks and one.ranks[1]),
            }
            for one in later
        ],
    }


def _about(found: Score) -> dict[str, Any]:
    pattern = found.pattern
    return {
        "id": pattern.id,
        "title": pattern.title,
        "unit": pattern.unit,
        "fitted": pattern.fitted,
        "seen": {"value": pattern.value, "low": pattern.low, "high": pattern.high},
    }


def _against(found: Score, with_errors: float | None) -> dict[str, Any]:
    return {
        "points": _points(found),
        "rank": found.rank,
        "rank_with_errors": with_errors,
        "crps": found.crps,
    }


def _points(found: Score) -> list[float | None]:
    points = (found.low, found.median, found.high)
    return [float(point) if np.isfinite(point) else None for point in points]


def _carried_out(question: Question, tested: int, workers: int) -> tuple[Calibration, list[Tested]]:
    console = Console(stderr=True)
    with progress_bar("weighing", question.futures, console) as advance:
        found = calibrate_prior(question, workers=workers, advance=advance)
    total = min(tested, question.futures) + min(tested, int(found.kept.sum()))
    with progress_bar("testing", total, console) as advance:
        return found, held_to_later(found, tested, workers=workers, advance=advance)


def _require_writable(out: Path | None, report: Path | None, figure: Path | None) -> None:
    """Refuse what could not be written before an hour's work rather than after."""
    for path, suffix in ((out, ".csv"), (report, ".md")):
        if path is not None and path.suffix != suffix:
            raise CalibrationError(f"{path}: expected a name that ends in {suffix}")
    if figure is not None:
        require_drawable(figure)
    for path in (out, report):
        if path is not None and (fault := why_unwritable(path)):
            raise CalibrationError(f"{path}: cannot be written: {fault}")


def _check(path: Path) -> None:
    why = why_stale(path)
    say(f"{path}: {why or 'is up to date'}")
    if why:
        raise typer.Exit(1)


def _month(text: str) -> date:
    last = max(seen.known for seen in evidence())
    return month_within(text, RECORD_START, last)


def _share(cut: float) -> float:
    if not 0.0 <= cut < 1.0:
        raise CalibrationError(f"--cut: expected a share from 0 up to 1, got {cut:g}")
    return cut


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise CalibrationError(f"{path}: cannot be written: {error.strerror or error}") from None
