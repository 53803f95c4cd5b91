"""Tables of sensitivity analyses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from experiments.terminal import plain_table

if TYPE_CHECKING:
    from experiments.sensitivity_designs import Effect, Index


def indices_table(entries: Sequence[Index], title: str) -> Table:
    """Shares of the variance, the largest total first."""
    table = _table(title, "Factor", "First order", "95% interval", "Total order", "95% interval")
    for entry in entries:
        table.add_row(
            entry.factor,
            f"{entry.first:.2f}",
            _interval(entry.first, entry.first_reach, 2),
            f"{entry.total:.2f}",
            _interval(entry.total, entry.total_reach, 2),
        )
    return table


def effects_table(entries: Sequence[Effect], title: str, decimals: int) -> Table:
    """Elementary effects, the largest first."""
    table = _table(title, "Parameter", "Size (mu*)", "95% interval", "Mean", "Spread")
    for entry in entries:
        table.add_row(
            entry.factor,
            f"{entry.size:,.{decimals}f}",
            _interval(entry.size, entry.size_reach, decimals),
            f"{entry.mean:+,.{decimals}f}",
            f"{entry.spread:,.{decimals}f}",
        )
    return table


def _table(title: str, first: str, *headings: str) -> Table:
    table = plain_table(title)
    table.add_column(first, no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _interval(middle: float, reach: float, decimals: int) -> str:
    return f"{middle - reach:,.{decimals}f} to {middle + reach:,.{decimals}f}"
