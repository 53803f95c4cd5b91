"""How each outcome is computed from the world at the present moment, one value per future.

A function that takes the world computes an outcome; one that takes a region, a channel or a name
gives back such a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, ratio, total
from agents.developer import CHANNELS, OPEN_CHANNELS, Channel
from agents.records import Region, Sector
from agents.talent_pool import Tier
from model.frontier import gap
from model.sectors import Market

if TYPE_CHECKING:
    from model.world import World


def gap_months(world: World) -> Floats:
    """Lag of the Chinese frontier of models, months."""
    frontiers = world.knowledge.frontiers
    return gap(frontiers["US"], frontiers["CN"], world.time)[0]


def gap_censored(world: World) -> Floats:
    """Where that lag is not known, and on which side."""
    frontiers = world.knowledge.frontiers
    return gap(frontiers["US"], frontiers["CN"], world.time)[1]


def gap_oom(world: World) -> Floats:
    """Distance between the frontiers of models, OOM; missing where one has no model."""
    frontiers = world.knowledge.frontiers
    us, cn = frontiers["US"].level, frontiers["CN"].level
    both = np.isfinite(us) & np.isfinite(cn)
    return np.where(both, np.where(both, us, 0.0) - np.where(both, cn, 0.0), np.nan)


def open_gap_months(world: World) -> Floats:
    """Lag between the frontiers of models with open weights, months."""
    frontiers = world.knowledge.open_frontiers
    return gap(frontiers["US"], frontiers["CN"], world.time)[0]


def open_gap_censored(world: World) -> Floats:
    """Where that lag is not known, and on which side."""
    frontiers = world.knowledge.open_frontiers
    return gap(frontiers["US"], frontiers["CN"], world.time)[1]


def chip_gap_years(world: World) -> Floats:
    """Lag of the best Chinese foundry, years."""
    return gap(*world.node_frontiers, world.time)[0] / 12.0


def chip_gap_censored(world: World) -> Floats:
    """Where that lag is not known, and on which side."""
    return gap(*world.node_frontiers, world.time)[1]


def compute(region: str) -> Callable[[World], Floats]:
    """Installed compute of a region's developers, H100e."""

    def installed(world: World) -> Floats:
        return total([total(d.fleet) for d in world.developers_of(region)])

    return installed


def compute_by(channel: Channel) -> Callable[[World], Floats]:
    """Installed compute of Chinese developers by a channel, H100e."""
    row = CHANNELS.index(channel)

    def installed(world: World) -> Floats:
        return total([d.fleet[row] for d in world.developers_of("CN")])

    return installed


def compute_ratio(world: World) -> Floats:
    """US over Chinese installed compute; missing where China has none."""
    return ratio(compute("US")(world), compute("CN")(world), otherwise=np.nan)


def openly_delivered(designer: str) -> Callable[[World], Floats]:
    """Units of a designer's products delivered openly to Chinese buyers since the start."""

    def units(world: World) -> Floats:
        return delivered_to_china(world, world.products_of(designer), OPEN_CHANNELS)

    return units


def delivered_to_china(world: World, chips: Iterable[str], channels: Iterable[Channel]) -> Floats:
    """Units of chips that Chinese developers received by channels since the start."""
    base, channels = world.chip_market.installed_base, tuple(channels)
    delivered = [base.delivered("CN", chip, channel) for chip in chips for channel in channels]
    return total([np.zeros(world.futures), *delivered])


def leading_wafers(foundry: str) -> Callable[[World], Floats]:
    """Leading capacity of a foundry, thousand wafers a month."""

    def capacity(world: World) -> Floats:
        return world.foundry(foundry).wafers

    return capacity


def scanners_received(world: World) -> Floats:
    """Immersion scanners received by Chinese foundries since the start."""
    chinese = [foundry for foundry in world.foundries if foundry.region == "CN"]
    return total(foundry.tools_received["immersion"] for foundry in chinese)


def largest_run(region: str) -> Callable[[World], Floats]:
    """Largest training run finished in a region, log10 FLOP."""

    def largest(world: World) -> Floats:
        flop = np.zeros(world.futures)
        for developer in world.developers_of(region):
            flop = np.maximum(flop, developer.largest_run)
        return np.log10(np.maximum(flop, 1.0))

    return largest


def efficiency(region: str) -> Callable[[World], Floats]:
    """Best algorithmic efficiency of a region's developers, OOM."""

    def best(world: World) -> Floats:
        firms = [d for d in world.developers_of(region) if d.exists]
        found = firms[0].efficiency
        for developer in firms[1:]:
            found = np.maximum(found, developer.efficiency)
        return found

    return best


def node_nm(leader: int) -> Callable[[World], Floats]:
    """Most advanced node class outside China (0) or in China (1), nm."""

    def best(world: World) -> Floats:
        return world.best_node_nm(leader)

    return best


def people(region: Region, tier: Tier) -> Callable[[World], Floats]:
    """People of a tier who work in a region."""

    def working(world: World) -> Floats:
        return world.labour_market.people(region, tier)

    return working


def adopted(market: Market, sector: Sector | None = None) -> Callable[[World], Floats]:
    """Adoption index of a market, or of one of its sectors."""

    def index(world: World) -> Floats:
        return world.adoption.adopted(market, sector)

    return index


def ai_revenue(region: Region) -> Callable[[World], Floats]:
    """Revenue from use of a region's developers, USD bn a year."""

    def revenue(world: World) -> Floats:
        return world.adoption.revenue[region]

    return revenue


def subsidies(code: str) -> Callable[[World], Floats]:
    """Subsidies that a government has paid, USD bn."""

    def paid(world: World) -> Floats:
        return world.government(code).subsidies_paid

    return paid
