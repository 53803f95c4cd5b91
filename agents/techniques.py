"""Techniques of post-training that a developer knows, or will get to know."""

from __future__ import annotations

import numpy as np

from agents.arrays import Floats, total


class Techniques:
    """What a developer's techniques can give in all.

    Args:
        futures: number of futures.
    """

    def __init__(self, futures: int) -> None:
        self._known: list[tuple[Floats, Floats]] = []
        self._all_known_from = -np.inf
        self._worth: Floats = np.zeros(futures)

    def learn_of(self, gain: Floats, known_from: Floats) -> None:
        """Get to know one more at a time of its own, months."""
        self._known.append((gain, known_from))
        self._all_known_from = max(self._all_known_from, float(known_from.max()))
        self._worth = total(gain for gain, _ in self._known)

    def worth(self, now: float) -> Floats:
        """What those known by now can give, OOM, ``(futures,)``."""
        if now >= self._all_known_from:
            return self._worth
        return total(np.where(since <= now, gain, 0.0) for gain, since in self._known)
