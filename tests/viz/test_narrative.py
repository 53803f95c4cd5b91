"""A story as data for its page: nothing of it is lost, and its charts are those of the future."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from experiments.story import GAP, Story, tell
from viz import narrative
from viz.beginning import Beginning
from viz.track import Track

FUTURE = 2


@pytest.fixture(scope="module")
def track() -> Track:
    begun = Track.begun(Beginning(futures=6, seed=4))
    begun.world.run_to(date(2023, 7, 1))
    return begun


@pytest.fixture(scope="module")
def story(track: Track) -> Story:
    return tell(track.world, FUTURE)


def test_every_event_told_is_on_the_page_and_in_the_text(story: Story) -> None:
    pages = narrative.chapters(story)
    text = narrative.as_text(story, "Recorded history", "prior ensemble, 6 futures")
    assert "Prior ensemble, 6 futures; its gap" in text
    for chapter, page in zip(story.chapters, pages, strict=True):
        shown = [event["text"] for quarter in page["quarters"] for event in quarter["events"]]
        assert sorted(shown) == sorted(event.text for event in chapter.told)
        assert len(page["more"]) == len(chapter.untold)
        assert page["lead"] in text
        assert all(event in text for event in shown)
        assert {event.topic for event in chapter.told} <= set(narrative.TOPICS)


def test_events_stand_in_the_quarter_in_which_they_happened(story: Story) -> None:
    for page in narrative.chapters(story):
        for quarter in page["quarters"]:
            for event in quarter["events"]:
                day = datetime.strptime(event["day"], "%d %B %Y")
                assert (day.month - 1) // 3 + 1 == quarter["quarter"]
                assert day.year == page["year"]


def test_the_charts_draw_this_future_through_the_fan(track: Track, story: Story) -> None:
    shown = narrative.charts(track, FUTURE, story.chapters)
    assert [chart.heading for chart in shown] == list(narrative.CHARTS.values())
    gap = shown[0]
    (curve,) = [trace for trace in gap.figure["data"] if trace["name"] == f"future {FUTURE}"]
    recorded = track.world.record.values(GAP)[:, FUTURE]
    assert np.allclose(np.array(curve["y"], dtype=float), recorded, rtol=1e-3, equal_nan=True)
    (marks,) = [trace for trace in gap.figure["data"] if trace["name"] == "events told"]
    assert len(marks["x"]) == sum(len(chapter.told) for chapter in story.chapters)
    assert "prior ensemble, 6 futures" in gap.unit
