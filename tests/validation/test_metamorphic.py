"""Worlds that differ in one rule: what must follow from the change, whatever the figures are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.arrays import Bools, Floats, total
from agents.designer import Designer
from agents.developer import CHANNELS, Developer
from agents.foundry import STORES, store_of
from agents.purchasing import Counter
from model import chip_lines
from model.chip_lines import Line
from model.instruments import Instrument
from model.loading import recorded_instruments
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy
from model.world import World

QUARTERS = [dt.date(2023, 1, 1), dt.date(2024, 1, 1), dt.date(2025, 7, 1), dt.date(2026, 7, 1)]
FIRST_AND_LAST = [
    day if day in (QUARTERS[0], QUARTERS[-1]) else pytest.param(day, marks=pytest.mark.slow)
    for day in QUARTERS
]
CHIP_RULES = ("chip-threshold", "chip-letter")


def policy(*changes: dict[str, Any]) -> Policy:
    return Policy.model_validate({"name": "changed", "changes": changes})


def without(*names: str) -> Policy:
    return policy({"do": "remove", "select": {"ids": names}})


def not_below(left: Floats, right: Floats) -> Bools:
    """Where ``left`` is at least ``right``, rounding aside."""
    return np.asarray(left >= right - 1e-9 * np.abs(right) - 1e-12)


# --- looser rules and legal supply ----------------------------------------------------------------


@dataclass
class Orders:
    """Chinese developers' orders at a clearing by way, and what US designers took there, USD bn."""

    sale: Floats
    rented: Floats
    smuggled: Floats
    taken: Floats

    @property
    def total(self) -> Floats:
        return self.sale + self.rented + self.smuggled


def one_clearing(world: World, under: Policy) -> Orders:
    """Fork a world at the beginning of a quarter and clear that quarter under a policy."""
    twin = world.fork(under)
    orders = Orders(*(np.zeros(twin.futures) for _ in range(4)))
    lines: list[Line] = []
    list_lines, order_chips = chip_lines.lines_on_sale, Developer.order_chips

    def noting_lines(*arguments: Any) -> list[Line]:
        lines[:] = list_lines(*arguments)
        return lines

    def noting_orders(firm: Developer, counter: Counter) -> Floats:
        units = order_chips(firm, counter)
        if firm.region == "CN":
            for row, spent in zip(counter.rows, units * counter.price, strict=True):
                way = lines[row].way
                setattr(orders, way, getattr(orders, way) + spent)
        return units

    before = twin.chip_market.us_revenue_from_china
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chip_lines, "lines_on_sale", noting_lines)
        patch.setattr(Developer, "order_chips", noting_orders)
        twin.run_until(twin.time + 3.0)
    orders.taken = twin.chip_market.us_revenue_from_china - before
    return orders


@pytest.fixture(scope="module")
def forks() -> dict[dt.date, World]:
    """Recorded history at the beginning of each of ``QUARTERS``."""
    world = World(futures=40)
    found = {}
    for day in QUARTERS:
        world.run_to(day)
        found[day] = world.fork(HISTORY)
    return found


def in_force(day: dt.date) -> list[Instrument]:
    """Export controls that bind on a day and loosen no other."""
    return [
        rule
        for rule in recorded_instruments()
        if rule.family == "export-control"
        and rule.in_force(day)
        and not getattr(rule, "relaxes", ())
    ]


@pytest.mark.parametrize("day", FIRST_AND_LAST, ids=str)
def test_no_looser_rule_lowers_what_is_ordered_legally(
    forks: dict[dt.date, World], day: dt.date
) -> None:
    """Taking a rule in force out of history never lowers legal orders at the next clearing.

    From a common state, in every future, with what Chinese developers spend on ways of getting
    chips as the measure (list prices for open sales):

    - they spend the same in all, since a rule in force, unlike one to come, causes no hoarding;
    - they order no less openly and rented together, and so no more from smugglers.  A rule that
      goes moves weight from the smuggled and the rented line of a chip to its open one, and the
      premium over the list price makes the weight lost smaller than the share it had;
    - if it is not a rule on renting, they order no less openly.  A rule on renting is the
      exception, because renting, once legal, competes with buying.

    Orders are the measure because *deliveries* follow only as far as inputs reach: an order moved
    from a chip that can be made to one short of wafers, packages or memory comes back as cash, and
    Chinese designers freed to buy memory take it from others.  See the next test for what holds of
    deliveries.
    """
    before = one_clearing(forks[day], HISTORY)
    for rule in in_force(day):
        after = one_clearing(forks[day], without(rule.id))
        assert np.allclose(after.total, before.total, rtol=1e-9), rule.id
        legal = not_below(after.sale + after.rented, before.sale + before.rented)
        assert legal.all(), f"{rule.id}: legal orders fell in {(~legal).mean():.0%} of futures"
        if rule.kind != "cloud-control":
            openly = not_below(after.sale, before.sale)
            assert openly.all(), f"{rule.id}: open orders fell in {(~openly).mean():.0%}"
    freely = one_clearing(forks[day], without(*(rule.id for rule in in_force(day))))
    assert (freely.sale > 1.01 * before.sale).all(), "the rules kept nothing from being ordered"


@pytest.mark.parametrize("day", FIRST_AND_LAST, ids=str)
def test_no_looser_chip_rule_lowers_what_us_designers_deliver(
    forks: dict[dt.date, World], day: dt.date
) -> None:
    """What US designers take from China for open sales is not lower in any future.

    This holds of deliveries, for rules on chips: China's orders compete for wafers, packages and
    memory with larger ones from elsewhere, so that its share of a scarce input rises with them.
    It need not hold of the sum with Chinese chips, from which orders move away.
    """
    before = one_clearing(forks[day], HISTORY)
    for rule in in_force(day):
        if rule.kind in CHIP_RULES:
            more = not_below(one_clearing(forks[day], without(rule.id)).taken, before.taken)
            assert more.all(), f"{rule.id}: deliveries fell in {(~more).mean():.0%} of futures"


def supplied(world: World, rule: Instrument) -> Floats | None:
    """What a rule rules on, as supplied to China since the start; None for rules on chips."""
    if rule.kind == "memory-control":
        return world.chip_market.memory_market.imported_by_china
    if rule.kind == "foundry-control":
        return total(designer.dies_obtained for designer in world.agents_by_type[Designer])
    if rule.kind == "cloud-control":
        row = CHANNELS.index("rented")
        return total(developer.fleet[row] for developer in world.developers_of("CN"))
    if rule.kind == "tool-control":
        return total(
            foundry.tools_received[store]
            for foundry in world.foundries
            if foundry.region == "CN"
            for store in sorted({store_of(tool_class) for tool_class in rule.tool_classes})
        )
    return None


@pytest.mark.parametrize("day", FIRST_AND_LAST, ids=str)
def test_no_looser_rule_lowers_the_supply_of_what_it_rules_on(
    forks: dict[dt.date, World], day: dt.date
) -> None:
    """Of memory, foundry service, tools and rented chips no less comes once a rule on them is gone.

    In every future, at the next clearing from a common state; within a thousandth, because clouds
    abroad fill their capacity with chips made from the same short packages as all others.
    """
    usual = forks[day].fork(HISTORY)
    usual.run_until(usual.time + 3.0)
    for rule in in_force(day):
        before = supplied(usual, rule)
        if before is not None:
            twin = forks[day].fork(without(rule.id))
            twin.run_until(twin.time + 3.0)
            after = supplied(twin, rule)
            assert after is not None
            more = not_below(1.001 * after, before)
            assert more.all(), f"{rule.id}: supply fell in {(~more).mean():.0%} of futures"


# --- enforcement ----------------------------------------------------------------------------------


def test_no_budget_means_no_seizures_and_more_never_means_a_smaller_share() -> None:
    """Without enforcement nothing is seized; a larger budget seizes no smaller share a quarter."""
    shares: list[Floats] = []
    for factor in (0.0, 0.5, 1.0, 2.0, 10.0):
        select = {"kind": "enforcement"}
        change = {
            "do": "scale",
            "select": select,
            "parameter": "annual_usd_bn",
            "factor": factor,
        }
        world = World(policy(change), futures=20)
        world.run_to(dt.date(2026, 1, 1))
        smuggled = np.diff(world.record.values("smuggled_units")[::3], axis=0)
        seized = np.diff(world.record.values("seized_units")[::3], axis=0)
        assert (smuggled > 0.0).any()
        shares.append(seized / np.where(smuggled > 0.0, smuggled, 1.0))
    assert (shares[0] == 0.0).all()
    for less, more in pairwise(shares):
        assert not_below(more, less).all()
        assert (more > less).any()


# --- the node gap without EUV rules ---------------------------------------------------------------


def test_without_the_euv_rule_the_node_gap_shrinks() -> None:
    def gap(under: Policy) -> Floats:
        world = World(under, futures=100)
        world.run_to(dt.date(2030, 12, 1))
        return np.asarray(world.record.values("chip_gap_years")[-1])

    change = gap(without("nl-euv-licence-2019")) - gap(HISTORY)
    known = np.isfinite(change)
    assert known.mean() > 0.9
    assert (change[known] <= 0.0).mean() > 0.95
    assert (change[known] < 0.0).mean() > 0.55


# --- delay ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_delayed_chip_rule_does_not_raise_smuggling_before_its_day() -> None:
    """Before its recorded day a rule works through hoarding alone, and a delay takes that away.

    Buyers who see a rule come spend sooner by every way, smuggling included.  So up to the recorded
    day no more has been smuggled if the rule comes, and is announced, a year later.  Within one per
    cent: money that was hoarded with is gone when the next shortage sends buyers to smugglers.
    """
    rules = [
        rule
        for rule in recorded_instruments()
        if rule.kind in CHIP_RULES and dt.date(2022, 2, 1) < rule.effective < dt.date(2026, 2, 1)
    ]
    history = World(futures=10)
    history.run_to(max(rule.effective for rule in rules))
    usual = history.record.values("smuggled_units")
    lower = []
    for rule in rules:
        change = {"do": "delay", "select": {"ids": [rule.id]}, "months": 12}
        world = World(policy(change), futures=10)
        world.run_to(rule.effective)
        delayed = world.record.values("smuggled_units")
        assert not_below(1.01 * usual[: len(delayed)], delayed).all(), rule.id
        lower.append(bool((delayed[-1] < usual[len(delayed) - 1] - 1.0).any()))
    assert any(lower), "no rule was hoarded for: the test shows nothing"


# --- any small policy -----------------------------------------------------------------------------


SCALES = (0.0, 0.1, 0.5, 1.0)


@st.composite
def small_policies(draw: st.DrawFn) -> Policy:
    """One to three instruments of history removed, delayed or with a figure scaled."""
    rules = draw(st.lists(st.sampled_from(recorded_instruments()), min_size=1, max_size=3))
    changes: list[dict[str, Any]] = []
    for rule in {rule.id: rule for rule in rules}.values():
        select = {"ids": [rule.id]}
        ways = ["remove", "delay", *(["scale"] if rule.parameters else [])]
        way = draw(st.sampled_from(ways))
        change: dict[str, Any] = {"do": way, "select": select}
        if way == "delay":
            change["months"] = draw(st.integers(1, 48))
        if way == "scale":
            name = draw(st.sampled_from(sorted(rule.parameters)))
            figure = rule.parameters[name]
            largest = max(dated.value for dated in figure.values)
            most = 1.0 / max(largest, 0.1) if figure.unit.startswith("share") else 10.0
            change |= {"parameter": name, "factor": most * draw(st.sampled_from(SCALES))}
        changes.append(change)
    return policy(*changes)


@pytest.mark.slow
@given(small_policies())
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_no_small_policy_breaks_the_world(under: Policy) -> None:
    """Nothing is raised, no outcome is missing unannounced, and no stock is negative."""
    world = World(under, futures=5)
    world.run_to(dt.date(2026, 1, 1))
    missing_where_said(world)
    nothing_is_negative(world)


def test_a_share_scaled_beyond_all_is_all() -> None:
    select = {"ids": ["cn-h20-discouragement-2025"]}
    change = {"do": "scale", "select": select, "parameter": "withheld", "factor": 10.0}
    world = World(policy(change), futures=5)
    world.run_to(dt.date(2026, 1, 1))
    missing_where_said(world)
    nothing_is_negative(world)


def missing_where_said(world: World) -> None:
    for name, outcome in OUTCOMES.items():
        values = world.record.values(name)
        missing = np.isnan(values)
        if outcome.censored_by is not None:
            said = world.record.values(outcome.censored_by) != 0.0
        elif name == "compute_ratio":
            said = world.record.values("compute_cn") <= 0.0
        else:
            said = np.zeros_like(missing)
        assert (missing <= said).all(), f"{name} is missing"
        assert not np.isinf(values).any(), f"{name} is infinite"


def nothing_is_negative(world: World) -> None:
    market = world.chip_market
    stocks: dict[str, Floats] = {
        "smuggled": market.grey.smuggled,
        "seized": market.grey.seized,
        "network": market.grey.network,
        "sales": market.us_revenue_from_china,
        "memory imported": market.memory_market.imported_by_china,
    }
    for kind in market.installed_base.kinds:
        stocks[f"{kind}"] = market.installed_base.received(
            owner=kind.owner, chip=kind.chip, channel=kind.channel
        )
    for developer in world.developers:
        stocks[f"{developer.name}, fleet"] = developer.fleet.min(axis=0)
        stocks[f"{developer.name}, cash"] = developer.cash
        stocks[f"{developer.name}, people"] = developer.researchers + developer.engineers
    for designer in world.agents_by_type[Designer]:
        stocks[f"{designer.name}, dies"] = designer.die_bank
        stocks[f"{designer.name}, memory"] = designer.memory_stock
    for foundry in world.foundries:
        stocks[f"{foundry.name}, wafers"] = foundry.wafers
        stocks |= {f"{foundry.name}, {store}": foundry.tools[store] for store in STORES}
    for name, stock in stocks.items():
        scale = 1.0 + np.abs(total([np.zeros(world.futures), stock]))
        assert (stock >= -1e-6 * scale).all(), f"{name} is negative: {stock.min()}"
