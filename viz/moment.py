"""The moment a page shows: the month, and moving on from it."""

from __future__ import annotations

from collections.abc import Callable

import solara

from model.calendar import RECORD_START, parse_year_month
from viz import here
from viz.live_session import LAST_MONTH, LiveError


@solara.component
def Moment() -> None:
    """Month, policy and number of futures, with play, step and a jump to a month."""
    session = here.use_session()
    fault, set_fault = solara.use_state("")

    def go(text: str) -> None:
        try:
            session.jump(parse_year_month(text[:20]))
            set_fault("")
        except (ValueError, LiveError) as error:
            set_fault(str(error))

    with session.lock:
        title = session.live.title if session.live else session.policy.title
    _Moment(
        month=f"{session.date:%Y-%m}",
        earliest=f"{RECORD_START:%Y-%m}",
        latest=f"{LAST_MONTH:%Y-%m}",
        words=f"{session.date:%B %Y}, {title}; prior ensemble, {session.futures:,} futures",
        playing=session.playing,
        doing=session.doing,
        progress=-1.0 if session.progress is None else session.progress,
        fault=fault,
        event_go=go,
        event_play=lambda _: session.play(),
        event_pause=lambda _: session.pause(),
        event_step=lambda _: session.step(),
    )


@solara.component_vue("components/moment.vue")
def _Moment(
    month: str = "",
    earliest: str = "",
    latest: str = "",
    words: str = "",
    playing: bool = False,
    doing: str = "",
    progress: float = -1.0,
    fault: str = "",
    event_go: Callable[[str], None] | None = None,
    event_play: Callable[[object], object] | None = None,
    event_pause: Callable[[object], object] | None = None,
    event_step: Callable[[object], object] | None = None,
) -> None:
    """The bar in the browser."""
