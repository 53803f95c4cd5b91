"""Figures of sensitivity analyses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures import BASELINE_COLOUR, COLOURS, save_figure

if TYPE_CHECKING:
    from experiments.sensitivity_designs import Effect, Index

_ROW, _TOP, _BOTTOM = 0.36, 0.55, 0.95
_LEFT = 0.012


def draw_indices(out: Path, entries: Sequence[Index], title: str, source: str) -> None:
    """First and total order as bars with their intervals, into ``out``.

    Raises:
        FigureError: if the file cannot be written.
    """

    def draw() -> Figure:
        figure, axes = _bars([entry.factor for entry in entries], title, source)
        rows = np.arange(len(entries))
        for shift, colour, label, values, reach in (
            (-0.19, BASELINE_COLOUR, "first order: alone", _all(entries, "first"), "first_reach"),
            (
                0.19,
                COLOURS[0],
                "total order: with interactions",
                _all(entries, "total"),
                "total_reach",
            ),
        ):
            axes.barh(rows + shift, values, height=0.36, color=colour, label=label)
            axes.errorbar(
                values, rows + shift, xerr=_all(entries, reach), fmt="none", ecolor="#222222"
            )
        axes.set_xlabel("share of the variance")
        axes.legend(loc="lower right")
        return figure

    save_figure(out, draw)


def draw_effects(out: Path, entries: Sequence[Effect], title: str, source: str) -> None:
    """Sizes of elementary effects as bars with their intervals, into ``out``.

    Raises:
        FigureError: if the file cannot be written.
    """

    def draw() -> Figure:
        figure, axes = _bars([entry.factor for entry in entries], title, source)
        rows = np.arange(len(entries))
        raising = [entry.mean > 0.0 for entry in entries]
        for sign, colour, label in (
            (True, COLOURS[0], "raises it on average"),
            (False, BASELINE_COLOUR, "lowers it on average"),
        ):
            shown = [
                entry.size if up is sign else 0.0
                for entry, up in zip(entries, raising, strict=True)
            ]
            axes.barh(rows, shown, height=0.62, color=colour, label=label)
        axes.errorbar(
            _all(entries, "size"),
            rows,
            xerr=_all(entries, "size_reach"),
            fmt="none",
            ecolor="#222222",
        )
        axes.set_xlabel("mean size of the effect of moving from the 12.5% to the 87.5% point (mu*)")
        axes.legend(loc="lower right")
        return figure

    save_figure(out, draw)


def _all(entries: Sequence[Index] | Sequence[Effect], name: str) -> list[float]:
    return [float(getattr(entry, name)) for entry in entries]


def _bars(names: Sequence[str], title: str, source: str) -> tuple[Figure, Axes]:
    height = _TOP + _ROW * len(names) + _BOTTOM
    figure = Figure(figsize=(9.0, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0.0, 0.3 / height, 1.0, 1.0 - (0.3 + 0.45) / height))  # type: ignore[union-attr, call-arg]
    axes = figure.subplots()
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.set_axisbelow(True)
    axes.axvline(0.0, color="#888888", linewidth=0.9)
    figure.text(_LEFT, 1.0 - 0.12 / height, title, fontsize=13, va="top", weight="bold")
    figure.text(_LEFT, 0.1 / height, source, fontsize=9, color="#555555", va="bottom")
    return figure, axes
