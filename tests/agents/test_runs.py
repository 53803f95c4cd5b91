"""Training runs: when they start, how large they are, what is left at the end of one."""

from __future__ import annotations

import numpy as np
import pytest

from agents import capability, runs
from agents.side_by_side import Places, Team

NEVER = np.inf
# No luck in the length of runs: 3.2 months of training, 1 of evaluation, 5 of preparation.
STEADY = {"run_length_spread": 0.0, "run_months": 3.2, "preparation_months": 5.0}


@pytest.fixture
def world(cast):
    return cast.world(3, **STEADY)


# --- when a run starts ----------------------------------------------------------------------------


def test_a_run_begins_and_ends_at_times_of_its_own_between_wake_ups(cast, world):
    lab = cast.developer(world)
    lab.ready_to_train = np.array([2.25, 2.75, 3.5])
    world.time = 3.0
    lab.start_training()
    assert lab.run_due == pytest.approx([2.25 + 4.2, 2.75 + 4.2, NEVER])
    assert lab.ready_to_train == pytest.approx([2.25 + 8.2, 2.75 + 8.2, 3.5])
    assert lab.runs_started.tolist() == [1, 1, 0]


def test_a_firm_that_waited_for_something_begins_when_it_has_come(cast, world):
    lab = cast.developer(world)
    lab.ready_to_train = np.array([1.0, 7.5, 9.0])
    world.time = 9.0
    lab.start_training()
    assert lab.run_due == pytest.approx([9.0 + 4.2] * 3)


def test_one_run_at_a_time(cast, world):
    lab = cast.developer(world)
    lab.ready_to_train = np.zeros(3)
    lab.run_due = np.array([5.5, NEVER, NEVER])
    world.time = 0.5
    lab.start_training()
    assert lab.run_due == pytest.approx([5.5, 4.2, 4.2])
    assert lab.runs_started.tolist() == [0, 1, 1]


def test_no_compute_or_no_attention_no_run(cast, world):
    lab = cast.developer(world)
    lab.ready_to_train = np.zeros(3)
    lab.usable = np.array([0.0, 100.0, 100.0])
    lab.attention = np.array([1.0, 0.0, 1.0])
    lab.divide_fleet()
    lab.start_training()
    assert np.isfinite(lab.run_due).tolist() == [False, False, True]


def test_the_length_of_a_run_depends_on_its_number_not_on_when_it_began(cast):
    lengths = []
    for begun in (0.0, 7.0):
        world = cast.world(5, run_length_spread=0.3, time=begun, chance=0.99)
        lab = cast.developer(world)
        lab.ready_to_train = np.full(5, begun)
        lab.start_training()
        lengths.append(lab.run_due - begun)
    assert lengths[0] == pytest.approx(lengths[1])
    assert len(set(np.round(lengths[0], 6))) == 5, "futures have luck of their own"


# --- whether it pays ------------------------------------------------------------------------------


def with_a_model(cast, world, **fields):
    """A lab at its first wake-up that is ready for a run like the one that made its model."""
    lab = cast.developer(world, **fields)
    lab.base.flop = np.log10(flop_a_month(lab) * world.parameters["run_months"])
    lab.base.efficiency = lab.efficiency
    lab.released = lab.base.flop + lab.base.efficiency
    lab.ready_to_train = np.zeros(world.futures)
    return lab


def flop_a_month(lab) -> np.ndarray:
    return capability.training_flop(lab.usable * lab.uses.training, lab.utilisation(), 1.0)


def why(lab, future: int) -> str:
    """The reason for the only decision of a future."""
    ((_, told),) = lab.decisions.of_future(future)
    return str(told)


STEPS = {"worthwhile_step": 0.5, "urgent_step": 0.2} | STEADY


def test_an_unpressed_firm_waits_until_a_run_pays_and_a_trailing_one_is_content_with_less(cast):
    world = cast.world(4, **STEPS)
    lab = with_a_model(cast, world)
    lab.usable = lab.usable * np.array([2.0, 2.0, 4.0, 1.3])  # 0.3, 0.3, 0.6 and 0.1 OOM
    world.knowledge.leader = np.array([1.0, 99.0, 1.0, 99.0])
    lab.start_training()
    assert np.isfinite(lab.run_due).tolist() == [False, True, True, False]
    assert "overtaken" in why(lab, 1)
    assert "fleet has grown" in why(lab, 2)


def test_better_methods_are_as_good_a_reason_as_a_larger_fleet(cast):
    world = cast.world(3, **STEPS)
    lab = with_a_model(cast, world, efficiency_lag=0.7)
    lab.efficiency = lab.efficiency + np.array([0.4, 0.6, 0.35])
    lab.usable = lab.usable * np.array([1.0, 1.0, 2.0])
    lab.start_training()
    assert np.isfinite(lab.run_due).tolist() == [False, True, True]
    assert "methods have improved" in why(lab, 1)
    assert "methods have improved" in why(lab, 2), "by 0.35 against 0.3 OOM"


def test_a_first_run_needs_no_gain_but_some_compute(cast):
    world = cast.world(2, **(STEPS | {"worthwhile_step": 99.0}))
    lab = cast.developer(world, fleet=1000)
    lab.ready_to_train, lab.usable = np.zeros(2), np.array([0.0, 1e-22])
    lab.start_training()
    assert lab.runs_started.tolist() == [0, 1]
    assert "no model of its own yet" in why(lab, 1)


# --- what a run is like ---------------------------------------------------------------------------


def test_a_run_gets_what_its_engineers_get_out_of_its_part_of_the_fleet_for_all_its_length(cast):
    known = {"months_to_learn": 12.0, "utilisation": 0.4, "untrained_utilisation": 0.25}
    world = cast.world(20, chance=0.99, run_months=3.2, run_length_spread=0.4, **known)
    lab = cast.developer(world, fleet=1000, training_share=0.3, serving_share=0.4, release_lag=0)
    lab.ready_to_train = np.zeros(20)
    lab.practice = np.linspace(0.0, 60.0, 20)
    lab.start_training()
    skill = 1.0 - np.exp(-lab.practice / 12.0)
    share = 0.4 * (0.25 + 0.75 * skill)
    a_month = 300.0 * 989e12 * share * 365.25 * 86400.0 / 12.0
    length = lab.run_due
    assert length.std() > 0.5, "luck differs"
    assert lab.run_flop == pytest.approx(a_month * length)
    told = lab.decisions.taken[0]
    assert told.size == pytest.approx(lab.run_flop)
    assert told.when.tolist() == [0.0] * 20


def test_luck_makes_each_part_of_the_way_longer_or_shorter_by_its_own_factor(cast):
    world = cast.world(5, run_months=3.2, preparation_months=5.0, run_length_spread=0.4)
    lab = cast.developer(world, release_lag=1.5)
    everywhere = Places.of_one(np.arange(5))
    lab.runs_started = np.array([0, 1, 2, 3, 4])
    parts = runs.durations(Team([lab]), everywhere)
    for name, usual, took in zip(
        ("length", "release-lag", "preparation"), (3.2, 1.5, 5.0), parts, strict=True
    ):
        luck = [world.luck(f"Lab/run-{name}", run, sigma=0.4)[run] for run in range(5)]
        assert took == pytest.approx(usual * np.array(luck)), name


def test_a_run_is_made_with_the_methods_of_the_day_it_begins(cast, world):
    lab = cast.developer(world, efficiency_lag=0.25)
    lab.ready_to_train = np.array([0.0, 0.0, NEVER])
    lab.absorbed = np.array([0.1, 0.2, 0.3])
    lab.start_training()
    lab.efficiency, lab.absorbed = lab.efficiency + 1.0, lab.absorbed + 1.0
    assert lab.run_efficiency.tolist() == [-0.25, -0.25, 0.0]
    assert lab.run_absorbed.tolist() == [0.1, 0.2, 0.0]


def test_firms_side_by_side_have_runs_and_luck_of_their_own(cast):
    def begun(*names: str) -> dict[str, np.ndarray]:
        world = cast.world(4, run_length_spread=0.3, chance=0.99)
        labs = [cast.developer(world, name=name, fleet=500 * len(name)) for name in names]
        for lab in labs:
            lab.ready_to_train = np.full(4, 0.0 if lab.name != "idle" else 5.0)
        runs.start_training(Team(labs))
        return {lab.name: np.array([lab.run_due, lab.run_flop]) for lab in labs}

    together = begun("a", "idle", "three")
    assert np.isinf(together["idle"][0]).all()
    assert np.array_equal(together["a"], begun("a")["a"])
    assert np.array_equal(together["three"], begun("three")["three"])
    assert not np.isclose(together["a"][0], together["three"][0]).any()


# --- the end of a run -----------------------------------------------------------------------------


def test_a_finished_run_takes_the_place_of_a_worse_base_only(cast):
    lab = cast.developer(cast.world(4))
    lab.base.flop = np.array([-np.inf, 24.0, 24.0, 25.0])
    lab.base.efficiency = np.array([0.0, 1.0, 1.0, 0.0])
    lab.base.absorbed = np.full(4, 0.5)
    lab.run_flop = np.array([0.0, 1e25, 1e23, 1e24])
    lab.run_efficiency = np.array([0.1, 0.25, 1.75, 1.0])
    lab.run_absorbed = np.full(4, 0.75)
    lab.largest_run = np.array([0.0, 1e24, 1e24, 1e24])
    runs.finish(Team([lab]), Places.of_one(np.arange(4)))
    assert lab.base.flop == pytest.approx([0.0, 25.0, 24.0, 25.0])
    assert lab.base.efficiency.tolist() == [0.1, 0.25, 1.0, 0.0], "as good is not better"
    assert lab.base.absorbed.tolist() == [0.75, 0.75, 0.5, 0.5]
    assert lab.largest_run.tolist() == [0.0, 1e25, 1e24, 1e24]


def test_where_no_run_ended_the_base_stays(cast):
    lab = cast.developer(cast.world(3))
    lab.run_flop = np.full(3, 1e25)
    runs.finish(Team([lab]), Places.of_one(np.array([1])))
    assert lab.base.flop == pytest.approx([-np.inf, 25.0, -np.inf])
    assert lab.largest_run.tolist() == [0.0, 1e25, 0.0]
