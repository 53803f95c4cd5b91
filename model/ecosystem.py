"""Ecosystems: whose services a market runs on, whose open weights, and on which software.

Users draw users, so shares move slowly and early ones last.

Three kinds of software stack: that of the designer with the most mature software (``leading``,
Nvidia's CUDA), those of other designers outside China (``other``), and the Chinese ones
(``chinese``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

import numpy as np

from agents.adoption_choice import shifted
from agents.arrays import Floats, ratio, shares, total
from agents.designer import Designer
from agents.developer import Developer
from agents.records import Region
from agents.side_by_side import Teams
from agents.surroundings import Parameters
from model.installed_base import InstalledBase
from model.knowledge import REGIONS
from model.sectors import MARKETS, Market

Stack = Literal["leading", "other", "chinese"]
STACKS: tuple[Stack, ...] = get_args(Stack)
CN = REGIONS.index("CN")
THIRD_COUNTRIES = MARKETS.index("Others")
# Shares never vanish entirely, or no network effect could bring a stack or a region back.
SMALLEST_SHARE = 1e-4


class Ecosystem:
    """Shares with network effects.

    A share moves towards ``attraction / sum of attraction``, where attraction contains the share
    held to a power below one (users draw users; below one, so that the better offer wins in the
    end), with a time constant.  Own form after Arthur (1989) and Katz and Shapiro (1985).

    Attributes:
        deployment: share of use by region of the developers, ``(regions, markets, futures)``.
        downloads: share of new downloads of open weights by region, ``(regions, futures)``.
        stacks: share of developers' work by stack, in each region, ``(stacks, regions, futures)``.
        standards: China's influence on standards, 0 to 1, ``(futures,)``.
    """

    def __init__(
        self,
        developers: Sequence[Developer],
        designers: Sequence[Designer],
        parameters: Parameters,
        deployment: Floats,
    ) -> None:
        self._developers = developers
        self._teams: Teams[Developer] = Teams()
        self._parameters = parameters
        self._leading = max(designers, key=lambda designer: designer.recorded_software).name
        self.deployment = shares(deployment)
        self.downloads = self._downloads_at_start()
        self._stacks_first = self._stacks_at_start()
        self.stacks = self._stacks_first
        fleets = [total([np.zeros_like(self.downloads[0]), *self._fleets(r)]) for r in REGIONS]
        self._installed: Floats = self.stacks * np.array(fleets)
        self._counted: Floats = np.zeros_like(self._installed)
        self.standards = self._reach_of_china()
        self._standing: Floats | None = None

    # --- deployment and downloads ---------------------------------------------------------------

    def evolve(
        self, attraction: Floats, now: float, months: float, admitted: Floats | None = None
    ) -> None:
        """A month's movement of deployment, downloads and standards.

        What keeps a region in a market or out of it besides, from language to rules, is taken
        from the recorded shares: those of January 2022 would stand still if nothing changed.

        Args:
            attraction: of developers of each region to users, ``(regions, futures)``.
            now: the moment, months.
            months: length of the period.
            admitted: share of the customers of January 2022 whom rules let each region's
                developers serve, ``(regions, markets, 1 or futures)``; all if left out.
        """
        known = self._parameters
        self._move_downloads(now, months)
        drawn = self.deployment ** known["deployment_network"]
        open_models = np.maximum(self.downloads, SMALLEST_SHARE) ** known["open_draw"]
        wanted = (attraction * open_models)[:, None] * drawn
        wanted[:, THIRD_COUNTRIES] *= self._pull_of_standards()
        if self._standing is None:
            self._standing = ratio(self.deployment, wanted)
        wanted = wanted * self._standing
        if admitted is not None:
            wanted = wanted * admitted
        self.deployment = shifted(self.deployment, wanted, known["deployment_inertia"], months)
        moved = -np.expm1(-months / known["standards_lag_months"])
        self.standards = self.standards + (self._reach_of_china() - self.standards) * moved

    def _pull_of_standards(self) -> Floats:
        """Pull of influence on standards on users in third countries, ``(regions, futures)``.

        China's developers gain by its influence, all others by what is left of it.
        """
        influence = np.repeat(1.0 - self.standards[None], len(REGIONS), axis=0)
        influence[CN] = self.standards
        pull = np.maximum(influence, SMALLEST_SHARE) ** self._parameters["standards_draw"]
        return np.asarray(pull)

    def _move_downloads(self, now: float, months: float) -> None:
        known = self._parameters
        releases = np.array([self._pull_of_releases(region, now) for region in REGIONS])
        drawn = np.maximum(self.downloads, SMALLEST_SHARE) ** known["download_network"]
        inertia = known["download_inertia"]
        self.downloads = shifted(self.downloads, releases * drawn, inertia, months)

    def _pull_of_releases(self, region: Region, now: float) -> Floats:
        """Attraction of a region's open weights: their number, level and age, ``(futures,)``.

        Developers who sell access publish smaller models too, some way below their best.
        """
        known = self._parameters
        offering = [d for d in self._developers if d.region == region and d.offers_models]
        if not offering:
            return np.zeros_like(self.standards)
        firms = self._teams.of(region, offering)
        behind = np.where(firms["open_weights"], 0.0, known["side_release_distance"])
        level = firms["released"] - behind - known["level_at_start"]
        fresh = (firms["released_at"] - now) / known["download_recency"]
        # Nothing released is minus infinity, which no weight of the level may make a number.
        there = np.isfinite(level)
        weighed = known["download_level"] * np.where(there, level, 0.0)
        return total(np.where(there, 10.0**weighed * np.exp(fresh), 0.0))

    # --- software stacks ------------------------------------------------------------------------

    def count_accelerators(
        self,
        designers: Iterable[Designer],
        base: InstalledBase,
        ratings: Mapping[str, float],
        writers: Floats,
        months: float,
    ) -> None:
        """A quarter's movement of software stacks: what was installed draws who writes for it.

        Args:
            designers: whose users are counted, and told to them.
            base: what was installed.
            ratings: compute by chip, H100e.
            writers: people who write AI software by region, ``(regions, futures)``.
            months: length of the period.
        """
        designers = list(designers)
        known = self._parameters
        stack_of = {chip: self._stack(d) for d in designers for chip in d.product_names()}
        counted = np.zeros_like(self._counted)
        for (region, chip, _), units in base.delivered_kinds().items():
            place = (stack_of[chip], REGIONS.index(region))
            counted[place] = counted[place] + units * ratings[chip]
        surviving = np.exp(-months / known["fleet_life_months"])
        self._installed = self._installed * surviving + (counted - self._counted)
        self._counted = counted
        network = known["stack_network"]
        standing = np.maximum(shares(self._installed), SMALLEST_SHARE) ** (1.0 - network)
        drawn = np.maximum(self.stacks, SMALLEST_SHARE) ** network
        self.stacks = shifted(self.stacks, standing * drawn, known["stack_inertia"], months)
        self._tell_designers(designers, writers)

    def _tell_designers(self, designers: Iterable[Designer], writers: Floats) -> None:
        """Tell each designer how its stack's following grew since the start, there and in all."""
        now, start = (np.maximum(s, SMALLEST_SHARE) for s in (self.stacks, self._stacks_first))
        of_all = shares(writers)
        gained = total((now * of_all).swapaxes(0, 1)) / total((start * of_all).swapaxes(0, 1))
        for designer in designers:
            stack = self._stack(designer)
            designer.count_users(
                gained[stack],
                {r: now[stack, row] / start[stack, row] for row, r in enumerate(REGIONS)},
            )

    def _stack(self, designer: Designer) -> int:
        if designer.region == "CN":
            return STACKS.index("chinese")
        return STACKS.index("leading" if designer.name == self._leading else "other")

    # --- what is asked --------------------------------------------------------------------------

    def deployed(self, region: Region, market: Market) -> Floats:
        """Share of use in a market that developers of a region serve, ``(futures,)``."""
        return np.asarray(self.deployment[REGIONS.index(region), MARKETS.index(market)])

    def downloaded_of_two(self) -> Floats:
        """China's share of downloads of American and Chinese open weights, ``(futures,)``."""
        american, chinese = self.downloads[REGIONS.index("US")], self.downloads[CN]
        return ratio(chinese, american + chinese)

    def stack_share(self, stack: Stack, region: Region) -> Floats:
        """Share of a stack in a region, ``(futures,)``."""
        return np.asarray(self.stacks[STACKS.index(stack), REGIONS.index(region)])

    def _reach_of_china(self) -> Floats:
        """Mean of China's shares of third countries' use and of their software."""
        known = self._parameters["standards_from_use"]
        software = self.stack_share("chinese", "RoW")
        return known * self.deployed("CN", "Others") + (1.0 - known) * software

    # --- the start ------------------------------------------------------------------------------

    def _fleets(self, region: Region) -> list[Floats]:
        return [total(firm.fleet) for firm in self._developers if firm.region == region]

    def _downloads_at_start(self) -> Floats:
        chinese, elsewhere = (self._parameters[f"downloads_start_{r}"] for r in ("cn", "row"))
        return _with_remainder_first(chinese, elsewhere)

    def _stacks_at_start(self) -> Floats:
        known = self._parameters
        nothing = np.zeros_like(known["stack_start_chinese"])
        chinese = np.array([nothing, known["stack_start_chinese"], nothing])
        other = np.array([known[f"stack_start_other_{region.lower()}"] for region in REGIONS])
        return _with_remainder_first(other, chinese)


def _with_remainder_first(second: Floats, third: Floats) -> Floats:
    """Three shares of a whole; the second and third in proportion if they come to more than it."""
    whole = np.maximum(1.0, second + third)
    second, third = second / whole, third / whole
    return np.array([np.maximum(0.0, 1.0 - second - third), second, third])
