"""Governments: they announce and enforce rules, and pay for programmes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.actor import Actor
from agents.arrays import Floats
from agents.records import GovernmentRecord
from agents.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence


class Government(Actor):
    """A government that holds instruments.

    Attributes:
        code: two letters, as the issuer of instruments.
        agenda: moments still to come at which an instrument of its is announced, takes effect or
            ends: months, the event in one word, the instrument's id; in order.
        subsidies_paid, enforcement_spent, fees_taken: USD bn since the start, ``(futures,)``.
    """

    def __init__(self, model: Surroundings, record: GovernmentRecord) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.code)
        self.code = record.code
        self.agenda: list[tuple[float, str, str]] = []
        self.subsidies_paid: Floats = np.zeros(model.futures)
        self.enforcement_spent: Floats = np.zeros(model.futures)
        self.fees_taken: Floats = np.zeros(model.futures)

    def set_agenda(self, entries: Sequence[tuple[float, str, str]]) -> None:
        """Plan what lies ahead; what lies behind, or is now, has been done or can no longer be."""
        now = self.model.time
        self.agenda = sorted(entry for entry in entries if entry[0] > now or entry[0] == now == 0.0)

    def act(self) -> None:
        """Announce, put into force or end what is due; the rule book then says so of itself."""
        while self.agenda and self.agenda[0][0] <= self.model.time:
            when, event, instrument = self.agenda.pop(0)
            self.model.note(when, self.name, event, instrument)

    def pay_programmes(self, start: float, end: float) -> None:
        """Pay what its subsidies owe for a period."""
        for grant in self.model.grants(self.code, start, end):
            self.model.ledger.pay(self, grant.recipient, grant.amount, f"subsidy/{grant.purpose}")
            self.subsidies_paid = self.subsidies_paid + grant.amount
            grant.recipient.receive_grant(grant.amount, grant.purpose)

    def enforce(self, start: float, end: float) -> None:
        """Spend on enforcement what its budget provides for a period."""
        years = (end - start) / 12.0
        cost = np.full(
            self.model.futures, self.model.rules.enforcement_rate(self.code, start, end) * years
        )
        self.model.ledger.pay(self, self.model.ledger.outside, cost, "enforcement")
        self.enforcement_spent = self.enforcement_spent + cost

    def take_fee(self, payer: Actor, amount: Floats) -> None:
        """Collect a fee on a licensed sale."""
        self.model.ledger.pay(payer, self, amount, "fee")
        self.fees_taken = self.fees_taken + amount
