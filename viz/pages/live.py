"""The live page."""

from __future__ import annotations

import datetime as dt

import solara
from solara.alias import rv

from model.observations import observations_of
from viz import figures, here
from viz.chart import Chart, ShowChart


@solara.component
def Page() -> None:
    """The page."""
    session = here.use_session()
    if session.live is None:
        rv.Html(tag="p", class_="quiet", children=["Building the world…"])
        return
    with session.lock:
        track = session.live
        found = track.quantiles("gap_months")
        fig = {
            "data": [
                *figures.fan(track.dates, found, "us"),
                *figures.observed(observations_of("gap_months")),
            ],
            "layout": {
                "xaxis": figures.time_axis(dt.date(2030, 12, 1)),
                "yaxis": figures.value_axis([found]),
            },
        }
        chart = Chart(
            "gap",
            "Capability gap",
            f"months; prior ensemble, {track.futures} futures",
            fig,
            height=360,
        )
    ShowChart(chart, frame=session.frame, on_drawn=session.drawn)
    solara.Button("Play", on_click=lambda: session.play())
    solara.Button("Pause", on_click=lambda: session.pause())
