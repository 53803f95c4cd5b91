"""Adoption in whole worlds: what use teaches, which sectors firms are in, and who leads where."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from model.sectors import SECTORS
from model.world import World


def test_data_from_use_speed_research_and_none_need_not():
    def efficiency(**fixed: float) -> np.ndarray:
        world = World(futures=20, fixed=fixed)
        world.run_to(dt.date(2026, 1, 1))
        return np.asarray(world.record.values("efficiency_cn")[-1])

    none, some = efficiency(data_to_research=0.0), efficiency(data_to_research=0.8)
    assert (some >= none).all()
    assert (some > none).mean() > 0.9
    assert np.median(some - none) < 0.3


@pytest.fixture(scope="module")
def history() -> World:
    world = World(futures=100)
    world.run_to(dt.date(2025, 7, 1))
    return world


def test_firms_say_which_sectors_they_enter_and_leave_and_why(history):
    told = [d for future in range(10) for d in history.decisions_of(future)]
    moves = [(when, who, what) for when, who, what in told if what.startswith(("enters", "leaves"))]
    assert {what.split()[0] for _, _, what in moves} == {"enters", "leaves"}
    assert all(": " in what and when % 6.0 == 0.0 for when, _, what in moves)
    assert not {who for _, who, _ in moves} & {"US clouds", "Chinese operators", "Other clouds"}
    carmakers = [f for f in history.developers if f.name in ("NIO", "XPeng")]
    transport = SECTORS.index("transport")
    assert all(firm.portfolio.entered[transport].mean() > 0.5 for firm in carmakers)
    assert all(firm.portfolio.entered.any(axis=0).all() for firm in history.developers)


def test_china_leads_in_some_sectors_early_and_not_in_all(history):
    world = history

    def ahead(sector: str) -> float:
        china = world.record.values(f"adoption_cn_{sector}")[-1]
        return float((china > world.record.values(f"adoption_us_{sector}")[-1]).mean())

    assert min(ahead(s) for s in ("internet", "retail", "finance", "transport")) > 0.6
    assert max(ahead(s) for s in ("health", "professional")) < 0.2
