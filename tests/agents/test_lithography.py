"""The ladder of nodes, its gates, yields and dies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents import lithography
from agents.lithography import LADDER, catching_up, dies_per_wafer, patterning_pace, rung

shares = arrays(np.float64, 5, elements=st.floats(0.0, 1.0))


# --- the ladder -----------------------------------------------------------------------------------


def test_every_class_of_the_ladder_has_its_place_and_they_shrink():
    assert [rung(nm) for nm in LADDER] == list(range(len(LADDER)))
    assert (np.diff(LADDER) < 0.0).all()
    assert rung(7.0) < rung(5.0) < rung(3.0)


@pytest.mark.parametrize("nm", [10.0, 0.0, 6.9])
def test_a_class_that_is_not_on_the_ladder_is_refused(nm: float) -> None:
    with pytest.raises(ValueError, match="not on the ladder"):
        rung(nm)


# --- the gate -------------------------------------------------------------------------------------


def gate(nm: float, *, euv: bool) -> float:
    pace = patterning_pace(
        np.array([rung(nm)]),
        np.array([euv]),
        multipatterning_pace=np.array([0.8]),
        without_euv_pace=np.array([0.2]),
    )
    return float(pace[0])


@pytest.mark.parametrize("nm", LADDER)
def test_with_euv_the_road_is_open(nm: float) -> None:
    assert gate(nm, euv=True) == 1.0


@pytest.mark.parametrize("nm", [28.0, 14.0, 7.0])
def test_classes_down_to_7_nm_never_needed_euv(nm: float) -> None:
    assert gate(nm, euv=False) == 1.0


def test_from_5_nm_down_multipatterning_slows_and_then_nearly_stops():
    assert gate(5.0, euv=False) == pytest.approx(0.8)
    assert gate(3.0, euv=False) == pytest.approx(0.8 * 0.2)
    assert gate(2.0, euv=False) == pytest.approx(0.8 * 0.2**2)


def test_the_gate_is_judged_future_by_future():
    pace = patterning_pace(
        np.array([rung(5.0), rung(5.0), rung(7.0)]),
        np.array([True, False, False]),
        multipatterning_pace=np.array([0.8]),
        without_euv_pace=np.array([0.2]),
    )
    assert pace == pytest.approx([1.0, 0.8, 1.0])


# --- catching up ----------------------------------------------------------------------------------


def test_the_leader_has_nobody_to_follow():
    assert catching_up(np.zeros(2, dtype=np.int64), np.array([0.0, 2.0])).tolist() == [1.0, 1.0]


@given(st.floats(0.01, 3.0))
def test_the_further_behind_the_faster_up_to_the_whole_advantage(advantage):
    pace = catching_up(np.arange(6), np.full(6, advantage))
    assert (np.diff(pace[:4]) > 0.0).all()
    assert pace[3:] == pytest.approx(1.0 + advantage), "no more to gain three rungs behind"


# --- yield ----------------------------------------------------------------------------------------


@given(shares, shares, st.floats(0.0, 100.0), st.floats(0.0, 5.0))
def test_yield_stays_between_where_it_was_and_its_ceiling(good, ceiling, experience, pace):
    after = lithography.yield_learning(good, ceiling, np.full(5, experience), np.full(5, pace))
    assert (after >= good).all()
    assert (after <= np.maximum(good, ceiling) + 1e-12).all()


@given(shares, st.floats(0.0, 10.0))
def test_more_wafers_teach_more(good, experience):
    def after(wafers: float):
        return lithography.yield_learning(good, np.ones(5), np.full(5, wafers), np.full(5, 0.4))

    assert (after(experience + 1.0) >= after(experience)).all()
    assert (after(0.0) == good).all() or np.allclose(after(0.0), good)
    assert np.allclose(after(1e3), 1.0)


def test_yield_learns_a_known_share_of_the_distance():
    learned = lithography.yield_learning(
        np.array([0.2]), np.array([0.8]), np.array([1.0]), np.array([np.log(2.0)])
    )
    assert learned == pytest.approx([0.5])


# --- dies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("die_mm2", "least", "most"),
    [
        (814.0, 62, 66),  # GH100 of the H100
        (666.0, 78, 84),  # Ascend 910B
        (100.0, 634, 646),
    ],
)
def test_gross_dies_on_a_wafer_are_the_known_ones(die_mm2: float, least: int, most: int) -> None:
    assert least <= dies_per_wafer(die_mm2) <= most


@given(st.floats(20.0, 3000.0))
def test_a_wafer_holds_less_than_its_area_of_dies_and_at_least_one(die_mm2):
    dies = dies_per_wafer(die_mm2)
    assert dies >= 1.0
    assert dies * die_mm2 < np.pi * 150.0**2
    assert dies_per_wafer(die_mm2 * 1.1) < dies


def test_a_die_as_large_as_the_wafer_still_counts_as_one():
    assert dies_per_wafer(70_000.0) == 1.0
