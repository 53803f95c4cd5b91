"""The ensemble: uncertain figures turned into one value per future."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from agents.arrays import Floats
from agents.records import Quantity
from model.limits import require_within
from model.streams import Streams

# Standard normal quantile of 95%: where a quantity's `high` lies (and -1 x, its `low`).
_Z95 = 1.6448536269514722
# Draws beyond 1% and 99% are pulled in, so that a range stays a range.
_Z_LIMIT = 2.3263478740408408


def spread(quantity: Quantity, normal: Floats) -> Floats:
    """Values of an uncertain quantity for standard normal draws.

    A two-piece distribution with its median at ``value`` and 5% and 95% quantiles at ``low`` and
    ``high``: log-normal pieces where all three are positive, normal pieces otherwise; draws are
    limited to the central 98%.  Where the range begins at zero no value lies below it.  A figure
    without a range has the same value in every future.

    Args:
        quantity: the figure.
        normal: standard normal draws, ``(futures,)``.

    Returns:
        Values in the quantity's unit, ``(futures,)``; shares stay within 0 and 1.
    """
    if quantity.low is None or quantity.high is None:
        return np.full(normal.shape, quantity.value)
    z: Floats = np.clip(normal, -_Z_LIMIT, _Z_LIMIT) / _Z95
    if quantity.low > 0.0:
        up = np.log(quantity.high / quantity.value)
        down = np.log(quantity.value / quantity.low)
        values: Floats = quantity.value * np.exp(np.where(z > 0.0, z * up, z * down))
    else:
        up, down = quantity.high - quantity.value, quantity.value - quantity.low
        values = quantity.value + np.where(z > 0.0, z * up, z * down)
        if quantity.low == 0.0:
            values = np.maximum(values, 0.0)
    return np.clip(values, 0.0, 1.0) if quantity.unit.startswith("share") else values


class Parameters(Mapping[str, Floats]):
    """The uncertain parameters of the world, one value per future each.

    Args:
        quantities: the parameters by name.
        streams: where the draws come from (stream ``parameter/NAME``).
        fixed: values to use instead of draws, by name; scalars or ``(futures,)``.

    Raises:
        KeyError: if ``fixed`` names no parameter.
        LimitError: if it gives one a value that the parameter cannot have.
    """

    def __init__(
        self,
        quantities: Mapping[str, Quantity],
        streams: Streams,
        fixed: Mapping[str, float | Floats] | None = None,
    ) -> None:
        unknown = set(fixed or {}) - set(quantities)
        if unknown:
            raise KeyError(f"no parameter is called {', '.join(sorted(unknown))}")
        for name, values in (fixed or {}).items():
            require_within(name, quantities[name], np.asarray(values, float))
        self._values = {
            name: np.broadcast_to(np.asarray((fixed or {})[name], float), streams.futures).copy()
            if name in (fixed or {})
            else spread(quantity, streams.normal(f"parameter/{name}"))
            for name, quantity in quantities.items()
        }

    def certain(self, name: str) -> float:
        """The value of a parameter that is the same in every future, such as a look-ahead.

        Raises:
            ValueError: if the parameter differs between futures.
        """
        values = self._values[name]
        if (values != values[0]).any():
            raise ValueError(f"the parameter '{name}' must be the same in every future")
        return float(values[0])

    def __getitem__(self, name: str) -> Floats:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
