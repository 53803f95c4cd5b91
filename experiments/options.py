"""Options of the command line that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
EnsembleName = Annotated[
    str,
    typer.Option(
        "--ensemble",
        metavar="prior|calibrated|FILE",
        help="Futures as drawn, or those kept by what was seen (see 'aigap calibrate').",
    ),
]
FigureFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Also draw it, into a .png or .svg.")
]
PolicyName = Annotated[
    str, typer.Option(metavar="POLICY", help="A name (see 'aigap policies') or a YAML file.")
]
FuturesSimulated = Annotated[
    int, typer.Option(metavar="N", min=1, max=10_000, help="Futures simulated.")
]
