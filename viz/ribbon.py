"""The ribbon: rules and programmes on the axis of months, by who issued them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from model.instruments import Instrument
from viz.levers import Lever, in_words
from viz.theme import token

ROWS = (("United States", "us"), ("allies", "other"), ("China", "cn"))
_ROW_OF = {"US": 0, "CN": 2}
_LONGEST_TITLE = 90


def ribbon(instruments: Sequence[Instrument], now: dt.date, until: dt.date) -> list[dict[str, Any]]:
    """Markers at the days on which instruments take effect; hollow where these lie ahead."""
    traces = []
    for row, (issuer, colour) in enumerate(ROWS):
        shown = [
            one
            for one in instruments
            if _ROW_OF.get(one.issuer, 1) == row and one.effective <= until
        ]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [max(one.effective, dt.date(2022, 1, 1)).isoformat() for one in shown],
                "y": [row] * len(shown),
                "yaxis": "y2",
                "name": f"rules and programmes: {issuer}",
                "marker": {
                    "color": token(colour),
                    "size": 8,
                    "symbol": [_symbol(one, now) for one in shown],
                    "line": {"width": 1, "color": token(colour)},
                },
                "text": [_words(one) for one in shown],
                "customdata": [one.id for one in shown],
                "hovertemplate": "%{text}<extra></extra>",
                "showlegend": False,
                "meta": "hidden",
            }
        )
    return traces


def ribbon_axis() -> dict[str, Any]:
    """The ribbon's own axis, below the chart proper."""
    return {
        "range": [2.6, -0.6],
        "tickvals": [0, 1, 2],
        "ticktext": [issuer for issuer, _ in ROWS],
        "showgrid": False,
        "zeroline": False,
    }


def marks(levers: Sequence[Lever]) -> list[dict[str, Any]]:
    """A line down each chart at the month in which a lever was pulled."""
    return [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": lever.on.isoformat(),
            "x1": lever.on.isoformat(),
            "y0": 0,
            "y1": 1,
            "line": {"color": token("chosen"), "width": 1.5, "dash": "dot"},
            "name": in_words(lever),
        }
        for lever in levers
    ]


def _symbol(instrument: Instrument, now: dt.date) -> str:
    if instrument.effective > now:
        return "circle-open"
    ended = instrument.ended is not None and instrument.ended <= now
    return "x-thin-open" if ended else "circle"


def _words(instrument: Instrument) -> str:
    title = instrument.title
    short = title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"
    ended = f" to {instrument.ended:%d %b %Y}" if instrument.ended else ""
    return f"<b>{short}</b><br>{instrument.issuer}, from {instrument.effective:%d %b %Y}{ended}"
