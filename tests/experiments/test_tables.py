from __future__ import annotations

from datetime import date
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from experiments.comparison import Comparison, Difference, Level, Quantile, Row, level
from experiments.manifest import StoredOutcome
from experiments.tables import comparison_notes, comparison_table

COMPUTE = StoredOutcome(
    name="lost_chip_revenue",
    unit="USD bn",
    definition="",
    source="",
    headline=True,
    censored_by=None,
    decimals=1,
)


def rendered(row: Row, width: int) -> str:
    stream = StringIO()
    console = Console(file=stream, width=width)
    comparison = Comparison("history", date(2030, 12, 1), 1000, (row,))
    console.print(comparison_table(comparison, "prior ensemble, 1,000 futures", width))
    return stream.getvalue()


def row_of(median: float, change: float, name: str = "no-controls") -> Row:
    found = Level(Quantile(median), Quantile(median / 2), Quantile(median * 2), 0.0, 0.0, 1000, 0)
    difference = Difference(
        change,
        change / 2,
        -3 * change,
        3 * change,
        (change * 0.9, change * 1.1),
        0.6,
        0.3,
        0.1,
        990,
        10,
    )
    return Row(COMPUTE, name, found, difference)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_figure_is_cut_short_on_any_terminal(width: int):
    text = rendered(row_of(443_200_000.0, -123_456_000.0, "double-chips-act-fast"), width)
    assert "\u2026" not in text
    assert max(len(line) for line in text.splitlines()) <= width
    for figure in ("443M", "222M to 886M", "-123M", "+370M to -370M", "60% / 30%"):
        assert figure in text
    assert ("-111M to -136M" in text) == (width >= 120)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.04, "0.0"),
        (7.25, "7.2"),
        (1809.0, "1,809"),
        (20_140.0, "20.1k"),
        (267_777.0, "268k"),
        (1_204_000.0, "1.20M"),
        (20_490_000.0, "20.5M"),
        (228_300_000.0, "228M"),
    ],
)
def test_large_figures_have_three_digits(value: float, shown: str):
    assert f" {shown} " in rendered(row_of(value, 1.0), 120)


def test_an_exact_zero_is_told_from_one_by_rounding():
    none = Difference(0.0, 0.0, 0.0, 0.0, (0.0, 0.0), 0.0, 0.0, 1.0, 1000, 0)
    known = level(np.array([1.0, 2.0]))
    assert "unchanged" in rendered(Row(COMPUTE, "same", known, none), 120)
    assert " 0 to 0 " in rendered(Row(COMPUTE, "same", known, none), 120)
    some = Difference(-0.01, -0.01, -0.01, 0.01, (0.0, 0.0), 0.4, 0.6, 0.0, 1000, 0)
    text = rendered(Row(COMPUTE, "same", known, some), 120)
    assert " 0.0 to 0.0 " in text
    assert "40% / 60%" in text


def test_censored_and_unpaired_futures_are_shown_and_noted():
    beyond = level(np.array([1.0, np.inf, np.inf, np.nan]))
    row = Row(COMPUTE, "open", beyond, row_of(1.0, 1.0).difference)
    assert "> record" in rendered(row, 120)
    notes = comparison_notes(Comparison("history", date(2030, 12, 1), 4, (row,)))
    assert any("66.7% of futures lie beyond the record (above)" in note for note in notes)
    assert any("not defined in 1 futures" in note for note in notes)
    assert any("990 pairs of futures, 10 left out" in note for note in notes)
