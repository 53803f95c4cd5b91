from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from agents.mechanisms import Mechanism
from agents.released_models import PARTS
from model import measures
from model.investors import Investors
from model.switchboard import Switchboard
from model.world import World

FORK, LATER = dt.date(2023, 7, 1), dt.date(2024, 7, 1)


@pytest.fixture(scope="module")
def at_the_fork() -> World:
    world = World(futures=6)
    world.run_to(FORK)
    return world


def lived_without(world: World, *mechanisms: Mechanism, until: dt.date = LATER) -> World:
    """A fork in which China lives on without some groups of mechanisms."""
    twin = world.fork(world.policy)
    for mechanism in mechanisms:
        twin.switch_off(mechanism, "CN")
    twin.run_to(until)
    return twin


def state(world: World, field: str, region: str = "CN") -> np.ndarray:
    """A field of the developers of a region that existed at the fork, ``(developers, ...)``."""
    there = [d for d in world.developers_of(region) if d.founded <= world.calendar.months(FORK)]
    return np.stack([getattr(developer, field) for developer in there])


STANDING_STILL = [
    ((Mechanism.COMPUTE,), ("fleet", "usable", "installed", "scrapped")),
    ((Mechanism.ALGORITHMS, Mechanism.LEARNING), ("efficiency",)),
    ((Mechanism.LEARNING,), ("absorbed",)),
    ((Mechanism.TALENT,), ("researchers", "engineers", "practice")),
    ((Mechanism.MONEY,), ("attention",)),
]


@pytest.mark.parametrize(("off", "fields"), STANDING_STILL)
def test_what_is_off_stands_still_in_its_region_and_nowhere_else(at_the_fork, off, fields):
    with_it, without = lived_without(at_the_fork), lived_without(at_the_fork, *off)
    for field in fields:
        then = state(at_the_fork, field)
        np.testing.assert_array_equal(state(without, field), then)
        assert (state(with_it, field) != then).any(), field
        there = state(at_the_fork, field, "US")
        assert (state(without, field, "US") != there).any(), field


def test_without_algorithms_efficiency_still_grows_by_what_is_learned_from_others(at_the_fork):
    """By what is read, and by what movers bring; without learning too, by nothing at all."""
    without = lived_without(at_the_fork, Mechanism.ALGORITHMS)
    gained = state(without, "efficiency") - state(at_the_fork, "efficiency")
    read = state(without, "absorbed") - state(at_the_fork, "absorbed")
    assert (gained >= read - 1e-12).all()
    assert (read > 0.0).any()
    alone = lived_without(at_the_fork, Mechanism.ALGORITHMS, Mechanism.LEARNING)
    np.testing.assert_array_equal(state(alone, "efficiency"), state(at_the_fork, "efficiency"))


def test_without_learning_the_teachers_are_those_of_the_day(at_the_fork):
    known = at_the_fork.knowledge
    since = at_the_fork.time
    without = lived_without(at_the_fork, Mechanism.LEARNING)
    then = without.knowledge.teachable("CN", since)
    np.testing.assert_array_equal(then, known.teachable("CN"))
    assert (without.knowledge.teachable("CN") > then).all()
    # A model released a run and a release after the fork or later shows what it learned.
    for developer in without.developers_of("CN"):
        late = np.isfinite(developer.released_at) & (developer.released_at > since)
        untaught = developer.parts[:4].sum(axis=0)
        distance = np.maximum(0.0, then - untaught)
        most = without.parameters["imitation"] * distance
        assert (developer.parts[PARTS.index("learned")] <= most + 1e-12)[late].all()


def test_without_money_revenue_and_grants_keep_their_rate(at_the_fork):
    without = lived_without(at_the_fork, Mechanism.MONEY)
    before, after = at_the_fork.adoption.revenue, without.adoption.revenue
    np.testing.assert_array_equal(after["CN"], before["CN"])
    assert (after["US"] > before["US"]).all()

    def quarterly(world: World, end: float) -> dict[str, float]:
        chinese = {developer.name for developer in world.developers_of("CN")}
        paid: dict[str, float] = {}
        for grant in world.grants("CN", end - 3.0, end):
            if grant.recipient.name in chinese:
                name = grant.recipient.name
                paid[name] = paid.get(name, 0.0) + float(grant.amount[0])
        return paid

    then = quarterly(at_the_fork, at_the_fork.time)
    assert then
    assert quarterly(without, without.time) == then
    assert quarterly(lived_without(at_the_fork), without.time) != then


def test_investors_pay_the_rate_of_the_day_from_then_on(cast):
    world = cast.world(time=30.0)
    lab, other = (cast.developer(world, name=n, region=r) for n, r in (("A", "CN"), ("B", "US")))
    switches = Switchboard()
    funds = (world.parameters, world.calendar, world.ledger, switches)
    investors = Investors([lab, other], [], *funds)
    switches.switch_off(Mechanism.MONEY, "CN", 18.0)
    investors.fund(30.0, 12.0)
    np.testing.assert_allclose(lab.cash, investors.rate("CN", 18.0))
    np.testing.assert_allclose(other.cash, investors.rate("US", 30.0))
    assert (investors.rate("CN", 18.0) < investors.rate("CN", 30.0)).all()


def test_with_everything_off_the_frontier_stands_still_and_the_gap_grows_a_month_a_month():
    # Luck in the length of runs would now and then let a longer run, and so a better model, out.
    world = World(futures=12, fixed={"run_length_spread": 0.0})
    world.run_to(FORK)
    still = lived_without(world, *Mechanism, until=dt.date(2025, 7, 1))
    frontier = still.knowledge.frontiers["CN"].level.copy()
    gap, reach = measures.gap_months(still), still.knowledge.frontiers["US"].level.copy()
    still.run_to(dt.date(2026, 7, 1))
    np.testing.assert_array_equal(still.knowledge.frontiers["CN"].level, frontier)
    assert (still.knowledge.frontiers["US"].level > reach).all()
    np.testing.assert_allclose(measures.gap_months(still), gap + 12.0)


def test_the_parts_of_a_model_add_up_to_its_level(at_the_fork):
    world = lived_without(at_the_fork)
    for developer in world.developers:
        out = np.isfinite(developer.released)
        np.testing.assert_allclose(developer.parts.sum(axis=0)[out], developer.released[out])
    for region in ("US", "CN"):
        parts = measures.frontier_parts(region)(world)
        np.testing.assert_allclose(parts.sum(axis=0), world.knowledge.frontiers[region].level)


def test_a_group_is_switched_off_once(at_the_fork):
    twin = at_the_fork.fork(at_the_fork.policy)
    twin.switch_off(Mechanism.TALENT, "CN")
    assert twin.off_since(Mechanism.TALENT, "CN") == at_the_fork.time
    assert twin.off_since(Mechanism.TALENT, "US") is None
    assert at_the_fork.off_since(Mechanism.TALENT, "CN") is None
    with pytest.raises(ValueError, match="switched off in CN already"):
        twin.switch_off(Mechanism.TALENT, "CN")
