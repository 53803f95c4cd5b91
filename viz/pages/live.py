"""Page: the world unfolds, and levers change it from the present month on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import solara
from solara.alias import rv

from viz import here
from viz.chart import ShowChart
from viz.controls import Controls
from viz.lever_panel import Levers
from viz.live_charts import charts_below, gap_chart, headline
from viz.own_values import OwnValues
from viz.sight import Sight
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
    sight = solara.use_memo(lambda: Sight(session.show_anew), dependencies=[])
    hurried = session.playing or session.progress is not None
    with session.lock:
        track, frame = session.live, session.frame
        if track is not None:
            gap, now = gap_chart(track, session.future), headline(track)
            shown = {
                name: sight.chart(name, drawn_up, frame, hurried=hurried)
                for name, drawn_up in charts_below(track, session.future).items()
            }
    if track is None:
        Waiting()
        return
    _Headline(figures=now)
    ShowChart(gap, frame=frame)
    with rv.Html(tag="div", class_="aigap-grid"):
        for name, (chart, since) in shown.items():
            ShowChart(chart, frame=since, on_sight=partial(sight.report, name))


@solara.component_vue("../components/headline.vue")
def _Headline(figures: Sequence[dict[str, str]] = ()) -> None:
    """The figures of the present month."""
