"""Recorded against simulated supply: the rows are computed right, and misses are shown as misses.

The table itself is printed at the end of the test run; what it shows is asserted only as a share.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import numpy as np
import pytest
from pydantic import ValidationError
from rich.console import Console

from experiments.cli import status
from experiments.supply_record import (
    FIGURES,
    FUTURES,
    WIDTH,
    Row,
    beside,
    rows_as_json,
    rows_of,
    show,
    simulated,
)
from model.supply_record import SupplyRecord, supply_records
from model.world import World

# Of 36 records 25 lay within the ensemble's range when this was written, and 31 at least in part.
LEAST_IN_RANGE, LEAST_MET = 0.55, 0.75


def a_record(**fields: object) -> SupplyRecord:
    usual = {
        "figure": "smuggled_units",
        "year": 2023,
        "value": 20.0,
        "low": 15.0,
        "high": 30.0,
        "unit": "units",
        "label": "Smuggled",
        "source": "invented",
        "basis": "assumption",
    }
    return SupplyRecord.model_validate(usual | fields)


def printed(rows: list[Row], futures: int = FUTURES) -> str:
    page = io.StringIO()
    show(rows, f"prior ensemble, {futures} futures", Console(file=page, width=WIDTH))
    return page.getvalue()


def test_the_record_beside_the_ensemble(record_property: Callable[[str, object], None]) -> None:
    rows = rows_of(World(futures=FUTURES), supply_records())
    record_property("print-at-end", printed(rows))
    verdicts = [row.verdict for row in rows]
    assert verdicts.count("in range") >= LEAST_IN_RANGE * len(rows)
    assert len(rows) - verdicts.count("missed") >= LEAST_MET * len(rows)
    assert all(row.low <= row.median <= row.high for row in rows)


def test_what_comes_in_a_year_is_the_difference_of_two_readings() -> None:
    record = a_record()
    none = np.zeros(3)
    readings = {
        (record, 2022): (np.array([0.0, 0.0, 0.0]), none),
        (record, 2023): (np.array([1.0, 2.0, 4.0]), none),
        (record, 2024): (np.array([11.0, 22.0, 44.0]), none),
    }
    assert simulated(record, readings).tolist() == [10.0, 20.0, 40.0]
    multiple = a_record(against=2022)
    of_multiple = {(multiple, year): reading for (_, year), reading in readings.items()}
    assert simulated(multiple, of_multiple).tolist() == [10.0, 10.0, 10.0]
    stock = a_record(figure="smuggled_compute")
    of_stock = {(stock, year): reading for (_, year), reading in readings.items()}
    assert simulated(stock, of_stock).tolist() == [11.0, 22.0, 44.0]


def test_a_share_is_of_what_came_in_the_same_year() -> None:
    record = a_record(figure="scanner_share")
    readings = {
        (record, 2023): (np.array([1.0, 5.0]), np.array([10.0, 10.0])),
        (record, 2024): (np.array([2.0, 5.0]), np.array([30.0, 40.0])),
    }
    assert simulated(record, readings).tolist() == [5.0, 0.0]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (np.linspace(10.0, 40.0, 101), "in range"),
        (np.linspace(0.0, 18.0, 101), "overlaps"),
        (np.linspace(25.0, 60.0, 101), "overlaps"),
        (np.linspace(0.0, 14.0, 101), "missed"),
        (np.linspace(31.0, 60.0, 101), "missed"),
    ],
)
def test_a_miss_is_printed_as_a_miss(values: np.ndarray, verdict: str) -> None:
    row = beside(a_record(), values)
    assert row.verdict == verdict
    page = printed([row])
    assert ("MISSED" if verdict == "missed" else verdict) in page
    assert f"{int(verdict == 'missed')} are missed" in page


def test_a_date_not_reached_is_later_and_null() -> None:
    record = a_record(figure="node_date", of=("SMIC",), nm=5, unit="date", value=20, low=20)
    values = np.array([19.0] * 9 + [np.inf])
    row = beside(record, simulated(record, {(record, 2024): (values, np.zeros(10))}))
    assert (row.median, row.high) == (19.0, np.inf)
    assert row.verdict == "in range"
    assert "19.0-later" in printed([row])
    assert rows_as_json([row], 10, 1)["rows"][0]["p95"] is None


def test_the_readings_are_those_of_the_world() -> None:
    records = [record for record in supply_records() if record.year == 2022]
    rows = {row.record.label: row for row in rows_of(World(futures=1), records)}
    world = World(futures=1)
    world.run_to(world.calendar.date(12.0))
    nvidia = world.record.values("nvidia_hbm_units_cn")[-1][0]
    assert rows["Nvidia to China, A/H/H20 families"].median == nvidia
    assert rows["Nvidia, delivered worldwide"].median > nvidia * 0.3


def test_every_record_is_of_a_figure_and_of_a_year_that_is_simulated() -> None:
    for record in supply_records():
        assert record.figure in FIGURES, record.label
        assert record.year >= 2022
        assert record.against is None or 2022 <= record.against < record.year


def test_a_record_out_of_its_own_range_is_refused() -> None:
    with pytest.raises(ValidationError, match="low <= value <= high"):
        a_record(value=31.0)


def test_the_command_prints_the_table_and_its_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["supply", "--futures", "3"]) == 0
    page = capsys.readouterr().out
    assert "3 futures" in page
    assert "SMIC, 5 nm class in volume" in page
    assert max(len(line.rstrip()) for line in page.splitlines()) <= WIDTH
    assert status(["supply", "--futures", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["rows"]) == len(supply_records())


@pytest.mark.parametrize("arguments", [["--futures", "0"], ["--futures", "many"], ["--colour"]])
def test_a_bad_command_is_refused_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(["supply", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
