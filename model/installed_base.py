"""Installed accelerators by owner, chip and channel, and how they wear out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from agents.arrays import Floats, total
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
        self._received: dict[Kind, Floats] = {}
        self._as_if_at_start: dict[Kind, Floats] = {}
        self._delivered: dict[tuple[str, str, str], Floats] = {}
        self.latest: dict[Kind, Floats] = {}
        self._latest_at = -np.inf
        self._growth: tuple[float, Floats] = 0.0, np.ones(futures)

    def receive(self, kind: Kind, units: Floats, now: float) -> None:
        """Add units that arrived at ``now``, months, ``(futures,)``."""
        if now != self._latest_at:
            self.latest, self._latest_at = {}, now
        self.latest[kind] = self.latest[kind] + units if kind in self.latest else units
        sold = (kind.region, kind.chip, kind.channel)
        _add(self._received, kind, units)
        _add(self._delivered, sold, units)
        _add(self._as_if_at_start, kind, units * self._growth_to(now))

    def received(self, **where: str) -> Floats:
        """Units received since the start, of the kinds for which all of ``where`` holds."""
        return total([self._nothing, *self._matching(self._received, where)])

    def delivered(self, region: str, chip: str, channel: Channel) -> Floats:
        """Units of a chip that a region's developers received by a channel since the start."""
        return self._delivered.get((region, chip, channel), self._nothing).copy()

    def delivered_kinds(self) -> Mapping[tuple[str, str, str], Floats]:
        """Units received since the start by region, chip and channel, ``(futures,)`` each.

        In the order of their names: which came first depends on the futures of a block.
        """
        return dict(sorted(self._delivered.items()))

    def standing(self, now: float, **where: str) -> Floats:
        """Units in use at ``now`` of those received, of the kinds for which ``where`` holds."""
        scaled = total([self._nothing, *self._matching(self._as_if_at_start, where)])
        return scaled * np.exp(-now / self._life)

    def standing_of(self, kind: Kind, now: float) -> Floats:
        """Units of one kind in use at ``now``, ``(futures,)``."""
        scaled = self._as_if_at_start.get(kind, self._nothing)
        return scaled * np.exp(-now / self._life)

    def _growth_to(self, now: float) -> Floats:
        """How many units at time zero make one at ``now``; all of a quarter's arrive at once."""
        if self._growth[0] != now:
            self._growth = now, np.exp(now / self._life)
        return self._growth[1]

    @property
    def kinds(self) -> list[Kind]:
        """Every kind received so far."""
        return list(self._received)

    def _matching(self, units: dict[Kind, Floats], where: dict[str, str]) -> Iterator[Floats]:
        matching = [
            kind
            for kind in units
            if all(getattr(kind, field) == value for field, value in where.items())
        ]
        return (units[kind] for kind in sorted(matching))


def _add[K](counts: dict[K, Floats], key: K, units: Floats) -> None:
    """Add units to a count, in place."""
    if key in counts:
        counts[key] += units
    else:
        counts[key] = units.copy()
