"""Adoption of AI by sector and market, what it pays developers, and what use teaches them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from agents import adoption_choice as choice
from agents import sector_choice
from agents.arrays import SMALLEST_MARKET, Floats, ratio, shares, total
from agents.developer import Developer
from agents.mechanisms import Mechanism
from agents.portfolio import Outlook
from agents.records import Quantity, Region, Sector
from agents.released_models import NOTHING_RELEASED
from agents.side_by_side import Team, Teams
from agents.surroundings import Parameters
from model.calendar import MONTHS_PER_YEAR
from model.ecosystem import Ecosystem
from model.knowledge import REGIONS
from model.ledger import Ledger
from model.rules_by_future import Rulings
from model.sectors import MARKETS, SECTORS, Market, SectorData
from model.switchboard import Switchboard
from model.terms_of_use import AS_IN_2022, TermsOfUse, terms_of_use

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
        access: share of users who may buy from a region, January 2022,
            ``(regions, markets, futures)``.
        permission: share of uses in wholly regulated work let start then, ``(markets, futures)``.
        regulated: how far use in a sector waits for permission, ``(sectors, futures)``.
        deployment: share of use by region at the start, ``(regions, markets, futures)``.
        home: row of the region that is at home in each market.
        emphasis: share of the work that each sector makes up for a developer, by region,
            ``(sectors, 1)``.
        between: distances between sectors in what they live on, ``(sectors, sectors)``.
    """

    def __init__(self, data: SectorData, parameters: Parameters, draw: Draw) -> None:
        markets, sectors = data.markets, data.sectors
        self.home = [REGIONS.index(markets[m].home_of) for m in MARKETS]

        def by_market(what: str) -> Floats:
            return np.array([draw(getattr(markets[m], what), f"{m}/{what}") for m in MARKETS])

        def by_sector(what: str) -> Floats:
            return np.array([draw(getattr(sectors[s], what), f"{s}/{what}") for s in SECTORS])

        self.labour, self.need = by_market("labour_cost"), by_sector("need")
        self.users = shares(by_market("users"))
        added = np.array([[sectors[s].value_added[m] for m in MARKETS] for s in SECTORS])
        self.value = shares(added[:, :, None] * by_sector("exposure")[:, None])
        typical = np.array([sectors[s].exposure.value for s in SECTORS])
        self.emphasis = {
            region: (added * typical[:, None])[:, [self.home.index(row)]]
            for row, region in enumerate(REGIONS)
        }
        names = list(data.characteristics)
        self.between = sector_choice.distances(
            np.array([[sectors[s].scenario.get(n, 0.0) for n in names] for s in SECTORS])
        )
        self.access = self._access(data, draw)
        self.deployment = np.array(
            [
                np.array([draw(markets[m].deployment[r], f"{m}/deployment/{r}") for m in MARKETS])
                for r in REGIONS
            ]
        )
        self.richness = self._richness(data, parameters, draw)
        trust, self.permission = by_market("trust"), by_market("permission")
        trusted = trust / np.exp(total(np.log(trust)) / len(MARKETS))
        self.regulated = by_sector("regulated")
        permitted = self.permission[None] ** self.regulated[:, None]
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
        traits = np.array(
            [
                np.array([draw(trait.by_market[m], f"{m}/{name}") for m in MARKETS])
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
        teams: Teams[Developer] | None = None,
    ) -> None:
        self._switches = switches or Switchboard()
        self._teams = teams or Teams()
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
        self._markets = np.array([parameters[f"market_{m.lower()}"] for m in MARKETS])
        self._emphasis = {firm.name: self._emphasis_of(firm) for firm in developers}
        # The same for all firms of a region, put together anew when one is founded or reviews.
        self._emphases: dict[str, tuple[int, Floats]] = {}
        self._effort: Floats = np.zeros((len(REGIONS), len(SECTORS), futures))
        self._price_fall: Floats = np.zeros((len(REGIONS), futures))
        self._best_open: Floats = np.full(futures, NOTHING_RELEASED)
        self._access = economies.access
        self._potential, self._peers, self._readiness = self.index, self.index, economies.readiness
        self._permission_factor: Floats = np.ones(1)
        self._permission_change: Floats = np.ones(1)
        self._weights: dict[str, Floats] = {}

    # --- diffusion ------------------------------------------------------------------------------

    def terms(self, rules: Rulings, start: float, end: float) -> TermsOfUse:
        """What rules say of the use of AI in a period."""
        homes = {
            market: REGIONS[row] for market, row in zip(MARKETS, self._economies.home, strict=True)
        }
        sellers = [
            (firm.name, region, self._weights.get(firm.name, firm.engineers))
            for region in REGIONS
            for firm in self._of(region)
            if firm.trains
        ]
        return terms_of_use(rules, homes, sellers, start, end)

    def diffuse(self, months: float, terms: TermsOfUse = AS_IN_2022) -> None:
        """A period's adoption on the terms that rules set."""
        known = self._parameters
        years = months / MONTHS_PER_YEAR
        elsewhere = known["peers_elsewhere"]
        peers = (1.0 - elsewhere) * self.index + elsewhere * self.by_market()
        self._access = self._economies.access
        if terms.access is not None:
            self._access = self._access * terms.access
        self._potential, self._peers = self.potential(), peers
        self._readiness = self._economies.readiness * terms.pace
        if terms.permission is not None:
            self._readiness = self._readiness * self._permitted(terms.permission)
        self.index = self._taken_up(years)

    def _taken_up(self, years: Floats | float) -> Floats:
        """Adoption after some years in which nothing else moves, as ``index``."""
        known = self._parameters
        return choice.taken_up(
            self.index,
            self._potential,
            self._peers,
            self._readiness,
            known["adoption_pace"],
            known["adoption_imitation"],
            years,
        )

    def _permitted(self, factor: Floats) -> Floats:
        """Factor on readiness of changes in what may start, ``(sectors, markets, futures)``."""
        if not np.array_equal(factor, self._permission_factor):
            places = self._economies
            self._permission_factor = factor
            self._permission_change = choice.readier(places.permission, factor, places.regulated)
        return self._permission_change

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
        return choice.reachable(at_home, offers, self._access)

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
        return np.asarray(
            np.maximum(np.array([best[region] for region in REGIONS]), self._best_open)
        )

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
        return np.array(falls)

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
                self._divide(row, self._teams.of(region, firms), takings, reach, months)

    def _divide(
        self, row: int, firms: Team[Developer], takings: Floats, reach: Floats, months: float
    ) -> None:
        """Divide a region's takings and use by sector among its firms.

        A firm's share in a sector is ``emphasis x weight / sum of emphasis x weight``.  A sector
        that no firm is in is served by all of them as if they were in every sector.
        """
        weights = self._weigh(firms)
        self._weights.update({f.name: weights[number] for number, f in enumerate(firms)})
        effort = self._emphasis_of_all(REGIONS[row], firms) * weights[:, None]
        everyone = total(effort)
        deserted = everyone <= SMALLEST_MARKET
        if deserted.any():
            usual = self._economies.emphasis[REGIONS[row]] * weights[:, None]
            effort = np.where(deserted, usual, effort)
            everyone = total(effort)
        self._effort[row] = everyone
        skill = firms["application"]
        skilled = effort * skill[:, None]
        self._skill[row] = ratio(total(skilled), everyone)
        self._set_attraction(row, total(weights))
        self._settle(firms, total((effort * ratio(takings, everyone)).swapaxes(0, 1)), months)
        used = total((effort * ratio(reach, everyone)).swapaxes(0, 1))
        pace, years = self._parameters["data_learning"], months / MONTHS_PER_YEAR
        firms["application"] = choice.practice_from_use(skill, used, pace, years)

    def _settle(self, firms: Team[Developer], a_year: Floats, months: float) -> None:
        """Pay firms for a period and take what running costs them, ``(firms, futures)``."""
        earned = a_year * months / MONTHS_PER_YEAR
        kept = earned - earned * self._parameters["reinvestment"]
        firms["revenue"] = a_year
        self._ledger.pay_through(firms, earned, "revenue", kept, "running costs")

    def _weigh(self, firms: Team[Developer]) -> Floats:
        """Weight of firms in customers' choice: people, compute to serve, and their models.

        A firm serves its own model, or the best open weights where these are better.

        Returns:
            ``(firms, futures)``.
        """
        known = self._parameters
        model = np.array([self._level_used(firm) for firm in firms])
        ahead = np.where(np.isfinite(model), model - known["level_at_start"], 0.0)
        usable = np.maximum(firms["usable"], SMALLEST_MARKET)
        equipped = known["revenue_scale"] * np.log(usable)
        drawn = np.exp(equipped + known["quality_pull"] * np.log(10.0) * ahead)
        return np.asarray(firms["engineers"] * drawn)

    def _level_used(self, firm: Developer) -> Floats:
        """Level of the model that a firm serves, OOM; minus infinity where there is none."""
        return np.maximum(firm.released if firm.offers_models else self._best_open, self._best_open)

    def _set_attraction(self, row: int, capacity: Floats) -> None:
        cheap = 10.0 ** (self._parameters["price_pull"] * self._price_fall[row])
        self.attraction[row] = capacity * cheap

    def _emphasis_of_all(self, region: str, firms: Team[Developer]) -> Floats:
        """Emphasis of a region's firms, ``(firms, sectors, futures)``."""
        count, emphasis = self._emphases.get(region, (0, self.index))
        if count != len(firms):
            emphasis = np.array([self._emphasis[firm.name] for firm in firms])
            self._emphases[region] = len(firms), emphasis
        return emphasis

    def _emphasis_of(self, firm: Developer) -> Floats:
        """Share of a firm's people in each sector, ``(sectors, futures)``."""
        usual = self._economies.emphasis[firm.region]  # type: ignore[index]
        return sector_choice.emphasis(firm.portfolio.entered, usual)

    # --- which sectors firms are in -------------------------------------------------------------

    def review_sectors(self) -> None:
        """Let developers review which sectors they are in, given what each will pay.

        Those who rent out compute serve whoever comes and do not choose.
        """
        ahead = self._taken_up(self._parameters["sector_foresight"])
        spent = self._markets * self._economies.value * ahead
        for row, region in enumerate(REGIONS):
            if self._switches.is_off(Mechanism.MONEY, region):
                continue
            takings = total((spent * self._ecosystem.deployment[row]).swapaxes(0, 1))
            for firm in self._of(region):
                if firm.trains:
                    before = firm.portfolio.entered
                    firm.review_sectors(self._outlook(firm, row, takings))
                    if firm.portfolio.entered is not before:
                        self._emphasis[firm.name] = self._emphasis_of(firm)
                        self._emphases.pop(region, None)

    def _outlook(self, firm: Developer, row: int, takings: Floats) -> Outlook:
        known, places = self._parameters, self._economies
        level = self._level_used(firm) + known["application_gain"] * firm.application
        able = choice.usefulness(
            level, places.need, known["level_at_start"], known["useful_distance"]
        )
        return Outlook(
            takings=takings,
            effort=self._effort[row],
            own=self._weights[firm.name],
            able=able > 0.0,
            usual=places.emphasis[REGIONS[row]],
            between=places.between,
        )

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
