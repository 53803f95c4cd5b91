"""What a comparison found, in sentences that say no more than its numbers do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from experiments.comparison import Comparison, Difference, Row
from experiments.manifest import StoredOutcome
from experiments.tables import signed, unsigned

_WORDS = {"gap_months": ("wider", "narrower"), "chip_gap_years": ("wider", "narrower")}
_SUBJECTS = {"gap_months": "the US-China gap in AI capability", "chip_gap_years": "the chip gap"}
_SMALL, _LARGE = 0.2, 0.8


def finding(comparison: Comparison, row: Row, title: str, baseline: str) -> str:
    """One policy's effect on one outcome.

    Args:
        comparison: that it is part of.
        row: of the policy and the outcome.
        title: of the policy.
        baseline: title of what it is compared with.
    """
    change, outcome = row.difference, row.outcome
    when = f"In {comparison.on:%B %Y}"
    subject = _SUBJECTS.get(outcome.name, outcome.name)
    if change is None or change.mean is None:
        return (
            f"{when} nothing can be said of {subject} under \u201c{title}\u201d: in no future is it"
            " known on both sides."
        )
    if change.equal == 1.0:
        return (
            f"{when} \u201c{title}\u201d leaves {subject} exactly as under \u201c{baseline}\u201d"
            f" in all {change.pairs:,} futures compared."
        )
    if not is_clear(change):
        return (
            f"No clear difference: {when[0].lower()}{when[1:]} {subject} under \u201c{title}\u201d"
            f" is on average {signed(change.mean, outcome.decimals)} {outcome.unit} against"
            f" \u201c{baseline}\u201d, and the 95% interval of that mean,"
            f" {_interval(change, outcome)}, holds zero; {_directions(change, outcome)}."
        )
    return (
        f"{when} {subject} under \u201c{title}\u201d is on average"
        f" {unsigned(change.mean, outcome.decimals)} {outcome.unit}"
        f" {_words(outcome)[change.mean < 0.0]} than under \u201c{baseline}\u201d (95% interval of"
        f" the mean {_interval(change, outcome)}; median"
        f" {signed(change.median or 0.0, outcome.decimals)}; 5-95% of futures"
        f" {signed(change.low or 0.0, outcome.decimals)} to"
        f" {signed(change.high or 0.0, outcome.decimals)}); {_directions(change, outcome)}."
    )


def overview(
    changes: Mapping[str, Difference], outcome: StoredOutcome, baseline: str, on: date
) -> str:
    """Many policies' effects on one outcome, in two sentences.

    Args:
        changes: differences from the baseline, by title of the policy.
        outcome: which.
        baseline: title of what they are compared with.
        on: the month.
    """
    subject = _SUBJECTS.get(outcome.name, outcome.name)
    up, down = _words(outcome)
    clear = {
        title: change.mean
        for title, change in changes.items()
        if is_clear(change) and change.mean is not None and not is_slight(change, outcome)
    }
    slight = sum(is_clear(change) and is_slight(change, outcome) for change in changes.values())
    wider = sum(mean > 0.0 for mean in clear.values())
    same = sum(change.equal == 1.0 for change in changes.values())
    counts = [
        (wider, "make", f"it clearly {up}"),
        (len(clear) - wider, "make", f"it clearly {down}"),
        (
            slight,
            "move",
            f"it by less than {smallest_shown(outcome):g} {outcome.unit} on average",
        ),
        (same, "leave", "it exactly the same"),
        (len(changes) - len(clear) - slight - same, "make", "no clear difference"),
    ]
    told = ", ".join(
        f"{count} {verb}{'s' if count == 1 else ''} {words}"
        for count, verb, words in counts
        if count
    )
    said = (
        f"Of {len(changes)} policies compared with \u201c{baseline}\u201d on {subject} in"
        f" {on:%B %Y}: {told}."
    )
    if clear:
        title = max(clear, key=lambda one: abs(clear[one]))
        direction = up if clear[title] > 0.0 else down
        said += (
            f" The largest clear effect is that of \u201c{title}\u201d: on average"
            f" {unsigned(clear[title], outcome.decimals)} {outcome.unit} {direction}."
        )
    return said


def is_clear(change: Difference) -> bool:
    """Whether the interval of the mean leaves out zero."""
    return change.interval is not None and (change.interval[0] > 0.0 or change.interval[1] < 0.0)


def is_slight(change: Difference, outcome: StoredOutcome) -> bool:
    """Whether the mean is not zero and yet rounds to it in the decimals of the outcome."""
    return change.mean is not None and 0.0 < abs(change.mean) < smallest_shown(outcome)


def smallest_shown(outcome: StoredOutcome) -> float:
    """The least amount of an outcome that does not round to zero."""
    return float(0.5 * 10.0**-outcome.decimals)


def against_uncertainty(change: Difference) -> str:
    """The size of an effect beside what is uncertain anyway; empty where it has none."""
    if change.effect is None or change.equal == 1.0:
        return ""
    size = abs(change.effect)
    words = "small" if size < _SMALL else "large" if size >= _LARGE else "moderate"
    return (
        f"The mean difference is {size:.2f} standard deviations of what the outcome varies by over"
        f" futures anyway: {words} beside the uncertainty of parameters and luck."
    )


def _words(outcome: StoredOutcome) -> tuple[str, str]:
    return _WORDS.get(outcome.name, ("higher", "lower"))


def _interval(change: Difference, outcome: StoredOutcome) -> str:
    if change.interval is None:
        return "not known from one future"
    low, high = (signed(edge, outcome.decimals) for edge in change.interval)
    return f"{low} to {high}"


def _directions(change: Difference, outcome: StoredOutcome) -> str:
    up, down = _words(outcome)
    shares = [
        (word, share or 0.0)
        for word, share in (
            (up, change.higher),
            (down, change.lower),
            ("unchanged", change.equal),
        )
    ]
    shares.sort(key=lambda entry: -entry[1])
    said = [f"{word} in {percent(share)}" for word, share in shares if share > 0.0]
    return f"it is {', '.join(said)} of futures"


def percent(share: float) -> str:
    """A share of futures; one that is neither none nor all never rounds to it."""
    if share in {0.0, 1.0}:
        return f"{share:.0%}"
    return "under 1%" if share < 0.01 else "over 99%" if share > 0.99 else f"{share:.0%}"
