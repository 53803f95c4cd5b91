"""The figure of an explanation: from the gap before to the gap after, step by step."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from experiments.comparison import MIDDLE_AND_RANGE
from experiments.decomposition import Account, Explanation, Side, Step
from experiments.durable import write_whole
from experiments.figure_files import FigureError, require_drawable

# Okabe and Ito's palette: told apart with any colour vision.
LEVEL_COLOUR, WIDER_COLOUR, NARROWER_COLOUR = "#777777", "#D55E00", "#0072B2"
_STYLE: dict[Any, Any] = {
    "font.size": 11,
    "axes.titlesize": 12.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "legend.frameon": False,
    "svg.hashsalt": "aigap",
}
_LEFT = 0.012
_WHOSE: dict[Side, str] = {
    "CN": "what Chinese developers' mechanisms do",
    "US": "what US developers' mechanisms do",
    "both": "what each mechanism does, on both sides at once",
}


def plot_explanation(found: Explanation, out: Path, source: str) -> None:
    """Draw an explanation and save it, by the suffix of ``out`` (``.png`` or ``.svg``).

    Raises:
        FigureError: if it cannot be drawn or the file cannot be written.
    """
    require_drawable(out)
    if min(found.in_months.known, found.in_oom.known) == 0:
        raise FigureError(f"{out}: nothing to draw: the gap is known in no future in every fork")
    with mpl.rc_context(_STYLE):
        figure = draw_explanation(found, source)
        metadata = {"Date": None} if out.suffix == ".svg" else {"Software": None}
        drawn = BytesIO()
        figure.savefig(drawn, format=out.suffix[1:], dpi=150, metadata=metadata)
    try:
        write_whole(out, drawn.getvalue())
    except OSError as error:
        raise FigureError(f"{out}: cannot be written: {error.strerror or error}") from None


def draw_explanation(found: Explanation, source: str) -> Figure:
    """The figure, not yet saved; the groups in the same order in both panels."""
    asked = found.question
    order = np.argsort([-abs(float(np.mean(step.change))) for step in found.in_oom.groups])
    rows = len(order) + 4
    above, below = 1.25, 0.85
    height = above + 0.47 * rows + below
    figure = Figure(figsize=(14.0, height), layout="constrained")
    layout: Any = figure.get_layout_engine()
    layout.set(rect=(0.0, below / height, 1.0, 1.0 - (above + below) / height), wspace=0.04)
    # What the US does after it passed China's level hardly moves the gap in months.
    accounts = (found.in_months, found.in_oom) if asked.side == "CN" else (found.in_oom,)
    panels = figure.subplots(1, len(accounts), squeeze=False)[0]
    for axes, account in zip(panels, accounts, strict=True):
        groups = [account.groups[place] for place in order]
        _waterfall(axes, account, groups, (f"{asked.start:%B %Y}", f"{asked.end:%B %Y}"))
        axes.set_title("In months" if account is found.in_months else "In orders of magnitude")
        axes.set_xlabel(f"{account.unit} that China is behind")
    title = f"Why the US-China AI gap changes: {_WHOSE[asked.side]}"
    figure.text(_LEFT, 1.0 - 0.14 / height, title, fontsize=15, va="top")
    figure.text(_LEFT, 1.0 - 0.5 / height, _finding(accounts[0]), fontsize=11.5, va="top")
    handles = [
        Patch(color=LEVEL_COLOUR, label="the gap"),
        Patch(color=WIDER_COLOUR, label="widens it"),
        Patch(color=NARROWER_COLOUR, label="narrows it"),
    ]
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.0 - 0.75 / height), ncols=3
    )
    figure.text(
        _LEFT,
        0.1 / height,
        _foot(found, accounts[0], source),
        fontsize=9,
        color="#555555",
        va="bottom",
    )
    return figure


def _waterfall(axes: Axes, account: Account, groups: list[Step], days: tuple[str, str]) -> None:
    """Mean steps one after the other; a whisker shows a step's 5-95% range over futures."""
    decimals = 1 if account.unit == "months" else 2
    steps = [*account.base, *groups]
    names = [f"Gap, {days[0]}", *(step.name for step in steps), f"Gap, {days[1]}"]
    level = float(np.mean(account.before))
    _level(axes, 0, level, account, decimals, after=False)
    edges = [0.0, level, *np.quantile(account.before, MIDDLE_AND_RANGE)]
    edges += [*np.quantile(account.after, MIDDLE_AND_RANGE)]
    for row, step in enumerate(steps, start=1):
        mean = float(np.mean(step.change))
        low, _, high = np.quantile(step.change, MIDDLE_AND_RANGE)
        colour = WIDER_COLOUR if mean > 0.0 else NARROWER_COLOUR
        axes.barh(row, mean, left=level, color=colour, height=0.62)
        if high > low:
            _whisker(axes, level + low, level + high, row)
        axes.plot([level + mean] * 2, [row - 0.31, row + 1.31], color="#999999", linewidth=0.8)
        right = max(level, level + mean, level + high)
        _say(axes, right, row, f"{mean:+.{decimals}f}")
        edges += [level + low, level + mean, right]
        level += mean
    _level(axes, len(names) - 1, level, account, decimals, after=True)
    reach = max(edges) - min(edges)
    axes.set_xlim(min(edges) - 0.02 * reach, max(edges) + 0.14 * reach)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0.0, color="#888888", linewidth=0.9)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    for place in (0, -1):
        axes.get_yticklabels()[place].set_fontweight("bold")


def _level(
    axes: Axes, row: int, level: float, account: Account, decimals: int, *, after: bool
) -> None:
    low, _, high = np.quantile(account.after if after else account.before, MIDDLE_AND_RANGE)
    axes.barh(row, level, color=LEVEL_COLOUR, height=0.62)
    _whisker(axes, float(low), float(high), row)
    if not after:
        axes.plot([level] * 2, [row - 0.31, row + 1.31], color="#999999", linewidth=0.8)
    _say(axes, max(level, high), row, f"{level:.{decimals}f}")


def _whisker(axes: Axes, low: float, high: float, row: int) -> None:
    outline = [withStroke(linewidth=2.8, foreground="white")]
    axes.plot([low, high], [row, row], color="#222222", linewidth=1.5, path_effects=outline)


def _say(axes: Axes, right: float, row: int, text: str) -> None:
    axes.annotate(
        text, (right, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=10
    )


def _finding(account: Account) -> str:
    """The largest step of a group in a sentence."""
    largest = max(account.groups, key=lambda step: abs(float(np.mean(step.change))))
    decimals = 1 if account.unit == "months" else 2
    low, _, high = np.quantile(largest.change, MIDDLE_AND_RANGE)
    before, after = float(np.mean(account.before)), float(np.mean(account.after))
    return (
        f"From {before:.{decimals}f} to {after:.{decimals}f} {account.unit} on average."
        f" {largest.name} did most: {np.mean(largest.change):+.{decimals}f} on average,"
        f" {low:+.{decimals}f} to {high:+.{decimals}f} in 5-95% of futures."
    )


def _foot(found: Explanation, account: Account, source: str) -> str:
    asked = found.question
    left_out = (account.beyond + account.ahead) / asked.futures
    steps = " Months move in steps; orders of magnitude are the more reliable measure."
    steps = steps if account is found.in_months else ""
    return (
        "Bars: means over futures, which add up from the first gap to the last (Shapley values:"
        " each group switched on in every order). Lines: 5-95% of futures.\n"
        f"{asked.ensemble.in_words(asked.futures).capitalize()}, policy {asked.policy.name};"
        f" {left_out:.1%} of futures left out (gap unknown).{steps}\n{source}"
    )
