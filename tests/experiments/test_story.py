"""A story keeps to what the world recorded, and to what mattered most."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np
import pytest

from experiments.cli import status
from experiments.events import events_of
from experiments.story import chosen_future, tell
from experiments.study import StudyError
from experiments.wording import power
from model.policy import Policy
from model.world import World

UNTIL = date(2025, 1, 1)


@pytest.fixture(scope="module")
def lived() -> World:
    world = World(futures=24, seed=5)
    world.run_to(UNTIL)
    return world


def test_the_widest_narrowest_and_median_gap_are_those_of_the_record(lived: World) -> None:
    gap = lived.record.last("gap_months")
    assert np.isfinite(gap).all()
    assert gap[chosen_future(lived, "widest")] == gap.max()
    assert gap[chosen_future(lived, "narrowest")] == gap.min()
    below, above = np.sort(gap)[11], np.sort(gap)[12]
    assert below <= gap[chosen_future(lived, "median")] <= above
    assert chosen_future(lived, "7") == 7


@pytest.mark.parametrize("which", ["24", "-1", "1.5", "middle", "", "99999999999999999999"])
def test_a_future_that_is_none_is_refused_in_words(lived: World, which: str) -> None:
    with pytest.raises(StudyError, match="0 to 23, or median, widest, narrowest"):
        chosen_future(lived, which)


def test_what_is_told_of_a_year_matters_at_least_as_much_as_what_is_not(lived: World) -> None:
    story = tell(lived, 3, most=5)
    assert [chapter.year for chapter in story.chapters] == [2022, 2023, 2024]
    for chapter in story.chapters:
        assert len(chapter.told) == 5
        least = min(event.weight for event in chapter.told)
        assert all(event.weight <= least for event in chapter.untold)
        days = [event.when for event in chapter.told]
        assert days == sorted(days)
        assert {lived.calendar.date(when).year for when in days} == {chapter.year}


def test_more_events_told_are_the_same_story_with_more_in_it(lived: World) -> None:
    short, long = tell(lived, 3, most=3), tell(lived, 3, most=1000)
    for few, all_of_them in zip(short.chapters, long.chapters, strict=True):
        assert few.lead == all_of_them.lead
        assert set(few.told) <= set(all_of_them.told)
        assert not all_of_them.untold


def test_each_cut_of_the_gap_that_is_told_shows_in_the_record(lived: World) -> None:
    gaps = lived.record.values("gap_months")
    cuts = 0
    for future in range(lived.futures):
        for event in events_of(lived, future):
            said = re.search(r"cuts the gap from ([\d.]+) to ([\d.]+) months", event.text)
            if said is None:
                continue
            before, after = float(said[1]), float(said[2])
            row = int(np.ceil(event.when))
            # By the record's next month the gap can have grown with time, or shrunk further.
            assert after < before
            assert gaps[row, future] <= after + (row - event.when) + 0.06
            cuts += 1
    assert cuts > lived.futures


def test_events_are_those_of_the_future_asked_for(lived: World) -> None:
    nodes = [e for e in events_of(lived, 0) if e.actors == ("SMIC",) and "in volume" in e.text]
    reached = lived.foundry("SMIC").reached[:, 0]
    since = sorted(float(when) for when in reached if 0.0 < when <= lived.time)
    assert [event.when for event in nodes] == since


def test_a_government_that_reviews_its_rules_is_told_with_what_it_saw() -> None:
    policy = Policy.model_validate(
        {
            "name": "watchful",
            "adaptive": [
                {
                    "government": "US",
                    "outcome": "gap_months",
                    "reviews_every": 12,
                    "since": date(2023, 1, 1),
                    "notice_months": 2,
                    "tighten_below": 100.0,
                    "tighter": [
                        {"do": "remove", "select": {"ids": ["us-hbm-2024"]}},
                    ],
                }
            ],
        }
    )
    world = World(policy, futures=2)
    world.run_to(date(2023, 6, 1))
    (review,) = [event for event in events_of(world, 1) if "reviews its rules" in event.text]
    seen = world.record.values("gap_months")[12, 1]
    assert f"from March 2023: the capability gap stands at {seen:.1f} months" in review.text
    assert review in tell(world, 1, most=2).chapters[1].told


def test_rules_never_in_force_are_not_said_to_bind(lived: World) -> None:
    world = World(futures=1)
    world.run_to(date(2025, 6, 1))
    said = [event.text for event in events_of(world, 0) if "AI diffusion" in event.text]
    assert len(said) == 1
    assert "withdrawn before" in said[0]


def test_the_command_prints_a_story_and_its_json(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["tell", "--futures", "3", "--until", "2023-01", "--future", "2", "--most", "2"]
    assert status(asked) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Future 2, Recorded history")
    assert status([*asked, "--json"]) == 0
    story = json.loads(capsys.readouterr().out)
    assert (story["future"], story["futures"], story["until"]) == (2, 3, "2023-01")
    (year,) = story["chapters"]
    assert len(year["events"]) == 2
    for event in year["events"]:
        assert event["text"].split()[0] in printed


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--future", "fish", "'fish' is no future"),
        ("--future", "3", "no future 3: expected 0 to 2"),
        ("--products", "new", "expected recorded, versions-planned, planned"),
        ("--until", "2050-01", "out of range"),
        ("--policy", "no-contrls", "Did you mean"),
    ],
)
def test_the_command_refuses_in_one_line(
    option: str, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(["tell", "--futures", "3", option, value]) == 2
    error = capsys.readouterr().err
    assert said.casefold() in error.casefold()
    assert error.count("\n") == 1


def test_powers_of_ten_read_as_such() -> None:
    assert power(1.44e27) == "1.4 x 10²⁷"
    assert power(9.96e3) == "1.0 x 10⁴"
