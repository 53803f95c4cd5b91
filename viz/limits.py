"""What the live view holds at most, so that a browser cannot overburden the machine it shares."""

from __future__ import annotations

import datetime as dt

from model.calendar import RECORD_START

MOST_FUTURES = 2_000
LAST_MONTH = dt.date(2035, 12, 1)
MOST_FORKS = 3
MOST_SESSIONS = 24
"""Browsers at once, unless the server was started with another number."""


class LiveError(ValueError):
    """Something that a session cannot do; the message says why."""


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
