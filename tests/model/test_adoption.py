"""Adoption spreads with what models can do, and pays the firms."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.adoption import Adoption
from model.knowledge import PublicKnowledge

FIGURES = {
    "adoption_start": 0.02,
    "level_at_start": 24.0,
    "useful_distance": 4.0,
    "adoption_pace": 0.05,
    "adoption_imitation": 0.5,
    "market_us": 120.0,
    "market_cn": 60.0,
    "market_row": 12.0,
    "reinvestment": 0.25,
    "revenue_scale": 0.5,
}


class Scene:
    """One firm in each region, and models of given levels."""

    def __init__(self, cast, **levels):
        self.world = cast.world(2, **FIGURES)
        self.firms = {
            region: cast.developer(self.world, name=region, region=region)
            for region in ("US", "CN", "RoW")
        }
        self.knowledge = PublicKnowledge(2, self.world.parameters)
        for region, frontier in self.knowledge.frontiers.items():
            if region in levels:
                frontier.advance(np.full(2, levels[region]), np.zeros(2))
        self.adoption = Adoption(
            list(self.firms.values()), 2, self.world.parameters, self.world.ledger
        )

    def live(self, months: int) -> dict[str, float]:
        for _ in range(months):
            self.adoption.diffuse(self.knowledge, 1.0)
        return {region: float(index[0]) for region, index in self.adoption.index.items()}


def test_models_no_better_than_those_of_the_start_spread_nothing(cast):
    assert Scene(cast, US=24.0, CN=23.0).live(60) == {"US": 0.02, "CN": 0.02, "RoW": 0.02}
    assert Scene(cast).live(60) == {"US": 0.02, "CN": 0.02, "RoW": 0.02}


def test_better_models_spread_faster_and_elsewhere_the_american_ones_serve(cast):
    got = Scene(cast, US=27.0, CN=26.0, RoW=24.5).live(36)
    assert got["US"] > got["CN"] > 0.02
    assert got["RoW"] == pytest.approx(got["US"])


def test_a_month_follows_the_equation(cast):
    scene = Scene(cast, US=26.0)
    after = scene.live(1)["US"]
    pull = (0.05 + 0.5 * 0.02) * 0.5
    assert after == pytest.approx(1.0 - 0.98 * np.exp(-pull / 12.0))


@given(st.floats(10.0, 40.0), st.integers(1, 200))
def test_adoption_is_a_share_that_never_falls(cast, level, months):
    scene = Scene(cast, US=level)
    seen = [scene.live(1)["US"] for _ in range(months)]
    assert seen == sorted(seen)
    assert 0.02 <= seen[0] <= seen[-1] <= 1.0


# --- revenue --------------------------------------------------------------------------------------


def test_customers_pay_for_what_they_use_and_firms_keep_what_they_reinvest(cast):
    scene = Scene(cast)
    for firm in scene.firms.values():
        firm.engineers = np.full(2, 50.0)
    scene.adoption.index["US"] = np.array([0.5, 1.0])
    scene.adoption.pay(1.0)
    assert scene.adoption.revenue["US"] == pytest.approx([60.0, 120.0])
    assert scene.firms["US"].cash == pytest.approx([1.25, 2.5])
    assert scene.firms["CN"].cash == pytest.approx([0.02 * 60.0 / 12.0 * 0.25] * 2)
    assert scene.world.cash() == pytest.approx([0.0, 0.0], abs=1e-12)


def test_those_with_more_people_and_compute_earn_more_and_those_to_come_nothing(cast):
    scene = Scene(cast)
    one = scene.firms["US"]
    other = cast.developer(scene.world, name="other")
    to_come = cast.developer(scene.world, name="to come", founded=date(2023, 1, 1))
    one.engineers, other.engineers = np.array([10.0, 10.0]), np.array([30.0, 10.0])
    other.usable = one.usable * np.array([1.0, 4.0])
    to_come.engineers = np.full(2, 10.0)
    firms = [*scene.firms.values(), other, to_come]
    Adoption(firms, 2, scene.world.parameters, scene.world.ledger).pay(1.0)
    assert other.cash / one.cash == pytest.approx([3.0, 2.0])
    assert to_come.cash.tolist() == [0.0, 0.0]
