"""The market for high-bandwidth memory, which accelerators need by the stack.

Designers whose supply a rule can cut hold stocks; all others buy as they build.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats, filled, ratio, total
from agents.designer import Designer
from agents.memory_maker import MemoryMaker
from model.chip_lines import Line
from model.rules_by_future import Rulings


@dataclass(frozen=True, slots=True)
class _Deal:
    """What a quarter's trade in memory comes to; stacks and shares, ``(futures,)`` each.

    Attributes:
        needs, wanted: stacks that each holder would use, and would buy.
        home, foreign: makers in China and elsewhere.
        everything: stacks that all holders want.
        at_home, from_abroad: shares of it bought at home and abroad.
        ordered_abroad: stacks ordered from foreign makers, by all.
        share: share of it that they deliver.
        fill: share of each line that there is memory for, ``(lines, futures)``.
    """

    needs: dict[Designer, Floats]
    wanted: dict[Designer, Floats]
    home: list[MemoryMaker]
    foreign: list[MemoryMaker]
    everything: Floats
    at_home: Floats
    from_abroad: Floats
    ordered_abroad: Floats
    share: Floats
    fill: Floats

    @property
    def sold_at_home(self) -> Floats:
        """Stacks that home makers sell."""
        return self.everything * self.at_home


class MemoryMarket:
    """Clears memory between its makers and the designers of accelerators.

    Attributes:
        imported_by_china: stacks that Chinese designers bought abroad since the start.
        latest: stacks sold in the last quarter by maker and designer, ``(futures,)`` each.
    """

    def __init__(
        self, designers: Sequence[Designer], makers: Sequence[MemoryMaker], futures: int
    ) -> None:
        self._holders = [designer for designer in designers if designer.holds_memory]
        self._makers = makers
        self._none: Floats = np.zeros(futures)
        self.imported_by_china: Floats = self._none
        self.latest: dict[tuple[str, str], Floats] = {}

    def promise(
        self, lines: Sequence[Line], makeable: Floats, rules: Rulings, start: float, end: float
    ) -> Floats:
        """Share of each line that there would be memory for, with nothing sold yet.

        Arguments and result are those of ``clear``.
        """
        return self._deal(lines, makeable, rules, start, end).fill

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
        deal = self._deal(lines, makeable, rules, start, end)
        self._keep(deal, lines, makeable)
        for designer, stacks in deal.wanted.items():
            imported = stacks * deal.from_abroad
            designer.lay_in_memory(stacks * deal.at_home + imported)
            self.imported_by_china = self.imported_by_china + imported
        self._book(deal.home, deal.sold_at_home, deal.everything)
        self._book(deal.foreign, deal.ordered_abroad * deal.share, deal.ordered_abroad)
        self._trade(deal.needs)
        return deal.fill

    def _deal(
        self, lines: Sequence[Line], makeable: Floats, rules: Rulings, start: float, end: float
    ) -> _Deal:
        """Who would get how much: holders fill their stocks, from home makers first."""
        stacks = makeable * np.array([[line.chip.hbm_stacks] for line in lines])
        needs = {holder: self._needed(lines, stacks, holder) for holder in self._holders}
        wanted = {holder: holder.memory_wanted(needs[holder], start, end) for holder in needs}
        needy = [
            row
            for row, line in enumerate(lines)
            if not line.designer.holds_memory and line.chip.hbm_stacks
        ]
        at_once = total([self._none, *stacks[needy]])
        home = [m for m in self._makers if m.region == "CN"]
        foreign = [m for m in self._makers if m.region != "CN"]
        everything = total([self._none, *wanted.values()])
        at_home = filled(everything, self._output(home))
        access = rules.memory_access("CN", start, end)
        ordered_abroad = at_once + everything * (1.0 - at_home) * access
        share = filled(ordered_abroad, self._output(foreign))
        from_abroad = (1.0 - at_home) * access * share
        held = total([self._none, *(holder.memory_stock for holder in needs)])
        held = held + everything * (at_home + from_abroad)
        fill = np.ones_like(makeable)
        fill[needy] = share
        held_back = [
            row
            for row, line in enumerate(lines)
            if line.designer.holds_memory and line.chip.hbm_stacks
        ]
        fill[held_back] = filled(total([self._none, *needs.values()]), held)
        return _Deal(
            needs,
            wanted,
            home,
            foreign,
            everything,
            at_home,
            from_abroad,
            ordered_abroad,
            share,
            fill,
        )

    def _needed(self, lines: Sequence[Line], stacks: Floats, holder: Designer) -> Floats:
        return total([self._none, *stacks[_rows_of(lines, holder)]])

    def _keep(self, deal: _Deal, lines: Sequence[Line], makeable: Floats) -> None:
        """Keep who sold how much to whom: each maker its part of what its side sold."""
        self.latest = {}
        for designer in dict.fromkeys(line.designer for line in lines if line.chip.hbm_stacks):
            if designer.holds_memory:
                wanted = deal.wanted[designer]
                bought = [
                    (deal.home, wanted * deal.at_home),
                    (deal.foreign, wanted * deal.from_abroad),
                ]
            else:
                rows = _rows_of(lines, designer)
                stacks = [makeable[row] * lines[row].chip.hbm_stacks for row in rows]
                bought = [(deal.foreign, total(stacks) * deal.share)]
            for makers, sold in bought:
                output = self._output(makers)
                for maker in makers:
                    self.latest[maker.name, designer.name] = sold * ratio(maker.output(), output)

    def _trade(self, needs: Mapping[Designer, Floats]) -> None:
        """Those short of memory get it from those who hold it, all in the measure of their use."""
        use = total([self._none, *needs.values()])
        held = total([self._none, *(designer.memory_stock for designer in needs)])
        for designer, need in needs.items():
            part = ratio(need, use)
            designer.memory_stock = np.where(use > 0.0, held * part, designer.memory_stock)

    def _output(self, makers: Sequence[MemoryMaker]) -> Floats:
        return total([self._none, *(maker.output() for maker in makers)])

    def _book(self, makers: Sequence[MemoryMaker], sold: Floats, ordered: Floats) -> None:
        output = self._output(makers)
        for maker in makers:
            part = ratio(maker.output(), output)
            maker.sell(sold * part)
            maker.expand(ratio(ordered, output))


def _rows_of(lines: Sequence[Line], designer: Designer) -> list[int]:
    return [row for row, line in enumerate(lines) if line.designer is designer]
