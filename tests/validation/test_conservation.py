"""Nothing is made or lost on the way: chips, dies, memory, tools, money and people add up."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from agents.arrays import Floats, total
from agents.designer import Designer
from agents.foundry import STORES, Foundry
from agents.memory_maker import MemoryMaker
from agents.talent_pool import TIERS
from agents.toolmaker import Toolmaker
from model.policy import HISTORY, Policy
from model.world import World

NO_CONTROLS = Policy.model_validate(
    {"name": "free", "changes": [{"do": "remove", "select": {"family": "export-control"}}]}
)
MOMENTS = [dt.date(2022, 4, 1), dt.date(2023, 10, 1), dt.date(2025, 2, 1), dt.date(2029, 7, 1)]


@pytest.fixture(scope="module", params=[HISTORY, NO_CONTROLS], ids=lambda policy: policy.name)
def start_and_world(request: pytest.FixtureRequest) -> tuple[World, World]:
    return World(request.param, futures=25), World(request.param, futures=25)


def close(left: Floats, right: Floats) -> bool:
    return bool(np.allclose(left, right, rtol=1e-9, atol=1e-9))


@pytest.mark.parametrize("when", MOMENTS)
def test_everything_adds_up(start_and_world: tuple[World, World], when: dt.date) -> None:
    start, world = start_and_world
    world.run_to(when)
    chips_add_up(start, world)
    parts_add_up(world)
    tools_add_up(world)
    money_adds_up(world)
    people_add_up(start, world)


def chips_add_up(start: World, world: World) -> None:
    """What designers shipped was installed or seized; what was installed stands or was scrapped."""
    shipped = total(designer.shipped for designer in world.agents_by_type[Designer])
    installed = total(developer.installed for developer in world.developers)
    assert close(shipped, installed + world.chip_market.seized_h100e)
    for before, developer in zip(start.developers, world.developers, strict=True):
        standing = developer.fleet.sum(axis=0)
        came = before.fleet.sum(axis=0) + developer.installed
        assert close(standing, came - developer.scrapped), developer.name
        assert (developer.fleet >= 0.0).all()


def parts_add_up(world: World) -> None:
    """Dies and memory laid in are in store or were built in; stores never run below empty."""
    market = world.chip_market.memory_market
    designers = list(world.agents_by_type[Designer])
    laid_in = total(designer.memory_laid_in for designer in designers)
    used = total(designer.memory_used for designer in designers)
    stock = total(designer.memory_stock for designer in designers)
    assert np.allclose(laid_in, used + stock, rtol=1e-9, atol=1e-3)
    home = total(m.sold for m in world.agents_by_type[MemoryMaker] if m.region == "CN")
    assert close(laid_in, home + market.imported_by_china)
    for designer in designers:
        assert close(designer.dies_obtained, designer.die_bank + designer.dies_used)
        assert (designer.die_bank > -1e-6).all()
        assert (designer.memory_stock > -1e-3).all(), designer.name


def tools_add_up(world: World) -> None:
    """What toolmakers shipped was received; what was received is in store or built in."""
    foundries = list(world.agents_by_type[Foundry])
    shipped = total(
        sets for maker in world.agents_by_type[Toolmaker] for sets in maker.shipped.values()
    )
    received = total(foundry.tools_received[store] for foundry in foundries for store in STORES)
    assert close(shipped, received)
    for foundry in foundries:
        for store in STORES:
            stored = foundry.tools_received[store] - foundry.tools_built_in[store]
            assert close(foundry.tools[store], stored), (foundry.name, store)
            assert (foundry.tools[store] > -1e-9).all()


def money_adds_up(world: World) -> None:
    """Every purse together holds what it held at the start: nothing."""
    purses = [actor.cash for actor in world.agents]
    everyone = total([*purses, world.ledger.outside.cash, world.chip_market.cash])
    assert np.allclose(everyone, 0.0, atol=1e-6)
    assert np.allclose(world.chip_market.cash, 0.0, atol=1e-9)
    for developer in world.developers:
        assert (developer.cash > -1e-9).all(), f"{developer.name} spent what it did not have"


def people_add_up(start: World, world: World) -> None:
    """Who is there, of each origin, was there or graduated since, and has not retired."""
    for tier in TIERS:
        pools = list(world.talent_pools.values())
        now = total(pool.by_origin[tier] for pool in pools)
        before = total(pool.by_origin[tier] for pool in start.talent_pools.values())
        graduated = np.stack([pool.graduated[tier] for pool in pools])
        retired = total(pool.retired[tier] for pool in pools)
        assert close(now, before + graduated - retired)
        came = total(pool.arrived[tier] for pool in pools)
        assert close(came, total(pool.departed[tier] for pool in pools))
        for pool in pools:
            assert (pool.free[tier] > 0.0).all()
            assert (pool.by_origin[tier] > 0.0).all()
            staff = [d.people(tier) for d in world.developers_of(pool.region)]
            assert close(total([pool.free[tier], *staff]), total(pool.by_origin[tier]))
    for developer in world.developers:
        assert (developer.researchers >= 0.0).all()
        assert (developer.engineers >= 0.0).all()
