"""Governments: they announce and enforce rules, and pay for programmes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents.actor import Actor
from agents.arrays import Bools, Floats, Ints
from agents.records import Course, GovernmentRecord
from agents.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence


class Government(Actor):
    """A government that holds instruments.

    Attributes:
        code: two letters, as the issuer of instruments.
        agenda: moments still to come at which an instrument of its is announced, takes effect or
            ends: months, the event in one word, the instrument's id; in order.
        course: how it reviews its rules, if it is adaptive.
        decided: what it decided: from when on, and its stance, ``(futures,)``: 1 where it took its
            tighter course, -1 where its looser one, 0 as the policy stands.
        subsidies_paid, enforcement_spent, fees_taken: USD bn since the start, ``(futures,)``.
    """

    def __init__(self, model: Surroundings, record: GovernmentRecord) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.code)
        self.code = record.code
        self.agenda: list[tuple[float, str, str]] = []
        self.course: Course | None = None
        self.decided: list[tuple[float, Ints]] = []
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

    # --- an adaptive government -----------------------------------------------------------------

    @property
    def stance(self) -> Ints:
        """What it last decided, ``(futures,)``."""
        return self.decided[-1][1] if self.decided else np.zeros(self.model.futures, dtype=np.int64)

    def stance_at(self, moment: float) -> Ints:
        """Its stance as it takes effect at a moment, ``(futures,)``."""
        taken = [stance for since, stance in self.decided if since <= moment]
        return taken[-1] if taken else np.zeros(self.model.futures, dtype=np.int64)

    def review(self) -> None:
        """Look at the outcome it goes by, as last recorded, and tighten or loosen by a step."""
        if self.course is None:
            return
        seen, before = self.model.last_seen(self.course.outcome), self.stance
        after = reviewed(before, seen, self.course)
        if (after == before).all():
            return
        effective = self.model.time + self.course.notice_months
        self.decided.append((effective, after))
        for event, where in (("tightens", after > before), ("loosens", after < before)):
            if where.any():
                said = f"{self.course.outcome}, from month {effective:g}"
                self.model.note(self.model.time, self.name, event, said, where)
        self.model.realign_rules()

    def pay_programmes(self, start: float, end: float) -> None:
        """Pay what its subsidies owe for a period."""
        for grant in self.model.grants(self.code, start, end):
            self.model.ledger.pay(self, grant.recipient, grant.amount, f"subsidy/{grant.purpose}")
            self.subsidies_paid = self.subsidies_paid + grant.amount
            grant.recipient.receive_grant(grant.amount, grant.purpose)

    def enforce(self, start: float, end: float) -> None:
        """Spend on enforcement what its budget provides for a period."""
        years = (end - start) / 12.0
        rate = self.model.rules.enforcement_rate(self.code, start, end)
        cost = np.full(self.model.futures, rate * years)
        self.model.ledger.pay(self, self.model.ledger.outside, cost, "enforcement")
        self.enforcement_spent = self.enforcement_spent + cost

    def take_fee(self, payer: Actor, amount: Floats) -> None:
        """Collect a fee on a licensed sale."""
        self.model.ledger.pay(payer, self, amount, "fee")
        self.fees_taken = self.fees_taken + amount


def reviewed(stance: Ints, seen: Floats, course: Course) -> Ints:
    """The stance after a review: one step tighter or looser where the outcome asks for it.

    ``stance' = clip(stance + tighten - loosen, loosest, tightest)``.  Between the bounds the stance
    stays, so that an outcome near one of them does not make it flicker.

    Args:
        stance: 1 tighter, 0 as the policy stands, -1 looser, ``(futures,)``.
        seen: the outcome, ``(futures,)``; where it is missing (NaN) nothing changes.
        course: the bounds, and how far the government goes.

    Returns:
        The new stance, ``(futures,)``.  An outcome between the bounds leaves it as it was.
    """
    nowhere: Bools = np.zeros(stance.shape, dtype=np.bool_)
    tighten, loosen = nowhere, nowhere
    if course.tighten_below is not None:
        tighten = tighten | (seen < course.tighten_below)
    if course.tighten_above is not None:
        tighten = tighten | (seen > course.tighten_above)
    if course.loosen_below is not None:
        loosen = loosen | (seen < course.loosen_below)
    if course.loosen_above is not None:
        loosen = loosen | (seen > course.loosen_above)
    step = tighten.astype(np.int64) - loosen.astype(np.int64)
    taken: Ints = np.clip(stance + step, course.loosest, course.tightest)
    return taken
