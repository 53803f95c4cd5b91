"""AI developers: firms that buy compute, hire, research, train models and release them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from agents import capability, purchasing
from agents.actor import Actor
from agents.arrays import Bools, Floats, Ints, total
from agents.mechanisms import Mechanism
from agents.purchasing import Counter
from agents.records import DeveloperRecord, Tier
from agents.surroundings import Surroundings

Channel = Literal["direct", "variant", "domestic", "smuggled", "rented"]
CHANNELS: tuple[Channel, ...] = ("direct", "variant", "domestic", "smuggled", "rented")
OPEN_CHANNELS: tuple[Channel, ...] = ("direct", "variant", "domestic")

# What the level of a model is made of, in OOM; the parts of a model add up to its level.
Part = Literal["compute", "algorithms", "literature", "teachers"]
PARTS: tuple[Part, ...] = ("compute", "algorithms", "literature", "teachers")

NOTHING_RELEASED = -np.inf
NO_RUN = np.inf


class Developer(Actor):
    """An AI developer.

    Attributes:
        offers_models_from: when outsiders could first use its best models, months.
        fleet: installed accelerators by channel, H100e (8-bit peak), ``(channels, futures)``.
        installed, scrapped: compute that came and went since the start, H100e, ``(futures,)``.
        usable: training compute the fleet delivers, H100 equivalents, ``(futures,)``.
        funding: what investors gave it last month, at a yearly rate, USD bn, ``(futures,)``.
        planned: people it means to employ to begin with, by tier.
        researchers, engineers: people employed, ``(futures,)``.
        premium: what it pays over the going wage, by tier, a multiple, ``(futures,)``.
        attention: share of its effort given to large general models, 0 to 1, ``(futures,)``.
        practice: months of experience with large training runs, ``(futures,)``.
        efficiency: algorithmic efficiency, OOM against the frontier of January 2022.
        absorbed: the part of it that was learned from what others published, OOM, ``(futures,)``.
        released: level of its best released model, OOM of effective training FLOP.
        released_at: when that model came out, months, ``(futures,)``.
        parts: of that model's level: physical compute of the run, algorithms found or brought
            along, algorithms read of, and what it learned from others' models, OOM,
            ``(parts, futures)``.
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

        self.funding: Floats = np.zeros(model.futures)
        self.planned: dict[Tier, Floats] = {
            "researchers": self.draw(record.researchers, "researchers"),
            "engineers": self.draw(record.engineers, "engineers"),
        }
        self.researchers: Floats = np.zeros(model.futures)
        self.engineers: Floats = np.zeros(model.futures)
        self.premium: dict[Tier, Floats] = {t: np.ones(model.futures) for t in self.planned}

        self.attention = self.draw(record.foundation_focus, "focus")
        self._aim = self.attention
        self._release_lag = self.draw(record.release_lag, "release-lag")
        self._training_share = self.draw(record.training_share, "training-share")
        self.efficiency = -self.draw(record.efficiency_lag, "efficiency-lag")
        self.absorbed: Floats = np.zeros(model.futures)

        self.past_releases = self._past_releases(record)
        self.released: Floats = np.full(model.futures, NOTHING_RELEASED)
        self.released_at: Floats = np.full(model.futures, -np.inf)
        self.released_open: Floats = np.full(model.futures, NOTHING_RELEASED)
        self.parts: Floats = np.zeros((len(PARTS), model.futures))
        for when, level, is_open in self.past_releases:
            nothing, everywhere = np.zeros(model.futures), np.full(model.futures, True)
            found = self.efficiency + model.parameters["research_pace"] * when
            parts = np.stack([level - found, found, nothing, nothing])
            self._publish(everywhere, level, np.full(model.futures, when), is_open, parts)
        first = min((when for when, _, _ in self.past_releases), default=0.0)
        self.practice: Floats = np.full(model.futures, -first)

        self.run_due: Floats = np.full(model.futures, NO_RUN)
        self.ready_to_train: Floats = np.full(model.futures, max(self.founded, 0.0))
        self.runs_started: Ints = np.zeros(model.futures, dtype=np.int64)
        self.largest_run: Floats = np.zeros(model.futures)
        self._run_flop: Floats = np.zeros(model.futures)
        self._run_efficiency: Floats = np.zeros(model.futures)
        self._run_absorbed: Floats = np.zeros(model.futures)
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

    def people(self, tier: Tier) -> Floats:
        """People of a tier it employs, ``(futures,)``."""
        return self.researchers if tier == "researchers" else self.engineers

    def change_staff(self, tier: Tier, people: Floats) -> None:
        """Add people of a tier; they leave where negative."""
        if tier == "researchers":
            self.researchers = self.researchers + people
        else:
            self.engineers = self.engineers + people

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
            self.efficiency, self.model.knowledge.published(), absorption
        )
        found = self.unless_off(Mechanism.ALGORITHMS, own)
        read = self.unless_off(Mechanism.LEARNING, learned)
        self.efficiency = self.efficiency + months * (found + read)
        self.absorbed = self.absorbed + months * read
        practised = months * self.attention * np.isfinite(self.run_due)
        self.practice = self.practice + self.unless_off(Mechanism.TALENT, practised)

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
        self._run_absorbed = np.where(where, self.absorbed, self._run_absorbed)
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
        run = np.log10(np.maximum(self._run_flop, 1.0))
        untaught = run + self._run_efficiency
        teacher = self.model.knowledge.teachable(self.off_since(Mechanism.LEARNING))
        level = capability.distilled(untaught, teacher, self.imitation())
        self.largest_run = np.where(
            due, np.maximum(self.largest_run, self._run_flop), self.largest_run
        )
        better = due & (level > self.released)
        if better.any():
            found = self._run_efficiency - self._run_absorbed
            parts = np.stack([run, found, self._run_absorbed, level - untaught])
            self._publish(better, level, self.run_due, self.openness == "open-weights", parts)
        self.run_due = np.where(due, NO_RUN, self.run_due)
        return better

    def _publish(
        self, where: Bools, level: Floats, when: Floats, is_open: bool, parts: Floats
    ) -> None:
        self.parts = np.where(where & (level > self.released), parts, self.parts)
        self.released = np.where(where, np.maximum(level, self.released), self.released)
        self.released_at = np.where(where, when, self.released_at)
        if is_open:
            self.released_open = np.where(where, self.released, self.released_open)

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
