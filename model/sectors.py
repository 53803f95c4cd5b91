"""Sectors and markets: where AI is used, and what each place had to work with before 2022."""

from __future__ import annotations

from functools import cache

from pydantic import Field, model_validator

from agents.records import MARKETS, SECTORS, Market, Quantity, Region, Sector, Strict
from model.loading import DATA, read

__all__ = ["MARKETS", "SECTORS", "Market", "SectorData", "sector_data"]


class MarketRecord(Strict):
    """A place where AI is used."""

    title: str
    home_of: Region = Field(description="developers of this region are at home here")
    users: Quantity = Field(description="internet users, 2021")
    labour_cost: Quantity = Field(description="cost of work against the United States, 2021")
    trust: Quantity = Field(description="people who see more benefits than drawbacks in AI, 2021")
    permission: Quantity = Field(
        description="share of uses in wholly regulated work that rules let start at once"
    )
    deployment: dict[Region, Quantity] = Field(
        description="share of use by region of the developers, January 2022; normalised"
    )


class AccessRecord(Strict):
    """How far a market is open to developers of another region."""

    developers: Region
    market: Market
    share: Quantity


class Characteristic(Strict):
    """A measured trait of markets before 2022."""

    title: str
    by_market: dict[Market, Quantity]


class SectorRecord(Strict):
    """A sector of the economy."""

    title: str
    need: Quantity = Field(description="progress since January 2022 before models are useful, OOM")
    regulated: Quantity = Field(description="how far use waits for permission, 0 to 1")
    exposure: Quantity = Field(description="share of its work that AI may take on")
    value_added: dict[Market, float] = Field(description="share of GDP, 2021")
    scenario: dict[str, float] = Field(description="weights of characteristics; they sum to 1")


class SectorData(Strict):
    """The whole of ``model/data/sectors.yaml``."""

    markets: dict[Market, MarketRecord]
    access: tuple[AccessRecord, ...]
    characteristics: dict[str, Characteristic]
    sectors: dict[Sector, SectorRecord]

    @model_validator(mode="after")
    def _complete(self) -> SectorData:
        if set(self.markets) != set(MARKETS) or set(self.sectors) != set(SECTORS):
            raise ValueError(f"expected the markets {MARKETS} and the sectors {SECTORS}")
        for name, trait in self.characteristics.items():
            figures = trait.by_market
            if set(figures) != set(MARKETS) or min(f.value for f in figures.values()) <= 0.0:
                raise ValueError(f"characteristic '{name}': expected a positive figure by market")
        for name, sector in self.sectors.items():
            unknown = set(sector.scenario) - set(self.characteristics)
            if unknown or abs(sum(sector.scenario.values()) - 1.0) > 1e-9:
                raise ValueError(
                    f"sector '{name}': expected weights of characteristics that sum to 1"
                )
            if set(sector.value_added) != set(MARKETS):
                raise ValueError(f"sector '{name}': expected the value added in every market")
        return self


@cache
def sector_data() -> SectorData:
    """Sectors and markets.

    Raises:
        DataError: if the file is at fault.
    """
    found: SectorData = read(DATA / "sectors.yaml", SectorData)
    return found
