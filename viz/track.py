"""A track: one world that runs on, with what a chart needs of it ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from agents.arrays import Floats
from experiments.comparison import quantiles
from model.frontier import beyond_record
from model.outcomes import OUTCOMES
from model.policy import Policy
from model.world import World
from viz.levers import Lever, pulled

BANDS = (0.05, 0.25, 0.50, 0.75, 0.95)
Rank = Literal["median", "widest", "narrowest"]


@dataclass
class Track:
    """A world under a policy, and the levers pulled in it.

    Only the session that holds it lets it run; whoever reads it holds the session's lock.
    """

    base: Policy
    world: World
    levers: tuple[Lever, ...] = ()
    _quantiles: dict[str, list[Floats]] = field(default_factory=dict)

    @classmethod
    def begun(cls, policy: Policy, futures: int, seed: int) -> Track:
        """A track at the start of the record."""
        return cls(policy, World(policy, futures=futures, seed=seed))

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

    def forked(self, policy: Policy) -> Track:
        """A twin that goes on under another policy; its past is this one's."""
        # Not pulled here: the policy replaces all, the levers pulled so far included.
        past = {name: list(rows) for name, rows in self._quantiles.items()}
        return Track(policy, self.world.fork(policy), (), past)

    def values(self, outcome: str) -> Floats:
        """An outcome so far, infinite where it lies beyond the record, ``(months, futures)``."""
        return known_or_infinite(self.world, outcome)

    def quantiles(self, outcome: str) -> Floats:
        """Quantiles of an outcome by month at ``BANDS``, ``(5, months)``; NaN where undefined."""
        rows = self._quantiles.setdefault(outcome, [])
        if len(rows) < len(self.dates):
            new = known_or_infinite(self.world, outcome)[len(rows) :]
            rows.extend(quantiles(new, BANDS).T)
        return np.array(rows).T

    def path(self, outcome: str, future: int) -> Floats:
        """An outcome of one future by month, ``(months,)``."""
        return self.values(outcome)[:, future]

    def ranked(self, rank: Rank, outcome: str = "gap_months") -> int:
        """The future whose outcome is now the middle one, the largest or the smallest."""
        order = np.argsort(self.values(outcome)[-1], kind="stable")
        place = {"narrowest": 0, "median": (len(order) - 1) // 2, "widest": len(order) - 1}
        return int(order[place[rank]])


def known_or_infinite(world: World, outcome: str) -> Floats:
    """An outcome so far, infinite where it lies beyond the record, ``(months, futures)``."""
    values, side = world.record.values(outcome), OUTCOMES[outcome].censored_by
    return values if side is None else beyond_record(values, world.record.values(side))
