"""The record keeps every outcome of every month as it was."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from model.outcomes import OUTCOMES
from model.record import Record
from model.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(futures=3)


def test_a_row_is_the_outcomes_of_its_moment(world):
    record = Record()
    record.take(world)
    assert record.dates == [dt.date(2022, 1, 1)]
    for name, outcome in OUTCOMES.items():
        assert record.values(name).shape == (1, 3)
        assert np.array_equal(record.values(name)[0], outcome.compute(world), equal_nan=True), name


def test_what_is_recorded_does_not_change_with_the_world():
    world = World(futures=2)
    before = {name: world.record.values(name)[0].copy() for name in OUTCOMES}
    world.run_to(dt.date(2022, 8, 1))
    assert world.record.dates == [dt.date(2022, month, 1) for month in range(1, 9)]
    for name, values in before.items():
        recorded = world.record.values(name)
        assert recorded.shape == (8, 2)
        assert np.array_equal(recorded[0], values, equal_nan=True), name
    compute = world.record.values("compute_us")
    assert (np.diff(compute, axis=0) != 0.0).any()


def test_an_outcome_that_does_not_exist(world):
    with pytest.raises(KeyError):
        world.record.values("happiness")
