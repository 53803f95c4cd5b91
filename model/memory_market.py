"""The market for high-bandwidth memory, which accelerators need by the stack.

Designers whose supply a rule can cut hold stocks; all others buy as they build.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from agents.arrays import Floats, filled, ratio, total
from agents.designer import Designer
from agents.memory_maker import MemoryMaker
from model.chip_lines import Line
from model.rules_by_future import Rulings


class MemoryMarket:
    """Clears memory between its makers and the designers of accelerators.

    Attributes:
        imported_by_china: stacks that Chinese designers bought abroad since the start.
    """

    def __init__(
        self, designers: Sequence[Designer], makers: Sequence[MemoryMaker], futures: int
    ) -> None:
        self._holders = [designer for designer in designers if designer.holds_memory]
        self._makers = makers
        self._none: Floats = np.zeros(futures)
        self.imported_by_china: Floats = self._none

    def clear(
        self, lines: Sequence[Line], makeable: Floats, rules: Rulings, start: float, end: float
    ) -> Floats:
        """Sell a quarter's memory; returns the share of each line that there is memory for.

        Args:
            lines: the lines of the chip market.
            makeable: units of each line that everything else allows, ``(lines, futures)``.
            rules: the rule book.
            start: the quarter's beginning, months.
            end: its end.

        Returns:
            Shares between 0 and 1, ``(lines, futures)``.
        """
        stacks = makeable * np.array([[line.chip.hbm_stacks] for line in lines])
        needs = {holder: self._needed(lines, stacks, holder) for holder in self._holders}
        wanted = {holder: holder.memory_wanted(needs[holder], start, end) for holder in needs}
        needy = [
            row
            for row, line in enumerate(lines)
            if not line.designer.holds_memory and line.chip.hbm_stacks
        ]
        at_once = total([self._none, *stacks[needy]])
        share = self._sell(wanted, at_once, rules, start, end)
        self._trade(needs)
        fill = np.ones_like(makeable)
        fill[needy] = share
        for holder, need in needs.items():
            rows = [row for row in _rows_of(lines, holder) if lines[row].chip.hbm_stacks]
            fill[rows] = filled(need, holder.memory_stock)
        return fill

    def _needed(self, lines: Sequence[Line], stacks: Floats, holder: Designer) -> Floats:
        return total([self._none, *stacks[_rows_of(lines, holder)]])

    def _trade(self, needs: Mapping[Designer, Floats]) -> None:
        """Those short of memory get it from those who hold it, all in the measure of their use."""
        use = total([self._none, *needs.values()])
        held = total([self._none, *(designer.memory_stock for designer in needs)])
        for designer, need in needs.items():
            part = ratio(need, use)
            designer.memory_stock = np.where(use > 0.0, held * part, designer.memory_stock)

    def _sell(
        self,
        wanted: Mapping[Designer, Floats],
        at_once: Floats,
        rules: Rulings,
        start: float,
        end: float,
    ) -> Floats:
        """Holders fill their stocks, home makers first; returns the share that all others get."""
        home = [m for m in self._makers if m.region == "CN"]
        foreign = [m for m in self._makers if m.region != "CN"]
        domestic = total([self._none, *(m.output() for m in home)])
        everything = total([self._none, *wanted.values()])
        at_home = filled(everything, domestic)
        access = rules.memory_access("CN", start, end)
        from_abroad = everything * (1.0 - at_home) * access
        supply = total([self._none, *(m.output() for m in foreign)])
        share = filled(at_once + from_abroad, supply)
        for designer, stacks in wanted.items():
            imported = stacks * (1.0 - at_home) * access * share
            designer.lay_in_memory(stacks * at_home + imported)
            self.imported_by_china = self.imported_by_china + imported
        self._book(home, everything * at_home, everything)
        self._book(foreign, (at_once + from_abroad) * share, at_once + from_abroad)
        return share

    def _book(self, makers: Sequence[MemoryMaker], sold: Floats, ordered: Floats) -> None:
        output = total([self._none, *(maker.output() for maker in makers)])
        for maker in makers:
            part = ratio(maker.output(), output)
            maker.sell(sold * part)
            maker.expand(ratio(ordered, output))


def _rows_of(lines: Sequence[Line], designer: Designer) -> list[int]:
    return [row for row, line in enumerate(lines) if line.designer is designer]
