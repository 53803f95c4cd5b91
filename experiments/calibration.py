"""The statistics of calibration: which futures remain when what was seen is held against them.

A future is a draw from the prior, parameters and luck together.  With an error and a discrepancy
stated for each pattern, its likelihood follows from its distances to what was seen, and keeping it
with a probability in proportion to that gives draws from the posterior, all of equal weight: exact
Bayesian inference under those errors (Wilkinson, Approximate Bayesian computation gives exact
results under the assumption of model error, 2013).  Patterns that repeat one another share a vote.

Nothing here knows the world: arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy

from agents.arrays import Bools, Floats

# Three standard deviations hold 95% of any unimodal distribution (Pukelsheim, 1994).
RULED_OUT_BEYOND = 3.0
# Half of the variance, or less, left of the prior's.
PINNED_BELOW = 0.5**0.5
# Chance of one parameter or pair too many among all that are shown.
_MISTAKES = 0.01
_QUANTILES = (0.05, 0.5, 0.95)


class CalibrationError(ValueError):
    """A calibration that cannot be had; the message says why in a line."""


def log_likelihood(departures: Floats, votes: Floats) -> Floats:
    """Gaussian log-likelihood of each future, up to a constant, ``(futures,)``.

    ``-1/2 sum_i vote_i departure_i^2``: a product of likelihoods, each to the power of its vote.

    Args:
        departures: in standard deviations, ``(patterns, futures)``.
        votes: how much each pattern counts, 0 to 1, ``(patterns,)``.
    """
    return np.asarray(-0.5 * (votes[:, None] * departures**2).sum(axis=0))


def weights_of(log_likelihoods: Floats) -> Floats:
    """Weights that add up to 1, in proportion to the likelihoods, ``(futures,)``.

    Raises:
        CalibrationError: if no future has any likelihood.
    """
    largest = float(log_likelihoods.max())
    if not np.isfinite(largest):
        raise CalibrationError(
            "no future shows all that was seen at any distance: more futures or wider discrepancies"
            " are needed, or the model lacks something"
        )
    weights = np.exp(log_likelihoods - largest)
    return np.asarray(weights / weights.sum())


def effective_size(weights: Floats) -> float:
    """How many equal weights are worth as much as these: ``(sum w)^2 / sum w^2``.

    From 1, all on one future, to the number of futures, all alike.

    Source: Kish, Survey Sampling, 1965; Kong, Liu and Wong, 1994, for importance weights.
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def capped(weights: Floats, cut: float) -> float:
    """The cap on weights that cuts off a share ``cut`` of their sum, the largest weight for none.

    Probabilities under the capped weights differ from those under the full ones by ``cut`` at most
    (their distance in total variation), for far more futures kept.

    Source: Ionides, Truncated importance sampling, 2008.
    """
    falling = np.sort(weights)[::-1]
    above = np.arange(1, falling.size + 1)
    lost = np.cumsum(falling) - above * falling
    # The cap lies between two neighbours; so many weights are above it.
    count = int(np.searchsorted(lost, cut * weights.sum(), side="right"))
    return float((falling[:count].sum() - cut * weights.sum()) / count)


def kept_of(weights: Floats, cap: float, luck: Floats) -> Bools:
    """Futures to keep: each with probability ``weight / cap``, and none twice, ``(futures,)``.

    Args:
        weights: of the futures.
        cap: weight from which a future is sure to be kept.
        luck: uniform draws, one for each future.

    Source: rejection sampling, von Neumann 1951.
    """
    return np.asarray(luck < weights / cap)


def not_ruled_out(departures: Floats) -> Bools:
    """Futures whose largest departure is within the cut-off, ``(futures,)``.

    The first wave of history matching (Vernon, Goldstein and Bower, 2010), here a diagnosis alone:
    where no future is left, the model cannot show what was seen.
    """
    return np.asarray((np.abs(departures) <= RULED_OUT_BEYOND).all(axis=0))


@dataclass(frozen=True, slots=True)
class Movement:
    """A parameter before and after.

    Attributes:
        name: of the parameter.
        prior: its 5%, 50% and 95% points, in its unit.
        posterior: the same under the weights.
        shift: change of its mean, in standard deviations of the prior.
        spread: standard deviation over that of the prior.
        distance: largest distance between the two distribution functions (Kolmogorov, Smirnov).
        chance: how likely so large a distance would be by chance, were nothing learnt.
    """

    name: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    shift: float
    spread: float
    distance: float
    chance: float


def movement(name: str, values: Floats, scores: Floats, weights: Floats) -> Movement:
    """What the weights do to one parameter.

    Args:
        name: of the parameter.
        values: in its unit, ``(futures,)``.
        scores: the standard normal draws that they come from, ``(futures,)``.
        weights: that add up to 1, ``(futures,)``.
    """
    mean = float(weights @ scores)
    order = np.argsort(scores)
    reached = np.cumsum(weights[order])
    expected = scipy.stats.norm.cdf(scores[order])
    before = np.concatenate([[0.0], reached[:-1]])
    distance = float(max((reached - expected).max(), (expected - before).max()))
    size = max(1, int(effective_size(weights)))
    return Movement(
        name,
        _points(values, np.full(values.size, 1.0 / values.size)),
        _points(values, weights),
        mean,
        float(np.sqrt(weights @ (scores - mean) ** 2)),
        distance,
        float(scipy.stats.kstwo.sf(distance, size)),
    )


def moved(movements: Iterable[Movement]) -> list[Movement]:
    """Those that chance does not explain (Bonferroni, 1% over all), the furthest first."""
    found = list(movements)
    clear = [one for one in found if one.chance * len(found) < _MISTAKES]
    return sorted(clear, key=lambda one: (-one.distance, one.name))


@dataclass(frozen=True, slots=True)
class Tie:
    """Two parameters that the observations tie to each other, and their correlation."""

    names: tuple[str, str]
    correlation: float


def ties(names: list[str], scores: Floats, weights: Floats) -> list[Tie]:
    """Pairs whose correlation under the weights is beyond chance (Bonferroni), strongest first.

    Independent under the prior: what ties them is that only a combination of them was seen.

    Args:
        names: of the parameters.
        scores: their standard normal draws, ``(parameters, futures)``.
        weights: that add up to 1, ``(futures,)``.
    """
    size = effective_size(weights)
    if len(names) < 2 or size <= 3.0:
        return []
    centred = scores - (scores @ weights)[:, None]
    covariance = (centred * weights) @ centred.T
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    first, second = np.triu_indices(len(names), 1)
    found = correlation[first, second]
    bound = np.tanh(
        scipy.stats.norm.ppf(1.0 - _MISTAKES / (2.0 * found.size)) / np.sqrt(size - 3.0)
    )
    clear = [at for at in np.argsort(-np.abs(found)) if abs(found[at]) > bound]
    return [Tie((names[first[at]], names[second[at]]), float(found[at])) for at in clear]


def _points(values: Floats, weights: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, _QUANTILES, method="inverted_cdf", weights=weights)
    return float(low), float(middle), float(high)
