"""Where an effect turns round: its mean where a parameter is low, and where it is high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from agents.arrays import Bools, Floats
from experiments.comparison import interval_of_mean

Reading = Literal["turns round", "only where low", "only where high", "changes in size", "no clear"]
_PART = 0.25
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class Part:
    """The mean effect in a part of the futures, with its bootstrap 95% interval."""

    edge: float
    mean: float
    interval: tuple[float, float]

    @property
    def direction(self) -> int:
        """1 or -1 where the mean is clearly positive or negative; 0 where it is neither."""
        low, high = self.interval
        return 1 if low > 0.0 else -1 if high < 0.0 else 0


@dataclass(frozen=True, slots=True)
class Flip:
    """An effect in the quarter of futures with the lowest values of a parameter, and the highest.

    ``edge`` of each is the value at which the quarter ends, or begins.
    """

    parameter: str
    lowest: Part
    highest: Part

    @property
    def reading(self) -> Reading:
        """What the two quarters say of the effect."""
        ends = (self.lowest.direction, self.highest.direction)
        if ends[0] * ends[1] < 0:
            return "turns round"
        if ends == (0, 0):
            return "no clear"
        if 0 in ends:
            return "only where high" if ends[0] == 0 else "only where low"
        return "changes in size"


def flip(parameter: str, values: Floats, effect: Floats) -> Flip | None:
    """Compare an effect where a parameter is lowest with the effect where it is highest.

    Args:
        parameter: its name.
        values: of the parameter, ``(futures,)``.
        effect: ``(futures,)``; futures in which it is not finite are left out.

    Returns:
        None where a quarter of the futures is too few to say anything.
    """
    known = np.isfinite(effect)
    values, effect = values[known], effect[known]
    if effect.size * _PART < _FEWEST:
        return None
    low, high = (float(edge) for edge in np.quantile(values, (_PART, 1.0 - _PART)))
    return Flip(parameter, _part(low, effect, values <= low), _part(high, effect, values >= high))


def _part(edge: float, effect: Floats, inside: Bools) -> Part:
    interval = interval_of_mean(effect[inside])
    assert interval is not None  # of twenty futures or more
    return Part(edge, float(effect[inside].mean()), interval)
