"""Ways around the rules, and what holds them back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.grey_market import GreyMarket

FIGURES = {
    "smuggling_start": 1000.0,
    "smuggling_floor": 0.1,
    "smuggling_growth": 2.0,
    "smuggling_decline": 1.0,
    "smuggling_premium": 1.25,
    "premium_response": 0.5,
    "divertible": 0.1,
    "seizure_base": 0.05,
    "seizure_elasticity": 0.5,
    "seizure_deterrent": 0.5,
    "risk_premium": 1.5,
    "rentable_start": 500.0,
    "rentable_share": 0.03,
}
PLENTY = 1e9

units = st.floats(0.0, 1e7)


@pytest.fixture
def grey(cast):
    return GreyMarket(1, cast.world(1, **FIGURES).parameters)


def quarter(grey, ordered, moved=0.0, seized=0.0, in_circulation=PLENTY) -> None:
    figures = (np.array([float(value)]) for value in (ordered, moved, seized, in_circulation))
    grey.settle(*figures, months=3.0)


# --- seizures -------------------------------------------------------------------------------------


def test_without_means_nothing_is_seized(grey):
    assert grey.seizure_share(0.0).tolist() == [0.0]


def test_at_the_reference_means_the_base_share_is_seized(grey):
    assert grey.seizure_share(1.0) == pytest.approx([0.05])
    assert grey.seizure_share(4.0) == pytest.approx([0.10])


@given(st.floats(0.0, 1e4), st.floats(0.0, 1e4))
def test_larger_means_seize_no_smaller_share_and_at_most_all(cast, one, other):
    grey = GreyMarket(1, cast.world(1, **FIGURES).parameters)
    less, more = (grey.seizure_share(effort)[0] for effort in sorted((one, other)))
    assert 0.0 <= less <= more <= 1.0


# --- networks -------------------------------------------------------------------------------------


def test_traffic_is_booked(grey):
    quarter(grey, 900.0, 800.0, 0.25)
    quarter(grey, 900.0, 200.0, 0.5)
    assert grey.smuggled == pytest.approx([1000.0])
    assert grey.seized == pytest.approx([300.0])


def test_the_premium_rises_with_what_is_seized(grey):
    quarter(grey, 1000.0, seized=0.2)
    assert grey.premium == pytest.approx([1.25 * 1.3])


def test_a_network_that_could_fill_its_orders_stays_as_it_is(grey):
    quarter(grey, 1000.0)
    assert grey.network == pytest.approx([1000.0])
    assert grey.premium == pytest.approx([1.25])


def test_unfilled_orders_make_networks_grow_and_premiums_rise(grey):
    quarter(grey, 1500.0)
    assert grey.network == pytest.approx(1000.0 * np.exp(2.0 * 0.5 / 4.0), rel=1e-5)
    assert grey.premium == pytest.approx([1.25 * 1.25])
    quarter(grey, 1e6)
    assert grey.premium == pytest.approx([1.25 * 1.5]), "at the most"


def test_a_network_without_custom_withers_to_a_floor(grey):
    quarter(grey, 0.0)
    assert grey.network == pytest.approx(1000.0 * np.exp(-0.25))
    for _ in range(100):
        quarter(grey, 0.0)
    assert grey.network == pytest.approx([100.0])


def test_seizures_deter_growth(grey, cast):
    deterred = GreyMarket(1, cast.world(1, **FIGURES).parameters)
    quarter(grey, 1e6, seized=0.1)
    quarter(deterred, 1e6, seized=0.3)
    assert 1000.0 < deterred.network[0] < grey.network[0]
    stopped = GreyMarket(1, cast.world(1, **FIGURES).parameters)
    quarter(stopped, 1e6, seized=0.6)
    assert stopped.network == pytest.approx([1000.0])


def test_no_network_outgrows_the_chips_that_can_be_diverted(grey):
    for _ in range(200):
        quarter(grey, 1e9, in_circulation=50_000.0)
    assert grey.network[0] <= 5000.0 * 1.3
    assert grey.network[0] > 4000.0


def test_a_network_beyond_what_can_be_diverted_does_not_grow_and_does_not_shrink(grey):
    quarter(grey, 1e6, in_circulation=100.0)
    assert grey.network == pytest.approx([1000.0])


def test_a_network_of_part_of_a_unit_is_asked_as_if_it_could_move_one(cast):
    grey = GreyMarket(1, cast.world(1, **(FIGURES | {"smuggling_start": 0.5})).parameters)
    quarter(grey, 1.5)
    assert grey.network == pytest.approx([0.5 * np.exp(2.0 * 0.5 / 4.0)])
    assert grey.premium == pytest.approx([1.25 * 1.25])


def test_where_nothing_is_barred_networks_lie_still(cast):
    grey = GreyMarket(2, cast.world(2, **FIGURES).parameters)
    ordered, moved, seized, sold = (np.full(2, v) for v in (1500.0, 900.0, 0.2, PLENTY))
    grey.settle(ordered, moved, seized, sold, 3.0, np.array([True, False]))
    assert grey.network[0] > 1000.0 == grey.network[1]
    assert grey.premium[0] > 1.25 == grey.premium[1]
    assert grey.smuggled.tolist() == [900.0, 900.0]


@given(st.lists(st.tuples(units, st.floats(0.0, 1.0), st.floats(0.0, 1.0), units), max_size=10))
def test_a_network_is_never_negative_and_never_below_its_floor(cast, quarters):
    grey = GreyMarket(1, cast.world(1, **FIGURES).parameters)
    smuggled = 0.0
    for ordered, filled, seized, in_circulation in quarters:
        moved = min(ordered, float(grey.network[0])) * filled
        quarter(grey, ordered, moved, seized, in_circulation)
        smuggled += moved
        assert grey.network[0] >= 100.0 - 1e-9
        highest = 1.25 * (1.5 + 1.5 * seized)
        assert 1.25 - 1e-12 <= grey.premium[0] <= highest + 1e-12
        assert 0.0 <= grey.seized[0] <= grey.smuggled[0] * (1.0 + 1e-12)
    assert grey.smuggled[0] == pytest.approx(smuggled)


# --- renting --------------------------------------------------------------------------------------


def test_clouds_abroad_set_aside_a_share_of_what_they_received(grey):
    assert grey.rentable == pytest.approx([500.0])
    grey.set_rentable(np.array([1e6]))
    assert grey.rentable == pytest.approx([30_000.0])
    grey.set_rentable(np.array([0.0]))
    assert grey.rentable == pytest.approx([500.0])
