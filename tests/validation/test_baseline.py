"""What the model said when the baseline was last recorded, and what has moved since.

``make baseline`` records it anew (``baseline.csv`` beside this file), after a change that is meant
to move results, and with a line in the changelog that says so.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.policies import load_policy
from model.frontier import beyond_record
from model.outcomes import OUTCOMES
from model.world import World

BASELINE = Path(__file__).with_name("baseline.csv")
RECORD = "AIGAP_RECORD_BASELINE"
POLICIES = ("history", "no-controls", "full-embargo", "double-chips-act")
DATES = (date(2023, 7, 1), date(2025, 1, 1), date(2026, 7, 1), date(2028, 1, 1))
HEADLINE = [name for name, outcome in OUTCOMES.items() if outcome.headline]
FUTURES = 64
QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}
KEYS = ["policy", "outcome", "date"]
# Rounding alone differs between machines; a change of the model does not stay below this.
TOLERANCE = 1e-9
# Standard error of a median of FUTURES draws, in widths of the 5-95% range of a normal one.
_ERROR_OF_MEDIAN = np.sqrt(np.pi / 2.0 / FUTURES) / (2.0 * 1.6448536269514722)


def summary(policies: tuple[str, ...] = POLICIES) -> pd.DataFrame:
    """Quantiles by policy, headline outcome and date; infinite where one is censored."""
    rows = []
    for policy in policies:
        world = World(load_policy(policy), futures=FUTURES)
        world.run_to(DATES[-1])
        months = [world.record.dates.index(day) for day in DATES]
        for name in HEADLINE:
            values, side = world.record.values(name)[months], OUTCOMES[name].censored_by
            if side is not None:
                values = beyond_record(values, world.record.values(side)[months])
            found = np.quantile(values, list(QUANTILES.values()), axis=1, method="inverted_cdf")
            for day, quantiles in zip(DATES, found.T, strict=True):
                rows.append([policy, name, f"{day:%Y-%m}", *quantiles])
    return pd.DataFrame(rows, columns=[*KEYS, *QUANTILES])


def moved(was: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """What differs: the figure before and now, the change, and whether sampling could explain it.

    A change is ``beyond`` sampling if it is more than two standard errors of a median of as many
    futures, as the recorded 5-95% range has them.
    """
    both = was.merge(now, on=KEYS, how="outer", suffixes=("_was", "_now"))
    error = _ERROR_OF_MEDIAN * (both["q95_was"] - both["q05_was"])
    parts = []
    for quantile in QUANTILES:
        old, new = both[f"{quantile}_was"], both[f"{quantile}_now"]
        same = np.isclose(old, new, rtol=TOLERANCE, atol=1e-12, equal_nan=False)
        change = new - old
        part = both[KEYS].assign(quantile=quantile, was=old, now=new, change=change)
        part["beyond"] = ~(change.abs() <= 2.0 * error)
        part = part[~same]
        parts.append(part)
    return pd.concat(parts).sort_values([*KEYS, "quantile"], ignore_index=True)


def told(table: pd.DataFrame) -> str:
    """The table, and how to go on."""
    beyond = int(table["beyond"].sum())
    return (
        f"{len(table)} figures moved, {beyond} of them beyond sampling error:\n"
        f"{table.to_string(index=False, float_format='{:.6g}'.format)}\n"
        "If that was meant, record it: make baseline, and a line in the changelog."
    )


def test_results_are_those_of_the_baseline():
    now = summary()
    if os.environ.get(RECORD):
        now.to_csv(BASELINE, index=False, lineterminator="\n")
    changed = moved(pd.read_csv(BASELINE), now)
    assert changed.empty, told(changed)


def test_what_moved_is_named_with_its_size():
    was = pd.read_csv(BASELINE)
    now = was.copy()
    at = now.index[(now["outcome"] == "gap_months") & (now["policy"] == "history")][-1]
    now.loc[at, "median"] += 1e-6
    now.loc[at, "q95"] *= 3.0
    changed = moved(was, now)
    assert list(changed["quantile"]) == ["median", "q95"]
    assert list(changed["beyond"]) == [False, True]
    assert changed["change"][0] == pytest.approx(1e-6)
    for word in ("gap_months", "history", now.loc[at, "date"], "1e-06", "make baseline"):
        assert word in told(changed)


def test_an_outcome_gone_or_new_has_moved():
    was = pd.read_csv(BASELINE)
    gone = moved(was, was[was["outcome"] != "gap_oom"])
    assert set(gone["outcome"]) == {"gap_oom"}
    assert gone["beyond"].all()
    assert moved(was, was).empty
