"""Questions to the rule book as a user puts them: names, dates and codes, read with care.

Whatever is not understood is refused in one line that says what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import get_args

from agents.records import Country, ToolClass
from experiments.hints import did_you_mean
from experiments.policies import load_policy
from model.calendar import Calendar
from model.destinations import REST_OF_WORLD, geography
from model.instruments import EntityListing, Family, Instrument, PurchaseDiscouragement
from model.judgement import Judgement
from model.loading import developers, foundries, recorded_instruments
from model.ownership import recorded_ownership
from model.policy import Policy
from model.rulebook import RuleBook
from model.specifications import CustomChip, Specification, known_chips

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# So many names or fewer are listed when none of them was meant.
_FEW = 10


class RuleQuestionError(ValueError):
    """A question that cannot be answered; the message says in one line what was expected."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A fabrication tool, by its class and its maker's country."""

    tool_class: str
    maker: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the book says to one question.

    Attributes:
        subject: what would be sold.
        destination: where to, as asked.
        buyer: to whom; empty where anyone is meant.
        known_buyer: whether listings, the record of ownership or the cast know the buyer.
        on: the day.
        policy: name of the policy whose book was asked.
        judgements: what decides, then the rest.
        calls: calls of the destination's own government not to buy, in force that day.
        instruments: the book's instruments by id.
    """

    subject: Specification | Tool
    destination: str
    buyer: str
    known_buyer: bool
    on: date
    policy: str
    judgements: Sequence[Judgement]
    calls: Sequence[PurchaseDiscouragement]
    instruments: Mapping[str, Instrument]


def ask_about_chip(
    chip: Specification, destination: str, buyer: str, on: date, policy: str | Policy
) -> Answer:
    """What the rules of a day say of selling a chip; ``buyer`` empty where anyone is meant.

    The policy is one of the library or a file, by its name, or the policy itself.
    """
    name, book = _book(policy)
    buyer, known = _buyer(buyer, book)
    calls = [
        call
        for call in book.instruments
        if isinstance(call, PurchaseDiscouragement)
        and call.in_force(on)
        and call.issuer == destination != chip.home
        and (not call.products or chip.name in call.products)
    ]
    judgements = book.judgements(chip, destination, buyer, on)
    return Answer(chip, destination, buyer, known, on, name, judgements, calls, _by_id(book))


def ask_about_tool(
    tool_class: str, maker: str, destination: str, buyer: str, on: date, policy: str | Policy
) -> Answer:
    """What the rules of a day say of shipping a fabrication tool."""
    name, book = _book(policy)
    buyer, known = _buyer(buyer, book)
    tool = Tool(tool_class, maker)
    judgements = book.tool_judgements(tool_class, maker, destination, buyer, on)
    return Answer(tool, destination, buyer, known, on, name, judgements, (), _by_id(book))


def instruments_of(policy: str) -> tuple[Instrument, ...]:
    """The instruments of a policy, by its name or file."""
    return load_policy(policy).amend(recorded_instruments())


def day_named(text: str) -> date:
    """Read ``YYYY-MM-DD``.

    Raises:
        RuleQuestionError: if the text has another form or names no day of the calendar.
    """
    if _DAY.fullmatch(text.strip()):
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            pass
    raise RuleQuestionError(f"'{text}' is not a day: expected YYYY-MM-DD, such as 2025-04-20")


def chip_named(text: str) -> Specification:
    """The chip of that name, in capitals or not."""
    return known_chips()[_one_of(text, known_chips(), "chip", "see 'aigap rules chips'")]


def custom_chip(figures: Mapping[str, float | None], *, data_centre: bool) -> CustomChip | None:
    """A chip that need not exist, from its figures by option; None if none is given."""
    missing = [option for option, value in figures.items() if value is None]
    if len(missing) == len(figures):
        return None
    if missing:
        raise RuleQuestionError(
            f"a chip of your own needs all of {', '.join(figures)}: {', '.join(missing)} missing"
        )
    values = [value for value in figures.values() if value is not None]
    for option, value in zip(figures, values, strict=True):
        if not 0.0 <= value < float("inf"):
            raise RuleQuestionError(f"{option} is {value:g}: expected a number of 0 or more")
    tpp, density, links, memory = values
    return CustomChip(tpp, density, links, memory, data_centre)


def destination_named(text: str) -> str:
    """A two-letter country code, or ``RoW`` for the model's rest of the world."""
    countries = geography().countries
    if text.casefold() == REST_OF_WORLD.casefold():
        return REST_OF_WORLD
    if text.upper() in countries:
        return text.upper()
    by_name = {name.casefold(): code for code, name in countries.items()}
    near = get_close_matches(text.casefold(), by_name, n=3, cutoff=0.6)
    hint = did_you_mean([f"{by_name[name]} ({countries[by_name[name]]})" for name in near])
    raise RuleQuestionError(
        f"unknown destination '{text}': expected a two-letter country code or {REST_OF_WORLD}{hint}"
    )


def tool_named(text: str) -> str:
    """A class of tool."""
    return _one_of(text, get_args(ToolClass), "tool class")


def country_named(text: str, what: str) -> str:
    """A country that holds instruments or has toolmakers."""
    return _one_of(text, get_args(Country), what)


def family_named(text: str) -> str:
    """A family of instruments."""
    return _one_of(text, get_args(Family), "family")


def instrument_named(text: str, instruments: Iterable[Instrument]) -> Instrument:
    """The instrument with that id."""
    by_id = {instrument.id: instrument for instrument in instruments}
    return by_id[_one_of(text, by_id, "instrument", "see 'aigap rules list'")]


def near_buyers(answer: Answer) -> str:
    """Names like the buyer's that are known, as a question; empty if there are none."""
    return _near(answer.buyer, _buyers(answer.instruments.values()))


def _buyer(text: str, book: RuleBook) -> tuple[str, bool]:
    """The buyer as the book spells it, and whether the book knows it."""
    match = {name.casefold(): name for name in _buyers(book.instruments)}.get(text.casefold())
    return (text, not text) if match is None else (match, True)


def _by_id(book: RuleBook) -> dict[str, Instrument]:
    return {instrument.id: instrument for instrument in book.instruments}


def _book(policy: str | Policy) -> tuple[str, RuleBook]:
    loaded = load_policy(policy) if isinstance(policy, str) else policy
    return loaded.name, RuleBook(loaded.amend(recorded_instruments()), Calendar())


def _buyers(instruments: Iterable[Instrument]) -> list[str]:
    """Names of the firms that listings, the record of ownership or the cast know."""
    listed = [
        name
        for instrument in instruments
        if isinstance(instrument, EntityListing)
        for name in instrument.entities
    ]
    firms = [firm.name for firm in developers()] + [firm.name for firm in foundries()]
    return sorted({*listed, *recorded_ownership().parties, *firms})


def _one_of(text: str, known: Iterable[str], what: str, where: str = "") -> str:
    names = list(known)
    match = {name.casefold(): name for name in names}.get(text.casefold())
    if match is not None:
        return match
    expected = f": expected {', '.join(names)}" if len(names) <= _FEW else ""
    hint = _near(text, names) or (f"; {where}" if where else "")
    raise RuleQuestionError(f"unknown {what} '{text}'{expected}{hint}")


def _near(text: str, names: Sequence[str]) -> str:
    by_fold = {name.casefold(): name for name in names}
    near = get_close_matches(text.casefold(), by_fold, n=3, cutoff=0.5)
    return did_you_mean([by_fold[name] for name in near])
