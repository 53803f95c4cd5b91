"""Training runs of the developers of one region: when they start, what they make.

Firms side by side.  What befalls single futures is worked out for the *places* where it does:
numbers of firms and their futures, in order, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents import capability, run_planning
from agents.arrays import Floats, Ints
from agents.run_planning import START_REASONS
from agents.side_by_side import concerned, of_each, replaced_in_each, runs_of

if TYPE_CHECKING:
    from agents.developer import Developer
    from agents.trainer import Trainer

Places = tuple[Ints, Ints]


def start_training(firms: Sequence[Developer]) -> None:
    """Begin a run where one is prepared, none is under way, and it would pay."""
    model = firms[0].model
    now, known = model.time, model.parameters
    idle = np.isinf(of_each(firms, "run_due")) & (of_each(firms, "ready_to_train") <= now)
    firms, (rows, here) = concerned(firms, idle)
    if not firms:
        return
    a_month = _flop_a_month(firms, (rows, here))
    flop = a_month * known["run_months"][here]
    bases = [firm.base for firm in firms]
    compute_gain = np.log10(np.maximum(flop, 1.0)) - of_each(bases, "flop")[rows, here]
    method_gain = (of_each(firms, "efficiency") - of_each(bases, "efficiency"))[rows, here]
    released = of_each(firms, "released")[rows, here]
    behind = run_planning.ahead(model.knowledge.best_released()[here], released)
    step, urgent = known["worthwhile_step"][here], known["urgent_step"][here]
    worth = run_planning.worth_starting(compute_gain, method_gain, behind, step=step, urgent=urgent)
    worth = worth & (flop > 0.0)
    if not worth.any():
        return
    why = run_planning.reason_to_start(compute_gain, method_gain, behind, step=step)[worth]
    places = rows, here = rows[worth], here[worth]
    ready = of_each(firms, "ready_to_train")[places]
    begun = run_planning.moment_of_start(ready, now, 1.0)
    size = begin(firms, places, begun, a_month[worth])
    for number, its in runs_of(rows):
        firms[number].decisions.keep(
            here[its],
            begun[its],
            "starts a run of {size} FLOP",
            START_REASONS,
            why[its],
            size[its],
        )


def begin(firms: Sequence[Trainer], places: Places, begun: Floats, a_month: Floats) -> Floats:
    """Set size, length and release of runs that began at ``begun``, months.

    Returns:
        Their sizes, FLOP.
    """
    rows, here = places
    length, evaluation, preparation = np.empty((3, here.size))
    for number, its in runs_of(rows):
        firm, futures = firms[number], here[its]
        length[its] = firm.run_length(futures)
        evaluation[its] = firm.evaluation(futures)
        preparation[its] = firm.preparation(futures)
    size = a_month * length
    replaced_in_each(firms, "run_flop", places, size)
    replaced_in_each(firms, "run_efficiency", places, of_each(firms, "efficiency")[places])
    replaced_in_each(firms, "run_absorbed", places, of_each(firms, "absorbed")[places])
    replaced_in_each(firms, "run_due", places, begun + length + evaluation)
    replaced_in_each(firms, "ready_to_train", places, begun + length + preparation)
    replaced_in_each(firms, "runs_started", places, of_each(firms, "runs_started")[places] + 1)
    return size


def finish(firms: Sequence[Trainer], places: Places) -> None:
    """A finished run takes the place of the base model at hand if it is the better one."""
    size = of_each(firms, "run_flop")[places]
    largest = np.maximum(of_each(firms, "largest_run")[places], size)
    replaced_in_each(firms, "largest_run", places, largest)
    flop = np.log10(np.maximum(size, 1.0))
    efficiency = of_each(firms, "run_efficiency")[places]
    bases = [firm.base for firm in firms]
    better = flop + efficiency > of_each(bases, "level")[places]
    better_at = places[0][better], places[1][better]
    absorbed = of_each(firms, "run_absorbed")[better_at]
    replaced_in_each(bases, "flop", better_at, flop[better])
    replaced_in_each(bases, "efficiency", better_at, efficiency[better])
    replaced_in_each(bases, "absorbed", better_at, absorbed)


def _flop_a_month(firms: Sequence[Developer], places: Places) -> Floats:
    """Physical compute that a run gets in a month as fleets are divided now, FLOP."""
    here, known = places[1], firms[0].model.parameters
    training = of_each([firm.uses for firm in firms], "training")[places]
    practice = of_each(firms, "practice")[places]
    utilisation = capability.utilisation(
        capability.practised(practice, known["months_to_learn"][here]),
        best=known["utilisation"][here],
        untrained=known["untrained_utilisation"][here],
    )
    return capability.training_flop(of_each(firms, "usable")[places] * training, utilisation, 1.0)
