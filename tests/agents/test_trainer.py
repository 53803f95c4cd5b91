"""Where firms stand in their work on models at the start, and how long it takes them."""

from __future__ import annotations

import numpy as np
import pytest

NEVER = np.inf
RUN, EVALUATION, PREPARATION = 3.2, 1.0, 5.0
CYCLE = RUN + EVALUATION + PREPARATION
STEADY = {"run_months": RUN, "preparation_months": PREPARATION, "run_length_spread": 0.0}
SPREAD = 0.4


def lab(cast, *, passed=0.99, futures=3, fields=None, **figures):
    """A laboratory that has ``passed`` so much of the way from one release to the next."""
    world = cast.world(futures, chance=passed, **(STEADY | figures))
    return cast.developer(world, **(fields or {}))


# --- work under way at the start ------------------------------------------------------------------


def test_at_the_start_next_releases_are_spread_over_the_whole_way_from_one_to_the_next(cast):
    passed = np.linspace(0.02, 0.98, 13)
    firm = lab(cast, passed=passed, futures=13)
    under_way = passed * CYCLE < RUN + EVALUATION
    assert 0 < under_way.sum() < 13
    assert np.array_equal(firm.runs_started, under_way)
    begins_later = firm.ready_to_train + RUN + EVALUATION
    to_release = np.where(under_way, firm.run_due, begins_later)
    assert to_release == pytest.approx(passed * CYCLE)
    assert (firm.run_due[~under_way] == NEVER).all()
    assert (firm.ready_to_train[~under_way] >= 0.0).all(), "what was to begin before has begun"


def test_after_a_run_under_way_the_next_is_prepared_like_any(cast):
    firm = lab(cast, passed=0.1)
    end = firm.run_due - EVALUATION
    assert firm.ready_to_train == pytest.approx(end + PREPARATION)


def test_a_run_under_way_gets_what_it_would_in_all_its_months(cast):
    firm = lab(cast, fields={"fleet": 0})
    firm.model.chance = lambda stream: np.full(3, 0.1)
    firm.take_up_work_under_way(np.array([1e22, 2e22, 3e22]))
    assert firm.run_flop == pytest.approx(RUN * np.array([1e22, 2e22, 3e22]))


def test_without_compute_there_is_no_run_under_way_with_however_little_there_is(cast):
    firm = lab(cast, passed=0.1, fields={"fleet": 0})
    assert firm.runs_started.tolist() == [0, 0, 0]
    firm.take_up_work_under_way(np.array([0.0, 0.5, 1e22]))
    assert firm.runs_started.tolist() == [0, 1, 1]
    assert np.isfinite(firm.run_due).tolist() == [False, True, True]


def test_a_first_run_is_prepared_from_the_day_it_is_decided_on(cast):
    firm = lab(cast)
    firm.model.time = 12.0
    firm.prepare_first_run()
    assert firm.ready_to_train == pytest.approx([12.0 + PREPARATION] * 3)


# --- how long it takes ----------------------------------------------------------------------------


def begun(cast, *, release_lag=EVALUATION, **figures):
    """A laboratory with luck that began its first run at the start."""
    firm = lab(cast, futures=20, run_length_spread=SPREAD, fields={"release_lag": release_lag},
               **figures)  # fmt: skip
    firm.ready_to_train = np.zeros(20)
    firm.start_training()
    assert (firm.runs_started == 1).all()
    return firm


def luck(firm, what: str) -> np.ndarray:
    return np.asarray(firm.model.luck(f"Lab/run-{what}", 0, sigma=SPREAD))


def test_ill_luck_makes_a_run_its_evaluation_and_the_next_ones_preparation_longer(cast):
    run = begun(cast, release_lag=0.0)
    assert run.run_due == pytest.approx(RUN * luck(run, "length"))
    evaluated = begun(cast)
    assert evaluated.run_due - run.run_due == pytest.approx(luck(run, "release-lag"))
    waiting = run.ready_to_train - run.run_due
    assert waiting == pytest.approx(PREPARATION * luck(run, "preparation"))
    kinds = [luck(run, what) for what in ("length", "release-lag", "preparation")]
    assert np.abs(np.corrcoef(kinds)[np.triu_indices(3, 1)]).max() < 0.8, "each has its own"


def test_the_usual_length_and_preparation_are_those_of_the_world(cast):
    usual, longer = begun(cast), begun(cast, run_months=2.0 * RUN)
    assert longer.run_due - usual.run_due == pytest.approx(RUN * luck(usual, "length"))
    later = begun(cast, preparation_months=2.0 * PREPARATION)
    assert later.run_due == pytest.approx(usual.run_due)
    more = later.ready_to_train - usual.ready_to_train
    assert more == pytest.approx(PREPARATION * luck(usual, "preparation"))


# --- experience with large runs -------------------------------------------------------------------


def test_practice_brings_engineers_from_what_beginners_get_to_the_best(cast):
    firm = lab(cast, utilisation=0.4, untrained_utilisation=0.5, months_to_learn=12.0)
    firm.practice = np.array([0.0, 12.0, 1e6])
    assert firm.skill() == pytest.approx([0.0, 1.0 - np.exp(-1.0), 1.0])
    beginner, between, best = firm.utilisation()
    assert (beginner, best) == pytest.approx((0.2, 0.4))
    assert beginner < between < best
