"""The record keeps every outcome of every month as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from model.outcomes import OUTCOMES
from model.record import Record, UnknownOutcomeError
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


@pytest.mark.parametrize(
    ("value", "censored", "recorded"),
    [(np.nan, 0.0, False), (np.inf, 1.0, False), (np.nan, -1.0, True), (np.nan, 1.0, True)],
)
def test_only_a_censored_outcome_may_be_no_number(
    value: float, censored: float, recorded: bool, monkeypatch: pytest.MonkeyPatch
):
    world = World(futures=4, first_future=10, fixed={"research_pace": 0.03})
    gap = world.record.last("gap_months").copy()
    side = np.zeros(4)
    gap[2], side[2] = value, censored
    told = {"gap_months": lambda _: gap, "gap_censored": lambda _: side}
    seen = {n: replace(o, compute=told.get(n, o.compute)) for n, o in OUTCOMES.items()}
    monkeypatch.setattr("model.record.OUTCOMES", seen)
    if recorded:
        Record().take(world)
    else:
        with pytest.raises(UnknownOutcomeError, match=r"gap_months is .* of future 12 under"):
            Record().take(world)


def test_an_outcome_without_a_companion_is_always_a_number(monkeypatch: pytest.MonkeyPatch):
    world = World(futures=3)
    lost = replace(OUTCOMES["compute_cn"], compute=lambda _: np.array([np.nan, 1.0, np.nan]))
    monkeypatch.setattr("model.record.OUTCOMES", {**OUTCOMES, "compute_cn": lost})
    with pytest.raises(
        UnknownOutcomeError,
        match=r"compute_cn is nan in 2022-01 of future 0 \(and of 1 more\) under the policy",
    ):
        Record().take(world)
