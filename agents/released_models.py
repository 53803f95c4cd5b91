"""What is known of a developer's models: those of before the start, and the one at hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents.arrays import Bools, Floats

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
        return np.stack([self.flop, self.efficiency, *others])


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

    def parts(self, post_training: Floats, learned: Floats) -> Floats:
        """Parts of the level of a model made of it, in the order of ``PARTS``."""
        found = self.efficiency - self.absorbed
        return np.stack([self.flop, found, self.absorbed, post_training, learned])

    def replace(self, where: Bools, flop: Floats, efficiency: Floats, absorbed: Floats) -> None:
        """Put a new base in its place where that is the better one."""
        better = where & (flop + efficiency > self.level)
        self.flop = np.where(better, flop, self.flop)
        self.efficiency = np.where(better, efficiency, self.efficiency)
        self.absorbed = np.where(better, absorbed, self.absorbed)
