"""AI developers: firms that buy compute, hire, research, train models and release them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from agents import capability, purchasing, releases, research, runs
from agents.arrays import SMALLEST_MARKET, Bools, Floats, Ints, ratio, total
from agents.decisions import Decisions
from agents.mechanisms import Mechanism
from agents.portfolio import Outlook, Portfolio
from agents.purchasing import Counter
from agents.records import DeveloperRecord, Tier
from agents.released_models import NOTHING_RELEASED, PARTS, past_releases
from agents.side_by_side import Places, Team
from agents.strategy import Strategy
from agents.surroundings import Surroundings
from agents.techniques import Techniques
from agents.trainer import Trainer

Channel = Literal["direct", "variant", "domestic", "smuggled", "rented"]
CHANNELS: tuple[Channel, ...] = ("direct", "variant", "domestic", "smuggled", "rented")
OPEN_CHANNELS: tuple[Channel, ...] = ("direct", "variant", "domestic")


class Developer(Trainer):
    """An AI developer.

    Attributes:
        offers_models_from: when outsiders could first use its best models, months.
        fleet: installed accelerators by channel, H100e (8-bit peak), ``(channels, futures)``.
        installed, scrapped: compute that came and went since the start, H100e, ``(futures,)``.
        usable: training compute the fleet delivers, H100 equivalents, ``(futures,)``.
        funding: what investors gave it last month, at a yearly rate, USD bn, ``(futures,)``.
        attention: share of its effort given to large general models, 0 to 1, ``(futures,)``.
        post_training: what its post-training adds to a model, OOM, ``(futures,)``.
        revenue: what users pay for its models, USD bn a year; set where use is paid for.
        uses: shares of the fleet that serve, experiment and train, as last divided.
        application: skill in applications gained from their use, 0 to 1, ``(futures,)``.
        released: level of its best released model, OOM of effective training FLOP.
        parts: what that level is made of, in the order of ``PARTS``, OOM, ``(parts, futures)``.
        released_at: when that model came out, months, ``(futures,)``.
        open_weights: whether its last release was open, ``(futures,)``.
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

        # Where it last ordered, and how each line appealed to it there, until it reorders.
        self._weighed: tuple[Counter, Floats] | None = None
        self._main_channel: Ints = np.full(model.futures, CHANNELS.index("direct"))

        self.funding: Floats = np.zeros(model.futures)
        self.plan_staff(record)

        self.attention = self.draw(record.foundation_focus, "focus")
        self.aim = self.attention
        self.efficiency = -self.draw(record.efficiency_lag, "efficiency-lag")
        self.absorbed: Floats = np.zeros(model.futures)
        self.post_training: Floats = np.zeros(model.futures)
        self.techniques = Techniques(model.futures)
        self.revenue: Floats = np.zeros(model.futures)
        self.divide_fleet()
        self.application: Floats = np.zeros(model.futures)

        self.plan_runs(max(self.founded, 0.0))
        self.past_releases = past_releases(self, record, self.efficiency)
        self._start_with_past_releases()
        first = min((past.when for past in self.past_releases), default=0.0)
        self.practice: Floats = np.full(model.futures, -first)

        self.day_of_month = model.chance(f"{self.name}/day-of-month")
        if self.exists and self.trains:
            accelerators = self.usable * self.uses.training
            self.take_up_work_under_way(
                capability.training_flop(accelerators, self.utilisation(), 1.0)
            )

    def _start_with_past_releases(self) -> None:
        """Its models of before the start; the best is at hand to be improved."""
        nothing = np.full(self.model.futures, NOTHING_RELEASED)
        self.released: Floats = nothing
        self.released_at: Floats = nothing
        self.released_open: Floats = nothing
        self.parts: Floats = np.array([nothing, *np.zeros((len(PARTS) - 1, self.model.futures))])
        habit = self.strategy.openness == "open-weights"
        self.open_weights: Bools = np.full(self.model.futures, habit)
        everywhere = np.arange(self.model.futures)
        for past in self.past_releases:
            self.base.replace(everywhere, past.flop, past.efficiency, self.absorbed)
            here = np.flatnonzero(past.level > self.released)
            places, when = Places.of_one(here), np.full(here.shape, past.when)
            releases.publish(Team([self]), places, past.parts[:, here], when)
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
        self.prepare_first_run()

    # --- compute --------------------------------------------------------------------------------

    def order_chips(self, counter: Counter) -> Floats:
        """Units it orders of each line at the counter this quarter, ``(lines, futures)``."""
        ready = self.model.parameters["cash_deployed"]
        budget = purchasing.budget(self.cash, ready, counter.haste)
        appeal = self.appeal(counter.appeals)
        self._weighed = counter, appeal
        shares = purchasing.choice_shares(appeal, counter.offered)
        self._note_purchase(shares, counter)
        units = budget * shares
        units /= counter.price
        return units

    def reorder(self, counter: Counter, units: Floats, promised: Floats) -> Floats:
        """Units it orders once sellers have said which share of each line they can deliver.

        Some of the money for what they cannot deliver moves to what they can, by the same choice;
        the rest waits in line.
        """
        moved = units * (1.0 - promised)
        moved *= self.model.parameters["unfilled_reordered"]
        weighed_at, appeal = self._weighed or (None, None)
        self._weighed = None
        if weighed_at is not counter or appeal is None:
            appeal = self.appeal(counter.appeals)
        weights = counter.offered * promised
        weights *= appeal
        to_be_had = total(weights)
        found = to_be_had > SMALLEST_MARKET
        again = total(moved * counter.price) * ratio(weights, to_be_had)
        again /= counter.price
        moved *= found
        return (units - moved) + again

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
        appeal = for_training * self.attention
        appeal += for_serving * (1.0 - self.attention)
        return appeal

    def install(self, channel: Channel, h100e: Floats, training: Floats) -> None:
        """Take delivery of accelerators: ``h100e`` by rating, ``training`` as delivered."""
        if self.off_since(Mechanism.COMPUTE) is not None:
            return
        fleet = self.fleet.copy()
        fleet[CHANNELS.index(channel)] += h100e
        self.fleet = fleet
        self.installed = self.installed + h100e
        self.usable = self.usable + training
        if self.founded > 0.0:
            # What a new firm buys to begin with is its start, not growth.
            settling = self.model.time < self.founded + self.model.parameters["ramp_months"]
            start = np.maximum(self._usable_at_start, self.usable)
            self._usable_at_start = np.where(settling, start, self._usable_at_start)

    def scrap(self, share: Floats) -> None:
        """Take a share of the fleet, the worn-out part, out of use."""
        research.scrap(Team([self]), share)

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
        self.aim = self.aim + (1.0 - self.aim) * drawn_in

    def reorganise(self, months: float) -> None:
        """Turn effort towards what it aims at; projects take months to staff."""
        research.reorganise(Team([self]), months)

    # --- use of the fleet -----------------------------------------------------------------------

    def divide_fleet(self) -> None:
        """Serve users first, up to a limit; divide the rest between experiments and a run."""
        research.divide_fleets(Team([self]))

    def compute_growth(self) -> Floats:
        """Training compute relative to the start, ``(futures,)``."""
        return self.usable / self._usable_at_start

    # --- research -------------------------------------------------------------------------------

    def do_research(self, months: float, best_equipped: Floats) -> None:
        """Find algorithmic improvements, learn from what others published, tune models."""
        research.do_research(Team([self]), months, best_equipped)

    def learn_of(self, gain: Floats, known_from: Floats) -> None:
        """Get to know a technique of post-training at a time of its own, months."""
        self.techniques.learn_of(gain, known_from)

    # --- applications ---------------------------------------------------------------------------

    def review_sectors(self, outlook: Outlook) -> None:
        """Enter and leave sectors; who works on general models has a shorter way to any."""
        now, known = self.model.time, self.model.parameters
        self.portfolio.review(outlook, self.attention, known, self.decisions, now)

    # --- training -------------------------------------------------------------------------------

    def start_training(self) -> None:
        """Begin a run where one is prepared, none is under way, and it would pay."""
        runs.start_training(Team([self]))

    # --- release --------------------------------------------------------------------------------

    def release(self) -> Bools:
        """Release models that are due or worth reworking; true where a better one came out."""
        return np.asarray(releases.release(Team([self]))[0])
