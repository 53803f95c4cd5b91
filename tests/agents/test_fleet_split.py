"""The fleet is divided, not multiplied; users come first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import fleet_split

shares = st.floats(0.0, 1.0)
amounts = st.floats(0.0, 1e7)


def divided(services, need, usable, attention, ratio, limit):
    args = [np.array([x]) for x in (services, need, usable, attention, ratio)]
    got = fleet_split.split(*args, limit=np.array([limit]))
    return float(got.serving[0]), float(got.experiments[0]), float(got.training[0])


@given(shares, amounts, amounts, shares, st.floats(0.0, 10.0), shares, amounts)
def test_shares_are_of_one_fleet_and_users_never_add_to_training(
    services, need, usable, attention, ratio, limit, more
):
    got = divided(services, need, usable, attention, ratio, limit)
    assert all(0.0 <= share <= 1.0 for share in got)
    assert sum(got) <= 1.0 + 1e-9
    assert got[0] <= max(limit, services) + 1e-12
    assert got[1] == pytest.approx(ratio * got[2])
    with_more = divided(services, need + more, usable, attention, ratio, limit)
    assert with_more[0] >= got[0] - 1e-12
    assert with_more[2] <= got[2] + 1e-12


def test_a_fleet_without_users_trains_and_experiments():
    assert divided(0.0, 0.0, 100.0, 1.0, 1.0, 0.7) == (0.0, 0.5, 0.5)


def test_users_are_served_up_to_the_limit_and_other_services_beyond_it():
    assert divided(0.1, 20.0, 100.0, 1.0, 1.0, 0.7)[0] == pytest.approx(0.3)
    assert divided(0.1, 1000.0, 100.0, 1.0, 1.0, 0.7)[0] == 0.7
    assert divided(0.9, 20.0, 100.0, 1.0, 1.0, 0.7)[0] == 0.9


def test_no_fleet_serves_nobody():
    assert divided(0.0, 20.0, 0.0, 1.0, 1.0, 0.7)[0] == 0.0


def test_what_is_not_given_to_large_models_is_left_to_applications():
    serving, experiments, training = divided(0.2, 0.0, 100.0, 0.5, 3.0, 0.7)
    assert (experiments, training) == pytest.approx((0.3, 0.1))
    assert 1.0 - serving - experiments - training == pytest.approx(0.4)


def test_what_users_pay_is_served_with_what_it_costs():
    # A billion dollars, half of it for compute at 10,000 dollars an H100e and year.
    got = fleet_split.serving_need(
        np.ones(1), cost_share=np.full(1, 0.5), compute_cost=np.full(1, 1e-5)
    )
    assert got == pytest.approx([50_000.0])


def test_compute_gets_cheaper():
    got = fleet_split.compute_cost(np.ones(1), np.full(1, 0.3), 24.0)
    assert got == pytest.approx([np.exp(-0.6)])
