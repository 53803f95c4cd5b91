"""Talent pools: the AI workforce of a region, its classes, and those who come, go and return."""

from __future__ import annotations

from collections import deque

import numpy as np

from agents import migration
from agents.actor import Actor
from agents.arrays import Floats, ratio, shares, total
from agents.records import Quantity, Region, TalentPoolRecord, Tier
from agents.surroundings import Surroundings

TIERS: tuple[Tier, ...] = ("researchers", "engineers")
ORIGINS: tuple[Region, ...] = ("US", "CN", "RoW")
QUARTERS_OF_A_YEAR = 4


class Veterans:
    """People outside named developers who left one that trains models, by the region of that one.

    Attributes:
        people: ``(regions, futures)``.
        know: what they know on average: of researchers the algorithmic efficiency of the firm they
            left, OOM; of engineers its months of practice, ``(regions, futures)``.
    """

    def __init__(self, futures: int) -> None:
        self.people: Floats = np.zeros((len(ORIGINS), futures))
        self.know: Floats = np.zeros((len(ORIGINS), futures))

    def join(self, people: Floats, know: Floats) -> None:
        """People join, knowing ``know``; both ``(regions, futures)``."""
        together = self.people + people
        self.know = ratio(self.people * self.know + people * know, together)
        self.people = together

    def keep(self, share: Floats) -> None:
        """Only a share of them, alike from everywhere, stays."""
        self.people = self.people * share


class TalentPool(Actor):
    """The people of a region who do AI work, by tier.

    Attributes:
        free: people not employed by a named developer (universities, other firms), by tier.
        by_origin: everyone who works in the region, by tier and origin, ``(origins, futures)``;
            firms' staff is taken to be mixed like the region's.
        veterans: those of the free who once worked for a named developer, by tier.
        landed: those of the free who just came from one abroad and look for one here, by tier.
        wage: going yearly wage by tier, USD thousand, ``(futures,)``.
        premium: mean pay in the region over the going wage, by tier, a multiple.
        graduated: people of this origin who entered the workforce anywhere since the start.
        retired: people who left it here, by tier and origin, ``(origins, futures)``.
        arrived, departed: people who came from and went to other regions since the start,
            graduates who went straight to another region included, by tier and origin.
    """

    def __init__(self, model: Surroundings, record: TalentPoolRecord) -> None:
        super().__init__(model, name=f"talent/{record.region}", region=record.region, country="")
        none = np.zeros((len(ORIGINS), model.futures))
        self.home = ORIGINS.index(record.region)
        self.free: dict[Tier, Floats] = {
            "researchers": self.draw(record.researchers, "researchers"),
            "engineers": self.draw(record.engineers, "engineers"),
        }
        self.by_origin: dict[Tier, Floats] = {
            tier: self.free[tier] * self._shares(record.origins[tier], f"origins/{tier}")
            for tier in TIERS
        }
        self.veterans: dict[Tier, Veterans] = {tier: Veterans(model.futures) for tier in TIERS}
        self.landed: dict[Tier, Veterans] = {tier: Veterans(model.futures) for tier in TIERS}
        self.wage: dict[Tier, Floats] = {
            "researchers": self.draw(record.researcher_wage, "researcher-wage"),
            "engineers": self.draw(record.engineer_wage, "engineer-wage"),
        }
        self._wage_at_start = dict(self.wage)
        self.premium: dict[Tier, Floats] = {tier: np.ones(model.futures) for tier in TIERS}
        self._cohort: dict[Tier, Floats] = {
            "researchers": self.draw(record.researcher_cohort, "researcher-cohort"),
            "engineers": self.draw(record.engineer_cohort, "engineer-cohort"),
        }
        self._cohort_growth = self.draw(record.cohort_growth, "cohort-growth")
        self._first_places: dict[Tier, Floats] = {
            tier: self._shares(record.first_places[tier], f"first-places/{tier}") for tier in TIERS
        }
        self._rates = self._yearly_rates(record)
        self.latest_class: dict[Tier, Floats] = {t: np.zeros(model.futures) for t in TIERS}
        self.graduated: dict[Tier, Floats] = {t: np.zeros(model.futures) for t in TIERS}
        self.retired: dict[Tier, Floats] = dict.fromkeys(TIERS, none)
        self.arrived: dict[Tier, Floats] = dict.fromkeys(TIERS, none)
        self.departed: dict[Tier, Floats] = dict.fromkeys(TIERS, none)
        self._counts: deque[tuple[dict[Tier, Floats], dict[Tier, Floats]]] = deque(
            maxlen=QUARTERS_OF_A_YEAR + 1
        )
        self.count_moves()

    # --- classes --------------------------------------------------------------------------------

    def graduate(self, tier: Tier) -> Floats:
        """A year's class of this origin enters the workforce somewhere, ``(futures,)``."""
        growth = np.exp(self._cohort_growth * self.model.time / 12.0)
        self.latest_class[tier] = self._cohort[tier] * growth
        self.graduated[tier] = self.graduated[tier] + self.latest_class[tier]
        return self.latest_class[tier]

    def choose_first_places(self, tier: Tier, pulls: Floats) -> Floats:
        """Shares of the class that go to each region, ``(regions, futures)``, given its pull."""
        return migration.first_places(self._first_places[tier], pulls)

    def welcome(self, tier: Tier, origin: int, people: Floats) -> None:
        """Graduates of an origin begin here."""
        self.free[tier] = self.free[tier] + people
        self.by_origin[tier] = self.by_origin[tier] + _only(origin, people)
        if origin != self.home:
            self.arrived[tier] = self.arrived[tier] + _only(origin, people)

    def see_off(self, tier: Tier, people: Floats) -> None:
        """Graduates of this origin go straight to other regions."""
        self.departed[tier] = self.departed[tier] + _only(self.home, people)

    # --- coming and going -----------------------------------------------------------------------

    def emigrants(self, tier: Tier, pulls: Floats, months: float) -> Floats:
        """People who leave for each region, by origin, ``(regions, origins, futures)``.

        Args:
            tier: which people.
            pulls: factors on the recorded flows by destination, ``(regions, futures)``.
            months: length of the period.
        """
        rates = self._rates * pulls[:, np.newaxis, :]
        return migration.departures(self.by_origin[tier], rates, months)

    def depart(self, tier: Tier, people: Floats, free_share_left: Floats) -> None:
        """People leave, by origin; of those without a developer the given share stays."""
        self.by_origin[tier] = self.by_origin[tier] - people
        self.departed[tier] = self.departed[tier] + people
        self.free[tier] = self.free[tier] * free_share_left
        self.veterans[tier].keep(free_share_left)

    def arrive(self, tier: Tier, people: Floats) -> None:
        """People come from another region, by origin."""
        self.by_origin[tier] = self.by_origin[tier] + people
        self.arrived[tier] = self.arrived[tier] + people
        self.free[tier] = self.free[tier] + total(people)

    def retire(self, months: float) -> None:
        """Some of those not with a named developer leave AI work; old know-how is out of use."""
        share = -np.expm1(-self.model.parameters["retirement"] * months / 12.0)
        kept = np.exp(-months / self.model.parameters["know_how_months"])
        for tier in TIERS:
            left = self.free[tier] * share
            of_each = shares(self.by_origin[tier]) * left
            self.free[tier] = self.free[tier] - left
            self.by_origin[tier] = self.by_origin[tier] - of_each
            self.retired[tier] = self.retired[tier] + of_each
            self.veterans[tier].keep((1.0 - share) * kept)
            self.landed[tier].keep(1.0 - share)

    def count_moves(self) -> None:
        """Note how many have come and gone by the end of a quarter."""
        self._counts.append((dict(self.arrived), dict(self.departed)))

    def came_in_a_year(self, tier: Tier) -> Floats:
        """Arrivals of the last four quarters by origin (of fewer in the first year)."""
        return self._counts[-1][0][tier] - self._counts[0][0][tier]

    def left_in_a_year(self, tier: Tier) -> Floats:
        """Departures of the last four quarters by origin (of fewer in the first year)."""
        return self._counts[-1][1][tier] - self._counts[0][1][tier]

    # --- work and pay ---------------------------------------------------------------------------

    def searching(self, tier: Tier) -> Floats:
        """People who would take a job with a developer: veterans, and some of the others."""
        veterans = total(self.veterans[tier].people)
        return veterans + self.model.parameters["searching"] * (self.free[tier] - veterans)

    def relative_pay(self, tier: Tier) -> Floats:
        """Mean pay of a tier relative to the start, ``(futures,)``."""
        return self.pay(tier) / self._wage_at_start[tier]

    def pay(self, tier: Tier) -> Floats:
        """Mean pay of a tier, USD thousand a year, ``(futures,)``."""
        return self.wage[tier] * self.premium[tier]

    def adjust_wage(self, tier: Tier, openings: Floats, searching: Floats) -> None:
        """Move the wage with openings per searcher."""
        known = self.model.parameters
        self.wage[tier] = self.wage[tier] * migration.wage_factor(
            openings, searching, usual=known["usual_openings"], response=known["wage_response"]
        )

    # --- the record -----------------------------------------------------------------------------

    def _shares(self, by_region: dict[Region, Quantity], what: str) -> Floats:
        """Recorded shares by region, drawn and normalised, ``(regions, futures)``."""
        drawn = [
            self.draw(by_region[region], f"{what}/{region}")
            if region in by_region
            else np.zeros(self.model.futures)
            for region in ORIGINS
        ]
        return shares(np.array(drawn))

    def _yearly_rates(self, record: TalentPoolRecord) -> Floats:
        """Share that moves in a year by destination and origin, ``(regions, origins, futures)``."""
        rates = np.zeros((len(ORIGINS), len(ORIGINS), self.model.futures))
        for region, rate in record.emigration.items():
            rates[ORIGINS.index(region)] = self.draw(rate, f"emigration/{region}")
        for region, rate in record.returning.items():
            there = ORIGINS.index(region)
            rates[there, there] = self.draw(rate, f"returning/{region}")
        return rates


def _only(origin: int, people: Floats) -> Floats:
    """People of one origin as an array by origin, ``(origins, futures)``."""
    alone = np.zeros((len(ORIGINS), people.shape[-1]))
    alone[origin] = people
    return alone
