"""Whether a developer releases a model's weights: a pure function, one value per future."""

from __future__ import annotations

import numpy as np

from agents.arrays import Bools, Floats, Ints
from agents.records import Openness

RELEASE_REASONS = (
    "keeps its models in the house",
    "sells access: it is near enough to the leader",
    "keeps access for sale: it leads",
    "opens its weights, as is its habit",
    "opens its weights: it trails too far to sell access",
)
IN_HOUSE, NEAR, LEADS, HABIT, TRAILS = range(len(RELEASE_REASONS))


def opens_weights(behind: Floats, habit: Openness, *, trailing: Floats) -> Bools:
    """Whether it opens the weights of the model it is about to release.

    Weights cost the sale of access, which is worth much at the front and little behind it, and
    win users who would not pay.  So the leader keeps its weights, whatever its habit; a firm in
    the habit of opening them does so once it trails; a seller of access does so once it trails by
    ``trailing``; a firm that sells no models keeps them.

    Args:
        behind: how far the best released model is ahead of the new one, OOM, at least 0.
        habit: ``open-weights``, ``api`` or ``closed``.
        trailing: distance at which a seller of access gives up selling, OOM.

    Returns:
        ``(futures,)``: never true where it leads; once true, true for every larger distance.
    """
    if habit == "closed":
        return np.zeros(behind.shape, dtype=bool)
    needed = np.zeros(behind.shape) if habit == "open-weights" else trailing
    return (behind > 0.0) & (behind >= needed)


def reason_for_release(behind: Floats, habit: Openness, opened: Bools) -> Ints:
    """Code of the reason for that choice, ``(futures,)``; see the list above."""
    if habit == "closed":
        return np.full(behind.shape, IN_HOUSE)
    open_reason = HABIT if habit == "open-weights" else TRAILS
    return np.where(opened, open_reason, np.where(behind > 0.0, NEAR, LEADS)).astype(np.int64)
