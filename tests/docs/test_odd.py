"""docs/ODD.md leaves nothing of the model out, and counts what there is."""

from __future__ import annotations

import re
from collections import Counter
from inspect import isabstract
from pathlib import Path

import pytest

from agents.actor import Actor
from model import loading
from model.instruments import ON_RECORD_ONLY
from model.patterns import patterns
from model.world import World

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8")
ELEMENTS = (
    "1. Purpose and patterns",
    "2. Entities, state variables and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialisation",
    "6. Input data",
    "7. Submodels",
)
CONCEPTS = (
    "Basic principles",
    "Emergence",
    "Adaptation",
    "Objectives",
    "Learning",
    "Prediction",
    "Sensing",
    "Interaction",
    "Stochasticity",
    "Collectives",
    "Observation",
)


def missing(names: list[str], text: str = TEXT) -> list[str]:
    return [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def section(title: str) -> str:
    return TEXT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_seven_elements_come_in_the_order_of_the_protocol():
    assert re.findall(r"^## (\d\. .+)$", TEXT, re.M)[: len(ELEMENTS)] == list(ELEMENTS)


def test_the_eleven_design_concepts_come_in_the_order_of_the_protocol():
    concepts = section("4. Design concepts")
    assert re.findall(r"^\*\*([^*]+)\.\*\*", concepts, re.M) == list(CONCEPTS)


def test_every_parameter_is_named():
    assert missing(list(loading.parameter_quantities())) == []


@pytest.mark.parametrize("package", ["agents", "model"])
def test_every_module_is_named(package: str):
    modules = [path.name for path in sorted((ROOT / package).glob("*.py"))]
    assert missing([name for name in modules if name != "__init__.py"]) == []


def test_every_class_of_agents_is_an_entity():
    kinds = {type(actor).__name__ for actor in World().agents}
    kinds |= {kind.__name__ for kind in Actor.__subclasses__() if not isabstract(kind)}
    assert len(kinds) > 6
    assert missing([f"`{kind}`" for kind in kinds], section(ELEMENTS[1])) == []


def test_a_name_that_is_left_out_is_found():
    assert missing(["research_pace", "no_such_parameter", "pace_of"]) == [
        "no_such_parameter",
        "pace_of",
    ]


def test_entities_are_counted():
    regions = Counter(record.region for record in loading.developers())
    entities = section(ELEMENTS[1])
    developers = f"{regions.total()}: {regions['US']} US, {regions['CN']} CN, {regions['RoW']} RoW"
    for stated in (
        f"| {developers} |",
        f"| {len(loading.designers())}, with {len(loading.chips())} chips |",
        f"of accelerators | {len(loading.designers())}",
        f"(`agents/foundry.py`) | {len(loading.foundries())} |",
        f"(`agents/toolmaker.py`) | {len(loading.toolmakers())} |",
        f"(`agents/memory_maker.py`) | {len(loading.memory_makers())} |",
        f"(`agents/talent_pool.py`) | {len(loading.talent_pools())}, one a region |",
        f"(`agents/government.py`) | {len(loading.governments())}: ",
        f"| {len(loading.recorded_instruments())} recorded instruments by date",
    ):
        assert stated in entities


def test_every_call_of_a_quarter_and_a_month_is_in_the_schedule():
    code = (ROOT / "model" / "world.py").read_text(encoding="utf-8")
    verbs = re.findall(r'\.do\("(\w+)"', code)
    assert len(verbs) > 8
    schedule = section(ELEMENTS[2])
    places = [schedule.find(f"`{verb}`") for verb in verbs]
    assert -1 not in places
    assert places == sorted(places), "the schedule has them in another order than the code"


def test_patterns_are_counted():
    first_page = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"Of {len(patterns())} patterns" in TEXT
    assert f"of {len(patterns())}: open weights" in first_page


def test_kinds_that_are_on_record_only_are_counted_as_simple():
    assert "ON_RECORD_ONLY" in TEXT
    assert len(ON_RECORD_ONLY) == 4, "section 8 names four kinds"
