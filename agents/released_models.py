"""What is known of a developer's models: those of before the start, and the one at hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents.actor import Actor
from agents.arrays import Floats, Ints, replaced
from agents.records import DeveloperRecord

NOTHING_RELEASED = -np.inf
# Parts of a model's level, which add up to it: log10 FLOP; methods found, or brought along by
# people; methods read of; post-training; learned from better models.
PARTS = ("compute", "methods", "literature", "post_training", "learned")


class PastRelease(NamedTuple):
    """A model released before the start: months, log10 FLOP, efficiency, whether it is open."""

    when: float
    flop: Floats
    efficiency: Floats
    is_open: bool

    @property
    def level(self) -> Floats:
        """OOM of effective compute."""
        return self.flop + self.efficiency

    @property
    def parts(self) -> Floats:
        """Parts of its level, ``(parts, futures)``; all of its methods count as found."""
        others = np.zeros((len(PARTS) - 2, len(self.flop)))
        return np.array([self.flop, self.efficiency, *others])


def past_releases(firm: Actor, record: DeveloperRecord, efficiency: Floats) -> list[PastRelease]:
    """The models that a firm released before the start, oldest first.

    Args:
        firm: the firm.
        record: what is known of it.
        efficiency: its algorithmic efficiency at the start, OOM, ``(futures,)``.
    """
    # Before the start the frontier's efficiency rose at the reference pace.
    monthly = firm.model.parameters["research_pace"]
    releases = []
    for past in record.models:
        when = firm.model.calendar.months(past.released)
        flop = np.log10(firm.draw(past.training_flop, f"model/{past.name}"))
        releases.append(PastRelease(when, flop, efficiency + monthly * when, past.open_weights))
    return releases


class BaseModel:
    """The best base model a developer has trained: post-training can make more of it later.

    Attributes:
        flop: log10 of its training FLOP, minus infinity without one, ``(futures,)``.
        efficiency: efficiency of the day its run began, OOM, ``(futures,)``.
        absorbed: the part of it that was read of, OOM, ``(futures,)``.
    """

    def __init__(self, futures: int) -> None:
        self.flop: Floats = np.full(futures, NOTHING_RELEASED)
        self.efficiency: Floats = np.zeros(futures)
        self.absorbed: Floats = np.zeros(futures)

    @property
    def level(self) -> Floats:
        """OOM of effective compute before any post-training."""
        return self.flop + self.efficiency

    def replace(self, here: Ints, flop: Floats, efficiency: Floats, absorbed: Floats) -> None:
        """Put new bases in its place in the futures ``here``, where they are the better ones."""
        better = flop + efficiency > self.level[here]
        where = here[better]
        self.flop = replaced(self.flop, where, flop[better])
        self.efficiency = replaced(self.efficiency, where, efficiency[better])
        self.absorbed = replaced(self.absorbed, where, absorbed[better])
