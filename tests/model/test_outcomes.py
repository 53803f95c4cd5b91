"""The outcome registry: complete, and every figure a figure."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from model import outcomes
from model.outcomes import OUTCOMES
from model.world import World


@pytest.fixture(scope="module", params=["fresh", "two years old"])
def world(request: pytest.FixtureRequest) -> World:
    world = World(futures=4)
    if request.param == "two years old":
        world.run_to(dt.date(2024, 1, 1))
    return world


def test_names_are_used_once_and_fit_a_column():
    names = [outcome.name for outcome in outcomes._REGISTRY]
    assert len(names) == len(set(names)) == len(OUTCOMES)
    assert all(name.isidentifier() and name == name.lower() for name in names)
    assert list(OUTCOMES) == names


def test_every_outcome_says_what_it_is():
    for name, outcome in OUTCOMES.items():
        assert outcome.unit, name
        assert len(outcome.definition) > 20, name
        assert outcome.source, name
        assert 0 <= outcome.decimals <= 3, name
    definitions = [outcome.definition for outcome in OUTCOMES.values()]
    assert len(set(definitions)) == len(definitions)


def test_companions_exist_and_are_flags():
    companions = {o.censored_by for o in OUTCOMES.values() if o.censored_by is not None}
    assert companions
    for name in companions:
        assert OUTCOMES[name].unit == "-1, 0 or 1"
        assert OUTCOMES[name].censored_by is None


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_a_number_per_future_or_flagged(name: str, world: World) -> None:
    outcome = OUTCOMES[name]
    values = np.asarray(outcome.compute(world))
    assert values.shape == (4,)
    assert values.dtype == np.float64
    if outcome.censored_by is None:
        assert np.isfinite(values).all()
    else:
        flags = OUTCOMES[outcome.censored_by].compute(world)
        assert np.isin(flags, [-1.0, 0.0, 1.0]).all()
        assert np.array_equal(np.isnan(values), flags != 0.0)


def value(world: World, name: str):
    return np.asarray(OUTCOMES[name].compute(world))


def test_channels_add_up_to_the_compute_of_china(world):
    channels = sum(
        value(world, f"compute_cn_{channel}")
        for channel in ("direct", "variant", "domestic", "smuggled", "rented")
    )
    assert channels == pytest.approx(value(world, "compute_cn"))


def test_a_ratio_is_of_what_it_says(world):
    ratio = value(world, "compute_us") / value(world, "compute_cn")
    assert value(world, "compute_ratio") == pytest.approx(ratio)


def test_the_gap_in_compute_has_the_sign_of_the_gap_in_time(world):
    months, oom = value(world, "gap_months"), value(world, "gap_oom")
    known = np.isfinite(months)
    assert np.array_equal(np.sign(months[known]), np.sign(oom[known]))


def test_shares_lie_between_0_and_1(world):
    for name, outcome in OUTCOMES.items():
        if outcome.unit == "share":
            assert ((value(world, name) >= 0.0) & (value(world, name) <= 1.0)).all(), name


def test_nodes_are_classes_of_the_ladder_and_the_gap_follows_them(world):
    best, chinese = value(world, "node_best_nm"), value(world, "node_cn_nm")
    assert (best < chinese).all()
    assert (value(world, "chip_gap_years") > 0.0).all()
    assert best.tolist() == [5.0] * 4 if world.time == 0.0 else (best <= 5.0).all()


def test_what_counts_from_the_start_is_zero_at_the_start():
    world = World(futures=2)
    since_start = [name for name, o in OUTCOMES.items() if "since January 2022" in o.definition]
    assert len(since_start) >= 6
    for name in since_start:
        assert (value(world, name) == 0.0).all() or name.startswith(("efficiency", "adoption")), (
            name
        )
