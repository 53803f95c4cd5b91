"""What all pages share: the bar with their names, the address, and words on what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara
from solara.alias import rv

from viz import here
from viz.navigation import FORK_PATH, links
from viz.sessions import most_futures, most_sessions


@solara.component
def Layout(children: Sequence[Any] = ()) -> None:
    """The frame of every page; words in its place where the server is full."""
    if here.is_admitted():
        _Frame(children)
    else:
        _Full(most=most_sessions(), futures=most_futures())


@solara.component
def _Frame(children: Sequence[Any]) -> None:
    router = solara.use_router()
    forking = (router.path or "").strip("/") == FORK_PATH
    solara.use_memo(lambda: here.begin_as_asked(router.search, forking=forking), dependencies=[])
    with rv.Html(tag="div", class_="aigap"):
        _Bar()
        _Faults()
        with rv.Html(tag="main", class_="aigap-page", attributes={"id": "main"}):
            solara.display(*children)


@solara.component
def _Bar() -> None:
    session = here.use_session()
    path = solara.use_router().path
    _Navigation(
        pages=links(),
        here="/" + (path or "").strip("/"),
        query=here.address_now(session).query(),
        frame=session.frame,
        under_way=session.live is None or session.progress is not None,
        event_drawn=session.drawn,
    )


@solara.component
def _Faults() -> None:
    session = here.use_session()
    faults = [*here.use_faults(), *([session.fault] if session.fault else [])]
    if faults:
        _Notice(
            faults=[_sentence(fault) for fault in faults],
            event_dismiss=lambda _: here.dismiss_faults(),
        )


def _sentence(fault: str) -> str:
    return fault[:1].upper() + fault[1:] + ("" if fault.endswith((".", "?", "!")) else ".")


@solara.component_vue("components/navigation.vue")
def _Navigation(
    pages: Sequence[dict[str, str]] = (),
    here: str = "/",
    query: str = "",
    frame: int = 0,
    under_way: bool = False,
    event_drawn: Callable[[int], None] | None = None,
) -> None:
    """Names of the pages, light and dark, and the address in the browser's bar."""


@solara.component_vue("components/full.vue")
def _Full(most: int = 0, futures: int = 0) -> None:
    """That the server holds no more sessions, in the browser."""


@solara.component_vue("components/faults.vue")
def _Notice(faults: Sequence[str] = (), event_dismiss: Callable[[Any], None] | None = None) -> None:
    """What went wrong, until dismissed."""
