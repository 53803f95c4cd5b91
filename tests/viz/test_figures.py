"""Figures as plain data."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments.comparison import difference
from model.outcomes import OUTCOMES
from viz import figures
from viz.beginning import Beginning
from viz.comparison_charts import change_in_words, paired_changes
from viz.live_charts import PANELS, charts_below, gap_chart, headline
from viz.theme import COUNTRIES, POLICIES
from viz.track import Track


@pytest.fixture(scope="module")
def track():
    track = Track.begun(Beginning(futures=6))
    for _ in range(4):
        track.advance()
    return track


@given(arrays(np.float64, st.integers(0, 20), elements=st.floats(-1e12, 1e12)))
def test_numbers_keep_four_digits_and_read_short(values):
    found: Any = figures.numbers(values)
    assert np.allclose(found, values, rtol=5.1e-4, atol=1e-3)
    assert all(len(json.dumps(value)) <= 18 for value in found if abs(value) >= 1e-6)


def test_what_is_unknown_or_endless_is_no_number():
    assert figures.numbers(np.array([1.0, np.nan, np.inf, -np.inf])) == [1.0, None, None, None]


def test_a_band_runs_off_where_its_edge_lies_beyond_the_record():
    quantiles = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, np.inf], [4.0, np.inf], [5.0, np.inf]])
    low, high, lower, upper, median = figures.fan([dt.date(2022, 1, 1)] * 2, quantiles, "us")
    assert high["y"][1] > 1e5
    assert upper["y"][1] > 1e5
    assert median["y"] == [3.0, None]
    assert (low["y"], lower["y"]) == ([1.0, 1.0], [2.0, 2.0])


def test_an_axis_is_not_stretched_by_what_runs_off():
    axis = figures.value_axis([np.array([1.0, 9.0, np.inf, np.nan])])
    assert axis["range"][0] == 0.0
    assert 9.0 < axis["range"][1] < 10.0


def test_every_chart_says_its_unit_and_which_ensemble_it_shows(track):
    charts = [gap_chart(track, 0), *(drawn_up() for drawn_up in charts_below(track, 0).values())]
    assert len(charts) == len({chart.name for chart in charts})
    for chart in charts:
        assert "prior ensemble, 6 futures" in chart.unit
        assert not chart.unit.startswith(";")
        assert chart.description
        json.dumps(chart.figure, allow_nan=False)


def test_every_colour_is_a_token_of_the_theme(track):
    sheet = Path(figures.__file__).parent / "assets" / "custom.css"
    known = set(re.findall(r"--([\w-]+):", sheet.read_text()))
    drawn = json.dumps(
        [
            chart.figure
            for chart in [
                gap_chart(track, 0),
                *(drawn_up() for drawn_up in charts_below(track, 0).values()),
            ]
        ]
    )
    used = set(re.findall(r"token:([\w-]+)", drawn)) | set(POLICIES) | set(COUNTRIES.values())
    assert used <= known
    assert not re.search(r'"#[0-9a-fA-F]{3,6}"|rgb\(', drawn)


def test_the_panels_show_outcomes_of_one_unit_each():
    for fans in PANELS:
        assert len({OUTCOMES[curve.outcome].unit for curve in fans.curves}) == 1


def test_the_headline_is_the_present_month(track):
    gap = headline(track)[0]
    assert gap["value"] == f"{np.median(track.values('gap_months')[-1]):.1f}"


def test_a_policy_that_changes_nothing_is_said_to(track):
    values = pd.Series(track.values("gap_months")[-1])
    found = change_in_words(difference(values, values), OUTCOMES["gap_months"])
    assert found == {"mean": "none", "range": "", "shares": "the same in every future"}


def test_what_rounds_to_nothing_has_no_sign(track):
    values = pd.Series(track.values("compute_ratio")[-1])
    found = change_in_words(difference(values - 1e-6, values), OUTCOMES["compute_ratio"])
    assert found["mean"] == "0.00"
    assert found["range"] == "0.00 to 0.00"


def test_pairs_beyond_the_record_are_left_out_of_changes():
    first = np.array([[1.0, 2.0, np.inf], [np.inf, np.nan, np.inf]])
    other = np.array([[2.0, 4.0, 5.0], [1.0, 1.0, np.inf]])
    found = paired_changes(other, first)
    assert found.mean[0] == 1.5
    assert np.isnan(found.mean[1])
    assert np.isnan(found.quantiles[:, 1]).all()
