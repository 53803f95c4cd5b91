"""The lines of the chip market: which accelerators can be had, and what they are worth.

A line is a chip in one way of getting it: bought on the open market, smuggled, or rented abroad.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from agents import lithography, purchasing
from agents.arrays import Bools, Floats
from agents.designer import Designer
from agents.developer import Channel, Developer
from agents.records import ChipRecord, Region
from agents.surroundings import Parameters
from model.calendar import Calendar
from model.rules_by_future import Rulings

Way = Literal["sale", "smuggled", "rented"]

# Data-sheet figures of the H100 SXM (Nvidia), against which all chips are measured.
H100_FP16_TFLOPS = 989.0
H100_BANDWIDTH_GBS = 3350.0
H100_INTERCONNECT_GBS = 900.0
H100_DIE_MM2 = 814.0
# The largest field that a scanner exposes at once, mm2 (26 x 33 mm, less scribe lines).
RETICLE_MM2 = 830.0
USD_BN = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """A chip in one way of getting it.

    Attributes:
        ramp: share of a full offer, 0 to 1: new products start small; one number, or one per
            future ``(futures,)`` for a version whose launch differs between futures.
        barred: share of it that rules keep from China at large, where it is smuggled or rented.
    """

    chip: ChipRecord
    designer: Designer
    way: Way
    ramp: float | Floats
    barred: float | Floats = 0.0

    @property
    def dies(self) -> int:
        """Logic dies in a package."""
        return math.ceil(self.chip.die_mm2 / RETICLE_MM2)

    @property
    def dies_per_wafer(self) -> float:
        """Whole dies on a wafer, before yield."""
        return lithography.dies_per_wafer(self.chip.die_mm2 / self.dies)


def lines_on_sale(
    designers: Sequence[Designer],
    rules: Rulings,
    calendar: Calendar,
    parameters: Parameters,
    start: float,
    end: float,
) -> list[Line]:
    """Lines that can be had in ``[start, end)``, sales first, then smuggled, then rented.

    What is smuggled and rented are the chips on general sale elsewhere that the rules keep from
    China, of the designer that Chinese buyers ask for: the one with the most mature software.
    """
    sales = [
        Line(chip, designer, "sale", _ramp(*_sale(chip, calendar), parameters, start, end))
        for designer in designers
        for chip in designer.on_sale(start, end)
    ]
    sales += [
        Line(
            planned.chip,
            designer,
            "sale",
            _ramp(planned.launches, planned.ends, parameters, start, end),
        )
        for designer in designers
        for planned in designer.planned
        if ((planned.launches < end) & (planned.ends > start)).any()
    ]
    sought = max(designers, key=lambda designer: designer.recorded_software)
    barred = [
        (line, share)
        for line in sales
        if line.designer is sought and line.chip.sold_to == "anyone"
        for share in [1.0 - rules.chip_sale(line.chip, "CN", "", start, end)]
        if np.any(share > 0.0)
    ]
    ways: tuple[Way, ...] = ("smuggled", "rented")
    return [
        *sales,
        *(
            Line(line.chip, line.designer, way, line.ramp, share)
            for way in ways
            for line, share in barred
        ),
    ]


def offered(
    lines: Sequence[Line],
    developer: Developer,
    rules: Rulings,
    parameters: Parameters,
    start: float,
    end: float,
    *,
    insecure: bool | Bools,
) -> Floats:
    """How freely a developer may take each line, and how much it favours its own designer's.

    Args:
        lines: the lines.
        developer: the buyer.
        rules: the rule book.
        parameters: parameters of the choice.
        start: the period's beginning, months.
        end: its end.
        insecure: whether rules bar the best foreign chips, so that Chinese buyers value a supply
            that no foreign rule can cut.

    Returns:
        Weights ``(lines, futures)``: 0 not at all, 1 freely, more for its own designer's chips.
    """
    own_chip_preference = parameters["own_chip_preference"]
    secure = 1.0 + parameters["security_of_supply"] * insecure
    weights = np.zeros((len(lines), *own_chip_preference.shape))
    for row, line in enumerate(lines):
        freely = _freely_offered(line, developer, rules, start, end)
        if isinstance(freely, float) and freely == 0.0:
            continue
        weights[row] = freely
        if line.chip.designer == developer.own_designer:
            weights[row] *= own_chip_preference
        if developer.region == line.chip.home == "CN":
            weights[row] *= secure
    return weights


def _freely_offered(
    line: Line, developer: Developer, rules: Rulings, start: float, end: float
) -> float | Floats:
    chip, region = line.chip, developer.region
    own = chip.designer == developer.own_designer
    if developer.only_own_chips and not own:
        return 0.0
    if line.way != "sale":
        if region != "CN":
            return 0.0
        barred = 1.0 - rules.chip_sale(chip, region, developer.name, start, end)
        abroad = rules.cloud_access(region, start, end) if line.way == "rented" else 1.0
        return line.ramp * barred * abroad
    if chip.sold_to == "developer" and not own:
        return 0.0
    if chip.sold_to == "china" and region != "CN":
        return 0.0
    return line.ramp * rules.chip_access(chip, region, developer.name, start, end)


def worth(lines: Sequence[Line], parameters: Parameters) -> tuple[Floats, Floats]:
    """Worth of a unit of each line for training and for serving, H100 equivalents.

    Returns:
        Two arrays ``(lines, futures)``.
    """
    software = np.array([line.designer.software for line in lines])
    linked = column(lines, lambda chip: max(chip.interconnect_gbs, 1.0) / H100_INTERCONNECT_GBS)
    joined = np.minimum(linked, 1.0) ** parameters["interconnect_weight"]
    training = column(lines, lambda chip: chip.fp16_tflops / H100_FP16_TFLOPS) * software * joined
    bandwidth = column(lines, lambda chip: chip.memory_bandwidth_gbs / H100_BANDWIDTH_GBS)
    return training, bandwidth * software * joined


def appeals(
    lines: Sequence[Line],
    training: Floats,
    serving: Floats,
    price: Floats,
    parameters: Parameters,
) -> tuple[Floats, Floats]:
    """Weights by worth in the choice of a buyer who only trains, and of one who only serves.

    Worth per dollar is against the best that is for sale in a future, not against versions that
    only other futures brought out.
    """
    there = np.array([np.broadcast_to(line.ramp > 0.0, price.shape[1:]) for line in lines])
    training, serving = training * there, serving * there
    sensitivity = parameters["price_sensitivity"]
    return (
        purchasing.appeal(training / price, sensitivity=sensitivity),
        purchasing.appeal(serving / price, sensitivity=sensitivity),
    )


def familiarity(lines: Sequence[Line], region: Region | str) -> Floats:
    """Pull of each line's software on buyers of a region, ``(lines, futures)``.

    Code is written for mature software that many use, which draws buyers by more than the share of
    peak that it delivers.
    """
    pull = {line.designer.name: line.designer for line in lines}
    by_designer = {name: designer.familiarity(region) for name, designer in pull.items()}
    return np.array([by_designer[line.designer.name] for line in lines])


def column(lines: Sequence[Line], figure: Callable[[ChipRecord], float]) -> Floats:
    """A data-sheet figure of each line's chip as a column, ``(lines, 1)``."""
    return np.array([[figure(line.chip)] for line in lines])


def channel_of(line: Line, region: Region | str) -> Channel:
    """The channel by which a line reaches buyers of a region."""
    if line.way != "sale":
        return line.way
    if line.chip.home == region:
        return "domestic" if region == "CN" else "direct"
    return "variant" if line.chip.sold_to == "china" else "direct"


def _sale(chip: ChipRecord, calendar: Calendar) -> tuple[float, float]:
    """When a recorded chip's sale began and ended, months; infinite where it goes on."""
    ended = math.inf if chip.discontinued is None else calendar.months(chip.discontinued)
    return calendar.months(chip.launched), ended


def _ramp(
    launched: float | Floats,
    ended: float | Floats,
    parameters: Parameters,
    start: float,
    end: float,
) -> float | Floats:
    """Share of a full offer in a period: rises from launch on, ends with the product.

    One number, or one per future where ``launched`` is: infinite where it is never sold.
    """
    present = np.maximum(0.0, np.minimum(end, ended) - np.maximum(start, launched)) / (end - start)
    age = (start + end) / 2.0 - launched
    grown = age / parameters.certain("product_ramp_months")
    ramp: float | Floats = present * np.clip(grown, parameters.certain("product_ramp_start"), 1.0)
    return ramp
