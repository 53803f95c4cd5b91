"""AI developers: firms that buy compute, hire, research, train models and release them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from agents import capability, purchasing
from agents.actor import Actor
from agents.arrays import Bools, Floats, Ints, total
from agents.purchasing import Counter
from agents.records import DeveloperRecord
from agents.surroundings import Surroundings

Channel = Literal["direct", "variant", "domestic", "smuggled", "rented"]
CHANNELS: tuple[Channel, ...] = ("direct", "variant", "domestic", "smuggled", "rented")
OPEN_CHANNELS: tuple[Channel, ...] = ("direct", "variant", "domestic")

NOTHING_RELEASED = -np.inf
NO_RUN = np.inf


class Developer(Actor):
    """An AI developer.

    Attributes:
        offers_models_from: when outsiders could first use its best models, months.
        fleet: installed accelerators by channel, H100e (8-bit peak), ``(channels, futures)``.
        installed, scrapped: compute that came and went since the start, H100e, ``(futures,)``.
        usable: training compute the fleet delivers, H100 equivalents, ``(futures,)``.
        researchers, engineers: people employed, ``(futures,)``.
        attention: share of its effort given to large general models, 0 to 1, ``(futures,)``.
        practice: months of experience with large training runs, ``(futures,)``.
        efficiency: algorithmic efficiency, OOM against the frontier of January 2022.
        released: level of its best released model, OOM of effective training FLOP.
        held_closed: where a rule kept that model from open release, ``(futures,)``.
        released_at: when that model came out, months, ``(futures,)``.
        run_due: when the model in the making will be released; infinite without one.
        ready_to_train: when the next run can begin, months, ``(futures,)``.
        largest_run: physical FLOP of its largest run finished since the start, ``(futures,)``.
    """

    def __init__(self, model: Surroundings, record: DeveloperRecord) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.country)
        self.business = record.business
        self.openness = record.openness
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

        self.planned_researchers = self.draw(record.researchers, "researchers")
        self.planned_engineers = self.draw(record.engineers, "engineers")
        self.researchers: Floats = np.zeros(model.futures)
        self.engineers: Floats = np.zeros(model.futures)

        self.attention = self.draw(record.foundation_focus, "focus")
        self._aim = self.attention
        self._release_lag = self.draw(record.release_lag, "release-lag")
        self._training_share = self.draw(record.training_share, "training-share")
        self.efficiency = -self.draw(record.efficiency_lag, "efficiency-lag")

        self.past_releases = self._past_releases(record)
        self.released: Floats = np.full(model.futures, NOTHING_RELEASED)
        self.released_at: Floats = np.full(model.futures, -np.inf)
        self.held_closed: Bools = np.full(model.futures, False)
        self.released_open: Floats = np.full(model.futures, NOTHING_RELEASED)
        for when, level, is_open in self.past_releases:
            self._publish(
                np.full(model.futures, True), level, np.full(model.futures, when), is_open
            )
        first = min((when for when, _, _ in self.past_releases), default=0.0)
        self.practice: Floats = np.full(model.futures, -first)

        self.run_due: Floats = np.full(model.futures, NO_RUN)
        self.ready_to_train: Floats = np.full(model.futures, max(self.founded, 0.0))
        self.runs_started: Ints = np.zeros(model.futures, dtype=np.int64)
        self.largest_run: Floats = np.zeros(model.futures)
        self._run_flop: Floats = np.zeros(model.futures)
        self._run_efficiency: Floats = np.zeros(model.futures)
        if self.exists and self.trains:
            self._take_up_work_under_way()

    @property
    def exists(self) -> bool:
        """Whether the firm has been founded."""
        return self.founded <= self.model.time

    @property
    def offers_models(self) -> bool:
        """Whether outsiders can use its best models by now."""
        return self.offers_models_from <= self.model.time

    @property
    def trains(self) -> bool:
        """Whether it is in the business of training models at all."""
        return self.business != "cloud"

    def open_for_business(self, best_efficiency: Floats) -> None:
        """Start as a new firm: its founders bring what they knew where they came from."""
        self.efficiency = np.maximum(self.efficiency, best_efficiency + self.efficiency)
        self.ready_to_train = self.model.time + self._preparation()

    # --- compute --------------------------------------------------------------------------------

    def order_chips(self, counter: Counter) -> Floats:
        """Units it orders of each line at the counter this quarter, ``(lines, futures)``."""
        known = self.model.parameters
        ready = known["cash_deployed"]
        budget = np.maximum(self.cash, 0.0) * (ready + (1.0 - ready) * counter.haste)
        shares = purchasing.choice_shares(self.appeal(counter.appeals), counter.offered)
        return budget * shares / counter.price

    def appeal(self, appeals: tuple[Floats, Floats]) -> Floats:
        """Weight of each line to it, between that to a trainer and that to a server of models."""
        for_training, for_serving = appeals
        return for_training * self.attention + for_serving * (1.0 - self.attention)

    def install(self, channel: Channel, h100e: Floats, training: Floats) -> None:
        """Take delivery of accelerators: ``h100e`` by rating, ``training`` as delivered."""
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
        self.scrapped = self.scrapped + total(self.fleet) * share
        self.fleet = self.fleet * (1.0 - share)
        self.usable = self.usable * (1.0 - share)

    # --- attention ------------------------------------------------------------------------------

    def take_notice(self, drawn_in: Floats) -> None:
        """Aim to give large models a further share of the effort not yet given to them."""
        self._aim = self._aim + (1.0 - self._aim) * drawn_in

    def reorganise(self, months: float) -> None:
        """Turn effort towards what it aims at; projects take months to staff."""
        pace = months / self.model.parameters["reorganisation_months"]
        self.attention = self.attention + (self._aim - self.attention) * np.minimum(pace, 1.0)

    # --- research and training ------------------------------------------------------------------

    def do_research(self, months: float, best_equipped: Floats) -> None:
        """Find algorithmic improvements, and learn from what others published."""
        known = self.model.parameters
        own = capability.own_progress(
            self.researchers * self.attention / known["reference_researchers"],
            self.usable
            * self.share_for_training()
            * known["experiments_per_run"]
            / known["reference_compute"],
            self.efficiency,
            capability.scarcity(self.usable, best_equipped),
            pace=known["research_pace"],
            talent_elasticity=known["talent_elasticity"],
            compute_elasticity=known["compute_elasticity"],
            exhaustion=known["exhaustion"],
            scarcity_push=known["scarcity_push"],
        )
        absorption = known["absorption"] * self.attention
        learned = capability.spillover(
            self.efficiency, self.model.knowledge.published(self.region), absorption
        )
        self.efficiency = self.efficiency + months * (own + learned)
        self.practice = self.practice + months * self.attention * np.isfinite(self.run_due)

    def start_training(self) -> None:
        """Begin a run in the futures that are ready for one and have none under way."""
        ready = np.isinf(self.run_due) & (self.ready_to_train <= self.model.time)
        if ready.any():
            self._begin_run(ready, np.maximum(self.ready_to_train, self.model.time - 1.0))

    def _begin_run(self, where: Bools, begun: Floats) -> None:
        """Set size, length and release of a run that began at ``begun``, months."""
        where = where & (self.usable > 0.0) & (self.attention > 0.0)
        length, evaluation = self._run_length(), self._evaluation()
        accelerators = self.usable * self.share_for_training()
        flop = capability.training_flop(accelerators, self.utilisation(), length)
        self._run_flop = np.where(where, flop, self._run_flop)
        self._run_efficiency = np.where(where, self.efficiency, self._run_efficiency)
        self.run_due = np.where(where, begun + length + evaluation, self.run_due)
        ready_again = begun + length + self._preparation()
        self.ready_to_train = np.where(where, ready_again, self.ready_to_train)
        self.runs_started = self.runs_started + where

    def _take_up_work_under_way(self) -> None:
        """At the start it is somewhere between the end of one run and the release of the next."""
        length, evaluation = self._run_length(), self._evaluation()
        passed = self.model.chance(f"{self.name}/work-under-way")
        to_release = passed * (self._preparation() + length + evaluation)
        self.ready_to_train = to_release - length - evaluation
        self._begin_run(self.ready_to_train < 0.0, self.ready_to_train)

    def _run_length(self) -> Floats:
        """Months that the next run takes."""
        return self.model.parameters["run_months"] * self._luck_of_run("length")

    def _evaluation(self) -> Floats:
        """Months from its end to the release of the model."""
        return self._release_lag * self._luck_of_run("release-lag")

    def _preparation(self) -> Floats:
        """Months from the end of a run until the one after it can begin."""
        return self.model.parameters["preparation_months"] * self._luck_of_run("preparation")

    def _luck_of_run(self, what: str) -> Floats:
        spread = self.model.parameters["run_length_spread"]
        return self.model.luck(f"{self.name}/run-{what}", self.runs_started, sigma=spread)

    def compute_growth(self) -> Floats:
        """Training compute relative to the start, ``(futures,)``."""
        return self.usable / self._usable_at_start

    def share_for_training(self) -> Floats:
        """Share of the fleet given to the largest run, ``(futures,)``.

        It falls as the fleet grows, since serving and other uses grow with it.
        """
        growth = np.maximum(self.compute_growth(), 1.0)
        crowding: Floats = growth ** -self.model.parameters["training_crowding"]
        share: Floats = self._training_share * self.attention * crowding
        return share

    def utilisation(self) -> Floats:
        """Share of peak that its engineers get out of a cluster, ``(futures,)``."""
        known = self.model.parameters
        untrained = known["untrained_utilisation"]
        trained: Floats = untrained + (1.0 - untrained) * self.skill()
        return known["utilisation"] * trained

    def skill(self) -> Floats:
        """What its engineers have learned of large runs, 0 to 1, ``(futures,)``."""
        return capability.practised(self.practice, self.model.parameters["months_to_learn"])

    def imitation(self) -> Floats:
        """Share of the distance to a better model that it can close by learning from it."""
        return self.model.parameters["imitation"] * self.skill()

    def release(self) -> Bools:
        """Publish the models that are due; returns the futures that saw a better one."""
        due = self.run_due <= self.model.time
        if not due.any():
            return due
        level = np.log10(np.maximum(self._run_flop, 1.0)) + self._run_efficiency
        teacher = self.model.knowledge.teachable(self.region)
        level = capability.distilled(level, teacher, self.imitation())
        self.largest_run = np.where(
            due, np.maximum(self.largest_run, self._run_flop), self.largest_run
        )
        better = due & (level > self.released)
        self.held_closed = np.where(better, self._may_not_open(), self.held_closed)
        opened = ~self.held_closed if self.openness == "open-weights" else False
        self._publish(better, level, self.run_due, opened)
        self.run_due = np.where(due, NO_RUN, self.run_due)
        return better

    def _may_not_open(self) -> Bools:
        """Where a rule bars the model just trained from open release, ``(futures,)``."""
        bound = self.model.rules.open_release_bound(self.region, self.model.time)
        return np.log10(np.maximum(self._run_flop, 1.0)) >= bound

    def _publish(self, where: Bools, level: Floats, when: Floats, is_open: bool | Bools) -> None:
        self.released = np.where(where, np.maximum(level, self.released), self.released)
        self.released_at = np.where(where, when, self.released_at)
        self.released_open = np.where(where & is_open, self.released, self.released_open)

    def _past_releases(self, record: DeveloperRecord) -> list[tuple[float, Floats, bool]]:
        """Time, level and openness of the models it released before the start, oldest first."""
        monthly = self.model.parameters["research_pace"]
        releases = []
        for past in record.models:
            when = self.model.calendar.months(past.released)
            flop = self.draw(past.training_flop, f"model/{past.name}")
            # Before the start the frontier's efficiency rose at the reference pace.
            level = np.log10(flop) + self.efficiency + monthly * when
            releases.append((when, level, past.open_weights))
        return releases
