"""A world as one future has it, or the middle of all, for the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from agents.arrays import Floats
from agents.designer import Designer
from agents.foundry import Foundry
from agents.records import ChipRecord
from model.installed_base import Kind
from model.world import World


class Seen:
    """A world seen in one future, or in the middle of all."""

    def __init__(self, world: World, future: int | None, focus: str | None) -> None:
        self.world = world
        self.future = future
        self.focus = focus
        self.now = world.time
        self.day = world.calendar.date(world.time)
        books = world.rules.in_force(world.time)
        if future is None:
            _, self.book, _ = max(books, key=lambda book: int(np.sum(book[2])))
        else:
            self.book = next(b for _, b, where in books if where is True or where[future])  # type: ignore[index]
        base = world.chip_market.installed_base
        self.ratings = world.ratings()
        self.chips: dict[str, tuple[ChipRecord, Designer]] = {
            chip.name: (chip, designer)
            for designer in world.agents_by_type[Designer]
            for chip in (*designer.chips, *(planned.chip for planned in designer.planned))
        }

        everything = dict(zip(base.latest, self.all_of(base.latest.values()), strict=True))
        self._parts = _Parts(everything, self, focus)
        self.deliveries: dict[Kind, float] = {
            kind: units for kind, units in everything.items() if focus in (None, kind.region)
        }

    def shows(self, actor: Designer | Foundry) -> bool:
        """Whether what is denied to an actor belongs in the picture."""
        return self.focus in (None, actor.region)

    def part(self, actor: Designer | Foundry) -> float:
        """Share of what passes an actor that ends in the region in focus."""
        return self._parts.of(actor)

    def of(self, values: Floats) -> float:
        """A figure as seen: of the future, or the median."""
        value = np.median(values) if self.future is None else values[self.future]
        return float(value)

    def all_of(self, values: Iterable[Floats]) -> list[float]:
        """Many figures as seen."""
        rows = np.array(list(values)).reshape(-1, self.world.futures)
        seen = np.median(rows, axis=1) if self.future is None else rows[:, self.future]
        return [float(value) for value in seen]

    def sold_by(self, designer: Designer) -> dict[Kind, float]:
        """What reached developers of a designer's chips, units."""
        return {
            kind: units
            for kind, units in self.deliveries.items()
            if self.chips[kind.chip][1] is designer
        }


class _Parts:
    """Shares of what designers and foundries made in the quarter that end in a region."""

    def __init__(self, deliveries: dict[Kind, float], view: Seen, focus: str | None) -> None:
        self._focus = focus
        self._through: defaultdict[str, float] = defaultdict(float)
        self._ending: defaultdict[str, float] = defaultdict(float)
        for kind, units in deliveries.items():
            chip, designer = view.chips[kind.chip]
            for name in (designer.name, chip.foundry):
                self._through[name] += units * view.ratings[kind.chip]
                self._ending[name] += units * view.ratings[kind.chip] * (kind.region == focus)

    def of(self, actor: Designer | Foundry) -> float:
        if self._focus is None:
            return 1.0
        if self._through[actor.name] <= 0.0:
            return float(actor.region == self._focus)
        return self._ending[actor.name] / self._through[actor.name]
