"""Public knowledge: what developers let others see of their algorithms and their models.

Rules can keep knowledge from a region for longer, so what is known is kept by where it comes from
and asked for by where it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from agents.arrays import Bools, Floats, Ints, replaced
from agents.developer import Developer
from agents.records import Region
from agents.released_models import NOTHING_RELEASED, PARTS
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
        return self.at(self.row(months))

    def row(self, months: Floats) -> Ints:
        """Row of some months ago, the same in every series as long as this one, ``(futures,)``."""
        back = np.minimum(np.rint(months), self._months - 1.0).astype(np.int64)
        return np.asarray(self._months - 1 - back)

    def at(self, row: Ints) -> Floats:
        """The series at a row of each future."""
        return np.asarray(self._rows[row, self._futures])


class PublicKnowledge:
    """What is known of the state of the art, and the frontiers of released models.

    Attributes:
        frontiers: best released model by region.
        open_frontiers: best released model with open weights by region.
        cheapest: least training compute of a released model as good as the yardstick, or of the
            best model while there is no yardstick, log10 FLOP.
        frontier_parts: parts of the level of the best released model by region,
            ``(parts, futures)``.
    """

    def __init__(self, futures: int, parameters: Parameters) -> None:
        self._parameters = parameters
        self.frontiers = {region: Frontier(futures) for region in REGIONS}
        self.open_frontiers = {region: Frontier(futures) for region in REGIONS}
        # What the level of the model at each frontier is made of, in the order of ``PARTS``.
        self.frontier_parts = {region: np.zeros((len(PARTS), futures)) for region in REGIONS}
        self._best_released: Floats = np.full(futures, NOTHING_RELEASED)
        self._best_offered: Floats = np.full(futures, NOTHING_RELEASED)
        self._yardstick: Floats | None = None
        self.cheapest: Floats = np.zeros(futures)
        self._nothing: Floats = np.full(futures, -np.inf)
        self._closed: Bools = np.zeros(futures, dtype=np.bool_)
        self._secret = {region: Monthly(futures) for region in REGIONS}
        self._open = {region: Monthly(futures) for region in REGIONS}
        self._offered: dict[str, Monthly] = {}
        self._months = 0
        self._published = dict.fromkeys(REGIONS, self._nothing)
        self._teachable = dict.fromkeys(REGIONS, np.full(futures, NOTHING_RELEASED))
        self._taught: dict[Region, list[Floats]] = {region: [] for region in REGIONS}

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
        advanced = frontier.advance(level, when)
        if advanced.size:
            known = self.frontier_parts
            known[region] = replaced(known[region], advanced, parts[:, advanced])  # type: ignore[index]
        flop = parts[PARTS.index("compute")]
        if self._yardstick is None:
            cheapest = level > self._best_released
        else:
            cheapest = (level >= self._yardstick) & (flop < self.cheapest)
        here = cheapest.nonzero()[0]
        if here.size:
            self.cheapest = replaced(self.cheapest, here, flop[here])
        self._best_released = np.maximum(self._best_released, level)

    def set_yardstick(self) -> None:
        """From now on follow what a model as good as today's best takes at least."""
        self._yardstick = self._best_released

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
            self._taught[user].append(self._teachable[user])

    def levels(self) -> dict[str, Floats]:
        """Level of the best released model of each region, OOM; minus infinity without one."""
        return {region: frontier.level for region, frontier in self.frontiers.items()}

    def published(self, reader: Region | str) -> Floats:
        """Efficiency of which readers of a region could read by now, OOM, ``(futures,)``."""
        return self._published[reader]  # type: ignore[index]

    def teachable(self, user: Region | str, until: float | None = None) -> Floats:
        """Level of the best model that users of a region could learn from in time, OOM.

        Args:
            user: the region.
            until: as it was at this moment, months; the present one if left out.

        Returns:
            ``(futures,)``; minus infinity where there was none.
        """
        if until is None:
            return self._teachable[user]  # type: ignore[index]
        return self._taught[user][int(until)]  # type: ignore[index]

    def best_offered(self) -> Floats:
        """Level of the best model that outsiders could use last month, OOM, ``(futures,)``."""
        return self._best_offered

    def best_released(self) -> Floats:
        """Level of the best model released by anyone so far, OOM, ``(futures,)``."""
        return self._best_released

    def _take_stock(self, developers: Sequence[Developer]) -> None:
        """Write down what each region has found, in secret and openly, and who offers what."""
        offered = {d.name: d.released for d in developers if d.offers_models}
        self._best_offered = np.maximum.reduce([self._nothing, *offered.values()])
        for region in REGIONS:
            here = [d for d in developers if d.region == region]
            found = np.array([self._nothing, *(d.efficiency for d in here)])
            is_open = np.array([self._closed, *(d.open_weights for d in here)])
            self._secret[region].add(np.where(is_open, -np.inf, found).max(axis=0))
            self._open[region].add(np.where(is_open, found, -np.inf).max(axis=0))
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
        row = self._secret[REGIONS[0]].row(usual)
        best_of_all = self._nothing
        best: dict[Region, Floats] = {}
        for developer in developers:
            if developer.name not in self._offered:
                continue
            series = self._offered[developer.name]
            freely = series.at(row)
            limited = {
                user: access
                for user in REGIONS
                for access in [
                    rules.model_access(developer.name, developer.region, user, start, end)
                ]
                if _falls_short(access)
            }
            if not limited:
                best_of_all = np.maximum(best_of_all, freely)
                continue
            for user in REGIONS:
                taught = freely
                if user in limited:
                    share = np.where(developer.open_weights, 1.0, limited[user])
                    slowly = series.ago(usual / np.where(share > 0.0, share, 1.0))
                    taught = np.where(share > 0.0, slowly, -np.inf)
                best[user] = np.maximum(best.get(user, self._nothing), taught)
        return {
            user: np.maximum(best[user], best_of_all) if user in best else best_of_all
            for user in REGIONS
        }


def _falls_short(access: float | Floats) -> bool:
    """Whether it is less than all of the usual access in some future."""
    return access < 1.0 if isinstance(access, float) else bool((access < 1.0).any())
