"""The labour market of each region: firms bid for people, win them from one another, and pay.

Every person is in one pool or with one developer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents import hiring
from agents.arrays import Floats, ratio, total
from agents.developer import Developer
from agents.mechanisms import Mechanism
from agents.records import Tier
from agents.side_by_side import Team, Teams
from agents.surroundings import Parameters
from agents.talent_pool import ORIGINS, TIERS, TalentPool
from model.calendar import MONTHS_PER_YEAR
from model.ledger import Ledger
from model.switchboard import Switchboard


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Who joined a region's firms in a quarter, and what they knew.

    Attributes:
        people: everyone who joined, ``(firms, futures)``.
        won: those of them who came straight from another developer, here or abroad,
            ``(firms, futures)``.
        veterans: those who came from the pool and had worked for one, ``(firms, futures)``.
        origins: share of those won by firm left and by region abroad, adding to 1, then of
            veterans by region, adding to 1, ``(firms + regions + regions, futures)``.
        know: what people of each origin knew, of the same shape.
    """

    people: Floats
    won: Floats
    veterans: Floats
    origins: Floats
    know: Floats

    def experienced(self, firm: int) -> Floats:
        """People with experience who joined a firm, by origin; shape as of ``origins``."""
        straight = len(self.origins) - len(ORIGINS)
        joined = np.empty_like(self.origins)
        joined[:straight] = self.origins[:straight] * self.won[firm]
        joined[straight:] = self.origins[straight:] * self.veterans[firm]
        return joined


class LabourMarket:
    """Matches developers and the people of their region."""

    def __init__(
        self,
        developers: Sequence[Developer],
        pools: Sequence[TalentPool],
        parameters: Parameters,
        ledger: Ledger,
        switches: Switchboard | None = None,
        teams: Teams[Developer] | None = None,
    ) -> None:
        self._switches = switches or Switchboard()
        self._teams = teams or Teams()
        self._developers = developers
        self._pools = {pool.region: pool for pool in pools}
        self._parameters = parameters
        self._ledger = ledger
        self._usual_means: dict[str, Floats] = {}
        self._usual_choice: dict[tuple[str, Tier], Floats] = {}
        self._of_hires: dict[tuple[str, Tier], Floats] = {}

    def staff_at_start(self) -> None:
        """Take the people that the developers of the first day employ out of the pools."""
        for developer in self._developers:
            if developer.exists:
                self.staff(developer)

    def staff(self, developer: Developer) -> None:
        """Give a newly founded developer its first people, as far as the pool has them."""
        pool = self._pools[developer.region]
        for tier in TIERS:
            hired = np.minimum(developer.planned[tier], pool.searching(tier))
            pool.veterans[tier].keep(1.0 - ratio(hired, pool.free[tier]))
            pool.free[tier] = pool.free[tier] - hired
            developer.change_staff(tier, hired)
            if (developer.region, tier) in self._of_hires:
                developer.take_in(tier, hired, self._of_hires[developer.region, tier])

    def clear(self, start: float, end: float) -> None:
        """A quarter's bids, moves between firms, hiring and wages."""
        for region, pool in self._pools.items():
            firms = self._firms_of(region)
            if firms and not self._switches.is_off(Mechanism.TALENT, region):
                means, growth = self._means(region, firms), self._growth(firms)
                for tier in TIERS:
                    self._clear(firms, pool, tier, means, growth, end - start)

    def pay_wages(self, months: float) -> None:
        """Investors pay each developer's payroll through it to its people."""
        for region, pool in self._pools.items():
            founded = self._firms_of(region)
            if not founded:
                continue
            firms = self._teams.of(region, founded)
            yearly = total(
                firms[tier] * pool.wage[tier] * self._premiums(firms, tier) for tier in TIERS
            )
            payroll = yearly / 1e6 * months / MONTHS_PER_YEAR
            self._ledger.pay_through(firms, payroll, "payroll funding", payroll, "wages")

    def _premiums(self, firms: Team[Developer], tier: Tier) -> Floats:
        return firms.together(f"premium of {tier}", (firm.premium[tier] for firm in firms))

    def people(self, region: str, tier: Tier) -> Floats:
        """Everyone of a tier who works in a region, ``(futures,)``."""
        return total(self._pools[region].by_origin[tier])

    # --- a quarter in one tier of one region ----------------------------------------------------

    def _clear(
        self,
        firms: list[Developer],
        pool: TalentPool,
        tier: Tier,
        means: Floats,
        growth: Floats,
        months: float,
    ) -> None:
        known = self._parameters
        staff = np.array([firm.people(tier) for firm in firms])
        # People that each firm wants to employ: those of the start, and more as its compute grows.
        wanted = np.array([firm.planned[tier] for firm in firms]) * growth
        bids = self._bids(firms, means, ratio(np.maximum(wanted - staff, 0.0), wanted))
        leaving = staff * hiring.leaving_share(
            bids,
            ratio(total(staff * bids), total(staff), otherwise=1.0),
            turnover=known["turnover"],
            bid_elasticity=known["bid_elasticity"],
            years=months / MONTHS_PER_YEAR,
        )
        limit = np.maximum(staff - leaving, known["smallest_team"]) * known["hiring_limit"]
        lacking = np.maximum(wanted - (staff - leaving), 0.0)
        openings = np.minimum(lacking, limit * months / MONTHS_PER_YEAR)
        newcomers = self._hire(firms, pool, tier, leaving, openings, bids)
        quality = self._quality_of_hires(pool, tier, total(staff))
        for number, firm in enumerate(firms):
            firm.exchange_people(
                tier,
                leaving[number],
                newcomers.people[number],
                newcomers.experienced(number),
                newcomers.know,
            )
        staff = np.array([firm.people(tier) for firm in firms])
        self._take_in(firms, tier, newcomers.people, staff, quality)
        self._settle_pay(firms, pool, tier, staff, bids)

    def _hire(
        self,
        firms: list[Developer],
        pool: TalentPool,
        tier: Tier,
        leaving: Floats,
        openings: Floats,
        bids: Floats,
    ) -> Newcomers:
        """Fill openings with people of other firms, here or abroad, then with those who search."""
        known = self._parameters
        pull = bids ** known["bid_elasticity"]
        know = np.array([firm.know_how(tier) for firm in firms])
        landed, veterans = pool.landed[tier], pool.veterans[tier]
        looking = np.concatenate([leaving * known["direct_moves"], landed.people])
        everyone_looking = total(looking)
        won = hiring.filled_by_bid(openings, pull, everyone_looking)
        placed = ratio(total(won), everyone_looking)
        unplaced = leaving * (1.0 - known["direct_moves"] * placed)
        pool.free[tier] = pool.free[tier] - total(landed.people) * placed
        straight = np.concatenate([know, landed.know])
        veterans.join(landed.people * (1.0 - placed), landed.know)
        landed.keep(np.zeros_like(placed))

        searching = pool.searching(tier)
        hired = hiring.filled_by_bid(openings - won, pull, searching)
        experienced = hired * ratio(total(veterans.people), searching)
        origins = np.concatenate(
            [ratio(looking, everyone_looking), ratio(veterans.people, total(veterans.people))]
        )
        newcomers = Newcomers(
            won + hired, won, experienced, origins, np.concatenate([straight, veterans.know])
        )
        veterans.keep(1.0 - ratio(total(hired), searching))
        trained = np.array([firm.trains for firm in firms])[:, np.newaxis]
        veterans.join(*_by_region(pool.home, unplaced * trained, know))
        pool.free[tier] = pool.free[tier] - total(hired) + total(unplaced)
        pool.adjust_wage(tier, total(openings - won), searching)
        return newcomers

    def _quality_of_hires(self, pool: TalentPool, tier: Tier, employed: Floats) -> Floats:
        """Worth of those whom a region's firms take now, against the start, ``(futures,)``."""
        everyone = total(pool.by_origin[tier])
        kept = pool.region, tier
        usual = self._usual_choice.setdefault(kept, ratio(everyone, employed))
        self._of_hires[kept] = hiring.quality_of_hires(
            everyone, employed, usual, selectivity=self._parameters["selectivity"]
        )
        return self._of_hires[kept]

    def _take_in(
        self, firms: list[Developer], tier: Tier, joining: Floats, staff: Floats, quality: Floats
    ) -> None:
        """Let those who joined, worth ``quality``, count in the mean worth of each firm's staff."""
        before = np.array([firm.quality[tier] for firm in firms])
        after = hiring.quality_of_staff(before, joining, staff, quality)
        for firm, its_quality in zip(firms, after, strict=True):
            firm.quality[tier] = its_quality

    def _growth(self, firms: list[Developer]) -> Floats:
        """How far the staff that each firm wants grows with its compute, ``(firms, futures)``."""
        compute = np.array([firm.compute_growth() for firm in firms])
        return np.asarray(np.maximum(compute, 1.0) ** self._parameters["staff_per_compute"])

    def _bids(self, firms: list[Developer], means: Floats, need: Floats) -> Floats:
        """Premiums over the going wage that firms offer, ``(firms, futures)``."""
        known = self._parameters
        return hiring.premium(
            means,
            self._usual_means[firms[0].region],
            need,
            rent_sharing=known["rent_sharing"],
            urgency=known["bid_urgency"],
            highest=known["highest_bid"],
        )

    def _means(self, region: str, firms: list[Developer]) -> Floats:
        """Money that investors give each firm for each of its people, ``(firms, futures)``."""
        funding = np.array([firm.funding for firm in firms])
        staff = np.array([total(firm.people(tier) for tier in TIERS) for firm in firms])
        self._usual_means.setdefault(region, ratio(total(funding), total(staff)))
        return ratio(funding, staff)

    def _settle_pay(
        self, firms: list[Developer], pool: TalentPool, tier: Tier, staff: Floats, bids: Floats
    ) -> None:
        """Firms pay all their people what they bid; the region's mean pay follows."""
        for firm, bid in zip(firms, bids, strict=True):
            firm.premium[tier] = bid
        paid = total([pool.free[tier], *(staff * bids)])
        everyone = pool.free[tier] + total(staff)
        pool.premium[tier] = ratio(paid, everyone, otherwise=1.0)

    def _firms_of(self, region: str) -> list[Developer]:
        return [d for d in self._developers if d.region == region and d.exists]


def _by_region(region: int, people: Floats, know: Floats) -> tuple[Floats, Floats]:
    """People who left a region's firms, and what they know on average, ``(regions, futures)``."""
    joined = np.zeros((len(ORIGINS), people.shape[-1]))
    known = np.zeros_like(joined)
    joined[region] = total(people)
    known[region] = ratio(total(people * know), joined[region])
    return joined, known
