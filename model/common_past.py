"""How long the worlds of two policies are one: until the first moment at which they could differ.

A world learns of a policy by asking its rules, by its agenda and by its governments' reviews.  So
two worlds with the same luck are the same as long as the answers are: until an instrument that only
one policy has, or has otherwise, is announced, takes effect, leaks, changes a figure or ends, or an
adaptive government holds its first review.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import floor, inf

from agents.designer import Products
from model import loading
from model.calendar import Calendar
from model.instruments import (
    LETS_THROUGH,
    ChipEmbargo,
    ChipLetter,
    ChipThreshold,
    DatedValue,
    Instrument,
    InstrumentBase,
    MemoryControl,
    Parameter,
    ToolControl,
)
from model.policy import Policy

# Designers ask whether a foundry serves them in the month that begins.
_MONTHS_ASKED_AHEAD = 1
# Kinds of rules that are acted on before they are announced, and the parameter that says how long.
_WARNINGS: Mapping[type[InstrumentBase], str] = {
    ChipThreshold: "chip_warning_months",
    ChipLetter: "chip_warning_months",
    ChipEmbargo: "chip_warning_months",
    MemoryControl: "memory_warning_months",
    ToolControl: "tool_warning_months",
}
WARNINGS = tuple(sorted(set(_WARNINGS.values())))
"""The parameters that say how long before it binds a rule is acted on, months."""

_CALENDAR = Calendar()


def common_months(
    one: Policy,
    other: Policy,
    *,
    products: Products = "recorded",
    warnings: Mapping[str, float] | None = None,
) -> float:
    """Last month at whose beginning the worlds of two policies are still the same.

    Never later than it is, and possibly earlier: a difference that could be felt counts, whether or
    not it is.

    Args:
        one: a policy.
        other: another.
        products: how designers plan, as for ``World``.
        warnings: months by the names of ``WARNINGS``, where they are not those of the data.

    Returns:
        A whole number of months since the start, infinite if the policies never differ; not above 0
        if they have no past in common.
    """
    if (one.changes, one.adaptive) == (other.changes, other.adaptive):
        return inf
    if products == "planned":
        return 0.0  # a chip planned today is drawn up by the memory rules of the year it comes out
    if products != "recorded" and (one.adaptive or other.adaptive):
        return 0.0  # versions are planned for every course that a government might take
    recorded = loading.recorded_instruments()
    known = {name: loading.parameter_quantities()[name].value for name in WARNINGS}
    known |= warnings or {}
    moments = [first_difference(one.amend(recorded), other.amend(recorded), known)]
    if one.adaptive or other.adaptive:
        first = min(course.since for course in (*one.adaptive, *other.adaptive))
        moments.append(_CALENDAR.months(first))
    moment = min(moments)
    return moment if moment == inf else floor(moment) - _MONTHS_ASKED_AHEAD


def first_difference(
    one: Sequence[Instrument], other: Sequence[Instrument], warnings: Mapping[str, float]
) -> float:
    """First moment at which anyone could tell two sets of instruments apart, months.

    Args:
        one: a set.
        other: another.
        warnings: months by the names of ``WARNINGS``.
    """
    ours, theirs = ({i.id: i for i in instruments} for instruments in (one, other))
    moments = []
    for name in {*ours, *theirs}:
        mine, its = ours.get(name), theirs.get(name)
        if mine is its or mine == its:
            continue
        if mine is None or its is None or _apart(mine) != _apart(its):
            moments += [_first_felt(i, warnings) for i in (mine, its) if i is not None]
        else:
            moments += [_felt_by(day, mine, warnings) for day in _days_of_change(mine, its)]
    return min(moments, default=inf)


def _apart(instrument: Instrument) -> dict[str, object]:
    """All of an instrument that is not dated: what differs here differs throughout."""
    content = instrument.model_dump(exclude={"ended", "parameters"})
    return content | {name: figure.unit for name, figure in _parameters(instrument).items()}


def _parameters(instrument: Instrument) -> dict[str, Parameter]:
    """An instrument's parameters; where it leaves out what it lets through, that is nothing."""
    silent = LETS_THROUGH.get(instrument.kind)
    if silent is None or silent in instrument.parameters:
        return instrument.parameters
    nothing = DatedValue(since=instrument.effective, value=0.0, reference="left out")
    return instrument.parameters | {silent: Parameter(unit="share", values=(nothing,))}


def _days_of_change(one: Instrument, other: Instrument) -> Iterator[date]:
    """Days from which an instrument has another figure, or has ended, in one of two versions."""
    if one.ended != other.ended:
        yield min(day for day in (one.ended, other.ended) if day is not None)
    theirs = _parameters(other)
    for name, ours in _parameters(one).items():
        dated = {value.since for value in (*ours.values, *theirs[name].values)}
        for day in (date.min, *sorted(dated)):
            if ours.on(day) != theirs[name].on(day):
                yield day
                break


def _felt_by(day: date, instrument: Instrument, warnings: Mapping[str, float]) -> float:
    """When a change of an instrument on a day can first be felt.

    Not before the instrument itself; and what holds when it takes effect is known with it.
    """
    if day <= instrument.effective:
        return _first_felt(instrument, warnings)
    return _CALENDAR.months(day)


def _first_felt(instrument: Instrument, warnings: Mapping[str, float]) -> float:
    """When an instrument is first heard of, or acted on before that."""
    warning = _WARNINGS.get(type(instrument))
    effective = _CALENDAR.months(instrument.effective)
    leaks = effective - warnings[warning] if warning else effective
    return min(_CALENDAR.months(instrument.announced), leaks)
