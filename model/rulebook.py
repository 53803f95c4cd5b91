"""The rule book: what the instruments of a policy say, on a day or over a period."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date
from math import inf

from agents.records import ChipRecord
from model import buyers
from model.calendar import Calendar
from model.destinations import judged_as
from model.instruments import (
    AffiliatesRule,
    ChipControl,
    ChipEmbargo,
    ChipLetter,
    ChipThreshold,
    CloudControl,
    DesignSoftwareControl,
    DomesticContent,
    EntityListing,
    FoundryControl,
    HeadquartersRule,
    Instrument,
    MemoryControl,
    ProcurementBan,
    PurchaseDiscouragement,
    ServicingControl,
    TestingInstrument,
    ToolControl,
)
from model.judgement import (
    FREE,
    Judgement,
    by_share,
    odds,
    of_listing,
    ranked,
    stricter,
    strictest,
    value_or,
    weighed,
)
from model.ownership import Ownership, recorded_ownership
from model.programme_book import ProgrammeBook
from model.specifications import Specification

LISTINGS = (EntityListing, AffiliatesRule)
ON_CHIPS = (ChipThreshold, ChipLetter, ChipEmbargo)
# What the answers of a book to questions about a period depend on.
ON_SALES = (*ON_CHIPS, HeadquartersRule, *LISTINGS)
ON_PURCHASES = (*ON_SALES, PurchaseDiscouragement, ProcurementBan)
ON_TOOLS = (ToolControl, *LISTINGS, DomesticContent)
ON_FOUNDRIES = (FoundryControl, *LISTINGS)


class RuleBook(ProgrammeBook):
    """Answers questions about a fixed set of instruments.

    Args:
        instruments: the instruments of one policy.
        calendar: converts months to dates.
        succeeds: the book that held before ``since`` (see ``Book``).
        since: the month from which this book holds.
        ownership: who owns whom and where firms have their headquarters; as recorded if left out.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        calendar: Calendar,
        succeeds: RuleBook | None = None,
        since: float = -inf,
        ownership: Ownership | None = None,
    ) -> None:
        super().__init__(instruments, calendar, succeeds, since)
        self.ownership = ownership or recorded_ownership()
        self._listed_names = self._names_that_count_as_listed()
        self._names_told_apart: dict[tuple[str, str], str] = {}
        self._controls_on: dict[tuple[date, str, str], list[ChipControl]] = {}
        self._listed_on: dict[tuple[str, str, date], buyers.Listed | None] = {}
        self._judgements: dict[tuple[str, str, str, date], Judgement] = {}

    # --- chips ---------------------------------------------------------------------------------

    def judge_chip(self, chip: Specification, destination: str, buyer: str, day: date) -> Judgement:
        """What the rules of ``day`` say of selling ``chip`` to ``buyer`` in ``destination``.

        ``destination`` is a two-letter country code or a region of the model; ``RoW`` stands for
        countries without rules of their own.
        """
        controls = self._chip_controls_on(chip, destination, buyer, day)
        if controls is None:
            return FREE
        of_chip = strictest(controls, chip, day) if controls else FREE
        if buyer and of_chip.instrument is not None:
            of_chip = self._explained(of_chip, controls, destination, buyer)
        listing = self._listed_as(buyer, "chips", day)
        if listing is None:
            return of_chip
        return stricter(of_listing(listing.listing, day, listing.reason), of_chip)

    def judgements(
        self, chip: Specification, destination: str, buyer: str, day: date
    ) -> list[Judgement]:
        """All that the rules of ``day`` say: first what decides, then by strictness.

        What a relaxation replaces comes last.
        """
        controls = self._chip_controls_on(chip, destination, buyer, day)
        decisive = self.judge_chip(chip, destination, buyer, day)
        if controls is None or decisive.instrument is None:
            return [decisive]
        found = weighed(controls, chip, day)
        listing = self._listed_as(buyer, "chips", day)
        if listing is not None:
            found.append(of_listing(listing.listing, day, listing.reason))
        return [decisive, *(one for one in ranked(found) if one.instrument != decisive.instrument)]

    def _chip_controls_on(
        self, chip: Specification, destination: str, buyer: str, day: date
    ) -> list[ChipControl] | None:
        """Controls that bear on a sale; none at all where the chip is at home."""
        destination = judged_as(destination)
        if destination == chip.home:
            return None
        key = (day, destination, buyer)
        if key not in self._controls_on:
            seats = self.ownership.headquarters(buyer)
            rules = [r for r in self._in_force(day, HeadquartersRule) if r.issuer != destination]
            extended = buyers.extended(rules, seats)
            self._controls_on[key] = [
                control
                for control in self._chip_controls(day)
                if control.reaches(destination) or control.id in extended
            ]
        return self._controls_on[key]

    def _explained(
        self, judgement: Judgement, controls: list[ChipControl], destination: str, buyer: str
    ) -> Judgement:
        """The judgement, with the reason where it is the buyer's headquarters that count."""
        deciding = next(control for control in controls if control.id == judgement.instrument)
        if deciding.reaches(judged_as(destination)):
            return judgement
        seats = " and ".join(sorted(self.ownership.headquarters(buyer)))
        return replace(judgement, reason=f"{buyer} or its parent has headquarters in {seats}")

    def _chip_controls(self, day: date) -> list[ChipControl]:
        return [
            *self._in_force(day, ChipThreshold),
            *self._in_force(day, ChipLetter),
            *self._in_force(day, ChipEmbargo),
        ]

    def chip_sale(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float:
        """Share of wanted purchases that the seller's side admits over a period."""
        buyer = self.told_apart(buyer, destination)

        def admitted(day: date) -> float:
            return self._judged(chip, destination, buyer, day).admitted

        return self._average(
            ("sale", chip.name, destination, buyer), start, end, admitted, ON_SALES
        )

    def chip_access(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float:
        """Share of wanted purchases that go ahead over a period.

        What the seller's side admits, less what the buyer's own government talks it out of.
        """
        buyer = self.told_apart(buyer, destination)

        def admitted(day: date) -> float:
            sale = self._judged(chip, destination, buyer, day).admitted
            return sale * (1.0 - self._withheld(chip, destination, day))

        return self._average(
            ("chip", chip.name, destination, buyer), start, end, admitted, ON_PURCHASES
        )

    def chip_fee(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float:
        """Fee as a share of the price, averaged over a period."""
        buyer = self.told_apart(buyer, destination)

        def fee(day: date) -> float:
            return self._judged(chip, destination, buyer, day).fee

        return self._average(("fee", chip.name, destination, buyer), start, end, fee, ON_SALES)

    def _judged(self, chip: ChipRecord, destination: str, buyer: str, day: date) -> Judgement:
        """The judgement on a sale of a chip of the world, remembered: its name stands for it."""
        sale = chip.name, destination, buyer, day
        if sale not in self._judgements:
            self._judgements[sale] = self.judge_chip(chip, destination, buyer, day)
        return self._judgements[sale]

    def in_force(self, _now: float) -> list[tuple[int, RuleBook, bool]]:
        """The books in force now, each with its number and where: this one, everywhere."""
        return [(0, self, True)]

    def will_admit(self, chip: ChipRecord, destination: str, now: float) -> bool:
        """Whether a chip may be sold freely under the rules in force and those known to come."""
        ahead = self._chip_controls_ahead(destination, now)
        days = [now, *(self.calendar.months(control.effective) for control in ahead)]
        return all(
            self.judge_chip(chip, destination, "", self.calendar.date(day)).outcome == "free"
            for day in days
        )

    def chip_bounds(self, destination: str, now: float) -> dict[str, list[float]]:
        """Bounds that rules in force or known to come set on chips, by metric, ascending.

        A bound on memory and links together bounds the links, by what the memory leaves of it:
        sellers of chips for China gave up links first.
        """
        today = self.calendar.date(now)
        bounds: dict[str, set[float]] = defaultdict(set)
        ahead = self._chip_controls_ahead(destination, now)
        for control in (*self._chip_controls(today), *ahead):
            if not isinstance(control, TestingInstrument) or not control.reaches(destination):
                continue
            day = max(today, control.effective)
            for condition in (c for test in control.tests for c in test.all_of):
                for bound in (condition.at_least, condition.below):
                    if bound is not None:
                        bounds[condition.metric].add(control.value(bound, day))
        for both in bounds.pop("combined_bandwidth_gbs", ()):
            left = {both - memory for memory in bounds["memory_bandwidth_gbs"] if memory < both}
            bounds["interconnect_gbs"] |= left
        return {metric: sorted(found) for metric, found in bounds.items() if found}

    def chip_outlook(self, destination: str, now: float) -> Hashable:
        """Stands for the rules on chips in force and known to come: while it stays, they do."""
        _, turn = self._place(now, ON_CHIPS)
        ahead = self._chip_controls_ahead(destination, now)
        return self, turn, tuple(control.id for control in ahead)

    def chip_control_ahead(self, destination: str, now: float, lead: float) -> bool:
        """Whether a chip control is known to come for ``destination``; relaxations do not count."""
        ahead = self._chip_controls_ahead(destination, now, lead)
        return any(not control.relaxes for control in ahead)

    def _chip_controls_ahead(
        self, destination: str, now: float, lead: float = 0.0
    ) -> list[ChipControl]:
        ahead: list[ChipControl] = [
            *self._binding_within(ChipThreshold, now, lead),
            *self._binding_within(ChipLetter, now, lead),
            *self._binding_within(ChipEmbargo, now, lead),
        ]
        return [control for control in ahead if control.reaches(destination)]

    def listed(self, entity: str, scope: str, day: date) -> EntityListing | None:
        """The listing that bars supplying ``entity`` with ``scope``, if one is in force.

        It need not name the entity: an affiliates rule lets its owners' listing hold for it.
        """
        found = self._listed_as(entity, scope, day)
        return None if found is None else found.listing

    def _listed_as(self, entity: str, scope: str, day: date) -> buyers.Listed | None:
        key = (entity, scope, day)
        if key not in self._listed_on:
            listings = self._in_force(day, EntityListing)
            affiliates = self._in_force(day, AffiliatesRule)
            self._listed_on[key] = buyers.listed(
                entity, scope, listings, affiliates, self.ownership, day
            )
        return self._listed_on[key]

    def _names_that_count_as_listed(self) -> frozenset[str]:
        """Buyers that are listed on some day, by name or by their owners."""
        books = (self, *self._predecessors())
        names = {name for book in books for i in book._kind(EntityListing) for name in i.entities}
        if any(book._kind(AffiliatesRule) for book in books):
            names |= {
                party
                for party in self.ownership.parties
                if not names.isdisjoint(self.ownership.ancestors(party))
            }
        return frozenset(names)

    def told_apart(self, buyer: str, destination: str) -> str:
        """The buyer's name where rules tell it from others, so that other answers are shared."""
        if (buyer, destination) not in self._names_told_apart:
            abroad = self.ownership.headquarters(buyer) - {judged_as(destination)}
            apart = bool(abroad) or buyer in self._listed_names
            self._names_told_apart[buyer, destination] = buyer if apart else ""
        return self._names_told_apart[buyer, destination]

    # --- tools, memory, foundry service --------------------------------------------------------

    def judge_tool(
        self, tool_class: str, maker_country: str, destination: str, buyer: str, day: date
    ) -> Judgement:
        """What the rules of ``day`` say of shipping a tool of a class to ``buyer``."""
        return self.tool_judgements(tool_class, maker_country, destination, buyer, day)[0]

    def tool_judgements(
        self, tool_class: str, maker_country: str, destination: str, buyer: str, day: date
    ) -> list[Judgement]:
        """All that the rules of ``day`` say of shipping a tool: first what decides."""
        destination = judged_as(destination)
        found = [
            by_share(value_or(control, "admitted", day, 0.0), control.id)
            for control in self._in_force(day, ToolControl)
            if control.reaches(destination)
            and maker_country in control.toolmaker_countries
            and tool_class in control.tool_classes
        ]
        listing = self._listed_as(buyer, "tools", day)
        if listing is not None and maker_country == listing.listing.issuer:
            found.append(of_listing(listing.listing, day, listing.reason))
        return sorted(found, key=lambda judged: judged.admitted) or [FREE]

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
        """Share of wanted shipments of a tool class to a foundry that go ahead over a period.

        What the maker's side admits, less what the foundry's own government wants made at home.
        """

        def admitted(day: date) -> float:
            if region == maker_region:
                return 1.0
            shipped = self.judge_tool(tool_class, maker_country, region, foundry, day).admitted
            return shipped * (1.0 - self._kept_at_home(region, day))

        key = ("tool", tool_class, maker_country, region, foundry)
        return self._average(key, start, end, admitted, ON_TOOLS)

    def memory_access(self, region: str, start: float, end: float) -> float:
        """Share of wanted foreign high-bandwidth memory admitted to a region over a period."""

        def admitted(day: date) -> float:
            return self._admitted(MemoryControl, region, day)

        return self._average(("memory", region), start, end, admitted, (MemoryControl,))

    def cloud_access(self, region: str, start: float, end: float) -> float:
        """Share of wanted rentals of chips abroad admitted to a region's firms over a period."""

        def admitted(day: date) -> float:
            return self._admitted(CloudControl, region, day)

        return self._average(("cloud", region), start, end, admitted, (CloudControl,))

    def servicing_access(self, maker_country: str, region: str, start: float, end: float) -> float:
        """Share of the service that a country's toolmakers may give fabs of a region."""

        def admitted(day: date) -> float:
            return self._admitted(ServicingControl, region, day, issuer=maker_country)

        return self._average(
            ("servicing", maker_country, region), start, end, admitted, (ServicingControl,)
        )

    def memory_control_ahead(self, region: str, now: float, lead: float) -> bool:
        """Whether a memory control is known to come for ``region``."""
        return any(
            control.reaches(region) for control in self._binding_within(MemoryControl, now, lead)
        )

    def tool_control_ahead(self, tool_class: str, region: str, now: float, lead: float) -> bool:
        """Whether a control on a tool class is known to come for ``region``."""
        return any(
            control.reaches(region) and tool_class in control.tool_classes
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
        return self._average(key, start, end, admitted, ON_FOUNDRIES)

    def design_software_access(self, region: str, nm: float, start: float, end: float) -> float:
        """Share of a region's need for foreign design software at a node class that is met."""

        def admitted(day: date) -> float:
            shares = [
                value_or(control, "admitted", day, 0.0)
                for control in self._in_force(day, DesignSoftwareControl)
                if control.reaches(region) and nm <= value_or(control, "node", day, inf)
            ]
            return min(shares, default=1.0)

        return self._average(
            ("design-software", region, nm), start, end, admitted, (DesignSoftwareControl,)
        )

    # --- how ------------------------------------------------------------------------------------

    def _admitted(
        self,
        kind: type[MemoryControl | FoundryControl | CloudControl | ServicingControl],
        destination: str,
        day: date,
        issuer: str | None = None,
    ) -> float:
        """What the strictest control of a kind lets through; only those of an issuer, if named."""
        shares = [
            value_or(control, "admitted", day, 0.0)
            for control in self._in_force(day, kind)
            if control.reaches(destination) and issuer in (None, control.issuer)
        ]
        return min(shares, default=1.0)

    def _withheld(self, chip: ChipRecord, destination: str, day: date) -> float:
        """Share of purchases of a foreign chip that the buyers' own government talks them out of.

        Of several calls the one that reaches furthest counts.
        """
        if destination == chip.home:
            return 0.0
        calls = [
            value_or(call, "withheld", day, 0.0)
            for call in self._in_force(day, PurchaseDiscouragement)
            if call.issuer == destination and (not call.products or chip.name in call.products)
        ]
        bans = [
            value_or(ban, "withheld", day, 0.0)
            for ban in self._in_force(day, ProcurementBan)
            if ban.issuer == destination and chip.designer in ban.suppliers
        ]
        return max([*calls, *bans], default=0.0)

    def _kept_at_home(self, region: str, day: date) -> float:
        """Share of orders to toolmakers abroad that a region's foundries give up."""
        shares = [
            value_or(quota, "withheld", day, 0.0)
            for quota in self._in_force(day, DomesticContent)
            if quota.issuer == region
        ]
        return max(shares, default=0.0)


_BOOKS_KEPT = 16
_books_of_late: deque[RuleBook] = deque(maxlen=_BOOKS_KEPT)


def shared_book(instruments: Sequence[Instrument], calendar: Calendar) -> RuleBook:
    """The rule book of these instruments: a book never changes, so worlds share its answers."""
    held = tuple(instruments)
    for book in list(_books_of_late):
        if book.instruments == held and book.calendar == calendar:
            return book
    _books_of_late.append(RuleBook(held, calendar))
    return _books_of_late[-1]
