"""The history ensemble against what happened, and against worlds that differ in one thing.

These are checks of sanity on the prior ensemble: directions, orders of magnitude and ranges.
Dated patterns are scored in ``test_hindcast.py``; calibration is work to come.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from agents import lithography
from agents.arrays import Floats
from experiments.policies import load_policy
from model.world import World

FUTURES = 200
END = dt.date(2030, 12, 1)


@pytest.fixture(scope="module")
def history() -> World:
    return lived("history")


@pytest.fixture(scope="module")
def no_controls() -> World:
    return lived("no-controls")


def lived(policy: str) -> World:
    world = World(load_policy(policy), futures=FUTURES)
    world.run_to(END)
    return world


def on(world: World, outcome: str, year: int, month: int) -> Floats:
    row = world.record.dates.index(dt.date(year, month, 1))
    return np.asarray(world.record.values(outcome)[row])


# --- the puzzle -----------------------------------------------------------------------------------


def test_the_capability_gap_starts_above_a_year_and_shrinks(history: World) -> None:
    early = on(history, "gap_months", 2023, 4)
    later = on(history, "gap_months", 2025, 7)
    assert np.median(early) > 12.0
    assert np.median(on(history, "gap_months", 2023, 7)) > 12.0
    assert np.median(later) < np.median(early) - 2.0
    assert (on(history, "gap_oom", 2025, 7) > 0.0).mean() > 0.9, "the United States still leads"


def test_the_chip_gap_stays_years(history: World) -> None:
    gap = on(history, "chip_gap_years", 2025, 7)
    low, high = np.quantile(gap, [0.05, 0.95])
    assert low >= 3.0
    assert high <= 8.0


def test_a_small_compute_stock_goes_with_a_small_gap(history: World) -> None:
    assert np.median(on(history, "compute_ratio", 2025, 7)) > 5.0
    assert np.median(on(history, "gap_months", 2025, 7)) < 18.0


# --- orders of magnitude --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "year", "month", "low", "high"),
    [
        # Epoch AI, AI chip sales and owners: about two thirds of 19.6M H100e sold by end-2025.
        ("compute_us", 2025, 12, 8e6, 20e6),
        # Legal, Ascend and smuggled supply together, 1.4 to 3.0M H100e by the end of 2025.
        ("compute_cn", 2025, 12, 1.0e6, 3.0e6),
        # Epoch AI: GPT-4 about 2e25 FLOP (March 2023), Grok-4 about 5e26 (July 2025).
        ("largest_run_us", 2023, 7, 24.9, 25.7),
        ("largest_run_us", 2025, 8, 26.0, 27.0),
        # Epoch AI: Qwen2.5-72B 8e24 (September 2024), DeepSeek-V3 3e24 (December 2024).
        ("largest_run_cn", 2025, 1, 24.4, 25.3),
        # MacroPolo, Global AI Talent Tracker 2.0: more researchers work in the US than in China.
        ("researchers_us", 2022, 1, 4000, 7000),
        ("researchers_cn", 2022, 1, 2000, 4500),
    ],
)
def test_orders_of_magnitude(
    history: World, outcome: str, year: int, month: int, low: float, high: float
) -> None:
    assert low <= np.median(on(history, outcome, year, month)) <= high


@pytest.mark.parametrize(
    ("name", "nm", "recorded"),
    [
        ("TSMC", 3.0, 2022.99),
        ("TSMC", 2.0, 2025.9),
        ("Samsung Foundry", 3.0, 2022.5),
        ("Intel Foundry", 2.0, 2025.9),
        ("SMIC", 7.0, 2023.6),
        ("SMIC", 5.0, 2025.9),
        ("Hua Hong", 7.0, 2026.9),
    ],
)
def test_recorded_node_dates_lie_in_the_ensembles_range(
    history: World, name: str, nm: float, recorded: float
) -> None:
    foundry = next(foundry for foundry in history.foundries if foundry.name == name)
    reached = 2022.0 + foundry.reached[lithography.rung(nm)] / 12.0
    low, high = np.quantile(reached, [0.05, 0.95])
    assert low <= recorded <= high


def test_no_chinese_foundry_goes_below_5_nm_soon_without_euv(history: World) -> None:
    assert (on(history, "node_cn_nm", 2027, 1) >= 5.0).mean() > 0.95


# --- worlds that differ in one thing --------------------------------------------------------------


def test_without_controls_china_buys_more_and_smuggles_nothing(
    history: World, no_controls: World
) -> None:
    for year in (2024, 2027, 2030):
        freely = on(no_controls, "chip_revenue_from_china", year, 7)
        assert (freely >= on(history, "chip_revenue_from_china", year, 7)).all()
        more = on(no_controls, "compute_cn", year, 7) > on(history, "compute_cn", year, 7)
        assert more.mean() > 0.9
    assert (on(no_controls, "smuggled_units", 2030, 12) == 0.0).all()
    assert np.allclose(on(no_controls, "lost_chip_revenue", 2030, 12), 0.0, atol=1e-6)


def test_without_controls_both_gaps_are_smaller(history: World, no_controls: World) -> None:
    change = on(no_controls, "gap_oom", 2028, 1) - on(history, "gap_oom", 2028, 1)
    assert np.median(change) < 0.0
    assert (change < 0.0).mean() > 0.7
    chips = on(no_controls, "chip_gap_years", 2030, 12) - on(history, "chip_gap_years", 2030, 12)
    assert np.median(chips) < -1.0
    assert (chips <= 0.0).mean() > 0.95


def test_without_controls_chinas_own_chips_fare_worse(history: World, no_controls: World) -> None:
    under_rules = on(history, "self_sufficiency", 2026, 1)
    freely = on(no_controls, "self_sufficiency", 2026, 1)
    assert np.median(freely) < 0.5 * np.median(under_rules)
    assert (freely < under_rules).mean() > 0.85


def test_doubling_the_chips_act_doubles_what_it_pays(history: World) -> None:
    doubled = lived("double-chips-act")
    paid = on(history, "subsidies_us", 2028, 1)
    assert np.allclose(on(doubled, "subsidies_us", 2028, 1), 2.0 * paid)
    assert (on(doubled, "subsidies_cn", 2028, 1) == on(history, "subsidies_cn", 2028, 1)).all()


def test_without_imitation_and_with_less_money_the_gap_is_wider() -> None:
    def gap(**fixed: float) -> Floats:
        world = World(futures=100, fixed=fixed)
        world.run_to(dt.date(2025, 7, 1))
        return np.asarray(world.record.values("gap_oom")[-1])

    usual = gap()
    assert np.median(gap(imitation=0.0) - usual) > 0.2
    assert np.median(gap(spending_start_cn=0.15) - usual) > 0.1


def test_without_money_or_people_nothing_new_comes() -> None:
    world = World(
        futures=20,
        fixed={"research_pace": 0.0, "absorption": 0.0, "utilisation": 0.0},
    )
    start = {region: f.level.copy() for region, f in world.knowledge.frontiers.items()}
    world.run_to(dt.date(2026, 1, 1))
    for region, level in start.items():
        assert (world.knowledge.frontiers[region].level >= level).all()
    assert (
        world.record.values("efficiency_us")[-1] <= world.record.values("efficiency_us")[0]
    ).all()
    assert (world.record.values("largest_run_us") == 0.0).all()
