"""What the programmes of a policy do over a period: money, people, knowledge, use, enforcement."""

from __future__ import annotations

from datetime import date
from math import inf

from agents.records import SECTORS, Market, Region, Sector
from model.book import Book
from model.calendar import MONTHS_PER_YEAR
from model.instruments import (
    AdoptionPolicy,
    Enforcement,
    MarketAccessLimit,
    ModelAccessLimit,
    OpenWeightRestraint,
    PublicationRestraint,
    Subsidy,
    TalentProgramme,
    UseRegulation,
)


class ProgrammeBook(Book):
    """Answers questions about programmes, and about rules on what is known and used of AI."""

    def subsidies(self) -> list[Subsidy]:
        """Every subsidy of this book and of those it succeeds, each once."""
        books = (*reversed(list(self._predecessors())), self)
        return list({i.id: i for book in books for i in book._kind(Subsidy)}.values())

    def subsidy_paid(self, subsidy: Subsidy, start: float, end: float) -> float:
        """What a subsidy pays out over a period, all recipients together, USD bn."""
        return self.subsidy_rate(subsidy, start, end) * (end - start) / MONTHS_PER_YEAR

    def subsidy_rate(self, subsidy: Subsidy, start: float, end: float) -> float:
        """What a subsidy pays, averaged over a period, USD bn a year."""

        def rate(day: date) -> float:
            return sum(
                paying.value("annual_usd_bn", day)
                for paying in self._in_force(day, Subsidy)
                if paying.id == subsidy.id
            )

        return self._average(("subsidy", subsidy.id), start, end, rate, (Subsidy,))

    def migration_factor(self, origin: str, destination: str, start: float, end: float) -> float:
        """Product of the factors of the talent programmes on a migration flow."""

        def factor(day: date) -> float:
            product = 1.0
            for programme in self._in_force(day, TalentProgramme):
                if (programme.origin, programme.destination) == (origin, destination):
                    product *= programme.value("migration_factor", day)
            return product

        return self._average(
            ("talent", origin, destination), start, end, factor, (TalentProgramme,)
        )

    # --- what is known and used of AI -----------------------------------------------------------

    def publication_delay(self, origin: str, reader: str, start: float, end: float) -> float:
        """Months by which readers of a region learn later what developers of another found."""

        def delay(day: date) -> float:
            return max(
                (
                    restraint.value("delay_months", day)
                    for restraint in self._in_force(day, PublicationRestraint)
                    if region_of(restraint.issuer) == origin and reader in restraint.kept_from
                ),
                default=0.0,
            )

        return self._average(
            ("publication", origin, reader), start, end, delay, (PublicationRestraint,)
        )

    def open_release_bound(self, origin: str, now: float) -> float:
        """Training compute from which a region's developers may not open weights, log10 FLOP.

        Infinite where no rule sets one.
        """
        day = self.calendar.date(now)
        return min(
            (
                restraint.value("training_flop", day)
                for restraint in self._in_force(day, OpenWeightRestraint)
                if region_of(restraint.issuer) == origin
            ),
            default=inf,
        )

    def model_access(
        self, developer: str, origin: str, user: str, start: float, end: float
    ) -> float:
        """Share of wanted use of a developer's closed models that users of a region get."""

        def admitted(day: date) -> float:
            return min(
                (
                    limit.value("admitted", day) if "admitted" in limit.parameters else 0.0
                    for limit in self._in_force(day, ModelAccessLimit)
                    if region_of(limit.issuer) == origin
                    and user in limit.kept_from
                    and (not limit.developers or developer in limit.developers)
                ),
                default=1.0,
            )

        return self._average(
            ("access", developer, origin, user), start, end, admitted, (ModelAccessLimit,)
        )

    def market_access(
        self, developer: str, origin: Region, market: Market, home: Region, start: float, end: float
    ) -> float:
        """Share of a developer's customers in a market whom limits on access let through.

        Limits on its models for the region at home there count, and limits of the market itself.
        """

        def admitted(day: date) -> float:
            share = 1.0
            for limit in self._in_force(day, MarketAccessLimit):
                if (limit.market, limit.origin) == (market, origin) and (
                    not limit.developers or developer in limit.developers
                ):
                    share *= limit.value("admitted", day) if "admitted" in limit.parameters else 0.0
            return share

        of_market = self._average(
            ("market", developer, origin, market), start, end, admitted, (MarketAccessLimit,)
        )
        return of_market * self.model_access(developer, origin, home, start, end)

    def permission_factor(self, market: Market, sector: Sector, start: float, end: float) -> float:
        """Product of the factors of regulations on what AI may be used for."""

        def factor(day: date) -> float:
            product = 1.0
            for regulation in self._in_force(day, UseRegulation):
                if regulation.market == market and sector in (regulation.sectors or SECTORS):
                    product *= regulation.value("permission_factor", day)
            return product

        return self._average(("permission", market, sector), start, end, factor, (UseRegulation,))

    def adoption_push(self, region: str, start: float, end: float) -> float:
        """Product of the factors of the policies on the use of AI in a region."""

        def factor(day: date) -> float:
            product = 1.0
            for policy in self._in_force(day, AdoptionPolicy):
                if policy.region == region:
                    product *= policy.value("adoption_factor", day)
            return product

        return self._average(("adoption", region), start, end, factor, (AdoptionPolicy,))

    # --- enforcement ----------------------------------------------------------------------------

    def enforcement_rate(self, issuer: str, start: float, end: float) -> float:
        """Means for enforcement of a government, USD bn a year."""

        def rate(day: date) -> float:
            return sum(means.value("annual_usd_bn", day) for means in self._means(issuer, day))

        return self._average(("enforcement", issuer), start, end, rate, (Enforcement,))

    def enforcement_effort(
        self, issuer: str, reference: tuple[float, float], start: float, end: float
    ) -> float:
        """Means of a government relative to a reference budget (USD bn a year) and staff (posts).

        The geometric mean of both ratios; the budget's alone where no staff is on record.
        """
        budget, posts = reference

        def effort(day: date) -> float:
            held = self._means(issuer, day)
            money = sum(means.value("annual_usd_bn", day) for means in held) / budget
            staffed = [means for means in held if "staff" in means.parameters]
            staff = sum(means.value("staff", day) for means in staffed) / posts
            return float((money * staff) ** 0.5 if staffed else money)

        return self._average(("effort", issuer, reference), start, end, effort, (Enforcement,))

    def _means(self, issuer: str, day: date) -> list[Enforcement]:
        """Means for enforcement that a government has on a day."""
        return [means for means in self._in_force(day, Enforcement) if means.issuer == issuer]


def region_of(country: str) -> Region:
    """The region of the model that a government's country belongs to."""
    if country == "US":
        return "US"
    return "CN" if country == "CN" else "RoW"
