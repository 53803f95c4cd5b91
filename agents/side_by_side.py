"""Figures of several actors side by side: what all do alike is worked out for all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.arrays import Bools, Ints


def of_each(actors: Iterable[object], name: str) -> NDArray[Any]:
    """An attribute of every actor as one array, ``(actors, ...)``, which belongs to the caller."""
    return np.array([getattr(actor, name) for actor in actors])


def to_each(actors: Iterable[object], name: str, rows: NDArray[Any]) -> None:
    """Give every actor its row of an array, ``(actors, ...)``, as an attribute."""
    for actor, row in zip(actors, rows, strict=True):
        setattr(actor, name, row)


def concerned[A](actors: Sequence[A], where: Bools) -> tuple[list[A], tuple[Ints, Ints]]:
    """Actors whom something concerns in some future.

    Args:
        actors: the actors.
        where: what it concerns, ``(actors, futures)``.

    Returns:
        They, and all places: numbers of theirs in that list and futures, firm by firm, in order.
    """
    any_future = where.any(axis=1)
    found = [actor for actor, has in zip(actors, any_future, strict=True) if has]
    rows, here = where[any_future].nonzero()
    return found, (rows, here)


def runs_of(rows: Ints) -> list[tuple[int, slice]]:
    """Each number that occurs in ``rows``, which are in order, and the places that hold it."""
    if not rows.size:
        return []
    starts = [0, *(np.diff(rows).nonzero()[0] + 1).tolist()]
    ends = [*starts[1:], rows.size]
    return [(int(rows[a]), slice(a, b)) for a, b in zip(starts, ends, strict=True)]


def replaced_in_each(
    actors: Sequence[object], name: str, places: tuple[Ints, Ints], new: NDArray[Any]
) -> None:
    """Replace an attribute of actors in some futures of each.

    Args:
        actors: the actors.
        name: the attribute, ``(futures,)``.
        places: actors, by their number, and their futures: in order, one for each value.
        new: the values.
    """
    values = of_each(actors, name)
    values[places] = new
    to_each(actors, name, values)
