"""Uncertain figures as one value per future."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.records import Quantity
from model import loading
from model.ensemble import Parameters, spread
from model.limits import LimitError
from model.streams import Streams


def figure(value: float, low: float | None = None, high: float | None = None, unit: str = "km"):
    return Quantity(
        value=value, low=low, high=high, unit=unit, source="invented", basis="assumption"
    )


QUANTITIES = [
    figure(10.0, 4.0, 30.0),  # all positive
    figure(0.3, 0.0, 1.5),  # from zero
    figure(-1.0, -5.0, 0.5),  # on both sides
    figure(0.5, 0.5, 0.9),  # no room below
]


@pytest.mark.parametrize("quantity", QUANTITIES, ids=str)
def test_quantiles_are_those_recorded(quantity: Quantity) -> None:
    z = np.array([-1.6448536269514722, 0.0, 1.6448536269514722])
    assert spread(quantity, z) == pytest.approx([quantity.low, quantity.value, quantity.high])


@pytest.mark.parametrize("quantity", QUANTITIES, ids=str)
def test_an_ensemble_has_these_quantiles(quantity: Quantity) -> None:
    assert quantity.low is not None
    assert quantity.high is not None
    values = spread(quantity, Streams(1, 40_000).normal("x"))
    got = np.quantile(values, [0.05, 0.5, 0.95])
    width = quantity.high - quantity.low
    assert np.abs(got - [quantity.low, quantity.value, quantity.high]).max() < 0.02 * width


@pytest.mark.parametrize("quantity", QUANTITIES, ids=str)
@given(z=st.lists(st.floats(-6.0, 6.0), min_size=2, max_size=8))
def test_better_luck_is_never_less_and_the_extremes_are_pulled_in(quantity, z):
    values = spread(quantity, np.sort(np.array(z)))
    assert (np.diff(values) >= 0.0).all()
    ends = spread(quantity, np.array([-2.3263478740408408, 2.3263478740408408]))
    assert (values >= ends[0] - 1e-12).all()
    assert (values <= ends[1] + 1e-12).all()


def test_positive_figures_stay_positive():
    assert (spread(figure(1.0, 0.01, 50.0), np.linspace(-9.0, 9.0, 50)) > 0.0).all()


def test_where_a_range_begins_at_zero_nothing_lies_below_and_the_range_holds():
    values = spread(figure(0.3, 0.0, 0.6), Streams(1, 40_000).normal("x"))
    assert values.min() == 0.0
    assert (values == 0.0).mean() == pytest.approx(0.05, abs=0.005)
    assert spread(figure(-1.0, -5.0, 0.5), np.array([-2.0])) < -5.0


@pytest.mark.parametrize("unit", ["share", "share a year"])
def test_shares_stay_shares(unit: str) -> None:
    z = np.linspace(-5.0, 5.0, 41)
    values = spread(figure(0.9, 0.7, 1.0, unit), z)
    assert values.max() <= 1.0
    assert spread(figure(0.1, 0.0, 0.3, unit), z).min() >= 0.0
    assert spread(figure(0.9, 0.7, 1.0, "km"), z).max() > 1.0
    assert spread(figure(0.5, 0.4, 0.6, unit), np.zeros(1)).tolist() == [0.5]


def test_a_figure_taken_as_known_is_the_same_in_every_future():
    assert spread(figure(7.0), np.array([-3.0, 0.0, 3.0])).tolist() == [7.0, 7.0, 7.0]


# --- parameters -----------------------------------------------------------------------------------

KNOWN = {"speed": figure(10.0, 4.0, 30.0), "lead": figure(6.0)}


def test_every_parameter_has_a_value_per_future_drawn_from_its_own_stream():
    parameters = Parameters(KNOWN, Streams(1, 8))
    assert list(parameters) == ["speed", "lead"]
    assert parameters["speed"].shape == (8,)
    alone = Parameters({"speed": KNOWN["speed"]}, Streams(1, 8))
    assert np.array_equal(alone["speed"], parameters["speed"])
    renamed = Parameters({"size": KNOWN["speed"]}, Streams(1, 8))
    assert not np.isin(renamed["size"], parameters["speed"]).any()


def test_a_fixed_parameter_is_what_it_is_fixed_to():
    streams = Streams(1, 3)
    per_future = np.array([1.0, 2.0, 3.0])
    parameters = Parameters(KNOWN, streams, {"speed": per_future, "lead": 2})
    assert parameters["speed"].tolist() == [1.0, 2.0, 3.0]
    assert parameters["lead"].tolist() == [2.0, 2.0, 2.0]
    per_future[0] = 99.0
    assert parameters["speed"][0] == 1.0
    free = Parameters(KNOWN, streams, {"lead": 2})
    assert np.array_equal(free["speed"], Parameters(KNOWN, streams)["speed"])


def test_an_unknown_name_to_fix_is_refused():
    with pytest.raises(KeyError, match="spede"):
        Parameters(KNOWN, Streams(1, 3), {"spede": 1.0})


def test_a_value_that_a_parameter_cannot_have_is_refused():
    quantities = loading.parameter_quantities()
    with pytest.raises(LimitError, match="wage_response"):
        Parameters(quantities, Streams(1, 3), {"wage_response": 1.0})


def test_certain_is_for_what_is_the_same_everywhere():
    assert Parameters(KNOWN, Streams(1, 1)).certain("lead") == 6.0
    parameters = Parameters(KNOWN, Streams(1, 3))
    assert parameters.certain("lead") == 6.0
    with pytest.raises(ValueError, match="'speed' must be the same"):
        parameters.certain("speed")
