"""How far a finding stands: at another date, by another measure, in the prior, and in most futures.

A mean that is clear in one ensemble, by one measure and on one day may be owed to any of the three.
A finding is called robust only if none of them turns it round or makes it unclear, and if most of
the futures that the policy changes go that way; without these it is robust on average.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from experiments.comparison import Difference
from experiments.findings import is_clear

Kind = Literal["robust", "robust on average", "not robust", "small", "unclear", "the same"]
GAP, GAP_OOM, COMPUTE_RATIO = "gap_months", "gap_oom", "compute_ratio"
# A finding of most futures: so many of those that the policy changes go the way of the mean.
AGREEING = 0.8
# A policy that leaves so many futures untouched is said to change nothing.
UNTOUCHED = 0.95
# Months; less is below what the model's clock resolves, a release being dated to the month.
SMALL = 0.25


@dataclass(frozen=True, slots=True)
class Place:
    """What an effect was measured by, when, and in which ensemble."""

    outcome: str
    on: date
    calibrated: bool = True

    @property
    def words(self) -> str:
        """As it is named in a list of tests."""
        measures = {GAP: "months", GAP_OOM: "orders of magnitude", COMPUTE_RATIO: "compute ratio"}
        ensemble = "" if self.calibrated else ", prior"
        return f"{measures[self.outcome]} in {self.on:%B %Y}{ensemble}"


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict on one policy.

    Attributes:
        kind: what may be said.
        direction: 1 if the policy widens the gap, -1 if it narrows it, 0 if that is not clear.
        told_on: the date the direction is told of.
        agreeing: of the futures that the policy changes on that date, the share that goes that way;
            none where it changes none.
        tests: how many there were.
        failed: where the mean does not go that way, or not clearly.
    """

    kind: Kind
    direction: int
    told_on: date
    agreeing: float | None
    tests: int
    failed: tuple[str, ...]


def direction(change: Difference) -> int:
    """1 or -1 where a mean is clearly positive or negative; 0 where its interval holds zero."""
    if change.mean is None or not is_clear(change):
        return 0
    return 1 if change.mean > 0.0 else -1


def standing(changes: Mapping[Place, Difference], first: date, last: date) -> Standing:
    """Judge a policy's effect on the gap.

    The direction is that of the gap in months on the first date; if it is not clear then, on the
    last.

    Args:
        changes: differences from the baseline, at every place.
        first: the date that findings are told of.
        last: the other date.
    """
    gaps = {on: changes[Place(GAP, on)] for on in (first, last)}
    told_on = first if direction(gaps[first]) or not direction(gaps[last]) else last
    sign, share = direction(gaps[told_on]), agreeing(gaps[told_on])
    failed = tuple(_failed(changes, sign))
    kind = _kind(gaps, sign, share or 0.0, failed)
    return Standing(kind, sign, told_on, share, len(changes), failed)


def agreeing(change: Difference) -> float | None:
    """Of the futures that a policy changes, the share that goes the way of the mean."""
    if change.mean is None or change.higher is None or change.lower is None:
        return None
    changed = change.higher + change.lower
    return (change.higher if change.mean > 0.0 else change.lower) / changed if changed else None


def _kind(
    gaps: Mapping[date, Difference], sign: int, share: float, failed: tuple[str, ...]
) -> Kind:
    if all((change.equal or 0.0) >= UNTOUCHED for change in gaps.values()):
        return "the same"
    if all(change.mean is None or abs(change.mean) < SMALL for change in gaps.values()):
        return "small" if sign else "unclear"
    if not sign:
        return "unclear"
    if failed:
        return "not robust"
    return "robust" if share >= AGREEING else "robust on average"


def _failed(changes: Mapping[Place, Difference], sign: int) -> Iterator[str]:
    if not sign:
        return
    for place, change in changes.items():
        found = direction(change)
        # Policies on people or publications need not move compute; one that moves it the other
        # way contradicts.
        contradicts = found == -sign if place.outcome == COMPUTE_RATIO else found != sign
        if contradicts:
            turned = "turned round" if found == -sign else "not clear"
            yield f"{place.words} ({turned})"
