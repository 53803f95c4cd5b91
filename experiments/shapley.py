"""Shapley values: what each of some players is worth, whatever the order in which they come.

A *subset* of ``n`` players is a whole number from 0 to ``2^n - 1`` in which bit ``i`` says whether
player ``i`` is in.  So row 0 of a table by subset is nobody, the last row everybody.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from agents.arrays import Floats, total


def without(players: int, player: int) -> list[int]:
    """The subsets of ``players`` in which a player is not."""
    return [subset for subset in range(2**players) if not subset >> player & 1]


def shapley_values(worth: Floats) -> Floats:
    """The mean, over all orders of joining, of what each player adds by joining.

    ``value_i = sum over S without i of |S|! (n - |S| - 1)! / n! x (worth(S + i) - worth(S))``
    (Shapley 1953).

    Args:
        worth: by subset, ``(2^n, futures)``.

    Returns:
        ``(n, futures)``; missing (NaN) where any worth of that future is.  They add up to
        ``worth[-1] - worth[0]``; a player that never changes the worth gets 0; two that can stand
        for one another get the same.

    Raises:
        ValueError: if the number of subsets is not a power of two.
    """
    players = len(worth).bit_length() - 1
    if len(worth) != 2**players:
        raise ValueError(f"{len(worth)} subsets: expected a power of two")
    values = []
    for player in range(players):
        added = [
            _weight(players, subset.bit_count()) * (worth[subset | 1 << player] - worth[subset])
            for subset in without(players, player)
        ]
        values.append(total(added))
    return np.stack(values)


def joining_first(worth: Floats) -> Floats:
    """What each player adds to nobody, ``(n, futures)``."""
    players = len(worth).bit_length() - 1
    return np.stack([worth[1 << player] - worth[0] for player in range(players)])


def joining_last(worth: Floats) -> Floats:
    """What each player adds to all the others, ``(n, futures)``."""
    players = len(worth).bit_length() - 1
    everybody = len(worth) - 1
    return np.stack([worth[-1] - worth[everybody ^ 1 << player] for player in range(players)])


def _weight(players: int, before: int) -> float:
    """Share of the orders of joining in which a given set of so many comes just before a player."""
    return factorial(before) * factorial(players - before - 1) / factorial(players)
