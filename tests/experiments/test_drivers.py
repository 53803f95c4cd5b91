from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from experiments.designs import Design, uncertain
from experiments.drivers import drivers, parameters_of
from experiments.policies import load_policy
from experiments.study import Study
from model.world import World

RNG = np.random.default_rng(11)
SAMPLE = {name: RNG.normal(size=400) for name in "abcdefgh"}


def test_the_planted_driver_comes_first_with_its_sign():
    outcome = -np.exp(2.0 * SAMPLE["c"]) + 0.2 * SAMPLE["a"]
    found = drivers(iter(SAMPLE.items()), outcome)
    assert found is not None
    first = found.ranked[0]
    assert first.name == "c"
    assert first.correlation < -0.9
    assert first.low <= first.correlation <= first.high
    assert abs(found.ranked[2].correlation) < found.by_chance


def test_correlations_are_spearmans_ties_included():
    outcome = np.round(SAMPLE["a"] + SAMPLE["b"])
    found = drivers(iter(SAMPLE.items()), outcome)
    assert found is not None
    for driver in found.ranked:
        assert driver.correlation == pytest.approx(spearmanr(SAMPLE[driver.name], outcome)[0])


def test_unknown_futures_are_left_out_and_nothing_is_ranked_without_variation():
    outcome = SAMPLE["a"].copy()
    outcome[:100] = np.nan
    found = drivers(iter(SAMPLE.items()), outcome)
    assert found is not None
    assert found.futures == 300
    assert found.ranked[0].correlation == pytest.approx(1.0)
    assert drivers(iter(SAMPLE.items()), np.zeros(400)) is None
    assert drivers(iter(SAMPLE.items()), np.full(400, np.nan)) is None


@pytest.mark.parametrize("method", ["random", "lhs", "nominal"])
def test_parameters_are_those_that_a_world_of_the_study_lives_with(method):
    study = Study(
        policies=(load_policy("history"),), futures=6, seed=5, design=Design(method=method)
    )
    rows = study.rows(2, 3)
    world = World(futures=3, seed=5, first_future=2, fixed=rows.fixed, sharing=rows.sharing)
    found = dict(parameters_of(study))
    assert set(found) == set(uncertain())
    for name, values in found.items():
        np.testing.assert_array_equal(values[2:5], world.parameters[name])
