"""Counts of values in bins that are narrow beside the values: quantiles of more than memory holds.

A bin holds the 64-bit numbers that share sign, exponent and the first eight bits of the
significand.  That is a log-linear histogram, after Tene's HdrHistogram: a quantile read from it is
off by at most a 512th of the values it lies between, whatever their size.  Zero has a bin of its
own, as has each infinity.  Counts add up to the same in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.arrays import Floats, Ints

_BITS_KEPT = 8
_BITS_DROPPED = 52 - _BITS_KEPT
RELATIVE_ERROR = 0.5 / 2**_BITS_KEPT
INFINITE = 2047 << _BITS_KEPT
# Bins lie between minus and plus this, so that a cell and a bin go into one integer.
_BINS = 2 ** (11 + _BITS_KEPT)
_BITS_OF_A_BIN = 12 + _BITS_KEPT
_NONE = np.iinfo(np.int32).max

Bins = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Histograms:
    """One histogram for each of many cells, end to end, empty bins left out.

    Attributes:
        starts: where each cell's bins begin, and the end, ``(cells + 1,)``.
        bins: ascending within a cell.
        counts: of values, one for each of ``bins``.
    """

    starts: Ints
    bins: Bins
    counts: Ints

    @classmethod
    def of(cls, values: Floats) -> Histograms:
        """Count ``(cells, futures)`` values; what is not a number is left out."""
        cells, futures = values.shape
        keys = np.where(np.isnan(values), _NONE, bins_of(values))
        keys.sort(axis=-1)
        begins = np.ones(keys.shape, dtype=np.bool_)
        begins[:, 1:] = keys[:, 1:] != keys[:, :-1]
        places = np.flatnonzero(begins)
        lengths = np.diff(places, append=keys.size)
        bins = keys.ravel()[places]
        known = bins != _NONE
        return cls(_starts(places[known] // futures, cells), bins[known], lengths[known])

    def plus(self, other: Histograms) -> Histograms:
        """The counts of both."""
        codes = np.concatenate([self._codes(), other._codes()])
        counts = np.concatenate([self.counts, other.counts])
        order = np.argsort(codes, kind="stable")
        codes, counts = codes[order], counts[order]
        if not codes.size:
            return self
        places = np.concatenate([[0], np.flatnonzero(codes[1:] != codes[:-1]) + 1])
        codes = codes[places]
        return Histograms(
            _starts(codes >> _BITS_OF_A_BIN, self.starts.size - 1),
            ((codes & (2 * _BINS - 1)) - _BINS).astype(np.int32),
            np.add.reduceat(counts, places),
        )

    def between(self, first: int, last: int) -> Ints:
        """How many values lie in the bins ``first`` to ``last``, by cell."""
        within = (self.bins >= first) & (self.bins <= last)
        found = np.concatenate([[0], np.cumsum(np.where(within, self.counts, 0))])
        within_cells: Ints = np.diff(found[self.starts])
        return within_cells

    def quantiles(self, probabilities: Sequence[float], least: Floats, most: Floats) -> Floats:
        """Quantiles by cell, linear between neighbouring values as in ``comparison.quantiles``.

        Args:
            probabilities: of the quantiles.
            least: the least finite value of each cell, which no finite quantile is below.
            most: the largest one.

        Returns:
            ``(probabilities, cells)``; not a number where a cell is empty, or where the quantile
            lies between the two infinities.
        """
        totals = np.concatenate([[0], np.cumsum(self.counts)])
        before = totals[self.starts[:-1]]
        size = totals[self.starts[1:]] - before
        centres = centres_of(self.bins)

        def ranked(rank: Ints) -> Floats:
            found = np.full(size.shape, np.nan)
            there = size > 0
            at = np.searchsorted(totals[1:], (before + rank)[there], side="right")
            value = centres[at]
            kept = np.clip(value, least[there], most[there])
            found[there] = np.where(np.isfinite(value), kept, value)
            return found

        result = []
        for probability in probabilities:
            place = probability * (size - 1)
            below = np.floor(place)
            share = place - below
            lower = ranked(below.astype(np.int64))
            upper = ranked(np.minimum(below + 1, size - 1).astype(np.int64))
            with np.errstate(invalid="ignore"):
                mixed = np.where(lower == upper, lower, (1.0 - share) * lower + share * upper)
            result.append(np.where(share == 0.0, lower, mixed))
        return np.stack(result)

    def _codes(self) -> Ints:
        cells = np.repeat(np.arange(self.starts.size - 1), np.diff(self.starts))
        codes: Ints = (cells << _BITS_OF_A_BIN) + (self.bins.astype(np.int64) + _BINS)
        return codes


def bins_of(values: Floats) -> Bins:
    """The bin of each value; it grows with the value, and mirrors at zero."""
    size = (np.abs(values).view(np.int64) >> _BITS_DROPPED).astype(np.int32)
    return np.where(values < 0.0, -size, size)


def centres_of(bins: Bins) -> Floats:
    """The middle of each bin."""
    size = np.abs(bins.astype(np.int64))
    middle = ((size << _BITS_DROPPED) + (1 << (_BITS_DROPPED - 1))).view(np.float64)
    middle = np.where(size == 0, 0.0, np.where(size >= INFINITE, np.inf, middle))
    return np.copysign(middle, bins)


def _starts(cells: Ints, count: int) -> Ints:
    starts: Ints = np.searchsorted(cells, np.arange(count + 1))
    return starts
