from __future__ import annotations

import pytest
from pydantic import ValidationError

from model.calendar import RECORD_START
from model.observations import Observation, observations, observations_of
from model.outcomes import OUTCOMES
from model.patterns import Level, patterns


def test_each_observation_is_of_an_outcome_in_its_unit():
    for seen in observations():
        assert seen.unit == OUTCOMES[seen.outcome].unit, seen.label
        assert seen.date >= RECORD_START


def test_the_headline_gaps_are_observed():
    # The article's two findings: about three months in mid-2025; chips years behind.
    gaps = {seen.date.year: seen.value for seen in observations_of("gap_months")}
    assert gaps[2023] > 12
    assert gaps[2025] == 3
    assert all(seen.low > 3 for seen in observations_of("chip_gap_years"))


def test_a_pattern_and_an_observation_of_the_same_are_the_same():
    levels = {
        (pattern.reading.outcome, pattern.reading.at): pattern
        for pattern in patterns()
        if isinstance(pattern.reading, Level)
    }
    both = [(seen, levels.get((seen.outcome, seen.date))) for seen in observations()]
    pairs = [(seen, pattern) for seen, pattern in both if pattern is not None]
    assert len(pairs) > 5
    for seen, pattern in pairs:
        found = (pattern.value, pattern.low, pattern.high)
        assert found == (seen.value, seen.low, seen.high), pattern.id


def test_a_value_outside_its_range_is_refused():
    seen = observations()[0].model_dump()
    with pytest.raises(ValidationError, match="low <= value <= high"):
        Observation.model_validate(seen | {"value": seen["high"] + 1})
