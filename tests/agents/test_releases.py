"""Releases: what comes out, when, made of what, and whether its weights are open."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import capability

NEVER = np.inf
# No luck in the length of runs: 3.2 months of training, 1 of evaluation, 5 of preparation.
STEADY = {"run_length_spread": 0.0, "run_months": 3.2, "preparation_months": 5.0}


@pytest.fixture
def world(cast):
    return cast.world(3, **STEADY)


def with_runs_due(cast, world, due, **fields):
    """A lab whose runs, begun at the start, are due at given times."""
    lab = cast.developer(world, **fields)
    lab.ready_to_train = np.zeros(world.futures)
    lab.start_training()
    lab.run_due = np.array(due)
    return lab


def test_a_model_is_released_at_its_own_time_though_the_wake_up_is_monthly(cast, world):
    lab = with_runs_due(cast, world, [2.3, 5.7, 3.0])
    world.time = 3.0
    assert lab.release().tolist() == [True, False, True]
    assert lab.released_at.tolist() == [2.3, -NEVER, 3.0]
    assert lab.run_due.tolist() == [NEVER, 5.7, NEVER]


def test_in_futures_that_are_not_due_nothing_happens(cast, world):
    lab = with_runs_due(cast, world, [5.1, 5.7, 3.01])
    world.time = 3.0
    assert not lab.release().any()
    assert np.isneginf(lab.released).all()
    assert (lab.largest_run == 0.0).all()
    assert lab.run_due.tolist() == [5.1, 5.7, 3.01]


def test_a_model_is_its_compute_and_the_efficiency_of_the_day_the_run_began(cast, world):
    lab = with_runs_due(cast, world, [4.2] * 3, efficiency_lag=0.25)
    flop = capability.training_flop(
        lab.usable * lab.uses.training, lab.utilisation(), np.full(3, 3.2)
    )
    lab.efficiency = lab.efficiency + 2.0  # found too late for this run
    lab.usable = lab.usable * 10.0  # bought too late
    world.time = 5.0
    lab.release()
    assert lab.released == pytest.approx(np.log10(flop) - 0.25)
    assert lab.largest_run == pytest.approx(flop)


def test_a_worse_model_changes_nothing(cast, world):
    lab = with_runs_due(cast, world, [2.3, 2.3, 2.3])
    lab.released = np.array([99.0, 10.0, 99.0])
    lab.released_at = np.array([-5.0, -5.0, -5.0])
    world.time = 3.0
    assert lab.release().tolist() == [False, True, False]
    assert lab.released[[0, 2]].tolist() == [99.0, 99.0]
    assert lab.released[1] > 10.0
    assert lab.released_at.tolist() == [-5.0, 2.3, -5.0]
    assert np.isinf(lab.run_due).all(), "the run is over all the same"


@given(st.lists(st.floats(1e18, 1e27), min_size=1, max_size=6))
def test_what_is_released_never_gets_worse(cast, sizes):
    world = cast.world(1)
    lab = cast.developer(world)
    best = -np.inf
    for month, flop in enumerate(sizes):
        lab.run_flop = np.array([flop])
        lab.run_due = np.array([month + 0.5])
        world.time = month + 1.0
        better = lab.release()
        assert better[0] == (np.log10(flop) > best)
        best = max(best, np.log10(flop))
        assert lab.released[0] == pytest.approx(best)
        assert lab.largest_run[0] == pytest.approx(max(sizes[: month + 1]))


def test_a_skilled_lab_learns_from_a_better_model_and_does_not_pass_it(cast):
    world = cast.world(3, imitation=0.5, **STEADY)
    lab = with_runs_due(cast, world, [1.0] * 3)
    lab.practice = np.array([0.0, 1e6, 1e6])
    alone = np.log10(lab.run_flop)
    world.knowledge.teacher = alone + np.array([2.0, 2.0, -2.0])
    world.time = 1.0
    lab.release()
    assert lab.released - alone == pytest.approx([0.0, 1.0, 0.0])


@pytest.mark.parametrize(("openness", "is_open"), [("open-weights", True), ("api", False)])
def test_only_open_models_count_as_open(cast, world, openness, is_open):
    lab = with_runs_due(cast, world, [0.5] * 3, openness=openness)
    world.knowledge.leader = np.full(3, 99.0 if is_open else 1.0)
    world.time = 1.0
    lab.release()
    assert np.isfinite(lab.released).all()
    if is_open:
        assert (lab.released_open == lab.released).all()
    else:
        assert np.isneginf(lab.released_open).all()


def test_a_model_is_reworked_once_enough_was_learned_and_no_sooner_than_customers_bear(cast):
    world = cast.world(3, update_step=0.2, update_months=3.0, chance=0.25)
    lab = with_runs_due(cast, world, [1.0] * 3)
    world.time = 1.0
    lab.release()
    before = lab.released.copy()
    lab.post_training = np.array([0.1, 0.3, 0.3])
    world.time = 3.5
    assert not lab.release().any()
    world.time = 9.0
    assert lab.release().tolist() == [False, True, True]
    assert lab.released - before == pytest.approx([0.0, 0.3, 0.3])
    assert lab.released_at == pytest.approx([1.0, 8.75, 8.75])
    assert lab.parts[3] == pytest.approx([0.0, 0.3, 0.3])


def test_without_a_fleet_nothing_is_reworked_and_with_part_of_an_accelerator_it_is(cast):
    world = cast.world(3, update_step=0.2, update_months=3.0)
    lab = with_runs_due(cast, world, [1.0] * 3)
    world.time = 1.0
    lab.release()
    lab.post_training = np.full(3, 0.3)
    lab.usable = np.array([0.0, 0.5, 1000.0])
    world.time = 9.0
    assert lab.release().tolist() == [False, True, True]


def test_the_parts_of_a_model_add_up_to_its_level(cast):
    world = cast.world(2, imitation=0.5, **STEADY)
    lab = cast.developer(world, efficiency_lag=0.25)
    lab.absorbed = np.array([0.05, 0.1])
    lab.ready_to_train = np.zeros(2)
    lab.start_training()
    lab.run_due = np.ones(2)
    lab.practice = np.full(2, 1e6)
    lab.post_training = np.array([0.0, 0.4])
    world.knowledge.teacher = np.array([30.0, 20.0])
    world.time = 1.0
    lab.release()
    flop, found, read, post_training, learned = lab.parts
    assert flop == pytest.approx(np.log10(lab.largest_run))
    assert found == pytest.approx([-0.3, -0.35])
    assert read.tolist() == [0.05, 0.1]
    assert post_training.tolist() == [0.0, 0.4]
    assert learned[0] == pytest.approx(0.5 * (30.0 - (flop - 0.25)[0]))
    assert learned[1] == 0.0
    assert lab.parts.sum(axis=0) == pytest.approx(lab.released, abs=1e-12)


def test_a_seller_of_access_opens_its_weights_once_it_trails_too_far(cast):
    world = cast.world(3, open_when_trailing=1.0, openness_spread=0.0)
    access = {"since": date(2022, 1, 1), "source": "none", "basis": "assumption"}
    lab = with_runs_due(cast, world, [0.5] * 3, openness="api", access=access)
    world.time = 1.0
    level = np.log10(lab.run_flop)
    world.knowledge.leader = level + np.array([-1.0, 0.7, 1.3])
    lab.release()
    assert lab.open_weights.tolist() == [False, False, True]
    reasons = [lab.decisions.of_future(future)[-1][1] for future in range(3)]
    assert ["leads" in reasons[0], "near" in reasons[1], "trails" in reasons[2]] == [True] * 3
    lab.strategy.open_up(np.full(3, 0.5))  # a demand shock
    lab.run_due = np.full(3, 5.0)
    lab.run_flop = lab.run_flop * 1.01
    world.time = 5.0
    lab.release()
    assert lab.open_weights.tolist() == [False, True, True]


@pytest.mark.parametrize("openness", ["closed", "api"])
def test_who_does_not_offer_its_models_does_not_open_them(cast, world, openness):
    lab = with_runs_due(cast, world, [0.5] * 3, openness=openness)
    world.knowledge.leader = np.full(3, 99.0)
    world.time = 1.0
    assert lab.release().all()
    assert not lab.open_weights.any()
    assert "does not offer" in lab.decisions.of_future(0)[-1][1]


def test_a_rule_keeps_large_models_of_its_region_closed_and_they_come_out_all_the_same(cast):
    bar = cast.instrument("open-weight-restraint", issuer="CN", parameters={"training_flop": 25.0})
    world = cast.world(3, instruments=[bar])
    world.knowledge.leader = np.full(3, 99.0)
    usual = {"openness": "open-weights", "founded": date(2022, 1, 1)}
    bound = cast.developer(world, region="CN", **usual)
    free = cast.developer(world, name="elsewhere", **usual)
    for lab in (bound, free):
        lab.base.flop = np.array([24.9, 25.0, 25.1])
        lab.run_due = np.zeros(3)
        assert lab.release().all()
    assert bound.open_weights.tolist() == [True, False, False]
    assert bound.released_open.tolist() == [24.9, -NEVER, -NEVER]
    assert free.open_weights.all()
