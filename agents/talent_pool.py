"""Talent pools: the AI workforce of a region, its cohorts, and those who move away."""

from __future__ import annotations

from typing import Literal

import numpy as np

from agents import migration
from agents.actor import Actor
from agents.arrays import Floats
from agents.records import TalentPoolRecord
from agents.surroundings import Surroundings

Tier = Literal["researchers", "engineers"]
TIERS: tuple[Tier, ...] = ("researchers", "engineers")


class TalentPool(Actor):
    """The people of a region who do AI work, by tier.

    Attributes:
        free: people not employed by a named developer (universities, other firms), by tier.
        wage: yearly wage by tier, USD thousand, ``(futures,)``.
        graduated, retired: people who joined and left the workforce since the start, by tier.
        arrived: people who came from each other region since the start, by tier.
    """

    def __init__(self, model: Surroundings, record: TalentPoolRecord) -> None:
        super().__init__(model, name=f"talent/{record.region}", region=record.region, country="")
        self.free: dict[Tier, Floats] = {
            "researchers": self.draw(record.researchers, "researchers"),
            "engineers": self.draw(record.engineers, "engineers"),
        }
        self.wage: dict[Tier, Floats] = {
            "researchers": self.draw(record.researcher_wage, "researcher-wage"),
            "engineers": self.draw(record.engineer_wage, "engineer-wage"),
        }
        self._wage_at_start = dict(self.wage)
        self._cohort: dict[Tier, Floats] = {
            "researchers": self.draw(record.researcher_cohort, "researcher-cohort"),
            "engineers": self.draw(record.engineer_cohort, "engineer-cohort"),
        }
        self._cohort_growth = self.draw(record.cohort_growth, "cohort-growth")
        self._emigration = {
            region: self.draw(rate, f"emigration/{region}")
            for region, rate in record.emigration.items()
        }
        self.graduated: dict[Tier, Floats] = {t: np.zeros(model.futures) for t in TIERS}
        self.retired: dict[Tier, Floats] = {t: np.zeros(model.futures) for t in TIERS}
        self.arrived: dict[Tier, Floats] = {t: np.zeros(model.futures) for t in TIERS}

    def graduate(self) -> None:
        """A year's class joins the workforce."""
        growth = np.exp(self._cohort_growth * self.model.time / 12.0)
        for tier in TIERS:
            joined = self._cohort[tier] * growth
            self.free[tier] = self.free[tier] + joined
            self.graduated[tier] = self.graduated[tier] + joined

    def retire(self, months: float) -> None:
        """Some of those not with a named developer leave AI work."""
        share = -np.expm1(-self.model.parameters["retirement"] * months / 12.0)
        for tier in TIERS:
            left = self.free[tier] * share
            self.free[tier] = self.free[tier] - left
            self.retired[tier] = self.retired[tier] + left

    def emigrants(
        self, tier: Tier, destination: TalentPool, programme_factor: float | Floats, months: float
    ) -> Floats:
        """People of a tier who want to move to another region in a period, ``(futures,)``."""
        if destination.region not in self._emigration:
            return np.zeros(self.model.futures)
        wages = destination.relative_wage(tier) / self.relative_wage(tier)
        return migration.movers(
            self.free[tier],
            self._emigration[destination.region],
            wages,
            programme_factor,
            wage_elasticity=self.model.parameters["migration_wage_elasticity"],
            months=months,
        )

    def relative_wage(self, tier: Tier) -> Floats:
        """Wage of a tier relative to the start, ``(futures,)``."""
        return self.wage[tier] / self._wage_at_start[tier]

    def depart(self, tier: Tier, people: Floats) -> None:
        """People leave this pool."""
        self.free[tier] = self.free[tier] - people

    def arrive(self, tier: Tier, people: Floats) -> None:
        """People join this pool from another."""
        self.free[tier] = self.free[tier] + people
        self.arrived[tier] = self.arrived[tier] + people

    def adjust_wage(self, tier: Tier, openings: Floats, searching: Floats) -> None:
        """Move the wage with openings per searcher."""
        known = self.model.parameters
        self.wage[tier] = self.wage[tier] * migration.wage_factor(
            openings, searching, usual=known["usual_openings"], response=known["wage_response"]
        )
