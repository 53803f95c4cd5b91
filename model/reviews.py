"""Adaptive governments: when they review their rules, and which rule book follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from mesa.time import Event, Priority

from agents.arrays import Ints
from agents.government import Government
from model.calendar import Calendar
from model.instruments import Instrument
from model.policy import Policy
from model.rulebook import RuleBook, shared_book
from model.rules_by_future import RulesByFuture, Rulings

if TYPE_CHECKING:
    from model.world import World


def rules_of(
    policy: Policy,
    recorded: Sequence[Instrument],
    calendar: Calendar,
    futures: int,
    succeeds: Rulings | None = None,
    since: float = -np.inf,
) -> Rulings:
    """The rules of a policy: one book, or one for each stance that its governments can take.

    Args:
        policy: the policy.
        recorded: the instruments of recorded history.
        calendar: converts months to dates.
        futures: number of futures.
        succeeds: the rules that held before ``since``, for a world forked in mid-flight.
        since: the month from which the policy holds.
    """
    if not policy.adaptive and succeeds is None:
        return shared_book(policy.amend(recorded), calendar)
    if not policy.adaptive and isinstance(succeeds, RuleBook):
        return RuleBook(policy.amend(recorded), calendar, succeeds, since)
    books = [
        shared_book(policy.amend(recorded, stances), calendar)
        for stances in combinations_of_stances(policy)
    ]
    return RulesByFuture(books, futures, succeeds, since)


def combinations_of_stances(policy: Policy) -> list[Mapping[str, int]]:
    """Every combination of stances of a policy's adaptive governments, none taken first."""
    choices = [
        sorted(range(course.loosest, course.tightest + 1), key=abs) for course in policy.adaptive
    ]
    names = [course.government for course in policy.adaptive]
    return [dict(zip(names, stances, strict=True)) for stances in product(*choices)]


class Reviews:
    """Holds the reviews of a world's adaptive governments, and lets its rules follow them.

    Args:
        world: whose.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._events: list[Event] = []
        self.plan()

    def plan(self) -> None:
        """Plan the reviews of the world's policy, in place of any planned before.

        A government that was adaptive already keeps its stance, as far as its new course has it.
        """
        world = self._world
        for event in self._events:
            event.cancel()
        self._events = []
        courses = {course.government: course for course in world.policy.adaptive}
        for government in world.governments:
            government.course = course = courses.get(government.code)
            if course is None:
                government.decided = []
                continue
            government.decided = [
                (since, np.clip(stance, course.loosest, course.tightest))
                for since, stance in government.decided
            ]
            self._plan_next(government, world.calendar.months(course.since))
        if courses:
            self.realign()

    def realign(self) -> None:
        """Let the rules in force follow what the governments decided, now and to come."""
        world = self._world
        governments = self._adaptive()
        coming = {since for g in governments for since, _ in g.decided if since > world.time}
        moments = sorted({world.time, *coming})
        assert isinstance(world.rules, RulesByFuture)
        world.rules.hold(world.time, [(moment, self._places(moment)) for moment in moments])

    def _places(self, moment: float) -> Ints:
        """Place of each future's combination of stances in the policy's list, ``(futures,)``."""
        places: Ints = np.zeros(self._world.futures, dtype=np.int64)
        stances: dict[str, Ints] = {g.code: g.stance_at(moment) for g in self._adaptive()}
        for place, combination in enumerate(combinations_of_stances(self._world.policy)):
            held = np.full(self._world.futures, True)
            for code, stance in combination.items():
                held &= stances[code] == stance
            places[held] = place
        return places

    def _adaptive(self) -> list[Government]:
        return [government for government in self._world.governments if government.course]

    def _plan_next(self, government: Government, first: float) -> None:
        """Schedule the first review that lies ahead; each then schedules the one after it."""
        assert government.course is not None
        every = government.course.reviews_every
        passed = max(0, int(np.floor((self._world.time - first) / every)) + 1)
        event = self._world.schedule_event(
            self._hold, at=first + passed * every, priority=Priority.HIGH
        )
        self._events.append(event)

    def _hold(self) -> None:
        """The governments whose reviews are due hold them."""
        world = self._world
        self._events = [event for event in self._events if event.time > world.time]
        for government in self._adaptive():
            assert government.course is not None
            first = world.calendar.months(government.course.since)
            held = (world.time - first) / government.course.reviews_every
            if held >= 0.0 and held == np.floor(held):
                government.review()
                self._plan_next(government, first)
