"""The base of every actor: a name, a home and a purse, in a world it sees as ``self.model``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from agents.arrays import Floats
from agents.mechanisms import Mechanism

if TYPE_CHECKING:
    from agents.records import Quantity
    from agents.surroundings import Surroundings


class Actor(mesa.Agent):
    """An actor that lives all its futures at once.

    Attributes:
        name: unique among actors.
        region: ``US``, ``CN`` or ``RoW``, whose chip, talent and capital markets it belongs to.
        country: two-letter code of its home jurisdiction.
        cash: money at hand, USD bn, ``(futures,)``; moved only through the world's ledger.
    """

    model: Surroundings

    def __init__(self, model: Surroundings, *, name: str, region: str, country: str) -> None:
        super().__init__(model)
        self.name = name
        self.region = region
        self.country = country
        self.cash: Floats = np.zeros(model.futures)

    def draw(self, quantity: Quantity, what: str) -> Floats:
        """One value per future of an uncertain figure of this actor, ``(futures,)``."""
        return self.model.drawn(quantity, f"{self.name}/{what}")

    def off_since(self, mechanism: Mechanism) -> float | None:
        """When a group of mechanisms was switched off for this actor; ``None`` if it is on."""
        return self.model.off_since(mechanism, self.region)

    def unless_off(self, mechanism: Mechanism, change: Floats) -> Floats | float:
        """The change that a group of mechanisms brings: none where it is switched off."""
        return change if self.off_since(mechanism) is None else 0.0

    def receive_grant(self, amount: Floats, purpose: str) -> None:
        """Act on a grant (USD bn, already in the purse); most actors just spend it."""
