"""Every quarter's clearing, watched from outside: it uses what there is and loses nothing.

The sums since the start are checked in ``test_conservation.py``.  Here each clearing of the chip
market is wrapped, and its own quarter is checked as soon as it is over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from agents.arrays import Floats, filled, ratio, total
from agents.designer import Designer
from agents.developer import CHANNELS
from agents.memory_maker import MemoryMaker
from agents.records import ChipRecord
from experiments.policies import load_policy
from model.chip_lines import Line
from model.rulebook import RuleBook
from model.world import World

END = dt.date(2027, 7, 1)


@dataclass(frozen=True)
class Books:
    """What the chip market counts since the start, at one moment, all ``(futures,)``."""

    units: Mapping[tuple[str, str], Floats]
    shipped: Floats
    installed: Floats
    seized: Floats
    smuggled_units: Floats
    seized_units: Floats
    memory_stock: Floats
    memory_laid_in: Floats
    memory_used: Floats
    memory_imported: Floats
    sold: Mapping[str, Floats]
    dies_used: Mapping[str, Floats]


def products(designer: Designer) -> list[ChipRecord]:
    """Everything that a designer may sell, recorded and planned."""
    return [*designer.chips, *(planned.chip for planned in designer.planned)]


def books_of(world: World) -> Books:
    market = world.chip_market
    designers = list(world.agents_by_type[Designer])
    units = {
        (chip.name, way): total(
            [
                np.zeros(world.futures),
                *(
                    market.installed_base.received(chip=chip.name, channel=channel)
                    for channel in CHANNELS
                    if (channel == "smuggled") is (way == "smuggled")
                ),
            ]
        )
        for designer in designers
        for chip in products(designer)
        for way in ("smuggled", "otherwise")
    }
    return Books(
        units=units,
        shipped=total(designer.shipped for designer in designers),
        installed=total(developer.installed for developer in world.developers),
        seized=market.seized_h100e,
        smuggled_units=market.grey.smuggled,
        seized_units=market.grey.seized,
        memory_stock=total(designer.memory_stock for designer in designers),
        memory_laid_in=total(designer.memory_laid_in for designer in designers),
        memory_used=total(designer.memory_used for designer in designers),
        memory_imported=market.memory_market.imported_by_china,
        sold={maker.name: maker.sold for maker in world.agents_by_type[MemoryMaker]},
        dies_used={designer.name: designer.dies_used for designer in designers},
    )


@dataclass(frozen=True)
class Inputs:
    """What a quarter begins with, by name of the maker, ``(futures,)`` each."""

    wafers: Mapping[str, Floats]
    stacks: Mapping[str, Floats]


def inputs_of(world: World, months: float) -> Inputs:
    return Inputs(
        {foundry.name: foundry.wafers_for_accelerators(months) for foundry in world.foundries},
        {maker.name: maker.output() for maker in world.agents_by_type[MemoryMaker]},
    )


@pytest.mark.parametrize("policy", ["history", "no-controls"])
def test_every_clearing_uses_what_there_is_and_loses_nothing(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(load_policy(policy), futures=15)
    used: list[dict[str, Floats]] = []
    clear: Callable[[RuleBook, float, float], None] = world.chip_market.clear

    def watched(rules: RuleBook, start: float, end: float) -> None:
        before, inputs = books_of(world), inputs_of(world, end - start)
        clear(rules, start, end)
        after = books_of(world)
        chips_reach_somebody(before, after)
        used.append(wafers_suffice(world, before, after, inputs))
        stacks_are_stored_or_built_in(world, before, after, inputs)

    monkeypatch.setattr(world.chip_market, "clear", watched)
    world.run_to(END)
    assert len(used) == 22
    if policy == "history":
        full = total(np.isclose(quarter["SMIC"], 1.0).astype(float) for quarter in used)
        assert full.any(), "SMIC was never at its limit: the check of wafers shows little"


def chips_reach_somebody(before: Books, after: Books) -> None:
    """What designers shipped in the quarter was installed or seized, in compute and in units."""
    shipped = after.shipped - before.shipped
    installed, seized = after.installed - before.installed, after.seized - before.seized
    assert (seized >= 0.0).all()
    assert np.allclose(shipped, installed + seized, rtol=1e-9, atol=1e-3)
    arrived = total(
        after.units[key] - before.units[key] for key in after.units if "smuggled" in key
    )
    sent = after.smuggled_units - before.smuggled_units
    lost = after.seized_units - before.seized_units
    assert np.allclose(sent, arrived + lost, rtol=1e-9, atol=1e-3)


def packages_made(world: World, before: Books, after: Books) -> dict[str, Floats]:
    """Units of each chip that were made for the quarter, those seized later included."""
    sent = after.smuggled_units - before.smuggled_units
    lost = ratio(after.seized_units - before.seized_units, sent)
    made: dict[str, Floats] = {}
    for chip, way in after.units:
        came = after.units[chip, way] - before.units[chip, way]
        came = came / (1.0 - lost) if way == "smuggled" else came
        made[chip] = made.get(chip, np.zeros(world.futures)) + came
    return made


def wafers_suffice(world: World, before: Books, after: Books, inputs: Inputs) -> dict[str, Floats]:
    """No foundry uses more wafers than it has for accelerators; returns the shares used.

    Dies from a designer's bank need no wafers.  Where a designer has several foundries, all of its
    bank is set off against each, so that what is checked is the least that was used.
    """
    made = packages_made(world, before, after)
    used: dict[str, Floats] = {}
    for foundry in world.foundries:
        wafers = np.zeros(world.futures)
        for designer in world.agents_by_type[Designer]:
            lines = [
                Line(chip, designer, "sale", 1.0)
                for chip in products(designer)
                if chip.foundry == foundry.name
            ]
            dies = total(
                [np.zeros(world.futures), *(made[line.chip.name] * line.dies for line in lines)]
            )
            banked = after.dies_used[designer.name] - before.dies_used[designer.name]
            new = 1.0 - filled(dies, banked) if banked.any() else np.ones(world.futures)
            for line in lines:
                good = line.dies_per_wafer * foundry.yield_at(line.chip.node_nm) * 1e3
                wafers = wafers + ratio(made[line.chip.name] * line.dies * new, good)
        available = inputs.wafers[foundry.name]
        assert (wafers <= available * (1.0 + 1e-9) + 1e-9).all(), foundry.name
        used[foundry.name] = ratio(wafers, available)
    return used


def stacks_are_stored_or_built_in(
    world: World, before: Books, after: Books, inputs: Inputs
) -> None:
    """Memory bought is in store or in packages, and no maker sells more than it makes."""
    sold = {name: after.sold[name] - before.sold[name] for name in after.sold}
    for name, output in inputs.stacks.items():
        assert (sold[name] <= output * (1.0 + 1e-9) + 1e-3).all(), name
    stored = after.memory_stock - before.memory_stock
    used = after.memory_used - before.memory_used
    laid_in = after.memory_laid_in - before.memory_laid_in
    assert np.allclose(laid_in, stored + used, rtol=1e-9, atol=1.0)
    made = packages_made(world, before, after)
    by_holders = {True: np.zeros(world.futures), False: np.zeros(world.futures)}
    for designer in world.agents_by_type[Designer]:
        for chip in products(designer):
            by_holders[designer.holds_memory] += made[chip.name] * chip.hbm_stacks
    assert np.allclose(by_holders[True], used, rtol=1e-9, atol=1.0)
    foreign = [m.name for m in world.agents_by_type[MemoryMaker] if m.region != "CN"]
    imported = after.memory_imported - before.memory_imported
    from_abroad = total(sold[name] for name in foreign)
    assert np.allclose(from_abroad, by_holders[False] + imported, rtol=1e-9, atol=1.0)
