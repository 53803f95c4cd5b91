"""Installed accelerators by owner, chip and channel, and how they wear out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from agents.arrays import Floats, span, total
from agents.developer import Channel


class Kind(NamedTuple):
    """Whose accelerators, which, and by which way they came."""

    owner: str
    region: str
    chip: str
    channel: Channel


class InstalledBase:
    """Accelerators received since the start, in units; a constant share of them fails each month.

    Units are kept as if received at time zero, scaled by the survival since then, so that no
    month needs to touch them: ``standing(t) = exp(-t / life) x sum(units x exp(t_i / life))``.

    Args:
        futures: number of futures.
        life_months: mean life of an accelerator, ``(futures,)``.

    Attributes:
        latest: units that arrived when any last did, by kind, ``(futures,)`` each.
    """

    def __init__(self, futures: int, life_months: Floats) -> None:
        self._nothing: Floats = np.zeros(futures)
        self._life = life_months
        self._received: _Counts[Kind] = _Counts(futures)
        self._as_if_at_start: _Counts[Kind] = _Counts(futures)
        self._delivered: _Counts[tuple[str, str, str]] = _Counts(futures)
        self.latest: dict[Kind, Floats] = {}
        self._latest_at = -np.inf
        self._growth: tuple[float, Floats] = 0.0, np.ones(futures)

    def receive(self, kinds: Sequence[Kind], units: Floats, now: float) -> None:
        """Add units that arrived at ``now``, months, of an owner's kinds, ``(kinds, futures)``."""
        if now != self._latest_at:
            self.latest, self._latest_at = {}, now
        for kind, its_units in zip(kinds, units, strict=True):
            earlier = self.latest.get(kind)
            self.latest[kind] = its_units if earlier is None else earlier + its_units
        self._received.add(kinds, units)
        self._delivered.add([(kind.region, kind.chip, kind.channel) for kind in kinds], units)
        self._as_if_at_start.add(kinds, units * self._growth_to(now))

    def received(self, **where: str) -> Floats:
        """Units received since the start, of the kinds for which all of ``where`` holds."""
        return total([self._nothing, *self._matching(self._received, where)])

    def delivered(self, region: str, chip: str, channel: Channel) -> Floats:
        """Units of a chip that a region's developers received by a channel since the start."""
        return self._delivered.of((region, chip, channel))

    def delivered_kinds(self) -> Mapping[tuple[str, str, str], Floats]:
        """Units received since the start by region, chip and channel, ``(futures,)`` each.

        In the order of their names: which came first depends on the futures of a block.
        """
        return {sold: self._delivered.of(sold) for sold in sorted(self._delivered.kinds)}

    def standing(self, now: float, **where: str) -> Floats:
        """Units in use at ``now`` of those received, of the kinds for which ``where`` holds."""
        scaled = total([self._nothing, *self._matching(self._as_if_at_start, where)])
        return scaled * np.exp(-now / self._life)

    def standing_of(self, kind: Kind, now: float) -> Floats:
        """Units of one kind in use at ``now``, ``(futures,)``."""
        return self._as_if_at_start.of(kind) * np.exp(-now / self._life)

    def _growth_to(self, now: float) -> Floats:
        """How many units at time zero make one at ``now``; all of a quarter's arrive at once."""
        if self._growth[0] != now:
            self._growth = now, np.exp(now / self._life)
        return self._growth[1]

    @property
    def kinds(self) -> list[Kind]:
        """Every kind received so far."""
        return self._received.kinds

    def _matching(self, units: _Counts[Kind], where: dict[str, str]) -> Iterator[Floats]:
        matching = [
            kind
            for kind in units.kinds
            if all(getattr(kind, field) == value for field, value in where.items())
        ]
        return (units.of(kind) for kind in sorted(matching))


class _Counts[K]:
    """What has been counted so far of each kind: rows of one array, with room for more."""

    def __init__(self, futures: int) -> None:
        self._rows: Floats = np.zeros((1, futures))
        self._place: dict[K, int] = {}

    def add(self, kinds: Sequence[K], units: Floats) -> None:
        """Add to the counts of some kinds, each named once; ``(kinds, futures)``."""
        places = [self._place.setdefault(kind, len(self._place)) for kind in kinds]
        missing = len(self._place) - len(self._rows)
        if missing > 0:
            room = np.zeros((max(missing, len(self._rows)), self._rows.shape[1]))
            self._rows = np.concatenate([self._rows, room])
        self._rows[span(places)] += units

    def of(self, kind: K) -> Floats:
        """The count of a kind, 0 if there was none, ``(futures,)``."""
        place = self._place.get(kind)
        return np.zeros(self._rows.shape[1]) if place is None else self._rows[place].copy()

    @property
    def kinds(self) -> list[K]:
        """Every kind counted, in the order in which it first was."""
        return list(self._place)
