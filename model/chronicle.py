"""The event record: what happened when, in every future or in some."""

from __future__ import annotations

from dataclasses import dataclass

from agents.arrays import Bools, Floats


@dataclass(frozen=True, slots=True)
class Happening:
    """An event.

    Attributes:
        when: months since the start: one number, or one per future ``(futures,)``.
        actor: who did it.
        event: what happened, in a word or two.
        subject: to what.
        where: the futures in which it happened, ``(futures,)``; None for all.
    """

    when: float | Floats
    actor: str
    event: str
    subject: str
    where: Bools | None = None


class Chronicle:
    """Keeps what happened, in the order in which the world came to know of it."""

    def __init__(self) -> None:
        self.happenings: list[Happening] = []

    def note(
        self,
        when: float | Floats,
        actor: str,
        event: str,
        subject: str,
        where: Bools | None = None,
    ) -> None:
        """Add an event."""
        self.happenings.append(Happening(when, actor, event, subject, where))

    def of_future(self, future: int) -> list[tuple[float, str, str, str]]:
        """What happened in one future: months, actor, event, subject; in order of time."""
        told = [
            (float(h.when if isinstance(h.when, float) else h.when[future]), h)
            for h in self.happenings
            if h.where is None or h.where[future]
        ]
        return [(when, h.actor, h.event, h.subject) for when, h in sorted(told, key=lambda t: t[0])]
