"""The library's policies on chips, tools, enforcement and money move what they should."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from agents.arrays import Floats
from experiments.policies import library, load_policy
from model.instruments import Subsidy
from model.loading import recorded_instruments
from model.outcomes import OUTCOMES
from model.world import World

UNTIL = dt.date(2028, 1, 1)
FUTURES = 12
# Where other forces (prices, shared inputs) may outweigh a policy's own in single futures.
MOST = 0.75
OTHERS = [name for name in library() if name != "history"]


@cache
def lived(name: str) -> World:
    world = World(load_policy(name), futures=FUTURES)
    world.run_to(UNTIL)
    return world


def at_the_end(name: str, outcome: str) -> Floats:
    values: Floats = lived(name).record.values(outcome)[-1]
    return values


def higher(name: str, outcome: str, share: float = 1.0) -> bool:
    """Whether an outcome ends higher than in history, in this share of the futures at least."""
    risen = at_the_end(name, outcome) > at_the_end("history", outcome)
    return bool(risen.mean() >= share)


def lower(name: str, outcome: str, share: float = 1.0) -> bool:
    fallen = at_the_end(name, outcome) < at_the_end("history", outcome)
    return bool(fallen.mean() >= share)


@pytest.mark.parametrize("name", OTHERS)
def test_each_policy_changes_something_in_the_world(name: str) -> None:
    assert any(
        not np.array_equal(
            lived(name).record.values(outcome),
            lived("history").record.values(outcome),
            equal_nan=True,
        )
        for outcome in OUTCOMES
    )


@pytest.mark.parametrize("name", ["full-embargo", "open-door"])
def test_policies_that_begin_in_2026_leave_the_years_before_alone(name: str) -> None:
    """Up to the year before: rumours of a rule let buyers hoard some months ahead of it."""
    before = lived("history").calendar.index(dt.date(2025, 1, 1))
    for outcome in OUTCOMES:
        ours, recorded = (lived(n).record.values(outcome)[:before] for n in (name, "history"))
        assert np.array_equal(ours, recorded, equal_nan=True), outcome


def test_without_allies_china_gets_scanners_and_makes_more_wafers() -> None:
    gap = at_the_end("controls-without-allies", "chip_gap_years")
    recorded = at_the_end("history", "chip_gap_years")
    assert higher("controls-without-allies", "smic_wafers")
    assert (gap <= recorded).all()
    assert (gap < recorded).any()


@pytest.mark.parametrize("outcome", ["smic_wafers", "scanners_cn", "node_cn_nm"])
def test_chips_only_leaves_chip_making_as_free_as_no_controls_do(outcome: str) -> None:
    assert np.allclose(at_the_end("chips-only", outcome), at_the_end("no-controls", outcome))
    assert not np.allclose(at_the_end("chips-only", outcome), at_the_end("history", outcome))


@pytest.mark.parametrize("outcome", ["smic_wafers", "scanners_cn", "node_cn_nm"])
def test_tools_only_leaves_chip_making_as_bound_as_history_does(outcome: str) -> None:
    assert np.allclose(at_the_end("tools-only", outcome), at_the_end("history", outcome))


def test_tools_only_lets_china_buy_chips_openly() -> None:
    assert higher("tools-only", "compute_cn_direct")
    assert higher("tools-only", "chip_revenue_from_china")
    assert lower("tools-only", "compute_ratio")
    assert (at_the_end("tools-only", "smuggled_units") == 0.0).all()


def test_each_half_of_the_controls_holds_back_less_than_the_whole() -> None:
    for half in ("chips-only", "tools-only"):
        # Not in all: Chinese chips take the place of smuggled ones, often the better buy.
        assert higher(half, "compute_cn", share=MOST)


def test_a_full_embargo_leaves_china_less_compute_and_sellers_less_revenue() -> None:
    for outcome in ("compute_cn", "compute_cn_rented", "chip_revenue_from_china", "scanners_cn"):
        assert lower("full-embargo", outcome), outcome
    assert higher("full-embargo", "compute_ratio")
    assert higher("full-embargo", "lost_chip_revenue", share=MOST)


def test_an_h20_left_alone_is_sold_openly() -> None:
    assert higher("h20-carve-out", "chip_revenue_from_china")
    assert higher("h20-carve-out", "compute_cn_variant")
    assert lower("h20-carve-out", "lost_chip_revenue")
    assert lower("h20-carve-out", "smuggled_units", share=MOST)


def test_strict_enforcement_costs_five_times_as_much_and_seizes_more() -> None:
    since = lived("history").calendar.index(dt.date(2022, 10, 1))
    ours, recorded = (
        np.diff(lived(name).record.values("enforcement_cost")[since:], axis=0)
        for name in ("strict-enforcement", "history")
    )
    assert np.allclose(ours, 5.0 * recorded)
    assert higher("strict-enforcement", "seized_units")
    # Not in all: money that cannot rent goes into smuggled chips, and what is saved rents later.
    assert lower("strict-enforcement", "compute_cn_rented", share=MOST)
    assert higher("strict-enforcement", "compute_ratio", share=MOST)


def test_an_open_door_sells_more_chips_and_collects_more_duty() -> None:
    for outcome in ("chip_revenue_from_china", "fees_taken", "compute_cn_direct"):
        assert higher("open-door", outcome), outcome


def test_a_double_big_fund_pays_twice_and_makes_more_wafers() -> None:
    recorded = recorded_instruments()
    for before, after in zip(recorded, load_policy("double-big-fund").amend(recorded), strict=True):
        chips = isinstance(before, Subsidy) and (before.issuer, before.family) == ("CN", "subsidy")
        day = dt.date(2026, 1, 1)
        if chips:
            assert after.value("annual_usd_bn", day) == 2.0 * before.value("annual_usd_bn", day)
        else:
            assert after == before
    assert higher("double-big-fund", "subsidies_cn")
    assert higher("double-big-fund", "smic_wafers")
    assert (
        at_the_end("double-big-fund", "chip_gap_years") <= at_the_end("history", "chip_gap_years")
    ).all()
