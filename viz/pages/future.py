"""One future, told: what happened, and why, beside its charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara
from solara.alias import rv

from experiments.story import WAYS, Story, tell
from viz import here, narrative
from viz.chart import ShowChart
from viz.controls import Controls
from viz.limits import LiveError
from viz.own_values import OwnValues
from viz.track import Track
from viz.waiting import Waiting


@solara.component
def Page() -> None:
    """The page."""
    session = here.use_session()
    state = here.use_page_state()
    fault, set_fault = solara.use_state("")
    solara.use_effect(lambda: session.show("live"), [])
    Controls(setup=False)
    OwnValues()
    track = session.live
    if track is None:
        Waiting()
        return
    which = state.get("which", "number")

    def choose(asked: str) -> None:
        asked = asked.strip()[:20]
        if asked in WAYS:
            here.keep(which=asked)
            set_fault("")
            return
        try:
            if not asked.isascii() or not asked.isdigit():
                raise LiveError(f"'{asked}' is not the number of a future")
            session.choose(int(asked))
            here.keep(which=None)
            set_fault("")
        except LiveError as error:
            set_fault(str(error))

    if session.playing or session.doing:
        words = "The story is written when time stands still: pause to read it."
        rv.Html(tag="p", class_="notice", children=[words])
        return
    with session.lock:
        future = track.ranked(which) if which in WAYS else session.future  # type: ignore[arg-type]
    _Told(
        track,
        future,
        which if which in WAYS else "number",
        fault,
        choose,
    )


@solara.component
def _Told(track: Track, future: int, which: str, fault: str, choose: Callable[[str], None]) -> None:
    """The story of a future up to the present month, and its charts."""
    session = here.use_session()

    def told() -> Story:
        with session.lock:
            return tell(track.world, future)

    story = solara.use_memo(told, [id(track.world), track.date, future])
    with session.lock:
        shown = narrative.charts(track, future, story.chapters)
        title, ensemble = track.title, track.ensemble
    with rv.Html(tag="div", class_="aigap-story-beside"):
        _Story(
            future=future,
            futures=track.futures,
            which=which,
            place=story.place,
            policy=title,
            ensemble=ensemble[:1].upper() + ensemble[1:],
            chapters=narrative.chapters(story),
            topics=[{"value": value, "label": label} for value, label in narrative.TOPICS.items()],
            text=narrative.as_text(story, title, ensemble),
            fault=fault,
            event_choose=choose,
        )
        with rv.Html(tag="aside", class_="aigap-story-charts"):
            for chart in shown:
                ShowChart(chart, frame=session.frame)


@solara.component_vue("../components/story.vue")
def _Story(
    future: int = 0,
    futures: int = 1,
    which: str = "number",
    place: str = "",
    policy: str = "",
    ensemble: str = "",
    chapters: Sequence[dict[str, Any]] = (),
    topics: Sequence[dict[str, str]] = (),
    text: str = "",
    fault: str = "",
    event_choose: Callable[[str], None] | None = None,
) -> None:
    """The choice of a future, and its story, in the browser."""
