"""Training runs of the developers of one region: when they start, what they make.

Firms side by side.  What befalls single futures is worked out for the places where it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents import capability, run_planning
from agents.arrays import Floats
from agents.decisions import keep_each
from agents.run_planning import START_REASONS
from agents.side_by_side import Places, Team

if TYPE_CHECKING:
    from agents.developer import Developer
    from agents.trainer import Trainer


def start_training(firms: Team[Developer]) -> None:
    """Begin a run where one is prepared, none is under way, and it would pay."""
    model = firms.first.model
    now, known = model.time, model.parameters
    places = Places.where(np.isinf(firms["run_due"]) & (firms["ready_to_train"] <= now))
    if not len(places):
        return
    here = places.futures
    a_month = _flop_a_month(firms, places)
    flop = a_month * known["run_months"][here]
    compute_gain = np.log10(np.maximum(flop, 1.0)) - firms.at("base.flop", places)
    method_gain = firms.at("efficiency", places) - firms.at("base.efficiency", places)
    released = firms.at("released", places)
    behind = run_planning.ahead(model.knowledge.best_released()[here], released)
    step, urgent = known["worthwhile_step"][here], known["urgent_step"][here]
    worth = run_planning.worth_starting(compute_gain, method_gain, behind, step=step, urgent=urgent)
    worth = worth & (flop > 0.0)
    if not worth.any():
        return
    why = run_planning.reason_to_start(compute_gain, method_gain, behind, step=step)[worth]
    places = places.among(worth)
    begun = run_planning.moment_of_start(firms.at("ready_to_train", places), now, 1.0)
    size = begin(firms, places, begun, a_month[worth])
    keep_each(
        [firm.decisions for firm in firms],
        places,
        begun,
        "starts a run of {size} FLOP",
        START_REASONS,
        why,
        size,
    )


def begin(firms: Team[Trainer], places: Places, begun: Floats, a_month: Floats) -> Floats:
    """Set size, length and release of runs that began at ``begun``, months.

    Returns:
        Their sizes, FLOP.
    """
    length, evaluation, preparation = durations(firms, places)
    size = a_month * length
    firms.replace("run_flop", places, size)
    firms.replace("run_efficiency", places, firms.at("efficiency", places))
    firms.replace("run_absorbed", places, firms.at("absorbed", places))
    firms.replace("run_due", places, begun + length + evaluation)
    firms.replace("ready_to_train", places, begun + length + preparation)
    firms.replace("runs_started", places, firms.at("runs_started", places) + 1)
    return size


def durations(firms: Team[Trainer], places: Places) -> tuple[Floats, Floats, Floats]:
    """How long the next run of each place takes, months.

    Returns:
        Its length, the time from its end to the release of the model, and from its end until the
        run after it can begin.
    """
    here, known = places.futures, firms.first.model.parameters
    return (
        known["run_months"][here] * _luck(firms, "length", places),
        firms.at("strategy.release_lag", places) * _luck(firms, "release-lag", places),
        known["preparation_months"][here] * _luck(firms, "preparation", places),
    )


def finish(firms: Team[Trainer], places: Places) -> None:
    """A finished run takes the place of the base model at hand if it is the better one."""
    size = firms.at("run_flop", places)
    firms.replace("largest_run", places, np.maximum(firms.at("largest_run", places), size))
    flop = np.log10(np.maximum(size, 1.0))
    efficiency = firms.at("run_efficiency", places)
    better = flop + efficiency > firms.at("base.flop", places) + firms.at("base.efficiency", places)
    better_at = places.among(better)
    firms.replace("base.flop", better_at, flop[better])
    firms.replace("base.efficiency", better_at, efficiency[better])
    firms.replace("base.absorbed", better_at, firms.at("run_absorbed", better_at))


def _luck(firms: Team[Trainer], what: str, places: Places) -> Floats:
    """Luck of the next run of each place in how long a part of it takes."""
    model = firms.first.model
    return model.luck_at(
        [f"{firm.name}/run-{what}" for firm in firms],
        places,
        firms.at("runs_started", places),
        sigma=model.parameters["run_length_spread"],
    )


def _flop_a_month(firms: Team[Developer], places: Places) -> Floats:
    """Physical compute that a run gets in a month as fleets are divided now, FLOP."""
    here, known = places.futures, firms.first.model.parameters
    utilisation = capability.utilisation(
        capability.practised(firms.at("practice", places), known["months_to_learn"][here]),
        best=known["utilisation"][here],
        untrained=known["untrained_utilisation"][here],
    )
    accelerators = firms.at("usable", places) * firms.at("uses.training", places)
    return capability.training_flop(accelerators, utilisation, 1.0)
