"""What must hold in every world, whatever its parameters, policy or cast."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from agents.arrays import Floats, total
from agents.designer import Designer
from agents.foundry import STORES, Foundry
from agents.memory_maker import MemoryMaker
from agents.talent_pool import TIERS
from agents.toolmaker import Toolmaker
from model.world import World

Audit = Callable[[World, World], None]


@pytest.fixture(scope="session")
def audit() -> Audit:
    """Checks that chips, parts, tools, money and people add up in a world since its start."""
    return _everything_adds_up


def _everything_adds_up(start: World, world: World) -> None:
    _chips_add_up(start, world)
    _parts_add_up(world)
    _tools_add_up(world)
    _money_adds_up(world)
    _people_add_up(start, world)


def _close(left: Floats, right: Floats) -> bool:
    return bool(np.allclose(left, right, rtol=1e-9, atol=1e-9))


def _chips_add_up(start: World, world: World) -> None:
    """What designers shipped was installed or seized; what was installed stands or was scrapped."""
    shipped = total(designer.shipped for designer in world.agents_by_type[Designer])
    installed = total(developer.installed for developer in world.developers)
    assert _close(shipped, installed + world.chip_market.seized_h100e)
    for before, developer in zip(start.developers, world.developers, strict=True):
        standing = developer.fleet.sum(axis=0)
        came = before.fleet.sum(axis=0) + developer.installed
        assert _close(standing, came - developer.scrapped), developer.name
        assert (developer.fleet >= 0.0).all()


def _parts_add_up(world: World) -> None:
    """Dies and memory laid in are in store or were built in; stores never run below empty."""
    market = world.chip_market.memory_market
    designers = list(world.agents_by_type[Designer])
    laid_in = total(designer.memory_laid_in for designer in designers)
    used = total(designer.memory_used for designer in designers)
    stock = total(designer.memory_stock for designer in designers)
    assert np.allclose(laid_in, used + stock, rtol=1e-9, atol=1e-3)
    home = total(m.sold for m in world.agents_by_type[MemoryMaker] if m.region == "CN")
    assert _close(laid_in, home + market.imported_by_china)
    for designer in designers:
        assert _close(designer.dies_obtained, designer.die_bank + designer.dies_used)
        assert (designer.die_bank > -1e-6).all()
        assert (designer.memory_stock > -1e-3).all(), designer.name


def _tools_add_up(world: World) -> None:
    """What toolmakers shipped was received; what was received is in store or built in."""
    foundries = list(world.agents_by_type[Foundry])
    shipped = total(
        sets for maker in world.agents_by_type[Toolmaker] for sets in maker.shipped.values()
    )
    received = total(foundry.tools_received[store] for foundry in foundries for store in STORES)
    assert _close(shipped, received)
    for foundry in foundries:
        for store in STORES:
            stored = foundry.tools_received[store] - foundry.tools_built_in[store]
            assert _close(foundry.tools[store], stored), (foundry.name, store)
            assert (foundry.tools[store] > -1e-9).all()


def _money_adds_up(world: World) -> None:
    """Every purse together holds what it held at the start: nothing, but for rounding."""
    rounding = 1e-12 * total(world.ledger.totals.values())
    purses = [actor.cash for actor in world.agents]
    everyone = total([*purses, world.ledger.outside.cash, world.chip_market.cash])
    assert (np.abs(everyone) <= 1e-6 + rounding).all()
    assert (np.abs(world.chip_market.cash) <= 1e-9 + rounding).all()
    for developer in world.developers:
        assert (developer.cash >= -1e-9 - rounding).all(), f"{developer.name} spent too much"


def _people_add_up(start: World, world: World) -> None:
    """Who is there, of each origin, was there or graduated since, and has not retired."""
    for tier in TIERS:
        pools = list(world.talent_pools.values())
        now = total(pool.by_origin[tier] for pool in pools)
        before = total(pool.by_origin[tier] for pool in start.talent_pools.values())
        graduated = np.stack([pool.graduated[tier] for pool in pools])
        retired = total(pool.retired[tier] for pool in pools)
        assert _close(now, before + graduated - retired)
        came = total(pool.arrived[tier] for pool in pools)
        assert _close(came, total(pool.departed[tier] for pool in pools))
        for pool in pools:
            assert (pool.free[tier] > 0.0).all()
            assert (pool.by_origin[tier] > 0.0).all()
            staff = [d.people(tier) for d in world.developers_of(pool.region)]
            assert _close(total([pool.free[tier], *staff]), total(pool.by_origin[tier]))
    for developer in world.developers:
        assert (developer.researchers >= 0.0).all()
        assert (developer.engineers >= 0.0).all()
