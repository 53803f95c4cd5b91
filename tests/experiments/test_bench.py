"""``aigap bench`` times what it says, and its ratios follow from its times."""

from __future__ import annotations

import json
from datetime import date

import pytest

from experiments import bench as bench_module
from experiments.bench import Bench, Timing
from experiments.bench_scale import multiplied
from experiments.cli import status
from model.cast import recorded
from model.world import World


def test_bench_prints_ratios_that_follow_from_its_times(capsys, monkeypatch):
    found = Bench(
        until=date(2030, 12, 1),
        one_at_a_time=Timing("mesa.batch_run", 2, 8.0),
        blocks=(Timing("a block of 1", 1, 2.0), Timing("a block of 1,000", 1000, 10.0)),
        workers=(Timing("one worker", 2000, 20.0), Timing("two workers", 2000, 12.5)),
    )
    asked: list[tuple[int, date, bool]] = []

    def measure(futures: int, until: date, full: bool) -> Bench:
        asked.append((futures, until, full))
        return found

    monkeypatch.setattr(bench_module, "measure", measure)
    assert status(["bench", "--json", "--full"]) == 0
    timings = json.loads(capsys.readouterr().out)["timings"]
    assert [timing["ratio"] for timing in timings] == pytest.approx([1.0, 2.0, 400.0, 1.0, 1.6])
    assert timings[2]["futures_per_second"] == pytest.approx(100.0)
    assert asked == [(1000, date(2030, 12, 1), True)]
    assert status(["bench"]) == 0
    shown = capsys.readouterr().out
    assert "400.00" in shown
    assert "80% grows with its futures" in shown


def test_bench_times_every_way_of_running_the_same_world():
    found = bench_module.measure(20, date(2022, 3, 1))
    assert [block.futures for block in found.blocks] == [1, 10, 20]
    assert found.blocks[-1].rate > 3.0 * found.one_at_a_time.rate
    assert all(timing.seconds > 0.0 for _, timing, _, _ in found.rows)
    assert 0.0 <= found.array_share <= 1.0
    assert not found.agents


@pytest.mark.slow
def test_a_full_bench_also_times_more_developers_and_half_the_horizon(monkeypatch):
    monkeypatch.setattr(bench_module, "_LARGE", 30)
    found = bench_module.measure(10, date(2022, 5, 1), full=True)
    assert [one.what for one in found.agents] == [
        f"{times} x the developers, to half way" for times in (1, 4, 16)
    ]
    assert found.agents[2].seconds > found.agents[0].seconds
    assert found.horizon[1].seconds > found.horizon[0].seconds
    assert len(found.past) == 2
    (study,) = found.reference
    assert study.futures == 130


def test_developers_split_into_parts_have_the_same_people_compute_and_money():
    one, four = (World(futures=2, cast=multiplied(recorded(), times)) for times in (1, 4))
    assert len(four.developers) == 4 * len(one.developers)
    for world in (one, four):
        world.run_to(date(2022, 7, 1))
    for outcome in ("compute_us", "spending_us", "engineers_cn"):
        before, after = (world.record.values(outcome)[-1] for world in (one, four))
        assert after == pytest.approx(before, rel=0.35), outcome
