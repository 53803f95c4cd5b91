"""Money: a double-entry ledger, so that none is made or lost between actors."""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol

import numpy as np

from agents.arrays import Floats


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

    def total(self, purpose: str) -> Floats:
        """USD bn moved so far for a purpose, ``(futures,)``; 0 if nothing was."""
        return self.totals[purpose]


class _Zeros:
    """Makes zero arrays; a class, not a closure, so that a ledger can be copied and pickled."""

    def __init__(self, futures: int) -> None:
        self.futures = futures

    def __call__(self) -> Floats:
        return np.zeros(self.futures)
