"""Shares of the variance of an effect that single parameters explain, from futures as they are.

A study's futures are no design of Sobol's: parameters are drawn at random, or kept by calibration.
First-order shares can be read off them all the same, by sorting the effects by one parameter and
asking how much of their variance lies in slow waves along it (EASI: Plischke 2010, "An effective
algorithm for computing global sensitivity indices"; bias taken off after Tissot and Prieur 2012).
The estimator is SALib's.  What parameters do only together is not seen in this way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy

from agents.arrays import Floats

# Slow waves summed: more follow sharper bends, and let more noise in.
_WAVES = 6
_FEWEST = 20 * _WAVES
_SIGNIFICANCE = 0.05
# The estimator always resamples; two are the fewest of which a spread can be told.
_FEWEST_RESAMPLES, _RESAMPLES = 2, 200
_SEED_OF_RESAMPLES = 20220101


@dataclass(frozen=True, slots=True)
class Share:
    """First-order share of the variance of a parameter alone, half its 95% interval beside it."""

    parameter: str
    share: float
    reach: float


@dataclass(frozen=True, slots=True)
class Shares:
    """The parameters whose share is more than chance explains, the largest first.

    ``by_chance`` is the share that the largest of all parameters would exceed in one case of twenty
    if none mattered (Bonferroni); ``tried`` is how many there are.
    """

    beyond_chance: tuple[Share, ...]
    by_chance: float
    tried: int
    futures: int


def first_order(parameters: pd.DataFrame, effect: Floats) -> Shares | None:
    """First-order shares of the variance of an effect.

    Args:
        parameters: a column for each, a row for each future.
        effect: ``(futures,)``; futures in which it is not finite are left out.

    Returns:
        None where there are too few futures, or the effect is the same in all of them.
    """
    known = np.isfinite(effect)
    varied = parameters.loc[known, np.ptp(parameters[known].to_numpy(), axis=0) > 0.0]
    count, tried = int(known.sum()), varied.shape[1]
    if count < _FEWEST or tried == 0 or np.ptp(effect[known]) == 0.0:
        return None
    shares = _analysed(varied, effect[known], _FEWEST_RESAMPLES)["S1"]
    by_chance = _by_chance(count, tried)
    found = [
        name
        for share, name in sorted(zip(shares, varied, strict=True), reverse=True)
        if share > by_chance
    ]
    intervals = _analysed(varied[found], effect[known], _RESAMPLES)
    entries = zip(found, intervals["S1"], intervals["S1_conf"], strict=True)
    return Shares(
        tuple(Share(str(name), float(share), float(reach)) for name, share, reach in entries),
        by_chance,
        tried,
        count,
    )


def _analysed(parameters: pd.DataFrame, effect: Floats, resamples: int) -> Any:
    from SALib.analyze import rbd_fast  # noqa: PLC0415 - needs the extra

    names = [str(name) for name in parameters]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    values = parameters.to_numpy(dtype=np.float64)
    return rbd_fast.analyze(
        problem, values, effect, M=_WAVES, num_resamples=resamples, seed=_SEED_OF_RESAMPLES
    )


def _by_chance(futures: int, tried: int) -> float:
    """The largest share that noise alone gives one of so many parameters.

    Of white noise the share of so many waves has a beta distribution, as sums of equal chi-squared
    variables have; the correction for bias is the one that the estimator makes.
    """
    waves = futures // 2
    share = float(scipy.stats.beta.ppf(1.0 - _SIGNIFICANCE / tried, _WAVES, waves - _WAVES))
    noise = 2.0 * _WAVES / futures
    return share - noise / (1.0 - noise) * (1.0 - share)
