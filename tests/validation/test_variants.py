"""With the recorded versions switched off, designers answer the rules as they did in fact."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from agents.designer import Designer, Planned
from experiments.policies import load_policy
from model import loading
from model.rulebook import RuleBook
from model.world import World

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def planned() -> World:
    world = World(futures=60, products="versions-planned")
    world.run_to(dt.date(2026, 1, 1))
    return world


def versions(world: World, base: str) -> list[Planned]:
    """Versions of a chip for China, in the order in which they were designed."""
    return [
        variant
        for designer in world.agents_by_type[Designer]
        for variant in designer.variants
        if variant.base.name == base
    ]


def launch(world: World, variant: Planned) -> tuple[float, dt.date]:
    """The share of futures in which a version ships, and the median date there."""
    begun = np.isfinite(variant.launches)
    return float(begun.mean()), world.calendar.date(float(np.median(variant.launches[begun])))


def recorded(name: str):
    return next(chip for chip in loading.chips() if chip.name == name)


@pytest.mark.parametrize(
    ("base", "number", "model", "earliest", "latest"),
    [
        # A800 shipped from November 2022, H800 from March 2023: the links are cut, the rate stays.
        # The letters of August 2022 already told the seller what would pass.
        ("A100", 0, "A800", dt.date(2022, 10, 1), dt.date(2023, 1, 1)),
        ("H100", 0, "H800", dt.date(2022, 11, 1), dt.date(2023, 6, 1)),
    ],
)
def test_the_rule_of_2022_is_answered_by_thinner_links(
    planned: World, base: str, number: int, model: str, earliest: dt.date, latest: dt.date
) -> None:
    version = versions(planned, base)[number]
    real = recorded(model)
    assert version.chip.tpp == pytest.approx(real.tpp, rel=0.01)
    assert 300.0 < version.chip.interconnect_gbs < 600.0
    share, median = launch(planned, version)
    assert share > 0.9
    assert earliest <= median <= latest


def test_the_rule_of_2023_is_answered_by_an_h20(planned: World) -> None:
    version = versions(planned, "H100")[1]
    real = recorded("H20")
    assert version.chip.tpp == pytest.approx(real.tpp, rel=0.02)
    assert version.chip.performance_density == pytest.approx(real.performance_density, rel=0.02)
    assert version.chip.interconnect_gbs == real.interconnect_gbs
    share, median = launch(planned, version)
    assert share > 0.9
    assert dt.date(2023, 12, 1) <= median <= dt.date(2024, 6, 1)


def test_the_letter_of_2025_is_answered_by_slower_memory(planned: World) -> None:
    real = recorded("RTX Pro 6000D")
    answers = [
        variant
        for base in ("B200", "GB200")
        for variant in versions(planned, base)
        if variant.chip.memory_bandwidth_gbs < 1400.0
    ]
    assert answers
    for version in answers:
        assert version.chip.memory_bandwidth_gbs == pytest.approx(
            real.memory_bandwidth_gbs, rel=0.02
        )
        _, median = launch(planned, version)
        assert dt.date(2025, 5, 1) <= median <= dt.date(2025, 11, 1)


def test_each_version_sells_until_a_later_rule_catches_it(planned: World) -> None:
    history = World(futures=1)
    assert isinstance(history.rules, RuleBook)
    for base, caught in (("A100", dt.date(2023, 11, 17)), ("H100", dt.date(2023, 11, 17))):
        chip = versions(planned, base)[0].chip
        before = caught - dt.timedelta(days=30)
        assert history.rules.judge_chip(chip, "CN", "", before).outcome == "free"
        assert history.rules.judge_chip(chip, "CN", "", caught).admitted == 0.0


def test_without_rules_no_version_is_made_and_with_recorded_ones_none_is_planned() -> None:
    free = World(load_policy("no-controls"), futures=3, products="versions-planned")
    usual = World(futures=3)
    for world in (free, usual):
        world.run_to(dt.date(2025, 1, 1))
        assert all(not designer.variants for designer in world.agents_by_type[Designer])
    sold = free.chip_market.installed_base
    assert {"A800", "H800", "H20"}.isdisjoint(kind.chip for kind in sold.kinds)


# --- all products planned -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def all_planned() -> World:
    world = World(futures=60, products="planned")
    world.run_to(dt.date(2027, 1, 1))
    return world


def on_sale(world: World, designer: str, day: dt.date) -> np.ndarray:
    """The fastest chip of a designer's main line that is out by a day, TFLOPS at 16 bits."""
    found = next(d for d in world.agents_by_type[Designer] if d.name == designer)
    fastest = np.full(world.futures, max(chip.fp16_tflops for chip in found.chips))
    for planned in found.successors:
        out = planned.launches <= world.calendar.months(day)
        fastest = np.where(out, np.maximum(fastest, planned.chip.fp16_tflops), fastest)
    return fastest


@pytest.mark.parametrize(
    ("designer", "day", "model"),
    [
        ("Nvidia", dt.date(2023, 6, 1), "H100"),
        ("Nvidia", dt.date(2025, 6, 1), "B200"),
        ("AMD", dt.date(2024, 6, 1), "MI300X"),
        ("Google TPU", dt.date(2025, 1, 1), "TPU v6e"),
    ],
)
def test_from_the_chips_of_2021_alone_lines_go_on_about_as_they_did(
    all_planned: World, designer: str, day: dt.date, model: str
) -> None:
    """The recorded chip lies between half and twice the median of what is planned by then."""
    ratio = np.median(on_sale(all_planned, designer, day)) / recorded(model).fp16_tflops
    assert 0.5 < ratio < 2.0


def test_planned_lines_too_are_answered_with_versions_for_china(all_planned: World) -> None:
    found = next(d for d in all_planned.agents_by_type[Designer] if d.name == "Nvidia")
    cut = [v for v in found.variants if v.base in [s.chip for s in found.successors]]
    links = {v.chip.name for v in cut if 500.0 < v.chip.interconnect_gbs < 600.0}
    rate = {v.chip.name for v in cut if v.chip.tpp < 2400.0}
    assert links, "thinner links after the rule of 2022"
    assert rate, "slower chips after that of 2023"


def test_without_rules_huawei_plans_on_the_best_foundry(all_planned: World) -> None:
    def makers(world: World) -> set[str]:
        found = next(d for d in world.agents_by_type[Designer] if d.name == "HiSilicon")
        return {s.chip.foundry for s in found.successors if np.isfinite(s.launches).any()}

    free = World(load_policy("no-controls"), futures=10)
    free.run_to(dt.date(2026, 1, 1))
    usual = World(futures=10)
    usual.run_to(dt.date(2026, 1, 1))
    assert makers(free) == {"TSMC"}
    assert makers(usual) == set(), "the roadmap on record is followed"
