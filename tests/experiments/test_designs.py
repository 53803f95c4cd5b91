"""Designs: where the points lie, and that no block leaves a trace."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from experiments.chains import Chain
from experiments.designs import RANDOM, SLICES, DesignError, Rows, design, one_at_a_time, uncertain
from experiments.runner import simulate
from experiments.study import Block, Study
from model.calendar import RECORD_START
from model.ensemble import spread
from model.policy import HISTORY
from model.world import World

METHODS = ["lhs", "sobol", "nominal", "oat"]


def rows(
    method: str, futures: int, first: int = 0, count: int | None = None, seed: int = 1
) -> Rows:
    return design(method).rows_of(seed, futures, first, futures if count is None else count)


@given(
    method=st.sampled_from(METHODS),
    futures=st.integers(1, 2600),
    edges=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
)
@settings(max_examples=25)
def test_a_future_has_the_same_row_in_any_block(method: str, futures: int, edges):
    first = int(min(edges) * (futures - 1))
    count = max(1, int((max(edges) - min(edges)) * futures))
    whole, block = rows(method, futures), rows(method, futures, first, count)
    assert block.sharing == whole.sharing
    for name, values in whole.fixed.items():
        expected = np.broadcast_to(values, futures)[first : first + count]
        assert np.array_equal(np.broadcast_to(block.fixed[name], count), expected)


@pytest.mark.parametrize("futures", [7, 200, SLICES])
def test_a_latin_hypercube_has_one_future_in_each_slice_of_each_parameter(futures: int):
    for name, values in rows("lhs", futures).fixed.items():
        # Values at the same rank as the middles of the slices: the tails are pulled in.
        middles = spread(uncertain()[name], middle_normals(futures))
        edges = spread(uncertain()[name], edge_normals(futures))
        found = np.sort(np.asarray(values))
        assert (found >= edges[:-1] - 1e-12 * np.abs(middles)).all(), name
        assert (found <= edges[1:] + 1e-12 * np.abs(middles)).all(), name


def middle_normals(slices: int):
    return normal((np.arange(slices) + 0.5) / slices)


def edge_normals(slices: int):
    return normal(np.clip(np.arange(slices + 1) / slices, 1e-12, 1.0 - 1e-12))


def normal(shares):
    return np.asarray(ndtri(shares))


@pytest.mark.parametrize("method", ["lhs", "sobol"])
def test_means_over_a_design_are_nearer_the_truth_than_over_plain_draws(method: str):
    futures, seeds = 256, range(8)
    name, quantity = next(iter(uncertain().items()))
    truth = spread(quantity, normal((np.arange(200_000) + 0.5) / 200_000)).mean()
    designed = [np.mean(rows(method, futures, seed=seed).fixed[name]) - truth for seed in seeds]
    drawn = [World(futures=futures, seed=seed).parameters[name].mean() - truth for seed in seeds]
    assert np.sqrt(np.mean(np.square(designed))) < 0.2 * np.sqrt(np.mean(np.square(drawn)))


@pytest.mark.parametrize("method", ["lhs", "sobol"])
def test_a_seed_decides_a_design(method: str):
    one, same, other = (rows(method, 64, seed=seed).fixed for seed in (1, 1, 2))
    name = next(iter(one))
    assert np.array_equal(one[name], same[name])
    assert not np.array_equal(one[name], other[name])


def test_all_medians_are_the_recorded_values():
    assert rows("nominal", 5).fixed == {name: known.value for name, known in uncertain().items()}


def test_one_at_a_time_moves_one_parameter_and_no_luck():
    size = len(one_at_a_time())
    found = rows("oat", 2 * size)
    table = np.array([np.asarray(values) for values in found.fixed.values()])
    medians = np.array([known.value for known in uncertain().values()])
    off = ~np.isclose(table, medians[:, None], rtol=1e-12)
    assert not off[:, 0].any()
    assert (off.sum(axis=0) <= 1).all()
    lows = np.array([known.low for known in uncertain().values()])
    assert np.allclose(np.diag(table[:, 1:size:2]), lows)
    assert np.array_equal(table[:, :size], table[:, size:])
    assert found.sharing == size


def test_worlds_of_one_round_differ_in_nothing_but_the_parameter():
    found = rows("oat", len(one_at_a_time()), 0, 3)
    world = World(futures=3, fixed=found.fixed, sharing=found.sharing)
    name = next(iter(uncertain()))
    for other, values in world.parameters.items():
        assert (len(set(values)) == 1) == (other != name or values[0] == values[1] == values[2])
    assert len(set(world.streams.uniform("luck"))) == 1


def table(tmp_path: Path, suffix: str, frame: pd.DataFrame) -> str:
    path = tmp_path / f"points{suffix}"
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_csv(path, index=False)
    return f"table:{path}"


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_gives_its_rows_and_leaves_the_rest_drawn(tmp_path: Path, suffix: str):
    name, quantity = next(iter(uncertain().items()))
    values = quantity.value * np.linspace(0.9, 1.0, 6)
    chosen = design(table(tmp_path, suffix, pd.DataFrame({name: values})))
    assert chosen.rows == 6
    found = chosen.rows_of(1, 6, 2, 3)
    assert set(found.fixed) == {name}
    assert np.array_equal(found.fixed[name], values[2:5])


def test_a_table_that_changed_since_is_refused(tmp_path: Path):
    name, quantity = next(iter(uncertain().items()))
    chosen = design(table(tmp_path, ".csv", pd.DataFrame({name: [quantity.value] * 3})))
    table(tmp_path, ".csv", pd.DataFrame({name: [quantity.value] * 4}))
    with pytest.raises(DesignError, match="no longer the table"):
        chosen.rows_of(1, 3, 0, 3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "cannot be read"),
        ("imitation_pac\n1\n", "no parameter is called 'imitation_pac'"),
        ("fleet_life_months\nmany\n", "fleet_life_months: expected numbers"),
        ("fleet_life_months\n60\n-1\n", "fleet_life_months: row 2: expected a number, 1 or more"),
        ("fleet_life_months\n60\nnan\n", "row 2: expected a number, 1 or more, got nan"),
        ("fleet_life_months\n", "expected a column for each parameter, and rows"),
        ("chip_warning_months\n2\n3\n", "has no range, expected the same value in every row"),
    ],
)
def test_a_table_at_fault_is_refused_by_column_and_row(tmp_path: Path, content: str, words: str):
    path = tmp_path / "points.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DesignError, match=words):
        design(f"table:{path}")


def test_a_study_under_a_design_is_the_same_in_any_blocks():
    study = Study(policies=(HISTORY,), futures=6, until=date(2022, 3, 1), design=design("lhs"))
    whole = block(study, 0, 6)
    parts = np.concatenate([block(study, 0, 1), block(study, 1, 4), block(study, 5, 1)], axis=1)
    assert np.array_equal(whole, parts, equal_nan=True)
    plain = block(study.model_copy(update={"design": RANDOM}), 0, 6)
    assert not np.array_equal(whole, plain, equal_nan=True)


def block(study: Study, first: int, count: int):
    assert study.months[0] == RECORD_START
    wanted = Block((next(study.shards()),), first, count)
    ((_, values),) = simulate(study, Chain(wanted), study.rows(first, count))
    return values


def test_points_of_the_cube_are_probabilities_of_values():
    """An inverse distribution function: the share of draws below a design's value is its point."""
    name, quantity = next(iter(uncertain().items()))
    points = np.array([0.05, 0.5, 0.95])
    values = spread(quantity, normal(points))
    assert np.allclose(values, np.array([quantity.low, quantity.value, quantity.high], float))
    assert np.allclose(ndtr(normal(points)), points), name
