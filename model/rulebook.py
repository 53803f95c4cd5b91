"""The rule book: what the instruments of a policy say, on a day or over a period.

The book never changes; a policy has a book of its own.  Questions about a period are answered with
the average over its days, so that a rule which takes effect in mid-quarter leaves that quarter open
for the days before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date
from math import inf
from typing import cast

from agents.records import ChipRecord
from model.calendar import MONTHS_PER_YEAR, Calendar
from model.instruments import (
    ChipControl,
    ChipLetter,
    ChipThreshold,
    CloudControl,
    Enforcement,
    EntityListing,
    FoundryControl,
    Instrument,
    InstrumentBase,
    MemoryControl,
    PurchaseDiscouragement,
    Subsidy,
    TalentProgramme,
    ToolControl,
)
from model.judgement import FREE, Judgement, odds, of_listing, stricter, strictest, value_or


class RuleBook:
    """Answers questions about a fixed set of instruments.

    Args:
        instruments: the instruments of one policy.
        calendar: converts months to dates.
        succeeds: the book that held before ``since``, for a world forked in mid-flight: what was
            lived through under it stays judged by it.
        since: the month from which this book holds.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        calendar: Calendar,
        succeeds: RuleBook | None = None,
        since: float = -inf,
    ) -> None:
        self.instruments = tuple(instruments)
        self.calendar = calendar
        self.succeeds = succeeds
        self.since = since
        self._answers: dict[Hashable, float] = {}
        self._of_kind: dict[type[InstrumentBase], list[InstrumentBase]] = defaultdict(list)
        for instrument in self.instruments:
            self._of_kind[type(instrument)].append(instrument)
        self._turns = self._turning_points()
        self._listed_names = frozenset(
            name
            for book in (self, *self._predecessors())
            for i in book._kind(EntityListing)
            for name in i.entities
        )

    def __deepcopy__(self, memo: dict[int, object]) -> RuleBook:
        """A book never changes, so copies of a world share it."""
        return self

    # --- chips ---------------------------------------------------------------------------------

    def judge_chip(self, chip: ChipRecord, destination: str, buyer: str, day: date) -> Judgement:
        """What the rules of ``day`` say of selling ``chip`` to ``buyer`` in ``destination``."""
        if destination == chip.home:
            return FREE
        controls: list[ChipControl] = [
            *self._in_force(day, ChipThreshold),
            *self._in_force(day, ChipLetter),
        ]
        applicable = [control for control in controls if destination in control.destinations]
        of_chip = strictest(applicable, chip, day)
        listing = self.listed(buyer, "chips", day)
        return of_chip if listing is None else stricter(of_listing(listing, day), of_chip)

    def chip_sale(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float:
        """Share of wanted purchases that the seller's side admits over a period."""
        buyer = buyer if buyer in self._listed_names else ""
        return self._average(
            ("sale", chip.name, destination, buyer),
            start,
            end,
            lambda day: self.judge_chip(chip, destination, buyer, day).admitted,
        )

    def chip_access(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float:
        """Share of wanted purchases that go ahead over a period.

        What the seller's side admits, less what the buyer's own government talks it out of.
        """
        buyer = buyer if buyer in self._listed_names else ""

        def admitted(day: date) -> float:
            sale = self.judge_chip(chip, destination, buyer, day).admitted
            return sale * (1.0 - self._withheld(chip, destination, day))

        return self._average(("chip", chip.name, destination, buyer), start, end, admitted)

    def chip_fee(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float:
        """Fee as a share of the price, averaged over a period."""
        buyer = buyer if buyer in self._listed_names else ""
        return self._average(
            ("fee", chip.name, destination, buyer),
            start,
            end,
            lambda day: self.judge_chip(chip, destination, buyer, day).fee,
        )

    def will_admit(self, chip: ChipRecord, destination: str, now: float) -> bool:
        """Whether a chip may be sold freely under the rules in force and those known to come."""
        days = [now, *(self.calendar.months(c.effective) for c in self._chip_controls_ahead(now))]
        return all(
            self.judge_chip(chip, destination, "", self.calendar.date(day)).outcome == "free"
            for day in days
        )

    def chip_bounds(self, destination: str, now: float) -> dict[str, list[float]]:
        """Bounds that rules in force or known to come set on chips, by metric, ascending."""
        today = self.calendar.date(now)
        bounds: dict[str, set[float]] = defaultdict(set)
        for control in (*self._in_force(today, ChipThreshold), *self._chip_controls_ahead(now)):
            if not isinstance(control, ChipThreshold) or destination not in control.destinations:
                continue
            day = max(today, control.effective)
            for condition in (c for test in control.tests for c in test.all_of):
                for bound in (condition.at_least, condition.below):
                    if bound is not None:
                        bounds[condition.metric].add(control.value(bound, day))
        return {metric: sorted(found) for metric, found in bounds.items()}

    def _chip_controls_ahead(self, now: float) -> list[ChipControl]:
        return [
            *self._binding_within(ChipThreshold, now, 0.0),
            *self._binding_within(ChipLetter, now, 0.0),
        ]

    def chip_control_ahead(self, destination: str, now: float, lead: float) -> bool:
        """Whether a chip control is known to come for ``destination``; relaxations do not count."""
        ahead: list[ChipControl] = [
            *self._binding_within(ChipThreshold, now, lead),
            *self._binding_within(ChipLetter, now, lead),
        ]
        return any(destination in control.destinations and not control.relaxes for control in ahead)

    def listed(self, entity: str, scope: str, day: date) -> EntityListing | None:
        """The listing that bars supplying ``entity`` with ``scope``, if one is in force."""
        return next(
            (
                listing
                for listing in self._in_force(day, EntityListing)
                if entity in listing.entities and scope in listing.scope
            ),
            None,
        )

    # --- tools, memory, foundry service --------------------------------------------------------

    def tool_access(
        self,
        tool_class: str,
        maker_country: str,
        maker_region: str,
        region: str,
        foundry: str,
        start: float,
        end: float,
    ) -> float:
        """Share of wanted shipments of a tool class to a foundry admitted over a period."""

        def admitted(day: date) -> float:
            if region == maker_region:
                return 1.0
            share = 1.0
            for control in self._in_force(day, ToolControl):
                if (
                    region in control.destinations
                    and maker_country in control.toolmaker_countries
                    and tool_class in control.tool_classes
                ):
                    share = min(share, value_or(control, "admitted", day, 0.0))
            listing = self.listed(foundry, "tools", day)
            if listing is not None and maker_country == listing.issuer:
                share = min(share, odds(listing, day))
            return share

        key = ("tool", tool_class, maker_country, region, foundry)
        return self._average(key, start, end, admitted)

    def memory_access(self, region: str, start: float, end: float) -> float:
        """Share of wanted foreign high-bandwidth memory admitted to a region over a period."""
        return self._average(
            ("memory", region), start, end, lambda day: self._admitted(MemoryControl, region, day)
        )

    def cloud_access(self, region: str, start: float, end: float) -> float:
        """Share of wanted rentals of chips abroad admitted to a region's firms over a period."""
        return self._average(
            ("cloud", region), start, end, lambda day: self._admitted(CloudControl, region, day)
        )

    def memory_control_ahead(self, region: str, now: float, lead: float) -> bool:
        """Whether a memory control is known to come for ``region``."""
        return any(
            region in control.destinations
            for control in self._binding_within(MemoryControl, now, lead)
        )

    def tool_control_ahead(self, tool_class: str, region: str, now: float, lead: float) -> bool:
        """Whether a control on a tool class is known to come for ``region``."""
        return any(
            region in control.destinations and tool_class in control.tool_classes
            for control in self._binding_within(ToolControl, now, lead)
        )

    def foundry_access(
        self, designer: str, designer_region: str, foundry_region: str, start: float, end: float
    ) -> float:
        """Share of a designer's orders that a foundry of another region may take."""

        def admitted(day: date) -> float:
            if designer_region == foundry_region:
                return 1.0
            listing = self.listed(designer, "foundry-service", day)
            listed = 1.0 if listing is None else odds(listing, day)
            return min(listed, self._admitted(FoundryControl, designer_region, day))

        key = ("foundry", designer, designer_region, foundry_region)
        return self._average(key, start, end, admitted)

    # --- programmes ----------------------------------------------------------------------------

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
            return sum(
                means.value("annual_usd_bn", day)
                for means in self._in_force(day, Enforcement)
                if means.issuer == issuer
            )

        return self._average(("enforcement", issuer), start, end, rate)

    # --- how ------------------------------------------------------------------------------------

    def _in_force[I: InstrumentBase](self, day: date, kind: type[I]) -> list[I]:
        if self.succeeds is not None and self.calendar.months(day) < self.since:
            return self.succeeds._in_force(day, kind)
        return [i for i in self._kind(kind) if i.in_force(day)]

    def _kind[I: InstrumentBase](self, kind: type[I]) -> list[I]:
        return cast("list[I]", self._of_kind.get(kind, []))

    def _predecessors(self) -> Iterator[RuleBook]:
        if self.succeeds is not None:
            yield self.succeeds
            yield from self.succeeds._predecessors()

    def _binding_within[I: InstrumentBase](
        self, kind: type[I], now: float, lead: float
    ) -> Iterator[I]:
        """Instruments of a kind yet to take effect that are announced, or near enough to leak."""
        return (
            i
            for i in self._kind(kind)
            if now < self.calendar.months(i.effective)
            and (
                self.calendar.months(i.effective) <= now + lead
                or self.calendar.months(i.announced) <= now
            )
        )

    def _admitted(
        self,
        kind: type[MemoryControl] | type[FoundryControl] | type[CloudControl],
        destination: str,
        day: date,
    ) -> float:
        shares = [
            value_or(control, "admitted", day, 0.0)
            for control in self._in_force(day, kind)
            if destination in control.destinations
        ]
        return min(shares, default=1.0)

    def _withheld(self, chip: ChipRecord, destination: str, day: date) -> float:
        shares = [
            value_or(call, "withheld", day, 0.0)
            for call in self._in_force(day, PurchaseDiscouragement)
            if call.issuer == destination != chip.home
            and (not call.products or chip.name in call.products)
        ]
        return max(shares, default=0.0)

    def _average(
        self, key: Hashable, start: float, end: float, at: Callable[[date], float]
    ) -> float:
        """Average of a quantity over the days of ``[start, end)``, remembered."""
        full_key = (key, start, end)
        if full_key not in self._answers:
            cuts = [start, *(cut for cut in self._turns if start < cut < end), end]
            # Spells of one value are joined, so that a turn elsewhere in the book, which changes
            # nothing here, does not change the last digit either.
            spells: list[tuple[float, float]] = []
            for left in cuts[:-1]:
                value = at(self.calendar.date(left))
                if not spells or spells[-1][1] != value:
                    spells.append((left, value))
            ends = [left for left, _ in spells[1:]] + [end]
            summed = sum(
                value * (right - left) for (left, value), right in zip(spells, ends, strict=True)
            )
            self._answers[full_key] = spells[0][1] if len(spells) == 1 else summed / (end - start)
        return self._answers[full_key]

    def _turning_points(self) -> list[float]:
        """Every moment at which anything in the book changes, in order."""
        days = {
            day
            for i in self.instruments
            for day in (
                i.effective,
                i.ended,
                *(v.since for p in i.parameters.values() for v in p.values),
            )
            if day is not None
        }
        turns = {self.calendar.months(day) for day in days}
        if self.succeeds is not None:
            turns |= {self.since, *self.succeeds._turns}
        return sorted(turns)
