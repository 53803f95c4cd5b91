"""The labour market: firms hire and lose people, wages move, people move between regions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.arrays import Floats, filled, total
from agents.developer import Developer
from agents.surroundings import Parameters
from agents.talent_pool import TIERS, TalentPool, Tier
from model.calendar import MONTHS_PER_YEAR
from model.ledger import Ledger
from model.rulebook import RuleBook
from model.rules_by_future import Rulings


class LabourMarket:
    """Matches developers and talent pools; every person is in one pool or with one developer."""

    def __init__(
        self,
        developers: Sequence[Developer],
        pools: Sequence[TalentPool],
        parameters: Parameters,
        ledger: Ledger,
        recorded_rules: RuleBook,
    ) -> None:
        self._developers = developers
        # The migration recorded for 2022 contains the programmes in force when the year began.
        self._factor_at_start = {
            (here.region, there.region): recorded_rules.migration_factor(
                here.region, there.region, 0.0, 1.0
            )
            for here in pools
            for there in pools
        }
        self._pools = {pool.region: pool for pool in pools}
        self._parameters = parameters
        self._ledger = ledger

    def staff_at_start(self) -> None:
        """Take the people that the developers of the first day employ out of the pools."""
        for developer in self._developers:
            if developer.exists:
                self.staff(developer)

    def staff(self, developer: Developer) -> None:
        """Give a newly founded developer its first people, as far as the pool has them."""
        pool = self._pools[developer.region]
        for tier in TIERS:
            searching = pool.free[tier] * self._parameters["searching"]
            hired = np.minimum(_planned(developer, tier), searching)
            self._employ(developer, pool, tier, hired)

    def clear(self, start: float, end: float) -> None:
        """A quarter's quits, hiring and wages."""
        months = end - start
        quits = -np.expm1(-self._parameters["turnover"] * months / MONTHS_PER_YEAR)
        for region, pool in self._pools.items():
            firms = [d for d in self._developers if d.region == region and d.exists]
            for tier in TIERS:
                for firm in firms:
                    self._employ(firm, pool, tier, -_employed(firm, tier) * quits)
                self._hire(firms, pool, tier, months)

    def migrate(self, rules: Rulings, start: float, end: float) -> None:
        """People move between regions, all moves decided on the stocks of the period's start."""
        moves = [
            (origin, destination, tier, origin.emigrants(tier, destination, factor, end - start))
            for origin in self._pools.values()
            for destination in self._pools.values()
            if origin is not destination
            for factor in [self._programme_factor(rules, origin, destination, start, end)]
            for tier in TIERS
        ]
        for origin, destination, tier, people in moves:
            origin.depart(tier, people)
            destination.arrive(tier, people)

    def _programme_factor(
        self,
        rules: Rulings,
        origin: TalentPool,
        destination: TalentPool,
        start: float,
        end: float,
    ) -> float | Floats:
        """Factor of the programmes on a flow, relative to those behind the recorded flow."""
        factor = rules.migration_factor(origin.region, destination.region, start, end)
        return factor / self._factor_at_start[origin.region, destination.region]

    def pay_wages(self, months: float) -> None:
        """Investors pay each developer's payroll through it to its people."""
        for developer in self._developers:
            if not developer.exists:
                continue
            wage = self._pools[developer.region].wage
            yearly = total(_employed(developer, tier) * wage[tier] for tier in TIERS) / 1e6
            payroll = yearly * months / MONTHS_PER_YEAR
            self._ledger.pay(self._ledger.outside, developer, payroll, "payroll funding")
            self._ledger.pay(developer, self._ledger.outside, payroll, "wages")

    def people(self, region: str, tier: Tier) -> Floats:
        """Everyone of a tier who works in a region, ``(futures,)``."""
        employed = (_employed(d, tier) for d in self._developers if d.region == region)
        return total([self._pools[region].free[tier], *employed])

    def _hire(
        self, firms: Sequence[Developer], pool: TalentPool, tier: Tier, months: float
    ) -> None:
        """Fill openings from those who search; where too few do, all firms fill the same share."""
        if not firms:
            return
        openings = [self._openings(firm, tier, months) for firm in firms]
        wanted = total(openings)
        searching = pool.free[tier] * self._parameters["searching"]
        share = filled(wanted, searching)
        for firm, opening in zip(firms, openings, strict=True):
            self._employ(firm, pool, tier, opening * share)
        pool.adjust_wage(tier, wanted, searching)

    def _openings(self, firm: Developer, tier: Tier, months: float) -> Floats:
        """People a firm wants to add: replacement, and growth with its compute."""
        known = self._parameters
        growth = np.maximum(firm.compute_growth(), 1.0) ** known["staff_per_compute"]
        target = _planned(firm, tier) * growth
        team = np.maximum(_employed(firm, tier), known["smallest_team"])
        limit = team * known["hiring_limit"] * months / MONTHS_PER_YEAR
        return np.clip(target - _employed(firm, tier), 0.0, limit)

    def _employ(self, firm: Developer, pool: TalentPool, tier: Tier, people: Floats) -> None:
        """Move people from the pool to the firm; the other way round where negative."""
        setattr(firm, tier, _employed(firm, tier) + people)
        pool.free[tier] = pool.free[tier] - people


def _employed(developer: Developer, tier: Tier) -> Floats:
    return developer.researchers if tier == "researchers" else developer.engineers


def _planned(developer: Developer, tier: Tier) -> Floats:
    if tier == "researchers":
        return developer.planned_researchers
    return developer.planned_engineers
