"""People who cross borders: classes choose where to begin, others leave, and some go home.

What changes a flow against the one recorded for January 2022 is pay, standing in the field, and
programmes and visa rules.  Those who worked for a developer take along what they know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from agents import migration
from agents.arrays import Floats, ratio, total
from agents.developer import Developer
from agents.mechanisms import Mechanism
from agents.records import Tier
from agents.surroundings import Parameters
from agents.talent_pool import ORIGINS, TIERS, TalentPool, Veterans
from model.calendar import MONTHS_PER_QUARTER
from model.rulebook import RuleBook
from model.rules_by_future import Rulings
from model.switchboard import Switchboard

Levels = Mapping[str, Floats]
# People by the region of the developer they left, and what they know, ``(regions, futures)`` both.
Experience = tuple[Floats, Floats]


class TalentFlows:
    """Moves people between regions.

    Args:
        developers: firms whose people may move.
        pools: the pools of all regions.
        parameters: uncertain parameters.
        recorded_rules: the rules behind the recorded flows: the programmes in force when 2022
            began are in the flows of that year.
        levels: best released model of each region at the start, OOM.
        switches: regions in which talent stands still: nobody leaves these.
    """

    def __init__(
        self,
        developers: Sequence[Developer],
        pools: Sequence[TalentPool],
        parameters: Parameters,
        recorded_rules: RuleBook,
        levels: Levels,
        switches: Switchboard | None = None,
    ) -> None:
        self._switches = switches or Switchboard()
        self._developers = developers
        self._pools = {pool.region: pool for pool in pools}
        self._parameters = parameters
        self._factor_at_start = {
            (here, there): recorded_rules.migration_factor(here, there, 0.0, 1.0)
            for here in self._pools
            for there in self._pools
        }
        self._behind_at_start = self._behind(levels)

    def graduate(self, rules: Rulings, levels: Levels, now: float) -> None:
        """A year's classes enter the workforce, at home or abroad."""
        for tier in TIERS:
            for pool in self._pools.values():
                pulls = self._pulls(rules, pool, tier, levels, now - MONTHS_PER_QUARTER, now)
                begun = pool.graduate(tier) * pool.choose_first_places(tier, pulls)
                for there in self._pools.values():
                    there.welcome(tier, pool.home, begun[there.home])
                abroad = [n for n in range(len(ORIGINS)) if n != pool.home]
                pool.see_off(tier, total(begun[abroad]))

    def migrate(self, rules: Rulings, levels: Levels, start: float, end: float) -> None:
        """People of working age move, all moves decided on the stocks of the period's start."""
        for tier in TIERS:
            leaving = {
                region: pool.emigrants(
                    tier, self._pulls(rules, pool, tier, levels, start, end), end - start
                )
                for region, pool in self._pools.items()
                if not self._switches.is_off(Mechanism.TALENT, region)
            }
            arriving = [
                arrival
                for region, people in leaving.items()
                for arrival in self._send_off(self._pools[region], tier, people)
            ]
            for there, people, veterans, landed in arriving:
                there.arrive(tier, people)
                there.veterans[tier].join(*veterans)
                there.landed[tier].join(*landed)
        for pool in self._pools.values():
            pool.count_moves()

    def _send_off(
        self, pool: TalentPool, tier: Tier, leaving: Floats
    ) -> list[tuple[TalentPool, Floats, Experience, Experience]]:
        """People leave a region's pool and firms alike; who arrives where, and what they know.

        Of those who come from a developer some look for one at once; the rest are veterans there.
        """
        firms = [d for d in self._developers if d.region == pool.region and d.exists]
        share = ratio(_by_destination(leaving), total(pool.by_origin[tier]))
        direct = self._parameters["direct_moves"]
        people, know = _staff(pool, firms, tier)
        veterans = pool.veterans[tier]
        all_veterans = Veterans(pool.model.futures)
        all_veterans.join(veterans.people, veterans.know)
        all_veterans.join(people * (1.0 - direct), know)
        arriving = [
            (
                there,
                leaving[there.home],
                (all_veterans.people * share[there.home], all_veterans.know),
                (people * direct * share[there.home], know),
            )
            for there in self._pools.values()
            if there is not pool
        ]
        staying = 1.0 - total(share)
        for firm in firms:
            firm.change_staff(tier, -firm.people(tier) * (1.0 - staying))
        pool.depart(tier, total(leaving), staying)
        return arriving

    def _pulls(
        self,
        rules: Rulings,
        here: TalentPool,
        tier: Tier,
        levels: Levels,
        start: float,
        end: float,
    ) -> Floats:
        """Factors on the recorded flows from a region to each, ``(regions, futures)``."""
        known = self._parameters
        behind = self._behind(levels)
        pulls = np.zeros((len(ORIGINS), here.model.futures))
        pulls[here.home] = 1.0
        for there in self._pools.values():
            if there is not here:
                fallen = [
                    behind[pool.region] - self._behind_at_start[pool.region]
                    for pool in (there, here)
                ]
                pulls[there.home] = migration.pull(
                    there.relative_pay(tier) / here.relative_pay(tier),
                    fallen[0] - fallen[1],
                    self._programme_factor(rules, here, there, start, end),
                    wage_elasticity=known["migration_wage_elasticity"],
                    prestige=known["migration_prestige"],
                )
        return pulls

    def _programme_factor(
        self, rules: Rulings, here: TalentPool, there: TalentPool, start: float, end: float
    ) -> float | Floats:
        """Factor of the programmes on a flow, relative to those behind the recorded flow."""
        factor = rules.migration_factor(here.region, there.region, start, end)
        return factor / self._factor_at_start[here.region, there.region]

    def _behind(self, levels: Levels) -> dict[str, Floats]:
        """How far each region's best model is behind the world's best, OOM.

        No further than a model can be and still be of use, without any model too.
        """
        farthest = self._parameters["useful_distance"]
        best = np.maximum.reduce([levels[region] for region in self._pools])
        released = np.isfinite(best)
        return {
            region: np.where(
                released,
                np.minimum(np.where(released, best, 0.0) - levels[region], farthest),
                0.0,
            )
            for region in self._pools
        }


def _by_destination(leaving: Floats) -> Floats:
    """People by destination, ``(regions, futures)``, all origins together."""
    return np.array([total(people) for people in leaving])


def _staff(pool: TalentPool, firms: Sequence[Developer], tier: Tier) -> Experience:
    """Staff of a region's developers that train models, and what they know on average."""
    people = np.zeros((len(ORIGINS), pool.model.futures))
    knowing = np.zeros_like(people)
    for firm in (firm for firm in firms if firm.trains):
        people[pool.home] += firm.people(tier)
        knowing[pool.home] += firm.people(tier) * firm.know_how(tier)
    return people, ratio(knowing, people)
