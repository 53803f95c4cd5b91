"""Judgements: what the controls in force on a day say of selling a chip or shipping a tool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from model.instruments import (
    ChipControl,
    ChipMetric,
    Condition,
    EntityListing,
    InstrumentBase,
    Outcome,
    Test,
    TestingInstrument,
)
from model.specifications import Specification, for_data_centres

_STRICTNESS: dict[Outcome, int] = {"free": 0, "notified": 1, "fee": 2, "licence": 3, "denied": 4}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a sale.

    Attributes:
        outcome: the strictest that applies.
        admitted: share of such sales that may go ahead, 0 to 1.
        fee: share of the price owed to the issuing government.
        instrument: id of the instrument that decides; None where no rule applies.
        reason: why it applies, where that is not a matter of the chip or tool.
        replaced_by: id of the instrument whose judgement stands instead of this one.
    """

    outcome: Outcome
    admitted: float
    fee: float
    instrument: str | None
    reason: str = field(default="", compare=False)
    replaced_by: str | None = field(default=None, compare=False)


FREE = Judgement("free", 1.0, 0.0, None)


def by_share(admitted: float, instrument: str, reason: str = "") -> Judgement:
    """The judgement where a rule lets a share through: by licence, or denied where that is none."""
    outcome: Outcome = "licence" if admitted > 0.0 else "denied"
    return Judgement(outcome, admitted, 0.0, instrument, reason)


def of_listing(listing: EntityListing, day: date, reason: str = "") -> Judgement:
    """The judgement on a sale to a listed buyer: denied, or by licence where some are granted."""
    return by_share(odds(listing, day), listing.id, reason)


def stricter(one: Judgement, other: Judgement) -> Judgement:
    """The one that admits less; the one of the stricter outcome where both admit the same."""
    return max(one, other, key=lambda judged: (-judged.admitted, _STRICTNESS[judged.outcome]))


def strictest(controls: Sequence[ChipControl], chip: Specification, day: date) -> Judgement:
    """The strictest judgement on a chip, after relaxations."""
    found = weighed(controls, chip, day)
    return max((one for one in found if one.replaced_by is None), key=_strictness, default=FREE)


def weighed(controls: Sequence[ChipControl], chip: Specification, day: date) -> list[Judgement]:
    """Each judgement on a chip, those that a relaxation replaces marked as such.

    A relaxation comes after what it relaxes, and counts only where that caught the chip.
    """
    caught = [
        (control, judgement)
        for control in sorted(controls, key=lambda control: control.effective)
        if (judgement := _judge(control, chip, day)) is not None
    ]
    if not any(control.relaxes for control, _ in caught):
        return [judgement for _, judgement in caught]
    counted: dict[str, Judgement] = {}
    replaced: dict[str, str] = {}
    for control, judgement in caught:
        if not control.relaxes or not counted.keys().isdisjoint(control.relaxes):
            counted[control.id] = judgement
            replaced |= dict.fromkeys(control.relaxes, control.id)
    return [
        replace(judgement, replaced_by=replaced[name]) if name in replaced else judgement
        for name, judgement in counted.items()
    ]


def ranked(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Judgements from the strictest down, those replaced last."""
    return sorted(judgements, key=lambda one: (one.replaced_by is None, *_strictness(one)))[::-1]


def tests_met(control: TestingInstrument, chip: Specification, day: date) -> list[Test]:
    """The tests of a control that catch a chip on a day."""
    kind = for_data_centres(chip)
    return [
        test
        for test in control.tests
        if (test.data_centre is None or test.data_centre is kind)
        and all(_holds(condition, control, chip, day) for condition in test.all_of)
    ]


def figure(chip: Specification, metric: ChipMetric) -> float:
    """A chip's figure on a metric."""
    if metric == "combined_bandwidth_gbs":
        return chip.memory_bandwidth_gbs + chip.interconnect_gbs
    value: float = getattr(chip, metric)
    return value


def odds(instrument: InstrumentBase, day: date) -> float:
    """Share of applications granted; none is where the instrument says nothing of it."""
    return value_or(instrument, "approval_odds", day, 0.0)


def value_or(instrument: InstrumentBase, parameter: str, day: date, default: float) -> float:
    """A parameter that an instrument may leave out."""
    return instrument.value(parameter, day) if parameter in instrument.parameters else default


def _strictness(judgement: Judgement) -> tuple[int, float]:
    return _STRICTNESS[judgement.outcome], -judgement.admitted


def _judge(control: ChipControl, chip: Specification, day: date) -> Judgement | None:
    outcome = _outcome(control, chip, day)
    if outcome is None:
        return None
    admitted = {"free": 1.0, "denied": 0.0}.get(outcome, odds(control, day))
    fee = value_or(control, "fee", day, 0.0) if outcome == "fee" else 0.0
    return Judgement(outcome, admitted, fee, control.id)


def _outcome(control: ChipControl, chip: Specification, day: date) -> Outcome | None:
    if control.kind == "chip-embargo":
        return control.outcome
    if control.kind == "chip-letter" and chip.name in control.products:
        return control.outcome
    outcomes = [test.outcome for test in tests_met(control, chip, day)]
    return max(outcomes, key=_STRICTNESS.__getitem__, default=None)


def _holds(
    condition: Condition, control: TestingInstrument, chip: Specification, day: date
) -> bool:
    of_chip = figure(chip, condition.metric)
    if condition.at_least is not None and of_chip < control.value(condition.at_least, day):
        return False
    return condition.below is None or of_chip < control.value(condition.below, day)
