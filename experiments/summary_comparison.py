"""A comparison out of the summaries of a study, without its futures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy

from experiments.comparison import (
    Comparison,
    ComparisonError,
    Difference,
    Level,
    Row,
    against_spread,
    interval_of_share,
    quantile,
)
from experiments.manifest import Manifest, StoredOutcome
from experiments.store import load_summaries

_CONFIDENCE = 0.95

Cell = dict[Any, Any]


def compare_summaries(
    directory: Path,
    manifest: Manifest,
    outcomes: Sequence[StoredOutcome],
    baseline: str,
    on: date,
) -> Comparison:
    """Compare the policies of a study of summaries with the one that it was summarised against.

    The interval of a mean is that of the normal distribution: there are no futures to resample.

    Raises:
        ComparisonError: if the month is not stored, or another baseline was summarised against.
        StoreError: if the summaries cannot be read.
    """
    if baseline != manifest.study.summaries:
        raise ComparisonError(
            f"{directory}: its differences are from '{manifest.study.summaries}', expected"
            f" --baseline {manifest.study.summaries}"
        )
    if on not in manifest.study.months:
        raise ComparisonError(f"{directory}: the results hold nothing for {on:%Y-%m}")
    frame = load_summaries(directory)
    at = frame[frame["date"] == pd.Timestamp(on)]
    cells: dict[tuple[str, str], Cell] = {
        (cell["outcome"], cell["policy"]): cell for cell in at.to_dict("records")
    }
    names = [policy.name for policy in manifest.study.policies]
    rows = []
    for outcome in outcomes:
        for name in sorted(names, key=lambda one: one != baseline):
            cell = cells[outcome.name, name]
            change = None if name == baseline else _difference(cell)
            rows.append(Row(outcome, name, _level(cell), change))
    return Comparison(baseline, on, manifest.study.futures, tuple(rows))


def _level(cell: Cell) -> Level:
    known, above, below = (int(cell[name]) for name in ("count", "above", "below"))
    defined = known + above + below
    low, median, high = (quantile(float(cell[name])) for name in ("q05", "q50", "q95"))
    return Level(
        median=median,
        low=low,
        high=high,
        above=above / defined if defined else 0.0,
        below=below / defined if defined else 0.0,
        futures=defined,
        missing=int(cell["futures"]) - defined,
    )


def _difference(cell: Cell) -> Difference:
    pairs, dropped = int(cell["pairs"]), int(cell["futures"]) - int(cell["pairs"])
    if not pairs:
        return Difference(None, None, None, None, None, None, None, None, 0, dropped)
    higher, lower = int(cell["higher"]), int(cell["lower"])
    mean = float(cell["difference_mean"])
    reach = (
        scipy.stats.norm.ppf(0.5 + _CONFIDENCE / 2) * float(cell["difference_sd"]) / np.sqrt(pairs)
    )
    return Difference(
        mean=mean,
        median=float(cell["difference_q50"]),
        low=float(cell["difference_q05"]),
        high=float(cell["difference_q95"]),
        interval=(mean - float(reach), mean + float(reach)) if pairs > 1 else None,
        higher=higher / pairs,
        lower=lower / pairs,
        equal=(pairs - higher - lower) / pairs,
        pairs=pairs,
        dropped=dropped,
        higher_interval=interval_of_share(higher, pairs),
        effect=against_spread(
            mean, float(cell["baseline_sd"]), max(abs(cell["min"]), abs(cell["max"]))
        ),
    )
