"""The world: the cast, the markets between them, and the clock that drives both.

Time is in months since January 2022.  Mesa's event list holds *dated* events (a rule is announced,
takes effect or ends; a firm is founded; a demand shock) and *recurring* ones (each month, quarter
and year).  What *actors plan* (a training run ends, a fab opens) differs between futures: its due
time is an array, and it is carried out at the actor's next monthly wake-up for the futures that are
due (activity scanning), while the records keep the exact moment.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import mesa
import numpy as np
from mesa.time import Priority, Schedule

from agents import fleet_split, lithography, releases, research, runs
from agents.actor import Actor
from agents.arrays import Bools, Floats, Ints
from agents.designer import Designer, Products
from agents.developer import Developer
from agents.foundry import Foundry
from agents.government import Government
from agents.mechanisms import Mechanism
from agents.memory_maker import MemoryMaker
from agents.records import Quantity
from agents.side_by_side import Places, Team, Teams
from agents.talent_pool import TalentPool
from agents.toolmaker import Toolmaker
from model import loading, programmes
from model.adoption import Adoption, Economies
from model.agenda import Agenda
from model.calendar import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, Calendar
from model.cast import Cast, recorded
from model.chip_market import ChipMarket
from model.chronicle import Chronicle
from model.ecosystem import Ecosystem
from model.ensemble import Parameters, spread
from model.frontier import Frontier
from model.investors import Investors
from model.knowledge import REGIONS, PublicKnowledge
from model.labour_market import LabourMarket
from model.ledger import Ledger
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy
from model.programmes import Grant
from model.record import Record
from model.reviews import Reviews, rules_of
from model.rulebook import shared_book
from model.rules_by_future import Rulings
from model.sectors import sector_data
from model.streams import Streams
from model.switchboard import Switchboard
from model.talent_flows import TalentFlows
from model.tool_market import ToolMarket

DEFAULT_SEED = 1
# Classes graduate in July.
FIRST_GRADUATION = 6.0
HALF_YEAR = 6.0


class World(mesa.Model):
    """An ensemble of futures under one policy.

    Args:
        policy: changes to recorded history.
        futures: how many futures live side by side; every time-varying quantity of every actor is
            an array with one element for each.
        seed: the study's seed.  Luck depends on (seed, stream, ordinal, future) and nothing else.
        first_future: number, within the study, of the first future held here.
        numbers: of the futures held here, ``(futures,)``, where they do not follow one upon the
            other; in place of ``futures`` and ``first_future``.
        fixed: parameters to set instead of drawing them: a value, or one per future.
        sharing: how many consecutive futures meet the same luck (see ``model.streams``).
        products: whether the recorded chips are sold until their roadmaps end, or designers plan
            their own versions for the Chinese market, or all chips that follow those of the start.
        cast: who takes part; the recorded cast if not given.

    Attributes:
        time: months since January 2022.
        rules: the rule book of the policy; one for each future if a government is adaptive.
        recorded_rules: the rule book of history, to which recorded roadmaps and flows answer.
        record: outcomes by month.
        chronicle: what happened.

    Raises:
        PolicyError: if the policy does not fit the recorded instruments.
        KeyError: if ``fixed`` names no parameter.
        LimitError: if ``fixed`` gives a parameter a value beyond ``model/data/limits.yaml``.
    """

    rules: Rulings
    knowledge: PublicKnowledge
    investors: Investors
    labour_market: LabourMarket
    talent_flows: TalentFlows
    adoption: Adoption
    ecosystem: Ecosystem
    tool_market: ToolMarket
    chip_market: ChipMarket
    node_frontiers: tuple[Frontier, Frontier]

    def __init__(
        self,
        policy: Policy = HISTORY,
        *,
        futures: int = 1,
        seed: int | None = DEFAULT_SEED,
        first_future: int = 0,
        numbers: Ints | None = None,
        fixed: Mapping[str, float | Floats] | None = None,
        sharing: int = 1,
        products: Products = "recorded",
        cast: Cast | None = None,
    ) -> None:
        futures = futures if numbers is None else numbers.size
        if futures < 1:
            raise ValueError(f"a world holds at least one future, not {futures}")
        # Mesa's own generators are never drawn from: a shared sequence would tie futures together.
        seed = DEFAULT_SEED if seed is None else seed
        super().__init__(rng=seed)
        self.policy = policy
        self.futures = futures
        self.products = products
        self.calendar = Calendar()
        self.streams = Streams(seed, futures, first_future, sharing, numbers)
        self.parameters = Parameters(loading.parameter_quantities(), self.streams, fixed)
        self.switches = Switchboard()
        self.ledger = Ledger(futures)
        self.chronicle = Chronicle()
        self.recorded_rules = shared_book(loading.recorded_instruments(), self.calendar)
        self.rules = rules_of(policy, loading.recorded_instruments(), self.calendar, futures)
        self._compute_cost: tuple[float, Floats] = -1.0, self.parameters["compute_cost_start"]
        cast = recorded() if cast is None else cast
        self._gather_cast(cast)
        self._open_markets(cast)
        self._agenda = Agenda(self, cast.demand_shocks, cast.techniques)
        self._reviews = Reviews(self)
        self._plan_recurring_events()
        self.record = Record()
        self.record.take(self)

    # --- running --------------------------------------------------------------------------------

    def run_to(self, day: dt.date) -> None:
        """Live until the beginning of ``day``, the events of that moment included."""
        until = self.calendar.months(day)
        if until > self.time:
            self.run_until(until)

    @property
    def datacollector(self) -> mesa.DataCollector:
        """The outcomes by month for ``mesa.batch_run``, of which a step is a month."""
        return self.record.collector()

    def fork(self, policy: Policy) -> World:
        """A copy of this world in mid-flight that lives on under another policy.

        What has happened stays as it was, pending events included; what the other policy would
        have done before now it can no longer do, but its rules hold from now on.
        """
        twin = copy.deepcopy(self)
        recorded = loading.recorded_instruments()
        same = policy.amend(recorded) == self.rules.instruments
        if same and policy.adaptive == self.policy.adaptive:
            twin.policy = policy
        else:
            known = policy, recorded, self.calendar, self.futures
            twin._live_under(policy, rules_of(*known, twin.rules, self.time))
        return twin

    def branch(self, policy: Policy) -> World:
        """The world that would be here had another policy held from the start.

        It is that world to the digit only while nothing of the difference can have been felt
        (``model.common_past.common_months``); what is to change from now on is a ``fork``.
        """
        twin = copy.deepcopy(self)
        recorded = loading.recorded_instruments()
        twin._live_under(policy, rules_of(policy, recorded, self.calendar, self.futures))
        return twin

    def _live_under(self, policy: Policy, rules: Rulings) -> None:
        self.policy, self.rules = policy, rules
        self._agenda.plan_rules()
        self._reviews.plan()

    def switch_off(self, mechanism: Mechanism, region: str) -> None:
        """Let a group of mechanisms stand still from now on for the developers of a region."""
        self.switches.switch_off(mechanism, region, self.time)

    # --- what actors see ------------------------------------------------------------------------

    def drawn(self, quantity: Quantity, stream: str) -> Floats:
        """One value per future of an uncertain figure, ``(futures,)``."""
        return spread(quantity, self.streams.normal(f"drawn/{stream}"))

    def luck(self, stream: str, ordinal: int | Ints, *, sigma: Floats | float) -> Floats:
        """Log-normal luck with median 1, ``(futures,)``."""
        return self.streams.lognormal(f"luck/{stream}", ordinal, sigma=sigma)

    def luck_at(
        self, streams: Sequence[str], places: Places, ordinals: Ints, *, sigma: Floats
    ) -> Floats:
        """The same of several streams, one for each actor of a team: one value for each place."""
        names = [f"luck/{stream}" for stream in streams]
        return self.streams.lognormal_at(names, places, ordinals, sigma=sigma)

    def chance(self, stream: str) -> Floats:
        """Uniform luck between 0 and 1, ``(futures,)``."""
        return self.streams.uniform(f"chance/{stream}")

    def compute_cost(self) -> Floats:
        """What an H100e costs a year at the day's prices, USD bn, ``(futures,)``."""
        if self._compute_cost[0] != self.time:
            start, fall = (
                self.parameters["compute_cost_start"],
                self.parameters["compute_cost_fall"],
            )
            self._compute_cost = self.time, fleet_split.compute_cost(start, fall, self.time)
        return self._compute_cost[1]

    def leading_rung(self) -> Ints:
        """Rung of the node ladder that the most advanced foundry has reached, ``(futures,)``."""
        elsewhere, chinese = (frontier.level for frontier in self.node_frontiers)
        return np.maximum(elsewhere, chinese).astype(np.int64)

    def node_dates(self, foundry: str) -> Floats:
        """When a foundry had each node class in volume, months, ``(rungs, futures)``."""
        return self.foundry(foundry).reached

    def region_of(self, name: str) -> str:
        """Where an actor is."""
        return self._by_name[name].region

    def off_since(self, mechanism: Mechanism, region: str) -> float | None:
        """When a group of mechanisms was switched off in a region, months; ``None`` if it is on."""
        return self.switches.off_since(mechanism, region)

    def grants(self, government: str, start: float, end: float) -> Iterable[Grant]:
        """What the subsidies of a government pay out over a period.

        Where developers' money is switched off theirs are paid as over as long a period before.
        """

        def paid(start: float, end: float) -> Iterable[Grant]:
            known = self.rules, self._by_name
            return programmes.grants(*known, government, start, end, self.futures)

        owed = paid(start, end)
        for region, since in self.switches.regions_without(Mechanism.MONEY).items():
            held = set(self.developers_of(region))
            earlier = paid(since - (end - start), since)
            owed = [grant for grant in owed if grant.recipient not in held]
            owed += [grant for grant in earlier if grant.recipient in held]
        return owed

    def last_seen(self, outcome: str) -> Floats:
        """An outcome as last recorded, infinite where beyond the record, ``(futures,)``."""
        value, side = self.record.last(outcome), OUTCOMES[outcome].censored_by
        if side is None:
            return value
        censored = self.record.last(side)
        return np.where(censored == 0.0, value, np.copysign(np.inf, censored))

    def realign_rules(self) -> None:
        """Let the rules in force, and those to come, follow what governments decided."""
        self._reviews.realign()

    def note(
        self, when: float, actor: str, event: str, subject: str, where: Bools | None = None
    ) -> None:
        """Put an event into the record; ``where`` names the futures, all if left out."""
        self.chronicle.note(when, actor, event, subject, where)

    # --- the cast -------------------------------------------------------------------------------

    @property
    def developers(self) -> list[Developer]:
        """AI developers, in the order of the data."""
        return [*self._developers]

    @property
    def foundries(self) -> list[Foundry]:
        """Foundries, in the order of the data."""
        return list(self.agents_by_type[Foundry])

    def decisions_of(self, future: int) -> list[tuple[float, str, str]]:
        """What developers decided in one future, in order of time: month, who, what and why."""
        told = [
            (when, d.name, s) for d in self.developers for when, s in d.decisions.of_future(future)
        ]
        return sorted(told, key=lambda entry: entry[0])

    def developers_of(self, region: str) -> list[Developer]:
        """AI developers of a region."""
        return list(self.team_of(region))

    def team_of(self, region: str) -> Team[Developer]:
        """AI developers of a region side by side, those still to be founded among them."""
        return self._of_region[region]

    def founded_team(self, region: str) -> Team[Developer]:
        """AI developers of a region side by side that have been founded by now."""
        return self._teams.of(region, [d for d in self.team_of(region) if d.exists])

    def foundry(self, name: str) -> Foundry:
        """The foundry of that name."""
        return next(foundry for foundry in self.foundries if foundry.name == name)

    def products_of(self, designer: str) -> list[str]:
        """Names of a designer's products, those that it planned itself included."""
        names: list[str] = self.designer(designer).product_names()
        return names

    def designer(self, name: str) -> Designer:
        """The designer of a name."""
        found: Designer = next(d for d in self.agents_by_type[Designer] if d.name == name)
        return found

    @property
    def governments(self) -> list[Government]:
        """Governments, in the order of the data."""
        return list(self._governments.values())

    def ratings(self) -> dict[str, float]:
        """Rating of every product, those that designers planned included, H100e a unit."""
        designers = self.agents_by_type[Designer]
        recorded = {chip.name: chip.h100e for d in designers for chip in d.chips}
        return recorded | {p.chip.name: p.chip.h100e for d in designers for p in d.planned}

    @property
    def talent_pools(self) -> dict[str, TalentPool]:
        """Talent pools by region, in the order of the data."""
        return {pool.region: pool for pool in self.agents_by_type[TalentPool]}

    def government(self, code: str) -> Government:
        """The government with a two-letter code."""
        return self._governments[code]

    def best_node_nm(self, side: int) -> Floats:
        """Node class of the best foundry outside China (0) or of China (1), nm, ``(futures,)``."""
        rung = self.node_frontiers[side].level.astype(np.int64)
        return lithography.LADDER[rung]

    def _gather_cast(self, cast: Cast) -> None:
        chips = cast.chips
        for developer in cast.developers:
            Developer(self, developer)
        for designer in cast.designers:
            its_chips = tuple(chip for chip in chips if chip.designer == designer.name)
            Designer(self, designer, its_chips, products=self.products)
        for foundry in cast.foundries:
            Foundry(self, foundry)
        for toolmaker in cast.toolmakers:
            Toolmaker(self, toolmaker)
        for memory_maker in cast.memory_makers:
            MemoryMaker(self, memory_maker)
        for pool in cast.talent_pools:
            TalentPool(self, pool)
        for government in cast.governments:
            Government(self, government)
        # The cast is complete from the start, so that firms founded later are in it too.
        self._developers = list(self.agents_by_type[Developer])
        self._teams: Teams[Developer] = Teams()
        self._of_region: dict[str, Team[Developer]] = {
            r: self._teams.of(f"all of {r}", [d for d in self._developers if d.region == r])
            for r in REGIONS
        }
        self._by_name: dict[str, Actor] = {actor.name: actor for actor in self.agents}
        self._governments: dict[str, Government] = {
            government.code: government for government in self.agents_by_type[Government]
        }

    def _open_markets(self, cast: Cast) -> None:
        developers = self.developers
        self.knowledge = PublicKnowledge(self.futures, self.parameters)
        self.knowledge.enter_past_releases(developers)
        founded = [developer for developer in developers if developer.exists]
        self.knowledge.read_literature(founded, self.rules, -1.0, 0.0)
        self.node_frontiers = (Frontier(self.futures), Frontier(self.futures))
        self._enter_past_nodes()
        self.investors = Investors(
            developers,
            [
                (shock, {r: self.drawn(q, f"{shock.name}/{r}") for r, q in shock.effect.items()})
                for shock in cast.demand_shocks
            ],
            self.parameters,
            self.calendar,
            self.ledger,
            self.switches,
            self._teams,
        )
        pools = list(self.talent_pools.values())
        self.labour_market = LabourMarket(
            developers, pools, self.parameters, self.ledger, self.switches, self._teams
        )
        self.labour_market.staff_at_start()
        self.talent_flows = TalentFlows(
            developers,
            pools,
            self.parameters,
            self.recorded_rules,
            self.knowledge.levels(),
            self.switches,
        )
        self._begin_adoption(developers)
        self.tool_market = ToolMarket(
            self.foundries, list(self.agents_by_type[Toolmaker]), self.parameters, self.ledger
        )
        self.chip_market = ChipMarket(
            developers=developers,
            designers=list(self.agents_by_type[Designer]),
            foundries=self.foundries,
            memory_makers=list(self.agents_by_type[MemoryMaker]),
            enforcer=self.government("US"),
            parameters=self.parameters,
            calendar=self.calendar,
            ledger=self.ledger,
            futures=self.futures,
        )

    def _begin_adoption(self, developers: list[Developer]) -> None:
        economies = Economies(sector_data(), self.parameters, self.drawn)
        self.ecosystem = Ecosystem(
            developers,
            list(self.agents_by_type[Designer]),
            self.parameters,
            economies.deployment,
        )
        self.adoption = Adoption(
            developers,
            economies,
            self.ecosystem,
            self.parameters,
            self.ledger,
            self.switches,
            self._teams,
        )

    def _enter_past_nodes(self) -> None:
        """Put the nodes in volume before the start on record, in order of their dates."""
        dated = sorted(
            (float(foundry.reached[rung][0]), rung, foundry.region == "CN")
            for foundry in self.foundries
            for rung in range(len(lithography.LADDER))
            if np.isfinite(foundry.reached[rung][0])
        )
        for when, rung, chinese in dated:
            level = np.full(self.futures, float(rung))
            self.node_frontiers[int(chinese)].advance(level, np.full(self.futures, when))

    # --- what recurs ----------------------------------------------------------------------------

    def _plan_recurring_events(self) -> None:
        quarter, year = float(MONTHS_PER_QUARTER), float(MONTHS_PER_YEAR)
        self.schedule_recurring(self._year, Schedule(interval=year, start=FIRST_GRADUATION))
        self.schedule_recurring(self._half_year, Schedule(interval=HALF_YEAR, start=HALF_YEAR))
        self.schedule_recurring(self._quarter, Schedule(interval=quarter, start=quarter))
        self.schedule_recurring(self._month, Schedule(interval=1.0, start=1.0))
        self.schedule_recurring(
            self._record, Schedule(interval=1.0, start=1.0), priority=Priority.LOW
        )

    def _year(self) -> None:
        self.talent_flows.graduate(self.rules, self.knowledge.levels(), self.time)

    def _half_year(self) -> None:
        self.adoption.review_sectors()

    def _quarter(self) -> None:
        start, end = self.time - MONTHS_PER_QUARTER, self.time
        months = float(MONTHS_PER_QUARTER)
        self.agents_by_type[Government].do("pay_programmes", start, end)
        self.agents_by_type[Government].do("enforce", start, end)
        self.agents_by_type[Designer].do("improve_software", months)
        self.agents_by_type[Designer].do("obtain_foreign_dies", start, end)
        self.agents_by_type[Foundry].do("raise_capital", months)
        self.agents_by_type[Foundry].do("lose_unserviced", start, end)
        self.tool_market.clear(self.rules, start, end)
        self.agents_by_type[Designer].do("plan_products")
        self.chip_market.clear(self.rules, start, end)
        self.ecosystem.count_accelerators(
            self.agents_by_type[Designer],
            self.chip_market.installed_base,
            self.ratings(),
            np.array([self.labour_market.people(region, "engineers") for region in REGIONS]),
            months,
        )
        self._advance_nodes(months)
        self.labour_market.clear(start, end)
        self.talent_flows.migrate(self.rules, self.knowledge.levels(), start, end)
        self.agents_by_type[TalentPool].do("retire", months)

    def _advance_nodes(self, months: float) -> None:
        for foundry in self.foundries:
            foundry.produce(months)
            arrived = foundry.research_process(months)
            if arrived.any():
                when = foundry.reached[foundry.rung, np.arange(self.futures)]
                side = self.node_frontiers[int(foundry.region == "CN")]
                side.advance(np.where(arrived, foundry.rung, -np.inf), when)
                self._tell(when, foundry, "makes a new node class in volume", arrived)

    def _month(self) -> None:
        self.agents_by_type[Designer].do("plan_variants")
        self.investors.fund(self.time, 1.0)
        self.labour_market.pay_wages(1.0)
        terms = self.adoption.terms(self.rules, self.time - 1.0, self.time)
        self.adoption.diffuse(1.0, terms)
        self.adoption.pay(1.0)
        self.ecosystem.evolve(self.adoption.attraction, self.time, 1.0, terms.access)
        self.agents_by_type[Foundry].do("open_fabs")
        share = -np.expm1(-1.0 / self.parameters["fleet_life_months"])
        founded = [team for team in map(self.founded_team, REGIONS) if len(team)]
        for team in founded:
            research.scrap(team, share)
        teams = self._researching_teams()
        better = [releases.release(team) for team in teams]
        for team, its in zip(teams, better, strict=True):
            self._see_releases(team, its)
        usable = (team["usable"].max(axis=0) for team in founded)
        best_equipped = np.maximum.reduce([np.zeros(self.futures), *usable])
        for team in teams:
            research.reorganise(team, 1.0)
            research.divide_fleets(team)
            research.do_research(team, 1.0, best_equipped)
            runs.start_training(team)
        researching = [firm for team in teams for firm in team]
        self.knowledge.read_literature(researching, self.rules, self.time - 1.0, self.time)

    def _researching_teams(self) -> list[Team[Developer]]:
        """Developers of each region that train models by now, where there are any."""
        found = ((r, [d for d in self.founded_team(r) if d.trains]) for r in REGIONS)
        return [self._teams.of(f"researching in {r}", firms) for r, firms in found if firms]

    def _see_releases(self, firms: Team[Developer], better: Bools) -> None:
        """Let the world see what developers of a region released."""
        for firm, its in zip(firms, better, strict=True):
            if its.any():
                self.knowledge.see_release(firm)
                self._tell(firm.released_at, firm, "releases a better model", its)

    def _tell(self, when: Floats, actor: Actor, event: str, where: Bools) -> None:
        self.chronicle.note(when, actor.name, event, "", where)

    def _record(self) -> None:
        self.record.take(self)
