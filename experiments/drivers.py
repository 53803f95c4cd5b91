"""What a difference hangs on: rank correlations of the uncertain parameters with it.

The parameters of a stored study need not be stored: they are a pure function of its seed, its
design and the future, so they are drawn again, one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from agents.arrays import Floats
from experiments.designs import uncertain
from experiments.study import Study
from model.ensemble import Parameters
from model.streams import Streams

_CONFIDENCE = 0.95
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Driver:
    """Spearman's rank correlation of a parameter with an outcome, and its 95% interval."""

    name: str
    correlation: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Drivers:
    """All uncertain parameters, the strongest first.

    ``by_chance`` is the size that the largest of so many correlations would exceed in one case of
    twenty if no parameter mattered (Bonferroni).
    """

    ranked: tuple[Driver, ...]
    by_chance: float
    futures: int


def parameters_of(study: Study) -> Iterator[tuple[str, Floats]]:
    """The uncertain parameters of a study, one after the other: name, values ``(futures,)``.

    They are those that the study was run with as long as the model is the one that ran it.
    """
    rows = study.rows(0, study.futures)
    streams = Streams(study.seed, study.futures, 0, rows.sharing, rows.numbers)
    for name, quantity in uncertain().items():
        given = {name: rows.fixed[name]} if name in rows.fixed else {}
        yield name, Parameters({name: quantity}, streams, given)[name]


def drivers(parameters: Iterator[tuple[str, Floats]], outcome: Floats) -> Drivers | None:
    """Rank the parameters by their rank correlation with an outcome.

    Intervals are Bonett and Wright's (2000): normal on Fisher's scale, with the variance
    (1 + r^2 / 2) / (n - 3).

    Args:
        parameters: name and values ``(futures,)`` of each.
        outcome: ``(futures,)``; futures in which it is not finite are left out.

    Returns:
        None where nothing can be ranked: too few futures, or an outcome that never varies.
    """
    known = np.isfinite(outcome)
    count = int(known.sum())
    if count < _FEWEST or np.ptp(outcome[known]) == 0.0:
        return None
    ranks = _centred_ranks(outcome[known])
    found = []
    for name, values in parameters:
        if np.ptp(values[known]) == 0.0:
            continue
        correlation = float(np.clip(_centred_ranks(values[known]) @ ranks, -1.0, 1.0))
        error = np.sqrt((1.0 + correlation**2 / 2.0) / (count - 3))
        reach = scipy.stats.norm.ppf(0.5 + _CONFIDENCE / 2.0) * error
        middle = np.arctanh(np.clip(correlation, -1.0 + 1e-12, 1.0 - 1e-12))
        low, high = np.tanh([middle - reach, middle + reach])
        found.append(Driver(name, correlation, float(low), float(high)))
    if not found:
        return None
    found.sort(key=lambda driver: (-abs(driver.correlation), driver.name))
    tail = (1.0 - _CONFIDENCE) / (2.0 * len(found))
    by_chance = float(np.tanh(scipy.stats.norm.ppf(1.0 - tail) / np.sqrt(count - 3)))
    return Drivers(tuple(found), by_chance, count)


def _centred_ranks(values: Floats) -> Floats:
    """Ranks with mean 0 and length 1: the product of two of these is Spearman's correlation."""
    ranks = scipy.stats.rankdata(values)
    ranks -= ranks.mean()
    centred: Floats = ranks / np.linalg.norm(ranks)
    return centred
