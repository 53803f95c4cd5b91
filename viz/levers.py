"""Levers: what a user changes from the present month on, as changes of a policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

from experiments.policies import library
from model.calendar import Calendar, parse_year_month
from model.instruments import Instrument
from model.loading import recorded_instruments
from model.policy import Adaptive, Add, Change, Policy, PolicyError, lets_a_share_through
from viz.changes import ChangeError, change_of

Action = Literal["remove", "impose", "tighten", "loosen", "delay", "scale", "adapt"]
ACTIONS: tuple[Action, ...] = get_args(Action)
BUDGETS = ("annual_usd_bn", "staff")
"""Parameters that say with how much means a programme or an enforcer works; scaled together."""

_SEPARATOR = "~"
_FIELDS = 4
_CALENDAR = Calendar()


class LeverError(ValueError):
    """A lever that cannot be pulled; the message says why."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One pull of a lever.

    Attributes:
        on: first day of the month from which it acts.
        action: what is done.
        target: an instrument's id; for ``adapt`` the policy of the library whose course is taken.
        amount: the share by which a rule is tightened or loosened, the months of a delay, or the
            factor of a budget; not used by the other actions.
    """

    on: dt.date
    action: Action
    target: str
    amount: float = 1.0

    def encoded(self) -> str:
        """The lever in an address."""
        return _SEPARATOR.join((f"{self.on:%Y-%m}", self.action, self.target, f"{self.amount:g}"))

    @classmethod
    def decoded(cls, text: str) -> Lever:
        """The lever of an address.

        Raises:
            LeverError: saying what was expected.
        """
        parts = text.split(_SEPARATOR)
        if len(parts) != _FIELDS or parts[1] not in ACTIONS:
            raise LeverError(
                f"'{text}' is not a lever: expected MONTH~ACTION~INSTRUMENT~AMOUNT, with an action"
                f" of {', '.join(ACTIONS)}"
            )
        month, action, target, amount = parts
        try:
            return cls(parse_year_month(month), action, target, float(amount))  # type: ignore[arg-type]
        except ValueError as error:
            raise LeverError(f"'{text}' is not a lever: {error}") from None


def pulled(policy: Policy, lever: Lever) -> Policy:
    """The policy with a lever pulled.

    Raises:
        LeverError: if the lever does not fit the instruments as the policy has them.
    """
    if lever.action == "adapt":
        return _with_course(policy, lever)
    instruments = policy.amend(recorded_instruments())
    changes = _changes(lever, _instrument(instruments, lever.target))
    changed = _renamed(policy, changes=(*policy.changes, *changes))
    try:
        changed.amend(recorded_instruments())
    except PolicyError as error:
        raise LeverError(str(error)) from None
    return changed


def actions_for(instrument: Instrument, on: dt.date) -> tuple[Action, ...]:
    """What can be done with an instrument on a day, the usual first."""
    ended = instrument.ended is not None and instrument.ended <= on
    if ended:
        return ("impose",)
    found: list[Action] = ["remove"]
    if lets_a_share_through(instrument):
        found += ["tighten", "loosen"]
    if any(name in instrument.parameters for name in BUDGETS):
        found.append("scale")
    if instrument.effective > on:
        found += ["impose", "delay"]
    return tuple(found)


@cache
def courses() -> Mapping[str, tuple[str, Adaptive]]:
    """Courses of adaptive governments in the library: title and course, by policy."""
    found = {
        name: (policy.title or name, policy.adaptive[0])
        for name, policy in library().items()
        if policy.adaptive
    }
    return MappingProxyType(found)


def in_words(lever: Lever) -> str:
    """What was done, in a sentence without a full stop."""
    return f"{lever.on:%b %Y}: {_done(lever)}"


def _done(lever: Lever) -> str:
    if lever.action == "adapt":
        return f"{courses()[lever.target][1].government} reviews its rules ({lever.target})"
    titles = {one.id: one.title for one in recorded_instruments()}
    title = titles.get(lever.target, lever.target)
    done = {
        "remove": "ended",
        "impose": "brought into force",
        "tighten": f"stops {lever.amount:.0%} of what it let through",
        "loosen": f"lets through {lever.amount:.0%} of what it stopped",
        "delay": f"put off by {lever.amount:g} months",
        "scale": f"given {lever.amount:g} times its means",
    }
    return f"“{title}” {done[lever.action]}"


def _instrument(instruments: Sequence[Instrument], name: str) -> Instrument:
    found = next((one for one in instruments if one.id == name), None)
    # One that an earlier lever took out before it began is still known to history.
    found = found or next((one for one in recorded_instruments() if one.id == name), None)
    if found is None:
        raise LeverError(f"no instrument has the id '{name}'")
    return found


def _changes(lever: Lever, instrument: Instrument) -> tuple[Change, ...]:
    if lever.action not in actions_for(instrument, lever.on):
        raise LeverError(f"'{instrument.id}' cannot be {_PAST[lever.action]} in {lever.on:%b %Y}")
    name, amount, since = instrument.id, lever.amount, lever.on
    try:
        match lever.action:
            case "impose":
                in_force = _in_force_from(instrument, since)
                return (change_of(name, "remove"), Add(do="add", instrument=in_force))
            case "scale":
                means = (figure for figure in BUDGETS if figure in instrument.parameters)
                return tuple(
                    change_of(name, "scale", amount, parameter=figure, since=since)
                    for figure in means
                )
            case "remove" | "tighten" | "loosen" | "delay":
                return (change_of(name, lever.action, amount, since=since),)
            case _:
                raise LeverError(f"'{lever.action}' acts on governments, not on instruments")
    except ChangeError as error:
        why = f"{amount:g} is not an amount that '{lever.action}' takes: {error}"
        raise LeverError(why) from None


_PAST: Mapping[Action, str] = {
    "remove": "ended",
    "impose": "brought into force",
    "tighten": "tightened",
    "loosen": "loosened",
    "delay": "put off",
    "scale": "given other means",
    "adapt": "reviewed",
}


def _in_force_from(instrument: Instrument, day: dt.date) -> Instrument:
    """The instrument in force from a day on."""
    if instrument.effective <= day:
        # What lies behind the world has happened: that it goes on since its end changes nothing.
        return instrument.model_copy(update={"ended": None})
    announced = min(instrument.announced, day)
    ended = instrument.ended
    return instrument.model_copy(update={"announced": announced, "effective": day, "ended": ended})


def _with_course(policy: Policy, lever: Lever) -> Policy:
    if lever.target not in courses():
        known = ", ".join(courses())
        raise LeverError(f"no policy '{lever.target}' holds a course; these do: {known}")
    course = courses()[lever.target][1]
    after = _CALENDAR.month(_CALENDAR.index(lever.on) + 1)
    course = course.model_copy(update={"since": max(course.since, after)})
    kept = [one for one in policy.adaptive if one.government != course.government]
    return _renamed(policy, adaptive=(*kept, course))


def _renamed(policy: Policy, **update: object) -> Policy:
    """The policy changed, under a name that says so."""
    base = policy.name.partition("+")[0]
    return policy.model_copy(update={"name": f"{base}+levers", **update})
