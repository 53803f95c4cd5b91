"""What the markets say of their last quarter adds up to what the actors' books gained in it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from agents.arrays import total
from agents.designer import Designer
from agents.memory_maker import MemoryMaker
from agents.toolmaker import Toolmaker
from model.world import World


@pytest.fixture(scope="module")
def quarter() -> tuple[World, World]:
    """A world before and after the first quarter of 2025."""
    before = World(futures=12)
    before.run_to(date(2025, 1, 1))
    after = before.fork(before.policy)
    after.run_to(date(2025, 4, 1))
    return before, after


def test_tools(quarter: tuple[World, World]) -> None:
    before, after = quarter
    latest = after.tool_market.latest
    makers = zip(*(world.agents_by_type[Toolmaker] for world in quarter), strict=True)
    for old, new in makers:
        for tool_class, shipped in new.shipped.items():
            sold = [f for (m, _, c), f in latest.items() if (m, c) == (new.name, tool_class)]
            gained = shipped - old.shipped[tool_class]
            assert np.allclose(total([0.0 * gained, *sold]), gained)
    assert {foundry for _, foundry, _ in latest} == {f.name for f in before.foundries}


def test_memory(quarter: tuple[World, World]) -> None:
    latest = quarter[1].chip_market.memory_market.latest
    for old, new in zip(*(world.agents_by_type[MemoryMaker] for world in quarter), strict=True):
        sold = total([stacks for (maker, _), stacks in latest.items() if maker == new.name])
        assert np.allclose(sold, new.sold - old.sold)
    for old, new in zip(*(world.agents_by_type[Designer] for world in quarter), strict=True):
        if new.holds_memory:
            bought = [stacks for (_, buyer), stacks in latest.items() if buyer == new.name]
            gained = new.memory_laid_in - old.memory_laid_in
            assert np.allclose(total([0.0 * gained, *bought]), gained)


def test_accelerators_and_dies(quarter: tuple[World, World]) -> None:
    old, new = (world.chip_market.installed_base for world in quarter)
    for kind in new.kinds:
        gained = new.received(**_fields(kind)) - old.received(**_fields(kind))
        assert np.allclose(new.latest.get(kind, 0.0 * gained), gained)
    for before, after in zip(*(world.agents_by_type[Designer] for world in quarter), strict=True):
        assert np.allclose(after.latest_dies_used, after.dies_used - before.dies_used)


def _fields(kind: object) -> dict[str, str]:
    return {name: getattr(kind, name) for name in ("owner", "region", "chip", "channel")}
