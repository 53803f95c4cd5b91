"""The supply side as recorded and as simulated: ``aigap supply``, and the table of ``make test``.

A world lives through the years of the records and is read at the end of each; then every record is
put beside the ensemble.  What the ensemble misses is shown as missed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np
from rich.console import Console
from rich.table import Table

from agents import lithography
from agents.arrays import Floats, ratio, total
from agents.designer import Designer
from agents.developer import CHANNELS, OPEN_CHANNELS
from agents.toolmaker import Toolmaker
from experiments.ensemble_choice import ensemble as ensemble_of
from experiments.options import AsJson, EnsembleName, FuturesSimulated
from experiments.terminal import compact, console_for, plain_table, print_json
from model import loading, measures
from model.calendar import RECORD_START
from model.supply_record import SupplyRecord, supply_records
from model.world import DEFAULT_SEED, World

FUTURES = 300
WIDTH = 116
Verdict = Literal["in range", "overlaps", "missed"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the supply side that a world is read for.

    Attributes:
        timing: whether it is what came in the year, what there is at its end, or a date.
        definition: what is simulated, in a sentence.
        amount: the reading at a moment; what came in a year is the difference of two.
        per: what the amount is a percentage of, read in the same way.
    """

    timing: Literal["in the year", "at its end", "date"]
    definition: str
    amount: Callable[[World, SupplyRecord], Floats]
    per: Callable[[World], Floats] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A record beside the ensemble: its median and its 5% and 95% points."""

    record: SupplyRecord
    median: float
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """Whether the recorded value, or at least part of its range, lies from 5% to 95%."""
        if self.low <= self.record.value <= self.high:
            return "in range"
        meets = self.low <= self.record.high and self.record.low <= self.high
        return "overlaps" if meets else "missed"


def rows_of(world: World, records: Sequence[SupplyRecord]) -> list[Row]:
    """Let a new world live through the years of the records, and put each beside the ensemble."""
    readings = lived_through(world, records)
    return [beside(record, simulated(record, readings)) for record in records]


def lived_through(
    world: World, records: Sequence[SupplyRecord]
) -> dict[tuple[SupplyRecord, int], tuple[Floats, Floats]]:
    """Readings of each record's figure, and of what it is a part of, at the start of each year."""
    readings = {}
    for year in range(RECORD_START.year, max(record.year for record in records) + 2):
        world.run_to(dt.date(year, 1, 1))
        for record in records:
            figure = FIGURES[record.figure]
            whole = figure.per(world) if figure.per else np.zeros(world.futures)
            readings[record, year] = (np.array(figure.amount(world, record)), whole)
    return readings


def simulated(
    record: SupplyRecord, readings: Mapping[tuple[SupplyRecord, int], tuple[Floats, Floats]]
) -> Floats:
    """What a record says, as it came out in the ensemble, ``(futures,)``."""
    figure = FIGURES[record.figure]
    if figure.timing == "date":
        return readings[record, max(year for _, year in readings)][0]

    def in_year(year: int) -> Floats:
        amount, whole = readings[record, year + 1]
        if figure.timing == "at its end":
            return amount
        before, whole_before = readings[record, year]
        came = amount - before
        return 100.0 * ratio(came, whole - whole_before) if figure.per else came

    came = in_year(record.year)
    return came if record.against is None else ratio(came, in_year(record.against), np.inf)


def beside(record: SupplyRecord, values: Floats) -> Row:
    """A record and the ensemble's range; an infinite point is a date not reached by then."""
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    return Row(record, float(median), float(low), float(high))


# --- figures --------------------------------------------------------------------------------------


def _open_units(world: World, record: SupplyRecord) -> Floats:
    designers = {designer.name for designer in world.agents_by_type[Designer]}
    chips = [
        chip
        for name in record.of
        for chip in (world.products_of(name) if name in designers else [name])
    ]
    return measures.delivered_to_china(world, chips, OPEN_CHANNELS)


def _domestic_units(world: World, _: SupplyRecord) -> Floats:
    chips = [chip.name for chip in loading.chips()]
    return measures.delivered_to_china(world, chips, ("domestic",))


def _smuggled_units(world: World, _: SupplyRecord) -> Floats:
    return world.chip_market.grey.smuggled - world.chip_market.grey.seized


def _smuggled_compute(world: World, _: SupplyRecord) -> Floats:
    arrived = [
        measures.delivered_to_china(world, [chip.name], ("smuggled",)) * chip.h100e
        for chip in loading.chips()
    ]
    return total(arrived)


def _leading_wafers(world: World, record: SupplyRecord) -> Floats:
    return total(world.foundry(name).wafers for name in record.of)


def _memory_imported(world: World, _: SupplyRecord) -> Floats:
    return world.chip_market.memory_market.imported_by_china


def _scanners_shipped(world: World, *, chinese: bool) -> Floats:
    shipped = [
        sets
        for maker in world.agents_by_type[Toolmaker]
        for tool_class, sets in maker.shipped.items()
        if (maker.region == "CN") is chinese and tool_class.startswith("immersion")
    ]
    return total([np.zeros(world.futures), *shipped])


def _scanners_imported(world: World, _: SupplyRecord) -> Floats:
    return measures.scanners_received(world) - _scanners_shipped(world, chinese=True)


def _foreign_scanners(world: World) -> Floats:
    return _scanners_shipped(world, chinese=False)


def _installed_compute(world: World, record: SupplyRecord) -> Floats:
    at_home = [row for row, channel in enumerate(CHANNELS) if channel != "rented"]
    developers = [d for region in record.of for d in world.developers_of(region)]
    return total(total(developer.fleet[at_home]) for developer in developers)


def _delivered_compute(world: World, record: SupplyRecord) -> Floats:
    return total(d.shipped for d in world.agents_by_type[Designer] if d.name in record.of)


def _node_date(world: World, record: SupplyRecord) -> Floats:
    reached = world.foundry(record.of[0]).reached[lithography.rung(record.nm or 0.0)]
    return np.asarray(RECORD_START.year + reached / 12.0)


FIGURES: Mapping[str, Figure] = {
    "open_units": Figure(
        "in the year",
        "Accelerators of a designer, or named ones, delivered openly to Chinese buyers",
        _open_units,
    ),
    "domestic_units": Figure(
        "in the year", "Accelerators of Chinese design delivered to Chinese buyers", _domestic_units
    ),
    "leading_wafers": Figure(
        "at its end", "A foundry's capacity at 7 nm class and below", _leading_wafers
    ),
    "memory_imported": Figure(
        "at its end",
        "Stacks of high-bandwidth memory that Chinese designers bought abroad since 2022",
        _memory_imported,
    ),
    "scanners_imported": Figure(
        "in the year",
        "Immersion scanners of makers abroad received by Chinese foundries for 7 nm and below",
        _scanners_imported,
    ),
    "scanner_share": Figure(
        "in the year",
        "Those scanners as a percentage of all that makers abroad shipped for 7 nm and below",
        _scanners_imported,
        _foreign_scanners,
    ),
    "smuggled_units": Figure(
        "in the year", "Barred accelerators smuggled and not seized", _smuggled_units
    ),
    "smuggled_compute": Figure(
        "at its end",
        "Compute of the accelerators smuggled and not seized since 2022, worn-out ones included",
        _smuggled_compute,
    ),
    "installed_compute": Figure(
        "at its end",
        "Compute of a region's developers in use, what they rent abroad left out",
        _installed_compute,
    ),
    "delivered_compute": Figure(
        "in the year", "Compute that a designer delivered worldwide", _delivered_compute
    ),
    "node_date": Figure(
        "date", "When a foundry first made a node class in volume, in years", _node_date
    ),
}


# --- showing it -----------------------------------------------------------------------------------


def supply_table(rows: Sequence[Row], ensemble: str) -> Table:
    """Records beside the ensemble, one to a line."""
    table = plain_table(f"Supply side, recorded and simulated: {ensemble}")
    table.add_column("Figure, unit", no_wrap=True)
    for heading in ("Year", "Record", "Its range", "Median", "5%-95%"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Record is", no_wrap=True)
    for row in rows:
        record = row.record
        marks = ("+" if record.in_view else "") + ("*" if record.differs else "")
        unit = record.unit
        known = record.low < record.high
        table.add_row(
            f"{record.label}{', ' + unit if unit != 'date' else ''} {marks}".rstrip(),
            str(record.year),
            compact(record.value, unit),
            _range(record.low, record.high, unit) if known else "",
            compact(row.median, unit),
            _range(row.low, row.high, unit),
            row.verdict if row.verdict != "missed" else "[bold]MISSED[/bold]",
        )
    return table


def supply_notes(rows: Sequence[Row]) -> list[str]:
    """What has to be known to read the table."""

    def counted(verdict: Verdict) -> int:
        return sum(row.verdict == verdict for row in rows)

    notes = [
        f"{counted('in range')} of {len(rows)} records lie within the ensemble's 5-95% range,"
        f" {counted('overlaps')} more overlap it with their own range,"
        f" {counted('missed')} are missed.",
        "+ an input of the model was set with this record in view, so that a hit shows little",
    ]
    for row in rows:
        note = f"* {row.record.label}: {row.record.differs}"
        if row.record.differs and note not in notes:
            notes.append(note)
    return notes


def rows_as_json(
    rows: Sequence[Row], futures: int, seed: int, ensemble: str = "prior"
) -> dict[str, Any]:
    """The table for a program; a date that is not reached is null."""

    def known(value: float) -> float | None:
        return value if isfinite(value) else None

    return {
        "schema_version": 1,
        "ensemble": ensemble,
        "futures": futures,
        "seed": seed,
        "rows": [
            {
                "record": row.record.model_dump(),
                "simulated": FIGURES[row.record.figure].definition,
                "timing": FIGURES[row.record.figure].timing,
                "median": known(row.median),
                "p5": known(row.low),
                "p95": known(row.high),
                "verdict": row.verdict,
            }
            for row in rows
        ],
    }


def supply(
    futures: FuturesSimulated = FUTURES,
    ensemble: EnsembleName = "prior",
    as_json: AsJson = False,
) -> None:
    """Put what the supply side did, by year, beside what is simulated under recorded history."""
    chosen = ensemble_of(ensemble)
    numbers = chosen.first(futures, DEFAULT_SEED)
    world = World(futures=futures, seed=DEFAULT_SEED, numbers=numbers)
    rows = rows_of(world, supply_records())
    if as_json:
        print_json(rows_as_json(rows, futures, DEFAULT_SEED, chosen.name))
        return
    show(rows, chosen.in_words(futures), console_for(WIDTH))


def show(rows: Sequence[Row], ensemble: str, console: Console) -> None:
    """Print the table and its notes."""
    console.print(supply_table(rows, ensemble))
    for note in supply_notes(rows):
        console.print(note, highlight=False, markup=False)


def _range(low: float, high: float, unit: str) -> str:
    return f"{compact(low, unit)}-{compact(high, unit)}"
