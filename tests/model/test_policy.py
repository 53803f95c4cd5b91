"""What a policy can do to recorded history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from model import loading
from model.policy import HISTORY, Policy, PolicyError


def policy(*changes: dict[str, Any]) -> Policy:
    return Policy.model_validate({"name": "test", "changes": changes})


@pytest.fixture(scope="module")
def recorded(cast):
    """Three instruments: a control that ends, one that lasts, and money that varies."""
    money = {
        "unit": "USD bn a year",
        "values": [
            {"since": date(2023, 1, 1), "value": 1.0, "reference": "none"},
            {"since": date(2025, 1, 1), "value": 4.0, "reference": "none"},
        ],
    }
    return (
        cast.instrument(
            "memory-control", "short", effective=date(2022, 6, 1), ended=date(2024, 6, 1)
        ),
        cast.instrument("memory-control", "long", issuer="NL", effective=date(2023, 1, 31)),
        cast.instrument(
            "subsidy",
            "money",
            family="subsidy",
            effective=date(2023, 1, 1),
            purpose="memory",
            recipients=["Maker"],
            parameters={"annual_usd_bn": money},
        ),
    )


def ids(instruments) -> list[str]:
    return [instrument.id for instrument in instruments]


# --- which instruments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("select", "left"),
    [
        ({"ids": ["long"]}, ["short", "money"]),
        ({"family": "export-control"}, ["money"]),
        ({"issuer": "NL"}, ["short", "money"]),
        ({"kind": "memory-control", "issuer": "US"}, ["long", "money"]),
        ({"ids": ["short", "money"], "issuer": "US"}, ["long"]),
    ],
)
def test_what_is_removed_is_what_all_criteria_pick(recorded, select, left):
    assert ids(policy({"do": "remove", "select": select}).amend(recorded)) == left


def test_an_unknown_id_is_an_error_that_names_the_change(recorded):
    wrong = policy(
        {"do": "remove", "select": {"ids": ["long"]}},
        {"do": "remove", "select": {"ids": ["longer"]}},
    )
    with pytest.raises(
        PolicyError, match=r"change 2 \(remove\): no instrument has the id 'longer'"
    ):
        wrong.amend(recorded)


def test_what_an_earlier_change_removed_can_no_longer_be_selected(recorded):
    remove = {"do": "remove", "select": {"ids": ["long"]}}
    with pytest.raises(PolicyError, match="'long'"):
        policy(remove, remove).amend(recorded)


def test_a_selection_of_nothing_is_an_error(recorded):
    with pytest.raises(PolicyError, match=r"nothing is selected by.*JP"):
        policy({"do": "remove", "select": {"issuer": "JP"}}).amend(recorded)
    with pytest.raises(ValidationError, match="a selector needs"):
        policy({"do": "remove", "select": {}})


# --- remove ---------------------------------------------------------------------------------------


def removed_since(recorded, since: date):
    """The short control, or None, once all controls are removed from a day on."""
    change = {"do": "remove", "select": {"kind": "memory-control"}, "since": since}
    amended = policy(change).amend(recorded)
    return next((i for i in amended if i.id == "short"), None)


def test_a_removal_from_a_day_on_cuts_short_what_is_in_force(recorded):
    short = removed_since(recorded, date(2023, 3, 1))
    assert short.ended == date(2023, 3, 1)
    assert short.in_force(date(2023, 2, 28))
    assert not short.in_force(date(2023, 3, 1))


def test_a_removal_from_a_day_on_drops_what_would_come_later(recorded):
    assert removed_since(recorded, date(2022, 6, 1)) is None
    assert removed_since(recorded, date(2022, 1, 1)) is None


def test_a_removal_does_not_prolong_what_ended_before(recorded):
    assert removed_since(recorded, date(2030, 1, 1)).ended == date(2024, 6, 1)


# --- delay ----------------------------------------------------------------------------------------


def test_a_delay_moves_announcement_and_effect_and_keeps_the_end(recorded):
    amended = policy({"do": "delay", "select": {"ids": ["short"]}, "months": 12}).amend(recorded)
    assert amended[0].announced == amended[0].effective == date(2023, 6, 1)
    assert amended[0].ended == date(2024, 6, 1)
    assert amended[1:] == recorded[1:]


def test_what_would_be_delayed_beyond_its_end_is_dropped(recorded):
    def delayed(months: int) -> list[str]:
        change = {"do": "delay", "select": {"ids": ["short"]}, "months": months}
        return ids(policy(change).amend(recorded))

    assert delayed(23) == ["short", "long", "money"]
    assert delayed(24) == ["long", "money"]


def test_a_delay_from_the_last_of_a_long_month_stays_within_the_month(recorded):
    amended = policy({"do": "delay", "select": {"ids": ["long"]}, "months": 1}).amend(recorded)
    assert amended[1].effective == date(2023, 2, 28)


# --- scale ----------------------------------------------------------------------------------------


def scaled(recorded, factor: float, since: date | None = None):
    change = {
        "do": "scale",
        "select": {"ids": ["money"]},
        "parameter": "annual_usd_bn",
        "factor": factor,
        "since": since,
    }
    return policy(change).amend(recorded)[2]


DAYS = [date(2023, 1, 1), date(2024, 6, 30), date(2024, 7, 1), date(2025, 1, 1), date(2030, 1, 1)]


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (None, [3.0, 3.0, 3.0, 12.0, 12.0]),
        (date(2024, 7, 1), [1.0, 1.0, 3.0, 12.0, 12.0]),
        (date(2025, 1, 1), [1.0, 1.0, 1.0, 12.0, 12.0]),
        (date(2026, 1, 1), [1.0, 1.0, 1.0, 4.0, 12.0]),
    ],
)
def test_scaling_multiplies_from_a_day_on_and_keeps_earlier_values(recorded, since, expected):
    money = scaled(recorded, 3.0, since)
    assert [money.value("annual_usd_bn", day) for day in DAYS] == expected
    assert [recorded[2].value("annual_usd_bn", day) for day in DAYS] == [1.0, 1.0, 1.0, 4.0, 4.0]


@given(st.floats(0.0, 100.0), st.none() | st.dates(date(2020, 1, 1), date(2032, 1, 1)))
def test_scaling_keeps_values_in_order_of_their_dates(recorded, factor, since):
    values = scaled(recorded, factor, since).parameters["annual_usd_bn"].values
    days = [value.since for value in values]
    assert days == sorted(set(days))


def test_a_parameter_that_is_not_there_is_an_error_that_says_which_are(recorded):
    change = {
        "do": "scale",
        "select": {"ids": ["money"]},
        "parameter": "annual",
        "factor": 2.0,
    }
    with pytest.raises(PolicyError, match=r"'money' has no parameter 'annual' .*annual_usd_bn"):
        policy(change).amend(recorded)


# --- add ------------------------------------------------------------------------------------------

NEW = {
    "id": "new",
    "kind": "memory-control",
    "title": "New",
    "issuer": "KR",
    "family": "export-control",
    "citation": "none",
    "announced": date(2024, 1, 1),
    "effective": date(2024, 3, 1),
    "destinations": ["CN"],
}


def test_an_added_instrument_joins_the_recorded_ones_and_can_be_changed(recorded):
    add = {"do": "add", "instrument": NEW}
    assert ids(policy(add).amend(recorded)) == ["short", "long", "money", "new"]
    later = {"do": "delay", "select": {"ids": ["new"]}, "months": 2}
    assert policy(add, later).amend(recorded)[-1].effective == date(2024, 5, 1)


def test_an_id_that_is_taken_is_an_error(recorded):
    with pytest.raises(PolicyError, match="'long' exists already"):
        policy({"do": "add", "instrument": NEW | {"id": "long"}}).amend(recorded)


# --- nothing --------------------------------------------------------------------------------------


def test_history_changes_nothing():
    recorded = loading.recorded_instruments()
    assert HISTORY.amend(recorded) == recorded


def test_a_policy_leaves_the_recorded_instruments_as_they_were(recorded):
    before = [instrument.model_dump() for instrument in recorded]
    policy(
        {"do": "remove", "select": {"kind": "memory-control"}, "since": date(2023, 3, 1)},
        {"do": "delay", "select": {"ids": ["money"]}, "months": 3},
        {
            "do": "scale",
            "select": {"ids": ["money"]},
            "parameter": "annual_usd_bn",
            "factor": 2.0,
        },
    ).amend(recorded)
    assert [instrument.model_dump() for instrument in recorded] == before


@pytest.mark.parametrize(
    "change",
    [
        {"do": "delay", "select": {"issuer": "US"}, "months": 0},
        {"do": "delay", "select": {"issuer": "US"}, "months": -3},
        {"do": "scale", "select": {"issuer": "US"}, "parameter": "fee", "factor": -1.0},
        {"do": "scale", "select": {"issuer": "US"}, "parameter": "fee", "factor": float("inf")},
        {"do": "forget", "select": {"issuer": "US"}},
        {"do": "remove", "select": {"isuer": "US"}},
    ],
)
def test_changes_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        policy(change)


# --- set, tighten, loosen -------------------------------------------------------------------------


def changed(recorded, name: str, *changes: dict[str, Any]):
    return {one.id: one for one in policy(*changes).amend(recorded)}[name]


@given(
    passes=st.floats(0.0, 1.0), by=st.floats(0.01, 1.0), verb=st.sampled_from(["tighten", "loosen"])
)
def test_tightening_never_lets_more_through_and_loosening_never_less(
    cast, passes: float, by: float, verb: str
):
    rule = cast.instrument("tool-control", parameters={"admitted": passes}, **TOOLS)
    day = rule.effective
    after = changed([rule], rule.id, {"do": verb, "select": {"ids": [rule.id]}, "by": by})
    now = after.value("admitted", day)
    assert 0.0 <= now <= 1.0
    assert now <= passes if verb == "tighten" else now >= passes
    if by == 1.0:
        assert now == (0.0 if verb == "tighten" else 1.0)


TOOLS = {"toolmaker_countries": ["NL"], "tool_classes": ["euv"]}


def test_to_tighten_what_is_withheld_is_to_let_less_through(cast):
    ban = cast.instrument("purchase-discouragement", parameters={"withheld": 0.6})
    for verb, expected in (("tighten", 0.8), ("loosen", 0.3)):
        after = changed([ban], ban.id, {"do": verb, "select": {"ids": [ban.id]}, "by": 0.5})
        assert after.value("withheld", ban.effective) == pytest.approx(expected)


def test_a_share_left_out_is_nothing_and_can_be_loosened_or_set(cast):
    rule = cast.instrument("memory-control", "bar")
    since = date(2024, 1, 1)
    loosened = {"do": "loosen", "select": {"ids": ["bar"]}, "by": 0.25, "since": since}
    given = {"do": "set", "select": {"ids": ["bar"]}, "parameter": "admitted", "value": 0.25}
    for change in (loosened, given | {"since": since}):
        after = changed([rule], "bar", change)
        assert after.value("admitted", date(2023, 12, 31)) == 0.0
        assert after.value("admitted", since) == 0.25


def test_a_refusal_cannot_be_loosened_by_a_share(cast):
    rule = cast.instrument("chip-embargo", "no", outcome="denied", destinations=["CN"])
    with pytest.raises(PolicyError, match="no instrument selected lets a share through"):
        policy({"do": "loosen", "select": {"ids": ["no"]}, "by": 0.5}).amend([rule])


def test_a_value_set_holds_throughout_or_from_its_day_on(recorded):
    one = {"do": "set", "select": {"ids": ["money"]}, "parameter": "annual_usd_bn", "value": 7.0}
    always = changed(recorded, "money", one)
    later = changed(recorded, "money", one | {"since": date(2024, 1, 1)})
    for day in (date(2023, 6, 1), date(2024, 6, 1), date(2026, 6, 1)):
        assert always.value("annual_usd_bn", day) == 7.0
        assert later.value("annual_usd_bn", day) == (1.0 if day.year == 2023 else 7.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"parameter": "yearly", "value": 1.0}, "no parameter 'yearly'"),
        ({"parameter": "admitted", "value": 1.5}, "share: expected at most 1, got 1.5"),
    ],
)
def test_a_value_that_cannot_be_is_refused(cast, change: dict[str, Any], words: str):
    with pytest.raises(PolicyError, match=words):
        policy({"do": "set", "select": {"ids": ["bar"]}, **change}).amend(
            [cast.instrument("memory-control", "bar")]
        )
