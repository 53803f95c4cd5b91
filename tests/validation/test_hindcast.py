"""The prior ensemble, run blind from January 2022, against the dated patterns that ship.

That all pass is not asserted: what the ensemble misses is a result.  The card is printed at the end
of the test run.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import numpy as np
import pytest
from rich.console import Console

from experiments.hindcast import WIDTH, Score, score, scores_of, show, summary_of
from experiments.policies import load_policy
from model.calendar import RECORD_START
from model.outcomes import OUTCOMES
from model.patterns import Past, patterns
from model.world import World

FUTURES = 120
# What the article and the literature lead a reader to look for first.
MUST_HAVE = {
    "gap-2023",
    "gap-2025",
    "open-2025",
    "chip-gap-2025",
    "talent-2022",
    "talent-2025",
    "run-us-2023",
    "run-growth",
    "run-cn-2024",
    "efficiency-growth",
    "cheaper-gpt-4",
    "share-us-2025",
    "share-cn-2025",
    "spending-2025",
    "nvidia-2023",
    "nvidia-2024",
    "nvidia-2025",
    "ascend-2025",
    "smic-2025",
    "smic-5nm",
    "smuggled-2024",
    "self-sufficiency-2025",
}


@pytest.fixture(scope="module")
def world() -> World:
    return World(futures=FUTURES)


@pytest.fixture(scope="module")
def scores(world: World) -> dict[str, Score]:
    return {found.pattern.id: found for found in scores_of(world, patterns())}


def test_the_card(scores: dict[str, Score], record_property: Callable[[str, object], None]) -> None:
    page = io.StringIO()
    title = f"Hindcast from January 2022: prior ensemble, {FUTURES} futures"
    show(list(scores.values()), title, Console(file=page, width=WIDTH))
    record_property("print-at-end", page.getvalue())
    counted = summary_of(list(scores.values()))
    assert counted.patterns == len(patterns())
    assert counted.passed_plainly <= counted.passed <= counted.patterns
    assert counted.passed_fitted <= sum(pattern.fitted for pattern in patterns())


def test_what_has_to_be_on_the_card_is_on_it(scores: dict[str, Score]) -> None:
    assert set(scores) >= MUST_HAVE


def test_every_pattern_is_read_in_every_future_as_a_number_of_its_kind(
    world: World, scores: dict[str, Score]
) -> None:
    past = Past(world.record)
    for found in scores.values():
        values = found.pattern.reading.of(past)
        assert values.shape == (FUTURES,), found.pattern.id
        assert found.futures == FUTURES, f"{found.pattern.id} is not defined in every future"
        assert found.low <= found.median <= found.high
        # Futures differ: nothing on the card is an input that is simply given back.
        assert np.unique(values).size > 1, found.pattern.id


def test_patterns_are_dated_within_the_record(world: World) -> None:
    for pattern in patterns():
        assert RECORD_START <= pattern.reading.last <= world.record.dates[-1]


def test_levels_of_plain_outcomes_are_in_the_unit_of_the_registry() -> None:
    for pattern in patterns():
        reading = pattern.reading
        if reading.kind != "level" or pattern.unit == "k a month":
            continue
        registered = OUTCOMES[reading.outcome].unit
        assert pattern.unit == registered.removeprefix("log10 "), pattern.id


def test_a_pattern_is_what_a_reader_would_compute_from_the_record(
    world: World, scores: dict[str, Score]
) -> None:
    """Three patterns by hand."""
    record = world.record
    row = {day: number for number, day in enumerate(record.dates)}

    def column(name: str, day: str) -> np.ndarray:
        return np.asarray(record.values(name)[row[dt.date.fromisoformat(day)]])

    sold = column("nvidia_hbm_units_cn", "2024-01-01") - column("nvidia_hbm_units_cn", "2023-01-01")
    assert scores["nvidia-2023"].median == pytest.approx(np.median(sold))
    everywhere = sum(column(f"compute_{region}", "2025-05-01") for region in ("us", "cn", "row"))
    share = column("compute_us", "2025-05-01") / everywhere
    assert scores["share-us-2025"].median == pytest.approx(np.median(share))
    flop = 10.0 ** column("largest_run_us", "2025-03-01")
    assert scores["run-us-2025"].median == pytest.approx(np.median(flop))


def test_a_future_is_scored_alike_in_any_block(scores: dict[str, Score]) -> None:
    """The first futures of the ensemble, run as a smaller one, read the same to the last bit."""
    few = World(futures=3)
    some = patterns()[:3]
    scores_of(few, some)
    many = World(futures=FUTURES)
    scores_of(many, some)
    for pattern in some:
        first = pattern.reading.of(Past(few.record))
        assert first.tolist() == pattern.reading.of(Past(many.record))[:3].tolist()
        assert score(pattern, first).futures == 3


def test_under_no_controls_the_chip_patterns_of_the_controls_are_missed() -> None:
    """The card can fail: without rules nothing is smuggled and China buys what it likes."""
    wanted = [p for p in patterns() if p.id in {"smuggled-2025", "nvidia-2025"}]
    found = scores_of(World(load_policy("no-controls"), futures=40), wanted)
    assert [one.verdict for one in found] == ["fail", "fail"]
