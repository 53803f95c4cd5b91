"""Public knowledge: what developers let others see of their algorithms and their models."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from agents.arrays import Floats
from agents.developer import Developer
from agents.records import Region
from agents.released_models import NOTHING_RELEASED, PARTS
from agents.surroundings import Parameters
from model.frontier import Frontier

REGIONS: tuple[Region, ...] = ("US", "CN", "RoW")


class PublicKnowledge:
    """What is known of the state of the art, and the frontiers of released models.

    Attributes:
        frontiers: best released model by region.
        open_frontiers: best released model with open weights by region.
        cheapest: least training compute of a released model as good as the yardstick, or of the
            best model while there is no yardstick, log10 FLOP.
        frontier_parts: parts of the level of the best released model by region, ``(4, futures)``.
    """

    def __init__(self, futures: int, parameters: Parameters) -> None:
        self._parameters = parameters
        self.frontiers = {region: Frontier(futures) for region in REGIONS}
        self.open_frontiers = {region: Frontier(futures) for region in REGIONS}
        # Compute, efficiency, post-training and what was learned, of the model at each frontier.
        self.frontier_parts = {region: np.zeros((len(PARTS), futures)) for region in REGIONS}
        self._best_released: Floats = np.full(futures, NOTHING_RELEASED)
        self._yardstick: Floats | None = None
        self.cheapest: Floats = np.zeros(futures)
        self._futures = np.arange(futures)
        self._secret: list[Floats] = []
        self._open: list[Floats] = []
        self._best_offered: list[Floats] = []
        self._published: Floats = np.full(futures, -np.inf)
        self._teachable: Floats = np.full(futures, NOTHING_RELEASED)

    def enter_past_releases(self, developers: Iterable[Developer]) -> None:
        """Put the models released before the start on record, in order of their dates."""
        past = [
            (release, developer.region)
            for developer in developers
            for release in developer.past_releases
        ]
        for release, region in sorted(past, key=lambda entry: entry[0].when):
            moment = np.full(release.level.shape, release.when)
            self._advance(region, release.level, moment, release.parts)
            if release.is_open:
                self.open_frontiers[region].advance(release.level, moment)  # type: ignore[index]

    def see_release(self, developer: Developer) -> None:
        """Take note of a developer's best model, the moment it came out included."""
        self._advance(developer.region, developer.released, developer.released_at, developer.parts)
        if developer.open_weights.any():
            self.open_frontiers[developer.region].advance(  # type: ignore[index]
                developer.released_open, developer.released_at
            )

    def _advance(self, region: str, level: Floats, when: Floats, parts: Floats) -> None:
        frontier = self.frontiers[region]  # type: ignore[index]
        better = level > frontier.level
        if better.any():
            self.frontier_parts[region] = np.where(better, parts, self.frontier_parts[region])  # type: ignore[index]
            frontier.advance(level, when)
        flop = parts[PARTS.index("compute")]
        if self._yardstick is None:
            self.cheapest = np.where(level > self._best_released, flop, self.cheapest)
        else:
            as_good = np.where(level >= self._yardstick, flop, np.inf)
            self.cheapest = np.minimum(self.cheapest, as_good)
        self._best_released = np.maximum(self._best_released, level)

    def set_yardstick(self) -> None:
        """From now on follow what a model as good as today's best takes at least."""
        self._yardstick = self._best_released

    def read_literature(self, developers: Iterable[Developer]) -> None:
        """Once a month: what is now public of the efficiency that developers reached earlier."""
        nothing = np.full(self._futures.shape, -np.inf)
        secret, shared, offered = nothing, nothing, nothing
        for developer in developers:
            reached, is_open = developer.efficiency, developer.open_weights
            shared = np.where(is_open, np.maximum(shared, reached), shared)
            secret = np.where(is_open, secret, np.maximum(secret, reached))
            if developer.offers_models:
                offered = np.maximum(offered, developer.released)
        self._secret.append(secret)
        self._open.append(shared)
        self._best_offered.append(offered)
        known = self._parameters
        self._published = np.maximum(
            self._ago(self._secret, known["secrecy_months"]),
            self._ago(self._open, known["publication_months"]),
        )
        self._teachable = self._ago(self._best_offered, known["teaching_months"])

    def levels(self) -> dict[str, Floats]:
        """Level of the best released model of each region, OOM; minus infinity without one."""
        return {region: frontier.level for region, frontier in self.frontiers.items()}

    def published(self) -> Floats:
        """Algorithmic efficiency that the open literature has reached, OOM, ``(futures,)``."""
        return self._published

    def teachable(self, until: float | None = None) -> Floats:
        """Level of the best model that outsiders could use in time to learn from it, OOM.

        Args:
            until: as it was at this moment, months; the present one if left out.

        Returns:
            ``(futures,)``; minus infinity where there was none.
        """
        if until is None:
            return self._teachable
        return self._ago(self._best_offered[: int(until) + 1], self._parameters["teaching_months"])

    def best_offered(self) -> Floats:
        """Level of the best model that outsiders could use last month, OOM, ``(futures,)``."""
        return self._best_offered[-1]

    def best_released(self) -> Floats:
        """Level of the best model released by anyone so far, OOM, ``(futures,)``."""
        return self._best_released

    def _ago(self, monthly: list[Floats], months: Floats) -> Floats:
        """A monthly series as it stood some months ago; its first value before the series."""
        rows = np.maximum(len(monthly) - 1 - np.rint(months).astype(np.int64), 0)
        return np.stack(monthly)[rows, self._futures]
