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


def test_open_work_comes_out_when_it_is_published_though_secrets_come_out_sooner(cast):
    knowledge, _, open_lab = set_out(cast, secrecy_months=2.0, publication_months=6.0)
    months_of(knowledge, [open_lab, open_lab], 10)  # efficiency 0, 1.5, ... 13.5 when read
    assert knowledge.published("CN") == pytest.approx([3 * 1.5] * 2)


def test_of_the_models_on_offer_the_best_teaches_whichever_firm_comes_last(cast):
    _, best, _ = set_out(cast)
    access = {"since": date(2020, 1, 1), "source": "none", "basis": "assumption"}
    second = cast.developer(best.model, name="Second", openness="api", access=access)
    best.released, second.released = np.array([26.0, 25.0]), np.array([25.0, 24.0])
    for labs in ([best, second], [second, best]):
        known = PublicKnowledge(2, best.model.parameters)
        read(known, labs)
        assert known.teachable("CN").tolist() == [26.0, 25.0]
        assert known.best_offered().tolist() == [26.0, 25.0]


def test_who_begins_to_offer_models_late_teaches_from_then_on_after_the_usual_time(cast):
    knowledge, early, _ = set_out(cast)
    access = {"since": date(2022, 6, 1), "source": "none", "basis": "assumption"}
    late = cast.developer(early.model, name="Late", openness="api", access=access)
    early.released, late.released = np.array([24.0, 24.0]), np.array([27.0, 26.0])
    for month in range(30):
        early.model.time = float(month)
        read(knowledge, [early, late])
        taught = [27.0, 26.0] if month >= 5 + 3 else [24.0, 24.0]
        assert knowledge.teachable("CN").tolist() == taught, month
        best = [27.0, 26.0] if month >= 5 else [24.0, 24.0]
        assert knowledge.best_offered().tolist() == best, month


def test_what_could_be_learned_at_a_moment_gone_by_is_kept(cast):
    knowledge, secretive, _ = set_out(cast, teaching_months=0.0)
    for level in (24.0, 25.0, 26.0):
        secretive.released = np.array([level, level + 0.5])
        read(knowledge, [secretive])
    then = [knowledge.teachable("CN", until).tolist() for until in (0.0, 1.9, 2.0)]
    assert then == [[24.0, 24.5], [25.0, 25.5], [26.0, 26.5]]
    assert knowledge.teachable("CN").tolist() == then[-1]


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


def test_where_weights_stay_closed_the_open_frontier_stays_though_they_open_elsewhere(cast):
    knowledge, _, lab = set_out(cast)
    lab.released, lab.released_at = np.array([25.0, 24.0]), np.array([3.25, 3.5])
    lab.open_weights, lab.released_open = np.array([True, False]), np.array([25.0, -np.inf])
    knowledge.see_release(lab)
    assert knowledge.frontiers["CN"].level.tolist() == [25.0, 24.0]
    assert knowledge.open_frontiers["CN"].level.tolist() == [25.0, -np.inf]


def released(knowledge, lab, flop, efficiency):
    """A release whose level is compute and efficiency, OOM, by future."""
    flop, efficiency = np.array(flop), np.array(efficiency)
    nothing = np.zeros(len(flop))
    lab.parts = np.array([flop, efficiency, nothing, nothing, nothing])
    lab.released, lab.released_at = flop + efficiency, nothing + 1.0
    knowledge.see_release(lab)


def test_the_best_of_all_regions_is_the_best_released_and_its_compute_is_told(cast):
    knowledge, us, cn = set_out(cast)
    assert np.isneginf(knowledge.best_released()).all()
    released(knowledge, us, [25.0, 24.0], [0.0, 0.0])
    released(knowledge, cn, [24.0, 24.0], [0.5, 0.5])
    assert knowledge.best_released().tolist() == [25.0, 24.5]
    assert knowledge.cheapest.tolist() == [25.0, 24.0]
    released(knowledge, us, [24.5, 23.0], [0.0, 1.5])
    assert knowledge.best_released().tolist() == [25.0, 24.5]
    assert knowledge.cheapest.tolist() == [25.0, 24.0], "as good is not better"


def test_from_the_yardstick_on_it_is_told_what_a_model_as_good_takes_at_least(cast):
    knowledge, us, cn = set_out(cast, futures=5)
    released(knowledge, us, [25.0] * 5, [0.0] * 5)
    knowledge.set_yardstick()
    # As good and cheaper, better and cheaper, not as good, better and dearer, and what follows.
    released(knowledge, cn, [24.0, 24.5, 23.0, 26.0, 24.0], [1.0, 1.0, 1.5, 0.0, 1.0])
    assert knowledge.cheapest.tolist() == [24.0, 24.5, 25.0, 25.0, 24.0]
    released(knowledge, us, [23.5, 24.75, 24.0, 25.5, 24.5], [1.5, 1.0, 1.25, 1.0, 1.0])
    assert knowledge.cheapest.tolist() == [23.5, 24.5, 24.0, 25.0, 24.0]
    assert knowledge.best_released().tolist() == [25.0, 25.75, 25.25, 26.5, 25.5]


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


class RulesOfEachFuture:
    """Rules that differ by future, for readers and users in China."""

    def __init__(self, delay=0.0, **access) -> None:
        self._delay = delay
        self._access = access

    def publication_delay(self, origin, reader, start, end):
        return self._delay if reader == "CN" else 0.0

    def model_access(self, developer, origin, user, start, end):
        return self._access.get(developer, 1.0) if user == "CN" else 1.0


def test_where_rules_differ_by_future_each_future_waits_its_own_time(cast):
    knowledge, secretive, _ = set_out(cast, secrecy_months=0.0)
    delays = RulesOfEachFuture(delay=np.array([0.0, 4.0]))
    for _ in range(10):
        read(knowledge, [secretive], delays)
        secretive.efficiency = secretive.efficiency + 1.0
    assert knowledge.published("CN").tolist() == [9.0, 5.0]
    assert knowledge.published("US").tolist() == [9.0, 9.0]


@pytest.mark.parametrize("access", [(0.5, 1.0), (1.0, 0.5), (0.5, 0.25)])
def test_where_access_differs_by_future_each_future_learns_after_its_own_time(cast, access):
    knowledge, secretive, _ = set_out(cast)
    limits = RulesOfEachFuture(Secretive=np.array(access))
    read(knowledge, [secretive])
    secretive.released = np.array([25.0, 26.0])
    for month in range(1, 15):
        read(knowledge, [secretive], limits)
        learned = [month > 3.0 / share for share in access]
        assert np.isfinite(knowledge.teachable("CN")).tolist() == learned, month


def test_a_limit_on_some_does_not_keep_others_from_teaching(cast):
    _, best, _ = set_out(cast, teaching_months=2.0)
    access = {"since": date(2020, 1, 1), "source": "none", "basis": "assumption"}
    others = [
        cast.developer(best.model, name=name, openness="api", access=access)
        for name in ("second", "third", "free")
    ]
    limits = RulesOfEachFuture(Secretive=0.5, second=0.5, third=0.0)
    best.released = np.array([26.0, 24.0])
    for other, level in zip(others, (25.0, 27.0, 24.5), strict=True):
        other.released = np.full(2, level)
    for order in ([best, *others], [*others[::-1], best]):
        known = PublicKnowledge(2, best.model.parameters)
        levels = [firm.released for firm in order]
        for firm in order:
            firm.released = np.full(2, -np.inf)
        read(known, order, limits)
        for firm, level in zip(order, levels, strict=True):
            firm.released = level
        for month in range(1, 7):
            read(known, order, limits)
            taught = [-np.inf] * 2 if month <= 2 else [24.5] * 2 if month <= 4 else [26.0, 25.0]
            assert known.teachable("CN").tolist() == taught, month
            assert known.teachable("US").tolist() == ([27.0] * 2 if month > 2 else [-np.inf] * 2)


def test_open_weights_take_the_usual_time_to_learn_from_whatever_a_rule_says(cast):
    world = cast.world(1, **LAGS)
    access = {"since": date(2020, 1, 1), "source": "none", "basis": "assumption"}
    lab = cast.developer(world, openness="open-weights", access=access)
    knowledge = PublicKnowledge(1, world.parameters)
    read(knowledge, [lab])
    lab.released = np.array([25.0])
    shut = rules(cast, "model-access-limit", parameters={"admitted": 0.0})
    for month in range(1, 6):
        read(knowledge, [lab], shut)
        assert np.isfinite(knowledge.teachable("CN")).all() == (month > 3), month
