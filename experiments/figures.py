"""The figure of a study: the two gaps and what each policy changes, in three panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from math import ceil
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Literal

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from agents.arrays import Floats
from experiments.comparison import known_or_beyond, quantiles
from experiments.durable import write_whole
from experiments.figure_files import FigureError, require_drawable
from experiments.manifest import StoredOutcome
from model.observations import Observation

# Okabe and Ito's palette: told apart with any colour vision.  Black is kept for observations.
BASELINE_COLOUR = "#0072B2"
COLOURS = ("#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#882255", "#999933")
OBSERVED_COLOUR = "#222222"
Line = Literal["-"] | tuple[float, Sequence[float]]
LINES: tuple[Line, ...] = ((0, (5, 1.5)), (0, (1.2, 1.0)), (0, (5, 1.2, 1.2, 1.2)), "-")
BANDS = (0.05, 0.25, 0.50, 0.75, 0.95)

STYLE: dict[Any, Any] = {
    "font.size": 11,
    "axes.titlesize": 12.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "svg.hashsalt": "aigap",
}
GAP, CHIP_GAP = "gap_months", "chip_gap_years"
_LEGEND_COLUMNS = 4
_LEFT = 0.008
_OUTSIDE = 1e6


def plot_study(
    frame: pd.DataFrame,
    outcomes: dict[str, StoredOutcome],
    titles: dict[str, str],
    baseline: str,
    observed: Sequence[Observation],
    out: Path,
    *,
    ensemble: str,
    source: str,
) -> None:
    """Draw the study and save it, by the suffix of ``out`` (``.png`` or ``.svg``).

    Args:
        frame: results of ``experiments.load``, with both gaps and their companions.
        outcomes: the stored outcomes by name.
        titles: of the policies, by name.
        baseline: name of the policy drawn as bands and compared with.
        observed: what to overlay.
        out: file to write.
        ensemble: what the futures are, such as ``"prior ensemble, 1,000 futures"``.
        source: note at the foot.

    Raises:
        FigureError: if the file cannot be written.
    """
    save_figure(
        out, lambda: draw_study(frame, outcomes, titles, baseline, observed, ensemble, source)
    )


def save_figure(out: Path, draw: Callable[[], Figure]) -> None:
    """Draw in the house style and save whole, by the suffix of ``out`` (``.png`` or ``.svg``).

    Raises:
        FigureError: if the file cannot be written.
    """
    require_drawable(out)
    with mpl.rc_context(STYLE):
        figure = draw()
        metadata = {"Date": None} if out.suffix == ".svg" else {"Software": None}
        drawn = BytesIO()
        figure.savefig(drawn, format=out.suffix[1:], dpi=150, metadata=metadata)
    try:
        write_whole(out, drawn.getvalue())
    except OSError as error:
        raise FigureError(f"{out}: cannot be written: {error.strerror or error}") from None


def draw_study(
    frame: pd.DataFrame,
    outcomes: dict[str, StoredOutcome],
    titles: dict[str, str],
    baseline: str,
    observed: Sequence[Observation],
    ensemble: str,
    source: str,
) -> Figure:
    """The figure, not yet saved; arguments as in ``plot_study``."""
    others = [name for name in frame["policy"].cat.categories if name != baseline]
    handles = _legend_entries(titles, baseline, others, bool(observed))
    # In inches: what lies above and below the panels is text and does not grow with them.
    top = 0.62 + 0.26 * ceil(len(handles) / _LEGEND_COLUMNS)
    bottom, height = 0.64, 4.6
    figure = Figure(figsize=(14.0, top + height + bottom), layout="constrained")
    whole = top + height + bottom
    figure.get_layout_engine().set(rect=(0.0, bottom / whole, 1.0, height / whole), wspace=0.04)  # type: ignore[union-attr, call-arg]
    gap, chip, change = figure.subplots(1, 3)
    notes = []
    panels = ((gap, GAP, "AI-capability gap"), (chip, CHIP_GAP, "Gap in chip manufacturing"))
    for axes, name, title in panels:
        seen = [known for known in observed if known.outcome == name]
        share = _levels(axes, frame, outcomes[name], baseline, others, seen)
        if share > 0.0:
            notes.append(f"{title}: {share:.1%} of values lie beyond the record (bands run off).")
        axes.set_title(title)
        axes.set_ylabel(f"{outcomes[name].unit} that China is behind")
    share = _differences(change, frame, outcomes[GAP], baseline, others)
    if share > 0.0:
        notes.append(f"Change: {share:.1%} of pairs left out, as one lies beyond the record.")
    change.set_title(f"Capability gap: change from {baseline}")
    change.set_ylabel(f"{outcomes[GAP].unit}: mean and 5-95% of futures")
    for axes in (gap, chip, change):
        time_axis(axes, frame)
    title = f"The US-China gap in AI and in chips ({ensemble})"
    figure.text(_LEFT, 1.0 - 0.12 / whole, title, fontsize=15, va="top")
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0 - 0.48 / whole),
        ncols=_LEGEND_COLUMNS,
        columnspacing=1.6,
    )
    foot = " ".join(notes) + "\n" + source
    figure.text(_LEFT, 0.1 / whole, foot.strip(), fontsize=9, color="#555555", va="bottom")
    return figure


def _levels(
    axes: Axes,
    frame: pd.DataFrame,
    outcome: StoredOutcome,
    baseline: str,
    others: list[str],
    observed: Sequence[Observation],
) -> float:
    """Bands of the baseline, medians of the others, observations; returns the share censored."""
    days, (low, lower, median, upper, high) = over_time(frame, baseline, outcome)
    reach = [low, high]
    for under, over, alpha in ((low, high, 0.15), (lower, upper, 0.28)):
        axes.fill_between(
            days, run_off(under), run_off(over), color=BASELINE_COLOUR, alpha=alpha, linewidth=0
        )
    axes.plot(days, broken(median), color=BASELINE_COLOUR, linewidth=3.2)
    for number, policy in enumerate(others):
        days, (low, _, median, _, high) = over_time(frame, policy, outcome)
        reach += [low, high]
        colour, line = _look(number)
        axes.plot(days, broken(median), color=colour, linestyle=line, linewidth=2.0)
        for edge in (low, high):
            axes.plot(days, broken(edge), color=colour, linestyle=line, linewidth=0.7)
    last = frame["date"].max()
    seen = [known for known in observed if pd.Timestamp(known.date) <= last]
    _overlay(axes, seen)
    bounds = [value for known in seen for value in (known.low, known.high)]
    drawn = np.concatenate([*reach, np.array(bounds)])
    drawn = drawn[np.isfinite(drawn)]
    bottom = min(0.0, float(drawn.min(initial=0.0)) * 1.08)
    axes.set_ylim(bottom, float(drawn.max(initial=1.0)) * 1.08)
    if bottom < 0.0:
        axes.axhline(0.0, color="#888888", linewidth=0.9)
    return float(np.mean(np.isinf(known_or_beyond(frame, outcome))))


def _differences(
    axes: Axes, frame: pd.DataFrame, outcome: StoredOutcome, baseline: str, others: list[str]
) -> float:
    """Paired differences by month: mean and 5-95% band; returns the share of pairs left out."""
    days, base = matrix(frame, baseline, outcome.name)
    dropped, pairs = 0, 0
    for number, policy in enumerate(others):
        _, values = matrix(frame, policy, outcome.name)
        change = values - base
        dropped += int(np.isnan(change).sum())
        pairs += change.size
        enough = ~np.isnan(change).all(axis=1)
        low, mean, high = (np.full(len(days), np.nan) for _ in range(3))
        low[enough], high[enough] = np.nanquantile(change[enough], (0.05, 0.95), axis=1)
        mean[enough] = np.nanmean(change[enough], axis=1)
        colour, line = _look(number)
        axes.fill_between(days, low, high, color=colour, alpha=0.16, linewidth=0)
        axes.plot(days, mean, color=colour, linestyle=line, linewidth=2.2)
    axes.axhline(0.0, color=BASELINE_COLOUR, linewidth=3.2, zorder=1.5)
    _say_directions(axes)
    return dropped / pairs if pairs else 0.0


def _say_directions(axes: Axes) -> None:
    bottom, top = axes.get_ylim()
    reach = max(abs(bottom), abs(top), 1.0)
    axes.set_ylim(min(bottom, -0.25 * reach), max(top, 0.25 * reach))
    place = {"x": 0.02, "transform": axes.transAxes, "fontsize": 9.5, "color": "#555555"}
    axes.text(y=0.98, s="China further behind", va="top", **place)  # type: ignore[arg-type]
    axes.text(y=0.02, s="China closer", va="bottom", **place)  # type: ignore[arg-type]


def _overlay(axes: Axes, observed: Sequence[Observation]) -> None:
    """Observations with their ranges, lettered; a key says whose they are."""
    key = []
    for letter, seen in zip(ascii_lowercase, observed, strict=False):
        day = float(np.datetime64(seen.date, "D").astype(float))
        axes.errorbar(
            [day],
            [seen.value],
            yerr=[[seen.value - seen.low], [seen.high - seen.value]],
            fmt="o",
            color=OBSERVED_COLOUR,
            markersize=5.5,
            capsize=3,
            linewidth=1.4,
            zorder=5,
        )
        axes.annotate(
            letter,
            (day, seen.value),
            xytext=(6, 3),
            textcoords="offset points",
            weight="bold",
            color=OBSERVED_COLOUR,
            zorder=6,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
        key.append(Line2D([], [], linestyle="", label=f"{letter}  {seen.label}"))
    if key:
        axes.legend(
            handles=key,
            loc="best",
            fontsize=9,
            handlelength=0,
            handletextpad=0,
            labelspacing=0.25,
            title="Observed",
            title_fontsize=9,
            alignment="left",
        )


def time_axis(axes: Axes, frame: pd.DataFrame) -> None:
    """Years along the bottom, and few enough numbers up the side."""
    days = _days(pd.DatetimeIndex(frame["date"].unique()))
    axes.set_xlim(days.min(), days.max())
    axes.xaxis_date()
    years = sorted({day.year for day in frame["date"].dt.date.unique() if day.month == 1})
    if len(years) > 1:
        step = 1 if len(years) <= 6 else 2
        shown = years[::step]
        axes.set_xticks(
            [float(np.datetime64(f"{year}-01-01", "D").astype(float)) for year in shown]
        )
        axes.set_xticklabels([str(year) for year in shown])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))


def _legend_entries(
    titles: dict[str, str], baseline: str, others: list[str], observed: bool
) -> list[Artist]:
    entries: list[Artist] = [
        Line2D([], [], color=BASELINE_COLOUR, linewidth=3.2, label=f"{titles[baseline]}, median"),
        Patch(color=BASELINE_COLOUR, alpha=0.43, linewidth=0, label="25-75% of its futures"),
        Patch(color=BASELINE_COLOUR, alpha=0.15, linewidth=0, label="5-95% of its futures"),
    ]
    for number, policy in enumerate(others):
        colour, style = _look(number)
        label = f"{titles[policy]}, median and 5-95%"
        entries.append(Line2D([], [], color=colour, linestyle=style, linewidth=2.0, label=label))
    if observed:
        label = "observed, with range"
        entries.append(Line2D([], [], color=OBSERVED_COLOUR, marker="o", linestyle="", label=label))
    return entries


def _look(number: int) -> tuple[str, Line]:
    return COLOURS[number % len(COLOURS)], LINES[number % len(LINES)]


def over_time(
    frame: pd.DataFrame, policy: str, outcome: StoredOutcome
) -> tuple[Floats, list[Floats]]:
    """Days (matplotlib's) and quantiles by month; infinite where one is censored."""
    rows = frame[frame["policy"] == policy]
    table = rows.assign(value=known_or_beyond(rows, outcome)).pivot(
        index="date", columns="future", values="value"
    )
    return _days(table.index), list(quantiles(table.to_numpy(), BANDS))


def matrix(frame: pd.DataFrame, policy: str, name: str) -> tuple[Floats, Floats]:
    """Days (matplotlib's) and values, ``(months, futures)``."""
    rows = frame[frame["policy"] == policy]
    table = rows.pivot(index="date", columns="future", values=name)
    return _days(table.index), table.to_numpy()


def broken(curve: Floats) -> Floats:
    """A curve that breaks where its value is censored."""
    return np.where(np.isinf(curve), np.nan, curve)


def run_off(edge: Floats) -> Floats:
    """The edge of a band, far outside the panel where it is censored."""
    return np.clip(edge, -_OUTSIDE, _OUTSIDE)


def _days(index: pd.Index[Any]) -> Floats:
    """Dates as matplotlib counts them: days since 1970."""
    return index.to_numpy().astype("datetime64[D]").astype(np.float64)
