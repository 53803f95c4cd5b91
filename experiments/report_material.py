"""What a report of a comparison is made of."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from experiments.comparison import Comparison, Row
from experiments.cost_effectiveness import CostEffect
from experiments.drivers import Drivers
from experiments.findings import finding
from experiments.joined import Joined
from experiments.manifest import StoredOutcome


class ReportError(ValueError):
    """A report that cannot be written; the message says why."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of.

    Attributes:
        studies: where the results lie.
        comparison: of the outcomes shown in the table, in one month.
        drawn: the outcomes drawn over time; the first is what findings and tornados are about.
        frame: their results, every month.
        costs: what a month of the gap costs, by policy and account.
        drivers: by policy, what its difference in the first outcome hangs on; None where nothing
            can be ranked.
        undrawn: why there are no drivers at all; empty where there are.
    """

    studies: Joined
    comparison: Comparison
    drawn: tuple[StoredOutcome, ...]
    frame: pd.DataFrame
    costs: tuple[CostEffect, ...]
    drivers: dict[str, Drivers | None]
    undrawn: str = ""

    @property
    def titles(self) -> dict[str, str]:
        """Titles of the policies by name."""
        return {name: policy.title or name for name, policy in self.studies.policies.items()}

    @property
    def others(self) -> list[str]:
        """The policies that are compared with the baseline."""
        return [name for name in self.titles if name != self.comparison.baseline]

    def row(self, outcome: str, policy: str) -> Row:
        """The comparison of one outcome under one policy."""
        return next(
            row
            for row in self.comparison.rows
            if row.outcome.name == outcome and row.policy == policy
        )

    def finding(self, outcome: str, policy: str) -> str:
        """What was found, in a sentence."""
        titles = self.titles
        row = self.row(outcome, policy)
        return finding(self.comparison, row, titles[policy], titles[self.comparison.baseline])
