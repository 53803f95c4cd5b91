"""Releases of models by the developers of one region: firms side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents import capability, openness, run_planning, runs
from agents.arrays import Bools, Floats, total
from agents.decisions import keep_each
from agents.mechanisms import Mechanism
from agents.side_by_side import Places, Team
from agents.trainer import NO_RUN

if TYPE_CHECKING:
    from agents.developer import Developer


def release(firms: Team[Developer]) -> Bools:
    """Release models that are due or worth reworking.

    Returns:
        True where a better model came out, ``(firms, futures)``.
    """
    one, model = firms.first, firms.first.model
    trained = firms["run_due"] <= model.time
    finished = Places.where(trained)
    if len(finished):
        runs.finish(firms, finished)
    bases = firms["base.flop"] + firms["base.efficiency"]
    alone = np.maximum(bases + firms["post_training"], 0.0)
    teacher = model.knowledge.teachable(one.region, one.off_since(Mechanism.LEARNING))
    known = model.parameters
    skill = capability.practised(firms["practice"], known["months_to_learn"])
    level = capability.distilled(alone, teacher, known["imitation"] * skill)
    released = firms["released"]
    better = (trained & (level > released)) | _worth_reworking(firms, level - released)
    places = Places.where(better)
    if len(places):
        learned = places.of(level) - places.of(alone)
        _bring_out(firms, places, places.of(level), learned, places.of(trained))
    if len(finished):
        firms.replace("run_due", finished, np.full(len(finished), NO_RUN))
    return better


def _worth_reworking(firms: Team[Developer], gain: Floats) -> Bools:
    """Where firms release the base model at hand anew, better tuned or better taught."""
    model = firms.first.model
    return (
        np.isfinite(firms["released"])
        & (firms["usable"] > 0.0)
        & run_planning.worth_reworking(
            gain,
            model.time - firms["released_at"],
            step=model.parameters["update_step"],
            months=model.parameters["update_months"],
        )
    )


def _bring_out(
    firms: Team[Developer], places: Places, level: Floats, learned: Floats, trained: Bools
) -> None:
    """Bring out a model at each of the places, ``learned`` of its level from others' models."""
    model = firms.first.model
    reworked_at = run_planning.moment_of_rework(
        firms.at("released_at", places),
        firms.at("day_of_month", places),
        model.time,
        months=model.parameters["update_months"][places.futures],
    )
    when = np.where(trained, firms.at("run_due", places), reworked_at)
    _choose_openness(firms, places, level, when)
    absorbed = firms.at("base.absorbed", places)
    found = firms.at("base.efficiency", places) - absorbed
    post_training, flop = firms.at("post_training", places), firms.at("base.flop", places)
    publish(firms, places, np.array([flop, found, absorbed, post_training, learned]), when)
    opened = places.among(firms.at("open_weights", places))
    firms.replace("released_open", opened, firms.at("released", opened))


def publish(firms: Team[Developer], places: Places, parts: Floats, when: Floats) -> None:
    """Bring out models made of ``parts``, ``(parts, places)``, at the moments ``when``."""
    made_of = firms["parts"].copy()
    made_of[places.rows, :, places.futures] = parts.T
    firms["parts"] = made_of
    firms.replace("released", places, total(parts))
    firms.replace("released_at", places, when)


def _choose_openness(firms: Team[Developer], places: Places, level: Floats, when: Floats) -> None:
    """Open the weights, sell access, or keep the model, by how far it trails on the market."""
    habits = np.array([firm.strategy.openness == "open-weights" for firm in firms])
    habit = habits[places.rows]
    on_market = habit | np.array([firm.sells_models for firm in firms])[places.rows]
    best = firms.first.model.knowledge.best_offered()
    behind = run_planning.ahead(best[places.futures], level)
    trailing = firms.at("strategy.opens_when_trailing", places)
    opens = on_market & openness.opens_weights(behind, habit=habit, trailing=trailing)
    opens &= ~_may_not_open(firms, places)
    why = openness.reason_for_release(behind, opens, habit=habit)
    why = np.where(on_market, why, openness.IN_HOUSE)
    kept_by = [firm.decisions for firm in firms]
    keep_each(kept_by, places, when, "releases a model", openness.RELEASE_REASONS, why)
    firms.replace("open_weights", places, opens)


def _may_not_open(firms: Team[Developer], places: Places) -> Bools:
    """Where a rule bars the base model at hand from open release."""
    one, model = firms.first, firms.first.model
    bound = model.rules.open_release_bound(one.region, model.time)
    everywhere = np.broadcast_to(bound, model.futures)
    return np.asarray(firms.at("base.flop", places) >= everywhere[places.futures])
