"""Limits of parameters: what a value can be at all, and what is said of one beyond."""

from __future__ import annotations

import numpy as np
import pytest

from model.ensemble import spread
from model.limits import LimitError, _limits, limit_of, require_within
from model.loading import parameter_quantities
from model.world import World

QUANTITIES = parameter_quantities()


def test_every_draw_of_every_parameter_lies_within_its_limits():
    for name, quantity in QUANTITIES.items():
        draws = spread(quantity, np.linspace(-9.0, 9.0, 201))
        assert limit_of(name, quantity).admits(draws).all(), name


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.0], ids=str)
def test_what_is_no_number_or_negative_is_refused_by_name(value: float):
    for name, quantity in QUANTITIES.items():
        with pytest.raises(LimitError, match=rf"^{name}: expected a number, .*, got {value:g}"):
            require_within(name, quantity, np.array([quantity.value, value]))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("imitation", 1.01, "imitation: expected a number, 0 to 1, got 1.01 (a share"),
        ("reference_compute", 0.0, "reference_compute: expected a number, above 0, got 0"),
        ("node_gain", -1.0, "node_gain: expected a number, 0 or more, got -1"),
        ("link_gain", 1e6, "link_gain: expected a number, above 0, at most 10, got 1e+06"),
        ("highest_bid", 0.5, "highest_bid: expected a number, 1 or more, got 0.5"),
    ],
)
def test_a_world_refuses_a_value_beyond_the_limits(name: str, value: float, words: str):
    with pytest.raises(LimitError) as error:
        World(futures=2, fixed={name: value})
    assert str(error.value).startswith(words)


def test_one_value_beyond_among_many_futures_is_found():
    values = np.array([0.5, 0.6, np.nan, 0.7])
    with pytest.raises(LimitError, match=r"cash_deployed: .* got nan"):
        World(futures=4, fixed={"cash_deployed": values})


def test_limits_are_named_after_what_there_is():
    units = {quantity.unit for quantity in QUANTITIES.values()}
    assert set(_limits().parameters) <= set(QUANTITIES)
    assert set(_limits().units) <= units
