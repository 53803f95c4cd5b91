"""How every command shows what it found: one look of tables, consoles and JSON."""

from __future__ import annotations

import json
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


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
