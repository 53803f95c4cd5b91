"""What policies do to outcomes: levels, and differences future by future under the same luck.

A censored value is known only to lie beyond what the record shows.  It counts as plus or minus
infinity in a quantile, and a quantile that falls on one is reported as censored, never as a number.
A paired difference needs both values; pairs with a censored one are left out and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy

from agents.arrays import Floats
from experiments.manifest import StoredOutcome
from model.frontier import beyond_record

MIDDLE_AND_RANGE = (0.05, 0.50, 0.95)
_RESAMPLES = 999
_SEED_OF_RESAMPLES = 20220101
_IN_CSV = (
    *("mean", "median", "low", "high", "higher", "lower", "equal"),
    *("pairs", "dropped", "effect"),
)
# Beside its values, a spread as small as this is that of adding them up in another order.
_ROUNDING = 1e-9
# Bounds the memory of resampling: as many elements at a time.
_RESAMPLED_AT_ONCE = 4_000_000


class ComparisonError(ValueError):
    """A comparison that the results do not allow; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile: a value, or the side of the record beyond which it lies, or neither (no data)."""

    value: float | None
    censored: Literal["above", "below"] | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """An outcome under one policy: the median and 5-95% range over futures.

    ``above`` and ``below`` are the shares of futures censored on either side; ``missing`` is the
    number of futures in which the outcome is not defined, left out of all else.
    """

    median: Quantile
    low: Quantile
    high: Quantile
    above: float
    below: float
    futures: int
    missing: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Policy minus baseline, future by future, in the outcome's unit.

    ``interval`` is the bootstrap 95% interval of the mean (sampling error of the ensemble, not
    spread of the futures); ``higher``, ``lower`` and ``equal`` are shares of the pairs used.
    ``higher_interval`` is Wilson's 95% interval of the first: how probable it is that the policy
    raises the outcome.  ``effect`` sets the mean against what is uncertain anyway: it is divided by
    the standard deviation of the baseline's values over futures (Glass's delta).
    The mean is the effect to quote: a gap in months moves in steps, so that a policy may leave it
    untouched in most futures and yet matter a good deal in the others.
    """

    mean: float | None
    median: float | None
    low: float | None
    high: float | None
    interval: tuple[float, float] | None
    higher: float | None
    lower: float | None
    equal: float | None
    pairs: int
    dropped: int
    higher_interval: tuple[float, float] | None = None
    effect: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome under one policy; the baseline itself has no difference."""

    outcome: StoredOutcome
    policy: str
    level: Level
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows by outcome, the baseline first in each."""

    baseline: str
    on: date
    futures: int
    rows: tuple[Row, ...]


def compare(
    frame: pd.DataFrame, outcomes: Sequence[StoredOutcome], baseline: str, on: date
) -> Comparison:
    """Compare the policies of a frame with one of them, in one month.

    Args:
        frame: results as ``experiments.load`` gives them, with the outcomes and their companions.
        outcomes: what to compare.
        baseline: name of the policy the others are compared with.
        on: first day of the month.

    Raises:
        ComparisonError: if the baseline or the month is not in the frame.
    """
    at = frame[frame["date"] == pd.Timestamp(on)]
    if at.empty:
        raise ComparisonError(f"the results hold nothing for {on:%Y-%m}")
    by_policy = {
        str(policy): rows.set_index("future")
        for policy, rows in at.groupby("policy", observed=True)
    }
    if baseline not in by_policy:
        raise ComparisonError(
            f"the results have no policy '{baseline}' to compare with; they have"
            f" {', '.join(by_policy)}"
        )
    order = [baseline, *(policy for policy in by_policy if policy != baseline)]
    rows = [
        Row(
            outcome,
            policy,
            level(known_or_beyond(by_policy[policy], outcome)),
            None
            if policy == baseline
            else difference(by_policy[policy][outcome.name], by_policy[baseline][outcome.name]),
        )
        for outcome in outcomes
        for policy in order
    ]
    return Comparison(baseline, on, len(by_policy[baseline]), tuple(rows))


def known_or_beyond(rows: pd.DataFrame, outcome: StoredOutcome) -> Floats:
    """An outcome's values with censored ones as plus or minus infinity; undefined ones stay NaN."""
    values = rows[outcome.name].to_numpy(dtype=np.float64)
    if outcome.censored_by is None:
        return values
    return beyond_record(values, rows[outcome.censored_by].to_numpy(dtype=np.float64))


def quantiles(values: Floats, probabilities: Sequence[float]) -> Floats:
    """Quantiles over the last axis, infinities included.

    Linear between neighbouring values (NumPy's default).  Between a value and an infinity lies
    the infinity; between the two infinities nothing is known (NaN), as where any value is NaN.

    Args:
        values: ``(..., futures)``.
        probabilities: of the quantiles.

    Returns:
        ``(probabilities, ...)``.
    """
    ordered = np.sort(values, axis=-1)
    last = ordered.shape[-1] - 1
    found = []
    for probability in probabilities:
        place = probability * last
        below, share = int(np.floor(place)), place - np.floor(place)
        lower, upper = ordered[..., below], ordered[..., min(below + 1, last)]
        with np.errstate(invalid="ignore"):
            between = np.where(lower == upper, lower, (1.0 - share) * lower + share * upper)
        found.append(lower if share == 0.0 else between)
    result = np.stack(found)
    result[..., np.isnan(values).any(axis=-1)] = np.nan
    return result


def level(values: Floats) -> Level:
    """Median and 5-95% range of values in which infinities are censored ones, ``(futures,)``."""
    defined = values[~np.isnan(values)]
    if defined.size == 0:
        nothing = Quantile(None)
        return Level(nothing, nothing, nothing, 0.0, 0.0, 0, values.size)
    low, median, high = (quantile(value) for value in quantiles(defined, MIDDLE_AND_RANGE))
    return Level(
        median=median,
        low=low,
        high=high,
        above=float(np.mean(defined == np.inf)),
        below=float(np.mean(defined == -np.inf)),
        futures=defined.size,
        missing=values.size - defined.size,
    )


def difference(policy: pd.Series[float], baseline: pd.Series[float]) -> Difference:
    """Differences of one outcome, paired by future (the index of both)."""
    pairs = pd.concat([policy, baseline], axis=1, keys=["policy", "baseline"])
    known = pairs[np.isfinite(pairs.to_numpy()).all(axis=1)]
    change = (known["policy"] - known["baseline"]).to_numpy(dtype=np.float64)
    dropped = len(pairs) - len(known)
    if change.size == 0:
        return Difference(None, None, None, None, None, None, None, None, 0, dropped)
    low, median, high = (float(value) for value in np.quantile(change, MIDDLE_AND_RANGE))
    return Difference(
        mean=mean_of(change),
        median=median,
        low=low,
        high=high,
        interval=interval_of_mean(change),
        higher=float(np.mean(change > 0.0)),
        lower=float(np.mean(change < 0.0)),
        equal=float(np.mean(change == 0.0)),
        pairs=change.size,
        dropped=dropped,
        higher_interval=interval_of_share(int((change > 0.0).sum()), change.size),
        effect=_effect(change, known["baseline"].to_numpy(dtype=np.float64)),
    )


def as_json(comparison: Comparison, **provenance: Any) -> dict[str, Any]:
    """A comparison as plain objects, for ``aigap compare --json``.

    The structure is stable within a ``schema_version``::

        {"schema_version": 1, "baseline": ..., "on": "YYYY-MM", "futures": N, (provenance),
         "outcomes": [{"name", "unit", "definition", "policies": [
            {"policy",
             "level": {"median", "low", "high": {"value", "censored": null|"above"|"below"},
                       "above", "below", "futures", "missing"},
             "difference": null for the baseline, else {"mean", "median", "low", "high",
                       "interval": [low, high] | null, "higher", "lower", "equal",
                       "pairs", "dropped", "higher_interval": [low, high] | null,
                       "effect": number | null}}]}]}

    ``low`` and ``high`` are the 5% and 95% quantiles; shares lie between 0 and 1.
    """
    outcomes: dict[str, dict[str, Any]] = {}
    for row in comparison.rows:
        about = {
            "name": row.outcome.name,
            "unit": row.outcome.unit,
            "definition": row.outcome.definition,
            "policies": [],
        }
        entry = outcomes.setdefault(row.outcome.name, about)
        entry["policies"].append(
            {
                "policy": row.policy,
                "level": asdict(row.level),
                "difference": None if row.difference is None else asdict(row.difference),
            }
        )
    return {
        "schema_version": 1,
        "baseline": comparison.baseline,
        "on": f"{comparison.on:%Y-%m}",
        "futures": comparison.futures,
        **provenance,
        "outcomes": list(outcomes.values()),
    }


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """A comparison as a table with a row for each outcome and policy, for ``--csv``.

    Empty cells are unknown or censored; ``above`` and ``below`` say what share is.
    """
    rows = []
    for row in comparison.rows:
        level, change = row.level, row.difference
        entry: dict[str, Any] = {
            "outcome": row.outcome.name,
            "unit": row.outcome.unit,
            "date": f"{comparison.on:%Y-%m}",
            "policy": row.policy,
            "baseline": comparison.baseline,
            "median": level.median.value,
            "low": level.low.value,
            "high": level.high.value,
            **{name: getattr(level, name) for name in ("above", "below", "futures", "missing")},
        }
        for name in _IN_CSV:
            entry[f"difference_{name}"] = None if change is None else getattr(change, name)
        for name in ("interval", "higher_interval"):
            edges = (None if change is None else getattr(change, name)) or (None, None)
            entry[f"difference_{name}_low"], entry[f"difference_{name}_high"] = edges
        rows.append(entry)
    counts = dict.fromkeys(("difference_pairs", "difference_dropped"), "Int64")
    return pd.DataFrame(rows).astype(counts)


def quantile(value: float) -> Quantile:
    """A quantile of values in which infinities are censored ones."""
    if np.isinf(value):
        return Quantile(None, "above" if value > 0 else "below")
    return Quantile(None if np.isnan(value) else float(value))


def mean_of(change: Floats) -> float:
    """The mean; of equal values the value itself, which a sum of many may miss by rounding."""
    return float(change[0] if np.all(change == change[0]) else np.mean(change))


def interval_of_mean(change: Floats) -> tuple[float, float] | None:
    """Bootstrap 95% interval of a mean; none for fewer than two values."""
    if change.size < 2:
        return None
    if np.all(change == change[0]):
        return float(change[0]), float(change[0])
    return bootstrap_interval((change,), np.mean)


def bootstrap_interval(
    data: tuple[Floats, ...], statistic: Callable[..., Any]
) -> tuple[float, float]:
    """Bootstrap 95% interval (percentiles) of a statistic of paired values, ``(futures,)`` each.

    The same data give the same interval: resamples come from a seed of their own.
    """
    found = scipy.stats.bootstrap(
        data,
        statistic,
        paired=len(data) > 1,
        n_resamples=_RESAMPLES,
        batch=max(1, _RESAMPLED_AT_ONCE // (len(data) * data[0].size)),
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(_SEED_OF_RESAMPLES),
    ).confidence_interval
    return float(found.low), float(found.high)


def interval_of_share(happens: int, of: int) -> tuple[float, float]:
    """Wilson's 95% interval of the probability of what happens in so many of so many futures."""
    found = scipy.stats.binomtest(happens, of).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def against_spread(mean: float, spread: float, size: float) -> float | None:
    """Glass's delta; none where the baseline is the same in every future.

    Args:
        mean: difference.
        spread: standard deviation of the baseline's values; not a number for fewer than two.
        size: of the largest of them.
    """
    return None if np.isnan(spread) or spread <= _ROUNDING * size else mean / spread


def _effect(change: Floats, baseline: Floats) -> float | None:
    spread = float(np.std(baseline, ddof=1)) if change.size > 1 else float("nan")
    return against_spread(float(np.mean(change)), spread, float(np.max(np.abs(baseline))))
