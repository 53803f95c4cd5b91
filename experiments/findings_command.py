"""``aigap findings``: what a study says of its policies and how sure that is, as a page."""

from __future__ import annotations

from datetime import date
from os.path import relpath
from pathlib import Path
from typing import Annotated

import typer

from experiments.durable import write_whole
from experiments.findings_material import FindingsError, gather
from experiments.findings_page import page
from experiments.sobol_results import read_sobol
from experiments.study import LAST_MONTH, month_within
from experiments.terminal import say
from model.calendar import RECORD_START


def findings(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Of the study 'findings', in the calibrated ensemble."),
    ],
    prior: Annotated[
        Path, typer.Option(metavar="DIR", help="Of the same study in the prior ensemble.")
    ],
    sobol: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="What 'aigap sensitivity --json' printed; may be repeated."
        ),
    ] = None,
    on: Annotated[
        str,
        typer.Option(
            metavar="YYYY-MM,...", help="The month that findings are told of, and a later one."
        ),
    ] = "2028-01,2030-12",
    out: Annotated[Path, typer.Option(metavar="FILE", help="Page to write, .md.")] = Path(
        "findings.md"
    ),
    figures: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where its figures go.", show_default="beside it"),
    ] = None,
) -> None:
    """Write what each policy does, how far that stands and what it hangs on, as a page."""
    from experiments.findings_figures import draw_findings  # noqa: PLC0415 - Matplotlib takes long to load

    dates = _dates(on)
    folder = out.parent if figures is None else figures
    _require_writable(out, folder)
    material = gather(directory, prior, dates, [read_sobol(path) for path in sobol or []])
    draw_findings(material, folder)
    content = page(material, Path(relpath(folder, out.parent)).as_posix())
    try:
        write_whole(out, content.encode())
    except OSError as error:
        raise FindingsError(f"{out}: cannot be written: {error.strerror or error}") from None
    say(f"{out}: findings on {len(material.policies)} policies; figures in {folder}")


def _dates(text: str) -> tuple[date, date]:
    months = [month_within(part, RECORD_START, LAST_MONTH) for part in text.split(",")]
    if len(months) != 2 or months[0] >= months[1]:
        raise FindingsError(f"--on: expected two months, the earlier first, got '{text}'")
    return months[0], months[1]


def _require_writable(out: Path, folder: Path) -> None:
    """Refuse what could not be written before minutes of work rather than after."""
    if out.suffix != ".md" or out.is_dir():
        raise FindingsError(f"{out}: expected the name of a file that ends in .md")
    for path in (out.parent, folder):
        if not path.is_dir():
            raise FindingsError(f"{path}: expected a folder that is there")
