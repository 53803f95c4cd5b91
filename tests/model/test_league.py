"""The league table agrees with the frontiers and the gap."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from model.league import Standings, standings
from model.world import World


@pytest.fixture(scope="module")
def world() -> World:
    world = World(futures=12)
    world.run_to(dt.date(2024, 7, 1))
    return world


@pytest.fixture(scope="module")
def table(world: World) -> Standings:
    return standings(world)


def test_someone_is_first_and_trails_nobody(table: Standings) -> None:
    first = table.rank == 1
    assert first.any(axis=0).all()
    assert (table.behind_months[first] == 0.0).all()
    assert (table.behind_oom[first] == 0.0).all()


def test_who_has_a_better_model_ranks_higher_and_trails_less(table: Standings) -> None:
    for future in range(table.level.shape[1]):
        order = np.argsort(-table.level[:, future], kind="stable")
        assert (np.diff(table.rank[order, future]) >= 0).all()
        behind = table.behind_months[order, future]
        assert (behind[1:] >= behind[:-1]).all()


def test_without_a_model_there_is_no_distance(table: Standings) -> None:
    none = ~np.isfinite(table.level)
    assert none.any()
    assert np.isinf(table.behind_months[none]).all()
    assert np.isinf(table.behind_oom[none]).all()
    assert not table.has_open[none].any()


def test_the_best_chinese_developer_trails_by_the_gap_where_americans_lead(
    world: World, table: Standings
) -> None:
    of = np.array(table.regions)
    american, chinese = (table.level[of == region].max(axis=0) for region in ("US", "CN"))
    other = table.level[of == "RoW"].max(axis=0)
    plain = (american > chinese) & (chinese > other)
    assert plain.any()
    behind = table.behind_months[of == "CN"].min(axis=0)
    gap = world.record.values("gap_months")[-1]
    assert behind[plain] == pytest.approx(gap[plain])


def test_a_future_stands_alike_in_any_block(table: Standings) -> None:
    few = World(futures=3)
    few.run_to(dt.date(2024, 7, 1))
    assert np.array_equal(standings(few).rank, table.rank[:, :3])
