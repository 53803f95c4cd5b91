"""Options of the command line that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
FigureFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Also draw it, into a .png or .svg.")
]
