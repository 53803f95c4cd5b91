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
from agents.records import Region, Sector, Tier
from agents.released_models import PARTS
from agents.talent_pool import ORIGINS, TIERS
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


def frontier_parts(region: Region) -> Callable[[World], Floats]:
    """What the level of a region's best released model is made of, OOM, ``(parts, futures)``.

    The parts, in the order of ``PARTS``, add up to the level of the frontier; missing where no
    model was released.
    """

    def parts(world: World) -> Floats:
        known = world.knowledge
        released = np.isfinite(known.frontiers[region].level)
        return np.where(released, known.frontier_parts[region], np.nan)

    return parts


def gap_part(part: str) -> Callable[[World], Floats]:
    """What one part of the two frontier models adds to the distance between them, OOM."""
    row = PARTS.index(part)

    def distance(world: World) -> Floats:
        parts, frontiers = world.knowledge.frontier_parts, world.knowledge.frontiers
        both = np.isfinite(frontiers["US"].level) & np.isfinite(frontiers["CN"].level)
        return np.where(both, parts["US"][row] - parts["CN"][row], np.nan)

    return distance


def post_training(region: Region) -> Callable[[World], Floats]:
    """What post-training adds to the best released model of a region, OOM."""
    row = PARTS.index("post_training")

    def added(world: World) -> Floats:
        return np.asarray(world.knowledge.frontier_parts[region][row])

    return added


def cost_fixed_capability(world: World) -> Floats:
    """Least training compute of a model as good as the yardstick, log10 FLOP."""
    return world.knowledge.cheapest


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
        fleets = world.team_of(region)["fleet"]
        return total(total(fleets.swapaxes(0, 1)))

    return installed


def compute_by(channel: Channel) -> Callable[[World], Floats]:
    """Installed compute of Chinese developers by a channel, H100e."""
    row = CHANNELS.index(channel)

    def installed(world: World) -> Floats:
        return total(world.team_of("CN")["fleet"][:, row])

    return installed


def compute_ratio(world: World) -> Floats:
    """US over Chinese installed compute; infinite where China has none, 1 where neither has."""
    american, chinese = compute("US")(world), compute("CN")(world)
    return ratio(american, chinese, otherwise=np.where(american > 0.0, np.inf, 1.0))


def openly_delivered(designer: str) -> Callable[[World], Floats]:
    """Units of a designer's products delivered openly to Chinese buyers since the start."""

    def units(world: World) -> Floats:
        return delivered_to_china(world, world.products_of(designer), OPEN_CHANNELS)

    return units


def openly_delivered_with_hbm(designer: str) -> Callable[[World], Floats]:
    """The same of its products with high-bandwidth memory, which leaves out cards for inference."""

    def units(world: World) -> Floats:
        chips = [chip.name for chip in world.designer(designer).products() if chip.hbm_stacks]
        return delivered_to_china(world, chips, OPEN_CHANNELS)

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
        largest_runs = world.team_of(region)["largest_run"]
        return np.asarray(np.log10(np.maximum(largest_runs.max(axis=0), 1.0)))

    return largest


def efficiency(region: str) -> Callable[[World], Floats]:
    """Best algorithmic efficiency of a region's developers, OOM."""

    def best(world: World) -> Floats:
        return np.asarray(world.founded_team(region)["efficiency"].max(axis=0))

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


def share_of_researchers(region: Region) -> Callable[[World], Floats]:
    """Share of the world's top-tier researchers who work in a region."""

    def share(world: World) -> Floats:
        working = {r: world.labour_market.people(r, "researchers") for r in ORIGINS}
        return ratio(working[region], total(working.values()))

    return share


def of_origin(origin: Region, region: Region) -> Callable[[World], Floats]:
    """Top-tier researchers of an origin who work in a region."""

    def working(world: World) -> Floats:
        everyone = world.talent_pools[region].by_origin["researchers"]
        return np.asarray(everyone[ORIGINS.index(origin)])

    return working


def share_at_home(origin: Region) -> Callable[[World], Floats]:
    """Share of the top-tier researchers of an origin who work where they come from."""

    def share(world: World) -> Floats:
        working = {region: of_origin(origin, region)(world) for region in ORIGINS}
        return ratio(working[origin], total(working.values()))

    return share


def returnees(region: Region) -> Callable[[World], Floats]:
    """Top-tier researchers who came home to a region in a year."""

    def came(world: World) -> Floats:
        arrived = world.talent_pools[region].came_in_a_year("researchers")
        return np.asarray(arrived[ORIGINS.index(region)])

    return came


def emigrants(region: Region) -> Callable[[World], Floats]:
    """Top-tier researchers who left the region they come from in a year."""

    def left(world: World) -> Floats:
        departed = world.talent_pools[region].left_in_a_year("researchers")
        return np.asarray(departed[ORIGINS.index(region)])

    return left


def latest_class(region: Region) -> Callable[[World], Floats]:
    """People of a region's latest class, both tiers."""

    def graduates(world: World) -> Floats:
        pool = world.talent_pools[region]
        return total(pool.latest_class[tier] for tier in TIERS)

    return graduates


def wage_ratio(tier: Tier) -> Callable[[World], Floats]:
    """Chinese over American mean pay of a tier."""

    def compared(world: World) -> Floats:
        return world.talent_pools["CN"].pay(tier) / world.talent_pools["US"].pay(tier)

    return compared


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


def spending(region: Region) -> Callable[[World], Floats]:
    """Rate of investors' spending on a region's accelerators, USD bn a year."""

    def rate(world: World) -> Floats:
        return world.investors.rate(region, world.time)

    return rate
