"""Adoption of AI in the economy of each region, and what it pays the developers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from agents.arrays import Floats, ratio, total
from agents.developer import Developer
from agents.records import Region
from agents.surroundings import Parameters
from model.calendar import MONTHS_PER_YEAR
from model.knowledge import REGIONS, PublicKnowledge
from model.ledger import Ledger


class Adoption:
    """Diffusion by region: the share of the work that AI could do for which it is used.

    ``d index / dt = (pace + imitation x index) x capability x (1 - index)`` (Bass 1969), where
    ``capability`` is how far the best model released in the region has come since January 2022.

    Attributes:
        index: share adopted by region, 0 to 1, ``(futures,)``.
        revenue: what developers of each region earned in the last month, USD bn a year.
    """

    def __init__(
        self,
        developers: Sequence[Developer],
        futures: int,
        parameters: Parameters,
        ledger: Ledger,
    ) -> None:
        self._developers = developers
        self._parameters = parameters
        self._ledger = ledger
        self.index: dict[Region, Floats] = {
            region: parameters["adoption_start"].copy() for region in REGIONS
        }
        self.revenue: dict[Region, Floats] = {region: np.zeros(futures) for region in REGIONS}

    def diffuse(
        self,
        knowledge: PublicKnowledge,
        months: float,
        push: Mapping[Region, float | Floats] | None = None,
    ) -> None:
        """A month's adoption; ``push`` is what policies multiply its pace by, by region."""
        known = self._parameters
        years = months / MONTHS_PER_YEAR
        for region, index in self.index.items():
            offered = knowledge.frontiers[region].level
            if region == "RoW":
                offered = np.maximum(offered, knowledge.frontiers["US"].level)
            progress = (offered - known["level_at_start"]) / known["useful_distance"]
            worth = np.clip(progress, 0.0, 1.0)
            pull = known["adoption_pace"] + known["adoption_imitation"] * index
            pull = pull * (push or {}).get(region, 1.0)
            self.index[region] = index - (1.0 - index) * np.expm1(-pull * worth * years)

    def pay(self, months: float) -> None:
        """Customers pay the developers of their region: those with more people and compute more."""
        known = self._parameters
        for region, index in self.index.items():
            firms = [d for d in self._developers if d.region == region and d.exists]
            if not firms:
                continue
            self.revenue[region] = known[f"market_{region.lower()}"] * index
            earned = self.revenue[region] * months / MONTHS_PER_YEAR
            reinvested = earned * known["reinvestment"]
            weights = [firm.engineers * firm.usable ** known["revenue_scale"] for firm in firms]
            everyone = total(weights)
            for firm, weight in zip(firms, weights, strict=True):
                part = ratio(weight, everyone)
                self._ledger.pay(self._ledger.outside, firm, earned * part, "revenue")
                kept = (earned - reinvested) * part
                self._ledger.pay(firm, self._ledger.outside, kept, "running costs")
