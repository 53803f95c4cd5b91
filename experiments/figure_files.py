"""Files that figures are drawn into: what can be said of them before anything is drawn."""

from __future__ import annotations

from pathlib import Path


class FigureError(ValueError):
    """A figure that cannot be drawn or saved; the message says why."""


def require_suffix(out: Path) -> None:
    """Refuse a file name that says no format aigap draws.

    Raises:
        FigureError: saying which are expected.
    """
    if out.suffix not in {".png", ".svg"}:
        raise FigureError(f"{out}: expected a name that ends in .png or .svg")
