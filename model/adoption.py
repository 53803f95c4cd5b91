"""Adoption of AI by sector and market, what it pays developers, and what use teaches them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from agents import adoption_choice as choice
from agents.arrays import SMALLEST_MARKET, Floats, ratio, shares, total
from agents.developer import Developer
from agents.mechanisms import Mechanism
from agents.records import Quantity, Region, Sector
from agents.released_models import NOTHING_RELEASED
from agents.surroundings import Parameters
from model.calendar import MONTHS_PER_YEAR
from model.ecosystem import Ecosystem
from model.knowledge import REGIONS
from model.ledger import Ledger
from model.sectors import MARKETS, SECTORS, Market, SectorData
from model.switchboard import Switchboard

Draw = Callable[[Quantity, str], Floats]


class Economies:
    """What sectors and markets are like: figures of ``sectors.yaml``, drawn for each future.

    Attributes:
        value: share of a market's potential revenue by sector, ``(sectors, markets, futures)``.
        readiness: pace of adoption by richness of scenarios, trust and permission, same shape.
        richness: richness of scenarios alone, same shape.
        need: progress before models are useful in a sector, OOM, ``(sectors, futures)``.
        labour: cost of work against the United States, ``(markets, futures)``.
        users: share of the world's internet users, ``(markets, futures)``.
        access: share of users who may buy from a region, ``(regions, markets, futures)``.
        deployment: share of use by region at the start, ``(regions, markets, futures)``.
        home: row of the region that is at home in each market.
        emphasis: share of the work that each sector makes up for a developer, by region.
    """

    def __init__(self, data: SectorData, parameters: Parameters, draw: Draw) -> None:
        markets, sectors = data.markets, data.sectors
        self.home = [REGIONS.index(markets[m].home_of) for m in MARKETS]

        def by_market(what: str) -> Floats:
            return np.stack([draw(getattr(markets[m], what), f"{m}/{what}") for m in MARKETS])

        def by_sector(what: str) -> Floats:
            return np.stack([draw(getattr(sectors[s], what), f"{s}/{what}") for s in SECTORS])

        self.labour, self.need = by_market("labour_cost"), by_sector("need")
        self.users = shares(by_market("users"))
        added = np.array([[sectors[s].value_added[m] for m in MARKETS] for s in SECTORS])
        self.value = shares(added[:, :, None] * by_sector("exposure")[:, None])
        typical = np.array([sectors[s].exposure.value for s in SECTORS])
        self.emphasis = {
            region: (added * typical[:, None])[:, self.home.index(row)]
            for row, region in enumerate(REGIONS)
        }
        self.access = self._access(data, draw)
        self.deployment = np.stack(
            [
                np.stack([draw(markets[m].deployment[r], f"{m}/deployment/{r}") for m in MARKETS])
                for r in REGIONS
            ]
        )
        self.richness = self._richness(data, parameters, draw)
        trust, permission = by_market("trust"), by_market("permission")
        trusted = trust / np.exp(total(np.log(trust)) / len(MARKETS))
        permitted = permission[None] ** by_sector("regulated")[:, None]
        self.readiness = self.richness * trusted ** parameters["trust_elasticity"] * permitted

    def _access(self, data: SectorData, draw: Draw) -> Floats:
        futures = self.labour.shape[-1]
        access = np.zeros((len(REGIONS), len(MARKETS), futures))
        for entry in data.access:
            place = (REGIONS.index(entry.developers), MARKETS.index(entry.market))
            access[place] = draw(entry.share, f"{entry.market}/access/{entry.developers}")
        for column, row in enumerate(self.home):
            access[row, column] = 1.0
        return access

    def _richness(self, data: SectorData, parameters: Parameters, draw: Draw) -> Floats:
        names = list(data.characteristics)
        traits = np.stack(
            [
                np.stack([draw(trait.by_market[m], f"{m}/{name}") for m in MARKETS])
                for name, trait in data.characteristics.items()
            ]
        )
        weights = np.array(
            [[data.sectors[s].scenario.get(name, 0.0) for name in names] for s in SECTORS]
        )
        rich = choice.scenario_richness(traits, weights)
        return np.asarray(rich ** parameters["richness_elasticity"])


class Adoption:
    """Diffusion by sector and market towards what usable models can do at their price.

    Attributes:
        index: share of a sector's work with AI, of what there is, ``(sectors, markets, futures)``.
        revenue: what developers of each region earn, USD bn a year, ``(futures,)`` by region.
        attraction: of each region's developers to users, by people, compute, models and price,
            ``(regions, futures)``.
    """

    def __init__(
        self,
        developers: Sequence[Developer],
        economies: Economies,
        ecosystem: Ecosystem,
        parameters: Parameters,
        ledger: Ledger,
        switches: Switchboard | None = None,
    ) -> None:
        self._switches = switches or Switchboard()
        self._developers = developers
        self._economies = economies
        self._ecosystem = ecosystem
        self._parameters = parameters
        self._ledger = ledger
        futures = economies.labour.shape[-1]
        self.index: Floats = np.clip(parameters["adoption_start"] * economies.richness, 0.0, 1.0)
        self.revenue: dict[Region, Floats] = {region: np.zeros(futures) for region in REGIONS}
        self.attraction: Floats = np.zeros((len(REGIONS), futures))
        self._skill: Floats = np.zeros((len(REGIONS), len(SECTORS), futures))
        self._reach: Floats = np.zeros((len(REGIONS), futures))
        self._by_sector: dict[int, tuple[Floats, Floats]] = {}
        self._compute_at_start = {region: self._compute(region) for region in REGIONS}
        self._markets = np.stack([parameters[f"market_{m.lower()}"] for m in MARKETS])
        self._emphasis = {
            (firm.sectors, REGIONS.index(firm.region)): self._emphasis_of(firm)
            for firm in developers
        }
        self._price_fall: Floats = np.zeros((len(REGIONS), futures))
        self._best_open: Floats = np.full(futures, NOTHING_RELEASED)

    # --- diffusion ------------------------------------------------------------------------------

    def diffuse(self, months: float, push: Mapping[Region, float | Floats] | None = None) -> None:
        """A period's adoption; ``push`` is what policies multiply its pace by, by home region."""
        known = self._parameters
        years = months / MONTHS_PER_YEAR
        elsewhere = known["peers_elsewhere"]
        peers = (1.0 - elsewhere) * self.index + elsewhere * self.by_market()
        self.index = choice.taken_up(
            self.index,
            self.potential(),
            peers,
            self._economies.readiness * self._pushed(push or {}),
            known["adoption_pace"],
            known["adoption_imitation"],
            years,
        )

    def _pushed(self, push: Mapping[Region, float | Floats]) -> Floats:
        """Factors of policies on the pace of adoption by market, ``(markets, futures)``."""
        usual = np.ones_like(self._best_open)
        return np.stack([usual * push.get(REGIONS[row], 1.0) for row in self._economies.home])

    def potential(self) -> Floats:
        """Share of work for which usable models are good and cheap enough, as ``index``."""
        known, places = self._parameters, self._economies
        level = self._levels_on_offer()[:, None] + known["application_gain"] * self._skill
        able = choice.usefulness(
            level, places.need, known["level_at_start"], known["useful_distance"]
        )
        self._price_fall = self._prices()
        cheap = choice.affordable(
            self._price_fall[:, None],
            places.labour,
            known["labour_weight"],
            known["affordable_fall"],
            known["affordable_slope"],
        )
        offers = able[:, :, None] * cheap[:, None]
        at_home = np.stack([offers[row, :, m] for m, row in enumerate(places.home)], axis=1)
        return choice.reachable(at_home, offers, places.access)

    def _levels_on_offer(self) -> Floats:
        """Best model that developers of each region can sell: one on offer there, or open weights.

        Shape ``(regions, futures)``; minus infinity where there is none.
        """
        nothing = np.full_like(self._best_open, NOTHING_RELEASED)
        best = dict.fromkeys(REGIONS, nothing)
        self._best_open = nothing
        for firm in self._developers:
            if firm.offers_models:
                region: Region = firm.region  # type: ignore[assignment]
                best[region] = np.maximum(best[region], firm.released)
                self._best_open = np.maximum(self._best_open, firm.released_open)
        return np.maximum(np.stack([best[region] for region in REGIONS]), self._best_open)

    def _prices(self) -> Floats:
        """Fall of the price of a task by region of the developers, OOM, ``(regions, futures)``."""
        known = self._parameters
        falls = []
        for region in REGIONS:
            found = [f.efficiency for f in self._of(region) if f.trains]
            efficiency = np.maximum.reduce(found) if found else np.zeros_like(self._best_open)
            growth = ratio(self._compute(region), self._compute_at_start[region], otherwise=1.0)
            falls.append(
                choice.price_fall(
                    efficiency, growth, known["efficiency_passed_on"], known["serving_scale"]
                )
            )
        return np.stack(falls)

    # --- revenue and what use teaches -----------------------------------------------------------

    def pay(self, months: float) -> None:
        """Customers pay the developers who serve them, and developers learn from the use."""
        places, deployed = self._economies, self._ecosystem.deployment
        worked = places.value * self.index
        spent = self._markets * worked
        reached = places.users * worked
        for row, region in enumerate(REGIONS):
            if not self._switches.is_off(Mechanism.MONEY, region):
                self._by_sector[row] = (
                    total((spent * deployed[row]).swapaxes(0, 1)),
                    total((reached * deployed[row]).swapaxes(0, 1)),
                )
            takings, reach = self._by_sector[row]
            self.revenue[region], self._reach[row] = total(takings), total(reach)
            firms = self._of(region)
            if firms:
                self._divide(row, firms, takings, reach, months)

    def _divide(
        self, row: int, firms: list[Developer], takings: Floats, reach: Floats, months: float
    ) -> None:
        """Divide a region's takings and use by sector among its firms.

        A firm's share in a sector is ``emphasis x weight / sum of emphasis x weight``; firms that
        enter the same sectors have the same emphasis, so sums are taken once for each such group.
        """
        weights = self._weights(firms)
        skilled = weights * np.stack([firm.application for firm in firms])
        groups: dict[tuple[Sector, ...], list[int]] = {}
        for place, firm in enumerate(firms):
            groups.setdefault(firm.sectors, []).append(place)
        emphasis = {entered: self._emphasis[entered, row] for entered in groups}
        heavy = {entered: total(weights[places]) for entered, places in groups.items()}
        able = {entered: total(skilled[places]) for entered, places in groups.items()}
        everyone = total([emphasis[g] * heavy[g] for g in groups])
        self._skill[row] = ratio(total([emphasis[g] * able[g] for g in groups]), everyone)
        self._set_attraction(row, total(list(heavy.values())))
        pay, use = ratio(takings, everyone), ratio(reach, everyone)
        for group, places in groups.items():
            members = [firms[place] for place in places]
            paid, used = total(emphasis[group] * pay), total(emphasis[group] * use)
            self._settle(members, weights[places] * paid, months)
            for firm, its_use in zip(members, weights[places] * used, strict=True):
                firm.learn_from_use(its_use, months)

    def _settle(self, firms: Sequence[Developer], a_year: Floats, months: float) -> None:
        """Pay firms for a period and take what running costs them, ``(firms, futures)``."""
        earned = a_year * months / MONTHS_PER_YEAR
        kept = earned - earned * self._parameters["reinvestment"]
        outside = self._ledger.outside
        for place, firm in enumerate(firms):
            firm.revenue = a_year[place]
            self._ledger.pay(outside, firm, earned[place], "revenue")
            self._ledger.pay(firm, outside, kept[place], "running costs")

    def _weights(self, firms: Sequence[Developer]) -> Floats:
        """Weight of firms in customers' choice: people, compute to serve, and their models.

        A firm serves its own model, or the best open weights where these are better.

        Returns:
            ``(firms, futures)``.
        """
        known = self._parameters
        offers = [firm.released if firm.offers_models else self._best_open for firm in firms]
        model = np.maximum(np.stack(offers), self._best_open)
        ahead = np.where(np.isfinite(model), model - known["level_at_start"], 0.0)
        usable = np.maximum(np.stack([firm.usable for firm in firms]), SMALLEST_MARKET)
        equipped = known["revenue_scale"] * np.log(usable)
        drawn = np.exp(equipped + known["quality_pull"] * np.log(10.0) * ahead)
        return np.asarray(np.stack([firm.engineers for firm in firms]) * drawn)

    def _set_attraction(self, row: int, capacity: Floats) -> None:
        cheap = 10.0 ** (self._parameters["price_pull"] * self._price_fall[row])
        self.attraction[row] = capacity * cheap

    def _emphasis_of(self, firm: Developer) -> Floats:
        """Share of a firm's people in each sector, ``(sectors, 1)``: all to those it enters."""
        usual = self._economies.emphasis[firm.region]  # type: ignore[index]
        entered = np.array([not firm.sectors or sector in firm.sectors for sector in SECTORS])
        shared = np.where(entered, usual, 0.0)
        return np.asarray((shared / shared.sum())[:, None])

    def _of(self, region: str) -> list[Developer]:
        return [d for d in self._developers if d.region == region and d.exists]

    def _compute(self, region: str) -> Floats:
        fleets = [firm.usable for firm in self._of(region)]
        return total([np.zeros_like(self._parameters["adoption_start"]), *fleets])

    # --- what is asked --------------------------------------------------------------------------

    def by_market(self) -> Floats:
        """Index of each market, sectors weighted by value, ``(markets, futures)``."""
        return total(self.index * self._economies.value)

    def adopted(self, market: Market, sector: Sector | None = None) -> Floats:
        """Index of a market, or of a sector there, ``(futures,)``."""
        place = MARKETS.index(market)
        if sector is None:
            return np.asarray(self.by_market()[place])
        return np.asarray(self.index[SECTORS.index(sector), place])

    def feedback(self, region: str) -> Floats:
        """Use that developers of a region serve and see, as a share of what the world could use.

        Markets count by their internet users, since data come from people.  Between 0 and 1,
        ``(futures,)``; developers' research gains by ``data_to_research`` times it.
        """
        return np.asarray(self._reach[REGIONS.index(region)])
