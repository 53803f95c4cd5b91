"""What is publicly known, and when."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from model.calendar import Calendar
from model.knowledge import PublicKnowledge
from model.rulebook import RuleBook

NO_RULES = RuleBook([], Calendar())
LAGS = {"secrecy_months": 6.0, "publication_months": 2.0, "teaching_months": 3.0}


def set_out(cast, futures=2, **lags):
    """A world, its public knowledge, a secretive laboratory and an open one."""
    world = cast.world(futures, **(LAGS | lags))
    knowledge = PublicKnowledge(futures, world.parameters)
    access = {"since": date(2020, 1, 1), "source": "none", "basis": "assumption"}
    secretive = cast.developer(world, name="Secretive", openness="api", access=access)
    open_lab = cast.developer(world, name="Open", region="CN", openness="open-weights")
    return knowledge, secretive, open_lab


def read(knowledge, labs, rules=NO_RULES, month=1.0):
    knowledge.read_literature(labs, rules, month - 1.0, month)


def months_of(knowledge, labs, months: int):
    """Live for some months in which the labs find an OOM and half an OOM a month."""
    for _ in range(months):
        read(knowledge, labs)
        for lab, gain in zip(labs, (1.0, 0.5), strict=True):
            lab.efficiency = lab.efficiency + gain


def test_secrets_come_out_after_their_time(cast):
    knowledge, secretive, _ = set_out(cast)
    months_of(knowledge, [secretive, secretive], 10)  # efficiency 0, 1.5, ... 13.5 when read
    assert knowledge.published("CN") == pytest.approx([3 * 1.5] * 2)


def test_open_work_comes_out_sooner(cast):
    knowledge, secretive, open_lab = set_out(cast)
    open_lab.efficiency = open_lab.efficiency + 2.0
    months_of(knowledge, [secretive, open_lab], 10)
    # The open lab of two months ago (2 + 7 x 0.5) against the secretive one of six (3).
    assert knowledge.published("CN") == pytest.approx([5.5] * 2)
    months_of(knowledge, [secretive, open_lab], 20)
    assert knowledge.published("CN") == pytest.approx([23.0] * 2), "in the end the faster one leads"


def test_before_the_record_what_it_begins_with_is_known(cast):
    knowledge, secretive, open_lab = set_out(cast)
    secretive.efficiency = np.array([1.0, 2.0])
    read(knowledge, [secretive, open_lab])
    assert knowledge.published("CN").tolist() == [1.0, 2.0]


def test_futures_have_lags_of_their_own(cast):
    lags = np.array([0.0, 4.0, 2.4])
    knowledge, secretive, _ = set_out(cast, 3, secrecy_months=lags)
    months_of(knowledge, [secretive, secretive], 6)
    assert knowledge.published("CN") == pytest.approx(np.array([5, 1, 3]) * 1.5)


def test_the_published_state_of_the_art_is_no_better_than_any_lab(cast):
    knowledge, secretive, open_lab = set_out(cast)
    for month in range(30):
        months_of(knowledge, [secretive, open_lab], 1)
        best = np.maximum(secretive.efficiency, open_lab.efficiency)
        assert (knowledge.published("CN") <= best).all(), month


def test_only_models_on_offer_teach_and_only_after_their_time(cast):
    knowledge, secretive, open_lab = set_out(cast)
    open_lab.released = np.full(2, 30.0)  # in the house: nobody outside can use it
    read(knowledge, [secretive, open_lab])
    assert np.isneginf(knowledge.teachable("CN")).all()
    secretive.released = np.array([25.0, 26.0])
    for _ in range(3):
        read(knowledge, [secretive, open_lab])
        assert np.isneginf(knowledge.teachable("CN")).all()
    read(knowledge, [secretive, open_lab])
    assert knowledge.teachable("CN").tolist() == [25.0, 26.0]


# --- frontiers ------------------------------------------------------------------------------------


def test_a_release_moves_its_regions_frontier_at_its_own_time(cast):
    knowledge, secretive, _ = set_out(cast)
    secretive.released, secretive.released_at = np.array([25.0, 24.0]), np.array([3.25, 3.5])
    knowledge.see_release(secretive)
    assert knowledge.frontiers["US"].level.tolist() == [25.0, 24.0]
    assert np.isneginf(knowledge.frontiers["CN"].level).all()
    assert np.isneginf(knowledge.open_frontiers["US"].level).all()
    secretive.released, secretive.released_at = np.array([25.5, 24.5]), np.array([8.25, 8.5])
    knowledge.see_release(secretive)
    when = knowledge.frontiers["US"].first_reached(np.array([25.2, 24.2]))
    assert when.tolist() == [8.25, 8.5]


def test_an_open_release_moves_both_frontiers(cast):
    knowledge, _, open_lab = set_out(cast)
    open_lab.released = open_lab.released_open = np.array([25.0, 24.0])
    open_lab.released_at = np.array([3.25, 3.5])
    knowledge.see_release(open_lab)
    for frontiers in (knowledge.frontiers, knowledge.open_frontiers):
        assert frontiers["CN"].level.tolist() == [25.0, 24.0]
        assert np.isneginf(frontiers["US"].level).all()


def test_past_releases_are_entered_in_order_whichever_firm_comes_first(cast):
    world = cast.world(1, research_pace=0.0, **LAGS)

    def lab(name: str, released: date, flop: float, *, is_open=False):
        model = {
            "name": name,
            "released": released,
            "training_flop": cast.figure(flop),
            "open_weights": is_open,
        }
        return cast.developer(world, name=name, models=[model])

    late = lab("late", date(2021, 1, 1), 1e24)
    early = lab("early", date(2019, 1, 1), 1e22, is_open=True)
    middle = lab("middle", date(2020, 1, 1), 1e23)
    knowledge = PublicKnowledge(1, world.parameters)
    knowledge.enter_past_releases([late, early, middle])
    reached = knowledge.frontiers["US"].first_reached
    assert reached(np.array([22.5])).tolist() == [-24.0]
    assert reached(np.array([23.5])).tolist() == [-12.0]
    assert knowledge.frontiers["US"].level == pytest.approx([24.0])
    assert knowledge.open_frontiers["US"].level == pytest.approx([22.0])


# --- rules ----------------------------------------------------------------------------------------


def rules(cast, kind, **fields):
    return RuleBook([cast.instrument(kind, kept_from=["CN"], **fields)], Calendar())


def test_a_restraint_holds_back_what_is_new_and_takes_nothing_back(cast):
    knowledge, secretive, _ = set_out(cast)
    months_of(knowledge, [secretive, secretive], 10)
    before = knowledge.published("CN").copy()
    held = rules(cast, "publication-restraint", parameters={"delay_months": 4.0})
    for waited in range(1, 9):
        read(knowledge, [secretive], held)
        secretive.efficiency = secretive.efficiency + 1.5
        gained = max(0, waited - 4) * 1.5
        assert knowledge.published("CN") == pytest.approx(before + gained), waited
        assert knowledge.published("US") == pytest.approx(before + waited * 1.5), waited
    read(knowledge, [secretive])
    assert (knowledge.published("CN") == knowledge.published("US")).all(), "all comes out at once"


def test_with_half_the_access_learning_from_a_model_takes_twice_as_long(cast):
    knowledge, secretive, _ = set_out(cast)
    read(knowledge, [secretive])
    secretive.released = np.array([25.0, 26.0])
    half = rules(cast, "model-access-limit", parameters={"admitted": 0.5})
    for month in range(1, 8):
        read(knowledge, [secretive], half)
        assert np.isfinite(knowledge.teachable("US")).all() == (month > 3), month
        assert np.isfinite(knowledge.teachable("CN")).all() == (month > 6), month
    assert knowledge.teachable("CN").tolist() == [25.0, 26.0]


def test_who_is_shut_out_for_good_keeps_what_was_learned_and_learns_no_more(cast):
    knowledge, secretive, _ = set_out(cast)
    secretive.released = np.array([25.0, 26.0])
    read(knowledge, [secretive])
    shut = rules(cast, "model-access-limit", parameters={"admitted": 0.0})
    secretive.released = secretive.released + 1.0
    for _ in range(40):
        read(knowledge, [secretive], shut)
    assert knowledge.teachable("CN").tolist() == [25.0, 26.0]
    assert knowledge.teachable("US").tolist() == [26.0, 27.0]


def test_open_weights_are_anyones_unless_a_rule_kept_them_closed(cast):
    world = cast.world(2, **LAGS)
    knowledge = PublicKnowledge(2, world.parameters)
    access = {"since": date(2020, 1, 1), "source": "none", "basis": "assumption"}
    lab = cast.developer(world, openness="open-weights", access=access)
    lab.released = np.array([25.0, 25.0])
    lab.open_weights = np.array([True, False])
    shut = rules(cast, "model-access-limit", parameters={"admitted": 0.0})
    for _ in range(5):
        read(knowledge, [lab], shut)
    assert knowledge.teachable("CN").tolist() == [25.0, -np.inf]
    assert knowledge.teachable("US").tolist() == [25.0, 25.0]


def test_a_model_kept_closed_brings_its_methods_out_as_late_as_a_secret(cast):
    knowledge, _, open_lab = set_out(cast)
    open_lab.open_weights = np.array([True, False])
    months_of(knowledge, [open_lab, open_lab], 10)  # 1.5 OOM a month
    assert knowledge.published("CN").tolist() == [7 * 1.5, 3 * 1.5]
