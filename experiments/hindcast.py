"""The hindcast: the ensemble, run blind from January 2022, against what was seen since.

A world lives under the recorded rules (or a policy) to the last dated pattern; each pattern is read
off its record and put beside what was seen.  The rule for a pass is one for all patterns and lies
in ``Score``; what fails is shown as failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agents.arrays import Floats
from experiments.comparison import MIDDLE_AND_RANGE, quantile, quantiles
from experiments.ensemble_choice import ensemble as ensemble_of
from experiments.ensembles import PRIOR, Ensemble
from experiments.figure_files import require_drawable
from experiments.manifest import origin
from experiments.options import AsJson, EnsembleName, FuturesSimulated, PolicyName
from experiments.policies import load_policy
from experiments.terminal import compact, console_for, plain_table, print_json
from model.calendar import parse_year_month
from model.evidence import evidence, known_by, month_after
from model.patterns import Half, Past, Pattern, patterns
from model.world import DEFAULT_SEED, World

FUTURES = 1000
WIDTH = 130
# A range more than this many times as wide as what it is about is too wide for a pass to say much.
WIDE = 2.0
Verdict = Literal["pass", "wide", "fail"]
HALVES: Mapping[Half, str] = {
    "demand": "Demand: models, methods, people, money",
    "supply": "Supply: chips, and where they go",
}


@dataclass(frozen=True, slots=True)
class Score:
    """A pattern beside the ensemble.

    Attributes:
        median: of the futures in which the reading is defined; ``low`` and ``high`` are their 5%
            and 95% points.  Infinite where censored or not reached, NaN without any such future.
        share: share of the futures in which it lies in the range that was seen.
        rank: share of the futures below the value seen, ties by half; none without a value.
        crps: continuous ranked probability score against the value seen, in the pattern's unit;
            none for a pattern that is a range or a bound, or where a future is infinite.
        futures: how many it is defined in.
    """

    pattern: Pattern
    median: float
    low: float
    high: float
    share: float
    rank: float | None
    crps: float | None
    futures: int

    @property
    def passes(self) -> bool:
        """Whether the centre of one lies in the range of the other.

        Either the value seen lies from the 5% to the 95% point of the futures, or their median
        lies in the range seen.  A pattern without a value can only pass by the second.
        """
        low, high = self.pattern.bounds
        seen = self.pattern.value
        covered = seen is not None and self.low <= seen <= self.high
        return covered or low <= self.median <= high

    @property
    def overlaps(self) -> bool:
        """Whether the two ranges have anything in common."""
        low, high = self.pattern.bounds
        return self.low <= high and low <= self.high

    @property
    def relative_width(self) -> float | None:
        """The wider of the two ranges over the size of what was seen; none where that is zero.

        A range that was seen and is open at one end counts as no range.
        """
        size = abs(self.pattern.centre - self.pattern.reading.zero)
        low, high = self.pattern.bounds
        seen = high - low if np.isfinite(high - low) else 0.0
        return max(self.high - self.low, seen) / size if size > 0.0 else None

    @property
    def wide(self) -> bool:
        """Whether one of the ranges is so wide that a pass says little."""
        return self.relative_width is not None and self.relative_width > WIDE

    @property
    def verdict(self) -> Verdict:
        """Fail, pass, or pass with a range too wide to say much."""
        if not self.passes:
            return "fail"
        return "wide" if self.wide else "pass"

    @property
    def error(self) -> float | None:
        """The ranked probability score over the size of what was seen."""
        size = abs(self.pattern.centre - self.pattern.reading.zero)
        return None if self.crps is None or size == 0.0 else self.crps / size


def scores_of(world: World, seen: Sequence[Pattern]) -> list[Score]:
    """Let a world live to the last pattern, and put each beside the ensemble."""
    world.run_to(max(pattern.reading.last for pattern in seen))
    past = Past(world.record)
    return [score(pattern, pattern.reading.of(past)) for pattern in seen]


def score(pattern: Pattern, values: Floats) -> Score:
    """A pattern beside the readings of the futures, ``(futures,)``; undefined ones left out."""
    defined = values[~np.isnan(values)]
    if defined.size == 0:
        nothing = float("nan")
        return Score(pattern, nothing, nothing, nothing, 0.0, None, None, 0)
    low, median, high = (float(point) for point in quantiles(defined, MIDDLE_AND_RANGE))
    least, most = pattern.bounds
    share = float(np.mean((defined >= least) & (defined <= most)))
    rank, loss, seen = None, None, pattern.value
    if seen is not None:
        rank = float(np.mean(defined < seen) + np.mean(defined == seen) / 2.0)
        if np.isfinite(defined).all():
            loss = ranked_probability(defined, seen)
    return Score(pattern, median, low, high, share, rank, loss, defined.size)


def ranked_probability(values: Floats, seen: float) -> float:
    """The continuous ranked probability score of an ensemble, in its unit; 0 is perfect.

    ``mean |x - seen| - mean |x - x'| / 2`` over futures x and pairs of futures.  It is proper: no
    ensemble but the truth scores better on average.  For one future it is the absolute error.

    Source: Gneiting and Raftery, Strictly proper scoring rules, 2007, eq. 21.
    """
    ordered = np.sort(values)
    count = ordered.size
    # The mean distance of pairs, from the ordered values alone.
    rank = 2.0 * np.arange(count) - count + 1.0
    apart = 2.0 * float(np.dot(rank, ordered)) / count**2
    return float(np.mean(np.abs(ordered - seen))) - apart / 2.0


@dataclass(frozen=True, slots=True)
class Summary:
    """How many patterns there are, pass, and pass for what reason.

    ``values`` have a value; of an ensemble that is right in size and width, nine tenths of them
    lie in the 5-95% range and half in the 25-75% range.
    """

    patterns: int
    passed: int
    passed_fitted: int
    passed_wide: int
    passed_plainly: int
    failed_overlapping: int
    failed_apart: int
    values: int
    values_in_90: int
    values_in_50: int


def summary_of(scores: Sequence[Score]) -> Summary:
    """Counts over the card; ``passed_plainly`` are neither fitted nor wide."""
    passed = [score for score in scores if score.passes]
    failed = [score for score in scores if not score.passes]
    ranks = [score.rank for score in scores if score.rank is not None]
    return Summary(
        patterns=len(scores),
        passed=len(passed),
        passed_fitted=sum(score.pattern.fitted for score in passed),
        passed_wide=sum(score.wide for score in passed),
        passed_plainly=sum(not score.pattern.fitted and not score.wide for score in passed),
        failed_overlapping=sum(score.overlaps for score in failed),
        failed_apart=sum(not score.overlaps for score in failed),
        values=len(ranks),
        values_in_90=sum(0.05 <= rank <= 0.95 for rank in ranks),
        values_in_50=sum(0.25 <= rank <= 0.75 for rank in ranks),
    )


# --- showing it -----------------------------------------------------------------------------------


def card(scores: Sequence[Score], title: str, width: int = WIDTH) -> Table:
    """The score card, one pattern to a line, the halves of the model one after the other.

    On a narrow terminal ranges stand below, and the share in range and the error are left out.
    """
    wide = width >= WIDTH
    table = plain_table(title)
    table.add_column("\nPattern, unit", no_wrap=wide)
    for heading in ("Seen\n[its range]", "Median\n[5%, 95%]"):
        table.add_column(escape(heading), justify="right", no_wrap=True)
    for heading in ("In\nrange", "\nError") if wide else ():
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("\nVerdict", no_wrap=True)
    for half, heading in HALVES.items():
        table.add_section()
        table.add_row(f"[bold]{heading}[/bold]")
        for found in scores:
            if found.pattern.half == half:
                table.add_row(*_cells(found, wide))
    return table


def _cells(found: Score, wide: bool) -> list[str]:
    pattern, unit = found.pattern, found.pattern.unit
    name = f"{pattern.title}{', ' + unit if unit != 'date' else ''} {marks(pattern)}".rstrip()
    ranges = [seen_in_words(pattern), simulated_in_words(found)]
    if not wide:
        ranges = [words.replace(" [", "\n[") for words in ranges]
    error = "" if found.error is None else f"{found.error:.0%}"
    verdict = {"pass": "pass", "wide": "pass ~", "fail": "[bold]FAIL[/bold]"}[found.verdict]
    figures = [f"{found.share:.0%}", error] if wide else []
    return [name, *map(escape, ranges), *figures, verdict]


def marks(pattern: Pattern) -> str:
    """``+`` for an input set with the pattern in view, ``*`` for a source that counts otherwise."""
    return ("+" if pattern.fitted else "") + ("*" if pattern.differs else "")


def simulated_in_words(found: Score) -> str:
    """The median of the futures and their range."""
    unit = found.pattern.unit
    return f"{compact(found.median, unit)} {_between(found.low, found.high, unit)}"


def seen_in_words(pattern: Pattern) -> str:
    """What was seen: a value and its range, a range, or a bound."""
    if pattern.low is None or pattern.high is None:
        at_least = pattern.high is None
        bound = compact(pattern.centre, pattern.unit)
        return f"{bound} or more" if at_least else f"{bound} or less"
    span = _between(pattern.low, pattern.high, pattern.unit)
    return span if pattern.value is None else f"{compact(pattern.value, pattern.unit)} {span}"


def _between(low: float, high: float, unit: str) -> str:
    return f"[{compact(low, unit)}, {compact(high, unit)}]"


def notes(scores: Sequence[Score], ensemble: Ensemble = PRIOR) -> list[str]:
    """What has to be known to read the card: the count first."""
    counted = summary_of(scores)
    halves = []
    for half in HALVES:
        part = [found.passes for found in scores if found.pattern.half == half]
        halves.append(f"{half}: {sum(part)} of {len(part)}")
    lines = [
        f"{counted.passed} of {counted.patterns} patterns pass ({'; '.join(halves)})."
        f" In {counted.passed_fitted} of these an input was set with the pattern in view (+), and"
        f" in {counted.passed_wide} a range is too wide to say much (~); {counted.passed_plainly}"
        " pass without either.",
        f"{counted.patterns - counted.passed} fail, {counted.failed_overlapping} of them with"
        " ranges that overlap.",
        f"Of {counted.values} values seen, {counted.values_in_90} lie in the ensemble's 5-95% range"
        f" (90% would, were it as wide as it should be) and {counted.values_in_50} in its 25-75%"
        " range (50% would).",
        "Pass: the value seen lies in the ensemble's 5-95% range, or the ensemble's median in the"
        " range seen.",
        "In range: share of futures in the range seen. Error: ranked probability score over the"
        " value seen; 0% is perfect.",
    ]
    if ensemble.until is not None:
        lines.append(_held_out(scores, ensemble.until))
    differing = [found.pattern for found in scores if found.pattern.differs]
    return lines + [f"* {pattern.title}: {pattern.differs}" for pattern in differing]


def _held_out(scores: Sequence[Score], until: str) -> str:
    """What of the card a calibrated ensemble was not weighed on."""
    used = {seen.pattern.id for seen in known_by(evidence(), month_after(parse_year_month(until)))}
    later = summary_of([found for found in scores if found.pattern.id not in used])
    return (
        f"The futures were weighed on the patterns known by {until}. Of the {later.patterns} others"
        f" {later.passed} pass; of their {later.values} values seen {later.values_in_90} lie in the"
        f" 5-95% range and {later.values_in_50} in the 25-75% range."
    )


def as_json(scores: Sequence[Score], **provenance: Any) -> dict[str, Any]:
    """The card for a program.

    The structure is stable within a ``schema_version``::

        {"schema_version": 1, (provenance, with the "ensemble"),
         "summary": {"patterns", "passed", "passed_fitted", "passed_wide", "passed_plainly",
                     "failed_overlapping", "failed_apart", "values", "values_in_90",
                     "values_in_50"},
         "patterns": [{"id", "title", "half", "reading": {"kind", ...}, "unit",
             "seen": {"value": null for a range, "low", "high": null where open},
             "source", "basis", "fitted", "differs",
             "simulated": {"median", "p5", "p95": {"value", "censored": null|"above"|"below"},
                           "futures", "share_in_range", "rank", "relative_width", "crps"},
             "verdict": "pass"|"wide"|"fail", "overlaps"}]}

    "wide" passes, with a range so wide that it says little.
    """
    return {
        "schema_version": 1,
        **provenance,
        "summary": asdict(summary_of(scores)),
        "patterns": [_entry(found) for found in scores],
    }


def _entry(found: Score) -> dict[str, Any]:
    about = found.pattern.model_dump(mode="json")
    seen = {key: about.pop(key) for key in ("value", "low", "high")}
    width = found.relative_width
    return about | {
        "seen": seen,
        "simulated": {
            "median": asdict(quantile(found.median)),
            "p5": asdict(quantile(found.low)),
            "p95": asdict(quantile(found.high)),
            "futures": found.futures,
            "share_in_range": found.share,
            "rank": found.rank,
            "relative_width": width if width is not None and np.isfinite(width) else None,
            "crps": found.crps,
        },
        "verdict": found.verdict,
        "overlaps": found.overlaps,
    }


def show(scores: Sequence[Score], title: str, console: Console, ensemble: Ensemble = PRIOR) -> None:
    """Print the card and its notes."""
    console.print(card(scores, title, console.width))
    for note in notes(scores, ensemble):
        console.print(note, highlight=False, markup=False)


def hindcast(
    futures: FuturesSimulated = FUTURES,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**63 - 1, help="Seed of all luck.")
    ] = DEFAULT_SEED,
    policy: PolicyName = "history",
    ensemble: EnsembleName = "prior",
    figure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw it too, .png or .svg.", show_default=False),
    ] = None,
    as_json_: AsJson = False,
) -> None:
    """Run the ensemble blind over the recorded rules from 2022, and score it on dated patterns."""
    if figure is not None:
        require_drawable(figure)
    rules = load_policy(policy)
    chosen = ensemble_of(ensemble)
    world = World(rules, futures=futures, seed=seed, numbers=chosen.first(futures, seed))
    scores = scores_of(world, patterns())
    title = f"Hindcast from January 2022 under {rules.name}: {chosen.in_words(futures)}"
    model_sha256 = origin().model_sha256
    if figure is not None:
        from experiments.score_card import plot_card  # noqa: PLC0415 - Matplotlib takes long to load

        source = f"seed {seed}, model {model_sha256[:10]}; {chosen.title}"
        plot_card(scores, figure, title=title, source=source)
    if as_json_:
        provenance = {
            "ensemble": chosen.name,
            "policy": rules.name,
            "futures": futures,
            "seed": seed,
        }
        print_json(as_json(scores, **provenance, model_sha256=model_sha256))
        return
    show(scores, title, console_for(WIDTH), chosen)
