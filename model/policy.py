"""A policy: recorded history with some of its instruments changed.

``history`` is the policy with no changes.  Everything a policy can do it does to instruments, as
data; nothing in the world knows a policy by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import inf
from typing import Annotated, Literal

from pydantic import Field, model_validator

from agents.records import Country, Course, Strict
from model.calendar import RECORD_START, Calendar
from model.instruments import LETS_THROUGH, DatedValue, Family, Instrument, Parameter
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
        return _with_parameter(instruments, self.select, self._scaled)

    def _scaled(self, instrument: Instrument) -> Instrument:
        parameter = _known(instrument, self.parameter)
        # No more than all of something can be withheld, admitted or granted.
        most = 1.0 if parameter.unit.startswith("share") else inf
        scaled = _changed_from(
            parameter,
            lambda value: min(value * self.factor, most),
            self.since,
            f"scaled by {self.factor:g} under the policy",
        )
        return _replaced(instrument, self.parameter, scaled)


class Set(Strict):
    """Give a parameter of instruments one value, from ``since`` on (default: throughout).

    What a rule lets through (``admitted``, ``approval_odds``) can be set where it is left out.
    """

    do: Literal["set"]
    select: Selector
    parameter: str
    value: float = Field(ge=0.0, allow_inf_nan=False)
    since: date | None = None

    def amend(self, instruments: Sequence[Instrument]) -> list[Instrument]:
        """The instruments with the parameter set in the selected ones.

        Raises:
            PolicyError: if a selected instrument has no such parameter, or cannot have the value.
        """
        return _with_parameter(instruments, self.select, self._given)

    def _given(self, instrument: Instrument) -> Instrument:
        parameter = _known(instrument, self.parameter)
        if parameter.unit.startswith("share") and self.value > 1.0:
            raise PolicyError(
                f"'{self.parameter}' of '{instrument.id}' is a share: expected at most 1, "
                f"got {self.value:g}"
            )
        given = _changed_from(parameter, lambda _: self.value, self.since, "set under the policy")
        return _replaced(instrument, self.parameter, given)


class Tighten(Strict):
    """Let rules stop the share ``by`` of what they let through, from ``since`` on.

    A share p that passes becomes p (1 - by); 1 leaves nothing through.  Selected instruments that
    let no share through (budgets, listings of goods) stay as they are; their figures can be scaled.
    """

    do: Literal["tighten"]
    select: Selector
    by: float = Field(gt=0.0, le=1.0)
    since: date | None = None

    def amend(self, instruments: Sequence[Instrument]) -> list[Instrument]:
        """The instruments with less getting through the selected ones.

        Raises:
            PolicyError: if none of those selected lets a share through.
        """
        return _let_through(instruments, self, lambda passes: passes * (1.0 - self.by))


class Loosen(Strict):
    """Let rules admit the share ``by`` of what they stop, from ``since`` on.

    A share p that passes becomes 1 - (1 - p) (1 - by); 1 lets everything through.
    """

    do: Literal["loosen"]
    select: Selector
    by: float = Field(gt=0.0, le=1.0)
    since: date | None = None

    def amend(self, instruments: Sequence[Instrument]) -> list[Instrument]:
        """The instruments with more getting through the selected ones.

        Raises:
            PolicyError: if none of those selected lets a share through.
        """
        return _let_through(
            instruments, self, lambda passes: 1.0 - (1.0 - passes) * (1.0 - self.by)
        )


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


Change = Annotated[Remove | Delay | Scale | Set | Tighten | Loosen | Add, Field(discriminator="do")]


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

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*(\+[a-z0-9_.+-]+)?$", max_length=200)
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


def _known(instrument: Instrument, name: str) -> Parameter:
    """A parameter of an instrument; nothing gets through where a rule leaves the share out."""
    if name in instrument.parameters:
        return instrument.parameters[name]
    if name == LETS_THROUGH.get(instrument.kind):
        start = DatedValue(
            since=instrument.effective, value=0.0, reference="left out in the record"
        )
        return Parameter(unit="share", values=(start,))
    known = ", ".join(instrument.parameters) or "none"
    raise PolicyError(f"instrument '{instrument.id}' has no parameter '{name}' (it has: {known})")


def _with_parameter(
    instruments: Sequence[Instrument],
    select: Selector,
    change: Callable[[Instrument], Instrument],
) -> list[Instrument]:
    picked = {instrument.id for instrument in select.select(instruments)}
    return [change(one) if one.id in picked else one for one in instruments]


def lets_a_share_through(instrument: Instrument) -> bool:
    """Whether there is a share for it to let through, which can be made smaller or larger."""
    graded = instrument.kind in LETS_THROUGH and not _refuses_outright(instrument)
    return graded or "withheld" in instrument.parameters


def _let_through(
    instruments: Sequence[Instrument],
    change: Tighten | Loosen,
    passes: Callable[[float], float],
) -> list[Instrument]:
    reference = f"{change.do}ed by {change.by:g} under the policy"
    touched = False

    def changed(instrument: Instrument) -> Instrument:
        nonlocal touched
        if not lets_a_share_through(instrument):
            return instrument
        touched = True
        if "withheld" in instrument.parameters:
            name, share = "withheld", lambda value: 1.0 - passes(1.0 - value)
        else:
            name, share = LETS_THROUGH[instrument.kind], passes
        parameter = _changed_from(_known(instrument, name), share, change.since, reference)
        return _replaced(instrument, name, parameter)

    amended = _with_parameter(instruments, change.select, changed)
    if not touched:
        raise PolicyError(
            "no instrument selected lets a share through; scale or set a parameter instead, or"
            " remove the instrument"
        )
    return amended


def _refuses_outright(instrument: Instrument) -> bool:
    """Whether all that an instrument catches is denied, so that no share can be licensed."""
    outcomes = {test.outcome for test in getattr(instrument, "tests", ())}
    outcomes |= {getattr(instrument, "outcome", None)} - {None}
    return outcomes == {"denied"}


def _replaced(instrument: Instrument, name: str, parameter: Parameter) -> Instrument:
    parameters = {**instrument.parameters, name: parameter}
    return instrument.model_copy(update={"parameters": parameters})


def _changed_from(
    parameter: Parameter,
    change: Callable[[float], float],
    since: date | None,
    reference: str,
) -> Parameter:
    """A parameter whose values from a day on (default: all) are changed."""

    def changed(dated: DatedValue, day: date) -> DatedValue:
        value = change(dated.value if day == dated.since else parameter.on(day))
        return DatedValue(since=day, value=value, reference=reference)

    start = since or date.min
    values = [
        changed(dated, dated.since) if dated.since >= start else dated for dated in parameter.values
    ]
    if since is not None and all(dated.since != since for dated in values):
        values.append(changed(parameter.values[0], since))
    values.sort(key=lambda dated: dated.since)
    return parameter.model_copy(update={"values": tuple(values)})
