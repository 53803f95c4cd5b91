"""Employers that train models: their runs, from the day one begins to the model it makes."""

from __future__ import annotations

import numpy as np

from agents import capability, runs
from agents.arrays import Floats, Ints
from agents.employer import Employer
from agents.released_models import BaseModel
from agents.side_by_side import Places, Team
from agents.strategy import Strategy

NO_RUN = np.inf


class Trainer(Employer):
    """An employer that trains large models, one after the other.

    What befalls single futures takes and gives one figure for each of the futures ``here``.

    Attributes:
        efficiency: algorithmic efficiency, OOM against the frontier of January 2022.
        absorbed: the part of it that was learned from what others published, OOM, ``(futures,)``.
        run_due: when the model in the making will be released; infinite without one.
        ready_to_train: when the next run can begin, months, ``(futures,)``.
        runs_started: how many it has begun since the start, ``(futures,)``.
        largest_run: physical FLOP of its largest run finished since the start, ``(futures,)``.
        practice: months of experience with large training runs, ``(futures,)``.
        run_flop, run_efficiency, run_absorbed: of the run under way, or of the last one.
        base: the best model it has trained, before any post-training.
    """

    strategy: Strategy
    efficiency: Floats
    absorbed: Floats
    practice: Floats

    def plan_runs(self, earliest: float) -> None:
        """Begin without a run; the first can start at ``earliest``, months."""
        futures = self.model.futures
        self.run_due: Floats = np.full(futures, NO_RUN)
        self.ready_to_train: Floats = np.full(futures, earliest)
        self.runs_started: Ints = np.zeros(futures, dtype=np.int64)
        self.largest_run: Floats = np.zeros(futures)
        self.run_flop: Floats = np.zeros(futures)
        self.run_efficiency: Floats = np.zeros(futures)
        self.run_absorbed: Floats = np.zeros(futures)
        self.base = BaseModel(futures)

    def take_up_work_under_way(self, a_month: Floats) -> None:
        """At the start it is somewhere between the end of one run and the release of the next.

        Args:
            a_month: what a run gets in a month, FLOP, ``(futures,)``.
        """
        length, evaluation, preparation = self._durations()
        passed = self.model.chance(f"{self.name}/work-under-way")
        to_release = passed * (preparation + length + evaluation)
        self.ready_to_train = to_release - length - evaluation
        here = np.flatnonzero((self.ready_to_train < 0.0) & (a_month > 0.0))
        begun, places = self.ready_to_train[here], Places.of_one(here)
        runs.begin(Team([self]), places, begun, a_month[here])

    def prepare_first_run(self) -> None:
        """Start from nothing now; a first run takes as long to prepare as any."""
        _, _, preparation = self._durations()
        self.ready_to_train = self.model.time + preparation

    def _durations(self) -> tuple[Floats, Floats, Floats]:
        """Of its next run in every future, as `runs.durations`."""
        everywhere = Places.of_one(np.arange(self.model.futures))
        return runs.durations(Team([self]), everywhere)

    # --- experience with large runs -------------------------------------------------------------

    def skill(self) -> Floats:
        """What its engineers have learned of large runs, 0 to 1, ``(futures,)``."""
        return capability.practised(self.practice, self.model.parameters["months_to_learn"])

    def utilisation(self) -> Floats:
        """Share of peak that its engineers get out of a cluster, ``(futures,)``."""
        known = self.model.parameters
        return capability.utilisation(
            self.skill(), best=known["utilisation"], untrained=known["untrained_utilisation"]
        )
