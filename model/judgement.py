"""Judgements: what the controls in force on a day say of selling a chip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agents.records import ChipRecord
from model.instruments import (
    ChipControl,
    ChipLetter,
    ChipThreshold,
    Condition,
    EntityListing,
    InstrumentBase,
    Outcome,
)

_STRICTNESS: dict[Outcome, int] = {"free": 0, "notified": 1, "fee": 2, "licence": 3, "denied": 4}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a sale.

    Attributes:
        outcome: the strictest that applies.
        admitted: share of such sales that may go ahead, 0 to 1.
        fee: share of the price owed to the issuing government.
        instrument: id of the instrument that decides; None where no rule applies.
    """

    outcome: Outcome
    admitted: float
    fee: float
    instrument: str | None


FREE = Judgement("free", 1.0, 0.0, None)


def of_listing(listing: EntityListing, day: date) -> Judgement:
    """The judgement on a sale to a listed buyer: denied, or by licence where some are granted."""
    granted = odds(listing, day)
    return Judgement("licence" if granted > 0.0 else "denied", granted, 0.0, listing.id)


def stricter(one: Judgement, other: Judgement) -> Judgement:
    """The one that admits less; the one of the stricter outcome where both admit the same."""
    return max(one, other, key=lambda judged: (-judged.admitted, _STRICTNESS[judged.outcome]))


def strictest(controls: Sequence[ChipControl], chip: ChipRecord, day: date) -> Judgement:
    """The strictest judgement on a chip, after relaxations.

    A relaxation comes after what it relaxes, and counts only where that caught the chip.
    """
    judged = [
        (control, judgement)
        for control in controls
        if (judgement := _judge(control, chip, day)) is not None
    ]
    caught: set[str] = set()
    relaxed: set[str] = set()
    standing: list[Judgement] = []
    for control, judgement in sorted(judged, key=lambda pair: pair[0].effective):
        if not control.relaxes or caught & set(control.relaxes):
            caught.add(control.id)
            relaxed |= set(control.relaxes)
            standing.append(judgement)
    standing = [judgement for judgement in standing if judgement.instrument not in relaxed]
    return max(standing, key=_strictness, default=FREE)


def _strictness(judgement: Judgement) -> tuple[int, float]:
    return _STRICTNESS[judgement.outcome], -judgement.admitted


def _judge(control: ChipControl, chip: ChipRecord, day: date) -> Judgement | None:
    outcome = _outcome(control, chip, day)
    if outcome is None:
        return None
    admitted = {"free": 1.0, "denied": 0.0}.get(outcome, odds(control, day))
    fee = value_or(control, "fee", day, 0.0) if outcome == "fee" else 0.0
    return Judgement(outcome, admitted, fee, control.id)


def _outcome(control: ChipControl, chip: ChipRecord, day: date) -> Outcome | None:
    if isinstance(control, ChipLetter):
        return control.outcome if chip.name in control.products else None
    outcomes = [
        test.outcome
        for test in control.tests
        if all(_holds(condition, control, chip, day) for condition in test.all_of)
    ]
    return max(outcomes, key=_STRICTNESS.__getitem__, default=None)


def _holds(condition: Condition, control: ChipThreshold, chip: ChipRecord, day: date) -> bool:
    figure = float(getattr(chip, condition.metric))
    if condition.at_least is not None and figure < control.value(condition.at_least, day):
        return False
    return condition.below is None or figure < control.value(condition.below, day)


def odds(instrument: InstrumentBase, day: date) -> float:
    """Share of applications granted; none is where the instrument says nothing of it."""
    return value_or(instrument, "approval_odds", day, 0.0)


def value_or(instrument: InstrumentBase, parameter: str, day: date, default: float) -> float:
    """A parameter that an instrument may leave out."""
    return instrument.value(parameter, day) if parameter in instrument.parameters else default
