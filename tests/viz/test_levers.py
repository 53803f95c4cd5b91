"""Levers as changes of a policy."""

from __future__ import annotations

import datetime as dt

import pytest

from model.loading import recorded_instruments
from model.policy import HISTORY
from viz.levers import ACTIONS, Lever, LeverError, actions_for, courses, in_words, pulled

ON = dt.date(2023, 3, 1)
EVERY = {instrument.id: instrument for instrument in recorded_instruments()}


def after(lever, policy=HISTORY):
    changed = pulled(policy, lever)
    return {one.id: one for one in changed.amend(recorded_instruments())}


@pytest.mark.parametrize("instrument", EVERY.values(), ids=EVERY)
def test_whatever_the_panel_offers_can_be_done(instrument):
    for on in (ON, dt.date(2026, 6, 1)):
        for action in actions_for(instrument, on):
            amount = {"tighten": 0.5, "loosen": 0.5, "delay": 12.0, "scale": 2.0}.get(action, 1.0)
            lever = Lever(on, action, instrument.id, amount)
            assert pulled(HISTORY, lever).changes
            assert instrument.title in in_words(lever)


@pytest.mark.parametrize("instrument", EVERY.values(), ids=EVERY)
def test_no_lever_changes_what_held_before_it(instrument):
    day = ON - dt.timedelta(days=1)
    for action in actions_for(instrument, ON):
        if action == "impose" and instrument.ended is not None and instrument.ended <= ON:
            continue  # goes on since its end on paper; the world keeps what it did meanwhile
        amount = {"tighten": 0.5, "loosen": 0.5, "delay": 12.0, "scale": 2.0}.get(action, 1.0)
        changed = after(Lever(ON, action, instrument.id, amount)).get(instrument.id)
        assert (changed is not None and changed.in_force(day)) == instrument.in_force(day)
        if changed is not None and changed.in_force(day):
            for name, parameter in instrument.parameters.items():
                assert changed.parameters[name].on(day) == parameter.on(day)


def test_removing_ends_it_on_the_day():
    found = after(Lever(ON, "remove", "us-advanced-computing-2022"))["us-advanced-computing-2022"]
    assert found.in_force(ON - dt.timedelta(days=1))
    assert not found.in_force(ON)


def test_one_that_was_removed_can_be_brought_back():
    removed = pulled(HISTORY, Lever(ON, "remove", "us-advanced-computing-2022"))
    later = dt.date(2024, 1, 1)
    back = pulled(removed, Lever(later, "impose", "us-advanced-computing-2022"))
    found = {one.id: one for one in back.amend(recorded_instruments())}[
        "us-advanced-computing-2022"
    ]
    assert found.in_force(later)


def test_one_to_come_can_be_brought_forward():
    found = after(Lever(ON, "impose", "us-hbm-2024"))["us-hbm-2024"]
    assert found.in_force(ON)
    assert not found.in_force(ON - dt.timedelta(days=1))


def test_a_government_that_reviews_begins_to_from_the_month_after():
    name = next(iter(courses()))
    policy = pulled(HISTORY, Lever(dt.date(2027, 5, 1), "adapt", name))
    (course,) = policy.adaptive
    assert course.since == dt.date(2027, 6, 1)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_address_holds_a_lever_whole(action):
    lever = Lever(ON, action, "us-hbm-2024", 0.25)
    assert Lever.decoded(lever.encoded()) == lever


@pytest.mark.parametrize(
    "text",
    ["", "2023-03~remove", "2023-13~remove~x~1", "2023-03~explode~x~1", "2023-03~remove~x~much"],
)
def test_what_is_no_lever_is_refused_in_words(text):
    with pytest.raises(LeverError, match="is not a lever"):
        Lever.decoded(text)


@pytest.mark.parametrize(
    "lever",
    [
        Lever(ON, "tighten", "us-hbm-2024", 1.5),
        Lever(ON, "delay", "us-hbm-2024", 0.0),
        Lever(ON, "scale", "us-bis-budget", float("nan")),
        Lever(ON, "scale", "us-bis-budget", -1.0),
        Lever(ON, "scale", "us-hbm-2024", 2.0),
        Lever(ON, "adapt", "us-hbm-2024", 1.0),
    ],
)
def test_amounts_that_make_no_sense_are_refused(lever):
    with pytest.raises(LeverError):
        pulled(HISTORY, lever)
