"""Stored studies: which there are in the folder, and what the page of studies shows of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments import discovery
from experiments.analysis_extra import AnalysisError, require_analysis
from experiments.comparison import Comparison, compare, known_or_beyond, quantiles
from experiments.drivers import Drivers, drivers, parameters_of
from experiments.ensembles import SHIPPED, EnsembleError
from experiments.joined import Joined, join
from experiments.manifest import StoredOutcome
from experiments.store import MANIFEST, StoreError, is_unfinished, read_manifest
from viz.beginning import with_own_values
from viz.comparison_charts import Series, paired_changes
from viz.track import BANDS

_DEEPEST = 3
_MOST_LISTED = 200
_MOST_BOXES = 3
_COVERAGE = 0.5


class StudyFolderError(ValueError):
    """A study that the view may not or cannot open; the message says why."""


@dataclass(frozen=True)
class StudyEntry:
    """A study in the folder.

    Attributes:
        name: its path from the folder.
        words: what it holds, or why it cannot be opened.
        whole: whether it can be opened.
    """

    name: str
    words: str
    whole: bool


@dataclass(frozen=True)
class Examined:
    """What the page shows of a study: one outcome over time, and a comparison in one month.

    Attributes:
        series: the outcome by policy, the baseline first.
        comparison: of the headline outcomes and the one shown, in the month.
        drivers: by policy, what its difference hangs on; None where nothing can be ranked.
        undriven: why nothing was ranked at all; empty otherwise.
        ensemble: what the futures are.
    """

    series: tuple[Series, ...]
    comparison: Comparison
    outcome: StoredOutcome
    titles: dict[str, str]
    drivers: dict[str, Drivers | None]
    undriven: str
    ensemble: str
    until: dt.date


def listed(folder: Path) -> list[StudyEntry]:
    """The studies of a folder, by name; those that cannot be opened too, with the reason."""
    if not folder.is_dir():
        return []
    marks = [
        path
        for depth in range(1, _DEEPEST + 1)
        for pattern in (MANIFEST, "study.json")
        for path in folder.glob("/".join(["*"] * depth + [pattern]))
    ]
    directories = sorted({path.parent for path in marks})[:_MOST_LISTED]
    return [entry for one in directories if (entry := _entry(folder, one)) is not None]


def opened(folder: Path, name: str) -> Joined:
    """The study of that name.

    Raises:
        StudyFolderError: if it does not lie in the folder, or cannot be read.
    """
    return _read(*_found(folder, name))


def examined(folder: Path, name: str, outcome: str, baseline: str, on: dt.date) -> Examined:
    """What the page shows of a study.

    Raises:
        StudyFolderError: if there is no such study, outcome, policy or month.
    """
    return _examined(*_found(folder, name), outcome, baseline, on)


def boxes(
    folder: Path, name: str, outcome: str, policy: str, on: dt.date, below: float
) -> discovery.Discovery:
    """Ranges of parameters in which a policy's futures gather whose outcome lies below a bound.

    Raises:
        StudyFolderError: if there is no such study, or it does not allow the search.
    """
    try:
        require_analysis("ema_workbench")
        studies = opened(folder, name)
        studies.require_policy(policy)
        (judged,) = studies.outcomes([outcome])
        if not studies.of_this_model:
            raise StudyFolderError(_OTHER_MODEL)
        at = studies.load([judged], on=on)
        values = known_or_beyond(at[at["policy"] == policy].sort_values("future"), judged)
        known = ~np.isnan(values)
        parameters = pd.DataFrame(dict(parameters_of(studies.manifest.study)))
        return discovery.discover(
            parameters[known], values[known] < below, boxes=_MOST_BOXES, coverage=_COVERAGE
        )
    except (StoreError, AnalysisError, ValueError) as error:
        raise StudyFolderError(_without(folder, str(error))) from None


_OTHER_MODEL = (
    "the study was made by another version of the model than the one installed, whose parameters"
    " may not be its own; run it again"
)


def _entry(folder: Path, directory: Path) -> StudyEntry | None:
    name = directory.relative_to(folder).as_posix()
    try:
        study = read_manifest(directory).study
    except StoreError as error:
        if not (is_unfinished(directory) or (directory / MANIFEST).exists()):
            return None
        return StudyEntry(name, _without(folder, str(error)), whole=False)
    policies = len(study.policies)
    words = (
        f"{policies} polic{'y' if policies == 1 else 'ies'}, {study.futures:,} futures, to"
        f" {study.until:%Y-%m}, seed {study.seed}"
    )
    return StudyEntry(name, words, whole=True)


def _found(folder: Path, name: str) -> tuple[Path, str, float]:
    """The folder, the name and the manifest's time, which tells one content from the next."""
    inside = (folder / name).resolve()
    if not inside.is_relative_to(folder.resolve()) or inside == folder.resolve():
        raise StudyFolderError(f"'{name[:60]}' is no study in the folder of studies")
    if name not in {entry.name for entry in listed(folder)}:
        raise StudyFolderError(f"the folder of studies has no '{name[:60]}'")
    manifest = inside / MANIFEST
    return folder, name, manifest.stat().st_mtime if manifest.exists() else 0.0


@lru_cache(maxsize=8)
def _read(folder: Path, name: str, _changed: float) -> Joined:
    try:
        return join([folder / name])
    except StoreError as error:
        raise StudyFolderError(_without(folder, str(error))) from None


@lru_cache(maxsize=16)
def _examined(
    folder: Path, name: str, changed: float, outcome: str, baseline: str, on: dt.date
) -> Examined:
    try:
        studies = _read(folder, name, changed)
        studies.require_policy(baseline)
        (shown,) = studies.outcomes([outcome])
        frame = studies.load([shown])
        compared = _compared(studies, shown)
        found = compare(studies.load(compared, on=on), compared, baseline, on)
    except ValueError as error:
        raise StudyFolderError(_without(folder, str(error))) from None
    titles = {name: policy.title or name for name, policy in studies.policies.items()}
    order = [baseline, *(policy for policy in titles if policy != baseline)]
    ranked, undriven = _drivers(studies, frame, shown, order, on)
    study = studies.manifest.study
    return Examined(
        series=_series(frame, shown, order, titles),
        comparison=found,
        outcome=shown,
        titles=titles,
        drivers=ranked,
        undriven=undriven,
        ensemble=with_own_values(study.ensemble_in_words, study.fixed),
        until=studies.until,
    )


def _compared(studies: Joined, shown: StoredOutcome) -> list[StoredOutcome]:
    headline = [one for one in studies.outcomes() if one.headline]
    return headline if shown in headline else [shown, *headline]


def _series(
    frame: pd.DataFrame, outcome: StoredOutcome, order: Sequence[str], titles: dict[str, str]
) -> tuple[Series, ...]:
    first: Any = None
    found = []
    for policy in order:
        rows = frame[frame["policy"] == policy]
        table = rows.assign(value=known_or_beyond(rows, outcome)).pivot(
            index="date", columns="future", values="value"
        )
        values = table.to_numpy()
        changes = None if first is None else paired_changes(values, first)
        first = values if first is None else first
        dates = [stamp.date() for stamp in pd.DatetimeIndex(table.index)]
        found.append(Series(titles[policy], dates, quantiles(values, BANDS), changes))
    return tuple(found)


def _drivers(
    studies: Joined,
    frame: pd.DataFrame,
    outcome: StoredOutcome,
    order: Sequence[str],
    on: dt.date,
) -> tuple[dict[str, Drivers | None], str]:
    """What the outcome of the first policy hangs on, and the differences of the others."""
    if not studies.of_this_model:
        return {}, _OTHER_MODEL
    at = frame[frame["date"] == pd.Timestamp(on)]
    values = at.pivot(index="future", columns="policy", values=outcome.name).sort_index()
    try:
        parameters = list(parameters_of(studies.manifest.study))
    except EnsembleError as error:
        list_of_futures = studies.manifest.study.ensemble.file or str(SHIPPED)
        return {}, str(error).replace(list_of_futures, Path(list_of_futures).name)
    first = order[0]
    told = {first: values[first].to_numpy()}
    told |= {policy: (values[policy] - values[first]).to_numpy() for policy in order[1:]}
    return {policy: drivers(iter(parameters), found) for policy, found in told.items()}, ""


def _without(folder: Path, message: str) -> str:
    """A message without the server's own paths."""
    return message.replace(f"{folder}/", "").replace(str(folder), "the folder of studies")
