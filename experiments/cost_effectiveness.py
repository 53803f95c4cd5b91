"""What a month of the gap costs: the change of cost over the change of the gap, paired by future.

As in health economics the ratio of two means is given only where it means something.  Where the
gap does not clearly change there is no ratio; where it widens at a saving, or narrows at a cost,
the signs say all and a ratio would mislead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from agents.arrays import Floats
from experiments.comparison import bootstrap_interval, interval_of_mean

GAP = "gap_months"
Verdict = Literal[
    "costs per month gained",
    "saves per month given up",
    "widens at a saving",
    "widens at no clear cost",
    "narrows at a cost",
    "narrows at no clear saving",
    "no clear change of the gap",
    "too few futures",
]


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays, and the stored outcomes that add up to it, with their signs."""

    title: str
    parts: Mapping[str, float]


ACCOUNTS = (
    Account(
        "US public outlay (subsidies and enforcement, less fees taken)",
        {"subsidies_us": 1.0, "enforcement_cost": 1.0, "fees_taken": -1.0},
    ),
    Account("Orders lost by US chip designers", {"lost_chip_revenue": 1.0}),
)
COSTS = tuple(name for account in ACCOUNTS for name in account.parts)


@dataclass(frozen=True, slots=True)
class CostEffect:
    """What a policy changes, as means over the futures in which the gap is known on both sides.

    ``cost`` is in USD bn, added up since January 2022; ``gain`` in months by which the gap widens;
    ``ratio``, where the verdict gives one, in USD bn per month.  Intervals are bootstrap 95% ones.
    """

    policy: str
    account: str
    cost: float | None
    cost_interval: tuple[float, float] | None
    gain: float | None
    gain_interval: tuple[float, float] | None
    ratio: float | None
    ratio_interval: tuple[float, float] | None
    verdict: Verdict


def cost_effects(at: pd.DataFrame, baseline: str, policies: Sequence[str]) -> Iterator[CostEffect]:
    """The cost of what each policy does to the gap, by account.

    Args:
        at: results of one month, with the gap and every cost.
        baseline: the policy that the others are compared with.
        policies: the others.
    """
    base = at[at["policy"] == baseline].set_index("future")
    for policy in policies:
        change = at[at["policy"] == policy].set_index("future")[[GAP, *COSTS]] - base[[GAP, *COSTS]]
        change = change[np.isfinite(change[GAP])]
        gain = change[GAP].to_numpy(dtype=np.float64)
        for account in ACCOUNTS:
            cost = np.zeros(gain.size)
            for name, sign in account.parts.items():
                cost += sign * change[name].to_numpy(dtype=np.float64)
            yield cost_effect(policy, account.title, cost, gain)


def cost_effect(policy: str, account: str, cost: Floats, gain: Floats) -> CostEffect:
    """One policy, one account; ``cost`` and ``gain`` are paired differences, ``(futures,)``."""
    if gain.size < 2:
        return CostEffect(policy, account, None, None, None, None, None, None, "too few futures")
    spent, gained = interval_of_mean(cost), interval_of_mean(gain)
    verdict = _verdict(_direction(spent), _direction(gained))
    ratio, of_ratio = None, None
    if verdict in {"costs per month gained", "saves per month given up"}:
        ratio = float(cost.mean() / gain.mean())
        of_ratio = _interval_of_ratio(cost, gain)
    means = float(cost.mean()), float(gain.mean())
    return CostEffect(policy, account, means[0], spent, means[1], gained, ratio, of_ratio, verdict)


def _direction(interval: tuple[float, float] | None) -> int:
    """1 or -1 where a mean is clearly positive or negative; 0 where its interval holds zero."""
    if interval is None:
        return 0
    return 1 if interval[0] > 0.0 else -1 if interval[1] < 0.0 else 0


def _verdict(cost: int, gain: int) -> Verdict:
    if gain == 0:
        return "no clear change of the gap"
    if gain > 0:
        verdicts: dict[int, Verdict] = {
            1: "costs per month gained",
            0: "widens at no clear cost",
            -1: "widens at a saving",
        }
    else:
        verdicts = {
            1: "narrows at a cost",
            0: "narrows at no clear saving",
            -1: "saves per month given up",
        }
    return verdicts[cost]


def _interval_of_ratio(cost: Floats, gain: Floats) -> tuple[float, float]:
    """Bootstrap interval of cost per month; its upper end is infinite where hardly any is gained.

    What is resampled is months per cost, which stays finite where a resample gains nothing.
    """
    low, high = bootstrap_interval((gain, cost), _ratio_of_means)
    return 1.0 / high, (1.0 / low if low > 0.0 else np.inf)


def _ratio_of_means(gain: Floats, cost: Floats, axis: int = -1) -> Floats:
    ratio: Floats = np.mean(gain, axis=axis) / np.mean(cost, axis=axis)
    return ratio
