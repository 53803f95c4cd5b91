"""The fork page's state in the address: which policies part from the moment shown, until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.policies import library
from model.calendar import parse_year_month
from model.policy import Policy
from viz.address import Address
from viz.limits import LAST_MONTH, MOST_FORKS
from viz.track import Track

AS_IT_STANDS = "as-it-stands"
FORK, UNTIL = "fork", "to"


@dataclass(frozen=True)
class Fork:
    """What an address says of a fork.

    Attributes:
        policies: to go on under; None for the rules as they stand.
        until: month to which these go on.
    """

    policies: tuple[Policy | None, ...]
    until: dt.date


def read_fork(asked: Address) -> tuple[Fork, list[str]]:
    """The fork that an address asks for, and what in it could not be followed, in words."""
    names = list(dict.fromkeys(filter(None, asked.page.get(FORK, "").split(","))))
    faults = [
        f"the library has no policy '{name[:40]}' to fork under"
        for name in names
        if name != AS_IT_STANDS and name not in library()
    ]
    known = [name for name in names if name == AS_IT_STANDS or name in library()]
    if len(known) > MOST_FORKS:
        faults.append(f"at most {MOST_FORKS} policies go on side by side; the first are shown")
    policies = tuple(policy_named(name) for name in known[:MOST_FORKS])
    until = asked.date
    if UNTIL in asked.page:
        try:
            until = parse_year_month(asked.page[UNTIL][:20])
        except ValueError as error:
            faults.append(f"to: {error}")
    if not asked.date <= until <= LAST_MONTH:
        faults.append(f"to: expected a month from {asked.date:%Y-%m} to {LAST_MONTH:%Y-%m}")
        until = asked.date
    return Fork(policies, until), faults


def policy_named(name: str) -> Policy | None:
    """The policy of a choice; None for the rules as they stand."""
    return None if name == AS_IT_STANDS else library()[name]


def state_of(names: Sequence[str], forks: Sequence[Track]) -> dict[str, str | None]:
    """What the address keeps of a fork."""
    if not forks:
        return {FORK: None, UNTIL: None}
    return {FORK: ",".join(names), UNTIL: f"{forks[0].date:%Y-%m}"}
