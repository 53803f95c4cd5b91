"""A policy: recorded history with some of its instruments changed.

``history`` is the policy with no changes.  Everything a policy can do it does to instruments, as
data; nothing in the world knows a policy by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import inf
from typing import Annotated, Literal

from pydantic import Field, model_validator

from agents.records import Country, Course, Strict
from model.calendar import RECORD_START, Calendar
from model.instruments import Family, Instrument, Parameter
from model.outcomes import OUTCOMES


class PolicyError(ValueError):
    """A policy that cannot be applied to the instruments it is meant to change."""


class Selector(Strict):
    """Picks instruments: by id, family, issuer or kind; all that are given must hold."""

    ids: tuple[str, ...] = ()
    family: Family | None = None
    issuer: str | None = None
    kind: str | None = None

    @model_validator(mode="after")
    def _selects_something(self) -> Selector:
        if not (self.ids or self.family or self.issuer or self.kind):
            raise ValueError("a selector needs 'ids', 'family', 'issuer' or 'kind'")
        return self

    def picks(self, instrument: Instrument) -> bool:
        """Whether ``instrument`` is selected."""
        return (
            (not self.ids or instrument.id in self.ids)
            and self.family in (None, instrument.family)
            and self.issuer in (None, instrument.issuer)
            and self.kind in (None, instrument.kind)
        )

    def select(self, instruments: Sequence[Instrument]) -> list[Instrument]:
        """The selected instruments.

        Raises:
            PolicyError: if an id names no instrument, or nothing at all is picked.
        """
        known = {instrument.id for instrument in instruments}
        for unknown in (name for name in self.ids if name not in known):
            raise PolicyError(f"no instrument has the id '{unknown}'")
        picked = [instrument for instrument in instruments if self.picks(instrument)]
        if not picked:
            raise PolicyError(f"nothing is selected by {self.model_dump(exclude_defaults=True)}")
        return picked


class Remove(Strict):
    """Take instruments out, from ``since`` on (default: as if never made)."""

    do: Literal["remove"]
    select: Selector
    since: date | None = None

    def amend(self, instruments: Sequence[Instrument]) -> list[Instrument]:
        """The instruments that remain, those in force before ``since`` cut short at it."""
        removed = {instrument.id for instrument in self.select.select(instruments)}
        amended: list[Instrument] = []
        for instrument in instruments:
            if instrument.id not in removed:
                amended.append(instrument)
            elif self.since is not None and instrument.effective < self.since:
                ended = min(instrument.ended or self.since, self.since)
                amended.append(instrument.model_copy(update={"ended": ended}))
        return amended


class Delay(Strict):
    """Announce and bring instruments into force a number of months later."""

    do: Literal["delay"]
    select: Selector
    months: int = Field(gt=0, le=240)

    def amend(self, instruments: Sequence[Instrument]) -> list[Instrument]:
        """The instruments with the selected ones later; one that would never bind is dropped."""
        delayed = {instrument.id for instrument in self.select.select(instruments)}
        calendar = Calendar(RECORD_START)

        def later(day: date) -> date:
            return calendar.date(calendar.months(day) + self.months)

        amended: list[Instrument] = []
        for instrument in instruments:
            if instrument.id not in delayed:
                amended.append(instrument)
                continue
            effective = later(instrument.effective)
            if instrument.ended is None or effective < instrument.ended:
                dates = {"announced": later(instrument.announced), "effective": effective}
                amended.append(instrument.model_copy(update=dates))
        return amended


class Scale(Strict):
    """Multiply a parameter of instruments by a factor, from ``since`` on (default: throughout)."""

    do: Literal["scale"]
    select: Selector
    parameter: str
    factor: float = Field(ge=0.0, allow_inf_nan=False)
    since: date | None = None

    def amend(self, instruments: Sequence[Instrument]) -> list[Instrument]:
        """The instruments with the parameter scaled in the selected ones.

        Raises:
            PolicyError: if a selected instrument has no such parameter.
        """
        scaled = {instrument.id for instrument in self.select.select(instruments)}
        return [
            self._scaled(instrument) if instrument.id in scaled else instrument
            for instrument in instruments
        ]

    def _scaled(self, instrument: Instrument) -> Instrument:
        if self.parameter not in instrument.parameters:
            known = ", ".join(instrument.parameters) or "none"
            raise PolicyError(
                f"instrument '{instrument.id}' has no parameter '{self.parameter}' "
                f"(it has: {known})"
            )
        parameters = dict(instrument.parameters)
        parameters[self.parameter] = _scaled_from(
            parameters[self.parameter], self.factor, self.since
        )
        return instrument.model_copy(update={"parameters": parameters})


class Add(Strict):
    """Add an instrument."""

    do: Literal["add"]
    instrument: Instrument

    def amend(self, instruments: Sequence[Instrument]) -> list[Instrument]:
        """The instruments and the new one.

        Raises:
            PolicyError: if its id is taken.
        """
        if any(known.id == self.instrument.id for known in instruments):
            raise PolicyError(f"an instrument with the id '{self.instrument.id}' exists already")
        return [*instruments, self.instrument]


Change = Annotated[Remove | Delay | Scale | Add, Field(discriminator="do")]


class Adaptive(Course):
    """A government that reviews its rules: what it changes when it tightens, and when it loosens.

    Changes come on top of those of the policy.  Their dates are read as usual, so a rule whose
    dates lie in the past binds as soon as the government has taken that course.
    """

    government: Country
    tighter: tuple[Change, ...] = ()
    looser: tuple[Change, ...] = ()

    @property
    def tightest(self) -> int:
        """1 if there is a tighter course than that of the policy, else 0."""
        return int(bool(self.tighter))

    @property
    def loosest(self) -> int:
        """-1 if there is a looser course than that of the policy, else 0."""
        return -int(bool(self.looser))

    @model_validator(mode="after")
    def _can_be_followed(self) -> Adaptive:
        if not (self.tighter or self.looser):
            raise ValueError("give 'tighter' or 'looser' changes, or both")
        if self.looser and self.loosen_below is None and self.loosen_above is None:
            raise ValueError("'looser' changes need 'loosen_below' or 'loosen_above'")
        if self.outcome not in OUTCOMES:
            raise ValueError(f"no outcome is called '{self.outcome}', see 'aigap outcomes'")
        if self.since <= RECORD_START:
            raise ValueError(f"the first review must come after {RECORD_START}")
        return self


class Policy(Strict):
    """Changes to recorded history, with the question they are meant to answer."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)
    title: str = ""
    question: str = ""
    description: str = ""
    changes: tuple[Change, ...] = ()
    adaptive: tuple[Adaptive, ...] = ()

    @model_validator(mode="after")
    def _a_course_for_each(self) -> Policy:
        codes = [course.government for course in self.adaptive]
        if len(codes) != len(set(codes)):
            raise ValueError("a government can follow one course only")
        return self

    def amend(
        self, recorded: Sequence[Instrument], stances: Mapping[str, int] | None = None
    ) -> tuple[Instrument, ...]:
        """The instruments of this policy, given those of recorded history.

        Args:
            recorded: the instruments of recorded history.
            stances: 1 or -1 for an adaptive government that took its tighter or looser course.

        Raises:
            PolicyError: naming the change that cannot be made.
        """
        instruments = _amended(list(recorded), self.changes, "change")
        for course in self.adaptive:
            stance = (stances or {}).get(course.government, 0)
            if stance:
                changes = course.tighter if stance > 0 else course.looser
                word = f"{course.government} {'tighter' if stance > 0 else 'looser'}, change"
                instruments = _amended(instruments, changes, word)
        return tuple(instruments)


HISTORY = Policy(
    name="history",
    title="Recorded history",
    question="What happens under the rules and programmes as they were recorded?",
)


def _amended(
    instruments: list[Instrument], changes: Sequence[Change], word: str
) -> list[Instrument]:
    for number, change in enumerate(changes, start=1):
        try:
            instruments = change.amend(instruments)
        except PolicyError as error:
            raise PolicyError(f"{word} {number} ({change.do}): {error}") from None
    return instruments


def _scaled_from(parameter: Parameter, factor: float, since: date | None) -> Parameter:
    reference = f"scaled by {factor:g} under the policy"
    start = since or date.min
    # No more than all of something can be withheld, admitted or granted.
    most = 1.0 if parameter.unit.startswith("share") else inf
    values = []
    for dated in parameter.values:
        if dated.since >= start:
            scaled = {"value": min(dated.value * factor, most), "reference": reference}
            values.append(dated.model_copy(update=scaled))
        else:
            values.append(dated)
    if since is not None and all(dated.since != since for dated in values):
        scaled = {"value": min(parameter.on(since) * factor, most), "reference": reference}
        current = parameter.values[0].model_copy(update={"since": since, **scaled})
        values = sorted([*values, current], key=lambda dated: dated.since)
    return parameter.model_copy(update={"values": tuple(values)})
