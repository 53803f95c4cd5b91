"""What a report says of how far it can be trusted, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from experiments.report_material import Material

_MANY = 5


def caveats(material: Material) -> Iterator[str]:
    """What a reader has to know before leaning on a figure."""
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


def provenance(material: Material) -> Iterator[str]:
    """All that it takes to make the results again."""
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
