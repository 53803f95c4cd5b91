"""The figures of a report, as SVG that lies in the page and takes its colours.

Each is narrow enough to be read on a telephone.  Colours are given as stand-ins while Matplotlib
draws, and become variables of the page's style sheet, so that one drawing serves light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from io import StringIO
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from agents.arrays import Floats
from experiments.comparison import Difference
from experiments.drivers import Drivers
from experiments.figures import STYLE, broken, matrix, over_time, run_off, time_axis
from experiments.manifest import StoredOutcome
from experiments.tables import signed

_INK, _MUTED, _RULE = "#010101", "#020202", "#030303"
_BASE, _POLICY, _PAPER = "#040404", "#050505", "#060606"
_VARIABLES = {
    _INK: "var(--ink)",
    _MUTED: "var(--muted)",
    _RULE: "var(--rule)",
    _BASE: "var(--base)",
    _POLICY: "var(--policy)",
    _PAPER: "var(--paper)",
}
_STYLE: dict[Any, Any] = STYLE | {
    "font.size": 9.5,
    "axes.edgecolor": _MUTED,
    "axes.labelcolor": _INK,
    "grid.color": _RULE,
    "text.color": _INK,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "svg.fonttype": "none",
}
_BLANK = {"facecolor": _PAPER, "edgecolor": "none", "pad": 1.0}
_WIDTH, _HEIGHT, _ROW = 4.7, 3.1, 0.27
STRONGEST = 12


def svg(key: str, title: str, draw: Callable[[], Figure]) -> str:
    """Draw a figure and give it as an element of a page.

    Args:
        key: distinguishes what the figure defines from what the others on the page do.
        title: what a reader who cannot see it is told.
        draw: makes it.
    """
    key = re.sub("[^A-Za-z0-9]+", "-", key)
    with mpl.rc_context(_STYLE | {"svg.hashsalt": f"aigap-{key}"}):
        figure = draw()
        drawn = StringIO()
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    text = drawn.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'<style type="text/css">.*?</style>', "", text, flags=re.DOTALL)
    box = re.search(r'viewBox="([^"]*)"', text)
    assert box is not None  # Matplotlib always says it
    text = re.sub(
        r"<svg[^>]*>",
        f'<svg viewBox="{box[1]}" role="img" aria-labelledby="{key}-title">'
        f'<title id="{key}-title">{escape(title)}</title>',
        text,
        count=1,
    )
    text = re.sub(rf'\bid="(?!{key}-title)', f'id="{key}-', text)
    text = text.replace('xlink:href="#', f'href="#{key}-').replace("url(#", f"url(#{key}-")
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    return text.strip()


def fan(frame: pd.DataFrame, outcome: StoredOutcome, baseline: str, policy: str) -> Figure:
    """Baseline and policy over time: medians, with bands of 5-95% and 25-75% of futures."""
    figure, axes = _panel(_HEIGHT)
    reach = []
    for name, colour, line in ((baseline, _BASE, "-"), (policy, _POLICY, "--")):
        days, (low, lower, median, upper, high) = over_time(frame, name, outcome)
        for under, over, alpha in ((low, high, 0.15), (lower, upper, 0.25)):
            axes.fill_between(
                days, run_off(under), run_off(over), color=colour, alpha=alpha, linewidth=0
            )
        axes.plot(days, broken(median), color=colour, linestyle=line, linewidth=2.2)
        reach += [low, high]
    drawn = np.concatenate(reach)
    drawn = drawn[np.isfinite(drawn)]
    bottom, top = float(drawn.min(initial=0.0)), float(drawn.max(initial=1.0))
    axes.set_ylim(bottom * 1.08, top * 1.08)
    time_axis(axes, frame)
    axes.set_ylabel(outcome.unit)
    return figure


def difference(frame: pd.DataFrame, outcome: StoredOutcome, baseline: str, policy: str) -> Figure:
    """Policy less baseline over time, future by future: mean, and 5-95% of futures."""
    figure, axes = _panel(_HEIGHT)
    days, base = matrix(frame, baseline, outcome.name)
    change = matrix(frame, policy, outcome.name)[1] - base
    known = ~np.isnan(change).all(axis=1)
    low, mean, high = (np.full(len(days), np.nan) for _ in range(3))
    if known.any():
        low[known], high[known] = np.nanquantile(change[known], (0.05, 0.95), axis=1)
        mean[known] = np.nanmean(change[known], axis=1)
    axes.fill_between(days, low, high, color=_POLICY, alpha=0.22, linewidth=0)
    axes.plot(days, mean, color=_POLICY, linestyle="--", linewidth=2.2)
    axes.axhline(0.0, color=_BASE, linewidth=2.2, zorder=1.5)
    _leave_room(axes, outcome.decimals)
    time_axis(axes, frame)
    axes.set_ylabel(outcome.unit)
    return figure


def forest(changes: Sequence[tuple[str, Difference]], outcome: StoredOutcome) -> Figure:
    """The mean difference of each policy with its interval, on the range of its futures."""
    figure, axes = _panel(0.75 + 2 * _ROW * len(changes))
    for row, (_, change) in enumerate(changes):
        if change.mean is None or change.low is None or change.high is None:
            continue
        place = row + 0.25
        axes.plot([change.low, change.high], [place] * 2, color=_POLICY, alpha=0.3, linewidth=7)
        if change.interval is not None:
            axes.plot(change.interval, [place] * 2, color=_POLICY, linewidth=2.6)
        axes.plot(change.mean, place, "o", color=_POLICY, markersize=6)
    for row, (title, change) in enumerate(changes):
        said = "" if change.mean is None else f": {signed(change.mean, outcome.decimals)}"
        axes.text(
            0.0,
            row - 0.08,
            f"{title}{said}",
            transform=axes.get_yaxis_transform(),
            va="bottom",
            bbox=_BLANK,  # or the line of the baseline runs through the words
        )
    axes.axvline(0.0, color=_BASE, linewidth=1.6, zorder=0.5)
    axes.set_ylim(len(changes) - 0.3, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, -0.1 * 10.0**-outcome.decimals), max(high, 10.0**-outcome.decimals))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.set_xlabel(f"{outcome.unit}, difference from the baseline")
    return figure


def tornado(found: Drivers) -> Figure:
    """Rank correlations of the strongest parameters; hollow where chance alone may do as much."""
    shown = found.ranked[:STRONGEST]
    figure, axes = _panel(0.75 + 1.65 * _ROW * len(shown))
    for row, driver in enumerate(shown):
        firm = abs(driver.correlation) > found.by_chance
        axes.barh(
            row + 0.22,
            driver.correlation,
            height=0.4,
            facecolor=_POLICY if firm else "none",
            edgecolor=_POLICY,
            linewidth=1.2,
        )
        axes.plot([driver.low, driver.high], [row + 0.22] * 2, color=_INK, linewidth=1.1)
        words = driver.name.replace("_", " ")
        axes.text(
            0.0,
            row - 0.05,
            words,
            transform=axes.get_yaxis_transform(),
            va="bottom",
            bbox=_BLANK,
        )
    axes.axvline(0.0, color=_BASE, linewidth=1.6, zorder=0.5)
    axes.set_ylim(len(shown) - 0.3, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    reach = max(max(abs(driver.low), abs(driver.high)) for driver in shown)
    axes.set_xlim(-1.08 * reach, 1.08 * reach)
    axes.set_xlabel("rank correlation with the difference")
    return figure


def _panel(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def _leave_room(axes: Axes, decimals: int) -> None:
    """Limits that do not blow a difference of nothing up to the height of the panel."""
    bottom, top = axes.get_ylim()
    least = 10.0**-decimals
    reach: Floats = np.array([bottom, top, -least, least])
    axes.set_ylim(float(reach.min()) * 1.04, float(reach.max()) * 1.04)
