"""What the supply side of AI chips did, year by year: what simulated supply is held against."""

from __future__ import annotations

from functools import cache

from pydantic import Field, model_validator

from agents.records import Basis, Strict
from model.loading import DATA, read


class SupplyRecord(Strict):
    """What somebody found a figure of the supply side to be in, or at the end of, a year.

    ``low`` and ``high`` bound what the source, or the disagreement of sources, leaves possible
    (about 5-95%); a source that gives no error has both equal to ``value``.
    """

    figure: str = Field(description="a figure of experiments/supply_record.py")
    of: tuple[str, ...] = Field(
        default=(), description="designers, chips or foundries that the figure is of"
    )
    nm: float | None = Field(default=None, description="node class, for the date of a node")
    against: int | None = Field(default=None, description="year that the figure is a multiple of")
    year: int
    value: float = Field(allow_inf_nan=False)
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    unit: str
    label: str = Field(min_length=3, max_length=40)
    source: str = Field(min_length=3)
    basis: Basis
    in_view: bool = Field(
        default=False, description="whether an input of the model was set with this in view"
    )
    differs: str = Field(
        default="", description="where the source counts something else than is simulated"
    )

    @model_validator(mode="after")
    def _ordered(self) -> SupplyRecord:
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"expected low <= value <= high, got {self.low}, {self.value}, {self.high}"
            )
        return self


@cache
def supply_records() -> tuple[SupplyRecord, ...]:
    """Every record of the supply side, in the order of the file.

    Raises:
        DataError: if the file is at fault.
    """
    return tuple(read(DATA / "supply_record.yaml", list[SupplyRecord]))
