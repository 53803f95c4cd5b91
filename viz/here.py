"""This browser's session: how a page gets at it, hears of changes, and keeps the address true."""

from __future__ import annotations

import os
from pathlib import Path

import solara
from solara.server import kernel_context

from experiments.policies import library
from viz.address import Address, read_address
from viz.assumptions import Draft
from viz.beginning import Beginning
from viz.forking import read_fork
from viz.limits import LiveError
from viz.live_session import LiveSession
from viz.server import STUDIES
from viz.sessions import FullError, session_of

# Solara keeps one value of each for each browser.
_frame = solara.reactive(0)
_page_state: solara.Reactive[dict[str, str]] = solara.reactive({})
_faults: solara.Reactive[tuple[str, ...]] = solara.reactive(())
_draft: solara.Reactive[Draft] = solara.reactive(Draft())


def this_session() -> LiveSession:
    """The session of the browser being answered; made at its first page.

    Raises:
        FullError: if the server holds as many as it may.
    """
    kernel = kernel_context.get_current_context()

    def show(session: LiveSession) -> None:
        with kernel:
            _frame.set(session.frame)

    return session_of(kernel, show)


def is_admitted() -> bool:
    """Whether this browser has a session, or can have one."""
    try:
        this_session()
    except FullError:
        return False
    return True


def use_session() -> LiveSession:
    """The session; the component that calls this is drawn again whenever it changes."""
    _ = _frame.value
    return this_session()


def use_page_state() -> dict[str, str]:
    """What pages keep in the address for themselves: texts by name."""
    state: dict[str, str] = _page_state.value
    return state


def keep(**state: str | None) -> None:
    """Put something of a page into the address; None takes it out."""
    kept = _page_state.peek() | {name: text for name, text in state.items() if text is not None}
    for name in (name for name, text in state.items() if text is None):
        kept.pop(name, None)
    _page_state.set(kept)


def use_draft() -> Draft:
    """What this browser has changed for a run of its own."""
    draft: Draft = _draft.value
    return draft


def draft_now() -> Draft:
    """The same as it is now, for what acts on it later."""
    draft: Draft = _draft.peek()
    return draft


def keep_draft(draft: Draft) -> None:
    """Put another draft in its place."""
    _draft.set(draft)


def use_faults() -> tuple[str, ...]:
    """What the address asked for and could not have, in words."""
    faults: tuple[str, ...] = _faults.value
    return faults


def dismiss_faults() -> None:
    """What went wrong has been read."""
    _faults.set(())
    this_session().refuse("")


def begin_as_asked(query: str | None, *, forking: bool) -> None:
    """Begin what the address asks for, once for each browser; with ``forking``, its forks too.

    Where the server has no room for so much, as much as it has room for.
    """
    session = this_session()
    if session.live is not None or session.doing or session.fault:
        return
    asked, faults = read_address(query)
    fork, faults_of_fork = read_fork(asked)
    futures, forked = min(asked.futures, session.room_left), fork.policies if forking else ()
    if futures < asked.futures:
        faults.append(f"this server has room for {futures:,} futures now; so many are shown")
    if futures * (1 + len(forked)) > session.room_left:
        faults.append("this server has no room for the forks now")
        forked = ()
    _page_state.set(dict(asked.page))
    _faults.set((*faults, *(faults_of_fork if forking else ())))
    keep_draft(Draft(parameters=asked.fixed))
    try:
        session.begin(
            Beginning(library()[asked.policy], futures, asked.seed, asked.ensemble, asked.fixed),
            asked.date,
            asked.levers,
            future=min(asked.future, futures - 1),
            forked=forked,
            forks_until=fork.until,
        )
    except LiveError as error:  # another browser was quicker
        session.refuse(str(error))


def address_now(session: LiveSession) -> Address:
    """The address of what is shown now."""
    begun, track = session.beginning, session.live
    return Address(
        policy=begun.policy.name,
        futures=begun.futures,
        seed=begun.seed,
        ensemble=begun.ensemble,
        fixed=begun.fixed,
        date=session.date,
        future=session.future,
        levers=track.levers if track else (),
        page=_page_state.value,
    )


def studies_folder() -> Path:
    """The folder of stored studies, the only one that pages read."""
    return Path(os.environ.get(STUDIES, "results")).resolve()
