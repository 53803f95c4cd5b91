"""What foundries can make of the lines of the chip market."""

from __future__ import annotations

import numpy as np
import pytest

from model.calendar import Calendar
from model.chip_lines import H100_DIE_MM2, Line
from model.chip_works import works_of
from model.rulebook import RuleBook

QUARTER = (9.0, 12.0)


def lines_of(cast, world, *chips) -> list[Line]:
    designer = cast.designer(world, *chips, name="Designer", region="CN", country="CN")
    return [Line(chip, designer, "sale", 1.0) for chip in chips]


def test_a_foundry_makes_only_what_its_nodes_and_the_rules_allow(cast):
    world = cast.world(2)
    foundry = cast.foundry(world, 14, 7, name="Foundry")
    chips = [cast.chip(name=f"{nm} nm", node_nm=nm, foundry="Foundry") for nm in (7.0, 5.0)]
    lines = lines_of(cast, world, *chips)
    works = works_of(foundry, [0, 1], lines, RuleBook([], Calendar()), *QUARTER)
    assert (works.serves == np.array([[1.0], [0.0]])).all(), "5 nm is beyond it"
    good = lines[0].dies_per_wafer * foundry.yield_at(7.0)
    assert works.from_wafers[0] == pytest.approx(1000.0 * good)
    assert (works.from_wafers[1] == 0.0).all()
    assert works.wafers == pytest.approx(foundry.wafers * foundry.accelerator_share * 3.0)
    control = cast.instrument("foundry-control", parameters={"admitted": 0.25})
    barred = works_of(foundry, [0, 1], lines, RuleBook([control], Calendar()), *QUARTER)
    assert (barred.serves == np.array([[0.25], [0.0]])).all()


def test_only_what_holds_memory_takes_packages_in_the_measure_of_its_dies(cast):
    world = cast.world(2)
    plain = cast.chip(name="Plain", hbm_stacks=0)
    stacked = cast.chip(name="Stacked", hbm_stacks=5, die_mm2=H100_DIE_MM2 / 2.0)
    lines = lines_of(cast, world, plain, stacked)
    for packaging_wafers, packed in ((5, [1]), (0, [])):
        foundry = cast.foundry(world, 14, 7, packaging_wafers=packaging_wafers)
        works = works_of(foundry, [0, 1], lines, RuleBook([], Calendar()), *QUARTER)
        assert works.packed == packed
        assert works.packages.ravel().tolist() == [0.5] * len(packed)
