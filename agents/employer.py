"""Actors that employ people of both tiers."""

from __future__ import annotations

import numpy as np

from agents import hiring
from agents.actor import Actor
from agents.arrays import Floats
from agents.records import DeveloperRecord, Tier


class Employer(Actor):
    """An actor with researchers and engineers.

    Attributes:
        planned: people it means to employ to begin with, by tier.
        researchers, engineers: people employed, ``(futures,)``.
        premium: what it pays over the going wage, by tier, a multiple, ``(futures,)``.
        quality: worth of its people against those whom firms chose in January 2022, by tier.
    """

    def plan_staff(self, record: DeveloperRecord) -> None:
        """Begin without people, and with a plan for whom to hire first."""
        futures = self.model.futures
        self.planned: dict[Tier, Floats] = {
            "researchers": self.draw(record.researchers, "researchers"),
            "engineers": self.draw(record.engineers, "engineers"),
        }
        self.researchers: Floats = np.zeros(futures)
        self.engineers: Floats = np.zeros(futures)
        self.premium: dict[Tier, Floats] = {tier: np.ones(futures) for tier in self.planned}
        self.quality: dict[Tier, Floats] = dict(self.premium)

    def people(self, tier: Tier) -> Floats:
        """People of a tier it employs, ``(futures,)``."""
        return self.researchers if tier == "researchers" else self.engineers

    def change_staff(self, tier: Tier, people: Floats) -> None:
        """Add people of a tier; they leave where negative."""
        if tier == "researchers":
            self.researchers = self.researchers + people
        else:
            self.engineers = self.engineers + people

    def take_in(self, tier: Tier, joining: Floats, quality: Floats) -> None:
        """Of its people, some have just joined who are worth ``quality``."""
        self.quality[tier] = hiring.quality_of_staff(
            self.quality[tier], joining, self.people(tier), quality
        )
