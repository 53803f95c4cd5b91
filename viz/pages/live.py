"""Page: the world unfolds, and levers change it from the present month on."""

from __future__ import annotations

from collections.abc import Sequence

import solara
from solara.alias import rv

from viz import here
from viz.chart import Chart, ShowChart
from viz.controls import Controls
from viz.lever_panel import Levers
from viz.live_charts import all_charts, gap_chart, headline
from viz.own_values import OwnValues
from viz.waiting import Waiting


@solara.component
def Page() -> None:
    """The page."""
    session = here.use_session()
    solara.use_effect(lambda: session.show("live"), [])
    Controls()
    OwnValues()
    with rv.Html(tag="div", class_="aigap-with-side"):
        with rv.Html(tag="div", class_="aigap-page"):
            _Figures()
        Levers()


@solara.component
def _Figures() -> None:
    session = here.use_session()
    with session.lock:
        track = session.live
        if track is not None:
            gap, charts = gap_chart(track, session.future), all_charts(track, session.future)
            now = headline(track)
    if track is None:
        Waiting()
        return
    _Headline(figures=now)
    ShowChart(gap, frame=session.frame)
    _Grid(charts, session.frame)


@solara.component
def _Grid(charts: Sequence[Chart], frame: int) -> None:
    with rv.Html(tag="div", class_="aigap-grid"):
        for chart in charts:
            ShowChart(chart, frame=frame)


@solara.component_vue("../components/headline.vue")
def _Headline(figures: Sequence[dict[str, str]] = ()) -> None:
    """The figures of the present month."""
