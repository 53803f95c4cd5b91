"""Memory: home makers first, rules on imports, and stocks that add up."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.calendar import Calendar
from model.chip_lines import Line
from model.memory_market import MemoryMarket
from model.rulebook import RuleBook

NO_RULES = RuleBook([], Calendar())
# A chip of ours carries five stacks; holders cover a quarter's use and no more.
HABITS = {"memory_cover_quarters": 1.0, "memory_hoard_quarters": 4.0, "comfortable_use": 0.8}

stacks = st.floats(0.0, 1e5)


class Scene:
    """An American line, two Chinese ones, and makers abroad and at home."""

    def __init__(
        self, cast, *, abroad: float, home: float, rival: float = 0.0, rules: RuleBook = NO_RULES
    ):
        self.world = cast.world(2, **HABITS)
        self.world.rules = rules
        self.american = cast.designer(self.world, name="American")
        self.chinese = [
            cast.designer(self.world, name=name, region="CN", country="CN") for name in ("A", "B")
        ]
        self.foreign = cast.memory_maker(self.world, stacks_a_quarter=abroad)
        self.domestic = cast.memory_maker(
            self.world, name="Home", region="CN", country="CN", stacks_a_quarter=home
        )
        self.rival = cast.memory_maker(self.world, name="Rival", stacks_a_quarter=rival)
        designers = [self.american, *self.chinese]
        self.makers = [self.foreign, self.domestic, self.rival]
        self.market = MemoryMarket(designers, self.makers, 2)
        self.lines = [
            *(Line(cast.chip(), designer, "sale", 1.0) for designer in designers),
            Line(cast.chip(name="bare", hbm_stacks=0), self.american, "sale", 1.0),
            Line(cast.chip(name="bare", hbm_stacks=0), self.chinese[0], "sale", 1.0),
        ]
        self.rules = rules

    def clear(self, *units: float, start: float = 0.0):
        """Clear a quarter for units of the American line and the Chinese ones."""
        makeable = np.array([*units, 7.0, 7.0])[:, None] * np.ones((1, 2))
        return self.market.clear(self.lines, makeable, self.rules, start, start + 3.0)[:, 0]


@given(stacks, stacks, stacks, st.floats(0.0, 1e6), st.floats(0.0, 1e5))
def test_what_is_promised_is_what_is_then_sold_and_a_promise_sells_nothing(
    cast, american, first, second, abroad, home
):
    scene = Scene(cast, abroad=abroad, home=home)
    makeable = np.array([american, first, second, 7.0, 7.0])[:, None] * np.ones((1, 2))
    promised = scene.market.promise(scene.lines, makeable, scene.rules, 0.0, 3.0)
    assert (scene.foreign.sold == 0.0).all()
    assert all((designer.memory_stock == 0.0).all() for designer in scene.chinese)
    sold = scene.market.clear(scene.lines, makeable, scene.rules, 0.0, 3.0)
    assert np.array_equal(promised, sold)


def test_with_plenty_everyone_gets_all(cast):
    scene = Scene(cast, abroad=1e6, home=0.0)
    assert scene.clear(100.0, 20.0, 10.0).tolist() == [1.0] * 5
    assert scene.foreign.sold == pytest.approx([650.0, 650.0])
    assert scene.market.imported_by_china == pytest.approx([150.0, 150.0])
    assert scene.chinese[0].memory_stock == pytest.approx([100.0, 100.0])


def test_a_shortage_is_shared_in_the_measure_of_orders(cast):
    scene = Scene(cast, abroad=325.0, home=0.0)
    fill = scene.clear(100.0, 20.0, 10.0)
    assert fill[:3] == pytest.approx([0.5, 0.5, 0.5])
    assert fill[3:].tolist() == [1.0, 1.0], "chips without such memory"


def test_home_makers_come_first(cast):
    scene = Scene(cast, abroad=1e6, home=60.0)
    scene.clear(0.0, 20.0, 10.0)
    assert scene.domestic.sold == pytest.approx([60.0, 60.0])
    assert scene.market.imported_by_china == pytest.approx([90.0, 90.0])


def test_makers_of_a_side_share_what_it_sells_by_what_they_make(cast):
    scene = Scene(cast, abroad=100.0, home=60.0, rival=300.0)
    fill = scene.clear(100.0, 20.0, 10.0)
    assert fill[0] < 1.0, "foreign makers sell all that they have"
    assert [maker.sold[0] for maker in scene.makers] == pytest.approx([100.0, 60.0, 300.0])
    latest = scene.market.latest
    for maker in scene.makers:
        its = [stacks for (seller, _), stacks in latest.items() if seller == maker.name]
        assert np.sum(its, axis=0) == pytest.approx(maker.sold), "each sale is somebody's purchase"
    for designer in (scene.american, *scene.chinese):
        its = [stacks for (_, buyer), stacks in latest.items() if buyer == designer.name]
        bought = designer.memory_laid_in if designer.holds_memory else 500.0 * fill[0]
        assert np.sum(its, axis=0) == pytest.approx(np.broadcast_to(bought, 2))
        for_three = latest["Rival", designer.name]
        assert for_three == pytest.approx(3.0 * latest["Memory", designer.name])
    scene.clear(0.0, 0.0, 0.0, start=3.0)
    assert all((stacks == 0.0).all() for stacks in scene.market.latest.values()), "of a quarter"


@settings(max_examples=15)
@given(st.floats(1e-5, 1.0), st.floats(0.0, 1.0))
def test_a_market_of_any_size_trades_alike(cast, size, admitted):
    def cleared(scale: float) -> tuple[np.ndarray, np.ndarray]:
        control = cast.instrument("memory-control", parameters={"admitted": admitted})
        rules = RuleBook([control], Calendar())
        scene = Scene(cast, abroad=400.0 * scale, home=60.0 * scale, rules=rules)
        scene.chinese[0].memory_stock = np.array([30.0, 0.0]) * scale
        fill = scene.clear(100.0 * scale, 20.0 * scale, 10.0 * scale)
        stocks = [designer.memory_stock for designer in scene.chinese]
        return fill[:3], np.array([*stocks, scene.market.imported_by_china]) / scale

    for part, whole in zip(cleared(size), cleared(1.0), strict=True):
        assert part == pytest.approx(whole)


def test_a_ban_on_memory_leaves_what_is_made_at_home(cast):
    rules = RuleBook([cast.instrument("memory-control")], Calendar())
    scene = Scene(cast, abroad=1e6, home=60.0, rules=rules)
    fill = scene.clear(100.0, 20.0, 10.0)
    assert fill[:3] == pytest.approx([1.0, 0.4, 0.4])
    assert scene.market.imported_by_china.tolist() == [0.0, 0.0]
    assert scene.foreign.sold == pytest.approx([500.0, 500.0])


def test_a_hoard_laid_in_before_a_ban_lasts_beyond_it(cast):
    ban = cast.instrument("memory-control", effective=date(2022, 4, 1))
    scene = Scene(cast, abroad=1e6, home=0.0, rules=RuleBook([ban], Calendar()))
    scene.clear(0.0, 20.0, 10.0)
    for designer, need in zip(scene.chinese, (100.0, 50.0), strict=True):
        assert designer.memory_stock == pytest.approx([5.0 * need] * 2)
        designer.use_memory(np.full(2, need))
    for quarter in range(1, 5):
        assert scene.clear(0.0, 20.0, 10.0, start=3.0 * quarter)[1:3] == pytest.approx([1.0, 1.0])
        for designer, need in zip(scene.chinese, (100.0, 50.0), strict=True):
            designer.use_memory(np.full(2, need))
    assert scene.clear(0.0, 20.0, 10.0, start=15.0)[1:3] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_who_holds_memory_lets_those_have_it_who_build(cast):
    rules = RuleBook([cast.instrument("memory-control")], Calendar())
    scene = Scene(cast, abroad=1e6, home=0.0, rules=rules)
    scene.chinese[0].memory_stock = np.array([30.0, 0.0])
    scene.chinese[1].memory_stock = np.array([0.0, 60.0])
    scene.clear(0.0, 20.0, 10.0)
    assert scene.chinese[0].memory_stock == pytest.approx([20.0, 40.0])
    assert scene.chinese[1].memory_stock == pytest.approx([10.0, 20.0])
    scene.clear(0.0, 0.0, 0.0)
    assert scene.chinese[1].memory_stock == pytest.approx([10.0, 20.0]), "nobody builds"


def test_makers_add_lines_where_orders_outrun_them(cast):
    scene = Scene(cast, abroad=100.0, home=100.0)
    scene.clear(100.0, 0.0, 0.0)
    assert (scene.foreign.stacks_a_quarter > 100.0).all()
    assert (scene.domestic.stacks_a_quarter == 100.0).all()


@given(
    abroad=stacks,
    home=stacks,
    orders=st.lists(st.tuples(stacks, stacks, stacks), min_size=1, max_size=4),
    admitted=st.floats(0.0, 1.0),
)
def test_memory_is_conserved_whatever_is_ordered(cast, abroad, home, orders, admitted):
    control = cast.instrument("memory-control", parameters={"admitted": admitted})
    scene = Scene(cast, abroad=abroad, home=home, rules=RuleBook([control], Calendar()))
    used_at_once = 0.0
    for quarter, units in enumerate(orders):
        output = scene.foreign.output().copy(), scene.domestic.output().copy()
        sold = scene.foreign.sold, scene.domestic.sold
        fill = scene.clear(*units, start=3.0 * quarter)
        used_at_once += 5.0 * units[0] * fill[0]
        assert ((fill >= 0.0) & (fill <= 1.0)).all()
        for maker, before, most in zip((scene.foreign, scene.domestic), sold, output, strict=True):
            assert (maker.sold - before <= most * (1.0 + 1e-9) + 1e-6).all()
        for designer, made in zip(scene.chinese, units[1:], strict=True):
            row = 1 + scene.chinese.index(designer)
            used = 5.0 * made * fill[row]
            assert (used <= designer.memory_stock * (1.0 + 1e-9) + 1e-6).all()
            designer.use_memory(np.minimum(used, designer.memory_stock))
    stock = sum(designer.memory_stock for designer in scene.chinese)
    used = sum(designer.memory_used for designer in scene.chinese)
    laid_in = sum(designer.memory_laid_in for designer in scene.chinese)
    assert stock + used == pytest.approx(laid_in, rel=1e-9, abs=1e-5)
    bought = scene.domestic.sold + scene.market.imported_by_china
    assert laid_in == pytest.approx(bought, rel=1e-9, abs=1e-5)
    sold_abroad = scene.market.imported_by_china + used_at_once
    assert scene.foreign.sold == pytest.approx(sold_abroad, rel=1e-9, abs=1e-5)
