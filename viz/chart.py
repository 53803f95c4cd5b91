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
        strip: a second figure below on the same axis of months, whose traces have ``yaxis`` "y2".
            Drawn anew only when it changes; in pictures it is part of the chart.
        strip_height: pixels.
    """

    name: str
    heading: str
    unit: str
    figure: dict[str, Any]
    description: str = ""
    note: str = ""
    empty: str = ""
    height: int = 260
    strip: dict[str, Any] | None = None
    strip_height: int = 96


def ShowChart(
    chart: Chart,
    *,
    frame: int = 0,
    on_click: Callable[[dict[str, Any]], None] | None = None,
    on_sight: Callable[[bool], None] | None = None,
) -> Any:
    """Draw a chart.

    Args:
        chart: what to draw.
        frame: number of the change that it shows.
        on_click: told ``trace``, ``x``, ``y`` and ``id`` (the ``customdata``) of a point clicked.
        on_sight: told when it comes into sight (true) or leaves it.
    """
    events: dict[str, Any] = {}
    if on_sight is not None:
        events["event_sight"] = on_sight
    if on_click is not None:
        events["event_clicked"] = on_click
    return _Chart(
        chart_id=chart.name,
        heading=chart.heading,
        unit=chart.unit,
        figure=_text(chart.figure),
        description=chart.description or f"{chart.heading}. {chart.unit}.",
        note=chart.note,
        empty=chart.empty,
        height=chart.height,
        strip=_text(chart.strip) if chart.strip else "",
        strip_height=chart.strip_height,
        frame=frame,
        **events,
    ).key(f"chart-{chart.name}")


def _text(figure: dict[str, Any]) -> str:
    return json.dumps(figure, separators=(",", ":"))


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
    strip: str = "",
    strip_height: int = 0,
    frame: int = 0,
    event_clicked: Callable[[dict[str, Any]], None] | None = None,
    event_sight: Callable[[bool], None] | None = None,
) -> None:
    """The component in the browser."""
