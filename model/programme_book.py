"""What the programmes of a policy do over a period: money paid, people drawn, means to enforce."""

from __future__ import annotations

from datetime import date

from model.book import Book
from model.calendar import MONTHS_PER_YEAR
from model.instruments import Enforcement, Subsidy, TalentProgramme


class ProgrammeBook(Book):
    """Answers questions about subsidies, talent programmes and enforcement."""

    def subsidies(self) -> list[Subsidy]:
        """Every subsidy of this book and of those it succeeds, each once."""
        books = (*reversed(list(self._predecessors())), self)
        return list({i.id: i for book in books for i in book._kind(Subsidy)}.values())

    def subsidy_paid(self, subsidy: Subsidy, start: float, end: float) -> float:
        """What a subsidy pays out over a period, all recipients together, USD bn."""

        def rate(day: date) -> float:
            return sum(
                paying.value("annual_usd_bn", day)
                for paying in self._in_force(day, Subsidy)
                if paying.id == subsidy.id
            )

        yearly = self._average(("subsidy", subsidy.id), start, end, rate)
        return yearly * (end - start) / MONTHS_PER_YEAR

    def migration_factor(self, origin: str, destination: str, start: float, end: float) -> float:
        """Product of the factors of the talent programmes on a migration flow."""

        def factor(day: date) -> float:
            product = 1.0
            for programme in self._in_force(day, TalentProgramme):
                if (programme.origin, programme.destination) == (origin, destination):
                    product *= programme.value("migration_factor", day)
            return product

        return self._average(("talent", origin, destination), start, end, factor)

    def enforcement_rate(self, issuer: str, start: float, end: float) -> float:
        """Means for enforcement of a government, USD bn a year."""

        def rate(day: date) -> float:
            return sum(means.value("annual_usd_bn", day) for means in self._means(issuer, day))

        return self._average(("enforcement", issuer), start, end, rate)

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

        return self._average(("effort", issuer, reference), start, end, effort)

    def _means(self, issuer: str, day: date) -> list[Enforcement]:
        """Means for enforcement that a government has on a day."""
        return [means for means in self._in_force(day, Enforcement) if means.issuer == issuer]
