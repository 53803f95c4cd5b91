"""What the supply side of AI chips did, year by year: what simulated supply is held against."""

from __future__ import annotations

from functools import cache

from pydantic import Field

from model.loading import DATA, read
from model.observations import Measured


class SupplyRecord(Measured):
    """What a figure of the supply side was in, or at the end of, a year."""

    figure: str = Field(description="a figure of experiments/supply_record.py")
    of: tuple[str, ...] = Field(
        default=(), description="designers, chips or foundries that the figure is of"
    )
    nm: float | None = Field(default=None, description="node class, for the date of a node")
    against: int | None = Field(default=None, description="year that the figure is a multiple of")
    year: int
    in_view: bool = Field(
        default=False, description="whether an input of the model was set with this in view"
    )
    differs: str = Field(
        default="", description="where the source counts something else than is simulated"
    )


@cache
def supply_records() -> tuple[SupplyRecord, ...]:
    """Every record of the supply side, in the order of the file.

    Raises:
        DataError: if the file is at fault.
    """
    return tuple(read(DATA / "supply_record.yaml", list[SupplyRecord]))
