"""The chips that follow: what their figures depend on, and which node a designer may commit to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import lithography, product_planning
from agents.product_planning import Gains
from model import loading

GAINS = Gains(
    node=1.5, architecture=1.2, area=1.1, memory=1.4, memory_at_home=1.1, links=1.3, price=0.6
)


def following(cast, *, rung=3, years=2.0, open_memory=1.0, gains=GAINS, **fields):
    """The successor of a chip on the 5 nm class."""
    return product_planning.successor(
        cast.chip(node_nm=5.0, **fields),
        gains,
        name="next",
        foundry="Foundry",
        rung=rung,
        years=years,
        open_memory=open_memory,
    )


def test_at_no_distance_a_successor_has_the_figures_of_its_anchor(cast):
    chip, anchor = following(cast, years=0.0), cast.chip(node_nm=5.0)
    same = ("fp16_tflops", "int8_tops", "die_mm2", "memory_bandwidth_gbs", "interconnect_gbs")
    assert [getattr(chip, name) for name in same] == [getattr(anchor, name) for name in same]


def test_a_node_class_raises_the_rate_and_nothing_else(cast):
    before, after = following(cast), following(cast, rung=4)
    assert after.fp16_tflops == pytest.approx(1.5 * before.fp16_tflops)
    assert after.performance_density == pytest.approx(1.5 * before.performance_density)
    assert after.memory_bandwidth_gbs == before.memory_bandwidth_gbs
    assert after.node_nm == 3.0


def test_every_figure_grows_by_its_own_factor(cast):
    chip, anchor = following(cast), cast.chip(node_nm=5.0)
    rate = chip.fp16_tflops / anchor.fp16_tflops
    grown = {
        "int8_tops": rate,
        "die_mm2": 1.1**2,
        "memory_gb": 1.4**2,
        "memory_bandwidth_gbs": 1.4**2,
        "interconnect_gbs": 1.3**2,
    }
    for figure, factor in grown.items():
        assert getattr(chip, figure) == pytest.approx(factor * getattr(anchor, figure)), figure
    assert chip.hbm_stacks == 6, "five on a package a fifth larger"


def test_without_foreign_memory_bandwidth_grows_at_the_pace_of_makers_at_home(cast):
    anchor = cast.chip(node_nm=5.0).memory_bandwidth_gbs
    shares = {share: following(cast, open_memory=share) for share in (0.0, 0.5, 1.0)}
    assert shares[1.0].memory_bandwidth_gbs == pytest.approx(anchor * 1.4**2)
    assert shares[0.5].memory_bandwidth_gbs == pytest.approx(anchor * 1.4 * 1.1)
    assert shares[0.0].memory_bandwidth_gbs == pytest.approx(anchor * 1.1**2)


@given(st.floats(0.0, 8.0), st.floats(0.0, 8.0), st.integers(3, 7), st.integers(3, 7))
def test_later_and_finer_is_never_slower(cast, years, more_years, rung, finer):
    first = following(cast, years=min(years, more_years), rung=min(rung, finer))
    second = following(cast, years=max(years, more_years), rung=max(rung, finer))
    assert second.fp16_tflops >= first.fp16_tflops * (1 - 1e-12)
    assert second.memory_bandwidth_gbs >= first.memory_bandwidth_gbs * (1 - 1e-12)


def test_worth_per_dollar_rises_with_an_exponent_below_one(cast):
    anchor, chip = cast.chip(node_nm=5.0), following(cast)
    factor = product_planning.price_factor(chip, anchor, GAINS.price)
    assert 1.0 < factor < product_planning.price_factor(chip, anchor, 1.0)
    assert product_planning.price_factor(anchor, anchor, GAINS.price) == 1.0


def test_the_recorded_gains_lead_from_the_a100_to_the_line_that_nvidia_announced(cast):
    """Set with this line in view (see ``parameters.yaml``): it shows the fit, and nothing more."""
    quantities = loading.parameter_quantities()
    gains = Gains(
        **{
            field: quantities[name].value
            for field, name in {
                "node": "node_gain",
                "architecture": "architecture_gain",
                "area": "package_gain",
                "memory": "memory_gain",
                "memory_at_home": "memory_gain_at_home",
                "links": "link_gain",
                "price": "price_per_worth",
            }.items()
        }
    )
    chips = {chip.name: chip for chip in loading.chips()}
    anchor = chips["A100"]
    for name in ("H100", "B200", "Rubin VR200", "Feynman"):
        real = chips[name]
        planned = product_planning.successor(
            anchor,
            gains,
            name=name,
            foundry="TSMC",
            rung=lithography.rung(real.node_nm),
            years=(real.launched - anchor.launched).days / 365.25,
            open_memory=1.0,
        )
        assert planned.fp16_tflops == pytest.approx(real.fp16_tflops, rel=0.35), name
        assert planned.memory_bandwidth_gbs == pytest.approx(real.memory_bandwidth_gbs, rel=0.5)


def test_a_node_counts_once_it_has_been_in_volume_for_long_enough():
    reached = np.full((8, 3), np.inf)
    reached[2] = [-24.0, -24.0, 30.0]
    reached[3] = [3.0, 6.0, np.inf]
    rung = product_planning.usable_rung(reached, np.full(3, 12.0), np.full(3, 9.0))
    assert rung.tolist() == [3, 2, product_planning.NO_NODE]
    assert product_planning.NO_NODE not in range(len(reached))


@given(st.lists(st.floats(-60.0, 60.0), min_size=8, max_size=8), st.floats(0.0, 24.0))
def test_patience_never_finds_a_finer_node(dates, patience):
    reached, by = np.array(dates)[:, None], np.zeros(1)
    eager = product_planning.usable_rung(reached, by, np.zeros(1))
    assert product_planning.usable_rung(reached, by, np.full(1, patience)) <= eager


def test_gains_are_what_they_say(cast):
    none = replace(GAINS, node=1.0, architecture=1.0, area=1.0, memory=1.0, links=1.0)
    assert following(cast, gains=none, rung=5).fp16_tflops == cast.chip().fp16_tflops
