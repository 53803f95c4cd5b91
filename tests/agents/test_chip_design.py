"""Cutting a chip down to what a rule lets pass."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.chip_design import compliant_variant, relative_price, worth
from agents.records import ChipRecord, Quantity


def chip(**changes: float) -> ChipRecord:
    """A chip like the H100."""
    sheet = ChipRecord(
        name="Big",
        designer="Any",
        home="US",
        foundry="Any",
        node_nm=5,
        launched=dt.date(2022, 10, 1),
        fp16_tflops=989,
        int8_tops=1979,
        die_mm2=814,
        memory_gb=80,
        hbm_stacks=5,
        memory_bandwidth_gbs=3350,
        interconnect_gbs=900,
        price_usd=Quantity(value=27000, unit="USD", source="test", basis="assumption"),
        sold_to="anyone",
        source="test",
        basis="assumption",
    )
    return sheet.model_copy(update=changes)


BOUNDS_2022 = {"tpp": [4800.0], "interconnect_gbs": [600.0]}
BOUNDS_2023 = {"tpp": [1600.0, 2400.0, 4800.0], "performance_density": [1.6, 3.2, 5.92]}


def passes_2022(version: ChipRecord) -> bool:
    return not (version.tpp >= 4800.0 and version.interconnect_gbs >= 600.0)


def passes_2023(version: ChipRecord) -> bool:
    tpp, density = version.tpp, version.performance_density
    licensed = tpp >= 4800.0 or (tpp >= 1600.0 and density >= 5.92)
    notified = (tpp >= 2400.0 and density >= 1.6) or (tpp >= 1600.0 and density >= 3.2)
    return not (licensed or notified)


def test_a_bound_on_rate_and_links_is_met_by_the_links() -> None:
    version = compliant_variant(chip(), BOUNDS_2022, passes_2022, worth)
    assert version is not None
    assert version.tpp == chip().tpp
    assert version.interconnect_gbs == pytest.approx(600.0, rel=0.02)
    assert version.interconnect_gbs < 600.0


def test_bounds_on_rate_and_density_leave_memory_and_links_alone() -> None:
    version = compliant_variant(chip(), BOUNDS_2023, passes_2023, worth)
    assert version is not None
    assert version.tpp == pytest.approx(2400.0, rel=0.02)
    assert version.tpp < 2400.0
    assert version.memory_bandwidth_gbs == chip().memory_bandwidth_gbs
    assert version.interconnect_gbs == chip().interconnect_gbs


def test_a_smaller_die_must_be_cut_further_for_its_density() -> None:
    small = compliant_variant(chip(die_mm2=400.0), BOUNDS_2023, passes_2023, worth)
    assert small is not None
    assert small.tpp == pytest.approx(1600.0, rel=0.02)
    assert small.tpp < 1600.0


def test_a_bound_on_density_alone_is_met_by_the_rate() -> None:
    def passes(version: ChipRecord) -> bool:
        return version.performance_density < 5.92

    version = compliant_variant(chip(), {"performance_density": [5.92]}, passes, worth)
    assert version is not None
    assert version.performance_density == pytest.approx(5.92, rel=0.02)
    assert version.die_mm2 == chip().die_mm2


def test_every_version_passes_and_none_is_better_than_the_chip() -> None:
    for passes, bounds in ((passes_2022, BOUNDS_2022), (passes_2023, BOUNDS_2023)):
        version = compliant_variant(chip(), bounds, passes, worth)
        assert version is not None
        assert passes(version)
        assert worth(version) <= worth(chip())


def test_a_chip_that_passes_is_left_as_it_is() -> None:
    modest = chip(fp16_tflops=100.0, int8_tops=200.0)
    assert compliant_variant(modest, BOUNDS_2023, passes_2023, worth) == modest


def test_a_chip_exactly_at_a_bound_is_cut_to_below_it() -> None:
    linked = compliant_variant(chip(interconnect_gbs=600.0), BOUNDS_2022, passes_2022, worth)
    assert linked is not None
    assert 590.0 < linked.interconnect_gbs < 600.0
    assert linked.tpp == chip().tpp
    fast = chip(fp16_tflops=300.0, int8_tops=600.0)
    version = compliant_variant(fast, {"tpp": [fast.tpp]}, lambda v: v.tpp < fast.tpp, worth)
    assert version is not None
    assert 0.98 * fast.tpp < version.tpp < fast.tpp


@pytest.mark.parametrize("figure", ["fp16_tflops", "memory_bandwidth_gbs", "interconnect_gbs"])
def test_four_times_a_figure_doubles_the_worth_of_a_chip(figure: str) -> None:
    better = chip(**{figure: 4.0 * getattr(chip(), figure)})
    assert worth(better) == pytest.approx(2.0 * worth(chip()))


def test_a_chip_without_links_is_worth_something() -> None:
    single = worth(chip(interconnect_gbs=0.0))
    assert 0.0 < single == worth(chip(interconnect_gbs=1.0)) < worth(chip(interconnect_gbs=2.0))


def test_where_nothing_passes_there_is_no_version() -> None:
    assert compliant_variant(chip(), BOUNDS_2023, lambda _: False, worth) is None


def test_a_version_costs_what_it_keeps() -> None:
    whole = chip()
    assert relative_price(whole, whole) == 1.0
    h20 = chip(fp16_tflops=148.0, int8_tops=296.0, memory_bandwidth_gbs=4000.0)
    assert relative_price(h20, whole) == pytest.approx(0.42, abs=0.02)
