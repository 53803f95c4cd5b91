"""Dated patterns of the recorded past, each a reading of outcomes: what the hindcast is held to.

A pattern says what was seen (a value, a range, or a bound) and how the same thing is read off the
record of a world.  Every kind of reading is a small class with one method, ``of``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from agents.arrays import Floats, ratio, total
from agents.records import Basis, Strict
from model.calendar import MONTHS_PER_YEAR, RECORD_START, Calendar
from model.frontier import beyond_record
from model.loading import DATA, DataError, read
from model.outcomes import OUTCOMES
from model.record import Record

# Outcomes in these units are logarithms to the base of ten.
LOGARITHMS = ("log10 FLOP", "orders of magnitude")

Half = Literal["supply", "demand"]


class Past:
    """A record as patterns read it: logarithms undone, censored values infinite.

    Args:
        record: of a world that has lived past the last month asked for.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._months = {day: row for row, day in enumerate(record.dates)}

    def on(self, outcome: str, day: dt.date) -> Floats:
        """An outcome on the first of a month, ``(futures,)``.

        Raises:
            KeyError: if the month is not on record.
        """
        return np.asarray(self.until(outcome, day)[-1])

    def until(self, outcome: str, day: dt.date) -> Floats:
        """An outcome from the start to the first of a month, ``(months, futures)``."""
        rows = self._months[day] + 1
        values = self._record.values(outcome)[:rows]
        entry = OUTCOMES[outcome]
        if entry.censored_by is not None:
            values = beyond_record(values, self._record.values(entry.censored_by)[:rows])
        return 10.0**values if entry.unit in LOGARITHMS else values

    def sum(self, outcomes: tuple[str, ...], day: dt.date) -> Floats:
        """The sum of outcomes on the first of a month, ``(futures,)``."""
        return total([self.on(outcome, day) for outcome in outcomes])


def _is_outcome(name: str) -> str:
    if name not in OUTCOMES:
        raise ValueError(f"no outcome is called '{name}' ('aigap outcomes' lists them)")
    return name


def _is_recorded_month(day: dt.date) -> dt.date:
    if day.day != 1 or day < RECORD_START:
        raise ValueError(f"expected the first of a month, {RECORD_START} or later")
    return day


OutcomeName = Annotated[str, AfterValidator(_is_outcome)]
Names = Annotated[tuple[OutcomeName, ...], Field(min_length=1)]
Month = Annotated[dt.date, AfterValidator(_is_recorded_month)]


class Reading(Strict):
    """Something read off a record, one value per future.

    Attributes:
        zero: where the scale of the reading has its zero.
    """

    zero: ClassVar[float] = 0.0

    @property
    def last(self) -> dt.date:
        """The month by which everything that is read has happened."""
        raise NotImplementedError

    def of(self, past: Past) -> Floats:
        """The reading, ``(futures,)``; NaN where it is not defined."""
        raise NotImplementedError


class Level(Reading):
    """What an outcome is in a month."""

    kind: Literal["level"]
    outcome: OutcomeName
    at: Month

    @property
    def last(self) -> dt.date:
        """The month itself."""
        return self.at

    def of(self, past: Past) -> Floats:
        """The outcome."""
        return past.on(self.outcome, self.at)


class Ratio(Reading):
    """A sum of outcomes over another, as a ratio, a share, or an order (above or below one).

    ``over_at`` is the month of the denominator, where it is another one.
    """

    kind: Literal["ratio"]
    outcomes: Names
    over: Names
    at: Month
    over_at: Month | None = None

    @property
    def last(self) -> dt.date:
        """The later of the two months."""
        return max(self.at, self.over_at or self.at)

    def of(self, past: Past) -> Floats:
        """The ratio; not defined over nothing."""
        return ratio(
            past.sum(self.outcomes, self.at), past.sum(self.over, self.over_at or self.at), np.nan
        )


class _Period(Reading):
    since: Month
    until: Month

    @model_validator(mode="after")
    def _forward(self) -> _Period:
        if self.since >= self.until:
            raise ValueError(f"expected since < until, got {self.since} and {self.until}")
        return self

    @property
    def last(self) -> dt.date:
        """The end of the period."""
        return self.until

    @property
    def years(self) -> float:
        """Its length."""
        clock = Calendar()
        return (clock.months(self.until) - clock.months(self.since)) / MONTHS_PER_YEAR


class Change(_Period):
    """How much an outcome changes over a period; what a running total gains in it."""

    kind: Literal["change"]
    outcome: OutcomeName

    def of(self, past: Past) -> Floats:
        """Outcome at the end less that at the beginning; not defined between infinities."""
        after, before = past.on(self.outcome, self.until), past.on(self.outcome, self.since)
        known = ~(np.isinf(after) & np.isinf(before))
        return np.where(known, np.where(known, after, 0.0) - np.where(known, before, 0.0), np.nan)


class Growth(_Period):
    """The factor by which a sum of outcomes grows in a year, on average over a period."""

    kind: Literal["growth"]
    outcomes: Names

    def of(self, past: Past) -> Floats:
        """The yearly factor; not defined from nothing."""
        after, before = (past.sum(self.outcomes, day) for day in (self.until, self.since))
        grown = ratio(after, before, np.nan)
        return np.asarray(grown ** (1.0 / self.years))


class Reached(Reading):
    """When an outcome is first seen at a level or below, in years; infinite if not by ``until``.

    The record is taken on the first of each month, so an event shows up to a month late.  Nodes
    are brought up to date once a quarter and show at its end.
    """

    zero: ClassVar[float] = float(RECORD_START.year)

    kind: Literal["reached"]
    outcome: OutcomeName
    at_most: float = Field(allow_inf_nan=False)
    until: Month

    @property
    def last(self) -> dt.date:
        """The end of the search."""
        return self.until

    def of(self, past: Past) -> Floats:
        """The date as a year and its fraction."""
        there = past.until(self.outcome, self.until) <= self.at_most
        when = self.zero + there.argmax(axis=0) / MONTHS_PER_YEAR
        return np.where(there.any(axis=0), when, np.inf)


class CountAhead(Reading):
    """In how many respects one side is ahead: outcomes ``ahead + x`` above ``behind + x``."""

    kind: Literal["count_ahead"]
    ahead: str = Field(min_length=3)
    behind: str = Field(min_length=3)
    at: Month

    @model_validator(mode="after")
    def _something_to_count(self) -> CountAhead:
        if not self.respects:
            raise ValueError(
                f"no outcomes are called '{self.ahead}...' and '{self.behind}...' with one ending"
            )
        return self

    @property
    def respects(self) -> tuple[str, ...]:
        """The endings that outcomes of both sides share."""
        endings = [
            name.removeprefix(self.ahead) for name in OUTCOMES if name.startswith(self.ahead)
        ]
        return tuple(x for x in endings if self.behind + x in OUTCOMES)

    @property
    def last(self) -> dt.date:
        """The month itself."""
        return self.at

    def of(self, past: Past) -> Floats:
        """The number of respects."""
        return total(
            [
                (past.on(self.ahead + x, self.at) > past.on(self.behind + x, self.at)).astype(float)
                for x in self.respects
            ]
        )


class Pattern(Strict):
    """A dated thing that was seen, and how a world is read for it.

    A pattern with a ``value`` is an estimate, with the range that its source leaves possible
    (about 5-95%).  One without is a range or a bound alone; ``low`` or ``high`` may be left open.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=3, max_length=36)
    half: Half
    reading: Annotated[
        Level | Ratio | Change | Growth | Reached | CountAhead, Field(discriminator="kind")
    ]
    unit: str = Field(min_length=1)
    value: float | None = Field(default=None, allow_inf_nan=False)
    low: float | None = Field(default=None, allow_inf_nan=False)
    high: float | None = Field(default=None, allow_inf_nan=False)
    source: str = Field(min_length=3)
    basis: Basis
    fitted: bool = Field(
        default=False, description="whether an input of the model was set with this in view"
    )
    differs: str = Field(
        default="", description="where the source counts something else than is simulated"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Pattern:
        if self.low is None and self.high is None:
            raise ValueError("give 'low', 'high' or both")
        low, high = self.bounds
        if not low <= (low if self.value is None else self.value) <= high:
            raise ValueError(
                f"expected low <= value <= high, got {self.low}, {self.value}, {self.high}"
            )
        if self.value is not None and (self.low is None or self.high is None):
            raise ValueError("an estimate needs both 'low' and 'high'")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """The range that was seen, infinite where it is open."""
        low = -np.inf if self.low is None else self.low
        return low, np.inf if self.high is None else self.high

    @property
    def centre(self) -> float:
        """The value, else the middle of the range, else the one bound there is."""
        if self.value is not None:
            return self.value
        ends = [end for end in (self.low, self.high) if end is not None]
        return sum(ends) / len(ends)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern, in the order of the file.

    Raises:
        DataError: if the file is at fault or two patterns share an id.
    """
    path = DATA / "patterns.yaml"
    found: list[Pattern] = read(path, list[Pattern])
    twice = [name for name, times in Counter(p.id for p in found).items() if times > 1]
    if twice:
        raise DataError(f"{path}: the id '{twice[0]}' is used twice")
    return tuple(found)
