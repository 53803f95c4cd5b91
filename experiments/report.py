"""A comparison as one page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from experiments.comparison import Difference
from experiments.durable import write_whole
from experiments.findings import against_uncertainty, is_clear, is_slight, overview
from experiments.manifest import StoredOutcome
from experiments.report_figures import STRONGEST, difference, fan, forest, svg, tornado
from experiments.report_material import Material, ReportError
from experiments.report_notes import caveats, provenance
from experiments.report_tables import costs_table, outcomes_table
from experiments.tables import signed, span_of

_STYLE = Path(__file__).with_name("report.css")
_HEADINGS = {"gap_months": "Gap in AI capability", "chip_gap_years": "Gap in chip making"}
# With more policies than this, what is said of each is folded away until asked for.
_FEW = 3
_SLIGHT = "Clear, but slight"


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
            outcomes_table(material),
            costs_table(material),
            caveats(material),
            provenance(material),
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
    question = (
        material.studies.policies[material.others[0]].question
        if len(material.others) == 1
        else f"What would each of {len(material.others)} other policies make of the gap?"
    )
    if question:
        yield f'<p class="question">{escape(question)}</p>'
    yield (
        f'<p class="lead">Compared with \u201c{escape(base)}\u201d in {futures:,} simulated'
        f" futures, each lived under every policy with the same luck. Figures are for"
        f" {material.comparison.on:%B %Y}.</p>"
    )


def _answer(material: Material) -> Iterator[str]:
    outcome = material.drawn[0]
    changes = {
        name: change
        for name in material.others
        if (change := material.row(outcome.name, name).difference) is not None
    }
    yield '<section class="findings" aria-label="What was found">'
    if len(material.others) == 1:
        (name,) = material.others
        yield f"<p><strong>{escape(material.finding(outcome.name, name))}</strong></p>"
        if name in changes and (words := against_uncertainty(changes[name])):
            yield f"<p>{escape(words)}</p>"
        yield "</section>"
        return
    named = {material.titles[name]: change for name, change in changes.items()}
    base = material.titles[material.comparison.baseline]
    said = overview(named, outcome, base, material.comparison.on)
    yield f"<p><strong>{escape(said)}</strong></p></section>"
    ranked = sorted(named.items(), key=lambda entry: -(entry[1].mean or 0.0))
    drawing = svg("forest", "Differences by policy", lambda: forest(ranked, outcome))
    yield '<div class="glance">'
    yield _figure(
        drawing,
        "All policies at a glance",
        "Dot: mean difference; line: its 95% interval; bar: 5-95% of futures. Right of the"
        f" line the policy widens the gap. {material.comparison.on:%B %Y}.",
    )
    yield "<div>"
    yield from _by_effect(ranked, outcome)
    yield "</div></div>"


def _by_effect(ranked: list[tuple[str, Difference]], outcome: StoredOutcome) -> Iterator[str]:
    """The policies under what they do, each with its mean difference and the interval of it."""
    groups: dict[str, list[str]] = {}
    for title, change in ranked:
        figures = "not known" if change.mean is None else signed(change.mean, outcome.decimals)
        if change.interval is not None and change.interval[0] != change.interval[1]:
            figures += f" ({span_of(*change.interval, outcome.decimals)})"
        groups.setdefault(_effect(change, outcome), []).append(f"{title}: {figures}")
    for heading in (
        "Clearly wider",
        "Clearly narrower",
        _SLIGHT,
        "No clear difference",
        "Exactly the same",
    ):
        if heading in groups:
            yield f"<h3>{heading}</h3><ul>"
            lines = groups[heading]
            strongest_first = reversed(lines) if heading == "Clearly narrower" else lines
            yield from (f"<li>{escape(line)}</li>" for line in strongest_first)
            yield "</ul>"
    yield (
        f'<p class="note">Mean difference in {escape(outcome.unit)}, with its 95% interval. Clear:'
        " the interval leaves out zero. Slight: so does it, but the mean rounds to zero. 0 is an"
        " exact zero; 0.0 merely rounds to it.</p>"
    )


def _effect(change: Difference, outcome: StoredOutcome) -> str:
    if change.equal == 1.0:
        return "Exactly the same"
    if not is_clear(change) or change.mean is None:
        return "No clear difference"
    if is_slight(change, outcome):
        return _SLIGHT
    return "Clearly wider" if change.mean > 0.0 else "Clearly narrower"


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
    folded = len(material.others) > _FEW
    for name in material.others:
        title = f"<h3>{escape(material.titles[name])}</h3>"
        if folded:
            yield f"<details><summary>{title}</summary>"
        elif len(material.others) > 1:
            yield title
        yield from _policy(material, name)
        if folded:
            yield "</details>"


def _policy(material: Material, name: str) -> Iterator[str]:
    policy = material.studies.policies[name]
    found = [material.finding(outcome.name, name) for outcome in material.drawn]
    if len(material.others) > 1:
        if policy.question:
            yield f"<p><em>{escape(policy.question)}</em></p>"
        yield f"<p><strong>{escape(found[0])}</strong></p>"
    yield from (f"<p>{escape(words)}</p>" for words in found[1:])
    if policy.description:
        yield f'<p class="note">{escape(policy.description)}</p>'
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
