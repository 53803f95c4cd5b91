"""Foundries: they climb the ladder of process nodes, buy tools, build fabs and learn to yield."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents import lithography
from agents.actor import Actor
from agents.arrays import Bools, Floats, Ints, ratio, total
from agents.records import FoundryRecord, ToolClass
from agents.surroundings import Surroundings

# Better classes first: what they leave wanting is ordered from the class after them.
TOOL_CLASSES: tuple[ToolClass, ...] = (
    "euv",
    "immersion-advanced",
    "immersion",
    "deposition-etch",
)
# Scanners of both immersion classes do the same work here, so they share a store.
STORES = ("euv", "immersion", "deposition-etch")
SEVEN_NM = lithography.rung(7.0)
FIVE_NM = lithography.rung(5.0)


def store_of(tool_class: ToolClass) -> str:
    """The store in which sets of a tool class are kept."""
    return "immersion" if tool_class == "immersion-advanced" else tool_class


@dataclass
class FabProject:
    """Capacity under construction: thousand wafers a month, and when it opens, ``(futures,)``."""

    wafers: Floats
    opens: Floats


class Foundry(Actor):
    """A chip manufacturer.

    Attributes:
        rung: its most advanced node in volume, position on the ladder, ``(futures,)``.
        reached: when it reached each rung, months, infinite if not yet, ``(rungs, futures)``.
        progress: share of the way to the next rung, 0 to 1, ``(futures,)``.
        wafers: capacity at 7 nm class and below, thousand wafers a month, ``(futures,)``.
        packaging: advanced packaging, thousand wafers a month, ``(futures,)``.
        yields: share of good large dies by rung, 0 where not in volume, ``(rungs, futures)``.
        tools: sets in store, not yet built in, by store, ``(futures,)`` each.
        tools_received, tools_built_in: sets since the start, by store.
        tools_from: sets received since the start by country of the maker.
        euv_owned: EUV scanners it owns, built in or not, ``(futures,)``.
    """

    def __init__(self, model: Surroundings, record: FoundryRecord) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.country)
        futures = model.futures
        self.reached: Floats = np.full((len(lithography.LADDER), futures), np.inf)
        for node in record.nodes:
            self.reached[lithography.rung(node.nm)] = model.calendar.months(node.since)
        top = max(lithography.rung(node.nm) for node in record.nodes)
        self.rung: Ints = np.full(futures, top)
        self.progress = self.draw(record.progress, "progress")
        self._pace = self.draw(record.research_pace, "pace")
        self.wafers = self.draw(record.leading_wafers, "wafers")
        self.packaging = self.draw(record.packaging_wafers, "packaging")
        self.packages = record.packaging_wafers.value > 0.0
        self.accelerator_share = self.draw(record.accelerator_share, "accelerator-share")
        in_volume = np.isfinite(self.reached)
        self.yields: Floats = np.where(in_volume, self.draw(record.yield_now, "yield"), 0.0)
        self._capital_budget = self.draw(record.capital_budget, "capital-budget")
        practised = model.parameters["experience_at_start"]
        self._made: Floats = np.maximum(self.wafers, 1.0) * practised
        self.projects: list[FabProject] = []
        self._fabs_begun = 0
        self.tools: dict[str, Floats] = {store: np.zeros(futures) for store in STORES}
        self.tools_received: dict[str, Floats] = {store: np.zeros(futures) for store in STORES}
        self.tools_built_in: dict[str, Floats] = {store: np.zeros(futures) for store in STORES}
        self.tools_from: dict[str, Floats] = {}
        self.euv_owned = self.draw(record.euv_scanners, "euv")
        self._research_grants: Floats = np.zeros(futures)

    # --- process research -----------------------------------------------------------------------

    def receive_grant(self, amount: Floats, purpose: str) -> None:
        """Spend a research grant on research; a capacity grant stays in the purse for fabs."""
        if purpose == "process-research":
            self._research_grants = self._research_grants + amount
            self.model.ledger.pay(self, self.model.ledger.outside, amount, "process research")

    def research_process(self, months: float) -> Bools:
        """Work towards the next node; returns the futures in which it entered volume production."""
        known = self.model.parameters
        next_rung = np.minimum(self.rung + 1, len(lithography.LADDER) - 1)
        gate = lithography.patterning_pace(
            next_rung,
            self.euv_owned >= 1.0,
            multipatterning_pace=known["multipatterning_pace"],
            without_euv_pace=known["without_euv_pace"],
        )
        luck = self.model.luck(f"{self.name}/node", next_rung, sigma=known["node_luck"])
        spent = self._capital_budget * months / 12.0 + self._research_grants
        granted = ratio(self._research_grants, spent)
        ahead = self.model.leading_rung() - self.rung
        pace = self._pace * lithography.catching_up(ahead, known["follower_advantage"])
        pace = pace * gate * luck * (1.0 + known["grant_response"] * granted)
        before = self.progress
        self.progress = np.where(
            self.rung < len(lithography.LADDER) - 1, before + pace * months / 12.0, 0.0
        )
        self._research_grants = np.zeros(self.model.futures)
        done = self.progress >= 1.0
        if done.any():
            elapsed = (1.0 - before) / np.where(done, self.progress - before, 1.0) * months
            self._enter_volume(done, next_rung, self.model.time - months + elapsed)
        return done

    def _enter_volume(self, done: Bools, next_rung: Ints, when: Floats) -> None:
        known = self.model.parameters
        rungs = np.arange(len(lithography.LADDER))[:, None]
        arrived = done & (rungs == next_rung)
        self.reached = np.where(arrived, when, self.reached)
        self.rung = np.where(done, next_rung, self.rung)
        self.progress = np.where(done, 0.0, self.progress)
        setback = np.where(next_rung >= SEVEN_NM, known["new_node_yield"], 1.0)
        entry = self.yields.max(axis=0) * setback
        self.yields = np.where(arrived, entry, self.yields)

    # --- tools and capacity ---------------------------------------------------------------------

    def raise_capital(self, months: float) -> None:
        """Take in the investment that its owners plan for leading capacity."""
        growth = np.exp(self.model.parameters["fab_investment_growth"] * self.model.time / 12.0)
        amount = np.where(self.rung >= SEVEN_NM, self._capital_budget * growth, 0.0)
        ledger = self.model.ledger
        ledger.pay(ledger.outside, self, amount * months / 12.0, "fab investment")

    def affordable_expansion(self) -> Floats:
        """Capacity it can pay for now, thousand wafers a month, ``(futures,)``."""
        known = self.model.parameters
        return np.maximum(self.cash, 0.0) / known["cost_per_thousand_wafers"]

    def needs(self) -> dict[str, Floats]:
        """Sets from each store that a thousand wafers a month of its leading node take."""
        return {store: self._need(store) for store in STORES}

    def _need(self, store: str) -> Floats:
        known = self.model.parameters
        if store == "deposition-etch":
            return np.ones(self.model.futures)
        with_euv = (self.rung >= FIVE_NM) & (self.euv_owned >= 1.0)
        if store == "euv":
            return np.where(with_euv, known["euv_per_thousand"], 0.0)
        multipatterned = (self.rung >= FIVE_NM) & ~with_euv
        passes = np.where(multipatterned, known["multipatterning_passes"], 1.0)
        return known["immersion_per_thousand"] * passes

    def order(self, tool_class: ToolClass, expansion: Floats) -> Floats:
        """Sets of a class to order for an expansion, with a hoard of what may soon be barred."""
        known = self.model.parameters
        store = store_of(tool_class)
        wanted = expansion * self._need(store)
        lead = known.certain("tool_warning_months")
        ahead = self.model.rules.tool_control_ahead(tool_class, self.region, self.model.time, lead)
        wanted = np.where(ahead, wanted * (1.0 + known["tool_hoard"]), wanted)
        if tool_class == "euv":
            # A first scanner is for research, before any node needs EUV in volume.
            first = (self.rung >= SEVEN_NM) & (self.euv_owned < 1.0)
            wanted = np.maximum(wanted, first)
        return np.maximum(0.0, wanted - self.tools[store])

    def take_delivery(self, tool_class: ToolClass, sets: Floats, country: str) -> None:
        """Receive tools from a maker of ``country`` into store."""
        self.tools_from[country] = self.tools_from.get(country, 0.0) + sets
        store = store_of(tool_class)
        self.tools[store] = self.tools[store] + sets
        self.tools_received[store] = self.tools_received[store] + sets
        if tool_class == "euv":
            self.euv_owned = self.euv_owned + sets

    def begin_fab(self, expansion: Floats) -> None:
        """Start building what money and the tools in store allow; it opens after a lag."""
        known = self.model.parameters
        size = expansion
        needs = self.needs()
        for store, need in needs.items():
            enough = self.tools[store] / np.where(need > 0.0, need, 1.0)
            size = np.where(need > 0.0, np.minimum(size, enough), size)
        for store, need in needs.items():
            used = np.minimum(size * need, self.tools[store])
            self.tools[store] = self.tools[store] - used
            self.tools_built_in[store] = self.tools_built_in[store] + used
        building = size * known["building_per_thousand_wafers"]
        self.model.ledger.pay(self, self.model.ledger.outside, building, "fab building")
        lag = known["fab_months"] * self.model.luck(
            f"{self.name}/fab", self._fabs_begun, sigma=known["fab_luck"]
        )
        self._fabs_begun += 1
        self.projects.append(FabProject(size, self.model.time + lag))

    def open_fabs(self) -> None:
        """Put into service the projects that are due."""
        remaining = []
        for project in self.projects:
            due = project.opens <= self.model.time
            if not due.any():
                remaining.append(project)
                continue
            self.wafers = self.wafers + np.where(due, project.wafers, 0.0)
            project.wafers = np.where(due, 0.0, project.wafers)
            if (project.wafers > 0.0).any():
                remaining.append(project)
        self.projects = remaining

    def expand_packaging(self, use: Floats) -> None:
        """Add packaging lines where they ran nearly full; ``use`` is the share that orders took."""
        known = self.model.parameters
        short = np.clip((use - known["comfortable_use"]) / known["comfortable_use"], 0.0, 1.0)
        self.packaging = self.packaging * (1.0 + known["packaging_growth"] * short)

    # --- production -----------------------------------------------------------------------------

    def wafers_for_accelerators(self, months: float) -> Floats:
        """Leading wafers available for accelerators in a period, thousands, ``(futures,)``."""
        return self.wafers * self.accelerator_share * months

    def packaging_for_accelerators(self, months: float) -> Floats:
        """Advanced packaging available for accelerators in a period, thousand wafers."""
        return self.packaging * months

    def lose_unserviced(self, start: float, end: float) -> None:
        """Lines wear out where makers abroad may not service the tools that they delivered."""
        unserviced: Floats = np.zeros(self.model.futures)
        for country, sets in self.tools_from.items():
            barred = 1.0 - self.model.rules.servicing_access(country, self.region, start, end)
            unserviced = unserviced + barred * sets
        delivered = total([np.zeros(self.model.futures), *self.tools_from.values()])
        loss = self.model.parameters["unserviced_loss"] * ratio(unserviced, delivered)
        self.wafers = self.wafers * np.exp(-loss * (end - start) / 12.0)

    def produce(self, months: float) -> None:
        """Run the lines: yields improve with the wafers made relative to all made before."""
        known = self.model.parameters
        made = self.wafers * months
        with_euv = self.euv_owned >= 1.0
        ceiling = np.where(with_euv, known["yield_ceiling"], known["yield_ceiling_without_euv"])
        learned = lithography.yield_learning(
            self.yields, ceiling, made / self._made, known["yield_pace"]
        )
        self.yields = np.where(self.yields > 0.0, learned, 0.0)
        self._made = self._made + made

    def yield_at(self, nm: float) -> Floats:
        """Share of good large dies on a node class, 0 where it is not in volume, ``(futures,)``."""
        return np.asarray(self.yields[lithography.rung(nm)])
