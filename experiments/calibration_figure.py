"""The figure of a calibration: parameters before and after, and what was held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.calibrating import Calibration, Tested
from experiments.calibration import Movement, moved
from experiments.calibration_tables import coverage
from experiments.figures import BASELINE_COLOUR, OBSERVED_COLOUR, save_figure
from experiments.hindcast import Score
from experiments.manifest import origin
from model.loading import parameter_quantities
from model.patterns import Pattern

_PRIOR, _POSTERIOR = "#9A9A9A", BASELINE_COLOUR
_MOST_PARAMETERS = 14
_ROW, _TOP, _BOTTOM = 0.3, 1.15, 1.35
_LEFT, _RIGHT = -1.5, 2.0
_APART = 0.17
_PAGE_LEFT = 0.008
_WIDTH = 0.265
# A bar too narrow for its median to be seen on it, in units of the axis.
_NARROW = 0.05
# Rows between two panels: the axis of one and the title of the other.
_BETWEEN = 4


@dataclass(frozen=True, slots=True)
class _Row:
    """A pattern beside the prior and the calibrated ensemble."""

    pattern: Pattern
    prior: Score
    posterior: Score


def plot_calibration(found: Calibration, later: Sequence[Tested], out: Path) -> None:
    """Draw it and save it, by the suffix of ``out``.

    Raises:
        FigureError: if the file cannot be written.
    """
    save_figure(out, lambda: draw_calibration(found, later))


def draw_calibration(found: Calibration, later: Sequence[Tested]) -> Figure:
    """The figure, not yet saved: parameters that moved, and what was held out."""
    parameters = moved(found.movements)[:_MOST_PARAMETERS]
    used = [
        _Row(seen.pattern, *fit)
        for seen, fit in zip(found.used, found.fits, strict=True)
        if seen.pattern.value is not None
    ]
    values = [one for one in later if one.seen.pattern.value is not None]
    rows = max(len(parameters) + _BETWEEN + len(used), len(values))
    height = _TOP + _ROW * rows + _BOTTOM
    figure = Figure(figsize=(14.0, height))
    bottom, tall = _BOTTOM / height, _ROW / height

    def panel(left: float, first: int, count: int) -> Axes:
        place = (left, bottom + tall * (rows - first - count), _WIDTH, tall * count)
        return figure.add_axes(place)

    below = len(parameters) + _BETWEEN if parameters else 0
    if parameters:
        _draw_parameters(panel(0.205, 0, len(parameters)), parameters)
    _draw_patterns(panel(0.205, below, len(used)), used, "Weighed on (grey block: range seen)")
    if values:
        tested = [_Row(one.seen.pattern, one.prior, one.posterior) for one in values]
        _draw_patterns(panel(0.69, 0, len(values)), tested, "Held out: seen later")
    asked = found.question
    figure.text(
        _PAGE_LEFT,
        1.0 - 0.12 / height,
        f"Calibrated on what was seen to {asked.until:%B %Y}: {int(found.kept.sum()):,} of"
        f" {asked.futures:,} prior futures kept",
        fontsize=15,
        weight="bold",
        va="top",
    )
    figure.legend(
        handles=[
            Line2D([], [], color=_PRIOR, linewidth=5.0, label="prior, 5-95% and median"),
            Line2D([], [], color=_POSTERIOR, linewidth=5.0, label="calibrated, 5-95% and median"),
            Line2D([], [], color=OBSERVED_COLOUR, marker="o", linestyle="", label="seen"),
        ],
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0 - 0.42 / height),
        ncols=3,
        fontsize=10,
    )
    figure.text(
        _PAGE_LEFT,
        0.1 / height,
        _foot(found, values),
        fontsize=9,
        color="#555555",
        va="bottom",
    )
    return figure


def _draw_parameters(axes: Axes, parameters: Sequence[Movement]) -> None:
    """Each on the probability scale of its prior, so that the prior is the same bar for all."""
    z = float(scipy.stats.norm.ppf(0.95))
    for row, one in enumerate(parameters):
        _bar(axes, row - _APART, (-z, 0.0, z), _PRIOR)
        quantity = parameter_quantities()[one.name]
        _bar(axes, row + _APART, _scored(one, quantity.low, quantity.high), _POSTERIOR)
    axes.set_yticks(range(len(parameters)), [one.name.replace("_", " ") for one in parameters])
    axes.set_ylim(max(len(parameters), 1) - 0.4, -0.6)
    axes.set_xlim(-2.4, 2.4)
    axes.set_xlabel("standard deviations of the prior", fontsize=10)
    axes.set_title("Parameters that moved", fontsize=11.5)
    _plain(axes)


def _scored(one: Movement, low: float | None, high: float | None) -> tuple[float, float, float]:
    """Posterior points on the scale on which the prior is standard normal."""
    middle = one.prior[1]
    assert low is not None
    assert high is not None
    logarithmic = low > 0.0
    z95 = float(scipy.stats.norm.ppf(0.95))

    def score(value: float) -> float:
        ends = (low, middle, high, value)
        bottom, centre, top, at = np.log(ends) if logarithmic else np.array(ends)
        reach = (top - centre) if at > centre else (centre - bottom)
        return float(z95 * (at - centre) / reach) if reach > 0.0 else 0.0

    first, second, third = (score(value) for value in one.posterior)
    return first, second, third


def _draw_patterns(axes: Axes, rows: Sequence[_Row], title: str) -> None:
    """As distances from what was seen over its size, as on the card of the hindcast."""
    for row, one in enumerate(rows):
        pattern = one.pattern
        size = abs(pattern.centre - pattern.reading.zero) or 1.0
        low, high = ((end - pattern.centre) / size for end in pattern.bounds)
        axes.barh(row, high - low, left=low, height=0.86, color="#E4E4E4", linewidth=0, zorder=1)
        for found, place, colour in (
            (one.prior, row - _APART, _PRIOR),
            (one.posterior, row + _APART, _POSTERIOR),
        ):
            _bar(axes, place, _away(found, size), colour)
        axes.plot(0.0, row, "o", color=OBSERVED_COLOUR, markersize=5.0, zorder=4)
    marked = [f"{one.pattern.title}{' +' * one.pattern.fitted}" for one in rows]
    axes.set_yticks(range(len(rows)), marked)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(_LEFT, _RIGHT)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+.0%}" if value else "seen")
    axes.set_xlabel("distance from what was seen, over its size", fontsize=10)
    axes.set_title(title, fontsize=11.5)
    _plain(axes)


def _away(found: Score, size: float) -> tuple[float, float, float]:
    centre = found.pattern.centre
    low, middle, high = ((at - centre) / size for at in (found.low, found.median, found.high))
    return low, middle, high


def _bar(axes: Axes, row: float, points: tuple[float, float, float], colour: str) -> None:
    low, middle, high = np.clip(points, -1e3, 1e3)
    axes.plot([low, high], [row, row], color=colour, linewidth=4.0, solid_capstyle="butt", zorder=2)
    on_its_bar = high - low > _NARROW
    median = "white" if on_its_bar else colour
    axes.plot(middle, row, "|", color=median, markersize=6, markeredgewidth=1.8, zorder=3)


def _plain(axes: Axes) -> None:
    axes.tick_params(axis="y", length=0, labelsize=9.5)
    axes.tick_params(axis="x", labelsize=9.5)
    axes.axvline(0.0, color=OBSERVED_COLOUR, linewidth=0.8, zorder=0.5)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")


def _foot(found: Calibration, values: Sequence[Tested]) -> str:
    far = moved(found.movements)
    more = f" The furthest {_MOST_PARAMETERS} are shown." if len(far) > _MOST_PARAMETERS else ""
    words = (
        f"{len(far)} of {len(found.movements)} parameters moved by more than chance explains.{more}"
    )
    if values:
        prior, posterior = coverage(values)
        words += (
            f"  Held-out values in the 5-95% range: {prior.in_90} of {prior.values} (prior),"
            f" {posterior.in_90} (calibrated); in the 25-75% range: {prior.in_50} and"
            f" {posterior.in_50}."
        )
    return (
        f"{words}\nEffective size of the weights: {found.effective_size:,.0f} futures.  + an input"
        " of the model was set with the pattern in view.  Source: aigap"
        f" calibrate, seed {found.question.seed}, model {origin().model_sha256[:10]}; what was"
        " seen, as cited in model/data/patterns.yaml."
    )
