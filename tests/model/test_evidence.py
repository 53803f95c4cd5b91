"""What a pattern forgives, what it counts beside others, and when it is known."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import evidence as evidence_module
from model.evidence import (
    Allowance,
    Evidence,
    evidence,
    known_by,
    month_after,
    shares_of_vote,
)
from model.loading import DATA, DataError
from model.patterns import Pattern, patterns

Z95 = 1.6448536269514722


def a_pattern(**fields: Any) -> Pattern:
    usual = {
        "id": "a",
        "title": "A pattern",
        "half": "supply",
        "reading": {"kind": "level", "outcome": "compute_us", "at": dt.date(2023, 1, 1)},
        "unit": "H100e",
        "value": 100.0,
        "low": 100.0 - 3.0 * Z95,
        "high": 100.0 + 5.0 * Z95,
        "source": "invented",
        "basis": "cited",
    }
    return Pattern.model_validate(usual | fields)


def seen(scale: str = "linear", discrepancy: float = 4.0, **fields: Any) -> Evidence:
    known = fields.pop("known_through", None)
    allowance = {
        "group": "compute",
        "scale": scale,
        "discrepancy": discrepancy,
        "known_through": known,
        "source": "invented",
    }
    return Evidence(a_pattern(**fields), Allowance.model_validate(allowance))


def test_departures_are_in_standard_deviations_of_error_and_discrepancy_on_each_side():
    # Below: errors of 3 and 4 make 5; above: 5 and 12 make 13.
    assert seen().departure(np.array([100.0, 90.0])).tolist() == pytest.approx([0.0, -2.0])
    assert seen(discrepancy=12.0).departure(np.array([126.0])).tolist() == pytest.approx([2.0])


def test_on_a_logarithmic_scale_factors_count():
    flat = seen("log", 0.5, low=100.0, high=100.0)
    found = flat.departure(np.array([100.0 * math.e, 100.0 / math.e]))
    assert found.tolist() == pytest.approx([2.0, -2.0])


def test_within_a_range_nothing_departs_and_beyond_it_the_discrepancy_counts():
    ranged = seen(value=None, low=10.0, high=20.0)
    assert ranged.departure(np.array([10.0, 15.0, 20.0, 28.0, 2.0])).tolist() == pytest.approx(
        [0.0, 0.0, 0.0, 2.0, -2.0]
    )
    bound = seen("log", 1.0, value=None, low=10.0, high=None)
    assert bound.departure(np.array([10.0 / math.e, 1e9, np.inf])).tolist() == pytest.approx(
        [-1.0, 0.0, 0.0]
    )


def test_what_is_not_defined_or_beyond_the_record_is_as_far_as_can_be():
    found = seen("log", 0.5).departure(np.array([np.nan, np.inf, 0.0]))
    assert np.isinf(found).all()


@given(st.floats(1e-3, 1e6), st.sampled_from(["linear", "log"]))
def test_a_wider_allowance_never_makes_a_future_less_likely(value: float, scale: str):
    departures = [
        abs(float(seen(scale, allowed).departure(np.array([value]))[0])) for allowed in (0.1, 1.0)
    ]
    assert departures[1] <= departures[0]


def test_evidence_is_known_once_all_that_it_is_about_has_happened():
    january = seen()
    later = seen(known_through=dt.date(2023, 6, 1))
    assert [x.known for x in (january, later)] == [dt.date(2023, 1, 1), dt.date(2023, 6, 1)]
    # What stands on the first of January is what came to be in December.
    assert month_after(dt.date(2022, 12, 1)) == dt.date(2023, 1, 1)
    assert known_by([january, later], dt.date(2023, 1, 1)) == (january,)
    assert known_by([january], dt.date(2022, 12, 1)) == ()


def test_patterns_of_one_group_share_their_votes(monkeypatch):
    def votes(correlation: float, members: int) -> list[float]:
        group = evidence_module.Group(correlation=correlation, source="invented")
        file = evidence_module._File(groups={"compute": group}, patterns={})
        monkeypatch.setattr(evidence_module, "_allowances", lambda: file)
        found: list[float] = shares_of_vote([seen()] * members).tolist()
        return found

    assert votes(1.0, 4) == [0.25] * 4, "the same thing four times counts once"
    assert votes(0.0, 4) == [1.0] * 4, "independent ones count in full"
    assert votes(0.5, 3) == [0.5] * 3
    assert votes(0.8, 1) == [1.0]


def test_every_pattern_but_those_assumed_is_evidence_and_none_twice():
    found = evidence()
    assert [seen.pattern.id for seen in found] == [
        pattern.id for pattern in patterns() if pattern.basis != "assumption"
    ]
    early = known_by(found, dt.date(2025, 1, 1))
    names = {seen.pattern.id for seen in early}
    assert {"gap-2023", "gap-end-2024", "run-us-2023", "nvidia-2024", "hbm-2024"} <= names
    # Its source averages over years to come, whatever month it is put at.
    assert "gap-2024" not in names
    assert all(seen.pattern.reading.last <= dt.date(2025, 1, 1) for seen in early)
    assert 0.0 < shares_of_vote(early).sum() < len(early)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("  gap-2023:", "  gap-1923:"), "patterns.gap-1923: no pattern of patterns.yaml"),
        (("group: use, scale", "group: usage, scale"), "expected one of capability"),
        (('discrepancy: 0.3, source: "As for 2024"', 'source: "As for 2024"'), "discrepancy"),
        (("    correlation: 0.8\n", "    correlation: 1.8\n"), "correlation"),
    ],
)
def test_a_file_at_fault_is_refused_by_name(
    tmp_path: Path, monkeypatch, change: tuple[str, str], complaint: str
):
    text = (DATA / "evidence.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "evidence.yaml").write_text(text.replace(*change, 1), encoding="utf-8")
    monkeypatch.setattr(evidence_module, "DATA", tmp_path)
    evidence_module._allowances.cache_clear()
    try:
        with pytest.raises(DataError, match=r"evidence\.yaml") as caught:
            evidence()
    finally:
        evidence_module._allowances.cache_clear()
    assert complaint in str(caught.value)
