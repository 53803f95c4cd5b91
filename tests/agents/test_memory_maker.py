"""What a memory maker can deliver, and how it grows."""

from __future__ import annotations

import numpy as np
import pytest

FIGURES = {"comfortable_use": 0.8, "memory_growth": 0.4, "cost_per_million_stacks": 0.5}


def test_a_maker_delivers_from_its_first_day_on(cast):
    world = cast.world(1)
    maker = cast.memory_maker(world, hbm_from=2, stacks_a_quarter=1000)
    assert maker.output().tolist() == [0.0]
    world.time = 24.0
    assert maker.output().tolist() == [1000.0]


def test_capacity_grows_only_where_it_ran_nearly_full(cast):
    maker = cast.memory_maker(cast.world(4, **FIGURES), stacks_a_quarter=1000)
    maker.expand(np.array([0.0, 0.8, 1.2, 50.0]))
    assert maker.stacks_a_quarter == pytest.approx([1000.0, 1000.0, 1200.0, 1400.0])


def test_a_memory_grant_buys_capacity_once(cast):
    maker = cast.memory_maker(cast.world(1, **FIGURES), stacks_a_quarter=1000)
    maker.receive_grant(np.array([0.001]), "memory")
    maker.receive_grant(np.array([7.0]), "compute")
    maker.expand(np.zeros(1))
    assert maker.stacks_a_quarter == pytest.approx([3000.0])
    maker.expand(np.zeros(1))
    assert maker.stacks_a_quarter == pytest.approx([3000.0])


def test_a_maker_that_has_not_begun_saves_its_grants_until_it_has(cast):
    world = cast.world(1, **FIGURES)
    maker = cast.memory_maker(world, hbm_from=1, stacks_a_quarter=1000)
    maker.receive_grant(np.array([0.001]), "memory")
    maker.expand(np.array([50.0]))
    assert maker.stacks_a_quarter.tolist() == [1000.0]
    world.time = 12.0
    maker.expand(np.zeros(1))
    assert maker.stacks_a_quarter == pytest.approx([3000.0])


def test_sales_are_booked(cast):
    maker = cast.memory_maker(cast.world(2))
    maker.sell(np.array([1.0, 2.0]))
    maker.sell(np.array([10.0, 20.0]))
    assert maker.sold.tolist() == [11.0, 22.0]
