"""Each kind of reading against a record whose answer is known, and files that are refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from pydantic import TypeAdapter

from agents.arrays import Floats
from model import patterns as patterns_module
from model.loading import DataError, read
from model.outcomes import OUTCOMES
from model.patterns import CountAhead, Past, Pattern, Reading, patterns
from model.record import Record

JANUARY, JULY = dt.date(2022, 1, 1), dt.date(2022, 7, 1)


class Written:
    """A record of seven months in which outcomes are what a test says, zero otherwise."""

    def __init__(self, **columns: Any) -> None:
        self.dates = [dt.date(2022, month, 1) for month in range(1, 8)]
        self._columns = columns

    def values(self, name: str) -> Floats:
        return np.asarray(self._columns.get(name, np.zeros((7, 2))), dtype=np.float64)


def steady(*ends: tuple[float, float]) -> Floats:
    """Months by futures: from the first to the last of each pair in a straight line."""
    return np.stack([np.linspace(first, last, 7) for first, last in ends], axis=1)


def reading(**fields: Any) -> Reading:
    pattern = Pattern.model_validate(A_PATTERN | {"reading": fields})
    return pattern.reading


def read_off(reading: Reading, **columns: Any) -> list[float]:
    past = Past(cast("Record", Written(**columns)))
    return [float(value) for value in reading.of(past)]


A_PATTERN: dict[str, Any] = {
    "id": "gap-2022",
    "title": "A gap",
    "half": "demand",
    "reading": {"kind": "level", "outcome": "compute_us", "at": JULY},
    "unit": "months",
    "value": 3.0,
    "low": 2.0,
    "high": 8.0,
    "source": "invented",
    "basis": "assumption",
}


def test_a_level_is_the_outcome_of_the_month():
    level = reading(kind="level", outcome="compute_us", at=dt.date(2022, 4, 1))
    assert read_off(level, compute_us=steady((1, 7), (10, 70))) == [4.0, 40.0]


def test_censored_values_lie_beyond_every_number_and_undefined_ones_stay_missing():
    level = reading(kind="level", outcome="gap_months", at=JULY)
    gap, side = np.full((7, 4), np.nan), np.zeros((7, 4))
    gap[:, 0], side[:, 1], side[:, 2] = 5.0, 1.0, -1.0
    found = read_off(level, gap_months=gap, gap_censored=side)
    assert found[:3] == [5.0, np.inf, -np.inf]
    assert np.isnan(found[3])


def test_logarithms_are_undone():
    level = reading(kind="level", outcome="largest_run_us", at=JULY)
    assert read_off(level, largest_run_us=steady((24, 25), (20, 26))) == [1e25, 1e26]
    growth = reading(kind="growth", outcomes=["efficiency_us"], since=JANUARY, until=JULY)
    # A factor of ten in half a year is a factor of a hundred in a year.
    assert read_off(growth, efficiency_us=steady((0, 1), (2, 2))) == pytest.approx([100.0, 1.0])


def test_a_ratio_is_of_sums_and_its_months_may_differ():
    columns = {"compute_us": steady((4, 6), (0, 9)), "compute_cn": steady((1, 2), (0, 0))}
    share = reading(
        kind="ratio", outcomes=["compute_cn"], over=["compute_us", "compute_cn"], at=JULY
    )
    assert read_off(share, **columns) == [0.25, 0.0]
    later = reading(
        kind="ratio", outcomes=["compute_us"], over=["compute_cn"], at=JULY, over_at=JANUARY
    )
    six, undefined = read_off(later, **columns)
    assert six == 6.0
    assert np.isnan(undefined), "over nothing"
    assert later.last == JULY


def test_a_change_is_what_a_total_gains_and_unknown_between_infinities():
    change = reading(kind="change", outcome="gap_months", since=JANUARY, until=JULY)
    gap, side = steady((9, 3), (0, 0), (0, 0)), np.zeros((7, 3))
    gap[0, 1], side[0, 1] = np.nan, 1.0
    gap[:, 2], side[:, 2] = np.nan, 1.0
    found = read_off(change, gap_months=gap, gap_censored=side)
    assert found[:2] == [-6.0, -np.inf]
    assert np.isnan(found[2])


def test_an_event_is_dated_by_the_first_month_that_shows_it():
    node = np.full((7, 3), 14.0)
    node[0:, 0], node[3:, 1] = 5.0, 7.0
    event = reading(kind="reached", outcome="node_cn_nm", at_most=7.0, until=JULY)
    assert read_off(event, node_cn_nm=node) == [2022.0, 2022.25, np.inf]


def test_respects_in_which_one_side_is_ahead_are_counted(monkeypatch: pytest.MonkeyPatch):
    """Equal is not ahead, and what one side alone has does not count."""
    fields = {"kind": "count_ahead", "ahead": "use_cn_", "behind": "use_us_", "at": JULY}
    named = dict.fromkeys(
        ("use_cn_retail", "use_us_retail", "use_cn_finance", "use_us_finance", "use_cn_health"),
        OUTCOMES["adoption_cn"],
    )
    monkeypatch.setattr(patterns_module, "OUTCOMES", {**OUTCOMES, **named})
    count = reading(**fields)
    assert isinstance(count, CountAhead)
    assert count.respects == ("retail", "finance")
    columns = {
        "use_cn_retail": steady((1, 2), (1, 2)),
        "use_us_retail": steady((1, 1), (1, 1)),
        "use_cn_finance": steady((1, 2), (1, 1)),
        "use_us_finance": steady((1, 1), (1, 1)),
    }
    assert read_off(count, **columns) == [2.0, 1.0]


def test_a_count_without_outcomes_to_count_is_refused(tmp_path: Path):
    line = refused(
        tmp_path,
        reading={"kind": "count_ahead", "ahead": "talent_cn_", "behind": "talent_us_", "at": JULY},
    )
    assert "talent_cn_" in line


def refused(folder: Path, **changes: Any) -> str:
    """The one line that a file with a changed pattern is refused with."""
    path = folder / "patterns.yaml"
    content = TypeAdapter(list[Any]).dump_json([A_PATTERN | changes], by_alias=True)
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(path, list[Pattern])
    line = str(caught.value)
    assert line.startswith(f"{path}: [0]")
    assert "\n" not in line
    return line


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"reading": {"kind": "level", "outcome": "gap", "at": JULY}},
            "no outcome is called 'gap'",
        ),
        (
            {"reading": {"kind": "level", "outcome": "gap_oom", "at": "2022-07-02"}},
            "first of a mon",
        ),
        (
            {"reading": {"kind": "level", "outcome": "gap_oom", "at": "2021-07-01"}},
            "first of a mon",
        ),
        ({"reading": {"kind": "guess", "outcome": "gap_oom", "at": JULY}}, "'level', 'ratio'"),
        (
            {"reading": {"kind": "ratio", "outcomes": [], "over": ["compute_us"], "at": JULY}},
            "at least 1 item",
        ),
        (
            {
                "reading": {
                    "kind": "change",
                    "outcome": "gap_oom",
                    "since": JULY,
                    "until": JANUARY,
                }
            },
            "since < until",
        ),
        ({"value": 9.0}, "low <= value <= high"),
        ({"value": None, "low": None, "high": None}, "'low', 'high' or both"),
        ({"high": None}, "needs both"),
        ({"half": "both"}, "half"),
        ({"title": "A title far too long for a line of the card"}, "36 characters"),
        ({"colour": "red"}, "expected no such key"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(
    tmp_path: Path, changes: dict[str, Any], words: str
):
    assert words in refused(tmp_path, **changes)


def test_an_id_used_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    content = TypeAdapter(list[Any]).dump_json([A_PATTERN, A_PATTERN])
    (tmp_path / "patterns.yaml").write_bytes(content)
    monkeypatch.setattr(patterns_module, "DATA", tmp_path)
    with pytest.raises(DataError, match="'gap-2022' is used twice"):
        patterns.__wrapped__()


def test_the_size_of_what_was_seen_is_that_of_its_value_range_or_bound():
    def centre(**changes: Any) -> float:
        return Pattern.model_validate(A_PATTERN | changes).centre

    assert centre() == 3.0
    assert centre(value=None) == 5.0
    assert centre(value=None, high=None) == 2.0


def test_the_patterns_that_ship_are_enough_dated_and_on_both_halves():
    found = patterns()
    assert len(found) >= 20
    assert {pattern.half for pattern in found} == {"supply", "demand"}
    assert all(sum(p.half == half for p in found) >= 10 for half in ("supply", "demand"))
    assert len({pattern.title for pattern in found}) == len(found)
