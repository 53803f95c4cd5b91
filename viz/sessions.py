"""The sessions of a server, one for each browser's page, and no more than it can hold."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache

from solara.server import kernel_context
from solara.server.kernel_context import PageStatus, VirtualKernelContext

from viz.limits import FEWEST_FUTURES, MOST_FUTURES_HELD, MOST_SESSIONS, Room
from viz.live_session import LiveSession
from viz.server import FUTURES, SESSIONS

_sessions: dict[str, LiveSession] = {}
_lock = threading.Lock()


class FullError(RuntimeError):
    """The server holds as many sessions as it may."""


def most_sessions() -> int:
    """How many sessions the server holds at most."""
    return int(os.environ.get(SESSIONS, MOST_SESSIONS))


def _is_full() -> bool:
    return len(_sessions) >= most_sessions() or _room().left() < FEWEST_FUTURES


def most_futures() -> int:
    """How many futures the worlds of its sessions hold at most."""
    return int(os.environ.get(FUTURES, MOST_FUTURES_HELD))


@cache
def _room() -> Room:
    return Room(most_futures())


def session_of(kernel: VirtualKernelContext, show: Callable[[LiveSession], None]) -> LiveSession:
    """The session of a browser's page; begun if there is none yet.

    Where the server is full, one whose browser has gone makes room.

    Args:
        kernel: what Solara keeps for the page.
        show: told of the session's changes.

    Raises:
        FullError: if the server holds as many as it may, all of them watched.
    """
    with _lock:
        if kernel.id in _sessions:
            return _sessions[kernel.id]
        if _is_full() and not _make_room():
            raise FullError
        session = LiveSession(_room())
        session.on_change = lambda: show(session)
        _sessions[kernel.id] = session

    def close() -> None:
        with _lock:
            _sessions.pop(kernel.id, None)
        session.close()

    kernel.on_close(close)
    return session


def close_all() -> None:
    """Let every session go: the server ends."""
    with _lock:
        ending = list(_sessions.values())
        _sessions.clear()
    for session in ending:
        session.stop()
    for session in ending:
        session.close()


def _make_room() -> bool:
    """Let the oldest session go that no browser is connected to, if there is one."""
    for name in _sessions:
        kernel = kernel_context.contexts.get(name)
        if kernel is None or PageStatus.CONNECTED not in kernel.page_status.values():
            left = _sessions.pop(name)
            _room().leave(left)
            end = left.close if kernel is None else kernel.close
            # Elsewhere: Solara closes a kernel under locks that the one being answered may hold.
            threading.Thread(target=end, daemon=True).start()
            return True
    return False
