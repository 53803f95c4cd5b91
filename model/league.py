"""The league table of AI developers: who has the best models, and how far the others trail.

Measured as the gap between regions is: by how long it is that anyone first released a model as good
as a developer's best one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Bools, Floats, Ints, total

if TYPE_CHECKING:
    from model.world import World


@dataclass(frozen=True, slots=True)
class Standings:
    """Every developer at a moment, in the order of the data; arrays ``(developers, futures)``.

    Attributes:
        names: of the developers.
        regions: that they are of.
        level: of the best released model, OOM; minus infinity without one.
        behind_months: since anyone first released a model as good, 0 for who leads; infinite
            without a model or where that was before the record.
        rank: 1 for the best model; developers with equal ones share a rank.  Without a model it is
            one more than there are developers with one.
        has_open: whether its best model with open weights is its best model.
        compute: installed, H100e.
    """

    names: tuple[str, ...]
    regions: tuple[str, ...]
    level: Floats
    behind_months: Floats
    rank: Ints
    has_open: Bools
    compute: Floats

    @property
    def behind_oom(self) -> Floats:
        """Distance to the best model of all, OOM; infinite without one of its own."""
        best = self.level.max(axis=0)
        return np.where(np.isfinite(self.level), best - self.level, np.inf)


def standings(world: World) -> Standings:
    """The developers of a world as they stand at its present moment."""
    developers = world.developers
    level = np.stack([developer.released for developer in developers])
    best = level.max(axis=0)
    frontiers = world.knowledge.frontiers.values()
    first = np.stack(
        [np.min([frontier.first_reached(row) for frontier in frontiers], axis=0) for row in level]
    )
    has_model = np.isfinite(level)
    behind = np.where(has_model, world.time - first, np.inf)
    opened = np.stack([developer.released_open for developer in developers])
    return Standings(
        names=tuple(developer.name for developer in developers),
        regions=tuple(developer.region for developer in developers),
        level=level,
        behind_months=np.where(has_model & (level == best), 0.0, behind),
        rank=np.stack([(level > row).sum(axis=0) + 1 for row in level]),
        has_open=has_model & (opened == level),
        compute=np.stack([total(developer.fleet) for developer in developers]),
    )
