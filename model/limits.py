"""Which values a parameter can have at all, whatever its range: ``model/data/limits.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from pydantic import Field

from agents.arrays import Bools, Floats
from agents.records import Quantity, Strict
from model.loading import DATA, read


class LimitError(ValueError):
    """A value that a parameter cannot have; the message names the parameter and the limit."""


class Limit(Strict):
    """An interval of values: from ``least`` (or beyond ``above``) to ``most``."""

    least: float = 0.0
    above: float = -np.inf
    most: float = np.inf
    because: str = Field(default="", description="what lies beyond")

    def admits(self, values: Floats) -> Bools:
        """Which values lie within; what is missing or infinite never does."""
        within = (values >= self.least) & (values > self.above) & (values <= self.most)
        return np.asarray(np.isfinite(values) & within)

    def fault(self, found: float) -> str:
        """What was expected in place of a value beyond."""
        why = f" ({self.because})" if self.because else ""
        return f"expected a number, {self._in_words()}, got {found:g}{why}"

    def _in_words(self) -> str:
        if np.isfinite(self.above):
            low = f"above {self.above:g}"
            return f"{low}, at most {self.most:g}" if np.isfinite(self.most) else low
        if np.isfinite(self.most):
            return f"{self.least:g} to {self.most:g}"
        return f"{self.least:g} or more"


class _Limits(Strict):
    units: Mapping[str, Limit]
    parameters: Mapping[str, Limit]


@cache
def _limits() -> _Limits:
    return read(DATA / "limits.yaml", _Limits)


def limit_of(name: str, quantity: Quantity) -> Limit:
    """Which values a parameter can have: its own limits, or those of its unit."""
    known = _limits()
    of_unit = known.units.get(quantity.unit, Limit())
    return known.parameters.get(name, of_unit)


def require_within(name: str, quantity: Quantity, values: Floats) -> None:
    """Make sure that a parameter can have all these values.

    Raises:
        LimitError: naming the parameter, what was expected and the first value beyond.
    """
    limit = limit_of(name, quantity)
    bad = ~limit.admits(values)
    if bad.any():
        raise LimitError(f"{name}: {limit.fault(np.ravel(values)[np.argmax(bad)])}")
