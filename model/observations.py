"""Dated observations of outcomes, with their errors: what results are overlaid with and held to."""

from __future__ import annotations

import datetime as dt
from functools import cache

from pydantic import Field, model_validator

from agents.records import Basis, Strict
from model.loading import DATA, read


class Measured(Strict):
    """A figure that somebody found.

    ``low`` and ``high`` bound what the source, or the disagreement of sources, leaves possible
    (about 5-95%); a source that gives no error has both equal to ``value``.
    """

    value: float = Field(allow_inf_nan=False)
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    unit: str
    label: str = Field(min_length=3, max_length=40)
    source: str = Field(min_length=3)
    basis: Basis

    @model_validator(mode="after")
    def _ordered(self) -> Measured:
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"expected low <= value <= high, got {self.low}, {self.value}, {self.high}"
            )
        return self


class Observation(Measured):
    """What an outcome was at a time, in the unit that the registry gives the outcome."""

    outcome: str
    date: dt.date


@cache
def observations() -> tuple[Observation, ...]:
    """Every observation, by outcome and date.

    Raises:
        DataError: if the file is at fault.
    """
    found: list[Observation] = read(DATA / "observations.yaml", list[Observation])
    return tuple(sorted(found, key=lambda seen: (seen.outcome, seen.date)))


def observations_of(outcome: str) -> tuple[Observation, ...]:
    """The observations of one outcome, by date."""
    return tuple(seen for seen in observations() if seen.outcome == outcome)
