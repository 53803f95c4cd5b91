"""Files that figures are drawn into: what can be said of them before anything is drawn."""

from __future__ import annotations

from pathlib import Path

from experiments.durable import why_unwritable


class FigureError(ValueError):
    """A figure that cannot be drawn or saved; the message says why."""


def require_drawable(out: Path) -> None:
    """Refuse a file that no figure could be drawn into, before the work rather than after.

    Raises:
        FigureError: saying what was expected, or why the file cannot be written.
    """
    if out.suffix not in {".png", ".svg"}:
        raise FigureError(f"{out}: expected a name that ends in .png or .svg")
    if fault := why_unwritable(out):
        raise FigureError(f"{out}: cannot be written: {fault}")
