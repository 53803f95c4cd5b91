"""Employers that train models: their runs, from the day one begins to the model it makes."""

from __future__ import annotations

import numpy as np

from agents import capability
from agents.arrays import Floats, Ints, replaced
from agents.employer import Employer
from agents.released_models import BaseModel
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
    """

    strategy: Strategy
    efficiency: Floats
    absorbed: Floats

    def plan_runs(self, earliest: float) -> None:
        """Begin without a run; the first can start at ``earliest``, months."""
        futures = self.model.futures
        self.run_due: Floats = np.full(futures, NO_RUN)
        self.ready_to_train: Floats = np.full(futures, earliest)
        self.runs_started: Ints = np.zeros(futures, dtype=np.int64)
        self.largest_run: Floats = np.zeros(futures)
        self._run_flop: Floats = np.zeros(futures)
        self._run_efficiency: Floats = np.zeros(futures)
        self._run_absorbed: Floats = np.zeros(futures)
        self._base = BaseModel(futures)

    def take_up_work_under_way(self, a_month: Floats) -> None:
        """At the start it is somewhere between the end of one run and the release of the next.

        Args:
            a_month: what a run gets in a month, FLOP, ``(futures,)``.
        """
        everywhere = np.arange(self.model.futures)
        length, evaluation = self._run_length(everywhere), self._evaluation(everywhere)
        passed = self.model.chance(f"{self.name}/work-under-way")
        to_release = passed * (self._preparation(everywhere) + length + evaluation)
        self.ready_to_train = to_release - length - evaluation
        here = np.flatnonzero((self.ready_to_train < 0.0) & (a_month > 0.0))
        self._begin_run(here, self.ready_to_train[here], a_month[here])

    def prepare_first_run(self) -> None:
        """Start from nothing now; a first run takes as long to prepare as any."""
        everywhere = np.arange(self.model.futures)
        self.ready_to_train = self.model.time + self._preparation(everywhere)

    def _begin_run(self, here: Ints, begun: Floats, a_month: Floats) -> None:
        """Set size, length and release of runs that began at ``begun``, months."""
        length = self._run_length(here)
        due = begun + length + self._evaluation(here)
        ready_again = begun + length + self._preparation(here)
        self._run_flop = replaced(self._run_flop, here, a_month * length)
        self._run_efficiency = replaced(self._run_efficiency, here, self.efficiency[here])
        self._run_absorbed = replaced(self._run_absorbed, here, self.absorbed[here])
        self.run_due = replaced(self.run_due, here, due)
        self.ready_to_train = replaced(self.ready_to_train, here, ready_again)
        self.runs_started = replaced(self.runs_started, here, self.runs_started[here] + 1)

    def _finish_runs(self, here: Ints) -> None:
        """A finished run takes the place of the base model at hand if it is the better one."""
        size = self._run_flop[here]
        largest = np.maximum(self.largest_run[here], size)
        self.largest_run = replaced(self.largest_run, here, largest)
        flop = np.log10(np.maximum(size, 1.0))
        self._base.replace(here, flop, self._run_efficiency[here], self._run_absorbed[here])

    # --- how long it takes ----------------------------------------------------------------------

    def _run_length(self, here: Ints) -> Floats:
        """Months that the next run takes."""
        return self.model.parameters["run_months"][here] * self._luck_of_run("length", here)

    def _evaluation(self, here: Ints) -> Floats:
        """Months from its end to the release of the model."""
        return self.strategy.release_lag[here] * self._luck_of_run("release-lag", here)

    def _preparation(self, here: Ints) -> Floats:
        """Months from the end of a run until the one after it can begin."""
        usual = self.model.parameters["preparation_months"][here]
        return usual * self._luck_of_run("preparation", here)

    def _luck_of_run(self, what: str, here: Ints) -> Floats:
        spread = self.model.parameters["run_length_spread"]
        stream = f"{self.name}/run-{what}"
        return self.model.luck(stream, self.runs_started, sigma=spread, where=here)

    # --- experience with large runs -------------------------------------------------------------

    @property
    def practice(self) -> Floats:
        """Months of experience with large training runs, ``(futures,)``."""
        return self._practice

    @practice.setter
    def practice(self, months: Floats) -> None:
        self._practice = months
        self._skill = capability.practised(months, self.model.parameters["months_to_learn"])

    def skill(self) -> Floats:
        """What its engineers have learned of large runs, 0 to 1, ``(futures,)``."""
        return self._skill

    def imitation(self) -> Floats:
        """Share of the distance to a better model that it can close by learning from it."""
        return self.model.parameters["imitation"] * self.skill()

    def utilisation(self) -> Floats:
        """Share of peak that its engineers get out of a cluster, ``(futures,)``."""
        known = self.model.parameters
        untrained = known["untrained_utilisation"]
        trained: Floats = untrained + (1.0 - untrained) * self.skill()
        return known["utilisation"] * trained
