"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.table import Table

from experiments.comparison import Comparison, Difference, Level, Quantile, Row
from experiments.manifest import StoredOutcome
from experiments.terminal import plain_table
from model.instruments import Instrument
from model.outcomes import Outcome
from model.policy import Adaptive, Policy

_NOTHING = "-"
_THOUSAND, _MILLION = 1e3, 1e6
_WIDE = 116
_WIDE_HEADINGS = (
    "Median",
    "5% to 95%\nof futures",
    "Difference:\nmean",
    "95% interval\nof the mean",
    "5% to 95%\nof futures",
    "Futures\nup / down",
)
_NARROW_HEADINGS = (
    "Median\n5% to 95%",
    "Difference: mean\n5% to 95% of futures",
    "Futures\nup / down",
)


def comparison_table(comparison: Comparison, ensemble: str, width: int) -> Table:
    """A comparison for a reader: rows by outcome, units with the outcome, baseline first.

    On a narrow terminal ranges stand below their medians, and the interval of the mean
    difference is left out; no figure is ever cut short.
    """
    wide = width >= _WIDE
    table = plain_table(
        f"{comparison.on:%B %Y}, {ensemble}; differences from {comparison.baseline}"
    )
    table.add_column("Outcome, unit / policy", no_wrap=True)
    for heading in _WIDE_HEADINGS if wide else _NARROW_HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    heading = ""
    for row in comparison.rows:
        if row.outcome.name != heading:
            heading = row.outcome.name
            table.add_section()
            table.add_row(f"[bold]{_title(row.outcome)}[/bold]")
        median, span = _level_cells(row)
        change, interval, spread, directions = _difference_cells(row)
        if wide:
            cells = [median, span, change, interval, spread, directions]
        else:
            cells = [f"{median}\n{span}", f"{change}\n{spread}", directions]
        table.add_row(f"  {row.policy}", *cells)
    return table


def comparison_notes(comparison: Comparison) -> list[str]:
    """What has to be known to read the table: censored, undefined and unpaired futures."""
    notes = []
    for row in comparison.rows:
        where = f"{row.outcome.name}, {row.policy}:"
        for share, side in ((row.level.above, "above"), (row.level.below, "below")):
            if share > 0.0:
                notes.append(f"{where} {share:.1%} of futures lie beyond the record ({side})")
        if row.level.missing:
            notes.append(f"{where} not defined in {row.level.missing:,} futures")
        if row.difference is not None and row.difference.dropped:
            notes.append(
                f"{where} the difference rests on {row.difference.pairs:,} pairs of futures,"
                f" {row.difference.dropped:,} left out because one is not known"
            )
    return notes


def policies_table(policies: Iterable[Policy]) -> Table:
    """The library of policies."""
    table = plain_table()
    table.add_column("Policy", no_wrap=True)
    table.add_column("Title")
    table.add_column("Question")
    for policy in policies:
        table.add_row(policy.name, policy.title, policy.question)
    return table


def changes_table(
    policy: Policy,
    recorded: Sequence[Instrument],
    stances: Mapping[str, int] | None = None,
) -> Table:
    """What a policy does to the recorded instruments, instrument by instrument.

    With stances of adaptive governments: what these do on top of the policy as it stands.
    """
    table = plain_table()
    for heading in ("Change", "Instrument", "Issuer", "In force from", "Title"):
        table.add_column(heading, no_wrap=heading != "Title")
    unchanged = recorded if stances is None else policy.amend(recorded)
    before = {instrument.id: instrument for instrument in unchanged}
    after = {instrument.id: instrument for instrument in policy.amend(recorded, stances)}
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        instrument = new or old
        if old == new or instrument is None:
            continue
        change = "removed" if new is None else "added" if old is None else "changed"
        table.add_row(change, name, instrument.issuer, str(instrument.effective), instrument.title)
    return table


def courses_of(policy: Policy) -> Iterator[tuple[Adaptive, int]]:
    """The courses that a policy's adaptive governments may take: 1 tighter, -1 looser."""
    for course in policy.adaptive:
        if course.tighter:
            yield course, 1
        if course.looser:
            yield course, -1


def course_in_words(course: Adaptive, stance: int) -> str:
    """When an adaptive government takes a course, in a line."""
    bounds = (
        (course.tighten_below, course.tighten_above)
        if stance > 0
        else (course.loosen_below, course.loosen_above)
    )
    words = [
        f"{side} {bound:g}"
        for side, bound in zip(("below", "above"), bounds, strict=True)
        if bound is not None
    ]
    verb = "tightens" if stance > 0 else "loosens"
    return (
        f"{course.government} {verb} where {course.outcome} is {' or '.join(words)},"
        f" reviewed every {course.reviews_every} months from {course.since} on:"
    )


def outcomes_table(outcomes: Iterable[Outcome]) -> Table:
    """The registry of outcomes."""
    table = plain_table(show_lines=True)
    table.add_column("Outcome", no_wrap=True)
    table.add_column("Unit")
    table.add_column("Definition", ratio=3)
    table.add_column("Source", ratio=2)
    for outcome in outcomes:
        table.add_row(outcome.name, outcome.unit, outcome.definition, outcome.source)
    return table


def _title(outcome: StoredOutcome) -> str:
    return f"{outcome.name}, {outcome.unit}"


def _level_cells(row: Row) -> tuple[str, str]:
    level: Level = row.level
    decimals = row.outcome.decimals
    low, high = shown(level.low, decimals), shown(level.high, decimals)
    return shown(level.median, decimals), f"{low} to {high}"


def _difference_cells(row: Row) -> tuple[str, str, str, str]:
    change: Difference | None = row.difference
    if change is None:
        return "", "", "", ""
    if change.mean is None or change.low is None or change.high is None:
        return _NOTHING, _NOTHING, _NOTHING, _NOTHING
    decimals = row.outcome.decimals
    interval = _NOTHING
    if change.interval is not None:
        interval = span_of(*change.interval, decimals)
    return (
        signed(change.mean, decimals),
        interval,
        span_of(change.low, change.high, decimals),
        "unchanged" if change.equal == 1.0 else f"{change.higher:.0%} / {change.lower:.0%}",
    )


def shown(quantile: Quantile, decimals: int) -> str:
    """A quantile, or on which side of the record it lies."""
    if quantile.censored is not None:
        return "> record" if quantile.censored == "above" else "< record"
    return _NOTHING if quantile.value is None else figure(quantile.value, decimals)


def span_of(low: float, high: float, decimals: int) -> str:
    """Two numbers with their signs."""
    return f"{signed(low, decimals)} to {signed(high, decimals)}"


def signed(value: float, decimals: int) -> str:
    """A number with its sign, as the outcome wants it."""
    # An exact zero is a finding (nothing changed): "0".  What merely rounds to it is "0.0".
    if value == 0.0:
        return "0"
    size = unsigned(value, decimals)
    if not size.strip("0."):
        return size
    return f"{'+' if value > 0.0 else '-'}{size}"


def unsigned(value: float, decimals: int) -> str:
    """The size of a number, as the outcome wants it."""
    return figure(abs(value), decimals)


def figure(value: float, decimals: int) -> str:
    """A number as the outcome wants it; large ones with three digits, in thousands or millions."""
    size = abs(value)
    for unit, suffix in ((_MILLION, "M"), (_THOUSAND, "k")):
        if size >= unit and (suffix == "M" or size >= 10 * _THOUSAND):
            digits = 2 if size < 10 * unit else 1 if size < 100 * unit else 0
            return f"{value / unit:,.{digits}f}{suffix}"
    return f"{value:,.{decimals if size < _THOUSAND else 0}f}"
