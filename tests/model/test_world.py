"""The world as a whole: luck is keyed, forks are exact, time is kept, rules arrive on their day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest

from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy
from model.world import World

UNTIL = dt.date(2025, 7, 1)

NO_CONTROLS = Policy.model_validate(
    {"name": "free", "changes": [{"do": "remove", "select": {"family": "export-control"}}]}
)
TWICE_THE_SUBSIDIES = Policy.model_validate(
    {
        "name": "twice",
        "changes": [
            {
                "do": "scale",
                "select": {"kind": "subsidy"},
                "parameter": "annual_usd_bn",
                "factor": 2.0,
            }
        ],
    }
)
# Each change is one that changes nothing before the end of the run.
CHANGES_NOTHING = Policy.model_validate(
    {
        "name": "nothing",
        "changes": [
            {
                "do": "scale",
                "select": {"kind": "subsidy"},
                "parameter": "annual_usd_bn",
                "factor": 1.0,
            },
            {
                "do": "add",
                "instrument": {
                    "id": "a-rule-to-come",
                    "kind": "memory-control",
                    "title": "A rule of a later year",
                    "issuer": "US",
                    "family": "export-control",
                    "citation": "none",
                    "announced": "2035-01-01",
                    "effective": "2035-01-01",
                    "destinations": ["CN"],
                },
            },
        ],
    }
)


def lived(
    policy: Policy = HISTORY,
    until: dt.date = UNTIL,
    *,
    futures: int,
    first_future: int = 0,
    seed: int = 1,
) -> World:
    world = World(policy, futures=futures, first_future=first_future, seed=seed)
    world.run_to(until)
    return world


def differing(one: World, others: Sequence[World]) -> list[str]:
    """Outcomes in which a world differs, in any bit, from others laid side by side."""
    return [
        name
        for name in OUTCOMES
        if not np.array_equal(
            one.record.values(name),
            np.concatenate([other.record.values(name) for other in others], axis=1),
            equal_nan=True,
        )
    ]


@pytest.fixture(scope="module")
def history() -> World:
    return lived(futures=40)


def test_a_future_is_the_same_in_any_block(history: World) -> None:
    blocks, first = [], 0
    for size in (1, 2, 7, 30):
        blocks.append(lived(futures=size, first_future=first))
        first += size
    assert differing(history, blocks) == []


def test_futures_picked_by_number_are_the_same_as_among_all(history: World) -> None:
    numbers = np.array([31, 3, 8, 9, 30])
    picked = World(numbers=numbers)
    picked.run_to(UNTIL)
    assert picked.futures == 5
    unlike = [
        name
        for name in OUTCOMES
        if not np.array_equal(
            picked.record.values(name), history.record.values(name)[:, numbers], equal_nan=True
        )
    ]
    assert unlike == []


def test_another_seed_is_another_ensemble(history: World) -> None:
    assert "gap_months" in differing(history, [lived(futures=40, seed=2)])


def test_futures_differ_from_one_another(history: World) -> None:
    last = history.record.values("compute_cn")[-1]
    assert len(set(last.tolist())) == history.futures


@pytest.mark.parametrize("when", [dt.date(2022, 1, 1), dt.date(2023, 2, 1), dt.date(2024, 11, 1)])
def test_forking_under_the_same_policy_is_not_forking(history: World, when: dt.date) -> None:
    trunk = lived(until=when, futures=40)
    branch = trunk.fork(HISTORY)
    branch.run_to(UNTIL)
    trunk.run_to(UNTIL)
    assert differing(history, [branch]) == []
    assert differing(history, [trunk]) == [], "a fork must leave the world it came from alone"


def test_a_policy_that_changes_nothing_changes_no_bit(history: World) -> None:
    assert differing(history, [lived(CHANGES_NOTHING, futures=40)]) == []
    trunk = lived(until=dt.date(2024, 2, 1), futures=40)
    branch = trunk.fork(CHANGES_NOTHING)
    branch.run_to(UNTIL)
    assert differing(history, [branch]) == []


def test_a_fork_keeps_the_past_and_changes_the_future(history: World) -> None:
    trunk = lived(until=dt.date(2023, 8, 1), futures=40)
    branch = trunk.fork(NO_CONTROLS)
    branch.run_to(UNTIL)
    lived_before = len(trunk.record.dates)
    for name in ("compute_cn", "compute_cn_direct", "smuggled_units"):
        before = branch.record.values(name)[:lived_before]
        assert np.array_equal(before, history.record.values(name)[:lived_before])
    bought = branch.record.values("compute_cn_direct")[-1]
    assert (bought > history.record.values("compute_cn_direct")[-1]).all()
    # What was lived through under the old rules stays judged by them.
    smuggled = branch.record.values("smuggled_units")
    assert (smuggled[-1] > 0.0).all()
    quarter = lived_before + 2
    assert (smuggled[-1] == smuggled[quarter]).all(), "nothing needs smuggling once all is free"


def test_a_fork_runs_the_new_policys_agenda_and_not_the_old_ones() -> None:
    trunk = lived(until=dt.date(2023, 8, 1), futures=1)
    branch = trunk.fork(NO_CONTROLS)
    branch.run_to(dt.date(2024, 1, 1))
    told = {(h.event, h.subject) for h in branch.chronicle.happenings}
    assert ("puts into force", "us-advanced-computing-2022") in told
    assert ("puts into force", "us-advanced-computing-2023") not in told


def test_a_fork_on_the_day_of_a_rule_tells_of_it_once() -> None:
    trunk = lived(until=dt.date(2023, 9, 1), futures=1)
    branch = trunk.fork(TWICE_THE_SUBSIDIES)
    branch.run_to(dt.date(2023, 10, 1))
    told = [h for h in branch.chronicle.happenings if h.subject == "nl-advanced-immersion-2023"]
    assert [h.event for h in told] == ["announces", "puts into force"]


def test_a_fork_in_mid_quarter_pays_the_old_subsidies_until_then() -> None:
    trunk = lived(until=dt.date(2023, 9, 1), futures=1)
    branch = trunk.fork(TWICE_THE_SUBSIDIES)
    before = trunk.government("CN").subsidies_paid
    for world in (trunk, branch):
        world.run_to(dt.date(2023, 10, 1))
    usual = trunk.government("CN").subsidies_paid - before
    doubled = branch.government("CN").subsidies_paid - before
    # Two months of the quarter at the old rate, one at twice that.
    assert np.allclose(doubled / usual, 4.0 / 3.0, rtol=0.02)


def test_rules_are_announced_and_take_effect_on_their_day(history: World) -> None:
    told = {
        (h.event, h.subject): history.calendar.date(h.when)
        for h in history.chronicle.happenings
        if isinstance(h.when, float)
    }
    rule = "us-advanced-computing-2023"
    assert told["announces", rule] == dt.date(2023, 10, 17)
    assert told["puts into force", rule] == dt.date(2023, 11, 17)
    assert told["is founded", "CN"] >= dt.date(2023, 1, 1)


def test_releases_keep_their_own_time_between_wake_ups(history: World) -> None:
    released = [h for h in history.chronicle.happenings if h.event == "releases a better model"]
    assert len(released) > 100
    times = np.concatenate([np.asarray(h.when)[h.where] for h in released])
    between = np.abs(times - np.rint(times)) > 1e-6
    assert between.mean() > 0.95
    assert (times <= history.time).all()
    assert (times > 0.0).all()


def test_the_record_has_a_row_for_the_first_of_every_month(history: World) -> None:
    assert history.record.dates[0] == dt.date(2022, 1, 1)
    assert history.record.dates[-1] == UNTIL
    assert len(history.record.dates) == 43
    assert history.record.values("gap_months").shape == (43, 40)


def test_a_mesa_step_is_a_month() -> None:
    world = World()
    for _ in range(5):
        world.step()
    assert world.steps == 5
    assert world.calendar.date(world.time) == dt.date(2022, 6, 1)
    assert len(world.record.dates) == 6


def test_nothing_is_recorded_that_is_neither_a_number_nor_announced_as_censored(
    history: World,
) -> None:
    for name, outcome in OUTCOMES.items():
        values = history.record.values(name)
        if outcome.censored_by is None:
            assert np.isfinite(values).all(), name
        else:
            flagged = history.record.values(outcome.censored_by) != 0.0
            assert (np.isfinite(values) == ~flagged).all(), name


@pytest.mark.parametrize("outcome", ["open_downloads_share_cn", "stack_share_cn"])
def test_open_models_of_china_gain_users_and_so_does_its_software(
    history: World, outcome: str
) -> None:
    series = history.record.values(outcome)
    assert (series[-1] > series[0]).mean() > 0.9


def test_shares_of_users_sum_to_one(history: World) -> None:
    ecosystem = history.ecosystem
    for shares in (ecosystem.deployment, ecosystem.downloads, ecosystem.stacks):
        assert np.allclose(shares.sum(axis=0), 1.0)


def test_a_fixed_parameter_holds_in_every_future() -> None:
    world = World(futures=5, fixed={"imitation": 0.25})
    assert (world.parameters["imitation"] == 0.25).all()
    with pytest.raises(KeyError, match="imitatoin"):
        World(fixed={"imitatoin": 0.25})


def test_a_world_without_futures_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one future"):
        World(futures=0)


def test_a_future_can_be_told_with_its_reasons(history: World) -> None:
    told = history.decisions_of(3)
    assert [when for when, _, _ in told] == sorted(when for when, _, _ in told)
    assert len({who for _, who, _ in told}) > 15
    assert any("starts a run of" in what and "FLOP: " in what for _, _, what in told)
    assert history.decisions_of(4) != told
