"""A draft: instruments and parameters changed for a run of one's own, and the files that say so.

Everything comes as text from a browser; what is not understood is refused in a sentence.  Nothing
is written: a file is text that the browser saves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from experiments.designs import DesignError, require_value
from experiments.drafting import policy_yaml, study_yaml
from experiments.policies import PolicyFile, fitted
from experiments.rule_questions import RuleQuestionError, day_named
from experiments.study import MOST_FUTURES, StudyError, month_within
from experiments.study_files import StudyFile
from model.calendar import RECORD_START
from model.instruments import ON_RECORD_ONLY, Instrument
from model.loading import first_fault, parameter_quantities, recorded_instruments
from model.policy import (
    Add,
    Change,
    Delay,
    Loosen,
    Policy,
    PolicyError,
    Remove,
    Scale,
    Set,
    Tighten,
)
from viz.beginning import finite
from viz.changes import Action, ChangeError, change_of
from viz.limits import LAST_MONTH, LiveError

ACTIONS: dict[Action, str] = {
    "remove": "take it out",
    "delay": "put it off, months",
    "set": "set a figure to",
    "scale": "multiply a figure by",
    "tighten": "stop a share of what it lets through, %",
    "loosen": "let through a share of what it stops, %",
}
"""What can be done with an instrument, in the words of the form."""

MOST_CHANGES = 100


class DraftError(ValueError):
    """Something that a draft cannot hold; the message says in a sentence what was expected."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Changes to recorded history, and parameters with one value in every future.

    Attributes:
        name, question: of the policy.
        changes: made in this order.
        parameters: values by name.
    """

    name: str = "my-policy"
    question: str = ""
    changes: tuple[Change, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)

    def policy_file(self) -> PolicyFile:
        """The policy as a file has it.

        Raises:
            DraftError: if the name will not do.
        """
        try:
            file = PolicyFile(name=self.name, question=self.question, changes=self.changes)
        except ValidationError as error:
            raise DraftError(first_fault(error)) from None
        self._fitting(file)
        return file

    def policy(self) -> Policy:
        """The policy itself, known to fit recorded history."""
        return self._fitting(self.policy_file())

    def policy_text(self) -> str:
        """The policy as a YAML file that ``aigap policy check`` and ``aigap run`` accept."""
        return policy_yaml(self.policy_file())

    def study_text(self, futures: int, until: str, seed: int = 1) -> str:
        """A study of history and this draft, with its parameters, as a YAML file.

        Raises:
            DraftError: saying what was expected.
        """
        if not 1 <= futures <= MOST_FUTURES:
            raise DraftError(f"expected 1 to {MOST_FUTURES:,} futures, got {futures:,}")
        try:
            month_within(until, RECORD_START, LAST_MONTH)
        except StudyError as error:
            raise DraftError(str(error)) from None
        policies = ("history", self.policy_file()) if self.changes else ("history",)
        file = StudyFile(
            question=self.question,
            policies=policies,
            parameters=dict(self.parameters),
            futures=futures,
            seed=seed,
            until=until,
        )
        return study_yaml(file)

    def _fitting(self, file: PolicyFile) -> Policy:
        try:
            return fitted(file.on_top_of(None), "the draft")
        except PolicyError as error:
            raise DraftError(str(error)) from None


def with_change(draft: Draft, instrument: str, asked: Mapping[str, Any]) -> Draft:
    """The draft with an instrument changed.

    Args:
        draft: so far.
        instrument: its id.
        asked: ``action``, and as the action needs ``parameter``, ``number`` and ``since``, as text.

    Raises:
        DraftError: saying what was expected.
    """
    if len(draft.changes) >= MOST_CHANGES:
        raise DraftError(f"a draft holds at most {MOST_CHANGES} changes")
    action = next((known for known in ACTIONS if known == asked.get("action")), None)
    if action is None:
        raise DraftError(f"expected one of {', '.join(ACTIONS)}")
    since = str(asked.get("since") or "").strip()
    amount = 1.0 if action == "remove" else _number(asked.get("number"))
    try:
        change = change_of(
            instrument[:200],
            action,
            amount / 100.0 if action in ("tighten", "loosen") else amount,
            parameter=str(asked.get("parameter") or "")[:100],
            since=_day(since) if since else None,
        )
    except ChangeError as error:
        raise DraftError(str(error)) from None
    changed = replace(draft, changes=(*draft.changes, change))
    Draft(name="draft-of-a-policy", changes=changed.changes).policy_file()
    return changed


def without_change(draft: Draft, place: int) -> Draft:
    """The draft without one of its changes.

    Raises:
        DraftError: if what remains cannot be made, or there is no such change.
    """
    if not 0 <= place < len(draft.changes):
        raise DraftError("there is no such change any more")
    changes = draft.changes[:place] + draft.changes[place + 1 :]
    Draft(name="draft-of-a-policy", changes=changes).policy_file()
    return replace(draft, changes=changes)


def with_parameter(draft: Draft, name: str, value: str) -> Draft:
    """The draft with a parameter at one value in every future; as drawn again if empty.

    Raises:
        DraftError: saying what was expected.
    """
    kept = {known: number for known, number in draft.parameters.items() if known != name}
    if value.strip():
        number = _number(value)
        try:
            require_value(name, number)
        except DesignError as error:
            raise DraftError(str(error)) from None
        kept[name] = number
    return replace(draft, parameters=kept)


def in_words(change: Change) -> str:
    """A change of a draft in a line."""
    if isinstance(change, Add):
        return f"{change.instrument.id}: added"
    since = getattr(change, "since", None)
    from_then = "" if since is None else f", from {since}"
    return f"{', '.join(change.select.ids)}: {_done(change)}{from_then}"


def _done(change: Remove | Delay | Set | Scale | Tighten | Loosen) -> str:
    if isinstance(change, Delay):
        return f"put off by {change.months} months"
    if isinstance(change, Set):
        return f"{change.parameter} set to {change.value:g}"
    if isinstance(change, Scale):
        return f"{change.parameter} times {change.factor:g}"
    if isinstance(change, Tighten):
        return f"stops {change.by:.0%} of what it lets through"
    if isinstance(change, Loosen):
        return f"lets through {change.by:.0%} of what it stops"
    return "taken out"


def parameter_rows(draft: Draft) -> list[dict[str, Any]]:
    """Every uncertain parameter with value, range, unit, source and kind, and its drafted value."""
    return [
        {
            "name": name,
            "value": f"{known.value:g}",
            "low": "" if known.low is None else f"{known.low:g}",
            "high": "" if known.high is None else f"{known.high:g}",
            "unit": known.unit,
            "basis": known.basis,
            "source": known.source,
            "drafted": f"{draft.parameters[name]:g}" if name in draft.parameters else "",
        }
        for name, known in parameter_quantities().items()
    ]


def instrument_rows() -> list[dict[str, Any]]:
    """Every recorded instrument, in order of the day on which it takes effect."""
    return [
        {
            "id": one.id,
            "title": one.title,
            "issuer": one.issuer,
            "kind": one.kind,
            "family": one.family,
            "announced": one.announced.isoformat(),
            "effective": one.effective.isoformat(),
            "ended": "" if one.ended is None else one.ended.isoformat(),
            "citation": one.citation,
            "acts": not isinstance(one, ON_RECORD_ONLY),
        }
        for one in sorted(recorded_instruments(), key=lambda one: (one.effective, one.id))
    ]


def instrument_named(name: str) -> Instrument | None:
    """The recorded instrument with that id, if there is one."""
    return next((one for one in recorded_instruments() if one.id == name), None)


def _day(text: str) -> date:
    try:
        return day_named(text[:20])
    except RuleQuestionError as error:
        raise DraftError(str(error)) from None


def _number(text: Any) -> float:
    try:
        return finite(str(text or ""))
    except LiveError as error:
        raise DraftError(str(error)) from None
