"""Public knowledge: what developers let others see of their algorithms and their models."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from agents.arrays import Floats
from agents.developer import NOTHING_RELEASED, Developer
from agents.records import Region
from agents.surroundings import Parameters
from model.frontier import Frontier

REGIONS: tuple[Region, ...] = ("US", "CN", "RoW")


class PublicKnowledge:
    """What is known of the state of the art, and the frontiers of released models.

    Attributes:
        frontiers: best released model by region.
        open_frontiers: best released model with open weights by region.
    """

    def __init__(self, futures: int, parameters: Parameters) -> None:
        self._parameters = parameters
        self.frontiers = {region: Frontier(futures) for region in REGIONS}
        self.open_frontiers = {region: Frontier(futures) for region in REGIONS}
        self._futures = np.arange(futures)
        self._secret: list[Floats] = []
        self._open: list[Floats] = []
        self._best_offered: list[Floats] = []
        self._published: Floats = np.full(futures, -np.inf)
        self._teachable: Floats = np.full(futures, NOTHING_RELEASED)

    def enter_past_releases(self, developers: Iterable[Developer]) -> None:
        """Put the models released before the start on record, in order of their dates."""
        past = [
            (when, developer.region, level, is_open)
            for developer in developers
            for when, level, is_open in developer.past_releases
        ]
        for when, region, level, is_open in sorted(past, key=lambda entry: entry[0]):
            moment = np.full(level.shape, when)
            self.frontiers[region].advance(level, moment)  # type: ignore[index]
            if is_open:
                self.open_frontiers[region].advance(level, moment)  # type: ignore[index]

    def see_release(self, developer: Developer) -> None:
        """Take note of a developer's best model, the moment it came out included."""
        self.frontiers[developer.region].advance(developer.released, developer.released_at)  # type: ignore[index]
        if developer.openness == "open-weights":
            self.open_frontiers[developer.region].advance(  # type: ignore[index]
                developer.released_open, developer.released_at
            )

    def read_literature(self, developers: Iterable[Developer]) -> None:
        """Once a month: what is now public of the efficiency that developers reached earlier."""
        nothing = np.full(self._futures.shape, -np.inf)
        secret, shared, offered = nothing, nothing, nothing
        for developer in developers:
            if developer.openness == "open-weights":
                shared = np.maximum(shared, developer.efficiency)
            else:
                secret = np.maximum(secret, developer.efficiency)
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

    def _ago(self, monthly: list[Floats], months: Floats) -> Floats:
        """A monthly series as it stood some months ago; its first value before the series."""
        rows = np.maximum(len(monthly) - 1 - np.rint(months).astype(np.int64), 0)
        return np.stack(monthly)[rows, self._futures]
