"""What the developers of one region do every month with their people and their fleets.

Firms side by side: arrays ``(firms, futures)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agents import capability, fleet_split
from agents.arrays import Floats, total
from agents.fleet_split import FleetSplit
from agents.mechanisms import Mechanism
from agents.records import Tier
from agents.side_by_side import Team

if TYPE_CHECKING:
    from agents.developer import Developer


def scrap(firms: Team[Developer], share: Floats) -> None:
    """Take a share of every fleet, the worn-out part, out of use."""
    if firms.first.off_since(Mechanism.COMPUTE) is not None:
        return
    fleets = firms["fleet"]
    whole = total(fleets[:, channel] for channel in range(fleets.shape[1]))
    firms["scrapped"] = firms["scrapped"] + whole * share
    left = 1.0 - share
    firms["fleet"] = fleets * left
    firms["usable"] = firms["usable"] * left


def reorganise(firms: Team[Developer], months: float) -> None:
    """Turn effort towards what each firm aims at; projects take months to staff."""
    if firms.first.off_since(Mechanism.MONEY) is not None:
        return
    pace = months / firms.first.model.parameters["reorganisation_months"]
    attention = firms["attention"]
    lacking = firms["aim"] - attention
    firms["attention"] = attention + lacking * np.minimum(pace, 1.0)


def divide_fleets(firms: Team[Developer]) -> None:
    """Serve users first, up to a limit; divide the rest between experiments and a run."""
    if firms.first.off_since(Mechanism.COMPUTE) is not None:
        return
    model = firms.first.model
    known = model.parameters
    need = fleet_split.serving_need(
        firms["revenue"],
        cost_share=known["serving_cost_share"],
        compute_cost=model.compute_cost(),
    )
    uses = fleet_split.split(
        firms["strategy.other_services"],
        need,
        firms["usable"],
        firms["attention"],
        firms["strategy.experiments_per_run"],
        limit=known["serving_limit"],
    )
    for number, firm in enumerate(firms):
        firm.uses = FleetSplit(
            uses.serving[number], uses.experiments[number], uses.training[number]
        )


def do_research(firms: Team[Developer], months: float, best_equipped: Floats) -> None:
    """Find algorithmic improvements, learn from what others published, tune models."""
    one, model = firms.first, firms.first.model
    known = model.parameters
    usable, attention = firms["usable"], firms["attention"]
    efficiency = firms["efficiency"]
    compute = usable * firms["uses.experiments"] / known["reference_compute"]
    researchers = firms["researchers"] * _quality(firms, "researchers") * attention
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
    firms["efficiency"] = efficiency + months * (found + read)
    firms["absorbed"] = firms["absorbed"] + months * read
    _post_train(firms, months, compute, attention)
    practised = months * attention * np.isfinite(firms["run_due"])
    firms["practice"] = firms["practice"] + one.unless_off(Mechanism.TALENT, practised)


def _post_train(firms: Team[Developer], months: float, compute: Floats, attention: Floats) -> None:
    """Get more out of the techniques that each firm knows."""
    if firms.first.off_since(Mechanism.POST_TRAINING) is not None:
        return
    known, now = firms.first.model.parameters, firms.first.model.time
    engineers = firms["engineers"] * _quality(firms, "engineers") * attention
    effort = capability.post_training_effort(
        engineers / known["reference_engineers"],
        compute,
        firms["revenue"] / known["reference_revenue"],
        talent_elasticity=known["post_talent_elasticity"],
        compute_elasticity=known["post_compute_elasticity"],
        use_elasticity=known["post_use_elasticity"],
    )
    firms["post_training"] = capability.post_trained(
        firms["post_training"],
        firms.together("worth of techniques", (firm.techniques.worth(now) for firm in firms)),
        effort,
        pace=known["post_training_pace"],
        months=months,
    )


def _quality(firms: Team[Developer], tier: Tier) -> Floats:
    return firms.together(f"quality of {tier}", (firm.quality[tier] for firm in firms))
