"""Answers of the rule book for the terminal, and as JSON with a stable form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.table import Table

from experiments.rule_questions import Answer, Tool
from experiments.terminal import plain_table
from model.destinations import geography
from model.instruments import ON_RECORD_ONLY, ChipLetter, Instrument, TestingInstrument
from model.judgement import Judgement, figure, tests_met
from model.specifications import ReferenceChip, Specification, for_data_centres

SCHEMA_VERSION = 1
_METRICS = {
    "tpp": "TPP {:,.0f}",
    "performance_density": "performance density {:.2f}",
    "interconnect_gbs": "interconnect of {:,.0f} GB/s",
    "memory_bandwidth_gbs": "memory bandwidth of {:,.0f} GB/s",
    "combined_bandwidth_gbs": "memory and interconnect of {:,.0f} GB/s together",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A day on which something happened to an instrument."""

    day: date
    events: tuple[str, ...]
    instrument: Instrument


def turns(instruments: Iterable[Instrument], first: date, last: date) -> list[Turn]:
    """What was announced, took effect or ended in a span of days, in order."""
    found = []
    for instrument in instruments:
        dated: dict[date, list[str]] = {}
        for event, day in (
            ("announced", instrument.announced),
            ("effective", instrument.effective),
            ("ended", instrument.ended),
        ):
            if day is not None and first <= day <= last:
                dated.setdefault(day, []).append(event)
        found += [Turn(day, tuple(events), instrument) for day, events in dated.items()]
    return sorted(found, key=lambda turn: (turn.day, turn.instrument.id))


# --- JSON -----------------------------------------------------------------------------------------


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer: the question, the outcome with its instrument, and what else bears on the sale."""
    first, *others = answer.judgements
    chip = None if isinstance(answer.subject, Tool) else chip_json(answer.subject)
    tool = (
        {"tool_class": answer.subject.tool_class, "maker": answer.subject.maker}
        if isinstance(answer.subject, Tool)
        else None
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "question": {
            "chip": chip,
            "tool": tool,
            "destination": answer.destination,
            "buyer": answer.buyer or None,
            "buyer_known": answer.known_buyer,
            "on": answer.on.isoformat(),
            "policy": answer.policy,
        },
        **_judgement_json(answer, first),
        "others": [_judgement_json(answer, other) for other in others],
        "calls_not_to_buy": [
            {"withheld": call.value("withheld", answer.on), "instrument": brief_json(call)}
            for call in answer.calls
        ],
    }


def chip_json(chip: Specification) -> dict[str, Any]:
    """The figures of a chip that rules test."""
    return {
        "name": chip.name,
        "home": chip.home,
        "tpp": chip.tpp,
        "performance_density": chip.performance_density,
        "interconnect_gbs": chip.interconnect_gbs,
        "memory_bandwidth_gbs": chip.memory_bandwidth_gbs,
        "data_centre": for_data_centres(chip),
    }


def brief_json(instrument: Instrument) -> dict[str, Any]:
    """An instrument without its figures."""
    brief = ("id", "kind", "title", "issuer", "family", "citation", "announced", "effective")
    return {
        **instrument.model_dump(mode="json", include={*brief, "ended"}),
        "acts_in_the_world": not isinstance(instrument, ON_RECORD_ONLY),
    }


def turn_json(turn: Turn) -> dict[str, Any]:
    """A turn of the timeline."""
    return {
        "day": turn.day.isoformat(),
        "events": list(turn.events),
        "instrument": brief_json(turn.instrument),
    }


def _judgement_json(answer: Answer, judgement: Judgement) -> dict[str, Any]:
    instrument = answer.instruments.get(judgement.instrument or "")
    return {
        "outcome": judgement.outcome,
        "admitted": judgement.admitted,
        "fee": judgement.fee,
        "reason": why(answer, judgement),
        "replaced_by": judgement.replaced_by,
        "instrument": None if instrument is None else brief_json(instrument),
    }


# --- words ----------------------------------------------------------------------------------------


def headline(answer: Answer) -> str:
    """The answer in one line."""
    subject = answer.subject
    what = (
        f"{subject.tool_class} tool from {subject.maker}"
        if isinstance(subject, Tool)
        else subject.name
    )
    country = geography().countries.get(answer.destination)
    where = answer.destination if country is None else f"{country} ({answer.destination})"
    buyer = f", for {answer.buyer}" if answer.buyer else ""
    policy = "" if answer.policy == "history" else f", under {answer.policy}"
    return f"{answer.judgements[0].outcome}: {what} to {where}{buyer} on {answer.on}{policy}"


def why(answer: Answer, judgement: Judgement) -> str:
    """Why an instrument bears on the sale: what the buyer is, or which figures reach its bounds."""
    instrument = answer.instruments.get(judgement.instrument or "")
    if instrument is None:
        return "no rule on record applies"
    reasons = [judgement.reason] if judgement.reason else []
    if isinstance(answer.subject, Tool):
        return "; ".join(reasons) or "names this class of tool and the maker's country"
    if isinstance(instrument, ChipLetter) and answer.subject.name in instrument.products:
        reasons.append(f"names the {answer.subject.name}")
    elif isinstance(instrument, TestingInstrument):
        reasons += _bounds_met(instrument, answer.subject, answer.on)
    return "; ".join(reasons) or "covers every chip"


def details(answer: Answer) -> Iterator[str]:
    """The instrument that decides, line by line."""
    judgement = answer.judgements[0]
    instrument = answer.instruments.get(judgement.instrument or "")
    if instrument is None:
        yield "No rule on record applies."
        return
    yield f"{instrument.id}: {instrument.title}"
    until = "" if instrument.ended is None else f" to {instrument.ended} (ended)"
    yield f"Issuer {instrument.issuer}, in force from {instrument.effective}{until}"
    yield f"Why: {why(answer, judgement)}"
    if judgement.outcome not in ("free", "denied"):
        presumed = "" if judgement.admitted else ", denial is presumed"
        yield f"Goes through: {judgement.admitted:.0%} of wanted sales{presumed}"
    if judgement.fee:
        yield f"Fee: {judgement.fee:.0%} of the price"
    yield f"Citation: {instrument.citation}"


# --- tables ---------------------------------------------------------------------------------------


def others_table(answer: Answer) -> Table:
    """The other instruments that bear on the sale."""
    table = _table("Also", "Instrument", "Issuer", "Why")
    for judgement in answer.judgements[1:]:
        instrument = answer.instruments[judgement.instrument or ""]
        replaced = f", replaced by {judgement.replaced_by}" if judgement.replaced_by else ""
        table.add_row(
            f"{judgement.outcome}{replaced}",
            instrument.id,
            instrument.issuer,
            why(answer, judgement),
        )
    for call in answer.calls:
        withheld = f"{call.value('withheld', answer.on):.0%} of purchases given up"
        table.add_row("call not to buy", call.id, call.issuer, withheld)
    return table


def instruments_table(instruments: Iterable[Instrument]) -> Table:
    """Instruments in a list."""
    table = _table("Instrument", "Issuer", "Family", "Effective", "Ended", "Title")
    for one in instruments:
        ended = "" if one.ended is None else str(one.ended)
        table.add_row(one.id, one.issuer, one.family, str(one.effective), ended, one.title)
    return table


def timeline_table(found: Sequence[Turn]) -> Table:
    """Turns in order of their days."""
    table = _table("Day", "Event", "Issuer", "Instrument", "Title")
    for turn in found:
        one = turn.instrument
        void = "ended" in turn.events and "effective" in turn.events
        event = "never in force" if void else ", ".join(turn.events)
        table.add_row(str(turn.day), event, one.issuer, one.id, one.title)
    return table


def chips_table(chips: Mapping[str, Specification]) -> Table:
    """Chips with the figures that rules test."""
    table = _table("Chip", "Home", "TPP", "Density", "Links GB/s", "Memory GB/s", "For", "Sold")
    for column in table.columns[2:6]:
        column.justify = "right"
    for chip in chips.values():
        table.add_row(
            chip.name,
            chip.home,
            f"{chip.tpp:,.0f}",
            f"{chip.performance_density:.2f}",
            f"{chip.interconnect_gbs:,.0f}",
            f"{chip.memory_bandwidth_gbs:,.0f}",
            "data centre" if for_data_centres(chip) else "desktop",
            "no" if isinstance(chip, ReferenceChip) else "yes",
        )
    return table


def fields_of(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Each field of an instrument that says something, but its dated values, in words."""
    skipped = {"title", "parameters"}
    for name, value in instrument.model_dump(mode="json").items():
        if name in skipped or value in (None, "", [], ()):
            continue
        if name == "tests":
            yield name.capitalize(), "\n".join(_test_in_words(test) for test in value)
        elif isinstance(value, list):
            yield _label(name), ", ".join(value)
        else:
            yield _label(name), str(value)
    if isinstance(instrument, ON_RECORD_ONLY):
        yield "In the world", "on record only, the world does not act on it"


def values_table(instrument: Instrument) -> Table:
    """The dated values of an instrument, each with its reference."""
    table = _table("Parameter", "Unit", "Since", "Value", "Reference")
    for name, parameter in instrument.parameters.items():
        for number, dated in enumerate(parameter.values):
            head = ("", "") if number else (name, parameter.unit)
            table.add_row(*head, str(dated.since), f"{dated.value:g}", dated.reference)
    return table


def _bounds_met(control: TestingInstrument, chip: Specification, on: date) -> list[str]:
    said = []
    for condition in (c for test in tests_met(control, chip, on)[:1] for c in test.all_of):
        words = _METRICS[condition.metric].format(figure(chip, condition.metric))
        if condition.at_least is not None:
            words += f" reaches {control.value(condition.at_least, on):,g}"
        if condition.below is not None:
            joined = " and" if condition.at_least is not None else ""
            words += f"{joined} is below {control.value(condition.below, on):,g}"
        said.append(words)
    return said


def _test_in_words(test: Mapping[str, Any]) -> str:
    bounds = []
    for condition in test["all_of"]:
        if condition["at_least"]:
            bounds.append(f"{condition['metric']} >= {condition['at_least']}")
        if condition["below"]:
            bounds.append(f"{condition['metric']} < {condition['below']}")
    scope = {None: "", True: "for data centres: ", False: "not for data centres: "}
    return f"{scope[test['data_centre']]}{' and '.join(bounds)} -> {test['outcome']}"


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _table(*headings: str) -> Table:
    table = plain_table()
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in ("Title", "Why", "Reference", "Unit"))
    return table
