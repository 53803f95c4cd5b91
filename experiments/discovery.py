"""Scenario discovery: in which futures does a policy fail, in terms of uncertain parameters.

The patient rule induction method (Friedman and Fisher, 1999; Bryant and Lempert, 2010) looks for
boxes of the parameters that hold many failures and little else.  With a hundred parameters a box
that fits the futures it was found in may say nothing of others.  So boxes are found in half of the
futures, among the few parameters that tell failures most there, restrictions that chance may
explain are dropped, and a box counts only if failures gather in it in the other half too.  PRIM is
EMA Workbench's.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy

from agents.arrays import Bools
from experiments.analysis_extra import AnalysisError

_LEAST_OF_EACH = 10
_LEAST_MASS = 0.03
_SCREENED = 10
# Restrictions stay up to this over the number of parameters searched (Bonferroni), boxes up to it.
_SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """A restriction of a parameter; ``None`` where the box is open on that side."""

    parameter: str
    low: float | None
    high: float | None
    chance: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a box tells failures.

    ``coverage`` is the share of the failures that lie in it, ``density`` the share of its futures
    that fail (none where it holds no future), ``mass`` the share of the futures that lie in it.
    """

    coverage: float
    density: float | None
    mass: float


@dataclass(frozen=True, slots=True)
class Box:
    """Futures in which failures gather, in the half it was found in and in the other one.

    ``chance``: how probable it is that so many of the held-out failures lie in it by chance.
    """

    limits: tuple[Limits, ...]
    found_in: Fit
    held_out: Fit
    chance: float


@dataclass(frozen=True, slots=True)
class Discovery:
    """Boxes in the order they were found; ``share`` is the share of futures that fail."""

    boxes: tuple[Box, ...]
    futures: int
    unknown: int
    share: float


def discover(parameters: pd.DataFrame, fails: Bools, *, boxes: int, coverage: float) -> Discovery:
    """Find boxes of failing futures.

    Args:
        parameters: a column for each, a row for each future.
        fails: which futures fail, ``(futures,)``.
        boxes: the most to look for.
        coverage: how much of the failures a box should hold; a lower one makes denser boxes.

    Raises:
        AnalysisError: if there are too few futures that fail, or that do not, to tell them apart.
    """
    count = int(fails.sum())
    if min(count, len(fails) - count) < 2 * _LEAST_OF_EACH:
        raise AnalysisError(
            f"{count:,} of {len(fails):,} futures fail: expected at least {2 * _LEAST_OF_EACH} that"
            " do and as many that do not; choose another threshold, or run more futures"
        )
    varied = parameters.loc[:, np.ptp(parameters.to_numpy(), axis=0) > 0.0]
    if varied.empty:
        raise AnalysisError("no parameter differs between the futures of this study")
    half = _every_other(fails)
    learn = _Half(varied[half].reset_index(drop=True), fails[half])
    test = _Half(varied[~half].reset_index(drop=True), fails[~half])
    told = _telling(learn)
    found: list[Box] = []
    for _ in range(boxes):
        limits = _densest(learn, told, coverage)
        chance = test.chance(limits)
        if not limits or chance > _SIGNIFICANCE:
            break
        found.append(Box(tuple(limits), learn.fit(limits), test.fit(limits), chance))
        for part in (learn, test):
            part.leave_out(limits)
    return Discovery(tuple(found), len(fails), 0, count / len(fails))


class _Half:
    """Half of the futures, those in boxes already found left out."""

    def __init__(self, parameters: pd.DataFrame, fails: Bools) -> None:
        self.parameters, self.fails = parameters, fails
        self.left = np.ones(len(fails), dtype=bool)

    def inside(self, limits: Sequence[Limits]) -> Bools:
        """Which of the futures that are left lie in a box."""
        inside = self.left.copy()
        for limit in limits:
            values = self.parameters[limit.parameter].to_numpy()
            if limit.low is not None:
                inside &= values >= limit.low
            if limit.high is not None:
                inside &= values <= limit.high
        return inside

    def fit(self, limits: Sequence[Limits]) -> Fit:
        """How well a box tells the failures; shares are of all futures and all failures."""
        inside = self.inside(limits)
        density = float(self.fails[inside].mean()) if inside.any() else None
        coverage = float((self.fails & inside).sum() / self.fails.sum())
        return Fit(coverage, density, float(inside.mean()))

    def chance(self, limits: Sequence[Limits]) -> float:
        """Of as many failures in the box, were they spread evenly over the futures left."""
        inside = self.inside(limits)
        failing = int((self.fails & inside).sum())
        drawn = scipy.stats.hypergeom(
            int(self.left.sum()), int((self.fails & self.left).sum()), int(inside.sum())
        )
        return float(drawn.sf(failing - 1))

    def leave_out(self, limits: Sequence[Limits]) -> None:
        """Go on without the futures of a box."""
        self.left &= ~self.inside(limits)


def _every_other(fails: Bools) -> Bools:
    """Half of the futures, with half of the failures: every other one of each kind."""
    half = np.zeros(len(fails), dtype=bool)
    for kind in (True, False):
        half[np.flatnonzero(fails == kind)[::2]] = True
    return half


def _telling(learn: _Half) -> list[str]:
    """The parameters that differ most between failures and the rest (Kolmogorov and Smirnov).

    PRIM takes one small step after another: among very many parameters that say nothing it would
    wander off along those that chance favours.
    """
    chances = {
        str(name): float(scipy.stats.ks_2samp(values[learn.fails], values[~learn.fails]).pvalue)
        for name, values in learn.parameters.items()
    }
    return sorted(chances, key=lambda name: (chances[name], name))[:_SCREENED]


def _densest(learn: _Half, told: list[str], coverage: float) -> list[Limits]:
    """Of the boxes that PRIM passes through, the densest that covers enough of what is left.

    Each is taken without the restrictions that chance explains; empty if none is left anywhere.
    """
    fails = learn.fails[learn.left]
    if fails.sum() < _LEAST_OF_EACH:
        return []
    box = _passed_through(learn.parameters.loc[learn.left, told], fails)
    trajectory = box.peeling_trajectory
    best: tuple[float, list[Limits]] = (float(fails.mean()), [])
    for place in np.flatnonzero(trajectory["coverage"].to_numpy() >= coverage):
        limits = list(_significant(box, int(place), len(told)))
        density = learn.fit(limits).density
        if limits and density is not None and density > best[0]:
            best = (density, limits)
    return best[1]


def _passed_through(parameters: pd.DataFrame, fails: Bools) -> Any:
    """PRIM's box, with all those it became on the way."""
    with warnings.catch_warnings():
        # EMA Workbench says at import which of its optional libraries it lacks.
        warnings.simplefilter("ignore")
        from ema_workbench.analysis.prim import Prim  # noqa: PLC0415 - needs the extra

        frame = parameters.reset_index(drop=True).astype(float)
        return Prim(frame, fails.copy(), mass_min=_LEAST_MASS).find_box()


def _significant(box: Any, place: int, parameters: int) -> Iterator[Limits]:
    """The restrictions of one box that chance does not explain among so many parameters.

    By quasi-p values, of Bryant and Lempert: a restriction against the box without it.
    """
    chosen = box.box_lims[place]
    for name, chances in sorted(box.p_values[place].items()):
        # PRIM gives -1 to the side on which a parameter is not restricted.
        kept = [0.0 <= chance * parameters <= _SIGNIFICANCE for chance in chances]
        if any(kept):
            edges = [
                float(edge) if keep else None for edge, keep in zip(chosen[name], kept, strict=True)
            ]
            chance = min(chance for chance, keep in zip(chances, kept, strict=True) if keep)
            yield Limits(str(name), edges[0], edges[1], float(chance))
