"""When a developer starts a training run or reworks a model: pure functions, one value per future.

A run is worth its compute when the model it makes would clearly beat the one at hand, by a larger
fleet or by better methods.  Whoever has been overtaken by a rival is content with less.
"""

from __future__ import annotations

import numpy as np

from agents.arrays import Bools, Floats, Ints

# Reasons to start a run; codes are places in the list.
START_REASONS = (
    "it has no model of its own yet",
    "its fleet has grown enough since the last run",
    "its methods have improved enough since the last run",
    "a rival's release has overtaken it",
)
FIRST, FLEET, METHODS, OVERTAKEN = range(len(START_REASONS))


def worth_starting(
    compute_gain: Floats, method_gain: Floats, behind: Floats, *, step: Floats, urgent: Floats
) -> Bools:
    """Whether a run now would make enough of a better model.

    ``compute gain + method gain >= step``, or ``>= urgent`` where a rival is ahead.

    Args:
        compute_gain: log10 of the run's FLOP over that of the model at hand, OOM, ``(futures,)``;
            infinite without a model.
        method_gain: efficiency now less that of the model at hand, OOM.
        behind: how far the best released model of all is ahead of its own, OOM, at least 0.
        step: gain that makes a run worth while, OOM.
        urgent: gain that does where a rival is ahead, at most ``step``.

    Returns:
        ``(futures,)``: true everywhere without a model at hand; the more is to be gained, and the
        farther it is behind, the sooner.
    """
    needed = np.where(behind > 0.0, np.minimum(urgent, step), step)
    return compute_gain + method_gain >= needed


def reason_to_start(
    compute_gain: Floats, method_gain: Floats, behind: Floats, *, step: Floats
) -> Ints:
    """Code of the reason for a run that is worth starting, ``(futures,)``; see the list above.

    A run that would have started without a rival is put down to what changed most.
    """
    own = np.where(compute_gain >= method_gain, FLEET, METHODS)
    pressed = (behind > 0.0) & (compute_gain + method_gain < step)
    reason = np.where(pressed, OVERTAKEN, own)
    return np.where(np.isposinf(compute_gain), FIRST, reason).astype(np.int64)


def moment_of_start(ready: Floats, now: float, months: float) -> Floats:
    """When a run that starts at this wake-up began: once ready, if that was since the last one.

    Args:
        ready: when all was prepared, months, ``(futures,)``.
        now: the wake-up.
        months: since the wake-up before.
    """
    return np.where(ready > now - months, np.minimum(ready, now), now)


def moment_of_rework(released_at: Floats, day: Floats, now: float, *, months: Floats) -> Floats:
    """When a model reworked by this wake-up came out, months, ``(futures,)``.

    As soon as the time between releases was over, if that was since the wake-up before; else on
    the firm's own day within the month gone by, in which something to release had come together.

    Args:
        released_at: when the model was last released, months.
        day: the firm's own day, as the part of a month before the wake-up, 0 to 1.
        now: the wake-up.
        months: months from one release to the next.
    """
    return np.maximum(np.minimum(released_at + months, now), now - day)


def worth_reworking(gain: Floats, since_release: Floats, *, step: Floats, months: Floats) -> Bools:
    """Whether to release the model at hand again with better post-training.

    ``gain >= step`` and ``since release >= months``: post-training, evaluation and release take
    their time, and customers are not asked to change for nothing.

    Args:
        gain: level reachable with the model at hand less the level of its best release, OOM.
        since_release: months since that release.
        step: gain worth a release, OOM.
        months: months from one release to the next.
    """
    return (gain >= step) & (since_release >= months)


def ahead(leader: Floats, level: Floats) -> Floats:
    """How far ``leader`` is ahead of ``level``, OOM; 0 where one of them is no model."""
    both = np.isfinite(leader) & np.isfinite(level)
    return np.where(both, np.maximum(0.0, leader - np.where(both, level, 0.0)), 0.0)
