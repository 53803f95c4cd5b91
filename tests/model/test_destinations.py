"""Countries and groups: what a rule that names them reaches."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from model import loading
from model.calendar import Calendar
from model.destinations import geography, judged_as, reach
from model.rulebook import RuleBook
from model.specifications import known_chips

DAY = date(2022, 11, 15)


def test_each_group_holds_known_countries_once():
    known = geography()
    for name, group in known.groups.items():
        assert len(set(group.members)) == len(group.members), name
        assert set(group.members) <= set(known.countries), name
    assert {part.of for part in known.parts.values()} <= set(known.countries)


def test_groups_are_those_of_the_regulations():
    assert {"CN", "RU", "IR", "VE"} <= reach(("D:5",))
    assert "MO" not in reach(("D:5",)), "Macau is named beside the group"
    assert "MO" in reach(("D:1",)) & reach(("D:4",))
    assert {"AE", "SA", "IL"} <= reach(("D:4",))
    assert "IL" in reach(("A:6",))
    assert {"JP", "KR", "NL"} <= reach(("A:1",)) & reach(("A:5",))
    assert len(reach(("framework-allies",))) == 18


def test_exceptions_are_taken_out():
    assert reach(("D:1", "D:4"), ("D:5", "MO", "A:5", "A:6")) >= {"AE", "VN", "KZ"}
    assert reach(("D:4",), ("A:6",)).isdisjoint({"IL"})


def test_the_rest_of_the_world_is_reached_only_by_name():
    assert "RoW" not in reach(("world",))
    assert all("RoW" not in reach((name,)) for name in geography().groups)
    named = reach(("RoW",))
    assert {"RoW", "JP", "AE"} <= named
    assert named.isdisjoint({"CN", "US"})


def test_hong_kong_is_judged_as_china(cast):
    assert judged_as("HK") == "CN"
    assert judged_as("RoW") == "RoW"
    rules = RuleBook(
        [cast.instrument("chip-embargo", outcome="denied", destinations=["CN"])], Calendar()
    )
    assert rules.judge_chip(cast.chip(), "HK", "", DAY).outcome == "denied"
    assert rules.judge_chip(cast.chip(), "MO", "", DAY).outcome == "free"
    assert rules.judge_chip(cast.chip(home="CN"), "HK", "", DAY).outcome == "free"


@pytest.mark.parametrize("name", ["China", "XX", "D:9", "cn", ""])
def test_an_unknown_destination_is_refused(cast, name):
    with pytest.raises(ValidationError, match="expected a two-letter country code"):
        cast.instrument("chip-embargo", outcome="denied", destinations=[name])


def test_a_rule_without_destinations_is_refused(cast):
    with pytest.raises(ValidationError, match="at least 1"):
        cast.instrument("chip-embargo", outcome="denied", destinations=[])


def test_an_embargo_judges_every_chip_alike(cast):
    embargo = cast.instrument("chip-embargo", outcome="denied", destinations=["RU"])
    rules = RuleBook([embargo], Calendar())
    slow = cast.chip(fp16_tflops=1, int8_tops=1)
    assert rules.judge_chip(slow, "RU", "", DAY).instrument == embargo.id
    assert rules.judge_chip(slow, "CN", "", DAY).outcome == "free"


def test_an_embargo_on_china_to_come_is_a_reason_for_haste(cast):
    embargo = cast.instrument(
        "chip-embargo", outcome="denied", destinations=["CN"], effective=date(2022, 11, 1)
    )
    rules = RuleBook([embargo], Calendar())
    assert rules.chip_control_ahead("CN", 9.0, 2.0)
    assert not rules.chip_control_ahead("RoW", 9.0, 2.0)


def test_no_recorded_rule_bears_on_the_rest_of_the_world_or_on_sales_at_home():
    recorded = loading.recorded_instruments()
    rules = RuleBook(recorded, Calendar())
    turns = {day for one in recorded for day in (one.effective, one.ended) if day is not None}
    for day in sorted(turns | {day - timedelta(days=1) for day in turns}):
        for chip in known_chips().values():
            assert rules.judge_chip(chip, "RoW", "", day).outcome == "free"
            assert rules.judge_chip(chip, chip.home, "", day).outcome == "free"


def test_a_tool_rule_on_a_group_reaches_its_countries(cast):
    control = cast.instrument(
        "tool-control",
        toolmaker_countries=["US"],
        tool_classes=["deposition-etch"],
        parameters={"admitted": 0.25},
        destinations=["D:5", "MO"],
    )
    rules = RuleBook([control], Calendar())
    judged = rules.judge_tool("deposition-etch", "US", "MO", "", DAY)
    assert (judged.outcome, judged.admitted, judged.instrument) == ("licence", 0.25, control.id)
    assert rules.judge_tool("deposition-etch", "US", "JP", "", DAY).outcome == "free"
    assert rules.judge_tool("deposition-etch", "NL", "CN", "", DAY).outcome == "free"
    assert rules.tool_access("deposition-etch", "US", "US", "CN", "", 1.0, 2.0) == 0.25
