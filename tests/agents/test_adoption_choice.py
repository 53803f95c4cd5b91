"""How users take up AI, and whose: limits and directions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.adoption_choice import (
    affordable,
    practice_from_use,
    price_fall,
    reachable,
    readier,
    scenario_richness,
    shifted,
    taken_up,
    usefulness,
)

share = st.floats(0.0, 1.0)
small = st.floats(0.0, 0.3)
traits = arrays(np.float64, (2, 3, 2), elements=st.floats(0.01, 100.0))
held = arrays(np.float64, (3, 2), elements=st.floats(0.01, 1.0))
WEIGHTS = np.array([[0.5, 0.5], [1.0, 0.0]])


def one(value: float) -> np.ndarray:
    return np.array([value])


@given(traits, st.floats(0.01, 100.0))
def test_richness_is_relative_and_goes_with_the_traits(trait, unit):
    rich = scenario_richness(trait, WEIGHTS)
    assert np.allclose(np.prod(rich, axis=1), 1.0), "average over markets in the geometric sense"
    in_other_units = trait * np.array([unit, 1.0])[:, None, None]
    assert np.allclose(scenario_richness(in_other_units, WEIGHTS), rich)
    swapped = trait[:, [1, 0, 2]]
    assert np.allclose(scenario_richness(swapped, WEIGHTS), rich[:, [1, 0, 2]])
    assert np.allclose(scenario_richness(trait[:, [0, 0, 0]], WEIGHTS), 1.0)


def test_a_trait_counts_only_in_sectors_that_it_matters_to():
    trait = np.ones((2, 2, 1))
    trait[1, 0] = 4.0
    rich = scenario_richness(trait, WEIGHTS)[..., 0]
    assert rich[0] == pytest.approx([4.0**0.25, 4.0**-0.25])
    assert rich[1] == pytest.approx([1.0, 1.0])


@given(st.floats(10.0, 40.0), st.floats(0.0, 5.0), st.floats(-2.0, 2.0))
def test_models_are_useful_from_what_a_sector_needs_on(level, better, need):
    got = usefulness(one(level), one(need), one(24.0), one(4.0))
    assert 0.0 <= got <= usefulness(one(level + better), one(need), one(24.0), one(4.0)) <= 1.0
    assert (got > 0.0) == (level > 24.0 + need)
    assert usefulness(one(-np.inf), one(need), one(24.0), one(4.0)) == 0.0


def test_half_way_a_model_does_half_the_work():
    assert usefulness(one(27.0), one(1.0), one(24.0), one(4.0)) == pytest.approx(0.5)


PERMITTED = np.array([[0.2], [0.5]])


@given(st.floats(0.1, 20.0), share)
def test_rules_lift_or_lower_readiness_as_far_as_work_waits_for_them(factor, regulated):
    def after(change: float, waits: float) -> np.ndarray:
        return readier(PERMITTED, np.full((1, 2, 1), change), np.array([[waits]]))

    assert after(1.0, regulated) == pytest.approx(np.ones((1, 2, 1))), "no change"
    assert (after(factor, 0.0) == 1.0).all(), "work without regulation"
    got = after(factor, regulated)
    assert (got <= PERMITTED**-regulated + 1e-12).all(), "no more than everything is let start"
    assert (got <= after(2.0 * factor, regulated) + 1e-12).all()


def test_wholly_regulated_work_follows_what_may_start():
    got = readier(PERMITTED, np.full((1, 2, 1), 4.0), np.ones((1, 1)))
    assert got[0, :, 0] == pytest.approx([4.0, 2.0])


def test_prices_fall_with_algorithms_and_with_compute_alone():
    assert price_fall(one(0.0), one(1.0), one(1.0), one(0.25)) == 0.0
    assert price_fall(one(2.0), one(1.0), one(0.5), one(0.25)) == pytest.approx(1.0)
    assert price_fall(one(0.0), one(100.0), one(0.5), one(0.25)) == pytest.approx(0.5)


def test_a_price_without_any_compute_is_a_number():
    assert np.isfinite(price_fall(one(1.0), one(0.0), one(1.0), one(0.25))).all()


def test_dear_work_is_replaced_before_the_price_has_fallen_as_far():
    def pays(fall: float, labour: float, slope: float = 1.0) -> float:
        return float(affordable(one(fall), one(labour), one(0.5), one(2.0), one(slope))[0])

    assert pays(1.0, 100.0) == pytest.approx(0.5), "100 times the cost of work, half as an OOM"
    assert pays(2.0, 0.01) == pytest.approx(1.0 / 11.0)
    assert pays(3.0, 1.0) == pytest.approx(10.0 / 11.0)
    assert pays(3.0, 1.0, slope=2.0) == pytest.approx(100.0 / 101.0)


@given(st.floats(-1.0, 4.0), st.floats(0.0, 2.0), st.floats(0.05, 1.0))
def test_cheaper_use_and_dearer_work_make_more_of_it_pay(fall, more, labour):
    def pays(fell: float, cost: float) -> float:
        return float(affordable(one(fell), one(cost), one(0.5), one(1.0), one(0.7))[0])

    assert 0.0 < pays(fall, labour) <= pays(fall + more, labour) < 1.0
    assert pays(fall, labour) <= pays(fall, 1.0)
    assert pays(1.0, 1.0) == pytest.approx(0.5)


@given(share, share, share, share, share)
def test_what_can_be_reached_lies_between_home_and_the_best(home, first, second, much, some):
    offers = np.array([[first], [second]])
    none, full = np.zeros((2, 1)), np.ones((2, 1))
    assert reachable(one(home), offers, none) == home
    best = max(home, first, second)
    assert reachable(one(home), offers, full) == pytest.approx(best)
    got = reachable(one(home), offers, np.array([[much], [some]]))
    assert home <= got <= best + 1e-12
    better = np.array([[min(1.0, first + 0.1)], [second]])
    assert reachable(one(home), better, np.array([[much], [some]])) >= got - 1e-12


@given(share, share, small, share, st.floats(0.1, 3.0), st.floats(0.0, 5.0))
def test_adoption_moves_up_towards_its_potential(index, potential, more, peers, ready, years):
    def after(reach: float, neighbours: float = peers) -> float:
        known = (one(neighbours), one(ready), one(0.02), one(0.7))
        return float(taken_up(one(index), one(reach), *known, years)[0])

    got = after(potential)
    assert index <= got <= max(index, potential) + 1e-12
    assert got <= after(min(1.0, potential + more)) + 1e-12, "better models never lower it"
    assert got <= after(potential, min(1.0, peers + 0.1)) + 1e-12
    if potential <= index:
        assert got == index


def test_without_pioneers_and_peers_nobody_begins():
    nobody = taken_up(one(0.0), one(0.8), one(0.0), one(1.0), one(0.0), one(0.7), 10.0)
    assert nobody == 0.0


def test_peers_beyond_the_potential_draw_no_more_than_peers_at_it():
    def after(peers: float) -> float:
        known = (one(peers), one(1.0), one(0.02), one(0.7))
        return float(taken_up(one(0.1), one(0.5), *known, 1.0)[0])

    assert after(0.4) < after(0.5) == after(1.0)


def test_the_pace_of_adoption_is_that_of_bass():
    # With a fixed potential, the closed form of Bass (1969) with p = 0.03 and q = 0.5 a year.
    p, q, potential, index = 0.03, 0.5, 0.6, one(0.0)
    for _ in range(12 * 10 * 30):
        args = (one(potential), index, one(1.0), one(p), one(q))
        index = taken_up(index, *args, 1.0 / 360.0)
    rate = p + q
    exact = (1.0 - np.exp(-rate * 10.0)) / (1.0 + q / p * np.exp(-rate * 10.0))
    assert index / potential == pytest.approx(exact, rel=0.002)


@given(share, share, st.floats(0.0, 20.0), st.floats(0.0, 3.0))
def test_use_teaches_and_no_use_does_not(skill, use, pace, years):
    got = practice_from_use(one(skill), one(use), one(pace), years)
    assert skill - 1e-12 <= got <= 1.0
    assert practice_from_use(one(skill), one(0.0), one(pace), years) == skill


def test_half_of_what_is_missing_is_learned_in_a_half_life_of_use():
    learned = practice_from_use(one(0.2), one(2.0), one(0.25 * np.log(2.0)), 2.0)
    assert learned == pytest.approx(0.6)


def test_shares_go_half_the_way_in_a_half_life():
    start, wanted = np.array([[0.8], [0.2]]), np.array([[1.0], [3.0]])
    got = shifted(start, wanted, one(12.0), 12.0 * np.log(2.0))
    assert got[:, 0] == pytest.approx([0.525, 0.475])


@given(held, held, st.floats(1.0, 60.0), st.floats(0.1, 24.0))
def test_shares_stay_shares_and_follow_attraction(shares_held, attraction, inertia, months):
    start = shares_held / shares_held.sum(axis=0)
    wanted = attraction / attraction.sum(axis=0)
    got = shifted(start, attraction, np.full(2, inertia), months)
    assert np.allclose(got.sum(axis=0), 1.0)
    assert (np.abs(got - wanted) <= np.abs(start - wanted) + 1e-12).all()
    assert np.allclose(shifted(start, start * 7.0, np.full(2, inertia), months), start)
    assert np.array_equal(shifted(start, np.zeros((3, 2)), np.full(2, inertia), months), start)
