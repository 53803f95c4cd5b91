"""A comparison as one page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from math import isinf
from pathlib import Path

import pandas as pd

from experiments.comparison import Comparison, Row
from experiments.cost_effectiveness import CostEffect
from experiments.drivers import Drivers
from experiments.durable import write_whole
from experiments.findings import against_uncertainty, finding
from experiments.joined import Joined
from experiments.manifest import StoredOutcome
from experiments.report_figures import STRONGEST, difference, fan, forest, svg, tornado
from experiments.tables import shown, signed, span_of, unsigned

_STYLE = Path(__file__).with_name("report.css")
_MANY = 5
_HEADINGS = {"gap_months": "Gap in AI capability", "chip_gap_years": "Gap in chip making"}


class ReportError(ValueError):
    """A report that cannot be written; the message says why."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of.

    Attributes:
        studies: where the results lie.
        comparison: of the outcomes shown in the table, in one month.
        drawn: the outcomes drawn over time; the first is what findings and tornados are about.
        frame: their results, every month.
        costs: what a month of the gap costs, by policy and account.
        drivers: by policy, what its difference in the first outcome hangs on; None where nothing
            can be ranked.
        undrawn: why there are no drivers at all; empty where there are.
    """

    studies: Joined
    comparison: Comparison
    drawn: tuple[StoredOutcome, ...]
    frame: pd.DataFrame
    costs: tuple[CostEffect, ...]
    drivers: dict[str, Drivers | None]
    undrawn: str = ""

    @property
    def titles(self) -> dict[str, str]:
        """Titles of the policies by name."""
        return {name: policy.title or name for name, policy in self.studies.policies.items()}

    @property
    def others(self) -> list[str]:
        """The policies that are compared with the baseline."""
        return [name for name in self.titles if name != self.comparison.baseline]

    def row(self, outcome: str, policy: str) -> Row:
        """The comparison of one outcome under one policy."""
        return next(
            row
            for row in self.comparison.rows
            if row.outcome.name == outcome and row.policy == policy
        )

    def finding(self, outcome: str, policy: str) -> str:
        """What was found, in a sentence."""
        titles = self.titles
        row = self.row(outcome, policy)
        return finding(self.comparison, row, titles[policy], titles[self.comparison.baseline])


def write_report(material: Material, out: Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        ReportError: if the file cannot be written.
    """
    content = page(material).encode()
    try:
        write_whole(out, content)
    except OSError as error:
        raise ReportError(f"{out}: cannot be written: {error.strerror or error}") from None


def page(material: Material) -> str:
    """The whole page."""
    title = _heading(material)
    body = "\n".join(
        part
        for section in (
            _question(material, title),
            _answer(material),
            _policies(material),
            _table(material),
            _costs(material),
            _caveats(material),
            _provenance(material),
        )
        for part in section
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _heading(material: Material) -> str:
    if len(material.others) == 1:
        return material.titles[material.others[0]]
    return f"{len(material.others)} policies and the US-China gap in AI capability"


def _question(material: Material, title: str) -> Iterator[str]:
    base = material.titles[material.comparison.baseline]
    futures = material.comparison.futures
    yield f"<h1>{escape(title)}</h1>"
    if len(material.others) == 1:
        question = material.studies.policies[material.others[0]].question
        if question:
            yield f'<p class="question">{escape(question)}</p>'
    yield (
        f'<p class="lead">Compared with \u201c{escape(base)}\u201d in {futures:,} simulated'
        f" futures, each lived under every policy with the same luck. Figures are for"
        f" {material.comparison.on:%B %Y}.</p>"
    )


def _answer(material: Material) -> Iterator[str]:
    outcome = material.drawn[0]
    yield '<section class="findings" aria-label="What was found">'
    found = [material.finding(outcome.name, name) for name in material.others]
    if len(found) == 1:
        yield f"<p><strong>{escape(found[0])}</strong></p>"
        change = material.row(outcome.name, material.others[0]).difference
        if change is not None and (words := against_uncertainty(change)):
            yield f"<p>{escape(words)}</p>"
    else:
        yield "<ul>"
        yield from (f"<li>{escape(words)}</li>" for words in found)
        yield "</ul>"
    yield "</section>"
    if len(material.others) > 1:
        changes = [
            (material.titles[name], change)
            for name in material.others
            if (change := material.row(outcome.name, name).difference) is not None
        ]
        drawing = svg("forest", "Differences by policy", lambda: forest(changes, outcome))
        yield _figure(
            drawing,
            "All policies at a glance",
            "Dot: mean difference; line: its 95% interval; bar: 5-95% of futures. Right of the"
            f" line the policy widens the gap. {material.comparison.on:%B %Y}.",
        )


def _policies(material: Material) -> Iterator[str]:
    base = material.comparison.baseline
    yield "<h2>What each policy changes</h2>" if len(material.others) > 1 else "<h2>In figures</h2>"
    yield (
        '<p class="note"><span class="key base"></span>'
        f"{escape(material.titles[base])} (baseline) &nbsp;"
        '<span class="key policy"></span>the policy. Lines: medians, or means of differences.'
        " Bands: 25-75% and 5-95% of futures; a band runs off the panel where values lie beyond"
        " the record.</p>"
    )
    for name in material.others:
        policy = material.studies.policies[name]
        if len(material.others) > 1:
            yield f"<h3>{escape(material.titles[name])}</h3>"
            if policy.question:
                yield f"<p><em>{escape(policy.question)}</em></p>"
        if policy.description:
            yield f'<p class="note">{escape(policy.description)}</p>'
        for outcome in material.drawn[1:]:
            yield f"<p>{escape(material.finding(outcome.name, name))}</p>"
        yield '<div class="figures">'
        for outcome in material.drawn:
            yield from _over_time(material, outcome, name)
        yield "</div>"
        yield from _tornado(material, name)


def _over_time(material: Material, outcome: StoredOutcome, policy: str) -> Iterator[str]:
    frame, base = material.frame, material.comparison.baseline
    key = f"{policy}-{outcome.name}".replace("_", "-")
    what = _HEADINGS.get(outcome.name, outcome.name)
    title = f"{what}: {material.titles[policy]} and {material.titles[base]}"
    yield _figure(
        svg(f"{key}-fan", title, lambda: fan(frame, outcome, base, policy)),
        f"{what}, {outcome.unit}",
        f"{outcome.definition}.",
    )
    left_out = material.row(outcome.name, policy).difference
    dropped = (
        f" In {material.comparison.on:%B %Y}, {left_out.dropped:,} of"
        f" {left_out.pairs + left_out.dropped:,} pairs are left out, as one value is not known."
        if left_out is not None and left_out.dropped
        else ""
    )
    yield _figure(
        svg(
            f"{key}-change",
            f"Difference in {title}",
            lambda: difference(frame, outcome, base, policy),
        ),
        f"{what}: difference, {outcome.unit}",
        f"The policy less the baseline, future by future.{dropped}",
    )


def _tornado(material: Material, policy: str) -> Iterator[str]:
    found = material.drivers.get(policy)
    if found is None:
        return
    outcome = material.drawn[0].name
    named = _HEADINGS.get(outcome, outcome)
    yield _figure(
        svg(f"{policy}-tornado", f"What the difference hangs on: {policy}", lambda: tornado(found)),
        "What the difference hangs on",
        f"Rank correlation of each uncertain parameter with the difference ({named}), in"
        f" {found.futures:,} futures; the {min(STRONGEST, len(found.ranked))} strongest of"
        f" {len(found.ranked)}, with 95% intervals. To the right: the higher the parameter, the"
        " higher the difference (widening more, or narrowing less). Hollow: within"
        f" \u00b1{found.by_chance:.2f}, which chance alone reaches among so many.",
    )


def _figure(drawing: str, title: str, caption: str) -> str:
    words = f"<figcaption><b>{escape(title)}</b>{escape(caption)}</figcaption>"
    return f"<figure>{drawing}{words}</figure>"


def _table(material: Material) -> Iterator[str]:
    yield "<h2>All outcomes</h2>"
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
        f" {escape(outcome.unit)}</th></tr>"
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


def _costs(material: Material) -> Iterator[str]:
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
            numbers = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
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


def _caveats(material: Material) -> Iterator[str]:
    yield "<h2>How far to trust this</h2><ul>"
    ensemble = material.studies.manifest.study.ensemble
    drawn = (
        "every uncertain parameter drawn from its range, none weighed by what was observed since"
        " 2022"
        if ensemble.name == "prior"
        else f"{ensemble.caveat}; what the observations cannot pin is as wide as before"
    )
    yield (
        f"<li>The futures are the <strong>{escape(ensemble.title)}</strong>: {escape(drawn)}."
        " Read directions and ranges, not decimals.</li>"
    )
    yield (
        "<li>The 95% intervals of means are bootstrap intervals: how much another sample of futures"
        " could move the mean. They say nothing of what the model leaves out.</li>"
    )
    yield (
        "<li>The gap in months moves in steps, from one American release to the next: a policy may"
        " leave it untouched in most futures and matter a good deal in the rest, so a median of 0"
        " does not mean no effect.</li>"
    )
    if len(material.others) >= _MANY:
        yield (
            f"<li>{len(material.others)} policies are compared at once, each with its own 95%"
            " interval: about one in twenty would leave out zero by chance.</li>"
        )
    yield from (f"<li>{escape(line)}</li>" for line in _unknown(material))
    if material.undrawn:
        yield f"<li>{escape(material.undrawn)}</li>"
    yield "</ul>"


def _unknown(material: Material) -> Iterator[str]:
    """The share of futures in which an outcome is censored, or not known on both sides."""
    censorable = [row for row in material.comparison.rows if row.outcome.censored_by]
    some = False
    for row in censorable:
        level = row.level
        words = [
            f"{share:.1%} of futures lie beyond the record ({side})"
            for share, side in ((level.above, "above"), (level.below, "below"))
            if share > 0.0
        ]
        if row.difference is not None and row.difference.dropped:
            words.append(f"the difference rests on {row.difference.pairs:,} pairs")
        if words:
            some = True
            yield f"{row.outcome.name}, {material.titles[row.policy]}: {'; '.join(words)}."
    if censorable and not some:
        yield "Censored share: 0.0%. Every gap shown is within the record in every future."


def _provenance(material: Material) -> Iterator[str]:
    manifest = material.studies.manifest
    study, made = manifest.study, manifest.origin
    versions = ", ".join(f"{name} {number}" for name, number in made.versions.items() if number)
    entries = {
        "Policies": ", ".join(material.studies.policies),
        "Baseline": material.comparison.baseline,
        "Futures": f"{study.futures:,} under each policy, design {study.design.name}",
        "Ensemble": study.ensemble.caveat,
        "Seed": str(study.seed),
        "Products": study.products,
        "Horizon": f"January 2022 to {material.studies.until:%B %Y}",
        "Model": f"SHA-256 {made.model_sha256}",
        "Git revision": made.revision or "not known",
        "Versions": versions,
        "Made by": "aigap compare " + " ".join(path.name for path in material.studies.directories),
    }
    yield "<h2>Where this comes from</h2><dl>"
    yield from (f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in entries.items())
    yield "</dl>"


def _scrolling(label: str) -> str:
    """Opens what a narrow screen may scroll sideways, by keyboard too."""
    return f'<div class="scroll" role="region" aria-label="{label}" tabindex="0">'
