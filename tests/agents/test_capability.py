"""What makes capability, and the limits of each part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents import capability

levels = arrays(np.float64, 6, elements=st.floats(-5.0, 35.0))
amounts = arrays(np.float64, 6, elements=st.floats(0.0, 1e7))
shares = arrays(np.float64, 6, elements=st.floats(0.0, 0.999))

# Figures of the idea production function, one value for all futures.
FIGURES = {
    "pace": np.array([0.03]),
    "talent_elasticity": np.array([0.35]),
    "compute_elasticity": np.array([0.25]),
    "exhaustion": np.array([0.3]),
    "scarcity_push": np.array([0.3]),
}


def progress(researchers=1.0, compute=1.0, efficiency=0.0, scarcity=0.0) -> float:
    inputs = [np.array([value]) for value in (researchers, compute, efficiency, scarcity)]
    return float(capability.own_progress(*inputs, **FIGURES)[0])


# --- training -------------------------------------------------------------------------------------


def test_compute_of_a_run_of_known_size():
    # 25,000 A100 at 312 TFLOP/s and 34% for 95 days: about 2e25 FLOP, GPT-4 as Epoch AI has it.
    accelerators = np.array([25_000 * 312.0 / 989.0])
    months = 95.0 / (365.25 / 12.0)
    flop = capability.training_flop(accelerators, 0.34, months)
    assert flop[0] == pytest.approx(25_000 * 312e12 * 0.34 * 95 * 86400)
    assert flop[0] == pytest.approx(2.1e25, rel=0.05)


def test_no_accelerators_no_compute():
    assert capability.training_flop(np.zeros(2), 0.4, 3.0).tolist() == [0.0, 0.0]


@given(amounts)
def test_twice_the_accelerators_or_the_time_is_twice_the_compute(accelerators):
    once = capability.training_flop(accelerators, 0.4, 3.0)
    assert np.allclose(capability.training_flop(2.0 * accelerators, 0.4, 3.0), 2.0 * once)
    assert np.allclose(capability.training_flop(accelerators, 0.4, 6.0), 2.0 * once)


# --- research -------------------------------------------------------------------------------------


def test_at_the_reference_progress_is_at_the_reference_pace():
    assert progress() == pytest.approx(0.03)


def test_ideas_are_ten_times_as_hard_to_find_once_exhaustion_comes_to_an_order_of_magnitude():
    assert progress(efficiency=1.0 / 0.3) == pytest.approx(0.003)


def test_without_researchers_or_compute_no_progress():
    assert progress(researchers=0.0) == 0.0
    assert progress(compute=0.0) == 0.0
    assert progress(researchers=0.0, scarcity=3.0) == 0.0


@given(st.floats(0.01, 1e4), st.floats(0.01, 1e4), st.floats(-2.0, 8.0), st.floats(0.0, 5.0))
def test_progress_rises_with_inputs_at_diminishing_returns(people, compute, found, scarcity):
    now = progress(people, compute, found, scarcity)
    assert now > 0.0
    for more in (
        progress(2.0 * people, compute, found, scarcity),
        progress(people, 2.0 * compute, found, scarcity),
    ):
        assert now < more < 2.0 * now
    assert progress(people, compute, found + 0.1, scarcity) < now, "ideas get harder to find"
    assert progress(people, compute, found, scarcity + 0.1) > now, "scarcity pushes"


def test_scarcity_is_the_distance_to_the_best_equipped():
    got = capability.scarcity(np.array([10.0, 1000.0, 5000.0]), np.full(3, 1000.0))
    assert got == pytest.approx([2.0, 0.0, 0.0])


def test_scarcity_of_a_firm_without_compute_is_finite():
    assert np.isfinite(capability.scarcity(np.zeros(2), np.array([0.0, 1e6]))).all()
    assert capability.scarcity(np.zeros(1), np.zeros(1))[0] == 0.0
    alone = capability.scarcity(np.zeros(1), np.array([1000.0]))
    assert alone == pytest.approx([3.0]), "as if it had a single accelerator"


# --- learning from others -------------------------------------------------------------------------


@given(levels, levels, shares)
def test_spillover_never_carries_beyond_what_is_published(efficiency, published, absorption):
    learned = capability.spillover(efficiency, published, absorption)
    assert (learned >= 0.0).all()
    assert (efficiency + learned <= np.maximum(efficiency, published) + 1e-9).all()
    assert (learned[efficiency >= published] == 0.0).all()


def test_spillover_closes_the_distance_at_a_rate():
    assert capability.spillover(np.array([1.0]), np.array([3.0]), np.array([0.25])) == [0.5]


def test_nothing_published_teaches_nothing():
    learned = capability.spillover(np.array([1.0]), np.array([-np.inf]), np.array([0.25]))
    assert learned[0] == 0.0


@given(levels, levels, shares)
def test_a_distilled_model_is_no_worse_and_does_not_overtake_its_teacher(level, teacher, share):
    after = capability.distilled(level, teacher, share)
    assert (after >= level).all()
    assert (after <= np.maximum(level, teacher) + 1e-9).all()
    assert (after[level >= teacher] == level[level >= teacher]).all()


@given(levels, levels, shares)
def test_distillation_keeps_the_order_of_pupils(level, teacher, share):
    better = capability.distilled(level + 0.5, teacher, share)
    assert (better > capability.distilled(level, teacher, share) - 1e-9).all()


def test_distillation_closes_its_share_of_the_distance():
    assert capability.distilled(np.array([24.0]), np.array([26.0]), np.array([0.75])) == [25.5]
    assert capability.distilled(np.array([24.0]), np.array([-np.inf]), np.array([0.75])) == [24.0]


# --- know-how that people bring -------------------------------------------------------------------

movers = arrays(np.float64, (3, 6), elements=st.floats(0.0, 1e4))
known_there = arrays(np.float64, (3, 6), elements=st.floats(-3.0, 8.0))
worths = arrays(np.float64, 6, elements=st.floats(0.0, 50.0))


@given(levels, movers, known_there, st.floats(0.0, 1e4), worths)
def test_movers_never_carry_beyond_the_best_they_come_from(
    efficiency, people, known, others, worth
):
    staff = people.sum(axis=0) + others
    brought = capability.brought_by_movers(efficiency, people, known, staff, worth)
    best = np.where(people > 0.0, known, -np.inf).max(axis=0)
    assert (brought >= 0.0).all()
    assert (efficiency + brought <= np.maximum(efficiency, best) + 1e-9).all()


@given(levels, known_there, worths)
def test_without_movers_nothing_is_brought(efficiency, known, worth):
    nobody = np.zeros_like(known)
    assert (capability.brought_by_movers(efficiency, nobody, known, worth, worth) == 0.0).all()


@given(levels, movers, worths)
def test_those_who_know_no_more_bring_nothing(efficiency, people, worth):
    known = np.broadcast_to(efficiency, people.shape)
    staff = people.sum(axis=0) + 1.0
    assert (capability.brought_by_movers(efficiency, people, known, staff, worth) == 0.0).all()


def test_more_movers_bring_more_and_many_all():
    def brought(people: float) -> float:
        movers, known = np.array([[people]]), np.array([[2.0]])
        staff = np.array([100.0])
        got = capability.brought_by_movers(np.array([1.0]), movers, known, staff, np.array([2.0]))
        return float(got[0])

    assert brought(1.0) == pytest.approx(0.02, rel=0.02)
    assert brought(1.0) < brought(10.0) < brought(100.0) < 1.0
    assert brought(1e6) == pytest.approx(1.0)


@given(levels, movers, known_there, worths, st.integers(0, 2))
def test_who_knows_more_brings_no_less(efficiency, people, known, worth, origin):
    staff = people.sum(axis=0) + 1.0
    better = known.copy()
    better[origin] += 1.0
    before = capability.brought_by_movers(efficiency, people, known, staff, worth)
    after = capability.brought_by_movers(efficiency, people, better, staff, worth)
    assert (after >= before - 1e-12).all()


# --- experience -----------------------------------------------------------------------------------


def test_practice_makes_perfect_in_the_end():
    practice = np.array([0.0, 15.0, 30.0, 1e6])
    skill = capability.practised(practice, np.array([15.0]))
    assert skill == pytest.approx([0.0, 1.0 - np.exp(-1.0), 1.0 - np.exp(-2.0), 1.0])


practices = arrays(np.float64, 6, elements=st.floats(0.0, 200.0))
practices_there = arrays(np.float64, (3, 6), elements=st.floats(0.0, 200.0))


@given(practices, movers, practices_there, practices, practices, shares)
def test_practice_after_hiring_lies_between_that_of_its_parts(
    practice, people, brought, old_hands, untried, dilution
):
    staff = old_hands + untried + people.sum(axis=0)
    after = capability.after_hiring(practice, staff, people, brought, untried, dilution)
    assert (after >= -1e-9).all()
    best = np.where(people > 0.0, brought, 0.0).max(axis=0)
    assert (after <= np.maximum(practice, best) + 1e-9).all()


def test_hiring_nobody_and_hiring_ones_like_leave_practice_alone():
    practice, nobody = np.array([20.0]), np.zeros(1)
    for people in (0.0, 30.0):
        after = capability.after_hiring(
            practice,
            np.array([100.0]),
            np.array([[people]]),
            np.array([[20.0]]),
            nobody,
            np.ones(1),
        )
        assert after.tolist() == [20.0]


def test_beginners_dilute_in_proportion():
    after = capability.after_hiring(
        np.array([20.0]),
        np.array([100.0]),
        np.zeros((1, 1)),
        np.zeros((1, 1)),
        np.array([25.0]),
        np.array([0.8]),
    )
    assert after == pytest.approx([20.0 * (1.0 - 0.8 * 0.25)])


# --- post-training --------------------------------------------------------------------------------


def effort(engineers, compute, use):
    return capability.post_training_effort(
        engineers,
        compute,
        use,
        talent_elasticity=np.full(1, 0.2),
        compute_elasticity=np.full(1, 0.1),
        use_elasticity=np.full(1, 0.1),
    )


def test_effort_needs_people_and_some_compute_and_gains_from_use():
    none, one, ten = np.zeros(1), np.ones(1), np.full(1, 10.0)
    assert effort(one, one, none) == [1.0]
    assert effort(none, one, ten) == [0.0]
    assert effort(one, none, ten) == [0.0]
    assert effort(ten, one, none) > effort(one, ten, none) > [1.0], "people count for more"
    assert effort(one, one, ten) > [1.0]


@given(levels, levels, levels, shares)
def test_post_training_reaches_what_techniques_give_and_no_more(level, techniques, effort, pace):
    after = capability.post_trained(level, techniques, np.abs(effort), pace=pace, months=1.0)
    assert (after >= level).all()
    assert (after <= np.maximum(level, techniques) + 1e-9).all()
    assert (after[level >= techniques] == level[level >= techniques]).all()


def test_post_training_has_diminishing_returns_and_does_not_depend_on_the_step():
    level, techniques, one = np.zeros(1), np.ones(1), np.ones(1)
    gains, seen = [], level
    for _ in range(12):
        after = capability.post_trained(seen, techniques, one, pace=0.1 * one, months=1.0)
        gains.append(float((after - seen)[0]))
        seen = after
    assert gains == sorted(gains, reverse=True)
    at_once = capability.post_trained(level, techniques, one, pace=0.1 * one, months=12.0)
    assert seen == pytest.approx(at_once)
    assert at_once == pytest.approx(1.0 - np.exp(-1.2))


@given(shares, st.floats(0.1, 0.6), st.floats(0.05, 0.95))
def test_a_cluster_yields_between_what_beginners_and_what_skilled_engineers_get(
    skill: np.ndarray, best: float, untrained: float
):
    figures = {"best": np.full(6, best), "untrained": np.full(6, untrained)}
    beginners = capability.utilisation(np.zeros(6), **figures)
    got = capability.utilisation(skill, **figures)
    skilled = capability.utilisation(np.ones(6), **figures)
    np.testing.assert_allclose(beginners, best * untrained)
    np.testing.assert_allclose(skilled, best)
    np.testing.assert_allclose(got, beginners + skill * (skilled - beginners))
