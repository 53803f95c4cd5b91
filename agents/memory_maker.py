"""Memory makers: high-bandwidth memory, which every modern accelerator needs."""

from __future__ import annotations

import numpy as np

from agents.actor import Actor
from agents.arrays import Floats
from agents.records import MemoryMakerRecord
from agents.surroundings import Surroundings


class MemoryMaker(Actor):
    """A maker of high-bandwidth memory.

    Attributes:
        stacks_a_quarter: capacity once it makes such memory, stacks a quarter, ``(futures,)``.
        sold: stacks sold since the start, ``(futures,)``.
    """

    def __init__(self, model: Surroundings, record: MemoryMakerRecord) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.country)
        self._starts = 12.0 * self.draw(record.hbm_from, "hbm-from")
        self.stacks_a_quarter = self.draw(record.stacks_a_quarter, "stacks")
        self.sold: Floats = np.zeros(model.futures)
        self._grants: Floats = np.zeros(model.futures)

    def output(self) -> Floats:
        """Stacks it can deliver this quarter, ``(futures,)``."""
        return np.where(self._starts <= self.model.time, self.stacks_a_quarter, 0.0)

    def sell(self, stacks: Floats) -> None:
        """Book a sale."""
        self.sold = self.sold + stacks

    def receive_grant(self, amount: Floats, purpose: str) -> None:
        """Set a grant aside for capacity."""
        if purpose == "memory":
            self._grants = self._grants + amount

    def expand(self, use: Floats) -> None:
        """Add lines where they ran nearly full, and faster with grants; ``use`` is a share."""
        known = self.model.parameters
        short = np.clip((use - known["comfortable_use"]) / known["comfortable_use"], 0.0, 1.0)
        granted = self._grants / known["cost_per_million_stacks"] * 1e6
        growing = self._starts <= self.model.time
        grown = self.stacks_a_quarter * (1.0 + known["memory_growth"] * short) + granted
        self.stacks_a_quarter = np.where(growing, grown, self.stacks_a_quarter)
        self._grants = np.where(growing, 0.0, self._grants)
