"""The figure of the hindcast: every pattern as a line, so that hits and misses show at a glance.

All lines share one axis: the distance from what was seen over its size, so that -50% is half of it
and +100% twice as much.  A long bar is a vague ensemble, whatever its verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator, PercentFormatter

from experiments.figures import BASELINE_COLOUR, COLOURS, OBSERVED_COLOUR, save_figure
from experiments.hindcast import HALVES, Score, marks, seen_in_words, simulated_in_words

PASSED, FAILED = BASELINE_COLOUR, COLOURS[0]
LEFT, RIGHT = -1.6, 2.1
_ROW, _TOP, _BOTTOM = 0.27, 0.95, 1.45
_MARGIN = 0.008
_LOOKS = {"pass": (PASSED, 0.9), "wide": (PASSED, 0.4), "fail": (FAILED, 0.9)}
_VERDICTS = {"pass": "pass", "wide": "pass ~", "fail": "FAIL"}
# Where the plot lies in the figure, and the columns beside it, in widths of the plot.
_PLOT_LEFT, _PLOT_WIDTH = 0.265, 0.33
_COLUMNS = {"Verdict": 1.03, "Seen": 1.17, "Median [5%, 95%] of futures": 1.61}


@dataclass(frozen=True, slots=True)
class Line:
    """A pattern as it is drawn.

    Places (``seen`` and what follows) are distances from what was seen over its size.
    """

    half: str
    title: str
    seen: float | None
    seen_low: float
    seen_high: float
    low: float
    median: float
    high: float
    fitted: bool
    verdict: str
    seen_words: str
    simulated_words: str
    unit: str


def plot_card(scores: Sequence[Score], out: Path, *, title: str, source: str) -> None:
    """Draw the card and save it, by the suffix of ``out``.

    Raises:
        FigureError: if the file cannot be written.
    """
    save_figure(out, lambda: draw_card([line_of(found) for found in scores], title, source))


def line_of(found: Score) -> Line:
    """The score as a line of the figure, everything relative to what was seen."""
    pattern, unit = found.pattern, found.pattern.unit
    size = abs(pattern.centre - pattern.reading.zero) or 1.0

    def away(value: float) -> float:
        return (value - pattern.centre) / size

    low, high = pattern.bounds
    return Line(
        half=HALVES[pattern.half],
        title=f"{pattern.title} {marks(pattern)}".rstrip(),
        seen=None if pattern.value is None else 0.0,
        seen_low=away(low),
        seen_high=away(high),
        low=away(found.low),
        median=away(found.median),
        high=away(found.high),
        fitted=pattern.fitted,
        verdict=found.verdict,
        seen_words=seen_in_words(pattern),
        simulated_words=simulated_in_words(found),
        unit="" if unit == "date" else unit,
    )


def draw_card(lines: Sequence[Line], title: str, source: str) -> Figure:
    """The figure, not yet saved; arguments as in ``plot_card``."""
    halves = list(dict.fromkeys(line.half for line in lines))
    rows = len(lines) + len(halves)
    height = _TOP + _ROW * rows + _BOTTOM
    figure = Figure(figsize=(14.0, height))
    axes = figure.add_axes((_PLOT_LEFT, _BOTTOM / height, _PLOT_WIDTH, _ROW * rows / height))
    row = 0
    names = []
    for half in halves:
        _write(axes, row, (_MARGIN - _PLOT_LEFT) / _PLOT_WIDTH, half, weight="bold")
        row += 1
        for line in (line for line in lines if line.half == half):
            _draw(axes, row, line)
            names.append((row, line.title))
            row += 1
    axes.set_yticks([place for place, _ in names], [name for _, name in names])
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=9.5)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(LEFT, RIGHT)
    axes.axvline(0.0, color=OBSERVED_COLOUR, linewidth=0.8, zorder=0.5)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.xaxis.set_major_locator(MultipleLocator(0.5))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("distance from what was seen, over its size", fontsize=10)
    for heading, place in _COLUMNS.items():
        _write(axes, 0, place, heading, weight="bold")
    figure.text(_MARGIN, 1.0 - 0.12 / height, title, fontsize=15, weight="bold", va="top")
    figure.legend(
        handles=_legend(),
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0 - 0.45 / height),
        ncols=5,
        fontsize=10,
        columnspacing=1.6,
    )
    figure.text(
        _MARGIN, 0.1 / height, _foot(lines, source), fontsize=9, color="#555555", va="bottom"
    )
    return figure


def _draw(axes: Axes, row: int, line: Line) -> None:
    """The range that was seen as a grey block, the futures as a bar with their median on it."""
    low, high = max(line.seen_low, LEFT), min(line.seen_high, RIGHT)
    axes.barh(row, high - low, left=low, height=0.86, color="#D4D4D4", linewidth=0, zorder=1)
    colour, alpha = _LOOKS[line.verdict]
    reach = [value for value in (line.low, line.high) if not np.isnan(value)]
    if reach:
        low, high = np.clip(reach, LEFT, RIGHT)
        axes.plot(
            [low, high], [row, row], color=colour, alpha=alpha, linewidth=5.0, solid_capstyle="butt"
        )
    for beyond, place, arrow in ((line.low < LEFT, LEFT, "<"), (line.high > RIGHT, RIGHT, ">")):
        if beyond:
            axes.plot(place, row, arrow, color=colour, alpha=alpha, markersize=9, clip_on=False)
    if LEFT <= line.median <= RIGHT:
        axes.plot(line.median, row, "|", color="white", markersize=8, markeredgewidth=2.0, zorder=3)
    if line.seen is not None:
        axes.plot(line.seen, row, "o", color=OBSERVED_COLOUR, markersize=5.5, zorder=4)
    failed = {"color": FAILED, "weight": "bold"} if line.verdict == "fail" else {}
    words = (_VERDICTS[line.verdict], line.seen_words, f"{line.simulated_words} {line.unit}")
    for place, text, look in zip(_COLUMNS.values(), words, (failed, {}, {}), strict=True):
        _write(axes, row, place, text, **look)


def _write(axes: Axes, row: int, place: float, words: str, **look: Any) -> None:
    """Words on a line of the card, beside the plot."""
    axes.text(
        place, row, words, transform=axes.get_yaxis_transform(), va="center", fontsize=10, **look
    )


def _legend() -> list[Artist]:
    return [
        Patch(color="#D4D4D4", label="range seen"),
        Line2D([], [], color=OBSERVED_COLOUR, marker="o", linestyle="", label="value seen"),
        Line2D([], [], color=PASSED, linewidth=5.0, label="5-95% of futures: pass"),
        Line2D([], [], color=PASSED, linewidth=5.0, alpha=0.4, label="pass, too wide to say much"),
        Line2D([], [], color=FAILED, linewidth=5.0, label="fail"),
    ]


def _foot(lines: Sequence[Line], source: str) -> str:
    passed = [line for line in lines if line.verdict != "fail"]
    plainly = sum(line.verdict == "pass" and not line.fitted for line in lines)
    return (
        f"{len(passed)} of {len(lines)} patterns pass, {plainly} of them neither fitted nor wide."
        " Pass: the value seen lies in the 5-95% range of the futures, or their median (white) in"
        " the range seen.\n+ an input of the model was set with the pattern in view, so that a pass"
        " shows little.  ~ a range more than twice as wide as what it is about."
        "  * the source counts something else.\n"
        "Sizes of dates are counted from January 2022.  "
        f"Source: aigap hindcast, {source}; what was seen, as cited in model/data/patterns.yaml."
    )
