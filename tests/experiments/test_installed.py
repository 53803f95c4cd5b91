from __future__ import annotations

import datetime as dt
import json

import pytest

from experiments.cli import status
from experiments.installed import holdings
from model.world import World


@pytest.fixture(scope="module")
def world() -> World:
    world = World(futures=10)
    world.run_to(dt.date(2024, 7, 1))
    return world


@pytest.mark.parametrize("by", ["chip", "owner", "channel", "chip-and-channel"])
def test_every_division_adds_up_to_the_same(by):
    one = World(futures=1)
    one.run_to(dt.date(2024, 7, 1))
    base, rating = one.chip_market.installed_base, one.ratings()
    units = {chip: base.standing(one.time, region="CN", chip=chip)[0] for chip in rating}
    found = holdings(one, "CN", by)
    assert sum(h.units[1] for h in found) == pytest.approx(sum(units.values()))
    compute = sum(number * rating[chip] for chip, number in units.items())
    assert sum(h.compute[1] for h in found) == pytest.approx(compute)
    assert sum(h.share for h in found) == pytest.approx(1.0)


def test_chips_that_no_rule_bars_are_not_smuggled(world):
    smuggled = {h.what for h in holdings(world, "CN", "chip-and-channel") if "smuggled" in h.what}
    assert "H100, smuggled" in smuggled
    assert "H20, smuggled" not in smuggled


def test_owners_are_those_of_the_region(world):
    owners = {holding.what for holding in holdings(world, "CN", "owner")}
    assert {"Alibaba", "ByteDance", "DeepSeek"} <= owners
    assert "OpenAI" not in owners


def test_the_command_prints_a_table_and_json(capsys):
    asked = ["installed", "--on", "2023-07", "--futures", "3"]
    assert status([*asked, "--by", "channel"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "variant" in told
    assert "Medians need not add up." in told
    assert status([*asked, "--by", "chip", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["on"], found["region"], found["by"]) == ("2023-07", "CN", "chip")
    assert "A800" in {holding["what"] for holding in found["holdings"]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--region", "EU"], "'EU' is not a region: expected US, CN or RoW"),
        (["--by", "colour"], "'colour' is no division: expected chip, owner"),
        (["--on", "2021-01"], "'2021-01' is out of range"),
        (["--policy", "no-control"], "did you mean 'no-controls'?"),
    ],
)
def test_bad_input_is_one_line(arguments, words, capsys):
    assert status(["installed", *arguments]) == 2
    refused = capsys.readouterr().err
    assert words in refused
    assert refused.count("\n") == 1
