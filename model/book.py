"""A book of instruments: which are in force on a day, and averages over a period.

The book never changes; a policy has a book of its own.  Questions about a period are answered with
the average over its days, so that a rule which takes effect in mid-quarter leaves that quarter open
for the days before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date
from math import inf
from typing import Self, cast

from model.calendar import Calendar
from model.instruments import Instrument, InstrumentBase

Kinds = tuple[type[InstrumentBase], ...]


class Book:
    """A fixed set of instruments over time.

    Args:
        instruments: the instruments of one policy.
        calendar: converts months to dates.
        succeeds: the book that held before ``since``, for a world forked in mid-flight: what was
            lived through under it stays judged by it.
        since: the month from which this book holds.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        calendar: Calendar,
        succeeds: Self | None = None,
        since: float = -inf,
    ) -> None:
        self.instruments = tuple(instruments)
        self.calendar = calendar
        self.succeeds = succeeds
        self.since = since
        self._answers: dict[Hashable, float] = {}
        self._values: dict[tuple[Hashable, int], float] = {}
        self._places: dict[tuple[float, Kinds], tuple[date, int]] = {}
        self._of_kind: dict[type[InstrumentBase], list[InstrumentBase]] = defaultdict(list)
        for instrument in self.instruments:
            self._of_kind[type(instrument)].append(instrument)
        self._turns: dict[Kinds, list[float]] = {}
        self._found_in_force: dict[tuple[date, type[InstrumentBase]], list[InstrumentBase]] = {}

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """A book never changes, so copies of a world share it."""
        return self

    def _in_force[I: InstrumentBase](self, day: date, kind: type[I]) -> list[I]:
        """Instruments of a kind in force on a day, remembered: the list is not to be changed."""
        if (day, kind) not in self._found_in_force:
            found: list[InstrumentBase] = (
                [*self.succeeds._in_force(day, kind)]
                if self.succeeds is not None and self.calendar.months(day) < self.since
                else [i for i in self._kind(kind) if i.in_force(day)]
            )
            self._found_in_force[day, kind] = found
        return cast("list[I]", self._found_in_force[day, kind])

    def _kind[I: InstrumentBase](self, kind: type[I]) -> list[I]:
        return cast("list[I]", self._of_kind.get(kind, []))

    def _predecessors(self) -> Iterator[Self]:
        if self.succeeds is not None:
            yield self.succeeds
            yield from self.succeeds._predecessors()

    def _binding_within[I: InstrumentBase](
        self, kind: type[I], now: float, lead: float
    ) -> Iterator[I]:
        """Instruments of a kind yet to take effect that are announced, or near enough to leak."""
        return (
            i
            for i in self._kind(kind)
            if now < self.calendar.months(i.effective)
            and (
                self.calendar.months(i.effective) <= now + lead
                or self.calendar.months(i.announced) <= now
            )
        )

    def anew(self, before: Self, moment: float) -> list[Instrument]:
        """Instruments in force here at a moment that are not, or are not the same, in another."""
        day = self.calendar.date(moment)
        held = {i.id: i for i in before.instruments if i.in_force(day)}
        return [i for i in self.instruments if i.in_force(day) and held.get(i.id) != i]

    def _average(
        self, key: Hashable, start: float, end: float, at: Callable[[date], float], kinds: Kinds
    ) -> float:
        """Average of a quantity over the days of ``[start, end)``, remembered.

        Args:
            key: names the quantity.
            start: beginning of the period, months.
            end: its end.
            at: the quantity on a day.
            kinds: every kind of instrument that it depends on.
        """
        full_key = (key, start, end)
        answer = self._answers.get(full_key)
        if answer is None:
            answer = self._answers[full_key] = self._averaged(key, start, end, at, kinds)
        return answer

    def _averaged(
        self, key: Hashable, start: float, end: float, at: Callable[[date], float], kinds: Kinds
    ) -> float:
        turns = self._turns_of(kinds)
        first, last = bisect_right(turns, start), bisect_left(turns, end)
        # Spells of one value are joined, so that a turn elsewhere in the book, which changes
        # nothing here, does not change the last digit either.
        spells: list[tuple[float, float]] = []
        for left in (start, *turns[first:last]):
            value = self._value(key, left, at, kinds)
            if not spells or spells[-1][1] != value:
                spells.append((left, value))
        if len(spells) == 1:
            return spells[0][1]
        ends = [left for left, _ in spells[1:]] + [end]
        summed = sum(
            value * (right - left) for (left, value), right in zip(spells, ends, strict=True)
        )
        return summed / (end - start)

    def _value(
        self, key: Hashable, moment: float, at: Callable[[date], float], kinds: Kinds
    ) -> float:
        """A quantity at a moment, asked once for all the days on which nothing here changes."""
        day, turn = self._place(moment, kinds)
        value = self._values.get((key, turn))
        if value is None:
            value = self._values[key, turn] = at(day)
        return value

    def _place(self, moment: float, kinds: Kinds) -> tuple[date, int]:
        """The day of a moment, and how many turns of some kinds lie behind that day's beginning."""
        place = self._places.get((moment, kinds))
        if place is None:
            day = self.calendar.date(moment)
            turn = bisect_right(self._turns_of(kinds), self.calendar.months(day))
            place = self._places[moment, kinds] = day, turn
        return place

    def _turns_of(self, kinds: Kinds) -> list[float]:
        """Every moment at which anything about instruments of some kinds changes, in order."""
        if kinds not in self._turns:
            days = {
                day
                for kind in kinds
                for i in self._kind(kind)
                for day in (
                    i.effective,
                    i.ended,
                    *(v.since for p in i.parameters.values() for v in p.values),
                )
                if day is not None
            }
            turns = {self.calendar.months(day) for day in days}
            if self.succeeds is not None:
                turns |= {self.since, *self.succeeds._turns_of(kinds)}
            self._turns[kinds] = sorted(turns)
        return self._turns[kinds]
