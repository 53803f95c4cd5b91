"""Subsidies at work: what a government owes to whom over a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from agents.actor import Actor
from agents.arrays import Floats
from model.rules_by_future import Rulings


@dataclass(frozen=True, slots=True)
class Grant:
    """Money that a programme owes a recipient: USD bn, ``(futures,)``."""

    recipient: Actor
    amount: Floats
    purpose: str


def grants(
    rules: Rulings,
    recipients: Mapping[str, Actor],
    issuer: str,
    start: float,
    end: float,
    futures: int,
) -> Iterator[Grant]:
    """What the subsidies of an issuer pay out over a period, in equal parts to their recipients.

    Args:
        rules: the rule book.
        recipients: every actor by name.
        issuer: code of the paying government.
        start: the period's beginning, months.
        end: its end.
        futures: number of futures.

    Raises:
        KeyError: naming the subsidy, if a recipient is no actor of the world.
    """
    for subsidy in rules.subsidies():
        if subsidy.issuer != issuer:
            continue
        paid = rules.subsidy_paid(subsidy, start, end)
        if not np.any(paid > 0.0):
            continue
        part = np.full(futures, paid / len(subsidy.recipients))
        for name in subsidy.recipients:
            if name not in recipients:
                raise KeyError(f"subsidy '{subsidy.id}' pays '{name}', who is not in the cast")
            yield Grant(recipients[name], part, subsidy.purpose)
