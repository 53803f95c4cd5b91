"""Worlds with a government that reviews its rules: futures apart, and each the same anywhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from agents.arrays import Floats
from agents.designer import Products
from experiments.policies import load_policy
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy, PolicyError
from model.world import World

UNTIL = dt.date(2026, 7, 1)
FUTURES = 32
EMBARGO = {
    "id": "us-embargo",
    "kind": "chip-embargo",
    "title": "Embargo",
    "issuer": "US",
    "family": "export-control",
    "citation": "none",
    "announced": dt.date(2023, 1, 1),
    "effective": dt.date(2023, 1, 1),
    "destinations": ["CN"],
    "outcome": "denied",
}
NO_CHIP_RULES = [
    {"do": "remove", "select": {"family": "export-control"}, "since": dt.date(2022, 2, 1)}
]


def adaptive(**fields: Any) -> Policy:
    """The United States reviews the gap each half year; early and often, to see much of it."""
    course = {
        "government": "US",
        "outcome": "gap_months",
        "since": dt.date(2023, 2, 15),
        "reviews_every": 5,
        "notice_months": 1.5,
        "tighten_below": 6.0,
        "loosen_above": 15.0,
        "tighter": [{"do": "add", "instrument": EMBARGO}],
        "looser": NO_CHIP_RULES,
    }
    return Policy.model_validate({"name": "adaptive", "adaptive": [course | fields]})


def lived(
    under: Policy, futures: int = FUTURES, first: int = 0, products: Products = "recorded"
) -> World:
    world = World(under, futures=futures, first_future=first, products=products)
    world.run_to(UNTIL)
    return world


def all_outcomes(*worlds: World) -> Floats:
    """Every outcome, ``(outcomes, months, futures)``, one world's futures after another's."""
    return np.concatenate(
        [np.stack([world.record.values(name) for name in OUTCOMES]) for world in worlds], axis=2
    )


@pytest.fixture(scope="module")
def whole() -> World:
    return lived(adaptive())


@pytest.fixture(scope="module")
def history() -> World:
    return lived(HISTORY)


def test_timing_differs_by_future_and_is_told(whole: World) -> None:
    told = [h for h in whole.chronicle.happenings if h.event in ("tightens", "loosens")]
    assert {h.event for h in told} == {"tightens", "loosens"}
    where = np.array([h.where for h in told])
    assert where.any(axis=1).all(), "an event that happened nowhere is on record"
    assert len(np.unique(where, axis=1).T) > 10, "futures differ in when the government acts"
    government = whole.government("US")
    assert set(np.unique(government.stance)) == {-1, 0, 1}
    future = int(np.flatnonzero(where[0])[0])
    assert ("United States", told[0].event) in [
        (actor, event) for _, actor, event, _ in whole.chronicle.of_future(future)
    ]


@pytest.mark.parametrize(
    "products",
    [
        "recorded",
        pytest.param("versions-planned", marks=pytest.mark.slow),
        pytest.param("planned", marks=pytest.mark.slow),
    ],
)
def test_a_future_is_the_same_whichever_live_beside_it(products: Products) -> None:
    together = lived(adaptive(), products=products)
    apart = [lived(adaptive(), 16, first, products) for first in (0, 16)]
    alone = lived(adaptive(), 1, 20, products)
    assert np.array_equal(all_outcomes(together), all_outcomes(*apart), equal_nan=True)
    assert np.array_equal(all_outcomes(together)[:, :, 20:21], all_outcomes(alone), equal_nan=True)


@pytest.mark.parametrize("products", ["recorded", "versions-planned"])
def test_a_government_that_never_acts_changes_nothing(products: Products) -> None:
    never = adaptive(tighten_below=-1e9, loosen_above=1e9)
    usual, idle = (lived(policy, 8, products=products) for policy in (HISTORY, never))
    assert np.array_equal(all_outcomes(usual), all_outcomes(idle), equal_nan=True)


def test_only_futures_in_which_it_acted_differ_from_history(history: World) -> None:
    world = lived(adaptive(tighten_below=6.0, looser=[]))
    acted = np.zeros(world.futures, dtype=np.bool_)
    for happening in world.chronicle.happenings:
        if happening.event == "tightens":
            assert happening.where is not None
            acted |= happening.where
    usual, changed = all_outcomes(history), all_outcomes(world)
    same = (changed == usual) | (np.isnan(changed) & np.isnan(usual))
    assert 0 < acted.sum() < world.futures
    assert same[:, :, ~acted].all()
    assert not same[:, :, acted].all()


def test_before_the_first_review_takes_effect_all_is_as_recorded(
    whole: World, history: World
) -> None:
    # Decided in mid-February 2023; hoarding may begin then, so that March is the last month alike.
    months = 14
    assert np.array_equal(
        all_outcomes(whole)[:, :months], all_outcomes(history)[:, :months], equal_nan=True
    )


def test_a_fork_under_the_same_policy_keeps_stances_and_equals_no_fork(whole: World) -> None:
    world = World(adaptive(), futures=FUTURES)
    world.run_to(dt.date(2025, 4, 20))
    twin = world.fork(adaptive())
    assert (twin.government("US").stance == world.government("US").stance).all()
    assert twin.government("US").stance.any()
    twin.run_to(UNTIL)
    assert np.array_equal(all_outcomes(twin), all_outcomes(whole), equal_nan=True)
    world.run_to(UNTIL)
    assert np.array_equal(all_outcomes(world), all_outcomes(whole), equal_nan=True)


def test_a_fork_to_another_course_keeps_stances_and_one_to_history_ends_them(whole: World) -> None:
    world = World(adaptive(), futures=FUTURES)
    world.run_to(dt.date(2025, 4, 20))
    stance = world.government("US").stance
    stricter = world.fork(adaptive(tighten_below=20.0, loosen_above=90.0, looser=[]))
    assert (stricter.government("US").stance == np.maximum(stance, 0)).all()
    stricter.run_to(dt.date(2026, 4, 20))
    assert (stricter.government("US").stance == 1).mean() > 0.8
    usual = world.fork(HISTORY)
    assert not usual.government("US").stance.any()
    usual.run_to(UNTIL)
    assert len(usual.record.dates) == len(whole.record.dates)
    for twin in (stricter, usual):
        lived_before = all_outcomes(twin)[:, :40]
        assert np.array_equal(lived_before, all_outcomes(whole)[:, :40], equal_nan=True)


def test_history_can_fork_into_a_policy_whose_government_adapts() -> None:
    world = World(futures=20)
    world.run_to(dt.date(2025, 4, 20))
    twin = world.fork(adaptive(tighten_below=1e6, loosen_above=1e7, looser=[]))
    twin.run_to(dt.date(2026, 4, 20))
    assert (twin.government("US").stance == 1).all()
    first = next(h for h in twin.chronicle.happenings if h.event == "tightens")
    # Five months apart, from the middle of February 2023 on: the next is in August 2025.
    assert twin.calendar.date(float(np.max(first.when))) == dt.date(2025, 8, 16)


def test_two_governments_adapt_side_by_side(history: World) -> None:
    select = {"kind": "subsidy", "issuer": "CN"}
    money = {"do": "scale", "select": select, "parameter": "annual_usd_bn", "factor": 2.0}
    american = adaptive().adaptive[0].model_dump()
    chinese = {
        "government": "CN",
        "outcome": "compute_ratio",
        "since": dt.date(2024, 1, 1),
        "reviews_every": 12,
        "tighten_above": 6.0,
        "tighter": [money],
    }
    both = Policy.model_validate({"name": "both", "adaptive": [american, chinese]})
    world = lived(both, 16)
    assert world.government("US").stance.any()
    assert world.government("CN").stance.any()
    more = world.record.values("subsidies_cn") > history.record.values("subsidies_cn")[:, :16]
    assert (more[-1] == (world.government("CN").stance == 1)).all()
    parts = [lived(both, 8, first) for first in (0, 8)]
    assert np.array_equal(all_outcomes(world), all_outcomes(*parts), equal_nan=True)


def test_a_course_that_cannot_be_taken_is_an_error_that_names_it(tmp_path: Any) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\n"
        "adaptive:\n"
        "  - {government: US, outcome: gap_months, since: 2026-01-01, reviews_every: 12,\n"
        "     tighten_below: 6, tighter: [{do: remove, select: {ids: [us-hbm-2025]}}]}\n",
        encoding="utf-8",
    )
    with pytest.raises(PolicyError, match=r"US tighter, change 1 \(remove\): .*'us-hbm-2025'"):
        load_policy(str(path))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"outcome": "gap"}, "no outcome is called 'gap'"),
        ({"tighter": [], "looser": []}, "give 'tighter' or 'looser'"),
        ({"loosen_above": None}, "'looser' changes need"),
        ({"since": dt.date(2022, 1, 1)}, "first review must come after 2022-01-01"),
    ],
)
def test_a_course_that_makes_no_sense_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        adaptive(**fields)
