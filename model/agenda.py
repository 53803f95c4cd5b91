"""What happens on a day of its own: rules, the founding of firms, demand shocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from mesa.time import Event, Priority

from agents.mechanisms import Mechanism
from agents.records import DemandShock, Technique
from agents.released_models import NOTHING_RELEASED

if TYPE_CHECKING:
    from model.world import World

# The first of the month after GPT-4 came out.
YARDSTICK_SET = date(2023, 4, 1)


class Agenda:
    """Schedules a world's dated events; at any moment they come before all that recurs.

    Args:
        world: whose.
        shocks: demand shocks, in order of their dates.
        techniques: techniques of post-training, in order of their dates.
    """

    def __init__(
        self, world: World, shocks: Sequence[DemandShock], techniques: Sequence[Technique]
    ) -> None:
        self._world = world
        self._rules: list[Event] = []
        self.plan_rules()
        self._foundings = sorted(
            (developer for developer in world.developers if not developer.exists),
            key=lambda developer: developer.founded,
        )
        for developer in self._foundings:
            world.schedule_event(self._found, at=developer.founded, priority=Priority.HIGH)
        self._shocks = list(shocks)
        for shock in self._shocks:
            at = world.calendar.months(shock.happened)
            world.schedule_event(self._shake, at=at, priority=Priority.HIGH)
        at = world.calendar.months(YARDSTICK_SET)
        world.schedule_event(self._set_yardstick, at=at, priority=Priority.HIGH)
        self._techniques = list(techniques)
        for technique in self._techniques:
            at = world.calendar.months(technique.found)
            world.schedule_event(self._find_technique, at=at, priority=Priority.HIGH)

    def plan_rules(self) -> None:
        """Give each government its part of the rule book, in place of any it had."""
        world = self._world
        for event in self._rules:
            event.cancel()
        self._rules = []
        for government in world.governments:
            government.set_agenda(
                [
                    (world.calendar.months(day), event, instrument.id)
                    for instrument in world.rules.instruments
                    if instrument.issuer == government.code and not instrument.decided_by
                    for event, day in (
                        ("announces", instrument.announced),
                        ("puts into force", instrument.effective),
                        ("ends", instrument.ended),
                    )
                    if day is not None
                ]
            )
            for when in sorted({when for when, _, _ in government.agenda}):
                event = world.schedule_event(government.act, at=when, priority=Priority.HIGH)
                self._rules.append(event)

    def _found(self) -> None:
        """Firms founded by now go to work: they hire, and know what the best of the day know.

        Where learning from others is switched off, they know what those of their own region do.
        """
        world = self._world
        while self._foundings and self._foundings[0].exists:
            firm = self._foundings.pop(0)
            others = [d for d in world.developers if d.exists and d is not firm]
            if firm.off_since(Mechanism.LEARNING) is not None:
                others = [other for other in others if other.region == firm.region]
            best = others[0].efficiency
            for other in others[1:]:
                best = np.maximum(best, other.efficiency)
            firm.open_for_business(best)
            world.labour_market.staff(firm)
            world.note(world.time, firm.name, "is founded", firm.region)

    def _shake(self) -> None:
        """A demand shock draws developers' attention to large models."""
        world = self._world
        while self._shocks and world.calendar.months(self._shocks[0].happened) <= world.time:
            shock = self._shocks.pop(0)
            world.note(world.time, shock.name, "stirs demand", "everywhere")
            for region, drawn_in in shock.attention.items():
                share = world.drawn(drawn_in, f"{shock.name}/attention/{region}")
                for developer in world.developers_of(region):
                    developer.take_notice(share)
            for region, shift in shock.openness.items():
                closer = world.drawn(shift, f"{shock.name}/openness/{region}")
                for developer in world.developers_of(region):
                    developer.strategy.open_up(closer)

    def _set_yardstick(self) -> None:
        """The best model of the day becomes what later ones are measured by."""
        self._world.knowledge.set_yardstick()

    def _find_technique(self) -> None:
        """The laboratory with the best model in use finds a technique; others know it later."""
        world = self._world
        while self._techniques and world.calendar.months(self._techniques[0].found) <= world.time:
            technique = self._techniques.pop(0)
            world.note(world.time, technique.name, "is found", "by the leading laboratory")
            gain = world.drawn(technique.gain, f"{technique.name}/gain")
            secrecy = world.drawn(technique.secrecy, f"{technique.name}/secrecy")
            in_use = [
                np.where(developer.offers_models, developer.released, NOTHING_RELEASED)
                for developer in world.developers
            ]
            best = np.maximum.reduce(in_use)
            for developer, level in zip(world.developers, in_use, strict=True):
                finds = np.isfinite(level) & (level == best)
                developer.learn_of(gain, world.time + np.where(finds, 0.0, secrecy))
