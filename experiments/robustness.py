"""How policies hold up across futures: regret and satisficing.

Regret of a policy in a future: how much better the best of the policies compared would have done
there.  A robust policy never does much worse than the best (Savage, 1951), or meets a standard in
most futures (Simon, 1956); see Herman et al. (2015), "How should robustness be defined for water
systems planning under change?".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import scipy

from agents.arrays import Bools, Floats
from experiments.analysis_extra import AnalysisError

Better = Literal["high", "low"]
_MOST = 0.95


@dataclass(frozen=True, slots=True)
class Robustness:
    """How one policy holds up; regrets are in the outcome's unit and never negative.

    ``high_regret`` is the 95% quantile over futures and ``largest_regret`` the worst of them;
    ``best`` is the share of futures in which no policy does better.  ``satisfied`` is the share in
    which the standard is met, with Wilson's 95% interval; none without a standard.
    """

    policy: str
    mean_regret: float
    high_regret: float
    largest_regret: float
    best: float
    satisfied: float | None = None
    satisfied_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All policies, the smallest largest regret first.

    ``compared`` futures have a known value under every policy; ``unknown`` are left out of regret.
    ``undecided`` counts pairs of policy and future of which it is not even known whether the
    standard is met; they are left out of the share.
    """

    policies: tuple[Robustness, ...]
    compared: int
    unknown: int
    undecided: int


def robustness(
    values: pd.DataFrame,
    better: Better,
    standard: float | None = None,
) -> Verdict:
    """Regret and satisficing of policies.

    Args:
        values: a column for each policy, a row for each future; infinite where censored, NaN where
            not defined.
        better: which end of the outcome is the better one.
        standard: the least (where high is better) or the most that is good enough.

    Raises:
        AnalysisError: if in no future the outcome is known under every policy.
    """
    table = values.to_numpy(dtype=np.float64)
    known = np.isfinite(table).all(axis=1)
    if not known.any():
        raise AnalysisError("in no future is the outcome known under every policy")
    regrets = regret(table[known], better)
    met, decided = _meets(table, better, standard)
    found = [
        Robustness(
            str(policy),
            float(regrets[:, column].mean()),
            float(np.quantile(regrets[:, column], _MOST)),
            float(regrets[:, column].max()),
            float(np.mean(regrets[:, column] == 0.0)),
            *_share(met[decided[:, column], column], standard),
        )
        for column, policy in enumerate(values.columns)
    ]
    found.sort(key=lambda one: (one.largest_regret, one.mean_regret, one.policy))
    undecided = 0 if standard is None else int((~decided).sum())
    return Verdict(tuple(found), int(known.sum()), int((~known).sum()), undecided)


def regret(values: Floats, better: Better) -> Floats:
    """How much better the best policy does in each future, ``(futures, policies)`` both."""
    if better == "high":
        distance: Floats = values.max(axis=1, keepdims=True) - values
    else:
        distance = values - values.min(axis=1, keepdims=True)
    return distance


def _meets(values: Floats, better: Better, standard: float | None) -> tuple[Bools, Bools]:
    """Whether values meet the standard, and whether that can be told: a censored one often can."""
    if standard is None:
        return np.zeros(values.shape, dtype=bool), np.zeros(values.shape, dtype=bool)
    met = values >= standard if better == "high" else values <= standard
    return met, ~np.isnan(values)


def _share(met: Bools, standard: float | None) -> tuple[float | None, tuple[float, float] | None]:
    if standard is None or met.size == 0:
        return None, None
    interval = scipy.stats.binomtest(int(met.sum()), met.size).proportion_ci(method="wilson")
    return float(met.mean()), (float(interval.low), float(interval.high))
