"""Time: months since the start of the record, and calendar dates, both ways.

One unit of simulated time is one calendar month.  A whole number is the first day of a month;
the fraction is the share of that month's days gone by.  The clock therefore resolves single days,
and a date survives the way there and back unchanged.
"""

from __future__ import annotations

import calendar as gregorian
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

MONTHS_PER_YEAR = 12
MONTHS_PER_QUARTER = 3

RECORD_START = dt.date(2022, 1, 1)

_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Converts between months since ``start`` and dates.

    Args:
        start: the day at which the clock reads 0.0; the first of a month.
    """

    start: dt.date = RECORD_START

    def __post_init__(self) -> None:
        if self.start.day != 1:
            raise ValueError(f"a calendar starts on the first of a month, not on {self.start}")

    @property
    def end(self) -> int:
        """Months from the start to the last year that a date can lie in."""
        return (dt.MAXYEAR - self.start.year) * MONTHS_PER_YEAR

    def months(self, day: dt.date) -> float:
        """Months from the start to the beginning of ``day``; negative before the start."""
        whole = (day.year - self.start.year) * MONTHS_PER_YEAR + day.month - self.start.month
        return whole + (day.day - 1) / _days_in_month(day.year, day.month)

    def date(self, months: float) -> dt.date:
        """The day that contains the moment ``months`` after the start."""
        # A day's beginning may come out a rounding error early; a microsecond mends that.
        whole, fraction = divmod(months + 1e-9, 1.0)
        first = self.month(int(whole))
        days = _days_in_month(first.year, first.month)
        return first + dt.timedelta(days=int(fraction * days))

    def month(self, index: int) -> dt.date:
        """The first day of month number ``index`` (0 is the month of the start)."""
        years, month = divmod(self.start.month - 1 + index, MONTHS_PER_YEAR)
        return dt.date(self.start.year + years, month + 1, 1)

    def index(self, day: dt.date) -> int:
        """Number of the month that contains ``day``."""
        return int(self.months(day.replace(day=1)))


@cache
def _days_in_month(year: int, month: int) -> int:
    """Days of a month; dates are converted often enough for the answer to be kept."""
    return gregorian.monthrange(year, month)[1]


def parse_year_month(text: str) -> dt.date:
    """Read ``YYYY-MM`` as the first day of that month.

    Raises:
        ValueError: saying what was expected, if the text has another form or names no month.
    """
    match = _YEAR_MONTH.fullmatch(text.strip())
    if match is None or not 1 <= int(match[2]) <= MONTHS_PER_YEAR or int(match[1]) == 0:
        raise ValueError(f"'{text}' is not a month: expected YYYY-MM, such as 2025-06")
    return dt.date(int(match[1]), int(match[2]), 1)
