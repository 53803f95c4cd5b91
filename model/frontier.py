"""Frontiers and the time by which one trails another.

The same measure serves capability (level: orders of magnitude of effective compute) and chips
(level: rung of the node ladder).  A *gap* is the time since the leader's frontier first reached
the follower's present frontier.
"""

from __future__ import annotations

import numpy as np

from agents.arrays import Floats, Ints, replaced


class Frontier:
    """The best level reached so far, and when each level was first reached.

    Args:
        futures: number of futures.
    """

    def __init__(self, futures: int) -> None:
        self._levels: Floats = np.empty((0, futures))
        self._times: Floats = np.empty((0, futures))
        self._rows = 0
        self.level: Floats = np.full(futures, -np.inf)
        self._earliest: Floats = np.full(futures, -np.inf)
        # Whether it has an earliest level in every future.
        self._begun = False
        self._last_question: tuple[Floats, Floats] | None = None

    def advance(self, level: Floats, when: Floats) -> Ints:
        """Raise the frontier to ``level`` at ``when`` in the futures where that is an advance.

        Returns:
            These futures.
        """
        here = (level > self.level).nonzero()[0]
        if not here.size:
            return here
        self.level = replaced(self.level, here, level[here])
        if not self._begun:
            known = np.isfinite(self._earliest)
            self._earliest = np.where(known, self._earliest, self.level)
            self._begun = bool(known.all())
        self._last_question = None
        if self._rows == len(self._levels):
            self._levels = _with_room(self._levels)
            self._times = _with_room(self._times)
        self._levels[self._rows] = self.level
        self._times[self._rows] = when
        self._rows += 1
        return here

    def steps_of(self, future: int) -> list[tuple[float, float]]:
        """How the frontier rose in one future: month and new level of each advance, in order."""
        levels = self._levels[: self._rows, future]
        times = self._times[: self._rows, future]
        rose = np.diff(levels, prepend=-np.inf) > 0.0
        return [(float(times[row]), float(levels[row])) for row in np.flatnonzero(rose)]

    def first_reached(self, level: Floats) -> Floats:
        """When the frontier first reached ``level``: months, ``(futures,)``.

        Infinite where it has not been reached, minus infinity where it was reached before the
        record of this frontier begins.
        """
        if self._rows == 0:
            return np.full(level.shape, np.inf)
        if self._last_question is not None and self._last_question[0] is level:
            return self._last_question[1]
        when = self._times.reshape(-1).take(self._place_of(level))
        when = np.where(self.level >= level, when, np.inf)
        answer = np.where(self._earliest > level, -np.inf, when)
        self._last_question = (level, answer)
        return answer

    def _place_of(self, level: Floats) -> Ints:
        """Where in the rows, one after the other, each future first is at ``level`` or above.

        Levels never fall from row to row, and the rows still to come hold infinity, so the place
        is found by halving what is left.
        """
        levels, futures = self._levels.reshape(-1), level.shape[0]
        place = np.arange(futures)
        step = (1 << (self._rows - 1).bit_length()) * futures // 2
        while step >= futures:
            below = levels.take(place + (step - futures)) < level
            place += below * step
            step //= 2
        return place


def gap(leader: Frontier, follower: Frontier, now: float) -> tuple[Floats, Floats]:
    """How long the follower trails the leader, in months, and where the record cannot say.

    Positive: the time since ``leader`` first reached the present level of ``follower``.  Where the
    follower's level is the higher one it is that time with the parts exchanged, negative.  Equal
    levels make a gap of zero.

    Returns:
        The gap, ``(futures,)``, NaN where the level was passed before the record begins; and the
        censoring, ``(futures,)``: +1 there if the gap is longer than the record, -1 if the lead
        is, 0 where the gap is known.
    """
    ahead = leader.level > follower.level
    behind = leader.level < follower.level
    trailing = now - leader.first_reached(follower.level)
    leading = now - follower.first_reached(leader.level)
    measured = np.where(ahead, trailing, np.where(behind, -leading, 0.0))
    known = np.isfinite(measured)
    censored = np.where(known, 0.0, np.where(ahead, 1.0, -1.0))
    return np.where(known, measured, np.nan), censored


def _with_room(rows: Floats) -> Floats:
    """The same rows with space for as many again."""
    return np.concatenate([rows, np.full((max(16, len(rows)), rows.shape[1]), np.inf)])


def beyond_record(values: Floats, side: Floats) -> Floats:
    """Values with the censored ones as plus or minus infinity; undefined ones stay missing.

    Args:
        values: NaN where nothing is known, any shape.
        side: the companion of the values: +1 or -1 where one is censored, of the same shape.
    """
    hidden = np.isnan(values) & (side != 0.0)
    return np.where(hidden, np.copysign(np.inf, side), values)
