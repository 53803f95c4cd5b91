"""What gates a foundry's way down the ladder of process nodes: pure functions."""

from __future__ import annotations

import numpy as np

from agents.arrays import Bools, Floats, Ints

# Classes of process node, nm, in the order in which every foundry climbs them.  A class is named
# after its first maker's marketing label, as the industry does; 10 nm was skipped by most.
LADDER = np.array([28.0, 14.0, 7.0, 5.0, 3.0, 2.0, 1.4, 1.0])
WAFER_DIAMETER_MM = 300.0


def rung(nm: float) -> int:
    """Position of a node class on the ladder.

    Raises:
        ValueError: if ``nm`` is no class of the ladder.
    """
    positions = np.flatnonzero(nm == LADDER)
    if positions.size == 0:
        raise ValueError(f"{nm:g} nm is not on the ladder {LADDER.tolist()}")
    return int(positions[0])


def patterning_pace(
    next_rung: Ints, has_euv: Bools, *, multipatterning_pace: Floats, without_euv_pace: Floats
) -> Floats:
    """Factor on the pace towards the next node that lithography allows.

    With EUV, or for classes that never needed it (7 nm and above): 1.  Multi-patterned immersion
    lithography reaches the 5 nm class at ``multipatterning_pace``; each class below multiplies by
    ``without_euv_pace``, which is near zero (no maker has shown a 3 nm class without EUV).

    Args:
        next_rung: rung aimed at, ``(futures,)``.
        has_euv: whether the foundry owns a working EUV scanner, ``(futures,)``.
        multipatterning_pace: factor for the 5 nm class without EUV.
        without_euv_pace: further factor for every class below it.

    Returns:
        Factor between 0 and 1, ``(futures,)``.
    """
    five = rung(5.0)
    below = np.maximum(0, next_rung - five)
    gated = multipatterning_pace * without_euv_pace**below
    return np.where(has_euv | (next_rung < five), 1.0, gated)


def catching_up(rungs_behind: Ints, advantage: Floats) -> Floats:
    """Factor on the pace of a foundry that others have gone before.

    ``1 + advantage x min(rungs behind, 3) / 3``: proven tools and materials, suppliers and hired
    people shorten a road that the leader had to find.  1 for the leader.

    Args:
        rungs_behind: distance to the most advanced foundry anywhere, not negative, ``(futures,)``.
        advantage: gain in pace three or more rungs behind.
    """
    return 1.0 + advantage * np.clip(rungs_behind, 0, 3) / 3.0


def yield_learning(good: Floats, ceiling: Floats, experience: Floats, pace: Floats) -> Floats:
    """Yield after more production: the distance to the ceiling falls with wafers made.

    ``ceiling - (ceiling - good) x exp(-pace x experience)``.  A ceiling below the present yield
    (a new, harder node) does not lower the yield here; that is for the change of node to do.

    Args:
        good: present share of good dies, ``(futures,)``.
        ceiling: share of good dies that the process can reach.
        experience: leading wafers made in the period relative to those made so far.
        pace: learning exponent.
    """
    return np.maximum(good, ceiling - (ceiling - good) * np.exp(-pace * experience))


def dies_per_wafer(die_mm2: float) -> float:
    """Whole dies on a 300 mm wafer: area less the waste at the edge.

    ``pi d^2 / 4 A - pi d / sqrt(2 A)``, the industry's usual approximation (de Vries 2005,
    "Investigation of gross die per wafer formulas").  Returns at least 1.
    """
    area = np.pi * WAFER_DIAMETER_MM**2 / (4.0 * die_mm2)
    edge = np.pi * WAFER_DIAMETER_MM / np.sqrt(2.0 * die_mm2)
    return float(max(1.0, area - edge))
