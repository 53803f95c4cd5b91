from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments.comparison import (
    ComparisonError,
    Quantile,
    as_json,
    compare,
    difference,
    known_or_beyond,
    level,
    quantiles,
)
from experiments.manifest import StoredOutcome

INF, NAN = np.inf, np.nan
GAP = StoredOutcome(
    name="gap",
    unit="months",
    definition="a gap",
    source="test",
    headline=True,
    censored_by="side",
    decimals=1,
)
DAY = date(2025, 6, 1)


def frame_of(**policies: tuple[list[float], list[float]]) -> pd.DataFrame:
    rows = [
        {"policy": policy, "future": future, "date": pd.Timestamp(DAY), "gap": gap, "side": side}
        for policy, (gaps, sides) in policies.items()
        for future, (gap, side) in enumerate(zip(gaps, sides, strict=True))
    ]
    frame = pd.DataFrame(rows)
    frame["policy"] = pd.Categorical(frame["policy"], categories=list(policies))
    return frame


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e6, 1e6)))
def test_without_censoring_quantiles_are_those_of_numpy(values):
    probabilities = (0.0, 0.05, 0.5, 0.95, 1.0)
    found = quantiles(values, probabilities)
    np.testing.assert_allclose(found, np.quantile(values, probabilities), rtol=1e-9, atol=1e-6)


def test_quantiles_of_rows_are_taken_row_by_row():
    values = np.array([[3.0, 1.0, 2.0], [INF, 5.0, 4.0]])
    np.testing.assert_array_equal(quantiles(values, (0.0, 0.5, 1.0)).T, [[1, 2, 3], [4, 5, INF]])


@pytest.mark.parametrize(
    ("values", "probability", "expected"),
    [
        ([1.0, 2.0, INF], 0.5, 2.0),
        ([1.0, 2.0, INF], 0.75, INF),  # half-way between 2 and what is beyond: beyond
        ([1.0, INF, INF], 0.5, INF),
        ([1.0, 2.0, INF, INF], 0.5, INF),
        ([-INF, 2.0, 3.0], 0.25, -INF),
        ([-INF, -INF, 3.0], 0.5, -INF),
        ([-INF, INF], 0.5, NAN),  # between the two ends of the record: nothing is known
        ([1.0, NAN], 0.5, NAN),
    ],
)
def test_a_quantile_that_falls_on_a_censored_value_is_never_a_number(values, probability, expected):
    np.testing.assert_array_equal(quantiles(np.array(values), (probability,)), [expected])


def test_companions_say_on_which_side_a_value_lies():
    rows = frame_of(history=([NAN, NAN, NAN, 4.0], [1.0, -1.0, 0.0, 0.0]))
    np.testing.assert_array_equal(known_or_beyond(rows, GAP), [INF, -INF, NAN, 4.0])


def test_a_level_by_hand():
    # 21 futures: 5%, 50% and 95% fall on the 2nd, 11th and 20th.
    values = np.array([float(value) for value in range(1, 19)] + [INF, INF, INF] + [NAN])
    found = level(values)
    assert (found.low, found.median) == (Quantile(2.0), Quantile(11.0))
    assert found.high == Quantile(None, "above")
    assert found.above == pytest.approx(3 / 21)
    assert (found.below, found.futures, found.missing) == (0.0, 21, 1)


def test_a_level_with_no_defined_future_has_no_number():
    found = level(np.array([NAN, NAN]))
    assert found.median == found.low == found.high == Quantile(None)
    assert (found.futures, found.missing) == (0, 2)


def test_paired_differences_by_hand():
    futures = [7, 8, 9, 10, 11]
    base = pd.Series([1.0, 2.0, 3.0, 4.0, NAN], index=futures)
    # Rows in another order: pairs are made by future, not by place.
    policy = pd.Series([NAN, 3.0, 0.0, 4.0, 1.0], index=futures[::-1])
    found = difference(policy, base)
    # 7: 1 - 1 = 0; 8: 4 - 2 = 2; 9: 0 - 3 = -3; 10: 3 - 4 = -1; 11: unknown.
    assert found.median == -0.5
    assert found.mean == -0.5
    assert found.low == pytest.approx(-3 + 0.15 * 2)
    assert found.high == pytest.approx(0 + 0.85 * 2)
    assert (found.higher, found.lower, found.equal) == (0.25, 0.5, 0.25)
    assert (found.pairs, found.dropped) == (4, 1)


def test_values_without_bounds_are_left_out_of_differences():
    found = difference(pd.Series([INF, 3.0, -INF]), pd.Series([INF, 1.0, 0.0]))
    assert (found.median, found.pairs, found.dropped) == (2.0, 1, 2)


def test_equal_policies_differ_by_exactly_nothing():
    values = pd.Series(np.random.default_rng(5).normal(size=100))
    found = difference(values, values.copy())
    assert (found.mean, found.median, found.low, found.high) == (0.0, 0.0, 0.0, 0.0)
    assert found.interval == (0.0, 0.0)
    assert (found.equal, found.pairs, found.dropped) == (1.0, 100, 0)


def test_nothing_is_said_where_no_pair_is_known():
    found = difference(pd.Series([NAN, 1.0]), pd.Series([1.0, NAN]))
    assert (found.mean, found.median, found.interval, found.higher) == (None, None, None, None)
    assert (found.pairs, found.dropped) == (0, 2)


def test_the_interval_of_the_mean_is_the_same_each_time_and_shrinks_with_futures():
    draws = np.random.default_rng(3).normal(size=2500)
    few = difference(pd.Series(draws[:100]), pd.Series(np.zeros(100)))
    many = difference(pd.Series(draws), pd.Series(np.zeros(2500)))
    assert few == difference(pd.Series(draws[:100]), pd.Series(np.zeros(100)))
    assert few.interval is not None
    assert many.interval is not None
    assert few.mean is not None
    assert few.interval[0] <= few.mean <= few.interval[1]
    widths = [high - low for low, high in (few.interval, many.interval)]
    # The mean's standard error is sd / sqrt(n): the widths are about 0.39 and 0.078.
    assert widths[0] == pytest.approx(0.39, rel=0.3)
    assert widths[1] == pytest.approx(0.078, rel=0.3)


def test_the_mean_of_equal_differences_lies_in_its_interval():
    zeros = pd.Series(np.zeros(1000))
    found = difference(zeros + 0.85, zeros)
    assert found.interval == (0.85, 0.85)
    assert (found.mean, found.median) == (0.85, 0.85)


def test_rows_come_by_outcome_with_the_baseline_first():
    frame = frame_of(
        early=([1.0, NAN], [0.0, 1.0]), history=([2.0, 3.0], [0.0, 0.0]), late=([2.0, 3.0], [0, 0])
    )
    found = compare(frame, [GAP], "history", DAY)
    assert [row.policy for row in found.rows] == ["history", "early", "late"]
    assert found.rows[0].difference is None
    early = found.rows[1]
    assert early.difference is not None
    assert (early.difference.median, early.difference.dropped) == (-1.0, 1)
    assert early.level.high == Quantile(None, "above")


def test_a_baseline_or_month_that_is_not_there_is_named():
    frame = frame_of(history=([1.0], [0.0]))
    with pytest.raises(ComparisonError, match="no policy 'future-shock'"):
        compare(frame, [GAP], "future-shock", DAY)
    with pytest.raises(ComparisonError, match="2025-07"):
        compare(frame, [GAP], "history", date(2025, 7, 1))


def test_the_json_holds_no_number_for_what_is_censored():
    frame = frame_of(history=([NAN, NAN], [1.0, 1.0]), other=([NAN, 2.0], [1.0, 0.0]))
    found = json.loads(json.dumps(as_json(compare(frame, [GAP], "history", DAY)), allow_nan=False))
    assert found["schema_version"] == 1
    (outcome,) = found["outcomes"]
    base, other = outcome["policies"]
    assert base["level"]["median"] == {"value": None, "censored": "above"}
    assert base["level"]["above"] == 1.0
    assert base["difference"] is None
    assert other["difference"]["pairs"] == 0
    assert other["difference"]["median"] is None


def test_the_effect_size_is_the_mean_over_the_spread_of_the_baseline():
    base = pd.Series([1.0, 3.0, 5.0, 7.0])
    found = difference(base + 2.0, base)
    assert found.effect == pytest.approx(2.0 / np.std([1.0, 3.0, 5.0, 7.0], ddof=1))
    assert found.higher_interval is not None
    low, high = found.higher_interval
    assert found.higher == 1.0
    assert 0.3 < low < 1.0
    assert high == pytest.approx(1.0)


def test_a_baseline_that_varies_by_rounding_alone_has_no_effect_size():
    base = pd.Series([54.7, 54.7, 54.7 + 1e-13, 54.7 - 1e-13])
    assert difference(2.0 * base, base).effect is None
