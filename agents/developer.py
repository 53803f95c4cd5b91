"""AI developers: firms that buy compute, hire, research, train models and release them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from agents import (
    adoption_choice,
    capability,
    fleet_split,
    openness,
    purchasing,
    run_planning,
)
from agents.arrays import Bools, Floats, Ints, replaced, total
from agents.decisions import Decisions
from agents.employer import Employer
from agents.mechanisms import Mechanism
from agents.portfolio import Outlook, Portfolio
from agents.purchasing import Counter
from agents.records import DeveloperRecord, Tier
from agents.released_models import NOTHING_RELEASED, PARTS, BaseModel, PastRelease
from agents.run_planning import START_REASONS
from agents.strategy import Strategy
from agents.surroundings import Surroundings

Channel = Literal["direct", "variant", "domestic", "smuggled", "rented"]
CHANNELS: tuple[Channel, ...] = ("direct", "variant", "domestic", "smuggled", "rented")
OPEN_CHANNELS: tuple[Channel, ...] = ("direct", "variant", "domestic")

NO_RUN = np.inf


class Developer(Employer):
    """An AI developer.

    Attributes:
        offers_models_from: when outsiders could first use its best models, months.
        fleet: installed accelerators by channel, H100e (8-bit peak), ``(channels, futures)``.
        installed, scrapped: compute that came and went since the start, H100e, ``(futures,)``.
        usable: training compute the fleet delivers, H100 equivalents, ``(futures,)``.
        funding: what investors gave it last month, at a yearly rate, USD bn, ``(futures,)``.
        attention: share of its effort given to large general models, 0 to 1, ``(futures,)``.
        efficiency: algorithmic efficiency, OOM against the frontier of January 2022.
        absorbed: the part of it that was learned from what others published, OOM, ``(futures,)``.
        post_training: what its post-training adds to a model, OOM, ``(futures,)``.
        revenue: what users pay for its models, USD bn a year; set where use is paid for.
        uses: shares of the fleet that serve, experiment and train, as last divided.
        application: skill in applications gained from their use, 0 to 1, ``(futures,)``.
        released: level of its best released model, OOM of effective training FLOP.
        parts: what that level is made of, in the order of ``PARTS``, OOM, ``(parts, futures)``.
        released_at: when that model came out, months, ``(futures,)``.
        open_weights: whether its last release was open, ``(futures,)``.
        run_due: when the model in the making will be released; infinite without one.
        ready_to_train: when the next run can begin, months, ``(futures,)``.
        largest_run: physical FLOP of its largest run finished since the start, ``(futures,)``.
        portfolio: the sectors that its applications are for.
        decisions: what it decided, and why.
    """

    def __init__(self, model: Surroundings, record: DeveloperRecord) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.country)
        self.business = record.business
        self.strategy = Strategy.of(self, record)
        self.decisions = Decisions()
        self.portfolio = Portfolio(record.sectors, model.futures)
        self.own_designer = record.own_designer
        self.only_own_chips = record.only_own_chips
        self.offers_models_from = (
            np.inf if record.access is None else model.calendar.months(record.access.since)
        )
        self.founded = model.calendar.months(record.founded)
        self.spending_share = self.draw(record.spending_share, "spending-share")

        self.fleet: Floats = np.zeros((len(CHANNELS), model.futures))
        self.fleet[CHANNELS.index("direct")] = self.draw(record.fleet, "fleet")
        self.installed: Floats = np.zeros(model.futures)
        self.scrapped: Floats = np.zeros(model.futures)
        self.usable: Floats = self.fleet[CHANNELS.index("direct")].copy()
        self._usable_at_start: Floats = np.maximum(self.usable, 1.0)

        self._main_channel: Ints = np.full(model.futures, CHANNELS.index("direct"))

        self.funding: Floats = np.zeros(model.futures)
        self.plan_staff(record)

        self.attention = self.draw(record.foundation_focus, "focus")
        self._aim = self.attention
        self.efficiency = -self.draw(record.efficiency_lag, "efficiency-lag")
        self.absorbed: Floats = np.zeros(model.futures)
        self.post_training: Floats = np.zeros(model.futures)
        self._techniques: list[tuple[Floats, Floats]] = []
        self.revenue: Floats = np.zeros(model.futures)
        self.divide_fleet()
        self.application: Floats = np.zeros(model.futures)

        self.past_releases = self._past_releases(record)
        self._start_with_past_releases()
        first = min((past.when for past in self.past_releases), default=0.0)
        self.practice: Floats = np.full(model.futures, -first)

        self._day = model.chance(f"{self.name}/day-of-month")
        self.run_due: Floats = np.full(model.futures, NO_RUN)
        self.ready_to_train: Floats = np.full(model.futures, max(self.founded, 0.0))
        self.runs_started: Ints = np.zeros(model.futures, dtype=np.int64)
        self.largest_run: Floats = np.zeros(model.futures)
        self._run_flop: Floats = np.zeros(model.futures)
        self._run_efficiency: Floats = np.zeros(model.futures)
        self._run_absorbed: Floats = np.zeros(model.futures)
        if self.exists and self.trains:
            self._take_up_work_under_way()

    def _start_with_past_releases(self) -> None:
        """Its models of before the start; the best is at hand to be improved."""
        nothing = np.full(self.model.futures, NOTHING_RELEASED)
        self.released: Floats = nothing
        self.released_at: Floats = nothing
        self.released_open: Floats = nothing
        self.parts: Floats = np.stack([nothing, *np.zeros((len(PARTS) - 1, self.model.futures))])
        habit = self.strategy.openness == "open-weights"
        self.open_weights: Bools = np.full(self.model.futures, habit)
        self._base = BaseModel(self.model.futures)
        everywhere = np.full(self.model.futures, True)
        for past in self.past_releases:
            self._base.replace(everywhere, past.flop, past.efficiency, self.absorbed)
            self._publish(
                past.level > self.released, past.parts, np.full(self.model.futures, past.when)
            )
            if past.is_open:
                self.released_open = np.maximum(self.released_open, past.level)

    @property
    def exists(self) -> bool:
        """Whether the firm has been founded."""
        return self.founded <= self.model.time

    @property
    def offers_models(self) -> bool:
        """Whether outsiders can use its best models by now."""
        return self.offers_models_from <= self.model.time

    @property
    def sells_models(self) -> bool:
        """Whether it is in the business of offering models, and does so by now."""
        return self.strategy.openness != "closed" and self.offers_models

    @property
    def trains(self) -> bool:
        """Whether it is in the business of training models at all."""
        return self.business != "cloud"

    def open_for_business(self, best_efficiency: Floats) -> None:
        """Start as a new firm: its founders bring what they knew where they came from."""
        self.efficiency = np.maximum(self.efficiency, best_efficiency + self.efficiency)
        everywhere = np.arange(self.model.futures)
        self.ready_to_train = self.model.time + self._preparation(everywhere)

    # --- compute --------------------------------------------------------------------------------

    def order_chips(self, counter: Counter) -> Floats:
        """Units it orders of each line at the counter this quarter, ``(lines, futures)``."""
        ready = self.model.parameters["cash_deployed"]
        budget = purchasing.budget(self.cash, ready, counter.haste)
        shares = purchasing.choice_shares(self.appeal(counter.appeals), counter.offered)
        self._note_purchase(shares, counter)
        return budget * shares / counter.price

    def reorder(self, counter: Counter, units: Floats, promised: Floats) -> Floats:
        """Units it orders once sellers have said which share of each line they can deliver.

        Some of the money for what they cannot deliver moves to what they can, by the same choice;
        the rest waits in line.
        """
        moved = units * (1.0 - promised) * self.model.parameters["unfilled_reordered"]
        to_be_had = counter.offered * promised
        shares = purchasing.choice_shares(self.appeal(counter.appeals), to_be_had)
        found = total(to_be_had) > 0.0
        return units - moved * found + total(moved * counter.price) * shares / counter.price

    def _note_purchase(self, shares: Floats, counter: Counter) -> None:
        """Keep how it mainly buys, where that changed, and when it hurries ahead of a rule."""
        way = purchasing.main_channel(shares, counter.channels, CHANNELS)
        changed = (way != self._main_channel) & (way >= 0)
        self._main_channel = np.where(way >= 0, way, self._main_channel)
        now = self.model.time
        self.decisions.note(changed, now, "turns to another source", purchasing.BUYING_REASONS, way)
        if np.any(counter.haste):
            hoards = (self.cash > 0.0) & (counter.haste > 0.0)
            self.decisions.note(hoards, now, "spends its reserves", purchasing.HOARDING_REASONS, 0)

    def appeal(self, appeals: tuple[Floats, Floats]) -> Floats:
        """Weight of each line to it, between that to a trainer and that to a server of models."""
        for_training, for_serving = appeals
        return for_training * self.attention + for_serving * (1.0 - self.attention)

    def install(self, channel: Channel, h100e: Floats, training: Floats) -> None:
        """Take delivery of accelerators: ``h100e`` by rating, ``training`` as delivered."""
        if self.off_since(Mechanism.COMPUTE) is not None:
            return
        self.fleet[CHANNELS.index(channel)] += h100e
        self.installed = self.installed + h100e
        self.usable = self.usable + training
        if self.founded > 0.0:
            # What a new firm buys to begin with is its start, not growth.
            settling = self.model.time < self.founded + self.model.parameters["ramp_months"]
            start = np.maximum(self._usable_at_start, self.usable)
            self._usable_at_start = np.where(settling, start, self._usable_at_start)

    def scrap(self, share: Floats) -> None:
        """Take a share of the fleet, the worn-out part, out of use."""
        if self.off_since(Mechanism.COMPUTE) is not None:
            return
        self.scrapped = self.scrapped + total(self.fleet) * share
        self.fleet = self.fleet * (1.0 - share)
        self.usable = self.usable * (1.0 - share)

    # --- people ---------------------------------------------------------------------------------

    def know_how(self, tier: Tier) -> Floats:
        """What one who leaves takes along: a researcher methods (OOM), an engineer practice."""
        return self.efficiency if tier == "researchers" else self.practice

    def exchange_people(
        self, tier: Tier, leaving: Floats, joining: Floats, experienced: Floats, know: Floats
    ) -> None:
        """People leave and join; ``experienced`` ones, by origin, bring what they ``know``."""
        self.change_staff(tier, joining - leaving)
        if not self.trains:
            return
        known = self.model.parameters
        if tier == "researchers":
            brought = capability.brought_by_movers(
                self.efficiency, experienced, know, self.researchers, known["mover_worth"]
            )
            self.efficiency = self.efficiency + self.unless_off(Mechanism.LEARNING, brought)
        else:
            self.practice = capability.after_hiring(
                self.practice,
                self.engineers,
                experienced,
                know,
                np.maximum(joining - leaving - total(experienced), 0.0),
                known["experience_dilution"],
            )

    # --- attention ------------------------------------------------------------------------------

    def take_notice(self, drawn_in: Floats) -> None:
        """Aim to give large models a further share of the effort not yet given to them."""
        self._aim = self._aim + (1.0 - self._aim) * drawn_in

    def reorganise(self, months: float) -> None:
        """Turn effort towards what it aims at; projects take months to staff."""
        if self.off_since(Mechanism.MONEY) is not None:
            return
        pace = months / self.model.parameters["reorganisation_months"]
        self.attention = self.attention + (self._aim - self.attention) * np.minimum(pace, 1.0)

    # --- use of the fleet -----------------------------------------------------------------------

    def divide_fleet(self) -> None:
        """Serve users first, up to a limit; divide the rest between experiments and a run."""
        if self.off_since(Mechanism.COMPUTE) is not None:
            return
        known = self.model.parameters
        cost = self.model.compute_cost()
        need = fleet_split.serving_need(
            self.revenue, cost_share=known["serving_cost_share"], compute_cost=cost
        )
        self.uses = fleet_split.split(
            self.strategy.other_services,
            need,
            self.usable,
            self.attention,
            self.strategy.experiments_per_run,
            limit=known["serving_limit"],
        )

    def compute_growth(self) -> Floats:
        """Training compute relative to the start, ``(futures,)``."""
        return self.usable / self._usable_at_start

    def utilisation(self) -> Floats:
        """Share of peak that its engineers get out of a cluster, ``(futures,)``."""
        known = self.model.parameters
        untrained = known["untrained_utilisation"]
        trained: Floats = untrained + (1.0 - untrained) * self.skill()
        return known["utilisation"] * trained

    # --- research -------------------------------------------------------------------------------

    def do_research(self, months: float, best_equipped: Floats) -> None:
        """Find algorithmic improvements, learn from what others published, tune models."""
        known = self.model.parameters
        compute = self.usable * self.uses.experiments / known["reference_compute"]
        own = capability.own_progress(
            self.researchers
            * self.quality["researchers"]
            * self.attention
            / known["reference_researchers"],
            compute,
            self.efficiency,
            capability.scarcity(self.usable, best_equipped),
            pace=known["research_pace"],
            talent_elasticity=known["talent_elasticity"],
            compute_elasticity=known["compute_elasticity"],
            exhaustion=known["exhaustion"],
            scarcity_push=known["scarcity_push"],
        )
        # Data from use raise the yield of research on what is used.
        own = own * (1.0 + known["data_to_research"] * self.model.adoption.feedback(self.region))
        absorption = known["absorption"] * self.attention
        learned = capability.spillover(
            self.efficiency, self.model.knowledge.published(self.region), absorption
        )
        found = self.unless_off(Mechanism.ALGORITHMS, own)
        read = self.unless_off(Mechanism.LEARNING, learned)
        self.efficiency = self.efficiency + months * (found + read)
        self.absorbed = self.absorbed + months * read
        self._post_train(months, compute)
        practised = months * self.attention * np.isfinite(self.run_due)
        self.practice = self.practice + self.unless_off(Mechanism.TALENT, practised)

    def learn_of(self, gain: Floats, known_from: Floats) -> None:
        """Get to know a technique of post-training at a time of its own, months."""
        self._techniques.append((gain, known_from))

    def _post_train(self, months: float, compute: Floats) -> None:
        """Get more out of the techniques it knows."""
        if not self._techniques or self.off_since(Mechanism.POST_TRAINING) is not None:
            return
        known = self.model.parameters
        now = self.model.time
        effort = capability.post_training_effort(
            self.engineers
            * self.quality["engineers"]
            * self.attention
            / known["reference_engineers"],
            compute,
            self.revenue / known["reference_revenue"],
            talent_elasticity=known["post_talent_elasticity"],
            compute_elasticity=known["post_compute_elasticity"],
            use_elasticity=known["post_use_elasticity"],
        )
        techniques = total(np.where(since <= now, gain, 0.0) for gain, since in self._techniques)
        self.post_training = capability.post_trained(
            self.post_training, techniques, effort, pace=known["post_training_pace"], months=months
        )

    @property
    def practice(self) -> Floats:
        """Months of experience with large training runs, ``(futures,)``."""
        return self._practice

    @practice.setter
    def practice(self, months: Floats) -> None:
        self._practice = months
        self._skill = capability.practised(months, self.model.parameters["months_to_learn"])

    def skill(self) -> Floats:
        """What its engineers have learned of large runs, 0 to 1, ``(futures,)``."""
        return self._skill

    def imitation(self) -> Floats:
        """Share of the distance to a better model that it can close by learning from it."""
        return self.model.parameters["imitation"] * self.skill()

    # --- applications ---------------------------------------------------------------------------

    def learn_from_use(self, use: Floats, months: float) -> None:
        """Get better at applications by the use it serves, a share of what the world could use."""
        pace = self.model.parameters["data_learning"]
        self.application = adoption_choice.practice_from_use(
            self.application, use, pace, months / 12.0
        )

    def review_sectors(self, outlook: Outlook) -> None:
        """Enter and leave sectors; who works on general models has a shorter way to any."""
        now, known = self.model.time, self.model.parameters
        self.portfolio.review(outlook, self.attention, known, self.decisions, now)

    # --- training -------------------------------------------------------------------------------

    def start_training(self) -> None:
        """Begin a run where one is prepared, none is under way, and it would pay."""
        now = self.model.time
        ready = np.isinf(self.run_due) & (self.ready_to_train <= now)
        if not ready.any():
            return
        a_month = self._flop_a_month()
        known = self.model.parameters
        flop = a_month * known["run_months"]
        compute_gain = np.log10(np.maximum(flop, 1.0)) - self._base.flop
        method_gain = self.efficiency - self._base.efficiency
        behind = _ahead(self.model.knowledge.best_released(), self.released)
        step, urgent = known["worthwhile_step"], known["urgent_step"]
        worth = run_planning.worth_starting(
            compute_gain, method_gain, behind, step=step, urgent=urgent
        )
        ready = ready & worth & (flop > 0.0)
        if ready.any():
            why = run_planning.reason_to_start(compute_gain, method_gain, behind, step=step)
            begun = run_planning.moment_of_start(self.ready_to_train, now, 1.0)
            self._begin_run(ready, begun, a_month)
            what = "starts a run of {size} FLOP"
            self.decisions.note(ready, begun, what, START_REASONS, why, self._run_flop)

    def _begin_run(self, where: Bools, begun: Floats, a_month: Floats) -> None:
        """Set size, length and release of a run that began at ``begun``, months."""
        where = where & (a_month > 0.0)
        here = np.flatnonzero(where)
        length, start = self._run_length(here), begun[here]
        due = start + length + self._evaluation(here)
        ready_again = start + length + self._preparation(here)
        self._run_flop = replaced(self._run_flop, here, a_month[here] * length)
        self._run_efficiency = np.where(where, self.efficiency, self._run_efficiency)
        self._run_absorbed = np.where(where, self.absorbed, self._run_absorbed)
        self.run_due = replaced(self.run_due, here, due)
        self.ready_to_train = replaced(self.ready_to_train, here, ready_again)
        self.runs_started = self.runs_started + where

    def _flop_a_month(self) -> Floats:
        """Physical compute that a run gets in a month as the fleet is divided now, FLOP."""
        accelerators = self.usable * self.uses.training
        return capability.training_flop(accelerators, self.utilisation(), 1.0)

    def _take_up_work_under_way(self) -> None:
        """At the start it is somewhere between the end of one run and the release of the next."""
        everywhere = np.arange(self.model.futures)
        length, evaluation = self._run_length(everywhere), self._evaluation(everywhere)
        passed = self.model.chance(f"{self.name}/work-under-way")
        to_release = passed * (self._preparation(everywhere) + length + evaluation)
        self.ready_to_train = to_release - length - evaluation
        self._begin_run(self.ready_to_train < 0.0, self.ready_to_train, self._flop_a_month())

    def _run_length(self, here: Ints) -> Floats:
        """Months that the next run takes in some futures, one for each of ``here``."""
        return self.model.parameters["run_months"][here] * self._luck_of_run("length", here)

    def _evaluation(self, here: Ints) -> Floats:
        """Months from its end to the release of the model."""
        return self.strategy.release_lag[here] * self._luck_of_run("release-lag", here)

    def _preparation(self, here: Ints) -> Floats:
        """Months from the end of a run until the one after it can begin."""
        usual = self.model.parameters["preparation_months"][here]
        return usual * self._luck_of_run("preparation", here)

    def _luck_of_run(self, what: str, here: Ints) -> Floats:
        spread = self.model.parameters["run_length_spread"]
        stream = f"{self.name}/run-{what}"
        return self.model.luck(stream, self.runs_started, sigma=spread, where=here)

    # --- release --------------------------------------------------------------------------------

    def release(self) -> Bools:
        """Release models that are due or worth reworking; true where a better one came out."""
        now = self.model.time
        trained = self.run_due <= now
        if trained.any():
            self._finish_runs(trained)
        alone = np.maximum(self._base.level + self.post_training, 0.0)
        teacher = self.model.knowledge.teachable(self.region, self.off_since(Mechanism.LEARNING))
        level = capability.distilled(alone, teacher, self.imitation())
        better = (trained & (level > self.released)) | self._worth_reworking(level)
        if better.any():
            reworked_at = run_planning.moment_of_rework(
                self.released_at, self._day, now, months=self.model.parameters["update_months"]
            )
            when = np.where(trained, self.run_due, reworked_at)
            self._choose_openness(better, level, when)
            parts = self._base.parts(self.post_training, level - alone)
            self._publish(better, parts, when)
            opened = better & self.open_weights
            self.released_open = np.where(opened, self.released, self.released_open)
        self.run_due = np.where(trained, NO_RUN, self.run_due)
        return better

    def _finish_runs(self, trained: Bools) -> None:
        """A finished run takes the place of the base model at hand if it is the better one."""
        largest = np.maximum(self.largest_run, self._run_flop)
        self.largest_run = np.where(trained, largest, self.largest_run)
        flop = np.log10(np.maximum(self._run_flop, 1.0))
        self._base.replace(trained, flop, self._run_efficiency, self._run_absorbed)

    def _worth_reworking(self, level: Floats) -> Bools:
        """Where it releases the base model at hand anew, better tuned or better taught."""
        known = self.model.parameters
        has_model = np.isfinite(self.released)
        return (
            has_model
            & (self.usable > 0.0)
            & run_planning.worth_reworking(
                level - self.released,
                self.model.time - self.released_at,
                step=known["update_step"],
                months=known["update_months"],
            )
        )

    def _choose_openness(self, where: Bools, level: Floats, when: Floats) -> None:
        """Open the weights, sell access, or keep the model, by how far it trails on the market."""
        habit = self.strategy.openness == "open-weights"
        opens, why = np.zeros_like(where), np.full(where.shape, openness.IN_HOUSE)
        if habit or self.sells_models:
            behind = _ahead(self.model.knowledge.best_offered(), level)
            trailing = self.strategy.opens_when_trailing
            opens = openness.opens_weights(behind, habit=habit, trailing=trailing)
            opens = opens & ~self._may_not_open()
            why = openness.reason_for_release(behind, opens, habit=habit)
        self.decisions.note(where, when, "releases a model", openness.RELEASE_REASONS, why)
        self.open_weights = np.where(where, opens, self.open_weights)

    def _may_not_open(self) -> Bools:
        """Where a rule bars the base model at hand from open release, ``(futures,)``."""
        bound = self.model.rules.open_release_bound(self.region, self.model.time)
        return np.asarray(self._base.flop >= bound)

    def _publish(self, where: Bools, parts: Floats, when: Floats) -> None:
        self.parts = np.where(where, parts, self.parts)
        self.released = np.where(where, total(parts), self.released)
        self.released_at = np.where(where, when, self.released_at)

    def _past_releases(self, record: DeveloperRecord) -> list[PastRelease]:
        """The models it released before the start, oldest first."""
        monthly = self.model.parameters["research_pace"]
        releases = []
        for past in record.models:
            when = self.model.calendar.months(past.released)
            flop = np.log10(self.draw(past.training_flop, f"model/{past.name}"))
            # Before the start the frontier's efficiency rose at the reference pace.
            efficiency = self.efficiency + monthly * when
            releases.append(PastRelease(when, flop, efficiency, past.open_weights))
        return releases


def _ahead(leader: Floats, level: Floats) -> Floats:
    """How far ``leader`` is ahead of ``level``, OOM; 0 where one of them is no model."""
    both = np.isfinite(leader) & np.isfinite(level)
    return np.where(both, np.maximum(0.0, leader - np.where(both, level, 0.0)), 0.0)
