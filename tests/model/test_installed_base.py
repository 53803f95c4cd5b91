"""Accelerators by owner, chip and channel: received, standing, worn out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.installed_base import InstalledBase, Kind

LIFE = np.array([50.0, 100.0])
SMUGGLED = Kind("Lab", "CN", "H100", "smuggled")
BOUGHT = Kind("Lab", "CN", "H20", "variant")
AMERICAN = Kind("Other", "US", "H100", "direct")


def test_questions_are_answered_for_what_matches_all_of_them():
    base = InstalledBase(2, LIFE)
    for units, kind in enumerate((SMUGGLED, BOUGHT, AMERICAN), start=1):
        base.receive([kind], np.full((1, 2), 10.0**units), 0.0)
    assert base.kinds == [SMUGGLED, BOUGHT, AMERICAN]
    assert base.received().tolist() == [1110.0] * 2
    assert base.received(chip="H100").tolist() == [1010.0] * 2
    assert base.received(chip="H100", region="CN").tolist() == [10.0] * 2
    assert base.received(owner="Nobody").tolist() == [0.0] * 2
    assert base.standing(0.0, channel="variant").tolist() == [100.0] * 2


def test_each_kind_keeps_its_own_count_whatever_came_before_it():
    base = InstalledBase(2, LIFE)
    base.receive([SMUGGLED, AMERICAN], np.array([[1.0] * 2, [2.0] * 2]), 0.0)
    base.receive([SMUGGLED, BOUGHT, AMERICAN], np.array([[10.0] * 2, [20.0] * 2, [30.0] * 2]), 3.0)
    counts = [float(base.received(**kind._asdict())[0]) for kind in (SMUGGLED, BOUGHT, AMERICAN)]
    assert counts == [11.0, 20.0, 32.0]
    assert base.delivered("CN", "H20", "variant").tolist() == [20.0] * 2
    assert [float(units[0]) for units in base.latest.values()] == [10.0, 20.0, 30.0]


def test_a_share_fails_each_month():
    base = InstalledBase(2, LIFE)
    base.receive([BOUGHT], np.full((1, 2), 100.0), 30.0)
    assert base.standing(30.0) == pytest.approx([100.0, 100.0])
    assert base.standing(80.0) == pytest.approx([100.0 * np.exp(-1.0), 100.0 * np.exp(-0.5)])
    assert base.received().tolist() == [100.0, 100.0]


@given(st.lists(st.tuples(st.floats(0.0, 1e6), st.floats(0.0, 5.0)), min_size=1, max_size=10))
def test_what_stands_is_what_scrapping_month_by_month_leaves(deliveries):
    base = InstalledBase(2, LIFE)
    now, left, received = 0.0, np.zeros(2), 0.0
    for units, months in deliveries:
        base.receive([BOUGHT], np.full((1, 2), units), now)
        left, received = left + units, received + units
        now += months
        left = left * np.exp(-months / LIFE)
        assert base.standing(now) == pytest.approx(left)
        assert (base.standing(now) <= base.received() * (1.0 + 1e-12)).all()
    assert base.received() == pytest.approx([received] * 2)


@given(st.permutations([SMUGGLED, BOUGHT, AMERICAN, Kind("Third", "CN", "H100", "direct")]))
def test_sums_do_not_depend_on_what_came_first(order):
    units = {kind: 0.1 + 0.2 * position for position, kind in enumerate(sorted(order))}
    base = InstalledBase(2, LIFE)
    for kind in order:
        base.receive([kind], np.full((1, 2), units[kind]), 7.0)
    usual = InstalledBase(2, LIFE)
    for kind in sorted(order):
        usual.receive([kind], np.full((1, 2), units[kind]), 7.0)
    assert np.array_equal(base.received(), usual.received())
    assert np.array_equal(base.standing(9.0), usual.standing(9.0))
    assert list(base.delivered_kinds()) == list(usual.delivered_kinds())
