"""The charts and the table of the fork page: live worlds side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from experiments.comparison import Difference, difference, level
from model.outcomes import OUTCOMES, Outcome
from viz.chart import Chart
from viz.comparison_charts import (
    Series,
    change_in_words,
    changes_chart,
    level_in_words,
    levels_chart,
    paired_changes,
    title_of,
)
from viz.live_charts import view_until
from viz.track import Track


def side_by_side(tracks: Sequence[Track], outcome: str, parted: dt.date) -> tuple[Chart, Chart]:
    """An outcome under each policy, and what each changes against the first."""
    first = tracks[0]
    series = [
        Series(
            track.title,
            track.dates,
            track.quantiles(outcome),
            None
            if track is first
            else paired_changes(track.values(outcome), first.values(outcome)),
        )
        for track in tracks
    ]
    known, until = OUTCOMES[outcome], view_until(first.date)
    empty = "Choose a second policy, and fork again, to see what it changes."
    return (
        levels_chart(series, known, first.ensemble, until, parted=parted),
        changes_chart(series, known, first.ensemble, until, parted=parted, empty=empty),
    )


def table(tracks: Sequence[Track], outcomes: Sequence[str]) -> list[dict[str, Any]]:
    """Outcomes of the present month: each policy's level, and the change against the first."""
    return [_row(tracks, OUTCOMES[name]) for name in outcomes]


def headline_outcomes() -> list[str]:
    """Outcomes that a comparison shows unasked."""
    return [name for name, outcome in OUTCOMES.items() if outcome.headline]


def change_now(track: Track, first: Track, outcome: str) -> Difference:
    """The paired difference of an outcome in the present month."""
    return difference(pd.Series(track.values(outcome)[-1]), pd.Series(first.values(outcome)[-1]))


def _row(tracks: Sequence[Track], outcome: Outcome) -> dict[str, Any]:
    levels = [level(track.values(outcome.name)[-1]) for track in tracks]
    changes = [change_now(track, tracks[0], outcome.name) for track in tracks[1:]]
    return {
        "name": outcome.name,
        "title": title_of(outcome),
        "unit": outcome.unit,
        "levels": [level_in_words(one, outcome) for one in levels],
        "changes": [change_in_words(one, outcome) for one in changes],
    }
