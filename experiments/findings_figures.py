"""The figures of the page of findings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from agents.arrays import Floats
from experiments.figures import (
    BASELINE_COLOUR,
    COLOURS,
    broken,
    matrix,
    over_time,
    run_off,
    save_figure,
    time_axis,
)
from experiments.findings_material import BASELINE, Material, PolicyFindings
from experiments.manifest import StoredOutcome
from experiments.standing import COMPUTE_RATIO, GAP, GAP_OOM, Place

EFFECTS, FAN, SHARES = "findings-effects.png", "findings-fan.png", "findings-shares.png"
_LATER_COLOUR = COLOURS[0]
_PANELS = {
    GAP: "Gap in months",
    GAP_OOM: "Gap in orders of magnitude",
    COMPUTE_RATIO: "US over Chinese compute",
}
_ROW, _TOP, _BOTTOM = 0.46, 1.35, 0.95
_APART = 0.17
_LEFT = 0.008
_MOST_PARAMETERS = 16
_LEAST_SHARE_SHOWN = 0.005


def draw_findings(material: Material, folder: Path) -> None:
    """Draw all figures of the page into a folder.

    Raises:
        FigureError: if one cannot be written.
    """
    save_figure(folder / EFFECTS, lambda: draw_effects(material))
    save_figure(folder / FAN, lambda: draw_fan(material))
    save_figure(folder / SHARES, lambda: draw_shares(material))


def draw_effects(material: Material) -> Figure:
    """Mean effects with their intervals on the range of the futures: a panel for each measure."""
    ranked = _ranked(material)
    height = _TOP + _ROW * len(ranked) + _BOTTOM
    figure = _page(height)
    panels = figure.subplots(1, len(_PANELS), sharey=True)
    for axes, (name, title) in zip(panels, _PANELS.items(), strict=True):
        outcome = material.study.manifest.outcome(name)
        for shift, on, colour, marker in (
            (-_APART, material.first, BASELINE_COLOUR, "o"),
            (_APART, material.last, _LATER_COLOUR, "s"),
        ):
            for row, one in enumerate(ranked):
                change = one.changes[Place(name, on)]
                if change.mean is None or change.low is None or change.high is None:
                    continue
                place = [row + shift] * 2
                axes.plot([change.low, change.high], place, color=colour, alpha=0.3, linewidth=6)
                if change.interval is not None:
                    axes.plot(change.interval, place, color=colour, linewidth=2.4)
                axes.plot(change.mean, place[0], marker, color=colour, markersize=5)
        axes.axvline(0.0, color="#666666", linewidth=1.2, zorder=0.5)
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axes.set_title(title, fontsize=11.5)
        axes.set_xlabel(outcome.unit, fontsize=10)
        axes.tick_params(axis="y", length=0)
    panels[0].set_yticks(range(len(ranked)), [one.title for one in ranked])
    panels[0].set_ylim(len(ranked) - 0.4, -0.6)
    _head(
        figure,
        height,
        f"What each policy changes, against recorded history: {_ensemble(material)}",
    )
    figure.legend(
        handles=[
            _key(BASELINE_COLOUR, "o", f"{material.first:%B %Y}: mean"),
            _key(_LATER_COLOUR, "s", f"{material.last:%B %Y}: mean"),
            Line2D([], [], color="#555555", linewidth=2.4, label="95% interval of the mean"),
            Line2D([], [], color="#555555", alpha=0.3, linewidth=6, label="5-95% of futures"),
        ],
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0 - 0.42 / height),
        ncols=4,
        fontsize=10,
    )
    _foot(figure, height, material)
    return figure


def draw_fan(material: Material) -> Figure:
    """The gap over time: recorded history beside the policies that narrow and widen it most."""
    names = _extremes(material)
    (gap,) = material.study.outcomes([GAP])
    frame = material.study.load([gap])
    height = 5.0
    figure = _page(height)
    panels = np.atleast_1d(figure.subplots(1, len(names) + 1))
    top = 0.0
    for axes, name, colour in zip(panels, names, COLOURS, strict=False):
        top = max(top, _fan(axes, frame, gap, name, colour))
        axes.set_title(material.title(name), fontsize=11.5)
        axes.set_ylabel(f"{gap.unit} that China is behind", fontsize=10)
    for axes in panels[:-1]:
        axes.set_ylim(min(0.0, axes.get_ylim()[0]), 1.05 * top)
    for number, name in enumerate(names):
        _change(panels[-1], frame, name, COLOURS[number])
    panels[-1].axhline(0.0, color=BASELINE_COLOUR, linewidth=2.4, zorder=1.5)
    panels[-1].set_title("Change from recorded history: mean", fontsize=11.5)
    for axes in panels:
        time_axis(axes, frame)
    _head(figure, height, f"The capability gap over time: {_ensemble(material)}")
    figure.legend(
        handles=[
            Line2D([], [], color=BASELINE_COLOUR, linewidth=2.6, label=material.title(BASELINE)),
            *(
                Line2D([], [], color=COLOURS[number], linestyle="--", label=material.title(name))
                for number, name in enumerate(names)
            ),
        ],
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0 - 0.42 / height),
        ncols=4,
        fontsize=10,
    )
    _foot(figure, height, material, "Lines: medians, or means of changes. Bands: 5-95% of futures.")
    return figure


def draw_shares(material: Material) -> Figure:
    """First-order shares: parameters down, policies across; empty where no more than chance."""
    found = [one for one in material.policies if one.shares and one.shares.beyond_chance]
    shares = pd.DataFrame(
        {
            one.title: {share.parameter: share.share for share in one.shares.beyond_chance}
            for one in found
            if one.shares is not None
        }
    )
    order = shares.max(axis=1).sort_values(ascending=False).index[:_MOST_PARAMETERS]
    shares = shares.loc[order]
    height = 2.6 + 0.33 * max(len(shares), 1) + 0.5
    figure = _page(height, width=11.0)
    axes = figure.subplots()
    axes.grid(visible=False)
    if shares.empty:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "No parameter explains more than chance does", ha="center")
    else:
        values = shares.to_numpy()
        drawn = axes.imshow(values, cmap="cividis_r", vmin=0.0, aspect="auto")
        dark = 0.55 * float(np.nanmax(values))
        for row, column in np.argwhere(np.isfinite(values)):
            value = values[row, column]
            ink = "white" if value > dark else "black"
            said = f"{value:.0%}" if value >= _LEAST_SHARE_SHOWN else "<1%"
            axes.text(column, row, said, ha="center", va="center", color=ink, fontsize=9)
        axes.set_yticks(range(len(shares)), [name.replace("_", " ") for name in shares.index])
        axes.set_xticks(range(shares.shape[1]), shares.columns, rotation=28, ha="right")
        axes.tick_params(length=0)
        bar = figure.colorbar(drawn, ax=axes, format=lambda value, _: f"{value:.0%}", shrink=0.8)
        bar.outline.set_visible(False)
    _head(figure, height, "Share of the variance of the effect that a parameter explains alone")
    words = "Effect on the gap in orders of magnitude; empty: no more than chance explains."
    _foot(figure, height, material, words)
    return figure


def _fan(axes: Axes, frame: pd.DataFrame, gap: StoredOutcome, policy: str, colour: str) -> float:
    """Bands and medians of the baseline and a policy; returns the highest edge of a band."""
    top = 0.0
    look = ((BASELINE, BASELINE_COLOUR, "-"), (policy, colour, "--"))
    for name, ink, line in look:
        days, (low, _, median, _, high) = over_time(frame, name, gap)
        axes.fill_between(days, run_off(low), run_off(high), color=ink, alpha=0.18, linewidth=0)
        axes.plot(days, broken(median), color=ink, linestyle=line, linewidth=2.4)
        top = max(top, float(high[np.isfinite(high)].max(initial=1.0)))
    return top


def _change(axes: Axes, frame: pd.DataFrame, policy: str, colour: str) -> None:
    days, base = matrix(frame, BASELINE, GAP)
    change: Floats = matrix(frame, policy, GAP)[1] - base
    known = ~np.isnan(change).all(axis=1)
    low, mean, high = (np.full(len(days), np.nan) for _ in range(3))
    low[known], high[known] = np.nanquantile(change[known], (0.05, 0.95), axis=1)
    mean[known] = np.nanmean(change[known], axis=1)
    axes.fill_between(days, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(days, mean, color=colour, linestyle="--", linewidth=2.2)


def _extremes(material: Material) -> list[str]:
    """The policies with the lowest and the highest mean effect on the last date."""

    def effect(one: PolicyFindings) -> float:
        return one.changes[Place(GAP, material.last)].mean or 0.0

    lowest, highest = min(material.policies, key=effect), max(material.policies, key=effect)
    return list(dict.fromkeys(one.policy.name for one in (lowest, highest)))


def _ranked(material: Material) -> Sequence[PolicyFindings]:
    return sorted(
        material.policies, key=lambda one: -(one.changes[Place(GAP, material.first)].mean or 0.0)
    )


def _page(height: float, width: float = 14.0) -> Figure:
    """A figure whose panels keep clear of its head and foot, which are text of fixed size."""
    figure = Figure(figsize=(width, height), layout="constrained")
    bottom, top = 0.32 / height, 0.8 / height
    figure.get_layout_engine().set(rect=(0.0, bottom, 1.0, 1.0 - bottom - top))  # type: ignore[union-attr, call-arg]
    return figure


def _head(figure: Figure, height: float, title: str) -> None:
    figure.text(_LEFT, 1.0 - 0.12 / height, title, fontsize=14, weight="bold", va="top")


def _foot(figure: Figure, height: float, material: Material, words: str = "") -> None:
    manifest = material.study.manifest
    source = (
        f"{words} Source: aigap, seed {manifest.study.seed}, model"
        f" {manifest.origin.model_sha256[:10]}."
    )
    figure.text(_LEFT, 0.1 / height, source.strip(), fontsize=9, color="#555555", va="bottom")


def _key(colour: str, marker: str, label: str) -> Line2D:
    return Line2D([], [], color=colour, marker=marker, linestyle="", label=label)


def _ensemble(material: Material) -> str:
    return material.study.manifest.study.ensemble_in_words
