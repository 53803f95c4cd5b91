"""What developers do every month: experiments, reading, tuning, and the shares of a fleet."""

from __future__ import annotations

import numpy as np
import pytest

from agents import research
from agents.developer import CHANNELS
from agents.mechanisms import Mechanism
from agents.side_by_side import Team

NEVER = np.inf
# No luck in the length of runs: 3.2 months of training, 1 of evaluation, 5 of preparation.
STEADY = {"run_length_spread": 0.0, "run_months": 3.2, "preparation_months": 5.0}


@pytest.fixture
def world(cast):
    return cast.world(3, **STEADY)


# --- research -------------------------------------------------------------------------------------


def test_a_month_alone_is_a_month_of_own_progress(cast, world):
    lab = cast.developer(world)
    lab.researchers = np.array([0.0, 100.0, 400.0])
    lab.do_research(1.0, lab.usable)
    gained = lab.efficiency
    assert gained[0] == 0.0
    assert 0.0 < gained[1] < gained[2]


def test_who_does_no_research_can_catch_up_with_the_literature_and_no_more(cast, world):
    lab = cast.developer(world, efficiency_lag=1.0)
    world.knowledge.literature = np.array([-0.5, 2.0, -3.0])
    for _ in range(200):
        lab.do_research(1.0, lab.usable)
    assert lab.efficiency == pytest.approx([-0.5, 2.0, -1.0])


def test_a_leading_lab_of_the_start_advances_at_the_reference_pace(cast):
    # A tenth of 1,000 H100e for the largest run, and twice as much for experiments.
    world = cast.world(1, reference_researchers=80.0, reference_compute=200.0, research_pace=0.03)
    lab = cast.developer(world, fleet=1000, training_share=0.1, serving_share=0.7)
    lab.researchers = np.array([80.0])
    lab.do_research(2.0, lab.usable)
    assert lab.efficiency == pytest.approx([0.06])


REFERENCE = {
    "reference_researchers": 80.0,
    "reference_engineers": 40.0,
    "reference_compute": 200.0,
    "research_pace": 0.03,
}


def reference_lab(cast, world, **fields):
    """A leading laboratory of January 2022: progress is the pace of the reference."""
    lab = cast.developer(world, fleet=1000, training_share=0.1, serving_share=0.7, **fields)
    lab.researchers = np.full(world.futures, 80.0)
    lab.engineers = np.full(world.futures, 40.0)
    return lab


def test_people_count_by_what_they_are_worth_and_what_they_work_on(cast):
    world = cast.world(4, talent_elasticity=0.5, compute_elasticity=0.0, **REFERENCE)
    lab = reference_lab(cast, world)
    lab.quality["researchers"] = np.array([1.0, 4.0, 1.0, 1.0])
    lab.attention = np.array([1.0, 1.0, 0.25, 0.0])
    lab.do_research(1.0, lab.usable)
    assert lab.efficiency == pytest.approx([0.03, 0.06, 0.015, 0.0])


def test_what_is_learned_from_use_raises_the_yield_of_own_research_alone(cast):
    world = cast.world(3, data_to_research=0.5, absorption=0.1, **REFERENCE)
    world.adoption.seen = np.array([0.0, 0.2, 1.0])
    lab, reader = reference_lab(cast, world), cast.developer(world, name="reader")
    lab.do_research(1.0, lab.usable)
    assert lab.efficiency == pytest.approx([0.03, 0.033, 0.045])
    world.knowledge.literature = np.ones(3)
    reader.do_research(1.0, lab.usable)
    assert reader.efficiency == pytest.approx([0.1] * 3)


def test_what_was_read_is_told_apart_from_what_was_found(cast):
    world = cast.world(2, absorption=0.1, **REFERENCE)
    world.knowledge.literature = np.array([0.8, -1.0])
    lab = reference_lab(cast, world)
    lab.absorbed = np.array([0.2, 0.2])
    lab.do_research(2.0, lab.usable)
    assert lab.absorbed == pytest.approx([0.2 + 2.0 * 0.08, 0.2])
    assert lab.efficiency == pytest.approx([2.0 * (0.03 + 0.08), 2.0 * 0.03])


def test_who_works_on_applications_reads_less(cast):
    world = cast.world(3, absorption=0.1)
    world.knowledge.literature = np.ones(3)
    lab = cast.developer(world)
    lab.attention = np.array([1.0, 0.5, 0.0])
    lab.do_research(1.0, lab.usable)
    assert lab.efficiency == pytest.approx([0.1, 0.05, 0.0])


def test_scarcity_makes_a_lab_inventive(cast, world):
    lab = cast.developer(world)
    lab.researchers = np.full(3, 100.0)
    lab.do_research(1.0, np.array([1.0, 10.0, 100.0]) * lab.usable)
    assert (np.diff(lab.efficiency) > 0.0).all()


def test_practice_is_had_in_runs_only(cast, world):
    lab = cast.developer(world, foundation_focus=0.5)
    lab.run_due = np.array([NEVER, 4.0, 4.0])
    lab.do_research(2.0, lab.usable)
    assert lab.practice.tolist() == [0.0, 1.0, 1.0]


# --- post-training --------------------------------------------------------------------------------


def test_a_technique_helps_from_the_day_it_is_known(cast):
    world = cast.world(2, post_training_pace=0.2)
    lab = cast.developer(world)
    lab.engineers = np.full(2, 100.0)
    lab.learn_of(np.full(2, 0.8), np.array([0.0, 2.0]))
    for month in range(200):
        world.time = float(month)
        lab.do_research(1.0, lab.usable)
        assert lab.post_training[0] > 0.0
        assert (lab.post_training[1] > 0.0) == (month >= 2)
    assert lab.post_training == pytest.approx([0.8, 0.8], abs=1e-3)


def tuned(cast, **changed):
    """What a month of a reference laboratory's work makes of a technique worth 0.8 OOM.

    ``changed``: quality, attention or revenue other than the reference's.
    """
    known = {"post_talent_elasticity": 0.5, "post_compute_elasticity": 0.0}
    world = cast.world(
        1, post_training_pace=0.2, reference_revenue=2.0, post_use_elasticity=0.5,
        **known, **REFERENCE,
    )  # fmt: skip
    lab = reference_lab(cast, world)
    lab.learn_of(np.array([0.8]), np.zeros(1))
    lab.quality["engineers"] = np.array([changed.get("quality", 1.0)])
    lab.attention = np.array([changed.get("attention", 1.0)])
    lab.revenue = np.array([changed.get("revenue", 0.0)])
    lab.do_research(1.0, lab.usable)
    return lab.post_training


@pytest.mark.parametrize(
    ("changed", "effort"),
    [
        ({}, 1.0),
        ({"quality": 4.0}, 2.0),
        ({"attention": 0.25}, 0.5),
        ({"revenue": 6.0}, 2.0),
    ],
)
def test_tuning_takes_good_people_their_attention_and_examples_from_use(cast, changed, effort):
    assert tuned(cast, **changed) == pytest.approx(0.8 * (1.0 - np.exp(-0.2 * effort)))


# --- what it is turned to -------------------------------------------------------------------------


def test_attention_moves_towards_its_aim_and_not_beyond(cast):
    world = cast.world(1, reorganisation_months=10.0)
    lab = cast.developer(world, foundation_focus=0.2)
    lab.take_notice(np.array([0.5]))  # of the 0.8 not yet given
    seen = []
    for _ in range(100):
        lab.reorganise(1.0)
        seen.append(float(lab.attention[0]))
    assert seen[0] == pytest.approx(0.2 + 0.4 / 10.0)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(0.6, abs=1e-4)
    lab.reorganise(50.0)
    assert lab.attention[0] == pytest.approx(0.6)


def test_without_notice_attention_stays(cast, world):
    lab = cast.developer(world, foundation_focus=0.3)
    lab.reorganise(5.0)
    assert lab.attention.tolist() == [0.3] * 3


# --- its fleet ------------------------------------------------------------------------------------


def test_users_come_before_the_largest_run_and_a_limit_before_the_users(cast):
    world = cast.world(3, serving_limit=0.7, serving_cost_share=0.5, compute_cost_start=2e-5)
    lab = cast.developer(world, fleet=100_000, training_share=0.3, serving_share=0.1)
    lab.revenue = np.array([0.0, 0.8, 80.0])  # the compute of a fifth of the fleet, and of all
    lab.divide_fleet()
    assert lab.uses.serving == pytest.approx([0.1, 0.3, 0.7])
    assert lab.uses.training == pytest.approx([0.3, 0.7 / 3.0, 0.1])


def test_what_wears_out_leaves_every_channel_and_is_counted(cast, world):
    one, other = cast.developer(world, fleet=500), cast.developer(world, name="other", fleet=100)
    one.install("smuggled", np.full(3, 300.0), np.full(3, 120.0))
    one.scrapped = np.full(3, 7.0)
    research.scrap(Team([one, other]), np.array([0.0, 0.25, 1.0]))
    channels = [CHANNELS.index("direct"), CHANNELS.index("smuggled")]
    assert one.fleet[channels].tolist() == [[500.0, 375.0, 0.0], [300.0, 225.0, 0.0]]
    assert one.usable.tolist() == [620.0, 465.0, 0.0]
    assert one.scrapped.tolist() == [7.0, 207.0, 807.0]
    assert other.fleet.sum(axis=0).tolist() == [100.0, 75.0, 0.0]
    assert other.scrapped.tolist() == [0.0, 25.0, 100.0]


# --- mechanisms that are switched off -------------------------------------------------------------


def lived_a_month(cast, off: Mechanism | None):
    """A lab that ran, read, tuned, served and lost chips, with a group of mechanisms off or none.

    Returns:
        What that changed, by name.
    """
    serving = {"serving_limit": 0.9, "serving_cost_share": 0.5, "compute_cost_start": 2e-5}
    world = cast.world(1, absorption=0.1, **serving, **REFERENCE)
    world.knowledge.literature = np.ones(1)
    lab = reference_lab(cast, world)
    world.off_since = lambda group, region: 0.0 if group is off and region == "US" else None
    lab.run_due, lab.aim, lab.revenue = np.full(1, 9.0), np.full(1, 0.5), np.full(1, 0.004)
    lab.learn_of(np.array([0.8]), np.zeros(1))
    names = ("efficiency", "absorbed", "post_training", "practice", "attention", "usable")
    before = {name: float(getattr(lab, name)[0]) for name in names} | {"training": 0.1}
    lab.do_research(1.0, lab.usable)
    lab.reorganise(1.0)
    research.scrap(Team([lab]), np.full(1, 0.1))
    lab.divide_fleet()
    after = {name: float(getattr(lab, name)[0]) for name in names}
    after["training"] = float(lab.uses.training[0])
    return {name: after[name] - before[name] for name in after}


@pytest.mark.parametrize(
    ("off", "still"),
    [
        (Mechanism.COMPUTE, {"usable", "training"}),
        (Mechanism.LEARNING, {"absorbed"}),
        (Mechanism.POST_TRAINING, {"post_training"}),
        (Mechanism.TALENT, {"practice"}),
        (Mechanism.MONEY, {"attention"}),
    ],
)
def test_what_is_switched_off_stands_still_and_all_else_goes_on(cast, off, still):
    assert all(lived_a_month(cast, None).values())
    changes = lived_a_month(cast, off)
    assert {name for name, change in changes.items() if abs(change) < 1e-12} == still


def test_own_algorithms_and_reading_are_switched_off_one_by_one(cast):
    both, read, found = (
        lived_a_month(cast, off)["efficiency"]
        for off in (None, Mechanism.ALGORITHMS, Mechanism.LEARNING)
    )
    assert (read, found) == pytest.approx((0.1, 0.03))
    assert both == pytest.approx(read + found)
