"""How every command shows what it found: one look of tables, consoles and JSON."""

from __future__ import annotations

import json
import sys
from math import isfinite, isnan
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

_POWERS_FROM = 1e9


def plain_table(title: str | None = None, *, show_lines: bool = False) -> Table:
    """An empty table with a rule under its headings and no other frame."""
    return Table(
        title=title,
        title_justify="left",
        box=SIMPLE_HEAD,
        header_style="bold",
        pad_edge=False,
        show_lines=show_lines,
    )


def console_for(width_in_pipes: int) -> Console:
    """The terminal; where there is none to fit tables to, a page that keeps their columns."""
    console = Console()
    return console if console.is_terminal else Console(width=width_in_pipes)


def print_json(content: dict[str, Any]) -> None:
    """Print an answer for a program."""
    print(json.dumps(content, indent=2, allow_nan=False))


def compact(value: float, unit: str) -> str:
    """A date to a tenth of a year; anything else to three digits, in thousands or millions.

    What is past a thousand million is given as a power of ten, what is infinite in a word.
    """
    if not isfinite(value):
        return "later" if unit == "date" else "-" if isnan(value) else "beyond"
    if unit == "date":
        return f"{value:.1f}"
    if abs(value) >= _POWERS_FROM:
        return f"{value:.1e}".replace("e+", "e")
    size, suffix = next(
        (step for step in ((1e6, "M"), (1e3, "k")) if abs(value) >= step[0]), (1.0, "")
    )
    scaled = value / size
    digits = next(
        (number for number, least in enumerate((99.95, 9.995, 0.0995)) if abs(scaled) >= least), 3
    )
    return f"{scaled:.{digits}f}{suffix}"


def counted(number: int, one: str, many: str) -> str:
    """A number and what it counts."""
    return f"{number:,} {one if number == 1 else many}"


def say(message: str) -> None:
    """Tell the user something in a line on stderr."""
    print(f"aigap: {message}", file=sys.stderr)
