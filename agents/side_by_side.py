"""Figures of several actors side by side: what all do alike is worked out for all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter, is_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.arrays import Bools, Ints


@dataclass(frozen=True, slots=True)
class Places:
    """Actors of a team and futures of theirs in which something befalls them: one after the other.

    Attributes:
        rows: the actors by their number, in order.
        futures: the future of each, in order for every actor.
        flat: the same as places in an array ``(actors, futures)`` read row by row.
    """

    rows: Ints
    futures: Ints
    flat: Ints

    @classmethod
    def where(cls, concerned: Bools) -> Places:
        """All places where an array ``(actors, futures)`` is true."""
        flat = concerned.reshape(-1).nonzero()[0]
        rows = flat // concerned.shape[1]
        return cls(rows, flat - rows * concerned.shape[1], flat)

    @classmethod
    def of_one(cls, futures: Ints) -> Places:
        """Some futures of the only actor of a team."""
        return cls(np.zeros_like(futures), futures, futures)

    def __len__(self) -> int:
        return self.flat.size

    def among(self, chosen: Bools) -> Places:
        """Those of the places that are ``chosen``, an array with one element for each."""
        return Places(self.rows[chosen], self.futures[chosen], self.flat[chosen])

    def of[T: np.generic](self, figures: NDArray[T]) -> NDArray[T]:
        """What figures ``(actors, futures)`` are at these places."""
        return figures.reshape(-1)[self.flat]

    def by_actor(self) -> list[tuple[int, slice]]:
        """Every actor that is concerned, by its number, and which of the places are its own."""
        if not self.flat.size:
            return []
        starts = [0, *(np.diff(self.rows).nonzero()[0] + 1).tolist()]
        ends = [*starts[1:], self.flat.size]
        return [(int(self.rows[a]), slice(a, b)) for a, b in zip(starts, ends, strict=True)]


class Team[A]:
    """Actors side by side.

    ``team["usable"]`` is that attribute of every actor as one array, ``(actors, ...)``; to set it
    gives every actor its row.  A name with a dot is an attribute of a part: ``team["base.flop"]``.

    An array is put together once and kept until an actor's attribute is another array.  Changes in
    place would go unnoticed, so what has been put together cannot be written to any more.

    Args:
        actors: the actors, in order.
    """

    def __init__(self, actors: Sequence[A]) -> None:
        self.actors = tuple(actors)
        self._kept: dict[str, tuple[list[Any], NDArray[Any]]] = {}

    def __getstate__(self) -> dict[str, object]:
        """Copies of actors get arrays of their own, which a copy of the team puts together anew."""
        return {"actors": self.actors, "_kept": {}}

    def __len__(self) -> int:
        return len(self.actors)

    def __iter__(self) -> Iterator[A]:
        return iter(self.actors)

    @property
    def first(self) -> A:
        """The first of them, who stands for all where they are alike."""
        return self.actors[0]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.together(name, map(_getter(name), self.actors))

    def together(self, name: str, figure_of_each: Iterable[Any]) -> NDArray[Any]:
        """A figure of each actor, known by a name, as one array; kept like an attribute."""
        rows, kept = list(figure_of_each), self._kept.get(name)
        if kept is not None and all(map(is_, rows, kept[0])):
            return kept[1]
        for row in rows:
            if isinstance(row, np.ndarray):
                row.flags.writeable = False
        figures = np.array(rows)
        figures.flags.writeable = False
        self._kept[name] = rows, figures
        return figures

    def __setitem__(self, name: str, figures: NDArray[Any]) -> None:
        *path, attribute = name.split(".")
        owners = map(_getter(".".join(path)), self.actors) if path else self.actors
        figures.flags.writeable = False
        rows = list(figures)
        self._kept[name] = rows, figures
        for owner, row in zip(owners, rows, strict=True):
            setattr(owner, attribute, row)

    def at(self, name: str, places: Places) -> NDArray[Any]:
        """What an attribute ``(futures,)`` of every actor is at some places."""
        return places.of(self[name])

    def replace(self, name: str, places: Places, new: NDArray[Any]) -> None:
        """Replace an attribute ``(futures,)`` at some places, by one value for each."""
        figures = self[name].copy()
        figures.reshape(-1)[places.flat] = new
        self[name] = figures


class Teams[A]:
    """Teams of some kinds, such as those of a region: the same as long as nobody joins.

    Two kinds that are made up of the same actors are one team.
    """

    def __init__(self) -> None:
        self._teams: dict[str, Team[A]] = {}

    def of(self, kind: str, actors: Sequence[A]) -> Team[A]:
        """The team of a kind, of just these actors."""
        team, wanted = self._teams.get(kind), tuple(actors)
        if team is None or team.actors != wanted:
            alike = [other for other in self._teams.values() if other.actors == wanted]
            team = self._teams[kind] = alike[0] if alike else Team(wanted)
        return team


@cache
def _getter(name: str) -> Callable[[Any], Any]:
    return attrgetter(name)
