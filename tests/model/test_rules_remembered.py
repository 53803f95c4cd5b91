"""What a rule book remembers of its answers is what it would answer anew."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from model.calendar import Calendar
from model.instruments import ON_RECORD_ONLY, InstrumentBase, OpenWeightRestraint
from model.loading import chips, recorded_instruments
from model.rulebook import ON_CHIPS, RuleBook

CALENDAR = Calendar()
REFERENCE = (0.2, 500.0)


class Watched(RuleBook):
    """A book that notes of which kinds it asks for instruments, and of which it says it does."""

    named: set[type[InstrumentBase]]
    asked: set[type[InstrumentBase]]

    def _in_force(self, day, kind):
        self.asked.add(kind)
        return [i for i in self._kind(kind) if i.in_force(day)]

    def _average(self, key, start, end, at, kinds):
        self.asked = set()
        for month in range(3, 108, 9):
            self._controls_on.clear()
            self._listed_on.clear()
            self._judgements.clear()
            at(CALENDAR.date(float(month)))
        assert self.asked <= set(kinds), f"{key} depends on what it does not name"
        self.named |= set(kinds)
        return super()._average(key, start, end, at, kinds)


def questions(rules: RuleBook):
    """Every question about a period, on the rules as recorded."""
    subsidy = rules.subsidies()[0]
    for chip in chips():
        for ask in (rules.chip_sale, rules.chip_access, rules.chip_fee):
            for buyer in ("", "Huawei", "Alibaba"):
                yield lambda *over, a=ask, c=chip, b=buyer: a(c, "CN", b, *over)
    yield lambda *over: rules.tool_access("immersion", "NL", "RoW", "CN", "SMIC", *over)
    yield lambda *over: rules.memory_access("CN", *over)
    yield lambda *over: rules.cloud_access("CN", *over)
    yield lambda *over: rules.servicing_access("US", "CN", *over)
    yield lambda *over: rules.foundry_access("HiSilicon", "CN", "RoW", *over)
    yield lambda *over: rules.design_software_access("CN", 3.0, *over)
    yield lambda *over: rules.subsidy_rate(subsidy, *over)
    yield lambda *over: rules.migration_factor("CN", "US", *over)
    yield lambda *over: rules.publication_delay("US", "CN", *over)
    yield lambda *over: rules.market_access("OpenAI", "US", "CN", "CN", *over)
    yield lambda *over: rules.permission_factor("Europe", "finance", *over)
    yield lambda *over: rules.adoption_push("CN", *over)
    yield lambda *over: rules.enforcement_rate("US", *over)
    yield lambda *over: rules.enforcement_effort("US", REFERENCE, *over)


def test_an_answer_depends_on_no_kind_of_instrument_that_its_question_leaves_out():
    rules = Watched(recorded_instruments(), CALENDAR)
    rules.named = set()
    for ask in questions(rules):
        ask(36.0, 39.0)
    idle = {kind for kind in map(type, rules.instruments) if issubclass(kind, ON_RECORD_ONLY)}
    asked_of_a_moment = {OpenWeightRestraint}
    assert {type(i) for i in rules.instruments} <= rules.named | idle | asked_of_a_moment


@pytest.mark.parametrize("first", [9.0, 36.0, 42.0, 45.0])
def test_answers_are_those_of_a_book_that_looks_at_every_turn_of_any_kind(first):
    every = tuple({type(i) for i in recorded_instruments()})

    class Thorough(RuleBook):
        def _average(self, key, start, end, at, kinds):
            return super()._average(key, start, end, at, every)

    quick, thorough = (book(recorded_instruments(), CALENDAR) for book in (RuleBook, Thorough))
    for one, other in zip(questions(quick), questions(thorough), strict=True):
        assert one(first, first + 3.0) == other(first, first + 3.0)


def test_while_the_outlook_on_chips_stays_so_do_the_answers_about_them():
    rules = RuleBook(recorded_instruments(), CALENDAR)
    said: dict[Any, Any] = {}
    for month in range(108):
        outlook = rules.chip_outlook("CN", float(month))
        answers = [rules.will_admit(chip, "CN", float(month)) for chip in chips()]
        bounds = rules.chip_bounds("CN", float(month))
        assert said.setdefault(outlook, (answers, bounds)) == (answers, bounds)
    assert 5 < len(said) < 54, "it stays for some months, and not for ever"


def test_the_outlook_on_chips_changes_with_what_is_announced_and_with_what_takes_effect(cast):
    ban = cast.instrument(
        "chip-embargo",
        outcome="denied",
        destinations=["CN"],
        announced=date(2022, 7, 1),
        effective=date(2023, 1, 1),
    )
    subsidy = cast.instrument(
        "subsidy",
        "help",
        effective=date(2022, 4, 1),
        purpose="memory",
        recipients=["Somebody"],
        parameters={"annual_usd_bn": 1.0},
    )
    rules = RuleBook([ban, subsidy], CALENDAR)
    outlooks = [rules.chip_outlook("CN", month) for month in (0.0, 5.0, 6.0, 11.0, 12.0, 50.0)]
    assert outlooks[0] == outlooks[1] != outlooks[2] == outlooks[3] != outlooks[4] == outlooks[5]
    assert type(ban) in ON_CHIPS
    assert outlooks[0] != RuleBook([subsidy], CALENDAR).chip_outlook("CN", 0.0), "another book"
