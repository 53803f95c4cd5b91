"""Tools: shipped as far as orders, capacity and rules allow, and paid for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.foundry import STORES
from model.calendar import Calendar
from model.rulebook import RuleBook
from model.tool_market import ToolMarket

NO_RULES = RuleBook([], Calendar())
PLENTY = {"immersion": (-5.0, 1e5), "deposition-etch": (-5.0, 1e5), "euv": (-5.0, 1e5)}
# A thousand wafers a month: half a scanner, a tenth of a billion.
FIGURES = {
    "cost_per_thousand_wafers": 0.1,
    "building_per_thousand_wafers": 0.02,
    "immersion_per_thousand": 0.5,
    "price_immersion": 0.06,
    "price_deposition_etch": 0.05,
    "tool_growth": 0.0,
    "chinese_tool_growth": 0.0,
    "fab_luck": 0.0,
}


class Scene:
    """Two foundries with money, one of them Chinese, and toolmakers as given."""

    def __init__(self, cast, *makers, cash: float = 1.0):
        self.world = cast.world(2, **FIGURES)
        self.chinese = cast.foundry(
            self.world, 14, 7, name="Chinese", region="CN", country="CN", euv_scanners=0
        )
        self.other = cast.foundry(self.world, 14, 7, name="Other", euv_scanners=5)
        self.foundries = [self.chinese, self.other]
        for foundry in self.foundries:
            foundry.cash = np.full(2, cash)
            self.world.ledger.outside.cash = self.world.ledger.outside.cash - cash
        self.makers = [
            cast.toolmaker(self.world, output, name=f"Maker {n}", region=region, country=country)
            for n, (region, country, output) in enumerate(makers)
        ]
        self.market = ToolMarket(
            self.foundries, self.makers, self.world.parameters, self.world.ledger
        )

    def clear(self, rules: RuleBook = NO_RULES, start: float = 0.0) -> None:
        self.world.rules = rules
        self.world.time = start + 3.0
        self.market.clear(rules, start, start + 3.0)

    def adds_up(self) -> bool:
        """Whether every tool shipped was received, and money only changed hands."""
        shipped = sum(sets for maker in self.makers for sets in maker.shipped.values())
        received = sum(f.tools_received[store] for f in self.foundries for store in STORES)
        money = np.abs(self.world.cash()).max()
        return bool(np.allclose(shipped, received) and money < 1e-9)


def test_with_plenty_of_tools_money_decides_what_is_built(cast):
    scene = Scene(cast, ("RoW", "NL", PLENTY), cash=1.0)
    scene.clear()
    # 10 thousand wafers a month could be paid for; they take 5 scanners and 10 sets.
    assert scene.other.tools_received["immersion"] == pytest.approx([5.0, 5.0])
    assert scene.other.tools_received["deposition-etch"] == pytest.approx([10.0, 10.0])
    # Tools cost 0.8, so the rest of the money limits the fabs of this quarter.
    assert scene.other.projects[0].wafers == pytest.approx([2.0, 2.0])
    assert scene.world.ledger.total("tools")[0] == pytest.approx(
        2 * 0.8
        + float(scene.chinese.tools_received["euv"][0]) * scene.world.parameters["price_euv"][0]
    )
    assert scene.adds_up()


def test_capacity_is_shared_in_the_measure_of_orders(cast):
    scarce = {"immersion": (-5.0, 12.0), "deposition-etch": (-5.0, 1e5)}
    scene = Scene(cast, ("RoW", "NL", scarce))
    scene.other.cash = np.full(2, 2.0)
    scene.clear()
    assert scene.chinese.tools_received["immersion"] == pytest.approx([1.0, 1.0])
    assert scene.other.tools_received["immersion"] == pytest.approx([2.0, 2.0])
    assert scene.makers[0].shipped["immersion"] == pytest.approx([3.0, 3.0])


def test_a_control_keeps_a_class_from_its_destination(cast):
    control = cast.instrument(
        "tool-control", toolmaker_countries=["NL"], tool_classes=["immersion", "euv"]
    )
    scene = Scene(cast, ("RoW", "NL", PLENTY))
    scene.clear(RuleBook([control], Calendar()))
    assert scene.chinese.tools_received["immersion"].tolist() == [0.0, 0.0]
    assert scene.chinese.tools_received["euv"].tolist() == [0.0, 0.0]
    assert (scene.chinese.tools_received["deposition-etch"] > 0.0).all()
    assert (scene.chinese.projects == []) or (scene.chinese.projects[0].wafers == 0.0).all()
    assert (scene.other.tools_received["immersion"] > 0.0).all()
    assert scene.adds_up()


def test_chinese_makers_serve_chinese_foundries_only_and_first(cast):
    home = {"immersion": (-5.0, 12.0), "deposition-etch": (-5.0, 1e5)}
    scene = Scene(cast, ("CN", "CN", home), ("RoW", "NL", PLENTY))
    scene.clear()
    assert scene.makers[0].shipped["immersion"] == pytest.approx([3.0, 3.0])
    assert scene.chinese.tools_received["immersion"] == pytest.approx([5.0, 5.0])
    assert scene.makers[1].shipped["immersion"] == pytest.approx([2.0 + 5.0] * 2)
    alone = Scene(cast, ("CN", "CN", PLENTY))
    alone.clear()
    assert (alone.chinese.tools_received["immersion"] > 0.0).all()
    assert alone.other.tools_received["immersion"].tolist() == [0.0, 0.0]


def test_better_scanners_are_taken_before_lesser_ones(cast):
    output = PLENTY | {"immersion-advanced": (-5.0, 16.0)}
    scene = Scene(cast, ("RoW", "NL", output))
    scene.clear()
    assert scene.makers[0].shipped["immersion-advanced"] == pytest.approx([4.0, 4.0])
    assert scene.makers[0].shipped["immersion"] == pytest.approx([6.0, 6.0])


def test_a_foundry_without_money_gets_nothing(cast):
    scene = Scene(cast, ("RoW", "NL", {key: PLENTY[key] for key in ("immersion",)}), cash=0.0)
    scene.chinese.cash = np.full(2, -1.0)
    scene.clear()
    for foundry in scene.foundries:
        assert all((foundry.tools_received[store] == 0.0).all() for store in STORES)
        assert foundry.cash[0] in (0.0, -1.0)


def test_without_toolmakers_nothing_is_shipped(cast):
    scene = Scene(cast)
    scene.clear()
    assert all((scene.other.tools_received[store] == 0.0).all() for store in STORES)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([("CN", "CN"), ("RoW", "NL"), ("US", "US")]),
            st.floats(-3.0, 3.0),
            st.floats(0.0, 200.0),
        ),
        max_size=4,
    ),
    st.floats(0.0, 20.0),
)
def test_tools_and_money_are_conserved_and_no_maker_ships_more_than_it_can(cast, makers, cash):
    scene = Scene(
        cast,
        *(
            (*home, {"immersion": (first, sets), "deposition-etch": (first, sets)})
            for home, first, sets in makers
        ),
        cash=cash,
    )
    for quarter in range(3):
        before = [dict(maker.shipped) for maker in scene.makers]
        scene.clear(start=3.0 * quarter)
        assert scene.adds_up()
        for maker, shipped in zip(scene.makers, before, strict=True):
            for tool_class in shipped:
                most = maker.capacity(tool_class, 3.0)
                assert (maker.shipped[tool_class] - shipped[tool_class] <= most + 1e-9).all()
        for foundry in scene.foundries:
            assert all((foundry.tools[store] >= 0.0).all() for store in STORES)


def test_chinese_makers_sell_to_chinese_foundries_only(cast):
    scene = Scene(cast, ("CN", "CN", PLENTY))
    scene.clear()
    assert (scene.chinese.tools_received["immersion"] > 0.0).all()
    assert scene.other.tools_received["immersion"].tolist() == [0.0, 0.0]
    assert {foundry for _, foundry, _ in scene.market.latest} == {"Chinese"}
    assert scene.adds_up()
    nobody = ToolMarket([scene.other], scene.makers, scene.world.parameters, scene.world.ledger)
    nobody.clear(NO_RULES, 3.0, 6.0)
    assert nobody.latest == {}
