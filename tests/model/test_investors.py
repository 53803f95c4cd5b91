"""Money for accelerators, and who gets it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.records import DemandShock
from model.investors import Investors

FLAT = {
    f"spending_{what}_{region}": value
    for region in ("us", "cn", "row")
    for what, value in (("start", 12.0), ("trend", 0.0))
}


def funded(cast, *shares: float, shocks=(), young: date | None = None, **parameters):
    """A world of US firms with given shares of spending, the last founded later if asked."""
    world = cast.world(2, **(FLAT | {"ramp_months": 24.0} | parameters))
    firms = [
        cast.developer(world, name=f"Firm {n}", spending_share=s) for n, s in enumerate(shares)
    ]
    if young is not None:
        firms[-1] = cast.developer(world, name="Young", spending_share=shares[-1], founded=young)
    abroad = [cast.developer(world, name=r, region=r) for r in ("CN", "RoW")]
    investors = Investors(
        [*firms, *abroad], list(shocks), world.parameters, world.calendar, world.ledger
    )
    return world, investors, firms


def month(world, investors, now: float) -> None:
    world.time = now
    investors.fund(now, 1.0)


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=5), st.floats(0.0, 100.0))
def test_the_firms_of_a_region_get_what_it_spends(cast, shares, now):
    world, investors, firms = funded(cast, *shares, spending_trend_us=0.1)
    month(world, investors, now)
    got = sum(firm.cash for firm in firms)
    assert got == pytest.approx(investors.rate("US", now) / 12.0)
    for firm, share in zip(firms, shares, strict=True):
        assert firm.cash == pytest.approx(got * share / sum(shares))
    assert np.abs(world.cash()).max() < 1e-9


def test_each_region_has_money_of_its_own(cast):
    world, investors, _ = funded(cast, 1.0, spending_start_cn=3.0)
    month(world, investors, 5.0)
    by_region = {firm.region: float(firm.cash[0]) for firm in world.cast}
    assert by_region == pytest.approx({"US": 1.0, "CN": 0.25, "RoW": 1.0})


def test_a_firm_gets_nothing_before_its_founding_and_ramps_after(cast):
    world, investors, (old, young) = funded(cast, 0.5, 0.5, young=date(2023, 1, 1))
    for now in range(12):
        month(world, investors, float(now))
    assert young.cash.tolist() == [0.0, 0.0]
    shares = []
    for now in range(12, 48):
        before, others = young.cash, old.cash
        month(world, investors, float(now))
        got, went_elsewhere = (young.cash - before)[0], (old.cash - others)[0]
        assert got + went_elsewhere == pytest.approx(1.0), "the region spends the same"
        shares.append(round(got, 9))
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(1.0 / 25.0)
    assert shares[23:] == pytest.approx([0.5] * 13), "an equal from its second birthday on"


def test_an_old_firm_has_its_whole_share_from_the_start(cast):
    world, investors, (one, other) = funded(cast, 0.75, 0.25, young=date(2021, 12, 1))
    month(world, investors, 0.0)
    assert one.cash == pytest.approx(3.0 * other.cash)


def test_a_quarter_brings_three_months_money(cast):
    world, investors, (firm,) = funded(cast, 1.0)
    investors.fund(world.time, 3.0)
    assert firm.cash == pytest.approx([3.0, 3.0])


# --- growth ---------------------------------------------------------------------------------------


def shock(happened: date, us: float) -> tuple[DemandShock, dict[str, np.ndarray]]:
    event = DemandShock(name="event", happened=happened, reference="none", effect={}, attention={})
    return event, {"US": np.full(2, us)}


def test_spending_grows_by_a_trend_that_fades(cast):
    _, investors, _ = funded(cast, 1.0, spending_trend_us=0.3, trend_fade_months=60.0)
    assert investors.rate("US", 0.0) == pytest.approx([12.0, 12.0])
    assert investors.rate("US", 1.0) == pytest.approx(12.0 * np.exp(0.3 / 12.0), rel=1e-3)
    years = 5.0 * (1.0 - np.exp(-2.0))
    assert investors.rate("US", 120.0) == pytest.approx(12.0 * np.exp(0.3 * years))
    assert investors.rate("US", 1e4) == pytest.approx(12.0 * np.exp(0.3 * 5.0))


def test_a_shock_lifts_spending_after_it_for_good(cast):
    _, investors, _ = funded(
        cast, 1.0, shocks=[shock(date(2023, 1, 1), 1.0)], spending_lag_months=10
    )
    assert investors.rate("US", 12.0) == pytest.approx([12.0, 12.0])
    assert investors.rate("US", 22.0) == pytest.approx(12.0 * np.exp(1.0 - np.exp(-1.0)))
    assert investors.rate("US", 500.0) == pytest.approx(12.0 * np.exp(1.0))
    assert investors.rate("CN", 500.0) == pytest.approx([12.0, 12.0]), "not of its effect"
    rates = [float(investors.rate("US", float(now))[0]) for now in range(12, 60)]
    assert rates == sorted(rates)


def test_shocks_add_up(cast):
    shocks = [shock(date(2022, 1, 1), 0.5), shock(date(2022, 7, 1), 0.25)]
    _, investors, _ = funded(cast, 1.0, shocks=shocks)
    assert investors.rate("US", 1000.0) == pytest.approx(12.0 * np.exp(0.75))
