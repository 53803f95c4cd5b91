"""Evidence: how strongly each dated pattern speaks for or against a future.

A future cannot be expected to show what was seen to the digit: what was seen has an error, and the
model leaves things out (its *discrepancy*).  Both are stated for each pattern, as are the groups of
patterns that see one thing several times and must not be counted as if they were independent.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from pydantic import Field

from agents.arrays import Floats
from agents.records import Strict
from model.calendar import Calendar
from model.loading import DATA, DataError, read
from model.patterns import Month, Pattern, patterns

# Standard normal quantile of 95%: the ends of a pattern's range lie at 5% and 95%.
_Z95 = 1.6448536269514722


class Group(Strict):
    """Patterns that see the same thing, in several years or by the same source.

    ``correlation`` is that of the errors and discrepancies of any two of them.
    """

    correlation: float = Field(ge=0.0, le=1.0)
    source: str = Field(min_length=3, description="why")


class Allowance(Strict):
    """What a pattern is forgiven besides the error of what was seen.

    ``discrepancy`` is the standard deviation of what the model leaves out: in the pattern's unit
    on a linear scale, as a difference of natural logarithms (about a share) on a logarithmic one.
    ``known_through`` is the first of the month after the last that a source draws upon, where that
    is later than what is read.
    """

    group: str
    scale: Literal["linear", "log"]
    discrepancy: float = Field(gt=0.0, allow_inf_nan=False)
    known_through: Month | None = None
    source: str = Field(min_length=3, description="why so much")


class _File(Strict):
    groups: dict[str, Group]
    patterns: dict[str, Allowance]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A pattern with what it is forgiven."""

    pattern: Pattern
    allowance: Allowance

    @property
    def known(self) -> dt.date:
        """First of a month on which all that it is about has happened."""
        return max(self.pattern.reading.last, self.allowance.known_through or dt.date.min)

    def departure(self, values: Floats) -> Floats:
        """Distance of readings from what was seen, in standard deviations of error and discrepancy.

        Positive above what was seen; 0 within the range of a pattern that is a range or a bound.
        Infinite where a reading is not defined, lies beyond the record, or has no logarithm: such
        a future does not show what was seen.  Its size is the implausibility of history matching.

        Args:
            values: readings, ``(futures,)``.

        Source: Vernon, Goldstein and Bower, Galaxy formation: a Bayesian uncertainty analysis,
        2010, eq. 13, with an error for each side.
        """
        seen, low, high = (self._scaled(end) for end in self._ends())
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = np.log(values) if self.allowance.scale == "log" else values
            below, above = scaled - seen[0], scaled - seen[1]
        distance = np.where(below < 0.0, below / self._spread(seen[0] - low[0]), 0.0)
        distance = np.where(above > 0.0, above / self._spread(high[0] - seen[1]), distance)
        return np.where(np.isnan(scaled), np.inf, distance)

    def _ends(self) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
        """What was seen as a span, and how far below and above it its error reaches."""
        low, high = self.pattern.bounds
        if self.pattern.value is None:
            return (low, high), (low, low), (high, high)
        return (self.pattern.value, self.pattern.value), (low, low), (high, high)

    def _scaled(self, span: tuple[float, float]) -> tuple[float, float]:
        if self.allowance.scale == "linear":
            return span
        low, high = (float(np.log(end)) if end > 0.0 else -np.inf for end in span)
        return low, high

    def _spread(self, reach: float) -> float:
        error = reach / _Z95 if np.isfinite(reach) else 0.0
        return float(np.hypot(error, self.allowance.discrepancy))


def evidence() -> tuple[Evidence, ...]:
    """Every pattern that calibration may use, in the order of the patterns.

    Patterns whose basis is an assumption are none: a guess is no evidence.

    Raises:
        DataError: if the file is at fault, names no pattern or group, or leaves a pattern out.
    """
    allowances = _allowances().patterns
    return tuple(Evidence(pattern, allowances[pattern.id]) for pattern in _usable())


def shares_of_vote(used: Sequence[Evidence]) -> Floats:
    """How much each pattern counts, given the others of its group that are used, ``(patterns,)``.

    ``1 / (1 + (n - 1) correlation)``: of n patterns that say the same each counts for a n-th; of
    independent ones each counts in full.  The design effect of clustered samples.

    Source: Kish, Survey Sampling, 1965, sec. 5.4; as powers of likelihoods, Varin, Reid and Firth,
    An overview of composite likelihood methods, 2011, sec. 4.
    """
    groups = _allowances().groups
    members = Counter(seen.allowance.group for seen in used)
    return np.array(
        [
            1.0 / (1.0 + (members[name] - 1) * groups[name].correlation)
            for name in (seen.allowance.group for seen in used)
        ]
    )


def known_by(found: Sequence[Evidence], until: dt.date) -> tuple[Evidence, ...]:
    """Evidence about nothing later than a moment; the first of a month counts what came before."""
    return tuple(seen for seen in found if seen.known <= until)


def month_after(until: dt.date) -> dt.date:
    """First of the next month: what has happened by the end of ``until`` is read there."""
    calendar = Calendar()
    return calendar.month(calendar.index(until) + 1)


def as_data(used: Sequence[Evidence]) -> list[Mapping[str, object]]:
    """All that a weight depends on besides what is read: what was seen, and what is forgiven."""
    groups = _allowances().groups
    return [
        {
            "id": seen.pattern.id,
            "reading": seen.pattern.reading.model_dump(mode="json"),
            "seen": [seen.pattern.value, seen.pattern.low, seen.pattern.high],
            "scale": seen.allowance.scale,
            "discrepancy": seen.allowance.discrepancy,
            "group": seen.allowance.group,
            "correlation": groups[seen.allowance.group].correlation,
        }
        for seen in used
    ]


def _usable() -> list[Pattern]:
    return [pattern for pattern in patterns() if pattern.basis != "assumption"]


@cache
def _allowances() -> _File:
    path = DATA / "evidence.yaml"
    found: _File = read(path, _File)
    usable, known = {pattern.id for pattern in _usable()}, {pattern.id for pattern in patterns()}
    for name, allowance in found.patterns.items():
        if name not in known:
            raise DataError(f"{path}: patterns.{name}: no pattern of patterns.yaml has that id")
        if allowance.group not in found.groups:
            raise DataError(
                f"{path}: patterns.{name}.group: expected one of {', '.join(found.groups)},"
                f" got '{allowance.group}'"
            )
    for name in sorted(usable - set(found.patterns)):
        raise DataError(
            f"{path}: patterns: expected an entry for '{name}', as its basis is no assumption"
        )
    return found
