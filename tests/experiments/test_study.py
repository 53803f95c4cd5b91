from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experiments.study import Study, StudyError, cut, month_within
from model.calendar import Calendar
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy

OTHER = Policy(name="other")


@given(futures=st.integers(1, 3500), size=st.integers(1, 3000))
def test_blocks_hold_every_future_of_every_policy_once_and_cut_or_join_shards(
    futures: int, size: int
):
    study = Study(policies=(HISTORY, OTHER), futures=futures)
    seen: dict[str, list[int]] = {"history": [], "other": []}
    for block in study.blocks(size):
        assert 1 <= block.futures <= size
        assert sum(part.futures for part in block.by_shard) == block.futures
        for part in block.by_shard:
            assert part.policy == part.shard.policy == block.policy
            assert part.shard.first_future <= part.first_future
            ends = part.first_future + part.futures
            assert ends <= part.shard.first_future + part.shard.futures
            assert part.is_whole_shard or block.shard == part.shard
            seen[block.policy] += range(part.first_future, ends)
    assert seen == {"history": list(range(futures)), "other": list(range(futures))}


def test_only_neighbours_are_simulated_together():
    shards = list(Study(policies=(HISTORY, OTHER), futures=3500).shards())
    del shards[1]  # one is stored already
    found = [(block.policy, block.first_future, block.futures) for block in cut(shards, 2500)]
    assert found == [
        ("history", 0, 1000),
        ("history", 2000, 1500),
        ("other", 0, 2000),
        ("other", 2000, 1500),
    ]


def test_shards_hold_a_thousand_futures_and_the_last_one_the_rest():
    study = Study(policies=(HISTORY,), futures=2500)
    assert [shard.path for shard in study.shards()] == [
        "results/history/futures-00000-00999.parquet",
        "results/history/futures-01000-01999.parquet",
        "results/history/futures-02000-02499.parquet",
    ]


def test_months_run_from_the_start_to_the_horizon_inclusive():
    months = Study(policies=(HISTORY,), until=date(2023, 2, 1)).months
    assert months[0] == date(2022, 1, 1)
    assert months[-1] == date(2023, 2, 1)
    assert len(months) == 14


@given(st.integers(0, 120), st.integers(1, 240))
def test_thinned_months_are_every_so_many_and_the_last(last: int, every: int):
    until = Calendar().month(last)
    whole = Study(policies=(HISTORY,), until=until).months
    thin = Study(policies=(HISTORY,), until=until, every=every).months
    assert thin == sorted({*whole[::every], whole[-1]})


def test_an_outcome_is_kept_with_what_says_why_it_is_missing():
    study = Study(policies=(HISTORY,), keep=("compute_cn", "gap_months", "compute_cn"))
    assert study.outcomes == tuple(n for n in OUTCOMES if n in {*study.outcomes})
    assert set(study.outcomes) == {"gap_months", "gap_censored", "compute_cn"}


@pytest.mark.parametrize(
    "fault",
    [
        {"futures": 0},
        {"seed": -1},
        {"until": date(2021, 12, 1)},
        {"until": date(2041, 1, 1)},
        {"until": date(2025, 6, 2)},
        {"policies": ()},
        {"policies": (HISTORY, HISTORY)},
        {"keep": ()},
        {"keep": ("gap_month",)},
        {"every": 0},
        {"every": 241},
        {"colour": "red"},
    ],
)
def test_a_study_that_makes_no_sense_is_refused(fault: dict[str, object]):
    with pytest.raises(ValidationError):
        Study.model_validate({"policies": (HISTORY,)} | fault)


def test_a_month_is_read_within_its_bounds():
    first, last = date(2022, 1, 1), date(2030, 12, 1)
    assert month_within("2030-12", first, last) == last
    assert month_within("2022-01", first, last) == first
    for text in ("2021-12", "2031-01", "2025-13", "2025", "June"):
        with pytest.raises(StudyError, match=text):
            month_within(text, first, last)
