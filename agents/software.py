"""How the software of accelerators matures, and how it draws buyers: pure array functions."""

from __future__ import annotations

import numpy as np

from agents.arrays import Floats


def matured(
    software: Floats, gain: Floats, following: Floats, *, learning: Floats, years: float
) -> Floats:
    """Maturity of a designer's software after a period, share of what the best delivers.

    Closes ``1 - (1 - gain)^(years x following^learning)`` of the distance to 1: users report faults
    and write what runs on the stack, so that it matures faster the more of them there are.  Own
    form after learning by using (Rosenberg 1982).  Limits: at the following of the start the
    recorded gain; without users none, if users count at all; more users never slow it; never
    beyond 1.

    Args:
        software: maturity now, ``(futures,)``.
        gain: share of the distance closed in a year at the start.
        following: share of those who write AI software who use it, relative to the start.
        learning: exponent of the following, not negative.
        years: length of the period.
    """
    closed = -np.expm1(np.log1p(-gain) * years * following**learning)
    return np.asarray(software + closed * np.maximum(0.0, 1.0 - software))


def familiarity(
    software: Floats,
    software_at_start: Floats,
    following: Floats,
    *,
    loyalty: Floats,
    from_users: Floats,
) -> Floats:
    """Pull of a software stack on buyers beyond what it delivers, ``(futures,)``.

    ``software^(loyalty (1 - u)) x software_at_start^(loyalty u) x following^u``: a part ``u`` of
    what draws buyers to mature software is that others write for it, and follows them.  Users in
    line with the pull of maturity, ``following = (software / software_at_start)^loyalty``, leave it
    what it is by maturity alone (Luce 1959).  Limits: at the start ``software^loyalty``; more
    users or better software never lower it.

    Args:
        software: maturity now.
        software_at_start: maturity in January 2022.
        following: share of a region's developers in practice on the stack, relative to the start.
        loyalty: pull of maturity, exponent.
        from_users: the part ``u``, 0 to below 1.
    """
    by_maturity = software ** (loyalty * (1.0 - from_users))
    return np.asarray(
        by_maturity * software_at_start ** (loyalty * from_users) * following**from_users
    )
