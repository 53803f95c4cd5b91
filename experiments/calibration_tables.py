"""What a calibration found, as tables for the terminal and for a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Console
from rich.markup import escape

from experiments.calibrating import Calibration, Tested
from experiments.calibration import PINNED_BELOW, RULED_OUT_BEYOND, moved
from experiments.hindcast import Score, marks, seen_in_words, simulated_in_words
from experiments.manifest import origin
from experiments.terminal import compact, counted, plain_table
from model.evidence import Evidence
from model.loading import parameter_quantities

WIDE = 146
_TIES_SHOWN = 8
_MIDDLE, _MOST = (0.25, 0.75), (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Section:
    """A table with what has to be known to read it; ``left`` columns are words."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: list[str]
    left: int = 1


@dataclass(frozen=True, slots=True)
class Coverage:
    """How an ensemble did on held-out values.

    Attributes:
        values: how many values there are.
        in_90: how many lie between the 5% and the 95% point, and ``in_50`` between the quartiles.
        error: mean ranked probability score over what was seen, where both ensembles have one.
    """

    values: int
    in_90: int
    in_50: int
    error: float | None = None


def show(found: Calibration, later: Sequence[Tested], console: Console) -> None:
    """Print all of it."""
    console.print(headline(found), style="bold", highlight=False, markup=False)
    for line in summary(found):
        console.print(line, highlight=False, markup=False)
    for section in sections(found, later):
        console.print()
        table = plain_table(escape(section.title))
        for number, heading in enumerate(section.headings):
            side: Literal["left", "right"] = "left" if number < section.left else "right"
            fixed = console.width >= WIDE or number > 0
            table.add_column(escape(heading), justify=side, no_wrap=fixed)
        for row in section.rows:
            table.add_row(*map(escape, row))
        if section.rows:
            console.print(table)
        else:
            console.print(section.title, style="italic", highlight=False, markup=False)
        for note in section.notes:
            console.print(note, highlight=False, markup=False)


def markdown(found: Calibration, later: Sequence[Tested], figure: Path | None) -> str:
    """The same as a page; the figure, if there is one, is shown by its path from ``docs/``."""
    lines = ["# What calibration found", "", f"{headline(found)}.", ""]
    lines += ["Made by `make calibrate`; how to read it: [calibration](calibration.md).", ""]
    lines += [f"- {line}" for line in summary(found)] + [""]
    if figure is not None:
        place = f"figures/{figure.name}"
        lines += [f"![Parameters before and after, and what was held out]({place})", ""]
    for section in sections(found, later):
        lines += [f"## {section.title}", ""]
        if section.rows:
            sides = [":--" if n < section.left else "--:" for n in range(len(section.headings))]
            headings = [" ".join(heading.split()) for heading in section.headings]
            for cells in (headings, sides, *section.rows):
                lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
            lines.append("")
        lines += [line for note in section.notes for line in (note, "")]
    return "\n".join(lines).rstrip() + "\n"


def headline(found: Calibration) -> str:
    """What was done."""
    asked = found.question
    return (
        f"The prior ensemble weighed on what was seen to {asked.until:%B %Y}:"
        f" {counted(asked.futures, 'future', 'futures')}, seed {asked.seed}, model"
        f" {origin().model_sha256[:10]}"
    )


def summary(found: Calibration) -> list[str]:
    """How much there was to learn from, and what is left."""
    asked, kept = found.question, int(found.kept.sum())
    fitted = sum(seen.pattern.fitted for seen in found.used)
    return [
        f"{len(found.used)} patterns used, worth {found.votes.sum():.1f} independent ones; for"
        f" {fitted} of them an input of the model was set with them in view (+).",
        f"{counted(kept, 'future', 'futures')} kept, each with the same weight; effective size of"
        f" the weights before that {found.effective_size:,.0f}"
        f" ({found.effective_size / asked.futures:.1%}).",
        f"{found.not_ruled_out:.0%} of prior futures lie within {RULED_OUT_BEYOND:g} standard"
        " deviations of everything that was seen"
        + (" (none: the model cannot show it all)." if found.not_ruled_out == 0.0 else "."),
    ]


def sections(found: Calibration, later: Sequence[Tested]) -> Iterator[Section]:
    """The tables, in the order in which they are read."""
    yield _weighed_on(found)
    yield _parameters(found)
    yield _ties(found)
    if later:
        yield _held_out(later)


def _weighed_on(found: Calibration) -> Section:
    rows = [
        (
            _name(prior),
            seen_in_words(seen.pattern),
            _allowed(seen),
            f"{vote:.2f}",
            simulated_in_words(prior),
            simulated_in_words(posterior),
        )
        for seen, vote, (prior, posterior) in zip(found.used, found.votes, found.fits, strict=True)
    ]
    return Section(
        "What it was weighed on",
        (
            "Pattern, unit",
            "Seen [its range]",
            "Allowed",
            "Vote",
            "Prior [5%, 95%]",
            "Kept [5%, 95%]",
        ),
        rows,
        [
            "Allowed: standard deviation of what the model leaves out, besides the error of what"
            " was seen. Vote: how much a pattern counts beside others that see the same thing."
        ],
    )


def _parameters(found: Calibration) -> Section:
    far = moved(found.movements)
    pinned = [one.name for one in far if one.spread <= PINNED_BELOW]
    rows = [
        (
            one.name,
            parameter_quantities()[one.name].unit,
            _span(one.name, one.prior),
            _span(one.name, one.posterior),
            f"{one.shift:+.2f}",
            f"{one.spread:.2f}",
        )
        for one in far
    ]
    rest = len(found.movements) - len(far)
    return Section(
        "Parameters that moved",
        ("Parameter", "Unit", "Prior [5%, 95%]", "After [5%, 95%]", "Shift", "Spread"),
        rows,
        [
            f"{len(far)} of {len(found.movements)} parameters moved by more than chance explains;"
            f" {_pinned(pinned)}. The other {rest} keep their prior: what was seen cannot pin them."
            " Shift and spread: mean and standard deviation after, in standard deviations before.",
            "What differs between single actors (a firm's fleet, a foundry's pace) and luck are"
            " weighed too, in the futures kept, and not listed.",
        ],
        left=2,
    )


def _pinned(names: Sequence[str]) -> str:
    if not names:
        return "none is pinned (half of its variance or less left)"
    return f"pinned, with half of the variance or less left: {', '.join(names)}"


def _ties(found: Calibration) -> Section:
    shown = found.ties[:_TIES_SHOWN]
    return Section(
        "Parameters of which only a combination is known",
        ("One", "Other", "Correlation"),
        [(*tie.names, f"{tie.correlation:+.2f}") for tie in shown],
        [
            f"{counted(len(found.ties), 'pair is', 'pairs are')} tied by more than chance explains"
            + (f"; the strongest {len(shown)} are shown." if len(found.ties) > len(shown) else ".")
        ],
        left=2,
    )


def _held_out(later: Sequence[Tested]) -> Section:
    rows = [
        (
            _name(one.prior),
            seen_in_words(one.seen.pattern),
            simulated_in_words(one.prior),
            simulated_in_words(one.posterior),
            _error(one.prior),
            _error(one.posterior),
        )
        for one in later
    ]
    count = later[0].posterior.futures
    return Section(
        "Held out: what was seen later",
        (
            "Pattern, unit",
            "Seen [its range]",
            "Prior [5%, 95%]",
            "Calibrated [5%, 95%]",
            "Error\nprior",
            "Error\ncal.",
        ),
        rows,
        [
            *_coverage_in_words(later),
            f"{counted(count, 'future', 'futures')} of each ensemble. Error: ranked probability"
            " score over the value seen. + an input was set with the pattern in view, so that it is"
            " not wholly held out; * the source counts something else.",
        ],
    )


def _coverage_in_words(later: Sequence[Tested]) -> Iterator[str]:
    for words, part in (
        ("held-out values", later),
        ("those without +", [one for one in later if not one.seen.pattern.fitted]),
    ):
        prior, posterior = coverage(part)
        if not prior.values:
            continue
        errors = ""
        if prior.error is not None and posterior.error is not None:
            errors = f" Mean error {prior.error:.0%} and {posterior.error:.0%}."
        yield (
            f"Of {prior.values} {words}, {prior.in_90} lie in the prior's 5-95% range and"
            f" {posterior.in_90} in the calibrated ensemble's; {prior.in_50} and {posterior.in_50}"
            f" in their 25-75% ranges (90% and 50% would be right).{errors}"
        )
        prior, posterior = coverage(part, with_errors=True)
        yield (
            f"With the stated errors and discrepancies added: {prior.in_90} and"
            f" {posterior.in_90} of {prior.values} in the 5-95% range, {prior.in_50} and"
            f" {posterior.in_50} in the 25-75% range."
        )


def coverage(later: Sequence[Tested], *, with_errors: bool = False) -> tuple[Coverage, Coverage]:
    """How often held-out values lie in the ranges of the prior, and of the calibrated ensemble.

    Args:
        later: held-out patterns.
        with_errors: whether each future is given the error and the discrepancy of the pattern.
    """
    found = []
    for side in (0, 1):
        ranks = [
            one.ranks[side] if with_errors and one.ranks else rank
            for one in later
            if (rank := (one.prior, one.posterior)[side].rank) is not None
        ]
        errors = [
            (one.prior, one.posterior)[side].error
            for one in later
            if one.prior.error is not None and one.posterior.error is not None
        ]
        mean = float(np.mean([error for error in errors if error is not None])) if errors else None
        found.append(
            Coverage(
                len(ranks),
                sum(_MOST[0] <= rank <= _MOST[1] for rank in ranks),
                sum(_MIDDLE[0] <= rank <= _MIDDLE[1] for rank in ranks),
                None if with_errors else mean,
            )
        )
    return found[0], found[1]


def _name(found: Score) -> str:
    pattern = found.pattern
    unit = "" if pattern.unit == "date" else f", {pattern.unit}"
    return f"{pattern.title}{unit} {marks(pattern)}".rstrip()


def _allowed(seen: Evidence) -> str:
    if seen.allowance.scale == "log":
        return f"{np.expm1(seen.allowance.discrepancy):.0%}"
    return f"{seen.allowance.discrepancy:g}"


def _span(name: str, points: tuple[float, float, float]) -> str:
    low, middle, high = (compact(point, parameter_quantities()[name].unit) for point in points)
    return f"{middle} [{low}, {high}]"


def _error(found: Score) -> str:
    return "" if found.error is None else f"{found.error:.0%}"
