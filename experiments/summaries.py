"""Outcomes over futures in a few numbers that can be merged: moments and histograms.

A *cell* is one outcome of one policy in one month.  Moments are merged after Chan, Golub and
LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats, Ints
from experiments.histograms import Histograms


@dataclass(frozen=True, slots=True)
class Moments:
    """Of the values that are finite, each ``(cells,)``.

    Attributes:
        count: how many.
        mean: theirs; 0 where there are none.
        squares: sum of squared deviations from the mean.
        least: the least, plus infinity where there are none.
        most: the largest, minus infinity where there are none.
    """

    count: Ints
    mean: Floats
    squares: Floats
    least: Floats
    most: Floats

    @classmethod
    def of(cls, values: Floats) -> Moments:
        """Those of ``(cells, futures)`` values."""
        finite = np.isfinite(values)
        count = finite.sum(axis=-1)
        mean = np.where(finite, values, 0.0).sum(axis=-1) / np.maximum(count, 1)
        deviations = np.where(finite, values - mean[:, None], 0.0)
        return cls(
            count=count,
            mean=mean,
            squares=(deviations**2).sum(axis=-1),
            least=np.min(values, axis=-1, initial=np.inf, where=finite),
            most=np.max(values, axis=-1, initial=-np.inf, where=finite),
        )

    def plus(self, other: Moments) -> Moments:
        """Those of both sets of values."""
        count = self.count + other.count
        share = other.count / np.maximum(count, 1)
        apart = other.mean - self.mean
        return Moments(
            count=count,
            mean=self.mean + apart * share,
            squares=self.squares + other.squares + apart**2 * self.count * share,
            least=np.minimum(self.least, other.least),
            most=np.maximum(self.most, other.most),
        )

    @property
    def sd(self) -> Floats:
        """Standard deviation of a sample; not a number where fewer than two values are."""
        enough = self.count > 1
        return np.where(enough, np.sqrt(self.squares / np.maximum(self.count - 1, 1)), np.nan)


@dataclass(frozen=True, slots=True)
class Summary:
    """Levels of cells, and their differences from a baseline future by future.

    Attributes:
        level: of the values that are known.
        levels: histograms of values, censored ones as infinities.
        change: of the differences of pairs that are both known.
        changes: histograms of these.
        base: of the baseline's values in these pairs.
    """

    level: Moments
    levels: Histograms
    change: Moments
    changes: Histograms
    base: Moments

    @classmethod
    def of(cls, values: Floats, baseline: Floats) -> Summary:
        """Summarise some futures.

        Args:
            values: ``(cells, futures)``; censored ones are infinite, undefined ones not a number.
            baseline: the same futures under the baseline.
        """
        paired = np.isfinite(values) & np.isfinite(baseline)
        with np.errstate(invalid="ignore"):
            change = np.where(paired, values - baseline, np.nan)
        return cls(
            level=Moments.of(values),
            levels=Histograms.of(values),
            change=Moments.of(change),
            changes=Histograms.of(change),
            base=Moments.of(np.where(paired, baseline, np.nan)),
        )

    def plus(self, other: Summary) -> Summary:
        """That of both sets of futures."""
        return Summary(
            level=self.level.plus(other.level),
            levels=self.levels.plus(other.levels),
            change=self.change.plus(other.change),
            changes=self.changes.plus(other.changes),
            base=self.base.plus(other.base),
        )
