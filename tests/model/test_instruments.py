"""Instruments: what makes one, and what it says on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from model.instruments import DatedValue, Parameter

days = st.dates(date(2015, 1, 1), date(2040, 1, 1))


def parameter(*values: tuple[date, float]) -> Parameter:
    return Parameter(
        unit="share",
        values=tuple(DatedValue(since=day, value=v, reference="none") for day, v in values),
    )


def test_a_value_holds_from_its_day_until_the_next():
    figure = parameter((date(2022, 5, 1), 0.2), (date(2023, 5, 1), 0.7))
    expected = {
        date(2000, 1, 1): 0.2,  # the first one before its date
        date(2022, 5, 1): 0.2,
        date(2023, 4, 30): 0.2,
        date(2023, 5, 1): 0.7,
        date(2040, 1, 1): 0.7,
    }
    assert {day: figure.on(day) for day in expected} == expected


def test_values_out_of_order_or_of_one_day_are_refused():
    for second in (date(2022, 5, 1), date(2022, 4, 30)):
        with pytest.raises(ValidationError, match="in order of their dates"):
            parameter((date(2022, 5, 1), 0.2), (second, 0.7))


@given(days, st.integers(0, 2000), days)
def test_an_instrument_binds_from_its_effect_until_its_end(cast, effective, length, day):
    ended = effective + timedelta(days=length)
    rule = cast.instrument("memory-control", effective=effective, ended=ended)
    assert rule.in_force(day) == (effective <= day < ended)
    lasting = cast.instrument("memory-control", effective=effective)
    assert lasting.in_force(day) == (effective <= day)


DAY = date(2022, 5, 1)


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("memory-control", {"announced": date(2022, 5, 2), "effective": DAY}, "after effective"),
        ("memory-control", {"effective": DAY, "ended": date(2022, 4, 30)}, "before effective"),
        ("memory-control", {"id": "Not An Id"}, "pattern"),
        ("memory-control", {"citation": ""}, "at least 3 characters"),
        ("memory-control", {"destination": ["CN"]}, "Extra inputs"),
        ("memory-control", {"destinations": ["Atlantis"]}, "destinations"),
        ("memory-controls", {}, "does not match any of the expected tags"),
        ("chip-letter", {"products": [], "outcome": "denied"}, "at least 1 item"),
        ("chip-letter", {"products": ["Chip"], "outcome": "frowned-upon"}, "Input should be"),
        (
            "chip-threshold",
            {"tests": [{"all_of": [{"metric": "tpp", "at_least": "x"}], "outcome": "denied"}]},
            "no parameter 'x'",
        ),
        (
            "chip-threshold",
            {"tests": [{"all_of": [{"metric": "tpp"}], "outcome": "denied"}]},
            "needs 'at_least' or 'below'",
        ),
    ],
)
def test_an_instrument_that_makes_no_sense_is_refused(cast, kind, fields, says):
    with pytest.raises(ValidationError, match=says):
        cast.instrument(kind, **fields)


def test_an_instrument_does_not_change(cast):
    rule = cast.instrument("memory-control")
    with pytest.raises(ValidationError, match="frozen"):
        rule.effective = DAY
