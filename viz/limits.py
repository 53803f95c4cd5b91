"""What the live view holds at most, so that a browser cannot overburden the machine it shares."""

from __future__ import annotations

import datetime as dt
import threading
from weakref import WeakKeyDictionary

from model.calendar import RECORD_START

MOST_FUTURES = 2_000
LAST_MONTH = dt.date(2035, 12, 1)
MOST_FORKS = 3
MOST_SESSIONS = 24
FEWEST_FUTURES = 20
MOST_FUTURES_HELD = 10_000
"""Browsers at once, and futures in all their worlds, unless the server was started with others.

Where there is no room for the fewest, a server is full.
"""


class LiveError(ValueError):
    """Something that a session cannot do; the message says why."""


class Room:
    """The futures that the worlds of a server have room for, and who holds how many.

    Args:
        most: in all worlds together.
    """

    def __init__(self, most: int = MOST_FUTURES_HELD) -> None:
        self._most = most
        self._held: WeakKeyDictionary[object, int] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def left(self, holder: object | None = None) -> int:
        """How many a holder could have, what it has included; by default one that has none."""
        with self._lock:
            return self._left(holder)

    def take(self, holder: object, futures: int) -> None:
        """Let a holder have so many in place of what it had.

        Raises:
            LiveError: if they are more than it had, and others hold too many.
        """
        with self._lock:
            left = self._left(holder)
            if futures > max(left, self._held.get(holder, 0)):
                raise LiveError(
                    f"this server has room for {left:,} futures here, and this would take"
                    f" {futures:,}, forks included: choose fewer, or wait until others leave"
                )
            self._held[holder] = futures

    def leave(self, holder: object) -> None:
        """Let what a holder had go."""
        with self._lock:
            self._held.pop(holder, None)

    def _left(self, holder: object | None) -> int:
        others = (futures for other, futures in self._held.items() if other is not holder)
        return max(0, self._most - sum(others))


def require_within(futures: int, day: dt.date) -> None:
    """Refuse what would overburden the machine that others use too.

    Raises:
        LiveError: naming the limit.
    """
    if not 1 <= futures <= MOST_FUTURES:
        raise LiveError(f"the live view holds 1 to {MOST_FUTURES:,} futures, not {futures:,}")
    if not RECORD_START <= day <= LAST_MONTH:
        raise LiveError(
            f"{day:%Y-%m} lies outside {RECORD_START:%Y-%m} to {LAST_MONTH:%Y-%m}, the months of"
            " the live view"
        )
