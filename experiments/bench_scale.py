"""How the cost of a world grows with its agents and with its horizon, for ``aigap bench``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from agents.records import DeveloperRecord, Quantity
from model.calendar import Calendar
from model.cast import Cast
from model.policy import HISTORY
from model.world import World

# Times the recorded developers.
MULTIPLES = (1, 4, 16)


def multiplied(cast: Cast, times: int) -> Cast:
    """The same cast with each developer split into so many, which share its people and compute.

    Money needs no sharing out: the shares of a region's spending are normalised.
    """
    developers = tuple(
        _part(developer, number, times)
        for developer in cast.developers
        for number in range(1, times + 1)
    )
    return replace(cast, developers=developers)


def half_of(until: date) -> date:
    """The month half way to a horizon."""
    calendar = Calendar()
    return calendar.month(max(calendar.index(until) // 2, 1))


def live(futures: int, until: date, cast: Cast | None = None) -> None:
    """One block of recorded history."""
    World(HISTORY, futures=futures, cast=cast).run_to(until)


def _part(record: DeveloperRecord, number: int, times: int) -> DeveloperRecord:
    name = record.name if number == 1 else f"{record.name} {number}"
    shared = {
        field: _divided(getattr(record, field), times)
        for field in ("fleet", "researchers", "engineers")
    }
    return record.model_copy(update={"name": name, **shared})


def _divided(quantity: Quantity, times: int) -> Quantity:
    edges = {
        edge: value / times
        for edge in ("value", "low", "high")
        if (value := getattr(quantity, edge)) is not None
    }
    return quantity.model_copy(update=edges)
