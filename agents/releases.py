"""Releases of models by the developers of one region: firms side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents import capability, openness, run_planning, runs
from agents.arrays import Bools, Floats, total
from agents.mechanisms import Mechanism
from agents.runs import Places
from agents.side_by_side import concerned, of_each, replaced_in_each, runs_of, to_each
from agents.trainer import NO_RUN

if TYPE_CHECKING:
    from agents.developer import Developer


def release(firms: Sequence[Developer]) -> Bools:
    """Release models that are due or worth reworking.

    Returns:
        True where a better model came out, ``(firms, futures)``.
    """
    one, model = firms[0], firms[0].model
    trained = of_each(firms, "run_due") <= model.time
    trainers, finished = concerned(firms, trained)
    if trainers:
        runs.finish(trainers, finished)
    bases = of_each([firm.base for firm in firms], "level")
    alone = np.maximum(bases + of_each(firms, "post_training"), 0.0)
    teacher = model.knowledge.teachable(one.region, one.off_since(Mechanism.LEARNING))
    known = model.parameters
    skill = capability.practised(of_each(firms, "practice"), known["months_to_learn"])
    level = capability.distilled(alone, teacher, known["imitation"] * skill)
    released = of_each(firms, "released")
    better = (trained & (level > released)) | _worth_reworking(firms, level - released)
    bringing, places = concerned(firms, better)
    if bringing:
        learned = level - alone
        _bring_out(bringing, places, level[better], learned[better], trained[better])
    if trainers:
        replaced_in_each(trainers, "run_due", finished, np.full(finished[0].shape, NO_RUN))
    return better


def _worth_reworking(firms: Sequence[Developer], gain: Floats) -> Bools:
    """Where firms release the base model at hand anew, better tuned or better taught."""
    model = firms[0].model
    return (
        np.isfinite(of_each(firms, "released"))
        & (of_each(firms, "usable") > 0.0)
        & run_planning.worth_reworking(
            gain,
            model.time - of_each(firms, "released_at"),
            step=model.parameters["update_step"],
            months=model.parameters["update_months"],
        )
    )


def _bring_out(
    firms: Sequence[Developer], places: Places, level: Floats, learned: Floats, trained: Bools
) -> None:
    """Bring out a model at each of the places, ``learned`` of its level from others' models."""
    here, model = places[1], firms[0].model
    reworked_at = run_planning.moment_of_rework(
        of_each(firms, "released_at")[places],
        of_each(firms, "day_of_month")[places],
        model.time,
        months=model.parameters["update_months"][here],
    )
    when = np.where(trained, of_each(firms, "run_due")[places], reworked_at)
    _choose_openness(firms, places, level, when)
    bases = [firm.base for firm in firms]
    absorbed = of_each(bases, "absorbed")[places]
    found = of_each(bases, "efficiency")[places] - absorbed
    post_training = of_each(firms, "post_training")[places]
    flop = of_each(bases, "flop")[places]
    publish(firms, places, np.array([flop, found, absorbed, post_training, learned]), when)
    open_weights = of_each(firms, "open_weights")[places]
    opened = places[0][open_weights], here[open_weights]
    replaced_in_each(firms, "released_open", opened, of_each(firms, "released")[opened])


def publish(firms: Sequence[Developer], places: Places, parts: Floats, when: Floats) -> None:
    """Bring out models made of ``parts``, ``(parts, places)``, at the moments ``when``."""
    rows, here = places
    made_of = of_each(firms, "parts")
    made_of[rows, :, here] = parts.T
    to_each(firms, "parts", made_of)
    replaced_in_each(firms, "released", places, total(parts))
    replaced_in_each(firms, "released_at", places, when)


def _choose_openness(
    firms: Sequence[Developer], places: Places, level: Floats, when: Floats
) -> None:
    """Open the weights, sell access, or keep the model, by how far it trails on the market."""
    rows, here = places
    strategies = [firm.strategy for firm in firms]
    habit = np.array([strategy.openness == "open-weights" for strategy in strategies])[rows]
    on_market = habit | of_each(firms, "sells_models")[rows]
    behind = run_planning.ahead(firms[0].model.knowledge.best_offered()[here], level)
    trailing = of_each(strategies, "opens_when_trailing")[places]
    opens = on_market & openness.opens_weights(behind, habit=habit, trailing=trailing)
    opens &= ~_may_not_open(firms, places)
    why = openness.reason_for_release(behind, opens, habit=habit)
    why = np.where(on_market, why, openness.IN_HOUSE)
    for number, its in runs_of(rows):
        firms[number].decisions.keep(
            here[its], when[its], "releases a model", openness.RELEASE_REASONS, why[its]
        )
    replaced_in_each(firms, "open_weights", places, opens)


def _may_not_open(firms: Sequence[Developer], places: Places) -> Bools:
    """Where a rule bars the base model at hand from open release."""
    one, model = firms[0], firms[0].model
    bound = model.rules.open_release_bound(one.region, model.time)
    everywhere = np.broadcast_to(bound, model.futures)
    flop = of_each([firm.base for firm in firms], "flop")[places]
    return np.asarray(flop >= everywhere[places[1]])
