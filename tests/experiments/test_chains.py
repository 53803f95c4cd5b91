"""Chains: nothing is left out or done twice, and a past lived once gives what one's own would."""

from __future__ import annotations

import filecmp
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import chains
from experiments.chains import Chains
from experiments.policies import library
from experiments.runner import run
from experiments.study import Study
from model.policy import HISTORY, Policy

NAMES = tuple(library())
UNTIL = date(2022, 11, 1)
# What they change can be felt from the autumn of 2022 on, or never.
LATE = (
    HISTORY,
    Policy(name="same"),
    library()["strict-enforcement"],
    library()["double-chips-act"],
)


@settings(max_examples=12)
@given(
    names=st.lists(st.sampled_from(NAMES), min_size=1, unique=True),
    futures=st.integers(1, 2500),
    size=st.integers(50, 4000),
    workers=st.integers(1, 9),
    kept=st.sampled_from([None, ("gap_months",)]),
)
def test_every_block_is_in_one_chain_and_leaves_its_trunk_in_time(
    names: list[str], futures: int, size: int, workers: int, kept: tuple[str, ...] | None
):
    study = Study(policies=tuple(library()[n] for n in names), futures=futures, keep=kept)
    found = list(Chains(study, size, workers).of(study.shards()))
    blocks = [block for chain in found for block in chain.blocks]
    assert len(blocks) == len(set(blocks))
    assert set(blocks) == set(study.blocks(size))
    for chain in found:
        assert len({(block.first_future, block.futures) for block in chain.blocks}) == 1
        assert len({block.policy for block in chain.blocks}) == len(chain.blocks)
        months = [branch.month for branch in chain.branches]
        assert months == sorted(months)


def test_policies_that_share_a_past_live_it_once():
    shared = ("history", "open-door", "talent-open")
    study = Study(policies=tuple(library()[name] for name in (*shared, "no-controls")))
    (long, alone) = Chains(study, 1000, 1).of(study.shards())
    assert {block.policy for block in long.blocks} == set(shared)
    assert [branch.month for branch in long.branches] == [45, 47]
    assert alone.trunk.policy == "no-controls"


def test_no_worker_idles_for_the_sake_of_a_common_past():
    study = Study(policies=tuple(library()[name] for name in ("history", "open-door")))
    assert [len(chain.blocks) for chain in Chains(study, 1000, 2).of(study.shards())] == [1, 1]


def test_a_task_brings_back_no_more_than_memory_can_hold(monkeypatch):
    monkeypatch.setattr(chains, "_MOST_BYTES", 1)
    study = Study(policies=LATE)
    assert all(not chain.branches for chain in Chains(study, 1000, 1).of(study.shards()))


@pytest.mark.parametrize(("block", "workers"), [(3, 1), (5, 2)])
def test_a_past_lived_once_leaves_no_trace_in_the_files(
    block: int, workers: int, tmp_path: Path, monkeypatch
):
    study = Study(policies=LATE, futures=5, until=UNTIL)
    assert run(study, tmp_path / "chained", block=block, workers=workers)
    monkeypatch.setattr(chains, "_MOST_POLICIES", 1)
    assert run(study, tmp_path / "apart", block=4)
    files = [path.relative_to(tmp_path / "apart") for path in (tmp_path / "apart").rglob("*.*")]
    assert len(files) == len(LATE) + 1
    for file in files:
        assert filecmp.cmp(tmp_path / "apart" / file, tmp_path / "chained" / file, shallow=False)
