"""What happens on a day of its own: rules, the founding of firms, demand shocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from mesa.time import Event, Priority

from agents.records import DemandShock

if TYPE_CHECKING:
    from model.world import World


class Agenda:
    """Schedules a world's dated events; at any moment they come before all that recurs.

    Args:
        world: whose.
        shocks: demand shocks, in order of their dates.
    """

    def __init__(self, world: World, shocks: Sequence[DemandShock]) -> None:
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
        """Firms founded by now go to work: they hire, and know what the best of the day know."""
        world = self._world
        while self._foundings and self._foundings[0].exists:
            firm = self._foundings.pop(0)
            others = [d for d in world.developers if d.exists and d is not firm]
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
