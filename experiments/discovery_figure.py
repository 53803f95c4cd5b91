"""The figure of a discovery: the ranges in which failures gather, as parts of the futures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.discover import fit_in_words
from experiments.discovery import Discovery, Limits
from experiments.figures import BASELINE_COLOUR, COLOURS, save_figure
from experiments.manifest import origin
from experiments.study import Study

_ROW, _TOP, _BOTTOM = 0.42, 0.8, 1.0
_LEFT = 0.012


def plot_discovery(
    out: Path, found: Discovery, failure: str, parameters: pd.DataFrame, study: Study
) -> None:
    """Draw where the failures gather, and save it by the suffix of ``out``.

    Args:
        out: the file.
        found: the boxes.
        failure: what counts as one, in words.
        parameters: a column for each, a row for each future of the study.
        study: whose futures they are.

    Raises:
        FigureError: if the file cannot be written.
    """
    save_figure(out, lambda: draw_discovery(found, failure, parameters, study))


def draw_discovery(
    found: Discovery, failure: str, parameters: pd.DataFrame, study: Study
) -> Figure:
    """Each restriction as a part of its parameter's futures, from the lowest to the highest."""
    rows: list[tuple[str, Limits | None]] = []
    for number, box in enumerate(found.boxes, start=1):
        rows.append((f"Box {number}: {fit_in_words(box)}", None))
        rows += [(limits.parameter.replace("_", " "), limits) for limits in box.limits]
    if not rows:
        rows = [("No box: failures gather nowhere by more than chance explains", None)]
    height = _TOP + _ROW * len(rows) + _BOTTOM
    figure = Figure(figsize=(10.0, height))
    axes = figure.add_axes((0.3, _BOTTOM / height, 0.66, _ROW * len(rows) / height))
    for row, (name, limits) in enumerate(rows):
        if limits is None:
            axes.text(-0.44, row, name, va="center", weight="bold", fontsize=10.5)
            continue
        values = parameters[limits.parameter].to_numpy()
        low = 0.0 if limits.low is None else float(np.mean(values < limits.low))
        high = 1.0 if limits.high is None else float(np.mean(values <= limits.high))
        axes.barh(row, 1.0, height=0.3, color="#D9D9D9")
        axes.barh(row, high - low, left=low, height=0.5, color=COLOURS[0])
    axes.set_yticks(
        [row for row, (_, limits) in enumerate(rows) if limits is not None],
        [name for name, limits in rows if limits is not None],
    )
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_xlim(0.0, 1.0)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("futures, from the lowest value of the parameter to the highest")
    figure.text(
        _LEFT,
        1.0 - 0.12 / height,
        "Where the failures gather",
        fontsize=13,
        va="top",
        weight="bold",
    )
    figure.text(_LEFT, 1.0 - 0.42 / height, failure, va="top", color=BASELINE_COLOUR)
    source = (
        f"Fails in {found.share:.0%} of {found.futures:,} futures. Source: aigap discover, seed"
        f" {study.seed}, model {origin().model_sha256[:10]};"
        f" {study.ensemble.title}."
    )
    figure.text(_LEFT, 0.1 / height, source, fontsize=9, color="#555555", va="bottom")
    return figure
