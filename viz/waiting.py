"""What a page shows while there is nothing else to show: what is being done, and how far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from viz import here


def Waiting() -> Any:
    """What the session's worker is doing, with a button that stops it once it can be stopped."""
    session = here.use_session()
    return _Waiting(
        words=session.doing or "Getting ready",
        progress=session.progress,
        stoppable=session.progress is not None,
        event_stop=lambda _: session.cancel(),
    )


@solara.component_vue("components/waiting.vue")
def _Waiting(
    words: str = "",
    progress: float | None = None,
    stoppable: bool = False,
    event_stop: Callable[[Any], None] | None = None,
) -> None:
    """The same in the browser."""
