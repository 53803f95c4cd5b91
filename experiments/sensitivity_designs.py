"""Sensitivity of an outcome to its uncertain inputs: designs, and the indices that follow.

A *factor* is an uncertain parameter, or several that move together.  Its levels are probabilities,
which become values through each parameter's own distribution, so that indices hold for the
distributions that the ensemble is drawn from.  Luck is a factor of its own under Sobol's method: it
is drawn anew where its column is, and held where another factor's effect is measured.  Morris's
trajectories each keep one luck.

Sources: Saltelli et al. (2010), "Variance based sensitivity analysis of model output"; Morris
(1991); Campolongo et al. (2007).  The estimators are SALib's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sampling
from SALib.sample import sobol as sobol_sampling

from agents.arrays import Floats
from experiments.analysis_extra import AnalysisError

LUCK = "luck"
LEVELS = 4
_FEWEST = 8
# Sobol's levels keep off 0 and 1, where the quantiles of parameters are infinite.
_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs to be made: levels of every parameter, and which of them share their luck.

    Attributes:
        levels: ``(runs, parameters)``, between 0 and 1.
        sharing: so many consecutive runs meet the same luck.
        first_lot: number of the luck that the first of them meet; others follow in order.
    """

    levels: Floats
    sharing: int
    first_lot: int


Evaluate = Callable[[Sequence[Batch]], list[Floats]]


@dataclass(frozen=True, slots=True)
class Index:
    """A factor's share of the variance: alone (first order), and with all it interacts with.

    ``first_reach`` and ``total_reach`` are half the widths of their bootstrap 95% intervals.
    """

    factor: str
    first: float
    first_reach: float
    total: float
    total_reach: float


@dataclass(frozen=True, slots=True)
class Effect:
    """A factor's elementary effects, in the outcome's unit, for a move from 12.5% to 87.5%.

    ``size`` is the mean of their sizes (mu*), with half the width of its 95% interval; ``mean``
    shows the direction; ``spread``, beside ``size``, what is interaction or curvature.
    """

    factor: str
    size: float
    size_reach: float
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Found[Entry]:
    """Entries, the largest first, and what they rest on.

    ``variance`` is the outcome's over the runs; ``dropped`` counts groups of runs left out because
    the outcome is not known in one of them.
    """

    entries: tuple[Entry, ...]
    runs: int
    groups: int
    dropped: int
    mean: float
    variance: float


def sobol(
    factors: Mapping[str, Sequence[int]], points: int, seed: int, evaluate: Evaluate
) -> Found[Index]:
    """First and total order indices of factors and of luck.

    Args:
        factors: the columns of the levels that each factor moves, by name; together, all columns.
        points: base points, a power of two; runs are ``points x (factors + luck + 2)``.
        seed: of the points and of the intervals' resamples.
        evaluate: makes runs.

    Raises:
        AnalysisError: if the outcome does not vary or is known in too few runs.
    """
    groups = _groups(factors)
    width = len(groups)
    problem: dict[str, Any] = {
        "num_vars": width + 1,
        "names": [*(f"x{column}" for column in range(width)), LUCK],
        "groups": [*groups, LUCK],
        "bounds": [[0.0, 1.0]] * (width + 1),
    }
    names = list(dict.fromkeys(problem["groups"]))
    sample = sobol_sampling.sample(problem, points, calc_second_order=False, seed=seed)
    levels = np.clip(sample[:, :width], _EDGE, 1.0 - _EDGE).reshape(points, len(names) + 2, width)
    # By point: A, A with each factor from B, A with the luck of B, B.  The last two share B's luck.
    of_a, of_b = levels[:, :-2], levels[:, -2:]
    values_a, values_b = evaluate(
        [
            Batch(of_a.reshape(-1, width), of_a.shape[1], 0),
            Batch(of_b.reshape(-1, width), 2, points),
        ]
    )
    values = np.hstack([values_a.reshape(points, -1), values_b.reshape(points, -1)])
    whole = _whole(values)
    found = sobol_analysis.analyze(problem, whole.ravel(), calc_second_order=False, seed=seed + 1)
    entries = [
        Index(name, *(float(found[key][at]) for key in ("S1", "S1_conf", "ST", "ST_conf")))
        for at, name in enumerate(names)
    ]
    entries.sort(key=lambda entry: (-entry.total, entry.factor))
    of_points = whole[:, [0, -1]]
    return Found(
        tuple(entries),
        values.size,
        len(whole),
        points - len(whole),
        float(of_points.mean()),
        float(of_points.var()),
    )


def morris(names: Sequence[str], trajectories: int, seed: int, evaluate: Evaluate) -> Found[Effect]:
    """Elementary effects of parameters, for screening.

    Args:
        names: of the parameters, one for each column of the levels.
        trajectories: runs are ``trajectories x (parameters + 1)``.
        seed: of the trajectories and of the intervals' resamples.
        evaluate: makes runs.

    Raises:
        AnalysisError: if the outcome does not vary or is known in too few runs.
    """
    width = len(names)
    problem: dict[str, Any] = {
        "num_vars": width,
        "names": list(names),
        "bounds": [[0.0, 1.0]] * width,
    }
    levels = morris_sampling.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    # Four levels at 1/8, 3/8, 5/8 and 7/8: the middles of four equally likely parts.
    inner = (levels * (LEVELS - 1) + 0.5) / LEVELS
    (flat,) = evaluate([Batch(inner, width + 1, 0)])
    values = flat.reshape(trajectories, width + 1)
    known = np.isfinite(values).all(axis=1)
    whole = _whole(values)
    kept = levels.reshape(trajectories, width + 1, width)[known].reshape(-1, width)
    found = morris_analysis.analyze(problem, kept, whole.ravel(), num_levels=LEVELS, seed=seed + 1)
    entries = [
        Effect(
            name,
            *(float(found[key][at]) for key in ("mu_star", "mu_star_conf", "mu", "sigma")),
        )
        for at, name in enumerate(names)
    ]
    entries.sort(key=lambda entry: (-entry.size, entry.factor))
    return Found(
        tuple(entries),
        values.size,
        len(whole),
        trajectories - len(whole),
        float(whole.mean()),
        float(whole.var()),
    )


def _groups(factors: Mapping[str, Sequence[int]]) -> list[str]:
    """The factor that each column belongs to."""
    of_column = {column: name for name, columns in factors.items() for column in columns}
    return [of_column[column] for column in range(len(of_column))]


def _whole(values: Floats) -> Floats:
    """The groups of runs, ``(groups, runs)``, in which every outcome is known.

    Raises:
        AnalysisError: if there are too few, or the outcome does not vary.
    """
    whole: Floats = values[np.isfinite(values).all(axis=1)]
    if len(whole) < min(_FEWEST, len(values)):
        raise AnalysisError(
            f"the outcome is known throughout in only {len(whole)} of {len(values)} groups of"
            " runs; choose an outcome that is never censored, such as gap_oom, or another month"
        )
    if np.ptp(whole) == 0.0:
        raise AnalysisError(
            "the outcome is the same in every run, so there is nothing to share out"
        )
    return whole
