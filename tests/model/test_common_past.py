"""Common pasts: a world that leaves another's past in time is the one that never shared it."""

from __future__ import annotations

from datetime import date
from math import inf, isfinite

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from experiments.policies import library
from model.calendar import Calendar
from model.common_past import common_months, first_difference
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Delay, Loosen, Policy, Remove, Scale, Selector, Tighten
from model.world import World

FUTURES = 2
KINDS = ("chip-threshold", "entity-listing", "tool-control", "foundry-control")


def differing(policy: Policy, trunk: World, until: float) -> list[str]:
    """Outcomes in which a branch of a world is not the world that a policy would have made."""
    branch, own = trunk.branch(policy), World(policy, futures=FUTURES)
    for world in (branch, own):
        world.run_until(until)
    return [
        name
        for name in OUTCOMES
        if branch.record.values(name).tobytes() != own.record.values(name).tobytes()
    ]


days = st.dates(date(2022, 6, 2), date(2023, 2, 28))
kinds = st.sampled_from(KINDS).map(lambda kind: Selector(kind=kind))
changes = st.one_of(
    st.builds(Remove, do=st.just("remove"), select=kinds, since=days),
    st.builds(Tighten, do=st.just("tighten"), select=kinds, by=st.just(0.5), since=days),
    st.builds(Loosen, do=st.just("loosen"), select=kinds, by=st.just(0.5), since=days),
    st.builds(
        Scale,
        do=st.just("scale"),
        select=st.just(Selector(kind="subsidy", issuer="CN")),
        parameter=st.just("annual_usd_bn"),
        factor=st.sampled_from([0.0, 3.0]),
        since=days,
    ),
    st.builds(
        Delay,
        do=st.just("delay"),
        select=st.just(Selector(ids=("us-advanced-computing-2022",))),
        months=st.integers(1, 9),
    ),
)


@settings(max_examples=5)
@given(change=changes)
def test_a_branch_is_the_world_that_never_shared_its_past(change):
    policy = Policy(name="late", changes=(change,))
    month = common_months(HISTORY, policy)
    assume(0.0 < month < 14.0)
    trunk = World(HISTORY, futures=FUTURES)
    trunk.run_until(month)
    assert differing(policy, trunk, month + 5.0) == []


@pytest.mark.slow
@pytest.mark.parametrize("products", ["recorded", "versions-planned"])
def test_every_policy_of_the_library_leaves_history_in_time(products):
    late = sorted(
        (month, name)
        for name, policy in library().items()
        if isfinite(month := common_months(HISTORY, policy, products=products)) and month > 0.0
    )
    assert len(late) > 8
    trunk = World(HISTORY, futures=FUTURES, products=products)
    for month, name in late:
        if month > trunk.time:
            trunk.run_until(month)
        branch = trunk.branch(library()[name])
        own = World(library()[name], futures=FUTURES, products=products)
        for world in (branch, own):
            world.run_until(month + 4.0)
        for outcome in OUTCOMES:
            one, other = (world.record.values(outcome).tobytes() for world in (branch, own))
            assert one == other, f"{name}: {outcome}"


def test_a_month_too_late_is_noticed():
    """The test above can fail: a branch that leaves after rules have changed is another world."""
    policy = Policy(
        name="late",
        changes=(
            Remove(do="remove", select=Selector(kind="chip-threshold"), since=date(2022, 10, 20)),
        ),
    )
    trunk = World(HISTORY, futures=FUTURES)
    trunk.run_until(12.0)
    assert "compute_cn" in differing(policy, trunk, 13.0)


@pytest.fixture
def rules(cast):
    """A tool control announced half a year ahead, and a subsidy."""
    control = cast.instrument(
        "tool-control",
        "tools",
        announced=date(2023, 1, 1),
        effective=date(2023, 7, 1),
        toolmaker_countries=["US"],
        tool_classes=["euv"],
        parameters={"admitted": 0.2},
    )
    money = cast.instrument(
        "subsidy",
        "money",
        family="subsidy",
        purpose="memory",
        recipients=["SMIC"],
        parameters={"annual_usd_bn": 1.0},
    )
    return [control, money]


TOOLS, MONEY = Selector(ids=("tools",)), Selector(ids=("money",))


@pytest.mark.parametrize(
    ("change", "first_felt"),
    [
        (Remove(do="remove", select=TOOLS), date(2022, 10, 1)),  # nine months before it binds
        (Remove(do="remove", select=TOOLS, since=date(2024, 5, 17)), date(2024, 5, 17)),
        (Remove(do="remove", select=TOOLS, since=date(2023, 7, 1)), date(2022, 10, 1)),
        (Remove(do="remove", select=MONEY, since=date(2024, 5, 17)), date(2024, 5, 17)),
        (Tighten(do="tighten", select=TOOLS, by=0.5), date(2022, 10, 1)),
        (Tighten(do="tighten", select=TOOLS, by=0.5, since=date(2025, 2, 3)), date(2025, 2, 3)),
        # What will hold on its first day is heard of with it.
        (Tighten(do="tighten", select=TOOLS, by=0.5, since=date(2023, 6, 1)), date(2022, 10, 1)),
        (Loosen(do="loosen", select=TOOLS, by=0.5, since=date(2025, 2, 3)), date(2025, 2, 3)),
        (Delay(do="delay", select=TOOLS, months=3), date(2022, 10, 1)),
        (
            Scale(
                do="scale",
                select=MONEY,
                parameter="annual_usd_bn",
                factor=2.0,
                since=date(2026, 1, 1),
            ),
            date(2026, 1, 1),
        ),
        (
            Scale(
                do="scale",
                select=MONEY,
                parameter="annual_usd_bn",
                factor=1.0,
                since=date(2026, 1, 1),
            ),
            None,
        ),
    ],
)
def test_the_first_difference_is_when_it_can_first_be_felt(rules, change, first_felt):
    amended = Policy(name="one", changes=(change,)).amend(rules)
    warnings = {"chip_warning_months": 2.0, "memory_warning_months": 6.0}
    moment = first_difference(rules, amended, warnings | {"tool_warning_months": 9.0})
    assert moment == (inf if first_felt is None else Calendar().months(first_felt))


def test_an_adaptive_government_differs_from_its_first_review_on():
    adaptive = library()["adaptive-tightening"]
    assert common_months(HISTORY, adaptive) == Calendar().months(adaptive.adaptive[0].since) - 1
    assert common_months(adaptive, adaptive.model_copy(update={"name": "twin"})) == inf


def test_where_designers_plan_far_ahead_nothing_is_shared():
    assert common_months(HISTORY, library()["open-door"]) == 45
    assert common_months(HISTORY, library()["open-door"], products="planned") == 0.0
    assert common_months(HISTORY, HISTORY, products="planned") == inf
    adaptive = library()["adaptive-tightening"]
    assert common_months(HISTORY, adaptive, products="versions-planned") == 0.0


def test_a_longer_warning_is_acted_on_earlier():
    embargo = library()["full-embargo"]
    longer = {"tool_warning_months": 12.0}
    assert common_months(HISTORY, embargo, warnings=longer) == 48 - 12 - 1
