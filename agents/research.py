"""What the developers of one region do every month with their people and their fleets.

Firms side by side: arrays ``(firms, futures)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents import capability, fleet_split
from agents.arrays import Floats, total
from agents.fleet_split import FleetSplit
from agents.mechanisms import Mechanism
from agents.records import Tier
from agents.side_by_side import of_each, to_each

if TYPE_CHECKING:
    from agents.developer import Developer


def scrap(firms: Sequence[Developer], share: Floats) -> None:
    """Take a share of every fleet, the worn-out part, out of use."""
    if firms[0].off_since(Mechanism.COMPUTE) is not None:
        return
    fleets = of_each(firms, "fleet")
    whole = total(fleets[:, channel] for channel in range(fleets.shape[1]))
    to_each(firms, "scrapped", of_each(firms, "scrapped") + whole * share)
    left = 1.0 - share
    to_each(firms, "fleet", fleets * left)
    to_each(firms, "usable", of_each(firms, "usable") * left)


def reorganise(firms: Sequence[Developer], months: float) -> None:
    """Turn effort towards what each firm aims at; projects take months to staff."""
    if firms[0].off_since(Mechanism.MONEY) is not None:
        return
    pace = months / firms[0].model.parameters["reorganisation_months"]
    attention = of_each(firms, "attention")
    lacking = of_each(firms, "aim") - attention
    to_each(firms, "attention", attention + lacking * np.minimum(pace, 1.0))


def divide_fleets(firms: Sequence[Developer]) -> None:
    """Serve users first, up to a limit; divide the rest between experiments and a run."""
    if firms[0].off_since(Mechanism.COMPUTE) is not None:
        return
    model = firms[0].model
    known = model.parameters
    need = fleet_split.serving_need(
        of_each(firms, "revenue"),
        cost_share=known["serving_cost_share"],
        compute_cost=model.compute_cost(),
    )
    strategies = [firm.strategy for firm in firms]
    uses = fleet_split.split(
        of_each(strategies, "other_services"),
        need,
        of_each(firms, "usable"),
        of_each(firms, "attention"),
        of_each(strategies, "experiments_per_run"),
        limit=known["serving_limit"],
    )
    for number, firm in enumerate(firms):
        firm.uses = FleetSplit(
            uses.serving[number], uses.experiments[number], uses.training[number]
        )


def do_research(firms: Sequence[Developer], months: float, best_equipped: Floats) -> None:
    """Find algorithmic improvements, learn from what others published, tune models."""
    one, model = firms[0], firms[0].model
    known = model.parameters
    usable, attention = of_each(firms, "usable"), of_each(firms, "attention")
    efficiency = of_each(firms, "efficiency")
    compute = usable * of_each([firm.uses for firm in firms], "experiments")
    compute = compute / known["reference_compute"]
    researchers = of_each(firms, "researchers") * _quality(firms, "researchers") * attention
    own = capability.own_progress(
        researchers / known["reference_researchers"],
        compute,
        efficiency,
        capability.scarcity(usable, best_equipped),
        pace=known["research_pace"],
        talent_elasticity=known["talent_elasticity"],
        compute_elasticity=known["compute_elasticity"],
        exhaustion=known["exhaustion"],
        scarcity_push=known["scarcity_push"],
    )
    # Data from use raise the yield of research on what is used.
    own = own * (1.0 + known["data_to_research"] * model.adoption.feedback(one.region))
    learned = capability.spillover(
        efficiency, model.knowledge.published(one.region), known["absorption"] * attention
    )
    found = one.unless_off(Mechanism.ALGORITHMS, own)
    read = one.unless_off(Mechanism.LEARNING, learned)
    to_each(firms, "efficiency", efficiency + months * (found + read))
    to_each(firms, "absorbed", of_each(firms, "absorbed") + months * read)
    _post_train(firms, months, compute, attention)
    practised = months * attention * np.isfinite(of_each(firms, "run_due"))
    practice = of_each(firms, "practice") + one.unless_off(Mechanism.TALENT, practised)
    to_each(firms, "practice", practice)


def _post_train(
    firms: Sequence[Developer], months: float, compute: Floats, attention: Floats
) -> None:
    """Get more out of the techniques that each firm knows."""
    if firms[0].off_since(Mechanism.POST_TRAINING) is not None:
        return
    known, now = firms[0].model.parameters, firms[0].model.time
    engineers = of_each(firms, "engineers") * _quality(firms, "engineers") * attention
    effort = capability.post_training_effort(
        engineers / known["reference_engineers"],
        compute,
        of_each(firms, "revenue") / known["reference_revenue"],
        talent_elasticity=known["post_talent_elasticity"],
        compute_elasticity=known["post_compute_elasticity"],
        use_elasticity=known["post_use_elasticity"],
    )
    post_trained = capability.post_trained(
        of_each(firms, "post_training"),
        np.array([firm.techniques.worth(now) for firm in firms]),
        effort,
        pace=known["post_training_pace"],
        months=months,
    )
    to_each(firms, "post_training", post_trained)


def _quality(firms: Sequence[Developer], tier: Tier) -> Floats:
    return np.array([firm.quality[tier] for firm in firms])
