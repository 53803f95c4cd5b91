"""Dates and months, both ways."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.calendar import Calendar, parse_year_month

CALENDAR = Calendar()
DAYS = [dt.date(2018, 1, 1) + dt.timedelta(days=n) for n in range(24 * 365 + 6)]


def test_every_day_survives_the_way_there_and_back():
    assert DAYS[-1] == dt.date(2041, 12, 31)
    assert [CALENDAR.date(CALENDAR.months(day)) for day in DAYS] == DAYS


def test_later_days_are_later_and_months_begin_at_whole_numbers():
    months = [CALENDAR.months(day) for day in DAYS]
    assert all(earlier < later for earlier, later in pairwise(months))
    for day, month in zip(DAYS, months, strict=True):
        assert (month == round(month)) == (day.day == 1)
        assert CALENDAR.index(day) == (day.year - 2022) * 12 + day.month - 1


@pytest.mark.parametrize(
    ("day", "months"),
    [
        (dt.date(2022, 1, 1), 0.0),
        (dt.date(2023, 1, 1), 12.0),
        (dt.date(2021, 12, 1), -1.0),
        (dt.date(2024, 2, 29), 25.0 + 28.0 / 29.0),
        (dt.date(2023, 2, 28), 13.0 + 27.0 / 28.0),
        (dt.date(2022, 4, 16), 3.5),
    ],
)
def test_known_moments(day: dt.date, months: float) -> None:
    assert CALENDAR.months(day) == pytest.approx(months)


def test_leap_years_have_their_day():
    def after_the_28th(year: int) -> dt.date:
        months = CALENDAR.months(dt.date(year, 2, 28))
        return CALENDAR.date(months + 1.0 / (29 if year % 4 == 0 else 28))

    assert after_the_28th(2024) == dt.date(2024, 2, 29)
    assert after_the_28th(2023) == dt.date(2023, 3, 1)


@given(st.dates(dt.date(2018, 1, 1), dt.date(2041, 12, 31)), st.floats(0.0, 0.99))
def test_any_moment_of_a_day_is_on_that_day(day, part):
    start, end = CALENDAR.months(day), CALENDAR.months(day + dt.timedelta(days=1))
    assert CALENDAR.date(start + part * (end - start)) == day


@given(st.integers(-600, 600))
def test_months_by_number(index):
    first = CALENDAR.month(index)
    assert first.day == 1
    assert CALENDAR.months(first) == index
    assert CALENDAR.index(first.replace(day=28)) == index


def test_another_start():
    calendar = Calendar(dt.date(2023, 7, 1))
    assert calendar.months(dt.date(2023, 7, 1)) == 0.0
    assert calendar.months(dt.date(2024, 1, 1)) == 6.0
    assert calendar.date(-1.0) == dt.date(2023, 6, 1)
    with pytest.raises(ValueError, match="first of a month, not on 2023-07-02"):
        Calendar(dt.date(2023, 7, 2))


# --- months as users write them -------------------------------------------------------------------


@given(st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)))
def test_a_month_is_read_as_its_first_day(day):
    assert parse_year_month(f"{day.year:04d}-{day.month:02d}") == day.replace(day=1)


def test_blanks_around_a_month_do_no_harm():
    assert parse_year_month(" 2025-06\n") == dt.date(2025, 6, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025",
        "2025-6",
        "2025-13",
        "2025-00",
        "2025-06-01",
        "0000-01",
        "06-2025",
        "20250-06",
        "x",
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="expected YYYY-MM, such as 2025-06"):
        parse_year_month(text)
