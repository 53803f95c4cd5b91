"""One clearing of the chip market: the quarter's lines, and the stalls at which buyers meet them.

Buyers of whom the rules say the same, with the same chips of their own, find the same on offer.
So what is on offer is worked out once for each such class of buyers, its *stall*, and only the
lines that are open to them come into it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agents.arrays import Bools, Floats, span
from agents.designer import Designer
from agents.developer import Channel, Developer
from agents.foundry import Foundry
from agents.purchasing import Counter
from agents.surroundings import Parameters
from model import chip_lines
from model.chip_lines import Line
from model.chip_works import Works, works_of
from model.rules_by_future import Rulings


@dataclass(frozen=True)
class Session:
    """One clearing: the quarter, its rules, and what is on offer.

    Attributes:
        rules: the rule book.
        start, end: the quarter, months.
        lines: what can be had.
        foundries: who makes the dies.
        listed: list prices, USD bn a unit, ``(lines, futures)``.
        price: what buyers pay, premiums included, ``(lines, futures)``.
        compute: rating of a unit, H100e, ``(lines, 1)``.
        training: training compute that a unit delivers, H100 equivalents, ``(lines, futures)``.
        appeals: by region of the buyer, weights in the choice of one who only trains, and of one
            who only serves.
        barred: whether rules keep any of the chips that China seeks most from it, by future.
    """

    rules: Rulings
    start: float
    end: float
    lines: list[Line]
    foundries: Sequence[Foundry]
    listed: Floats
    price: Floats
    compute: Floats
    training: Floats
    appeals: Mapping[str, tuple[Floats, Floats]]
    barred: bool | Bools

    @property
    def months(self) -> float:
        """Length of the period."""
        return self.end - self.start

    @cached_property
    def stacks(self) -> Floats:
        """Stacks of memory in a unit of each line, ``(lines, 1)``."""
        return chip_lines.column(self.lines, lambda chip: chip.hbm_stacks)

    @cached_property
    def dies(self) -> Floats:
        """Logic dies in a unit of each line, ``(lines, 1)``."""
        return np.array([[float(line.dies)] for line in self.lines])

    @cached_property
    def works(self) -> list[Works]:
        """What each foundry that makes dies of some line can make."""
        period = self.rules, self.start, self.end
        rows = {foundry: self.rows_of(foundry) for foundry in self.foundries}
        return [works_of(f, its, self.lines, *period) for f, its in rows.items() if its]

    @cached_property
    def _rows_by_maker(self) -> dict[Designer | Foundry | str, list[int]]:
        rows: dict[Designer | Foundry | str, list[int]] = {}
        for row, line in enumerate(self.lines):
            rows.setdefault(line.designer, []).append(row)
            rows.setdefault(line.chip.foundry, []).append(row)
        return rows

    @cached_property
    def us_sellers(self) -> list[Designer]:
        """Designers of the US that sell something openly, in their order."""
        sold = (line.designer for line in self.lines if line.way == "sale")
        return list(dict.fromkeys(d for d in sold if d.region == "US"))

    def rows(self, holds: Callable[[Line], bool]) -> list[int]:
        """Rows of the lines of which something holds."""
        return [row for row, line in enumerate(self.lines) if holds(line)]

    def rows_of(self, maker: Designer | Foundry) -> list[int]:
        """Rows of the lines that a designer designs, or whose dies a foundry makes."""
        known = maker if isinstance(maker, Designer) else maker.name
        return self._rows_by_maker.get(known, [])


@dataclass(frozen=True)
class Shelf:
    """Lines that are open to some buyers of a region, and what settles orders for them.

    Attributes:
        number: its place among the shelves of the session.
        rows: places of these lines among all lines.
        lines: the lines.
        channels: the channel through which each reaches the buyers.
        price: what buyers pay, premiums included, USD bn a unit, ``(rows, futures)``.
        appeals: weights in the choice of one who only trains, and of one who only serves.
        listed: list prices, USD bn a unit, ``(rows, futures)``.
        compute: rating of a unit, H100e, ``(rows, 1)``.
        training: training compute that a unit delivers, H100 equivalents, ``(rows, futures)``.
    """

    number: int
    rows: list[int]
    lines: list[Line]
    channels: list[Channel]
    price: Floats
    appeals: tuple[Floats, Floats]
    listed: Floats
    compute: Floats
    training: Floats

    @classmethod
    def of(cls, session: Session, number: int, region: str, rows: list[int]) -> Shelf:
        """The shelf of those lines of a session."""
        lines = [session.lines[row] for row in rows]
        for_training, for_serving = session.appeals[region]
        return cls(
            number,
            rows,
            lines,
            [chip_lines.channel_of(line, region) for line in lines],
            session.price[rows],
            (for_training[rows], for_serving[rows]),
            session.listed[rows],
            session.compute[rows],
            session.training[rows],
        )

    @cached_property
    def by_channel(self) -> dict[Channel, list[int]]:
        """Places among ``rows`` by channel."""
        places: dict[Channel, list[int]] = {}
        for place, channel in enumerate(self.channels):
            places.setdefault(channel, []).append(place)
        return places

    @cached_property
    def rows_by_channel(self) -> dict[str, slice | list[int]]:
        """The same, as they pick rows of an array."""
        return {channel: span(places) for channel, places in self.by_channel.items()}

    @cached_property
    def from_us(self) -> list[tuple[int, Line]]:
        """What US designers sell openly, each with its place among ``rows``."""
        return [
            (place, line)
            for place, line in enumerate(self.lines)
            if line.way == "sale" and line.designer.region == "US"
        ]

    def sold_by(self, designer: Designer) -> slice | list[int]:
        """Places among ``rows`` of what a designer sells openly."""
        if designer not in self._sold:
            self._sold[designer] = span(
                [
                    place
                    for place, line in enumerate(self.lines)
                    if line.way == "sale" and line.designer is designer
                ]
            )
        return self._sold[designer]

    @cached_property
    def _sold(self) -> dict[Designer, slice | list[int]]:
        return {}

    @cached_property
    def dearer(self) -> list[int]:
        """Places among ``rows`` of the lines that cost more, as they go around the rules."""
        return [place for place, line in enumerate(self.lines) if line.way != "sale"]

    @cached_property
    def mark_up(self) -> Floats:
        """What buyers pay for these above list prices, USD bn a unit, ``(dearer, futures)``."""
        return self.price[self.dearer] - self.listed[self.dearer]


@dataclass(frozen=True)
class Stall:
    """What a class of buyers finds.

    Attributes:
        shelf: the lines open to them.
        counter: what the buyers see of these.
    """

    shelf: Shelf
    counter: Counter


class Stalls:
    """The stalls of one clearing, set up as buyers come.

    Args:
        session: the clearing.
        parameters: uncertain parameters.
    """

    def __init__(self, session: Session, parameters: Parameters) -> None:
        self._session = session
        self._parameters = parameters
        self._known: dict[Hashable, Stall] = {}
        self._shelves: dict[tuple[str, tuple[int, ...]], Shelf] = {}
        self._hastes: dict[str, Floats] = {}

    def of(self, buyer: Developer, rules: Rulings) -> Stall:
        """The stall of a buyer's class under a rule book."""
        told_apart = rules.told_apart(buyer.name, buyer.region)
        kind = (
            id(rules),
            buyer.region,
            buyer.own_designer,
            buyer.only_own_chips,
            told_apart,
        )
        if kind not in self._known:
            self._known[kind] = self._set_up(buyer, rules)
        return self._known[kind]

    def parts_of(self, figures: Floats) -> list[Floats]:
        """A figure of all lines, ``(lines, futures)``, by shelf: of the lines that it has."""
        return [figures[shelf.rows] for shelf in self._shelves.values()]

    def _set_up(self, buyer: Developer, rules: Rulings) -> Stall:
        session = self._session
        offered = chip_lines.offered(
            session.lines,
            buyer,
            rules,
            self._parameters,
            session.start,
            session.end,
            insecure=rules is session.rules and session.barred,
        )
        rows: list[int] = np.flatnonzero(offered.any(axis=1)).tolist()
        shelf = self._shelf(buyer.region, rows)
        counter = Counter(
            offered[rows],
            shelf.price,
            shelf.appeals,
            self._haste(buyer.region),
            shelf.rows_by_channel,
            rows,
        )
        return Stall(shelf, counter)

    def _shelf(self, region: str, rows: list[int]) -> Shelf:
        """The shelf of those lines; classes of buyers to whom the same are open share it."""
        same = region, tuple(rows)
        if same not in self._shelves:
            self._shelves[same] = Shelf.of(self._session, len(self._shelves), region, rows)
        return self._shelves[same]

    def _haste(self, region: str) -> Floats:
        """Share of the cash usually kept back that a rule about to bind draws out."""
        if region not in self._hastes:
            session, known = self._session, self._parameters
            lead = session.months + known.certain("chip_warning_months")
            ahead = session.rules.chip_control_ahead(region, session.start, lead)
            self._hastes[region] = np.where(ahead, known["chip_hoard"], 0.0)
        return self._hastes[region]
