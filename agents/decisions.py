"""Decisions and the reasons for them, kept small: numbers now, words when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.arrays import Bools, Floats, Ints
from agents.side_by_side import Places


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision taken at one wake-up, in some futures.

    Attributes:
        when: months since the start, a row per future that took it.
        what: sentence with ``{size}`` where a size belongs.
        words: the reasons there can be.
        futures: the futures that took it, in order.
        reason: place in ``words``, a row per such future.
        size: a figure that goes with it, a row per such future; None without one.
    """

    when: NDArray[np.float32]
    what: str
    words: Sequence[str]
    futures: NDArray[np.int32]
    reason: NDArray[np.int8]
    size: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of one future.

    Attributes:
        when: months since the start.
        what: sentence with ``{size}`` where a size belongs.
        why: the reason.
        size: a figure that goes with it; None without one.
    """

    when: float
    what: str
    why: str
    size: float | None

    @property
    def sentence(self) -> str:
        """The decision and its reason in words."""
        size = "" if self.size is None else f"{self.size:.1e}"
        return f"{self.what.format(size=size)}: {self.why}"


class Decisions:
    """What one actor decided, and why, in every future."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []

    def note(
        self,
        where: Bools,
        when: Floats | float,
        what: str,
        words: Sequence[str],
        reason: Ints | int,
        size: Floats | None = None,
    ) -> None:
        """Keep a decision taken in the futures ``where``; nothing if in none.

        Args:
            where: who took it, ``(futures,)``.
            when: moment, months; one number or one per future.
            what: the decision in words, with ``{size}`` where ``size`` belongs.
            words: list of reasons.
            reason: place in that list, one for all or one per future.
            size: a figure that goes with it, ``(futures,)``.
        """
        futures = where.nonzero()[0]
        if not futures.size:
            return
        chosen = None if size is None else size[futures]
        self.keep(futures, _at(when, futures), what, words, _at(reason, futures), chosen)

    def keep(
        self,
        futures: Ints,
        when: Floats,
        what: str,
        words: Sequence[str],
        reason: Ints,
        size: Floats | None = None,
    ) -> None:
        """Keep a decision taken in some ``futures``, with one figure of each kind for each."""
        self.taken.append(
            Taken(
                when.astype(np.float32),
                what,
                words,
                futures.astype(np.int32),
                reason.astype(np.int8),
                None if size is None else size.astype(np.float32),
            )
        )

    def of_future(self, future: int) -> list[tuple[float, str]]:
        """Decisions of one future in order of time: month, and a sentence with the reason."""
        return [(one.when, one.sentence) for one in self.taken_in(future)]

    def taken_in(self, future: int) -> list[Decision]:
        """Decisions of one future in order of time."""
        told = []
        for taken in self.taken:
            row = int(taken.futures.searchsorted(future))
            if row == taken.futures.size or taken.futures[row] != future:
                continue
            size = None if taken.size is None else float(taken.size[row])
            why = taken.words[taken.reason[row]]
            told.append(Decision(float(taken.when[row]), taken.what, why, size))
        return sorted(told, key=lambda one: one.when)


def keep_each(
    decisions: Sequence[Decisions],
    places: Places,
    when: Floats,
    what: str,
    words: Sequence[str],
    reason: Ints,
    size: Floats | None = None,
) -> None:
    """Keep a decision that several actors took, each in some futures.

    Args:
        decisions: those of every actor of a team.
        places: who took it, and in which futures.
        when: moments, months, one for each place.
        what: the decision in words, with ``{size}`` where ``size`` belongs.
        words: list of reasons.
        reason: places in that list, one for each place.
        size: figures that go with it, one for each place.
    """
    months, futures = when.astype(np.float32), places.futures.astype(np.int32)
    code = reason.astype(np.int8)
    figure = None if size is None else size.astype(np.float32)
    for number, its in places.by_actor():
        its_figure = None if figure is None else figure[its]
        taken = Taken(months[its], what, words, futures[its], code[its], its_figure)
        decisions[number].taken.append(taken)


def _at(figure: Floats | Ints | float, futures: NDArray[np.int64]) -> NDArray[Any]:
    """A figure in some futures, be it one number for all or one per future."""
    if isinstance(figure, np.ndarray):
        return np.asarray(figure[futures])
    return np.full(futures.shape, figure)
