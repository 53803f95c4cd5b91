"""Money: a double-entry ledger, so that none is made or lost between actors."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Protocol

import numpy as np

from agents.arrays import Floats, total
from agents.side_by_side import Team


class Account(Protocol):
    """Whoever can pay and be paid: has ``cash`` in USD bn, ``(futures,)``."""

    cash: Floats


class Outside:
    """The rest of the economy, which the world does not model: investors, customers, households."""

    def __init__(self, futures: int) -> None:
        self.cash: Floats = np.zeros(futures)


class Ledger:
    """Moves money from one account to another and keeps the running total by purpose.

    Attributes:
        outside: the account of everyone who is not an actor.
        totals: USD bn moved so far by purpose, ``(futures,)`` each.
    """

    def __init__(self, futures: int) -> None:
        self.outside = Outside(futures)
        self.totals: defaultdict[str, Floats] = defaultdict(_Zeros(futures))

    def pay(self, payer: Account, payee: Account, amount: Floats, purpose: str) -> None:
        """Move ``amount`` (USD bn, ``(futures,)``, not negative) from ``payer`` to ``payee``."""
        payer.cash = payer.cash - amount
        payee.cash = payee.cash + amount
        self.totals[purpose] = self.totals[purpose] + amount

    def pay_each(self, payees: Team[Any], amounts: Floats, purpose: str) -> None:
        """Pay each of a team from outside, one after the other, ``(actors, futures)``."""
        payees["cash"] = payees["cash"] + amounts
        self.outside.cash = _and_then(self.outside.cash, -amounts)
        self.totals[purpose] = _and_then(self.totals[purpose], amounts)

    def pay_through(
        self, payers: Team[Any], received: Floats, source: str, spent: Floats, purpose: str
    ) -> None:
        """Pay each of a team from outside what it spends there at once, in whole or in part.

        Args:
            payers: whom.
            received: USD bn, ``(actors, futures)``.
            source: what it is for.
            spent: what goes back, of the same shape.
            purpose: what that is for.
        """
        payers["cash"] = payers["cash"] + received - spent
        # To and fro, one actor after the other: the last digit depends on the order.
        flows = np.stack([-received, spent], axis=1).reshape(-1, received.shape[-1])
        self.outside.cash = _and_then(self.outside.cash, flows)
        self.totals[source] = _and_then(self.totals[source], received)
        self.totals[purpose] = _and_then(self.totals[purpose], spent)

    def total(self, purpose: str) -> Floats:
        """USD bn moved so far for a purpose, ``(futures,)``; 0 if nothing was."""
        return self.totals[purpose]


def _and_then(held: Floats, changes: Floats) -> Floats:
    """What is held after some changes, ``(changes, futures)``, one after the other."""
    return total(np.concatenate([held[None], changes]))


class _Zeros:
    """Makes zero arrays; a class, not a closure, so that a ledger can be copied and pickled."""

    def __init__(self, futures: int) -> None:
        self.futures = futures

    def __call__(self) -> Floats:
        return np.zeros(self.futures)
