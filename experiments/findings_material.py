"""What the page of findings is made of, gathered from a calibrated study and one of the prior."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from agents.arrays import Bools, Floats
from experiments import discovery
from experiments.analysis_extra import AnalysisError, require_analysis
from experiments.comparison import Comparison, Difference, compare, known_or_beyond
from experiments.cost_effectiveness import COSTS, CostEffect, cost_effects
from experiments.discovery import Discovery
from experiments.drivers import parameters_of
from experiments.findings import finding
from experiments.flips import Flip, flip
from experiments.given_data import Shares, first_order
from experiments.joined import Joined, join
from experiments.manifest import origin
from experiments.robustness import Better, Verdict, robustness
from experiments.sobol_results import SobolResult
from experiments.standing import COMPUTE_RATIO, GAP, GAP_OOM, Place, Standing, standing
from experiments.study_files import STUDIES, StudyFile
from model.loading import read
from model.policy import Policy

BASELINE = "history"
MEASURES = (GAP, GAP_OOM, COMPUTE_RATIO)
# Months: where a policy has no direction, what is looked for is where it matters by so much.
MATTERS = 0.5
_COVERAGE = 0.5
_FLIPS_SHOWN = 2


class FindingsError(ValueError):
    """A page of findings that cannot be written; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """A search for where futures of some kind gather; ``found`` is none where there are too few.

    Attributes:
        words: what the futures have in common, to be read after "in ... of futures it".
        share: of all futures.
        found: boxes of parameters in which they gather.
    """

    words: str
    share: float
    found: Discovery | None


@dataclass(frozen=True, slots=True)
class PolicyFindings:
    """All that is said of one policy.

    ``shares`` and ``flips`` are of the effect on the gap in orders of magnitude, which never stands
    still, on the date that the standing tells of.
    """

    policy: Policy
    changes: Mapping[Place, Difference]
    standing: Standing
    sentence: str
    shares: Shares | None
    flips: tuple[Flip, ...]
    gathering: Gathering | None

    @property
    def title(self) -> str:
        """For headings."""
        return self.policy.title or self.policy.name


@dataclass(frozen=True, slots=True)
class Material:
    """All that the page says.

    Attributes:
        study: of the calibrated ensemble.
        prior: the same policies in the prior ensemble.
        first: the date that findings are told of.
        last: the other one.
        policies: findings, in the order of the study.
        costs: what a month of the gap costs, by policy and account, on the last date.
        regret: how policies do against each other on the first date, by which end is the better.
        sobol: indices of designs of their own, in the prior.
    """

    study: Joined
    prior: Joined
    first: date
    last: date
    policies: tuple[PolicyFindings, ...]
    costs: tuple[CostEffect, ...]
    regret: Mapping[Better, Verdict]
    sobol: tuple[SobolResult, ...]

    def gaps(self, on: date) -> dict[str, Difference]:
        """Differences of the gap in months, by title of the policy."""
        return {one.title: one.changes[Place(GAP, on)] for one in self.policies}

    def title(self, policy: str) -> str:
        """Of a policy by its name."""
        return self.study.policies[policy].title or policy


def gather(
    directory: Path, prior: Path, dates: tuple[date, date], sobol: Sequence[SobolResult]
) -> Material:
    """Analyse two studies.

    Args:
        directory: the study of the calibrated ensemble.
        prior: the same policies in the prior.
        dates: those of findings, the one they are told of first.
        sobol: results of ``aigap sensitivity``.

    Raises:
        StoreError, FindingsError, MissingExtraError: in one line, if the studies are not fit.
    """
    require_analysis("SALib")
    require_analysis("ema_workbench")
    studies = {True: _fit(directory, "calibrated"), False: _fit(prior, "prior")}
    for result in sobol:
        result.require(list(studies[True].policies), BASELINE, origin().model_sha256)
    compared = {
        (calibrated, on): _compared(study, on)
        for calibrated, study in studies.items()
        for on in dates
    }
    study, (first, last) = studies[True], dates
    parameters = pd.DataFrame(dict(parameters_of(study.manifest.study)))
    effects = {on: _effects(study, on) for on in dates}
    found = [
        _of_policy(study, policy, compared, dates, effects, parameters)
        for name, policy in study.policies.items()
        if name != BASELINE
    ]
    return Material(
        study=study,
        prior=studies[False],
        first=first,
        last=last,
        policies=tuple(found),
        costs=tuple(_costs(study, last)),
        regret=_regret(study, first),
        sobol=tuple(sobol),
    )


def _fit(directory: Path, ensemble: str) -> Joined:
    """A study that the findings can be read off.

    Raises:
        StoreError, FindingsError: if it is of other policies, another ensemble or another model.
    """
    study = join([directory])
    file: StudyFile = read(STUDIES / "findings.yaml", StudyFile)
    expected = [policy for policy in file.policies if isinstance(policy, str)]
    held = list(study.policies)
    if set(held) != set(expected):
        lacking = [name for name in expected if name not in held]
        beside = [name for name in held if name not in expected]
        words = "; ".join(
            f"{what} {', '.join(names)}"
            for what, names in (("lacks", lacking), ("has besides", beside))
            if names
        )
        raise FindingsError(
            f"{directory}: expected the policies of experiments/studies/findings.yaml: it {words}"
        )
    name = study.manifest.study.ensemble.name
    if name != ensemble:
        raise FindingsError(f"{directory}: shows the {name} ensemble, expected the {ensemble} one")
    if not study.of_this_model:
        raise FindingsError(
            f"{directory}: was made by another version of the model, whose parameters cannot be"
            " drawn again; run it again"
        )
    return study


def _compared(study: Joined, on: date) -> Comparison:
    outcomes = study.outcomes(MEASURES)
    return compare(study.load(outcomes, on=on), outcomes, BASELINE, on)


def _effects(study: Joined, on: date) -> dict[str, pd.DataFrame]:
    """Differences from the baseline by measure: a row for each future, a column for each policy."""
    at = study.load(study.outcomes([GAP, GAP_OOM]), on=on)
    tables = {
        name: at.pivot(index="future", columns="policy", values=name) for name in (GAP, GAP_OOM)
    }
    return {name: table.sub(table[BASELINE], axis=0) for name, table in tables.items()}


def _of_policy(
    study: Joined,
    policy: Policy,
    compared: Mapping[tuple[bool, date], Comparison],
    dates: tuple[date, date],
    effects: Mapping[date, Mapping[str, pd.DataFrame]],
    parameters: pd.DataFrame,
) -> PolicyFindings:
    changes: dict[Place, Difference] = {}
    for (calibrated, on), comparison in compared.items():
        for row in comparison.rows:
            if row.policy == policy.name and row.difference is not None:
                changes[Place(row.outcome.name, on, calibrated)] = row.difference
    found = standing(changes, *dates)
    comparison = compared[True, dates[0]]
    told = next(
        row for row in comparison.rows if row.policy == policy.name and row.outcome.name == GAP
    )
    months, magnitudes = (
        effects[found.told_on][name][policy.name].to_numpy(dtype=np.float64)
        for name in (GAP, GAP_OOM)
    )
    shares = None if found.kind == "the same" else first_order(parameters, magnitudes)
    return PolicyFindings(
        policy=policy,
        changes=changes,
        standing=found,
        sentence=finding(
            comparison, told, policy.title or policy.name, study.policies[BASELINE].title
        ),
        shares=shares,
        flips=tuple(_flips(shares, parameters, magnitudes)),
        gathering=None if found.kind == "the same" else _gathering(found, months, parameters),
    )


def _flips(shares: Shares | None, parameters: pd.DataFrame, effect: Floats) -> Iterator[Flip]:
    """Of the parameters beyond chance, the strongest, and those that turn the effect round."""
    for rank, share in enumerate(() if shares is None else shares.beyond_chance):
        found = flip(share.parameter, parameters[share.parameter].to_numpy(), effect)
        if found is not None and (rank < _FLIPS_SHOWN or found.reading == "turns round"):
            yield found


def _gathering(found: Standing, months: Floats, parameters: pd.DataFrame) -> Gathering:
    """Where the policy does the opposite of what it does on average, or where it matters at all."""
    known = np.isfinite(months)
    sign, change = found.direction, months[known]
    if found.kind in {"robust", "robust on average", "not robust"}:
        words = f"{'narrows' if sign > 0 else 'widens'} the gap instead"
        sought: Bools = np.sign(change) == -sign
    else:
        words = f"changes the gap by {MATTERS:g} months or more, either way"
        sought = np.abs(change) >= MATTERS
    try:
        boxes = discovery.discover(parameters[known], sought, boxes=1, coverage=_COVERAGE)
    except AnalysisError:
        boxes = None
    return Gathering(words, float(sought.mean()), boxes)


def _costs(study: Joined, on: date) -> Iterator[CostEffect]:
    others = [name for name in study.policies if name != BASELINE]
    at = study.load(study.outcomes([GAP, *COSTS]), on=on)
    yield from cost_effects(at, BASELINE, others)


def _regret(study: Joined, on: date) -> dict[Better, Verdict]:
    (gap,) = study.outcomes([GAP])
    at = study.load([gap], on=on)
    values = at.assign(value=known_or_beyond(at, gap)).pivot(
        index="future", columns="policy", values="value"
    )
    ends: tuple[Better, Better] = ("high", "low")
    return {end: robustness(values, end) for end in ends}
