"""``mesa.batch_run`` on a world: a step is a month, and what comes back is what a study stores."""

from __future__ import annotations

import datetime as dt

import mesa
import numpy as np
import pandas as pd
import pytest

from experiments.batch import NamedWorld
from experiments.policies import load_policy
from model.outcomes import OUTCOMES
from model.policy import HISTORY
from model.world import World

MONTHS = 4


def test_months_lived_step_by_step_are_those_lived_at_once():
    stepped, at_once = World(futures=2), World(futures=2)
    for month in range(1, MONTHS + 1):
        stepped.step()
        assert (stepped.time, stepped.steps) == (month, month)
    at_once.run_to(at_once.calendar.month(MONTHS))
    branch = at_once.fork(HISTORY)
    for world in (stepped, branch):
        world.step()
    at_once.run_to(at_once.calendar.month(MONTHS + 1))
    for name in OUTCOMES:
        for world in (stepped, branch):
            np.testing.assert_array_equal(world.record.values(name), at_once.record.values(name))


@pytest.mark.parametrize("number_processes", [1, 2])
def test_batch_run_gives_the_futures_of_a_study_one_at_a_time(number_processes: int):
    found = pd.DataFrame(
        mesa.batch_run(
            NamedWorld,
            {"policy": ["history", "no-controls"], "first_future": range(2)},
            rng=[7],
            max_steps=MONTHS,
            data_collection_period=1,
            number_processes=number_processes,
            display_progress=False,
        )
    )
    assert len(found) == 2 * 2 * (MONTHS + 1)
    for name, runs in found.groupby("policy"):
        world = World(load_policy(str(name)), futures=2, seed=7)
        world.run_to(dt.date(2022, 1 + MONTHS, 1))
        for outcome in OUTCOMES:
            by_future = runs.pivot(index="Step", columns="first_future", values=outcome)
            np.testing.assert_array_equal(by_future.to_numpy(), world.record.values(outcome))


def test_batch_run_takes_policies_as_they_are_and_many_futures_at_once():
    (run,) = mesa.batch_run(
        World,
        {"policy": [load_policy("no-controls")], "futures": 3},
        max_steps=2,
        display_progress=False,
    )
    world = World(load_policy("no-controls"), futures=3)
    world.run_to(dt.date(2022, 3, 1))
    assert run["Step"] == 2
    np.testing.assert_array_equal(run["compute_cn"], world.record.last("compute_cn"))


def test_seeds_make_runs_differ_and_the_default_seed_is_the_worlds():
    runs = mesa.batch_run(NamedWorld, {}, rng=[None, 1, 2], max_steps=1, display_progress=False)
    default, one, two = (run["compute_cn"] for run in runs)
    assert default == one != two
