"""Nothing is made or lost on the way: chips, dies, memory, tools, money and people add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from model.policy import HISTORY, Policy
from model.world import World

NO_CONTROLS = Policy.model_validate(
    {"name": "free", "changes": [{"do": "remove", "select": {"family": "export-control"}}]}
)
MOMENTS = [dt.date(2022, 4, 1), dt.date(2023, 10, 1), dt.date(2025, 2, 1), dt.date(2029, 7, 1)]


@pytest.fixture(scope="module", params=[HISTORY, NO_CONTROLS], ids=lambda policy: policy.name)
def start_and_world(request: pytest.FixtureRequest) -> tuple[World, World]:
    return World(request.param, futures=25), World(request.param, futures=25)


@pytest.mark.parametrize("when", MOMENTS)
def test_everything_adds_up(
    start_and_world: tuple[World, World], when: dt.date, audit: Callable[[World, World], None]
) -> None:
    start, world = start_and_world
    world.run_to(when)
    audit(start, world)
