"""The few array idioms that recur.  Arrays run over futures along their last axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

SMALLEST_MARKET = 1e-12


def total(rows: Iterable[Floats] | Floats) -> Floats:
    """Sum over the first axis, one row after the other in their order.

    ``np.sum`` may change its order of addition with the shape of the array (it adds a single
    column pairwise), and then the last digits would depend on the number of futures in a block.
    """
    if isinstance(rows, np.ndarray):
        if rows.shape[-1] == 1 and len(rows) > 0:
            return np.asarray(np.add.accumulate(rows, axis=0)[-1])
        return np.asarray(np.add.reduce(rows, axis=0))
    iterator = iter(rows)
    summed = np.array(next(iterator), dtype=np.float64)
    for row in iterator:
        summed += row
    return summed


def ratio(numerator: Floats, denominator: Floats, otherwise: float | Floats = 0.0) -> Floats:
    """``numerator / denominator``, and ``otherwise`` where the denominator is zero."""
    positive = denominator > SMALLEST_MARKET
    if np.count_nonzero(positive) == positive.size:
        return np.asarray(numerator / denominator)
    return np.where(positive, numerator / np.where(positive, denominator, 1.0), otherwise)


def filled(demand: Floats, supply: Floats) -> Floats:
    """Share of ``demand`` that ``supply`` can serve, between 0 and 1; 1 where nothing is asked."""
    return np.minimum(1.0, ratio(supply, demand, otherwise=1.0))


def shares(weights: Floats) -> Floats:
    """Weights divided by their sum over the first axis; zero where all weights are zero."""
    return ratio(weights, total(weights))


def span(places: Sequence[int]) -> slice | list[int]:
    """The same places as a slice where each follows on the one before: such rows are no copies."""
    if places and list(places) == list(range(places[0], places[0] + len(places))):
        return slice(places[0], places[0] + len(places))
    return list(places)


def replaced[T: np.generic](
    values: NDArray[T], places: Ints, new: NDArray[T] | T | float
) -> NDArray[T]:
    """The values with those of some futures replaced; ``new`` has one for each of ``places``."""
    changed = values.copy()
    changed[..., places] = new
    return changed
