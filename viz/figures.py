"""Figures of outcomes by month, as plain data for ``viz.chart``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.arrays import Bools, Floats
from model.observations import Observation
from viz.theme import token

DIGITS = 4
_OUTSIDE = 1e6
_SMALLEST = 1e-12
_FEW_YEARS, _MANY_YEARS = 2, 9
Trace = dict[str, Any]


def numbers(values: Floats) -> list[float | None]:
    """Values to a few digits, as JSON has them: nothing where there is none or no end."""
    return _listed(rounded(values), np.isfinite(values))


def rounded(values: Floats) -> Floats:
    """Values to ``DIGITS`` significant digits, of any shape; what is not finite stays as it is."""
    known = np.isfinite(values)
    size = np.abs(np.where(known & (np.abs(values) >= _SMALLEST), values, 1.0))
    power = np.floor(np.log10(size)).astype(np.int64) - (DIGITS - 1)
    # Scaled by whole powers of ten on either side, so that decimals come out short.
    up, down = 10.0 ** np.maximum(-power, 0), 10.0 ** np.maximum(power, 0)
    return np.where(known, np.round(np.where(known, values, 0.0) * up / down) * down / up, values)


def days(dates: Sequence[dt.date]) -> list[str]:
    """Dates as Plotly reads them."""
    return [day.isoformat() for day in dates]


def fan(
    dates: Sequence[dt.date],
    quantiles: Floats,
    colour: str,
    title: str = "",
    *,
    dash: str = "solid",
    bands: Sequence[float] = (0.16, 0.30),
) -> list[Trace]:
    """A fan: bands that hold 90% and 50% of the futures, and the median.

    Args:
        dates: of the months.
        quantiles: at 5, 25, 50, 75 and 95%, ``(5, months)``; infinite beyond the record.
        colour: a token's name.
        title: whose fan it is, if there are several.
        dash: line style of the median.
        bands: how opaque the outer and the inner band are.
    """
    x = days(dates)
    prefix = f"{title}: " if title else ""
    shown = rounded(quantiles)
    edges = [
        _edge(x, shown[place], f"{prefix}{percent}%", group=title)
        for place, percent in ((0, 5), (1, 25), (3, 75), (4, 95))
    ]
    low, lower, upper, high = edges
    high |= {"fill": "tonexty", "fillcolor": token(colour, bands[0])}
    upper |= {"fill": "tonexty", "fillcolor": token(colour, bands[1])}
    median = line(x, quantiles[2], title or "median", colour, width=2.6, dash=dash)
    meta = {"column": f"{prefix}median"}
    return [low, high, lower, upper, median | {"legendgroup": title, "meta": meta}]


def line(
    x: Sequence[str],
    values: Floats,
    name: str,
    colour: str,
    *,
    width: float = 2.0,
    dash: str = "solid",
    shown: bool = True,
) -> Trace:
    """A curve; it breaks where there is no value."""
    return {
        "type": "scatter",
        # The first month alone makes no line.
        "mode": "lines" if len(x) > 1 else "lines+markers",
        "marker": {"color": token(colour), "size": 6},
        "x": list(x),
        "y": numbers(values),
        "name": name,
        "line": {"color": token(colour), "width": width, "dash": dash},
        "showlegend": shown,
    }


def observed(seen: Sequence[Observation], *, scale: float = 1.0, title: str = "") -> list[Trace]:
    """Recorded observations with their ranges, times ``scale``."""
    if not seen:
        return []
    value = [one.value * scale for one in seen]
    low, high = [one.low * scale for one in seen], [one.high * scale for one in seen]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": days([one.date for one in seen]),
            "y": value,
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [top - middle for top, middle in zip(high, value, strict=True)],
                "arrayminus": [middle - foot for foot, middle in zip(low, value, strict=True)],
                "color": token("observed"),
                "thickness": 1.6,
            },
            "marker": {"color": token("observed"), "size": 8, "symbol": "diamond"},
            "name": f"observed, {title}" if title else "observed",
            "text": [
                f"<b>{one.label}</b><br>{middle:.3g} ({foot:.3g} to {top:.3g})"
                for one, middle, foot, top in zip(seen, value, low, high, strict=True)
            ],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def written(value: float, decimals: int) -> str:
    """A figure in a sentence; what lies beyond the record in words."""
    if np.isnan(value):
        return "unknown"
    if np.isinf(value):
        return "beyond the record"
    return f"{value:,.{decimals}f}"


def time_axis(until: dt.date, start: dt.date = dt.date(2022, 1, 1)) -> dict[str, Any]:
    """The axis of months that the charts of a page share."""
    years = until.year - start.year
    return {
        "type": "date",
        "range": [start.isoformat(), until.isoformat()],
        "hoverformat": "%b %Y",
        "tickformat": "%b %Y" if years < _FEW_YEARS else "%Y",
        "dtick": "M3" if years < _FEW_YEARS else "M12" if years <= _MANY_YEARS else "M24",
    }


def _edge(x: Sequence[str], row: Floats, name: str, *, group: str) -> Trace:
    """The edge of a band; one that lies beyond the record runs off the chart."""
    within = np.where(np.isinf(row), np.copysign(_OUTSIDE, row), row)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": _listed(within, np.isfinite(within)),
        "name": name,
        "line": {"width": 0},
        "showlegend": False,
        "legendgroup": group,
        "hovertemplate": "%{y:.3~g}",
    }


def value_axis(curves: Sequence[Floats], *, zero: bool = True) -> dict[str, Any]:
    """An axis that holds what is finite, and zero if asked."""
    known = np.concatenate([np.ravel(curve)[np.isfinite(np.ravel(curve))] for curve in curves])
    if known.size == 0:
        return {"range": [0, 1]}
    low, high = float(known.min()), float(known.max())
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = 0.06 * (high - low or 1.0)
    return {"range": [low - (room if low < 0 or not zero else 0.0), high + room]}


def _listed(values: Floats, known: Bools) -> list[float | None]:
    if known.all():
        plain: list[float | None] = values.tolist()
        return plain
    pairs = zip(values.tolist(), known.tolist(), strict=True)
    return [value if there else None for value, there in pairs]
