"""Whether a developer releases a model's weights: a pure function, one value per future."""

from __future__ import annotations

import numpy as np

from agents.arrays import Bools, Floats, Ints

RELEASE_REASONS = (
    "does not offer its models to others",
    "sells access: it is near enough to the leader",
    "sells access: it leads",
    "opens its weights, as is its habit",
    "opens its weights: it trails too far to sell access",
)
IN_HOUSE, NEAR, LEADS, HABIT, TRAILS = range(len(RELEASE_REASONS))


def opens_weights(behind: Floats, *, habit: bool | Bools, trailing: Floats) -> Bools:
    """Whether a firm that offers its models opens the weights of the one it is about to release.

    Weights cost the sale of access, which is worth much at the front and little behind it, and
    win users who would not pay.  So the leader keeps its weights, whatever its habit; a firm in
    the habit of opening them does so while it trails; a seller of access once it trails by
    ``trailing``.

    Args:
        behind: how far the best model on offer is ahead of the new one, OOM, at least 0.
        habit: whether it is in the habit of opening weights.
        trailing: distance at which a seller of access gives up selling, OOM.

    Returns:
        ``(futures,)``: never true where it leads; once true, true for every larger distance.
    """
    return (behind > 0.0) & (habit | (behind >= trailing))


def reason_for_release(behind: Floats, opened: Bools, *, habit: bool | Bools) -> Ints:
    """Code of the reason for that choice, ``(futures,)``; see the list above."""
    sells = np.where(behind > 0.0, NEAR, LEADS)
    return np.where(opened, np.where(habit, HABIT, TRAILS), sells)
