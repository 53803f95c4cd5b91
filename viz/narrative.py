"""A story beside its charts, as plain data for the page that tells one future."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, get_args

from agents.arrays import Floats
from experiments.story import GAP, Chapter, Story
from experiments.wording import Event, Topic
from model.calendar import Calendar
from model.outcomes import OUTCOMES
from viz import figures
from viz.chart import Chart
from viz.theme import token
from viz.track import Track

TOPICS: dict[Topic, str] = {
    "models": "models and training",
    "chips": "chips and foundries",
    "rules": "rules and programmes",
    "money": "money and attention",
}
CHARTS: dict[str, str] = {
    GAP: "Capability gap",
    "chip_gap_years": "Gap in chip making",
    "compute_cn": "Chinese compute",
    "compute_ratio": "American over Chinese compute",
}
"""Outcomes drawn beside a story, and what they are called there."""

_CALENDAR = Calendar()
assert set(TOPICS) == set(get_args(Topic))


def chapters(story: Story) -> list[dict[str, Any]]:
    """The chapters of a story: its lead, the events told by quarter, and those left out."""
    return [
        {
            "year": chapter.year,
            "lead": chapter.lead,
            "quarters": [
                {"quarter": quarter, "events": [_event(event) for event in events]}
                for quarter, events in chapter.quarters()
            ],
            "more": [_event(event) for event in chapter.untold],
        }
        for chapter in story.chapters
    ]


def charts(track: Track, future: int, told: Sequence[Chapter]) -> list[Chart]:
    """The future against the fan of all, with the events told marked on the gap.

    Args:
        track: whose; its session's lock is held.
        future: number of the future.
        told: chapters of its story.
    """
    return [_chart(track, name, heading, future, told) for name, heading in CHARTS.items()]


def as_text(story: Story, title: str, ensemble: str) -> str:
    """A story as plain text, to be passed on."""
    parts = [
        f"Future {story.future}, {title}",
        f"{ensemble[:1].upper()}{ensemble[1:]}; {story.place}.",
        "",
    ]
    for chapter in story.chapters:
        parts += [str(chapter.year), chapter.lead, ""]
        parts += [f"{_day(event)}: {event.text}" for event in chapter.told]
        parts.append("")
    return "\n".join(parts)


def _chart(track: Track, name: str, heading: str, future: int, told: Sequence[Chapter]) -> Chart:
    outcome = OUTCOMES[name]
    fan, path = track.quantiles(name), track.path(name, future)
    data = figures.fan(track.dates, fan, "us" if name != "compute_cn" else "cn")
    label = f"future {future}"
    data.append(figures.line(figures.days(track.dates), path, label, "chosen", width=2.4))
    if name == GAP:
        data.append(_marks(path, told))
    until = max(dt.date(2031, 1, 1), track.dates[-1])
    axis = figures.value_axis([fan, path])
    layout = {"xaxis": figures.time_axis(until), "yaxis": axis, "hovermode": "closest"}
    now = f"{path[-1]:,.{outcome.decimals}f} {outcome.unit}"
    return Chart(
        name.replace("_", "-"),
        heading,
        f"{outcome.unit}; {track.ensemble}",
        {"data": data, "layout": layout},
        description=f"{heading} of future {future} against all futures; now {now}.",
        note=outcome.definition + ".",
        height=300 if name == GAP else 220,
    )


def _marks(path: Floats, told: Sequence[Chapter]) -> dict[str, Any]:
    """The events told, on the future's own curve."""
    events = [event for chapter in told for event in chapter.told]
    rows = [min(round(event.when), len(path) - 1) for event in events]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [_CALENDAR.date(event.when).isoformat() for event in events],
        "y": figures.numbers(path[rows]),
        "text": [_wrapped(f"{_day(event)}: {event.text}") for event in events],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "color": token("chosen"),
            "size": 8,
            "line": {"width": 1, "color": token("paper")},
        },
        "name": "events told",
        "meta": "hidden",
    }


def _event(event: Event) -> dict[str, str]:
    return {"day": _day(event), "topic": event.topic, "text": event.text}


def _day(event: Event) -> str:
    day = _CALENDAR.date(event.when)
    return f"{day.day} {day:%B %Y}"


def _wrapped(text: str, width: int = 60) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
