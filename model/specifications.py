"""What a rule looks at in a chip, and chips that are judged but not sold in the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Protocol

from pydantic import Field

from agents.records import Basis, ChipRecord, Region, Strict
from model.loading import DATA, chips, read


class Specification(Protocol):
    """The figures that rules on chips test; every ``ChipRecord`` has them."""

    @property
    def name(self) -> str:
        """Name of the product, by which letters know it."""

    @property
    def home(self) -> str:
        """Region of its designer, where no foreign rule bears on it."""

    @property
    def tpp(self) -> float:
        """Total processing performance: the highest dense rate times its bit length."""

    @property
    def performance_density(self) -> float:
        """TPP per square millimetre of logic die."""

    @property
    def memory_bandwidth_gbs(self) -> float:
        """Bandwidth of the memory, GB/s."""

    @property
    def interconnect_gbs(self) -> float:
        """Bandwidth of the links to other chips, both directions, GB/s."""


class ReferenceChip(Strict):
    """A real chip that analysts ask about and that is not sold in the model."""

    name: str
    designer: str
    home: Region
    launched: date
    fp16_tflops: float = Field(gt=0)
    int8_tops: float = Field(gt=0, description="the higher of the INT8 and FP8 rates")
    fp4_tflops: float = Field(default=0.0, ge=0)
    die_mm2: float = Field(gt=0)
    memory_bandwidth_gbs: float = Field(gt=0)
    interconnect_gbs: float = Field(ge=0, description="over all links and the bus, both directions")
    data_centre: bool = Field(description="made or sold for data centres")
    source: str
    basis: Basis

    @property
    def tpp(self) -> float:
        """Total processing performance: the highest dense rate times its bit length."""
        return max(self.fp16_tflops * 16, self.int8_tops * 8, self.fp4_tflops * 4)

    @property
    def performance_density(self) -> float:
        """TPP per square millimetre of logic die."""
        return self.tpp / self.die_mm2


@dataclass(frozen=True, slots=True)
class CustomChip:
    """A chip that need not exist, by the figures that rules test."""

    tpp: float
    performance_density: float
    interconnect_gbs: float
    memory_bandwidth_gbs: float
    data_centre: bool = True
    name: str = "custom chip"
    home: str = "US"


def for_data_centres(chip: Specification) -> bool:
    """Whether a chip is made or sold for data centres, as all chips sold in the model are."""
    return isinstance(chip, ChipRecord) or bool(getattr(chip, "data_centre", True))


@cache
def reference_chips() -> tuple[ReferenceChip, ...]:
    """Chips that are judged but not sold in the model, in order of launch."""
    found: list[ReferenceChip] = read(DATA / "reference_chips.yaml", list[ReferenceChip])
    return tuple(sorted(found, key=lambda chip: (chip.launched, chip.name)))


@cache
def known_chips() -> dict[str, ChipRecord | ReferenceChip]:
    """Every chip on record by name, those sold in the model first."""
    sold = {chip.name: chip for chip in chips()}
    return {**sold, **{chip.name: chip for chip in reference_chips()}}
