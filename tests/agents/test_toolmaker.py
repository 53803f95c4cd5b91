"""What a toolmaker can ship."""

from __future__ import annotations

import numpy as np
import pytest


def test_a_toolmaker_ships_a_class_from_its_first_year_on(cast):
    world = cast.world(2, tool_growth=0.0)
    maker = cast.toolmaker(world, {"euv": (2.0, 40.0), "immersion": (-5.0, 80.0)})
    assert maker.capacity("euv", 3.0).tolist() == [0.0, 0.0]
    assert maker.capacity("immersion", 3.0) == pytest.approx([20.0, 20.0])
    world.time = 23.9
    assert maker.capacity("euv", 3.0).tolist() == [0.0, 0.0]
    world.time = 24.0
    assert maker.capacity("euv", 3.0) == pytest.approx([10.0, 10.0])


def test_capacity_grows_from_the_first_year_or_the_start(cast):
    world = cast.world(1, tool_growth=0.1)
    maker = cast.toolmaker(world, {"euv": (2.0, 40.0), "immersion": (-5.0, 80.0)})
    assert maker.capacity("immersion", 12.0) == pytest.approx([80.0])
    world.time = 36.0
    assert maker.capacity("euv", 12.0) == pytest.approx(40.0 * np.exp(0.1))
    assert maker.capacity("immersion", 12.0) == pytest.approx(80.0 * np.exp(0.3))


def test_chinese_toolmakers_grow_at_a_rate_of_their_own(cast):
    world = cast.world(1, time=12.0, tool_growth=0.0, chinese_tool_growth=0.5)
    output = {"immersion": (0.0, 10.0)}
    chinese = cast.toolmaker(world, output, region="CN", country="CN")
    dutch = cast.toolmaker(world, output)
    assert chinese.capacity("immersion", 12.0) == pytest.approx(10.0 * np.exp(0.5))
    assert dutch.capacity("immersion", 12.0) == pytest.approx([10.0])


def test_shipments_are_booked_by_class(cast):
    maker = cast.toolmaker(cast.world(2), {"euv": (0.0, 40.0), "immersion": (0.0, 80.0)})
    for sets in (np.array([1.0, 0.0]), np.array([2.0, 5.0])):
        maker.ship("immersion", sets)
    assert maker.shipped["immersion"].tolist() == [3.0, 5.0]
    assert maker.shipped["euv"].tolist() == [0.0, 0.0]
