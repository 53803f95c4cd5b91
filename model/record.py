"""The record: every outcome of every month, for all futures of a world."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import mesa
import numpy as np

from agents.arrays import Bools, Floats
from model.outcomes import OUTCOMES

if TYPE_CHECKING:
    from model.world import World


class UnknownOutcomeError(ArithmeticError):
    """An outcome that is no number and not censored; the message says which, when and where."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the record, as a data collector of Mesa looks at a model."""

    time: float
    outcomes: dict[str, Floats]

    def reported(self, name: str) -> float | Floats:
        """An outcome: one value per future, ``(futures,)``, or that of the only future."""
        values = self.outcomes[name]
        return float(values[0]) if len(values) == 1 else values


class Record:
    """Outcomes by month.

    Attributes:
        dates: first day of each month recorded so far.
    """

    def __init__(self) -> None:
        self.dates: list[dt.date] = []
        self._row_of = {name: row for row, name in enumerate(OUTCOMES)}
        # By month, ``(outcomes, futures)``.
        self._months: list[Floats] = []
        self._collector = mesa.DataCollector(
            {name: partial(Month.reported, name=name) for name in OUTCOMES}
        )
        self._collected = 0

    def __deepcopy__(self, memo: dict[int, object]) -> Record:
        """What is recorded never changes, so copies of a world share it."""
        twin = Record()
        twin.dates = [*self.dates]
        twin._months = [*self._months]
        return twin

    def take(self, world: World) -> None:
        """Record the present moment of the world.

        Raises:
            UnknownOutcomeError: if an outcome is no number and not censored either.
        """
        self.dates.append(world.calendar.date(world.time))
        month = np.empty((len(OUTCOMES), world.futures))
        for values, outcome in zip(month, OUTCOMES.values(), strict=True):
            values[:] = outcome.compute(world)
        self._months.append(month)
        known = np.isfinite(month)
        for row in np.flatnonzero(~known.all(axis=1)).tolist():
            name, unknown = tuple(OUTCOMES)[row], ~known[row]
            side = OUTCOMES[name].censored_by
            if side is not None:
                unknown &= ~(np.isnan(month[row]) & (self.last(side) != 0.0))
            _refuse(world, name, month[row], unknown)

    def last(self, name: str) -> Floats:
        """An outcome as last recorded, ``(futures,)``."""
        return np.asarray(self._months[-1][self._row_of[name]])

    def values(self, name: str, since: int = 0) -> Floats:
        """An outcome so far, ``(months, futures)``; ``since`` leaves out so many months.

        Raises:
            KeyError: if no outcome has that name.
        """
        row = self._row_of[name]
        return np.array([month[row] for month in self._months[since:]])

    def collector(self) -> mesa.DataCollector:
        """The record so far as Mesa keeps one, for ``mesa.batch_run``; filled when asked for."""
        for month in range(self._collected, len(self.dates)):
            outcomes = dict(zip(OUTCOMES, self._months[month], strict=True))
            self._collector.collect(Month(float(month), outcomes))
        self._collected = len(self.dates)
        return self._collector


def _refuse(world: World, name: str, values: Floats, unknown: Bools) -> None:
    """Say which outcome is no number, in which month, future and policy, if any is."""
    if unknown.any():
        first, others = int(unknown.argmax()), int(unknown.sum()) - 1
        more = f" (and of {others:,} more)" if others else ""
        raise UnknownOutcomeError(
            f"{name} is {values[first]} in {world.calendar.date(world.time):%Y-%m} of future"
            f" {world.streams.numbers[first]}{more} under the policy '{world.policy.name}':"
            " expected a number, or an outcome said to be censored"
        )
