"""What foundries can make of the lines of the chip market in a quarter, whatever is ordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats
from agents.foundry import Foundry
from model import chip_lines
from model.chip_lines import H100_DIE_MM2, Line
from model.rules_by_future import Rulings


@dataclass(frozen=True, slots=True)
class Works:
    """A foundry and those lines of the market whose dies it makes.

    Attributes:
        foundry: the foundry.
        rows: places of these lines among all lines.
        from_wafers: good dies from a thousand wafers, ``(rows, futures)``.
        serves: share of orders that it may take, 0 where no die is good, ``(rows, futures)``.
        wafers: leading wafers that it has for accelerators, thousands, ``(futures,)``.
        packed: places among all lines of those that it packages.
        packages: packages of the size of an H100's in a unit of these, ``(packed, 1)``.
    """

    foundry: Foundry
    rows: list[int]
    from_wafers: Floats
    serves: Floats
    wafers: Floats
    packed: list[int]
    packages: Floats


def works_of(
    foundry: Foundry,
    rows: list[int],
    lines: Sequence[Line],
    rules: Rulings,
    start: float,
    end: float,
) -> Works:
    """What a foundry can make in a period.

    Args:
        foundry: the foundry.
        rows: places of the lines whose dies it makes, at least one.
        lines: all lines.
        rules: the rule book.
        start: the period's beginning, months.
        end: its end.
    """
    made = [lines[row] for row in rows]
    good = np.array([foundry.yield_at(line.chip.node_nm) for line in made])
    per_wafer = np.array([[line.dies_per_wafer] for line in made]) * 1e3
    packed = [row for row in rows if foundry.packages and lines[row].chip.hbm_stacks]
    return Works(
        foundry,
        rows,
        per_wafer * good,
        (good > 0.0) * _may_serve(foundry, made, rules, start, end),
        foundry.wafers_for_accelerators(end - start),
        packed,
        chip_lines.column([lines[row] for row in packed], lambda chip: chip.die_mm2 / H100_DIE_MM2),
    )


def _may_serve(
    foundry: Foundry, lines: Sequence[Line], rules: Rulings, start: float, end: float
) -> Floats:
    """Share of each line's orders that a foundry may take, ``(lines, 1 or futures)``."""
    designers = [line.designer for line in lines]
    shares = [
        np.atleast_1d(
            rules.foundry_access(designer.name, designer.region, foundry.region, start, end)
        )
        for designer in designers
    ]
    return np.array(np.broadcast_arrays(*shares))
