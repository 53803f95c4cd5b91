from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.cost_effectiveness import ACCOUNTS, COSTS, GAP, cost_effect, cost_effects

ONES = np.ones(50)
NOISE = np.random.default_rng(3).normal(size=50)


@pytest.mark.parametrize(
    ("cost", "gain", "verdict"),
    [
        (2.0, 1.0, "costs per month gained"),
        (-2.0, -1.0, "saves per month given up"),
        (-2.0, 1.0, "widens at a saving"),
        (2.0, -1.0, "narrows at a cost"),
        (0.0, 1.0, "widens at no clear cost"),
        (0.0, -1.0, "narrows at no clear saving"),
        (2.0, 0.0, "no clear change of the gap"),
    ],
)
def test_the_signs_of_both_changes_decide_the_reading(cost, gain, verdict):
    found = cost_effect("p", "a", cost * ONES, gain * ONES)
    assert found.verdict == verdict
    assert (found.ratio is not None) == ("per month" in verdict)


def test_a_gain_that_noise_may_explain_has_no_price():
    found = cost_effect("p", "a", 5.0 * ONES, NOISE - NOISE.mean() + 0.01)
    assert found.verdict == "no clear change of the gap"
    assert found.ratio is None


@given(st.floats(0.1, 100.0), st.floats(0.1, 10.0))
def test_the_ratio_is_that_of_the_means_and_lies_in_its_interval(cost, gain):
    found = cost_effect("p", "a", cost * (1.0 + 0.1 * NOISE), gain * (1.0 + 0.1 * NOISE[::-1]))
    assert found.ratio == pytest.approx(
        np.mean(cost * (1.0 + 0.1 * NOISE)) / np.mean(gain * (1.0 + 0.1 * NOISE))
    )
    assert found.ratio is not None
    assert found.ratio_interval is not None
    low, high = found.ratio_interval
    assert low < found.ratio < high


def test_a_rare_gain_bounds_its_price_on_one_side_only():
    # Gained in one future of 60: the interval of the gain begins at zero, so no price is named;
    # in five of 60 it does not, and every end is a number or plainly without bound.
    rare, scarce = np.zeros(60), np.zeros(60)
    rare[:1], scarce[:5] = 1.0, 1.0
    assert cost_effect("p", "a", np.ones(60), rare).verdict == "no clear change of the gap"
    found = cost_effect("p", "a", np.ones(60), scarce)
    assert found.ratio == pytest.approx(12.0)
    assert found.ratio_interval is not None
    low, high = found.ratio_interval
    assert 0.0 < low < 12.0 < high
    assert not np.isnan(high)


def test_accounts_add_up_their_parts_over_futures_with_a_known_gap():
    def rows(policy: str, gap: list[float], outlay: float, fees: float) -> pd.DataFrame:
        values = dict.fromkeys(COSTS, 0.0) | {"subsidies_us": outlay, "fees_taken": fees}
        return pd.DataFrame({"policy": policy, "future": range(3), GAP: gap, **values})

    at = pd.concat(
        [rows("base", [1.0, 2.0, np.nan], 10.0, 0.0), rows("dear", [2.0, 4.0, 9.0], 16.0, 1.5)]
    )
    public, orders = cost_effects(at, "base", ["dear"])
    assert (public.account, orders.account) == tuple(account.title for account in ACCOUNTS)
    assert public.cost == pytest.approx(6.0 - 1.5)
    assert public.gain == pytest.approx(1.5)
    assert public.ratio == pytest.approx(3.0)
    assert (orders.cost, orders.ratio) == (0.0, None)
