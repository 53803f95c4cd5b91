"""The library's policies on knowledge, access, talent and adaptive rules move what they should."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from agents.arrays import Floats
from experiments.policies import load_policy
from model.knowledge import PublicKnowledge
from model.policy import Policy
from model.world import World

TURN = dt.date(2026, 1, 1)
UNTIL = dt.date(2029, 1, 1)
FUTURES = 30


@cache
def turned() -> World:
    """Recorded history up to the day on which the policies of this page begin."""
    world = World(futures=FUTURES)
    world.run_to(TURN)
    return world


@cache
def lived(name: str) -> World:
    world = turned().fork(load_policy(name))
    world.run_to(UNTIL)
    return world


def since_turn(name: str, outcome: str) -> Floats:
    return lived(name).record.values(outcome)[len(turned().record.dates) :]


def next_month_known(under: Policy, ask: Any) -> list[Floats]:
    """What is known to China month by month, from one common state of all developers' work."""
    world = turned().fork(under)
    found = []
    for _ in range(24):
        world.run_until(world.time + 1.0)
        found.append(ask(world.knowledge))
    return found


def published(knowledge: PublicKnowledge) -> Floats:
    return knowledge.published("CN")


def teachable(knowledge: PublicKnowledge) -> Floats:
    return knowledge.teachable("CN")


# --- publication ----------------------------------------------------------------------------------


def test_publication_restraint_never_raises_what_china_can_read() -> None:
    """In no future and no month; and for its first year nothing new is read from America at all."""
    usual = next_month_known(load_policy("history"), published)
    held = next_month_known(load_policy("publication-restraint"), published)
    for month, (before, after) in enumerate(zip(usual, held, strict=True)):
        assert (after <= before + 1e-12).all(), month
    assert (held[-1] < usual[-1]).mean() > 0.9
    for earlier, later in pairwise(held):
        assert (later >= earlier).all(), "what was published was unlearned"


def test_publication_restraint_slows_chinese_methods_and_widens_the_gap() -> None:
    change = since_turn("publication-restraint", "efficiency_cn")
    change = change - since_turn("history", "efficiency_cn")
    assert (change[-1] < -0.05).mean() > 0.9
    assert (since_turn("publication-restraint", "gap_oom")[-1] >= 0.0).mean() > 0.8


def test_a_longer_restraint_never_leaves_more_to_read() -> None:
    base = load_policy("publication-restraint").model_dump()

    def waiting(months: float) -> Policy:
        figure = base["changes"][0]["instrument"]["parameters"]["delay_months"]
        value = figure["values"][0] | {"value": months}
        instrument = base["changes"][0]["instrument"] | {
            "parameters": {"delay_months": figure | {"values": [value]}}
        }
        change = {"do": "add", "instrument": instrument}
        return Policy.model_validate({"name": "waiting", "changes": [change]})

    known = [next_month_known(waiting(months), published)[5] for months in (0.0, 3.0, 12.0, 36.0)]
    for less, more in pairwise(known):
        assert (more <= less + 1e-12).all()
    assert np.array_equal(known[0], next_month_known(load_policy("history"), published)[5])


# --- access to models -----------------------------------------------------------------------------


def test_a_lockout_never_raises_what_china_can_learn_from_and_leaves_others_alone() -> None:
    usual = next_month_known(load_policy("history"), teachable)
    shut = next_month_known(load_policy("api-lockout"), teachable)
    for month, (before, after) in enumerate(zip(usual, shut, strict=True)):
        # Later on American developers who lost those customers time their runs otherwise.
        leeway = 1e-12 if month < 12 else 1e-3
        assert (after <= before + leeway).all(), month
    assert (shut[-1] < usual[-1]).mean() > 0.9
    assert (
        lived("api-lockout").knowledge.frontiers["US"].level
        >= lived("history").knowledge.frontiers["US"].level - 0.05
    ).all()


def test_a_lockout_widens_the_gap() -> None:
    change = since_turn("api-lockout", "gap_oom") - since_turn("history", "gap_oom")
    assert (change[-1] >= -1e-9).mean() > 0.95
    assert (change[-1] > 0.05).mean() > 0.7


# --- open weights ---------------------------------------------------------------------------------


def test_a_bar_on_open_weights_stops_the_open_frontier_of_america_and_no_other() -> None:
    barred, usual = (lived(name).knowledge for name in ("open-weight-restraint", "history"))
    at_turn = turned().knowledge
    for region in ("US", "CN", "RoW"):
        assert (barred.open_frontiers[region].level >= at_turn.open_frontiers[region].level).all()
    gained = barred.open_frontiers["US"].level - at_turn.open_frontiers["US"].level
    freely = usual.open_frontiers["US"].level - at_turn.open_frontiers["US"].level
    assert (gained <= freely).all()
    assert (gained < freely).mean() > 0.9
    china = barred.open_frontiers["CN"].level - usual.open_frontiers["CN"].level
    assert np.median(np.abs(china)) < 0.05


def test_what_may_not_be_opened_still_counts_as_released() -> None:
    kept = []
    for developer in lived("open-weight-restraint").developers_of("US"):
        assert (developer.released >= developer.released_open).all()
        if developer.strategy.openness == "open-weights":
            kept.append(~developer.open_weights & (developer.released > developer.released_open))
    assert np.any(kept), "no model was held closed: the test shows nothing"


# --- people ---------------------------------------------------------------------------------------


def test_open_doors_draw_people_and_closed_doors_keep_them_away() -> None:
    for tier in ("researchers", "engineers"):
        home, away = (
            {
                name: since_turn(name, f"{tier}_{region}")[-1]
                for name in ("talent-open", "history", "talent-closed")
            }
            for region in ("us", "cn")
        )
        assert (home["talent-open"] > home["history"]).all(), tier
        assert (home["history"] > home["talent-closed"]).all(), tier
        assert (away["talent-open"] < away["history"]).all(), tier
        assert (away["history"] < away["talent-closed"]).all(), tier


def test_who_may_come_decides_how_good_a_choice_american_developers_have() -> None:
    """The policies reach developers through whom they can choose, not only through pools."""

    def quality(name: str) -> Floats:
        return next(d for d in lived(name).developers if d.name == "Google").quality["researchers"]

    # Not in every future: where others bid more for the same people, one developer may lose.
    assert (quality("talent-open") > quality("history")).mean() > 0.8
    assert (quality("history") > quality("talent-closed")).mean() > 0.8


# --- rules on use ---------------------------------------------------------------------------------


def test_a_policy_can_take_back_the_eu_ai_act_and_bar_chinese_services_abroad() -> None:
    """Neither moves anything before its day; each moves use or users where it holds."""
    repeal = {"do": "remove", "select": {"ids": ["eu-ai-act-2024"]}, "since": TURN}
    bar = {
        "id": "bar",
        "kind": "market-access-limit",
        "title": "Chinese services barred in third countries",
        "issuer": "KR",
        "family": "adoption",
        "citation": "invented",
        "announced": TURN,
        "effective": TURN,
        "market": "Others",
        "origin": "CN",
    }
    changes = {"repeal": [repeal], "bar": [{"do": "add", "instrument": bar}]}
    until = dt.date(2028, 6, 1)
    seen = {}
    for name, made in {"history": [], **changes}.items():
        world = turned().fork(Policy.model_validate({"name": name, "changes": made}))
        world.run_to(until)
        seen[name] = world
    europe = {name: world.adoption.adopted("Europe", "health") for name, world in seen.items()}
    assert (europe["repeal"] > europe["history"]).mean() > 0.9
    served = {name: world.ecosystem.deployed("CN", "Others") for name, world in seen.items()}
    assert (served["bar"] < 0.9 * served["history"]).all()


# --- adaptive rules -------------------------------------------------------------------------------


def test_adaptive_tightening_takes_compute_from_china_where_it_acts_and_nowhere_else() -> None:
    government = lived("adaptive-tightening").government("US")
    # The fork comes on the day of the first review, too late for it; the second is a year on.
    early = government.stance_at(turned().time + 13.0) == 1
    ever = np.any([stance == 1 for _, stance in government.decided], axis=0)
    assert 0 < early.sum() <= ever.sum() < FUTURES
    for outcome in ("compute_cn", "compute_cn_rented"):
        tight = since_turn("adaptive-tightening", outcome)
        usual = since_turn("history", outcome)
        assert (tight[-1] < usual[-1])[early].all(), outcome
        assert (tight == usual)[:, ~ever].all(), outcome
    spent = since_turn("adaptive-tightening", "enforcement_cost")[-1]
    assert (spent > since_turn("history", "enforcement_cost")[-1])[early].all()
