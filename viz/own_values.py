"""Words on parameters that have a value of the user's own in the live world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import solara

from viz import here
from viz.beginning import values_in_words
from viz.live_session import LiveSession


@solara.component
def OwnValues() -> None:
    """What is in force beside what would be drawn; nothing where all is drawn."""
    session = here.use_session()
    track = session.live
    if track is None or not track.fixed:
        return
    _OwnValues(values=values_in_words(track.fixed), event_redraw=lambda _: draw_again(session))


def draw_again(session: LiveSession) -> None:
    """Live the same again with every parameter drawn."""
    track = session.live
    levers = track.levers if track else ()
    session.begin(replace(session.beginning, fixed={}), session.date, levers, future=session.future)


@solara.component_vue("components/own_values.vue")
def _OwnValues(
    values: Sequence[dict[str, str]] = (), event_redraw: Callable[[Any], None] | None = None
) -> None:
    """The same in the browser."""
