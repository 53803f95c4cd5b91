"""A chart: a figure of Plotly's, drawn in the browser from plain data.

A figure is ``{"data": [...], "layout": {...}}`` as Plotly has it, with colours named as tokens
(``viz.theme``).  What every chart shares (fonts, grid, margins, exports) the component adds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import solara


@dataclass(frozen=True)
class Chart:
    """What a chart shows and says.

    Attributes:
        name: identifies the chart on its page, in letters, digits and hyphens.
        heading: what is shown.
        unit: the unit, and what the ensemble is ("prior ensemble, 200 futures").
        figure: data and layout, of plain lists, numbers and strings.
        description: the same in words, for those who cannot see it.
        note: said below it.
        empty: said instead of a chart where there is nothing to draw.
        height: pixels.
    """

    name: str
    heading: str
    unit: str
    figure: dict[str, Any]
    description: str = ""
    note: str = ""
    empty: str = ""
    height: int = 260


def ShowChart(
    chart: Chart,
    *,
    frame: int = 0,
    on_click: Callable[[dict[str, Any]], None] | None = None,
) -> Any:
    """Draw a chart.

    Args:
        chart: what to draw.
        frame: number of the change that it shows.
        on_click: told ``trace``, ``x``, ``y`` and ``id`` (the ``customdata``) of a point clicked.
    """
    events: dict[str, Any] = {}
    if on_click is not None:
        events["event_clicked"] = on_click
    return _Chart(
        chart_id=chart.name,
        heading=chart.heading,
        unit=chart.unit,
        figure=json.dumps(chart.figure, separators=(",", ":")),
        description=chart.description or f"{chart.heading}. {chart.unit}.",
        note=chart.note,
        empty=chart.empty,
        height=chart.height,
        frame=frame,
        **events,
    ).key(f"chart-{chart.name}")


@solara.component_vue("components/chart.vue")
def _Chart(
    chart_id: str = "",
    heading: str = "",
    unit: str = "",
    figure: str = "",
    description: str = "",
    note: str = "",
    empty: str = "",
    height: int = 260,
    frame: int = 0,
    event_clicked: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """The component in the browser."""
