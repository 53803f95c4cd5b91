"""Chips that are judged: reference chips, chips of one's own, and the metrics of rules."""

from __future__ import annotations

from datetime import date

import pytest

from model import loading
from model.calendar import Calendar
from model.judgement import figure
from model.rulebook import RuleBook
from model.specifications import CustomChip, for_data_centres, known_chips, reference_chips

DAY = date(2022, 11, 15)


def chip(**figures) -> CustomChip:
    defaults = {
        "tpp": 5000.0,
        "performance_density": 6.0,
        "interconnect_gbs": 600.0,
        "memory_bandwidth_gbs": 2000.0,
    }
    return CustomChip(**(defaults | figures))


def test_reference_chips_are_cited_and_no_chip_is_in_both_records():
    assert len(reference_chips()) >= 30
    names = [one.name for one in loading.chips()] + [one.name for one in reference_chips()]
    assert len(set(names)) == len(names) == len(known_chips())
    for one in reference_chips():
        assert one.source.strip()
        assert one.basis != "assumption" or "assumption" in one.source, one.name


def test_the_highest_rate_times_its_bits_counts():
    rtx = known_chips()["RTX 5090"]
    assert rtx.tpp == pytest.approx(6704)
    assert rtx.performance_density == pytest.approx(6704 / 750)


def test_chips_sold_in_the_model_are_for_data_centres():
    assert all(for_data_centres(one) for one in loading.chips())
    assert not for_data_centres(known_chips()["RTX 4090"])


def test_combined_bandwidth_is_memory_and_links_together():
    assert figure(chip(), "combined_bandwidth_gbs") == 2600.0
    assert figure(chip(), "tpp") == 5000.0


@pytest.mark.parametrize(
    ("data_centre", "scope", "outcome"),
    [
        (True, True, "licence"),
        (False, True, "free"),
        (False, False, "licence"),
        (True, None, "licence"),
    ],
)
def test_a_test_may_look_at_data_centre_chips_alone(cast, data_centre, scope, outcome):
    test = {
        "all_of": [{"metric": "tpp", "at_least": "bound"}],
        "outcome": "licence",
        "data_centre": scope,
    }
    rule = cast.instrument("chip-threshold", tests=[test], parameters={"bound": 4800.0})
    rules = RuleBook([rule], Calendar())
    assert rules.judge_chip(chip(data_centre=data_centre), "CN", "", DAY).outcome == outcome


@pytest.mark.parametrize(
    ("day", "figures", "outcome"),
    [
        # October 2022: both bounds, each from both sides
        ("2022-10-21", {"tpp": 4800, "interconnect_gbs": 600}, "licence"),
        ("2022-10-21", {"tpp": 4799, "interconnect_gbs": 600}, "free"),
        ("2022-10-21", {"tpp": 4800, "interconnect_gbs": 599}, "free"),
        # October 2023, 3A090.a
        ("2023-11-17", {"tpp": 4800, "performance_density": 0.1}, "licence"),
        ("2023-11-17", {"tpp": 1600, "performance_density": 5.92}, "licence"),
        ("2023-11-17", {"tpp": 1599, "performance_density": 5.92}, "free"),
        # 3A090.b.1 and b.2
        ("2023-11-17", {"tpp": 4799, "performance_density": 5.91}, "notified"),
        ("2023-11-17", {"tpp": 2400, "performance_density": 1.6}, "notified"),
        ("2023-11-17", {"tpp": 4799, "performance_density": 1.59}, "free"),
        ("2023-11-17", {"tpp": 2399, "performance_density": 3.19}, "free"),
        ("2023-11-17", {"tpp": 1600, "performance_density": 3.2}, "notified"),
        ("2023-11-17", {"tpp": 1599, "performance_density": 3.2}, "free"),
        # not for data centres
        ("2023-11-17", {"tpp": 4800, "data_centre": False}, "notified"),
        ("2023-11-17", {"tpp": 4799, "data_centre": False}, "free"),
        # the letter of April 2025: memory, links, both together
        ("2025-04-08", {"tpp": 1000, "memory_bandwidth_gbs": 9000}, "free"),
        (
            "2025-04-09",
            {"tpp": 1000, "memory_bandwidth_gbs": 1400, "interconnect_gbs": 0},
            "licence",
        ),
        (
            "2025-04-09",
            {"tpp": 1000, "memory_bandwidth_gbs": 1399, "interconnect_gbs": 300},
            "free",
        ),
        (
            "2025-04-09",
            {"tpp": 1000, "memory_bandwidth_gbs": 1399, "interconnect_gbs": 301},
            "licence",
        ),
        (
            "2025-04-09",
            {"tpp": 1000, "memory_bandwidth_gbs": 0, "interconnect_gbs": 1100},
            "licence",
        ),
        # January 2026: odds tell review case by case from a presumption of denial
        ("2026-01-15", {"tpp": 20999, "memory_bandwidth_gbs": 6499}, "licence"),
        ("2026-01-15", {"tpp": 21000, "memory_bandwidth_gbs": 6499}, "licence"),
    ],
)
def test_bounds_of_the_recorded_rules(day, figures, outcome):
    rules = RuleBook(loading.recorded_instruments(), Calendar())
    custom = chip(**({"interconnect_gbs": 0.0, "memory_bandwidth_gbs": 0.0} | figures))
    assert rules.judge_chip(custom, "CN", "", date.fromisoformat(day)).outcome == outcome


@pytest.mark.parametrize(
    ("tpp", "memory", "instrument"),
    [
        (20999, 6499, "us-case-by-case-2026"),
        (21000, 6499, "us-advanced-computing-2023"),
        (20999, 6500, "us-advanced-computing-2023"),
    ],
)
def test_the_bounds_of_january_2026(tpp, memory, instrument):
    rules = RuleBook(loading.recorded_instruments(), Calendar())
    custom = chip(tpp=float(tpp), memory_bandwidth_gbs=float(memory))
    judgement = rules.judge_chip(custom, "CN", "", date(2026, 1, 15))
    assert judgement.instrument == instrument
    assert (judgement.admitted > 0.0) is (instrument == "us-case-by-case-2026")


def test_what_decides_comes_first_and_what_is_replaced_last():
    rules = RuleBook(loading.recorded_instruments(), Calendar())
    h200 = known_chips()["H200"]
    found = rules.judgements(h200, "CN", "", date(2026, 2, 1))
    assert found[0] == rules.judge_chip(h200, "CN", "", date(2026, 2, 1))
    assert found[0].instrument == "us-chip-tariff-2026"
    replaced = {one.instrument: one.replaced_by for one in found[1:]}
    assert replaced == {
        "us-case-by-case-2026": "us-chip-tariff-2026",
        "us-advanced-computing-2023": "us-case-by-case-2026",
        "us-h20-letter-2025": "us-case-by-case-2026",
    }
    assert [one.instrument for one in rules.judgements(h200, "JP", "", date(2026, 2, 1))] == [None]


def test_a_bound_on_both_bandwidths_bounds_the_links_by_what_the_memory_leaves():
    rules = RuleBook(loading.recorded_instruments(), Calendar())
    bounds = rules.chip_bounds("CN", Calendar().months(date(2025, 4, 9)))
    assert "combined_bandwidth_gbs" not in bounds
    assert bounds["memory_bandwidth_gbs"] == [1400.0]
    assert bounds["interconnect_gbs"] == [300.0, 1100.0]
    before = rules.chip_bounds("CN", Calendar().months(date(2025, 4, 8)))
    assert "memory_bandwidth_gbs" not in before
