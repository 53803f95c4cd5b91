"""How fast capability and its parts grow, against published ranges."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from agents.arrays import Floats
from model.world import World

FUTURES = 300


@pytest.fixture(scope="module")
def history() -> World:
    world = World(futures=FUTURES)
    world.run_to(dt.date(2026, 2, 1))
    return world


def on(world: World, outcome: str, year: int, month: int) -> Floats:
    return np.asarray(world.record.values(outcome)[(year - 2022) * 12 + month - 1])


def a_year(gain: Floats, years: float) -> Floats:
    """Yearly factor of a gain in orders of magnitude."""
    return np.asarray(10.0 ** (gain / years))


def test_frontier_runs_grow_four_to_fivefold_a_year(history: World) -> None:
    """Epoch AI, training compute of frontier models: 4 to 5 times a year, 2010 to 2024."""
    past = [past.flop for firm in history.developers for past in firm.past_releases]
    from_start = on(history, "largest_run_us", 2025, 1) - np.maximum.reduce(past)
    lately = on(history, "largest_run_us", 2025, 7) - on(history, "largest_run_us", 2023, 7)
    assert 4.0 < np.median(a_year(from_start, 3.0)) < 5.5
    assert 3.0 < np.median(a_year(lately, 2.0)) < 5.0


@pytest.mark.parametrize(
    ("outcome", "year", "month", "recorded"),
    [
        # Epoch AI: GPT-4 2.1e25 (March 2023, trained in 2022), Grok-3 and Grok-4 about 4e26 to
        # 5e26 (February and July 2025), DeepSeek-V3 3.4e24 and Qwen2.5-72B 8e24 (end of 2024).
        ("largest_run_us", 2023, 4, 25.32),
        ("largest_run_us", 2025, 9, 26.65),
        ("largest_run_cn", 2025, 1, 24.9),
    ],
)
def test_recorded_runs_lie_within_the_ensembles_range(
    history: World, outcome: str, year: int, month: int, recorded: float
) -> None:
    low, high = np.quantile(on(history, outcome, year, month), [0.025, 0.975])
    assert low <= recorded <= high


def test_algorithms_improve_about_threefold_a_year(history: World) -> None:
    """Ho et al. 2024: compute for a fixed level of language modelling halves in 5 to 14 months."""
    gain = on(history, "efficiency_us", 2025, 1) - on(history, "efficiency_us", 2022, 1)
    yearly = a_year(gain, 3.0)
    assert 2.0 < np.median(yearly) < 4.0
    low, high = np.quantile(yearly, [0.05, 0.95])
    assert low > 2.0 ** (12.0 / 14.0) * 0.9, "no slower than the published range, or nearly"
    assert high < 2.0 ** (12.0 / 5.0) * 1.1, "no faster, or nearly"


def test_a_fixed_capability_gets_cheaper_as_fast_as_published(history: World) -> None:
    """Epoch AI, 2025: the price of a fixed level falls 9 to 900 times a year, by task.

    That is the price of use, which falls by efficiency, by smaller models trained longer and by
    cheaper chips; training compute for a fixed level, which the world keeps, should fall more
    slowly than the faster of these and faster than algorithms alone.
    """
    fall = on(history, "cost_fixed_capability", 2023, 4) - on(
        history, "cost_fixed_capability", 2025, 7
    )
    yearly = a_year(fall, 2.25)
    algorithms = a_year(
        on(history, "efficiency_us", 2025, 7) - on(history, "efficiency_us", 2023, 4), 2.25
    )
    assert (yearly > algorithms).mean() > 0.95
    assert 5.0 < np.median(yearly) < 50.0


def test_post_training_adds_what_was_measured_and_spreads_within_months(history: World) -> None:
    """Davidson et al. 2023: single enhancements are worth 5 to 30 times the training compute."""
    before, after = (
        on(history, "post_training_us", 2024, 9),
        on(history, "post_training_us", 2026, 1),
    )
    assert 0.5 < np.median(after - before) < 1.5
    lead = history.record.values("post_training_us") - history.record.values("post_training_cn")
    row = history.record.dates.index
    at_its_widest = np.median(lead[row(dt.date(2024, 9, 1)) : row(dt.date(2025, 4, 1))], axis=1)
    assert at_its_widest.max() > 0.15, "the finder leads at first"
    assert (
        np.median(on(history, "post_training_us", 2026, 1))
        - np.median(on(history, "post_training_cn", 2026, 1))
        < 0.5 * at_its_widest.max()
    ), "and within a year most of the lead is gone"


def test_there_is_no_calendar_of_releases(history: World) -> None:
    """Runs start when they pay: their intervals differ widely within and between firms."""
    intervals = {}
    for firm in history.developers:
        starts: dict[int, list[float]] = {}
        for taken in firm.decisions.taken:
            if taken.what.startswith("starts a run"):
                for future, when in zip(taken.futures.tolist(), taken.when.tolist(), strict=True):
                    starts.setdefault(future, []).append(when)
        gaps = [np.diff(times) for times in starts.values() if len(times) > 2]
        if gaps:
            intervals[firm.name] = np.concatenate(gaps)
    everyone = np.concatenate(list(intervals.values()))
    assert everyone.std() / everyone.mean() > 0.25
    assert np.quantile(everyone, 0.95) > 1.5 * np.quantile(everyone, 0.25)
