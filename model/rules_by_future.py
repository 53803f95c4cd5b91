"""Rules that differ between futures, where a government is free to change its mind.

A policy with an adaptive government has a few rule books: as it stands, tighter, looser.  Which of
them is in force is an index per future, kept by *spells*: from a moment on, until the next.  A
question about a period is answered by each book that is in force somewhere, and the answers are
picked by future.  The loops here run over books and spells, never over futures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from agents.arrays import Bools, Floats, Ints
from agents.records import ChipRecord, Market, Region, Sector
from model.calendar import MONTHS_PER_YEAR
from model.instruments import (
    ChipEmbargo,
    ChipLetter,
    ChipThreshold,
    Instrument,
    MemoryControl,
    Subsidy,
    ToolControl,
)
from model.rulebook import RuleBook

CHIP_CONTROLS = (ChipThreshold, ChipLetter, ChipEmbargo)


@dataclass(frozen=True, slots=True)
class Spell:
    """From a moment on: which book is in force in each future.

    Attributes:
        since: the moment, months.
        book: numbers of the books, ``(futures,)``.
        somewhere: numbers of the books that are in force in some future.
    """

    since: float
    book: Ints
    somewhere: tuple[int, ...]

    @classmethod
    def of(cls, since: float, book: Ints) -> Spell:
        """The spell from a moment on."""
        return cls(since, book, tuple(int(number) for number in np.unique(book)))


class RulesByFuture:
    """A rule book per future, out of a few; answers what a ``RuleBook`` answers.

    A share or amount that is the same in all futures is a number, else ``(futures,)``.

    Args:
        books: the books, that of the policy as it stands first.
        futures: number of futures.
        succeeds: the rules that held before ``since``, for a world forked in mid-flight.
        since: the month from which ``books`` hold.
    """

    def __init__(
        self,
        books: Sequence[RuleBook],
        futures: int,
        succeeds: Rulings | None = None,
        since: float = -inf,
    ) -> None:
        start = Spell.of(-inf, np.zeros(futures, dtype=np.int64))
        self._books: list[RuleBook] = []
        self._spells: list[Spell] = [start]
        if isinstance(succeeds, RulesByFuture):
            self._books, self._spells = [*succeeds._books], [*succeeds._spells]
        elif succeeds is not None:
            self._books = [succeeds]
        self._number = [self._entered(book) for book in books]
        self._usual = self._books[self._number[0]]
        self.hold(since, [(since, np.zeros(futures, dtype=np.int64))])

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments of the policy as it stands."""
        return self._usual.instruments

    def hold(self, now: float, turns: Sequence[tuple[float, Ints]]) -> None:
        """Let books hold from now on: each with its moment, by its place in the policy's list."""
        number = np.array(self._number)
        lived = [spell for spell in self._spells if spell.since < now]
        self._spells = [*lived, *(Spell.of(since, number[place]) for since, place in turns)]

    # --- periods ------------------------------------------------------------------------------

    def chip_sale(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float | Floats:
        """Share of wanted purchases that the seller's side admits."""
        return self._over(
            start, end, lambda book, *over: book.chip_sale(chip, destination, buyer, *over)
        )

    def chip_access(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float | Floats:
        """Share of wanted purchases that go ahead."""
        return self._over(
            start, end, lambda book, *over: book.chip_access(chip, destination, buyer, *over)
        )

    def chip_fee(
        self, chip: ChipRecord, destination: str, buyer: str, start: float, end: float
    ) -> float | Floats:
        """Fee as a share of the price."""
        return self._over(
            start, end, lambda book, *over: book.chip_fee(chip, destination, buyer, *over)
        )

    def told_apart(self, buyer: str, destination: str) -> tuple[str, ...]:
        """The name that each book knows a buyer by: buyers of the same names meet the same."""
        return tuple(book.told_apart(buyer, destination) for book in self._books)

    def tool_access(
        self,
        tool_class: str,
        maker_country: str,
        maker_region: str,
        region: str,
        foundry: str,
        start: float,
        end: float,
    ) -> float | Floats:
        """Share of wanted shipments of a tool class that may go ahead."""
        question = (tool_class, maker_country, maker_region, region, foundry)
        return self._over(start, end, lambda book, *over: book.tool_access(*question, *over))

    def servicing_access(
        self, maker_country: str, region: str, start: float, end: float
    ) -> float | Floats:
        """Share of the service that a country's toolmakers may give fabs of a region."""
        return self._over(
            start, end, lambda book, *over: book.servicing_access(maker_country, region, *over)
        )

    def memory_access(self, region: str, start: float, end: float) -> float | Floats:
        """Share of wanted foreign high-bandwidth memory."""
        return self._over(start, end, lambda book, *over: book.memory_access(region, *over))

    def cloud_access(self, region: str, start: float, end: float) -> float | Floats:
        """Share of wanted rentals of chips abroad."""
        return self._over(start, end, lambda book, *over: book.cloud_access(region, *over))

    def foundry_access(
        self, designer: str, designer_region: str, foundry_region: str, start: float, end: float
    ) -> float | Floats:
        """Share of a designer's orders that a foundry of another region may take."""
        question = (designer, designer_region, foundry_region)
        return self._over(start, end, lambda book, *over: book.foundry_access(*question, *over))

    def design_software_access(
        self, region: str, nm: float, start: float, end: float
    ) -> float | Floats:
        """Share of a region's need for foreign design software at a node class."""
        return self._over(
            start, end, lambda book, *over: book.design_software_access(region, nm, *over)
        )

    def subsidies(self) -> list[Subsidy]:
        """Every subsidy of any book, each once."""
        return list({i.id: i for book in self._books for i in book.subsidies()}.values())

    def subsidy_paid(self, subsidy: Subsidy, start: float, end: float) -> float | Floats:
        """What a subsidy pays out, all recipients together, USD bn."""
        yearly = self._over(
            start, end, lambda book, left, right: book.subsidy_rate(subsidy, left, right)
        )
        return yearly * (end - start) / MONTHS_PER_YEAR

    def migration_factor(
        self, origin: str, destination: str, start: float, end: float
    ) -> float | Floats:
        """Product of the factors of the talent programmes on a migration flow."""
        return self._over(
            start, end, lambda book, *over: book.migration_factor(origin, destination, *over)
        )

    def publication_delay(
        self, origin: str, reader: str, start: float, end: float
    ) -> float | Floats:
        """Months by which readers of a region learn later what developers of another found."""
        return self._over(
            start, end, lambda book, *over: book.publication_delay(origin, reader, *over)
        )

    def model_access(
        self, developer: str, origin: str, user: str, start: float, end: float
    ) -> float | Floats:
        """Share of wanted use of a developer's closed models that users of a region get."""
        return self._over(
            start, end, lambda book, *over: book.model_access(developer, origin, user, *over)
        )

    def market_access(
        self, developer: str, origin: Region, market: Market, home: Region, start: float, end: float
    ) -> float | Floats:
        """Share of a developer's customers in a market whom limits on access let through."""
        question = (developer, origin, market, home)
        return self._over(start, end, lambda book, *over: book.market_access(*question, *over))

    def permission_factor(
        self, market: Market, sector: Sector, start: float, end: float
    ) -> float | Floats:
        """Product of the factors of regulations on what AI may be used for."""
        return self._over(
            start, end, lambda book, *over: book.permission_factor(market, sector, *over)
        )

    def adoption_push(self, region: str, start: float, end: float) -> float | Floats:
        """Product of the factors of the policies on the use of AI in a region."""
        return self._over(start, end, lambda book, *over: book.adoption_push(region, *over))

    def enforcement_rate(self, issuer: str, start: float, end: float) -> float | Floats:
        """Means for enforcement of a government, USD bn a year."""
        return self._over(start, end, lambda book, *over: book.enforcement_rate(issuer, *over))

    def enforcement_effort(
        self, issuer: str, reference: tuple[float, float], start: float, end: float
    ) -> float | Floats:
        """Means of a government relative to a reference budget and staff."""
        return self._over(
            start, end, lambda book, *over: book.enforcement_effort(issuer, reference, *over)
        )

    # --- moments ------------------------------------------------------------------------------

    def open_release_bound(self, origin: str, now: float) -> float | Floats:
        """Training compute from which a region's developers may not open weights, log10 FLOP."""
        spell = self._spell_at(now)
        return self._picked(spell, lambda book: book.open_release_bound(origin, now))

    def chip_control_ahead(self, destination: str, now: float, lead: float) -> Bools:
        """Whether a chip control is known to come, under the present book or by a decision."""

        def bears(control: Instrument) -> bool:
            return (
                isinstance(control, CHIP_CONTROLS)
                and not control.relaxes
                and control.reaches(destination)
            )

        return self._ahead(now, lambda book: book.chip_control_ahead(destination, now, lead), bears)

    def tool_control_ahead(self, tool_class: str, region: str, now: float, lead: float) -> Bools:
        """Whether a control on a tool class is known to come."""

        def bears(control: Instrument) -> bool:
            return (
                isinstance(control, ToolControl)
                and control.reaches(region)
                and tool_class in control.tool_classes
            )

        return self._ahead(
            now, lambda book: book.tool_control_ahead(tool_class, region, now, lead), bears
        )

    def memory_control_ahead(self, region: str, now: float, lead: float) -> Bools:
        """Whether a memory control is known to come."""

        def bears(control: Instrument) -> bool:
            return isinstance(control, MemoryControl) and control.reaches(region)

        return self._ahead(now, lambda book: book.memory_control_ahead(region, now, lead), bears)

    def in_force(self, now: float) -> list[tuple[int, RuleBook, Bools]]:
        """Each book with its number and the futures in which it is in force.

        Books in force nowhere are listed too, so that what is planned for a book does not depend
        on which futures live side by side.
        """
        at = self._spell_at(now).book
        return [(number, book, at == number) for number, book in enumerate(self._books)]

    # --- how ----------------------------------------------------------------------------------

    def _entered(self, book: RuleBook) -> int:
        """The number of a book: that of one with the same instruments, if there is one."""
        for number, known in enumerate(self._books):
            if known.instruments == book.instruments:
                return number
        self._books.append(book)
        return len(self._books) - 1

    def _spell_at(self, moment: float) -> Spell:
        return next(spell for spell in reversed(self._spells) if spell.since <= moment)

    def _over(
        self, start: float, end: float, ask: Callable[[RuleBook, float, float], float]
    ) -> float | Floats:
        """The answer over a period, by future: the average of those of the books in force.

        Where one book is in force throughout, its own answer for the whole period, to the digit.
        """
        first = self._spell_at(start)
        whole = self._picked(first, lambda book: ask(book, start, end))
        later = [spell for spell in self._spells if start < spell.since < end]
        if not later:
            return whole
        changing = np.zeros(first.book.shape, dtype=np.bool_)
        for spell in later:
            changing |= spell.book != first.book
        if not changing.any():
            return whole
        cuts = [start, *(spell.since for spell in later), end]
        summed: Floats = np.zeros(first.book.shape)
        for spell, left, right in zip([first, *later], cuts[:-1], cuts[1:], strict=True):
            summed = summed + self._between(spell, ask, left, right) * (right - left)
        return np.where(changing, summed / (end - start), whole)

    def _between(
        self,
        spell: Spell,
        ask: Callable[[RuleBook, float, float], float],
        left: float,
        right: float,
    ) -> float | Floats:
        return self._picked(spell, lambda book: ask(book, left, right))

    def _picked(self, spell: Spell, ask: Callable[[RuleBook], float]) -> float | Floats:
        """Each future's book's answer; one number where all say the same."""
        answers = self._answers(spell, ask)
        said = list(answers.values())
        if all(answer == said[0] for answer in said):
            return said[0]
        every: Floats = np.zeros(len(self._books))
        for number, answer in answers.items():
            every[number] = answer
        picked: Floats = every[spell.book]
        return picked

    def _answers[A](self, spell: Spell, ask: Callable[[RuleBook], A]) -> dict[int, A]:
        """What each book says that is in force in some future."""
        return {number: ask(self._books[number]) for number in spell.somewhere}

    def _ahead(
        self,
        now: float,
        ask: Callable[[RuleBook], bool],
        bears: Callable[[Instrument], bool],
    ) -> Bools:
        """Where a control is known to come: by its own dates, or since a government so decided."""
        present = self._spell_at(now)
        answers = self._answers(present, ask)
        known: Bools = np.zeros(present.book.shape, dtype=np.bool_)
        for number, answer in answers.items():
            known |= (present.book == number) & answer
        for spell in (spell for spell in self._spells if spell.since > now):
            for number in spell.somewhere:
                arriving = (spell.book == number) & (present.book != number)
                for old in present.somewhere:
                    here = arriving & (present.book == old)
                    new = self._books[number].anew(self._books[old], spell.since)
                    if here.any() and any(bears(control) for control in new):
                        known |= here
        return known


Rulings = RuleBook | RulesByFuture
"""Whoever answers what the rules are: one book, or one for each future."""
