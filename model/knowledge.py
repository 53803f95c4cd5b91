"""Public knowledge: what developers let others see of their algorithms and their models.

Rules can keep knowledge from a region for longer, so what is known is kept by where it comes from
and asked for by where it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from agents.arrays import Floats, Ints
from agents.developer import NOTHING_RELEASED, Developer
from agents.records import Region
from agents.surroundings import Parameters
from model.frontier import Frontier
from model.rules_by_future import Rulings

REGIONS: tuple[Region, ...] = ("US", "CN", "RoW")


class Monthly:
    """A monthly series with one value per future.

    Args:
        futures: number of futures.
        months: months gone by before the series began, in which there was nothing.
    """

    def __init__(self, futures: int, months: int = 0) -> None:
        self._rows: Floats = np.full((max(16, 2 * months), futures), -np.inf)
        self._months = months
        self._futures: Ints = np.arange(futures)

    def add(self, values: Floats) -> None:
        """Add a month."""
        if self._months == len(self._rows):
            self._rows = np.concatenate([self._rows, np.full_like(self._rows, -np.inf)])
        self._rows[self._months] = values
        self._months += 1

    def ago(self, months: Floats) -> Floats:
        """The series as it stood some months ago; its first value before it began."""
        back = np.minimum(np.rint(months), self._months - 1.0).astype(np.int64)
        return np.asarray(self._rows[self._months - 1 - back, self._futures])


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
        self._nothing: Floats = np.full(futures, -np.inf)
        self._secret = {region: Monthly(futures) for region in REGIONS}
        self._open = {region: Monthly(futures) for region in REGIONS}
        self._offered: dict[str, Monthly] = {}
        self._months = 0
        self._published = dict.fromkeys(REGIONS, self._nothing)
        self._teachable = dict.fromkeys(REGIONS, np.full(futures, NOTHING_RELEASED))

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

    def read_literature(
        self, developers: Sequence[Developer], rules: Rulings, start: float, end: float
    ) -> None:
        """Once a month: what is now public of the efficiency that developers reached earlier.

        What could once be read, or learned from, stays known when rules grow stricter.
        """
        self._take_stock(developers)
        for reader, published in self._now_published(rules, start, end).items():
            self._published[reader] = np.maximum(self._published[reader], published)
        for user, taught in self._now_teachable(developers, rules, start, end).items():
            self._teachable[user] = np.maximum(self._teachable[user], taught)

    def published(self, reader: Region | str) -> Floats:
        """Efficiency of which readers of a region could read by now, OOM, ``(futures,)``."""
        return self._published[reader]  # type: ignore[index]

    def teachable(self, user: Region | str) -> Floats:
        """Level of the best model that users of a region could learn from in time, OOM.

        Shape ``(futures,)``; minus infinity where there was none.
        """
        return self._teachable[user]  # type: ignore[index]

    def _take_stock(self, developers: Iterable[Developer]) -> None:
        """Write down what each region has found, in secret and openly, and who offers what."""
        secret = dict.fromkeys(REGIONS, self._nothing)
        shared = dict.fromkeys(REGIONS, self._nothing)
        offered: dict[str, Floats] = {}
        for developer in developers:
            region: Region = developer.region  # type: ignore[assignment]
            found = developer.efficiency
            if developer.openness == "open-weights":
                openly = np.where(developer.held_closed, -np.inf, found)
                shared[region] = np.maximum(shared[region], openly)
                found = np.where(developer.held_closed, found, -np.inf)
            secret[region] = np.maximum(secret[region], found)
            if developer.offers_models:
                offered[developer.name] = developer.released
        for region in REGIONS:
            self._secret[region].add(secret[region])
            self._open[region].add(shared[region])
        for name in offered:
            if name not in self._offered:
                self._offered[name] = Monthly(len(self._nothing), self._months)
        for name, series in self._offered.items():
            series.add(offered.get(name, self._nothing))
        self._months += 1

    def _now_published(self, rules: Rulings, start: float, end: float) -> dict[Region, Floats]:
        """What readers of each region can read: after secrecy or publication, and any delay."""
        known = self._parameters
        found: dict[Region, Floats] = {}
        read: dict[tuple[Region, bytes | float], Floats] = {}
        for reader in REGIONS:
            best = self._nothing
            for origin in REGIONS:
                delay = rules.publication_delay(origin, reader, start, end)
                # Readers who wait equally long read the same.
                key = (origin, delay.tobytes() if isinstance(delay, np.ndarray) else delay)
                if key not in read:
                    read[key] = np.maximum(
                        self._secret[origin].ago(known["secrecy_months"] + delay),
                        self._open[origin].ago(known["publication_months"] + delay),
                    )
                best = np.maximum(best, read[key])
            found[reader] = best
        return found

    def _now_teachable(
        self, developers: Iterable[Developer], rules: Rulings, start: float, end: float
    ) -> dict[Region, Floats]:
        """The best model that users of each region have been able to use for long enough.

        To gather the same from a model through a share of the usual access takes as many times
        longer: ``teaching_months / access``.  Open weights are anyone's.
        """
        usual = self._parameters["teaching_months"]
        best = dict.fromkeys(REGIONS, self._nothing)
        for developer in developers:
            if developer.name not in self._offered:
                continue
            series = self._offered[developer.name]
            freely = series.ago(usual)
            for user in REGIONS:
                taught = freely
                access = rules.model_access(developer.name, developer.region, user, start, end)
                if np.any(access < 1.0):
                    closed = np.logical_or(
                        developer.openness != "open-weights", developer.held_closed
                    )
                    share = np.where(closed, access, 1.0)
                    slowly = series.ago(usual / np.where(share > 0.0, share, 1.0))
                    taught = np.where(share > 0.0, slowly, -np.inf)
                best[user] = np.maximum(best[user], taught)
        return best
