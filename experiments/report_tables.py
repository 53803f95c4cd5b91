"""The tables of a report: all outcomes, and what a month of the gap costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from math import isinf

from experiments.comparison import Row
from experiments.cost_effectiveness import CostEffect
from experiments.report_material import Material
from experiments.tables import shown, signed, span_of, unsigned

# A longer table is folded away until asked for.
_ROWS_SHOWN = 40


def outcomes_table(material: Material) -> Iterator[str]:
    """Levels and differences of every outcome compared; folded away where long."""
    yield "<h2>All outcomes</h2>"
    folded = len(material.comparison.rows)
    if folded > _ROWS_SHOWN:
        yield f"<details><summary>The table, {folded} rows</summary>"
    headings = (
        "Outcome / policy",
        "Median",
        "Mean difference",
        "95% interval of the mean",
        "5% to 95% of futures",
        "Differences, 5% to 95%",
        "Probability higher",
        "Effect size",
    )
    yield _scrolling("All outcomes")
    yield f"<table><caption>{material.comparison.on:%B %Y}</caption><thead><tr>"
    yield "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    yield "</tr></thead>"
    for _, rows in groupby(material.comparison.rows, key=lambda row: row.outcome.name):
        yield from _group(list(rows), material.titles, len(headings))
    yield "</table></div>"
    if folded > _ROWS_SHOWN:
        yield "</details>"
    yield (
        '<p class="note">Effect size: the mean difference in standard deviations of what the'
        " baseline varies by over futures. \u201c&gt; record\u201d: longer than the record can"
        " show. 0 is an exact zero; 0.0 merely rounds to it.</p>"
    )


def _group(rows: Sequence[Row], titles: dict[str, str], columns: int) -> Iterator[str]:
    outcome = rows[0].outcome
    yield "<tbody>"
    yield (
        f'<tr><th scope="rowgroup" colspan="{columns}">{escape(outcome.name)},'
        f" {escape(outcome.unit)} <small>{escape(outcome.definition)}</small></th></tr>"
    )
    for row in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in _cells(row))
        yield f'<tr><th scope="row">{escape(titles[row.policy])}</th>{cells}</tr>'
    yield "</tbody>"


def _cells(row: Row) -> list[str]:
    level, change, decimals = row.level, row.difference, row.outcome.decimals
    median = shown(level.median, decimals)
    reach = f"{shown(level.low, decimals)} to {shown(level.high, decimals)}"
    if change is None:
        return [median, "", "", reach, "", "", ""]
    if change.mean is None or change.low is None or change.high is None:
        return [median, "-", "-", reach, "-", "-", "-"]
    higher = "-" if change.higher is None else f"{change.higher:.0%}"
    if change.higher_interval is not None and change.equal != 1.0:
        higher += " ({:.0%} to {:.0%})".format(*change.higher_interval)
    return [
        median,
        signed(change.mean, decimals),
        "-" if change.interval is None else span_of(*change.interval, decimals),
        reach,
        span_of(change.low, change.high, decimals),
        higher,
        "-" if change.effect is None else f"{change.effect:+.2f}",
    ]


def costs_table(material: Material) -> Iterator[str]:
    """What each policy costs for each month of the gap; nothing without costs."""
    if not material.costs:
        return
    yield "<h2>What a month of the gap costs</h2>"
    yield (
        "<p>The change of cost since January 2022 over the change of the gap, as means over the"
        " futures in which the gap is known on both sides. A ratio is given only where both change"
        " clearly and one is the price of the other.</p>"
    )
    yield _scrolling("Cost-effectiveness")
    yield "<table><thead><tr>"
    for heading in (
        "Policy",
        "Change of cost, USD bn",
        "Change of the gap, months",
        "USD bn per month",
        "Reading",
    ):
        yield f'<th scope="col">{heading}</th>'
    yield "</tr></thead>"
    for account, effects in groupby(
        sorted(material.costs, key=lambda effect: effect.account), key=lambda one: one.account
    ):
        yield f'<tbody><tr><th scope="rowgroup" colspan="5">{escape(account)}</th></tr>'
        for effect in effects:
            cells = (
                _with_interval(effect.cost, effect.cost_interval, 1),
                _with_interval(effect.gain, effect.gain_interval, 1),
                _ratio(effect),
            )
            numbers = "".join(f'<td class="pair">{escape(cell)}</td>' for cell in cells)
            yield (
                f'<tr><th scope="row">{escape(material.titles[effect.policy])}</th>{numbers}'
                f'<td class="words">{escape(effect.verdict)}</td></tr>'
            )
        yield "</tbody>"
    yield "</table></div>"


def _with_interval(mean: float | None, interval: tuple[float, float] | None, decimals: int) -> str:
    if mean is None:
        return "-"
    if interval is None or interval[0] == interval[1]:
        return signed(mean, decimals)
    return f"{signed(mean, decimals)} ({span_of(*interval, decimals)})"


def _ratio(effect: CostEffect) -> str:
    if effect.ratio is None or effect.ratio_interval is None:
        return "undefined"
    low, high = effect.ratio_interval
    reach = f"{unsigned(low, 1)} or more" if isinf(high) else f"{low:,.1f} to {high:,.1f}"
    return f"{unsigned(effect.ratio, 1)} ({reach})"


def _scrolling(label: str) -> str:
    """Opens what a narrow screen may scroll sideways, by keyboard too."""
    return f'<div class="scroll" role="region" aria-label="{label}" tabindex="0">'
