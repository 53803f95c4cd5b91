"""What a government announces, pays and takes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.government import reviewed
from agents.records import Course
from model.programmes import Grant

ENTRIES = [
    (9.0, "puts into force", "second"),
    (1.5, "announces", "first"),
    (6.0, "announces", "second"),
    (4.25, "puts into force", "first"),
    (-3.0, "puts into force", "past"),
]


def test_an_agenda_is_in_order_and_only_of_what_is_to_come(cast):
    world = cast.world(time=1.0)
    government = cast.government(world)
    government.set_agenda(ENTRIES)
    assert [when for when, _, _ in government.agenda] == [1.5, 4.25, 6.0, 9.0]
    world.time = 5.0
    government.set_agenda(ENTRIES)
    assert [when for when, _, _ in government.agenda] == [6.0, 9.0]


def test_what_falls_on_this_moment_has_been_done_but_for_the_first_moment_of_all(cast):
    entries = [(0.0, "announces", "first"), (6.0, "announces", "second")]
    world = cast.world(time=0.0)
    government = cast.government(world)
    government.set_agenda(entries)
    assert government.agenda == entries
    world.time = 6.0
    government.set_agenda(entries)
    assert government.agenda == []


def test_what_is_due_is_done_once_and_at_its_own_time(cast):
    world = cast.world()
    government = cast.government(world)
    government.set_agenda(ENTRIES)
    world.time = 5.0
    government.act()
    government.act()
    name = "Government of US"
    assert world.noted == [
        (1.5, name, "announces", "first"),
        (4.25, name, "puts into force", "first"),
    ]
    world.time = 9.0
    government.act()
    assert [subject for _, _, _, subject in world.noted[2:]] == ["second", "second"]
    assert government.agenda == []


def test_a_new_agenda_replaces_the_old_one(cast):
    world = cast.world(time=5.0)
    government = cast.government(world)
    government.set_agenda(ENTRIES)
    government.set_agenda([(7.0, "ends", "third"), (3.0, "ends", "too late")])
    assert government.agenda == [(7.0, "ends", "third")]


def test_subsidies_reach_their_recipients_and_are_counted(cast):
    world = cast.world(2)
    government = cast.government(world)
    maker, foundry = cast.memory_maker(world), cast.foundry(world, 14, 7)
    world.owed = [
        Grant(maker, np.array([1.0, 2.0]), "memory"),
        Grant(foundry, np.array([4.0, 4.0]), "fab-capacity"),
    ]
    for start in (0.0, 3.0):
        government.pay_programmes(start, start + 3.0)
    assert maker.cash.tolist() == [2.0, 4.0]
    assert foundry.cash.tolist() == [8.0, 8.0]
    assert government.subsidies_paid.tolist() == [10.0, 12.0]
    assert government.cash.tolist() == [-10.0, -12.0]
    assert world.ledger.total("subsidy/memory").tolist() == [2.0, 4.0]
    assert world.cash() == pytest.approx([0.0, 0.0])


def test_a_grant_is_acted_on(cast):
    world = cast.world(1, cost_per_million_stacks=0.5)
    government, maker = cast.government(world), cast.memory_maker(world)
    world.owed = [Grant(maker, np.array([0.5]), "memory")]
    government.pay_programmes(0.0, 3.0)
    maker.expand(np.zeros(1))
    assert maker.stacks_a_quarter == pytest.approx([1000.0 + 1e6])


def test_enforcement_spends_its_own_budget(cast):
    means = cast.instrument("enforcement", parameters={"annual_usd_bn": 0.2}, issuer="US")
    world = cast.world(2, instruments=[means])
    american, chinese = cast.government(world), cast.government(world, "CN")
    for government in (american, chinese):
        government.enforce(9.0, 12.0)
    assert american.enforcement_spent == pytest.approx([0.05, 0.05])
    assert american.cash == pytest.approx([-0.05, -0.05])
    assert chinese.enforcement_spent.tolist() == [0.0, 0.0]
    assert world.cash() == pytest.approx([0.0, 0.0])


def test_a_fee_moves_from_seller_to_government(cast):
    world = cast.world(2)
    government, designer = cast.government(world), cast.designer(world)
    government.take_fee(designer, np.array([0.5, 0.0]))
    government.take_fee(designer, np.array([0.25, 1.0]))
    assert government.fees_taken.tolist() == [0.75, 1.0]
    assert government.cash.tolist() == [0.75, 1.0]
    assert designer.cash.tolist() == [-0.75, -1.0]


# --- reviews --------------------------------------------------------------------------------------


def course(**fields) -> Course:
    made = {"outcome": "gap_months", "reviews_every": 12, "since": date(2026, 1, 1)}
    return Course.model_validate(made | {"tighten_below": 6.0, "loosen_above": 12.0} | fields)


@given(
    st.lists(st.floats(allow_nan=True) | st.floats(0, 20), min_size=3, max_size=3),
    st.lists(st.integers(-1, 1), min_size=3, max_size=3),
)
def test_a_review_moves_a_step_to_the_side_that_the_outcome_asks_for(seen, stances):
    stance, outcome = np.array(stances), np.array(seen)
    after = reviewed(stance, outcome, course())
    assert (np.abs(after - stance) <= 1).all()
    assert (after[outcome < 6.0] == np.minimum(stance + 1, 1)[outcome < 6.0]).all()
    assert (after[outcome > 12.0] == np.maximum(stance - 1, -1)[outcome > 12.0]).all()
    between = ~((outcome < 6.0) | (outcome > 12.0))  # a missing outcome included
    assert (after[between] == stance[between]).all()


def test_an_outcome_that_is_bad_when_large_is_answered_from_above():
    smuggling = course(tighten_below=None, loosen_above=None, tighten_above=5.0, loosen_below=1.0)
    stance = np.zeros(3, dtype=np.int64)
    assert reviewed(stance, np.array([0.0, 3.0, 9.0]), smuggling).tolist() == [-1, 0, 1]


def test_an_outcome_at_a_bound_is_between_the_bounds():
    at_bounds = np.zeros(2, dtype=np.int64)
    assert reviewed(at_bounds, np.array([6.0, 12.0]), course()).tolist() == [0, 0]
    turned = course(tighten_below=None, loosen_above=None, tighten_above=5.0, loosen_below=1.0)
    assert reviewed(at_bounds, np.array([5.0, 1.0]), turned).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"tighten_above": 3.0}, "one of 'tighten_below' and 'tighten_above'"),
        ({"tighten_below": None}, "one of 'tighten_below' and 'tighten_above'"),
        ({"loosen_below": 3.0, "loosen_above": None}, "opposite sides"),
        ({"loosen_above": 5.0}, "tighten_below <= loosen_above"),
        ({"reviews_every": 0}, "greater than or equal to 1"),
    ],
)
def test_a_course_that_contradicts_itself_is_refused(fields, said):
    with pytest.raises(ValidationError, match=said):
        course(**fields)


def test_a_review_is_noted_where_it_changes_something_and_takes_effect_after_its_notice(cast):
    world = cast.world(time=48.0)
    government = cast.government(world)
    government.review()
    assert government.decided == [], "without a course there is nothing to review"
    government.course = course(notice_months=2.0)
    world.seen["gap_months"] = np.array([3.0, 8.0, 30.0])
    government.review()
    assert government.stance.tolist() == [1, 0, -1]
    assert government.stance_at(49.9).tolist() == [0, 0, 0]
    assert government.stance_at(50.0).tolist() == [1, 0, -1]
    assert [event for _, _, event, _ in world.noted] == ["tightens", "loosens"]
    assert world.realigned == 1
    world.time = 60.0
    government.review()
    assert (len(government.decided), world.realigned) == (1, 1), "no change, nothing noted"


def test_a_review_is_told_of_the_futures_in_which_the_government_moved(cast):
    world = cast.world(time=48.0)
    told: dict[str, list[bool]] = {}
    world.note = lambda when, actor, event, subject, where: told.update({event: where.tolist()})
    government = cast.government(world)
    government.course = course(notice_months=0.0)
    world.seen["gap_months"] = np.array([3.0, 8.0, 30.0])
    government.review()
    assert told == {"tightens": [True, False, False], "loosens": [False, False, True]}
    told.clear()
    world.seen["gap_months"] = np.array([30.0, 8.0, 30.0])
    government.review()
    assert told == {"loosens": [True, False, False]}
