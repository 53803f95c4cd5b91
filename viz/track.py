"""A track: one world that runs on, with what a chart needs of it ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from agents.arrays import Floats
from experiments.comparison import quantiles
from experiments.ensembles import PRIOR, Ensemble
from model.frontier import beyond_record
from model.outcomes import OUTCOMES
from model.policy import Policy
from model.world import World
from viz.beginning import Beginning, with_own_values
from viz.levers import Lever, pulled

BANDS = (0.05, 0.25, 0.50, 0.75, 0.95)
Rank = Literal["median", "widest", "narrowest"]


@dataclass
class Track:
    """A world under a policy, and the levers pulled in it.

    Attributes:
        base: the policy that it began, or parted, under.
        world: the world itself.
        members: the ensemble that its futures belong to.
        fixed: parameters with one value in every future, by name.
        levers: pulled so far.

    Only the session that holds it lets it run; whoever reads it holds the session's lock.
    """

    base: Policy
    world: World
    members: Ensemble = PRIOR
    fixed: Mapping[str, float] = field(default_factory=dict)
    levers: tuple[Lever, ...] = ()
    _quantiles: dict[str, list[Floats]] = field(default_factory=dict)
    _means: dict[str, list[float]] = field(default_factory=dict)

    @classmethod
    def begun(cls, beginning: Beginning) -> Track:
        """A track at the start of the record.

        Raises:
            EnsembleError: if its ensemble cannot be had.
        """
        policy, futures, seed = beginning.policy, beginning.futures, beginning.seed
        members = beginning.members()
        numbers, fixed = members.first(futures, seed), beginning.fixed
        world = World(policy, futures=futures, seed=seed, numbers=numbers, fixed=fixed)
        return cls(policy, world, members, fixed)

    @property
    def title(self) -> str:
        """What to call it."""
        title = self.base.title or self.base.name
        return f"{title}, changed" if self.levers else title

    @property
    def date(self) -> dt.date:
        """The present month of its world."""
        return self.world.record.dates[-1]

    @property
    def dates(self) -> Sequence[dt.date]:
        """Months on record."""
        return self.world.record.dates

    @property
    def futures(self) -> int:
        """How many futures it holds."""
        return self.world.futures

    @property
    def ensemble(self) -> str:
        """What its futures are, for the words at a chart."""
        return with_own_values(self.members.in_words(self.futures), self.fixed)

    def advance(self) -> None:
        """Live one month on."""
        calendar = self.world.calendar
        self.world.run_to(calendar.month(calendar.index(self.date) + 1))

    def pull(self, lever: Lever) -> None:
        """Let a lever act from now on.

        Raises:
            LeverError: if it cannot be pulled.
        """
        policy = pulled(self.world.policy, lever)
        self.world = self.world.fork(policy)
        self.levers = (*self.levers, lever)

    def forked(self, policy: Policy | None) -> Track:
        """A twin that shares the past and goes on under another policy; None: under the same.

        Raises:
            PolicyError: if the policy does not fit the recorded instruments.
        """
        world = self.world.fork(policy or self.world.policy)
        quantiles = {name: list(rows) for name, rows in self._quantiles.items()}
        means = {name: list(rows) for name, rows in self._means.items()}
        levers = () if policy else self.levers
        base = policy or self.base
        return Track(base, world, self.members, self.fixed, levers, quantiles, means)

    def values(self, outcome: str) -> Floats:
        """An outcome so far, infinite where it lies beyond the record, ``(months, futures)``."""
        return known_or_infinite(self.world, outcome)

    def quantiles(self, outcome: str) -> Floats:
        """Quantiles of an outcome by month at ``BANDS``, ``(5, months)``; NaN where undefined."""
        rows = self._quantiles.setdefault(outcome, [])
        if len(rows) < len(self.dates):
            self._bring_up()
        return np.array(rows).T

    def _bring_up(self) -> None:
        """Bring the quantiles of all outcomes asked for so far up to the present month.

        Those that lack the same months are sorted in one go, which takes a fraction of the time.
        """
        lacking: dict[int, list[str]] = {}
        for name, rows in self._quantiles.items():
            lacking.setdefault(len(rows), []).append(name)
        for since, names in lacking.items():
            if since < len(self.dates):
                new = np.stack([known_or_infinite(self.world, name, since) for name in names])
                found = np.moveaxis(quantiles(new, BANDS), 0, -1)
                for name, months in zip(names, found, strict=True):
                    self._quantiles[name].extend(months)

    def mean(self, outcome: str) -> Floats:
        """Means over the futures by month, ``(months,)``."""
        rows = self._means.setdefault(outcome, [])
        if len(rows) < len(self.dates):
            new = known_or_infinite(self.world, outcome, len(rows))
            rows.extend(new.mean(axis=1).tolist())
        return np.array(rows)

    def path(self, outcome: str, future: int) -> Floats:
        """An outcome of one future by month, ``(months,)``."""
        return self.values(outcome)[:, future]

    def ranked(self, rank: Rank, outcome: str = "gap_months") -> int:
        """The future whose outcome is now the middle one, the largest or the smallest."""
        (now,) = known_or_infinite(self.world, outcome, len(self.dates) - 1)
        order = np.argsort(now, kind="stable")
        place = {"narrowest": 0, "median": (len(order) - 1) // 2, "widest": len(order) - 1}
        return int(order[place[rank]])


def known_or_infinite(world: World, outcome: str, since: int = 0) -> Floats:
    """An outcome so far, infinite where it lies beyond the record, ``(months, futures)``.

    Args:
        world: only read.
        outcome: its name.
        since: how many months to leave out.
    """
    values, side = world.record.values(outcome, since), OUTCOMES[outcome].censored_by
    return values if side is None else beyond_record(values, world.record.values(side, since))
