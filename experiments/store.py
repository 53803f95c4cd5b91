"""A study on disk: Parquet files that are whole or not there, under a manifest written last.

::

    DIR/manifest.json                                  finished: study, outcomes, checksums
    DIR/results/POLICY/futures-00000-00999.parquet     1,000 futures of one policy (a shard)
    DIR/results/summaries.parquet                      in their place, of a study of summaries

and, only while a study is under way::

    DIR/study.json       what is being run, and with which model
    DIR/shards.jsonl     the journal: the files stored so far, with their checksums
    DIR/results/.parts   summaries of the futures done so far
    DIR/.aigap.lock      held by the process at work

Blocks, workers and interruptions leave no trace in the files of a finished study.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from shlex import quote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import dataset
from pydantic import ValidationError

from experiments.manifest import (
    SCHEMA_VERSION,
    Manifest,
    StoredFile,
    StoredShard,
    Unfinished,
)
from experiments.parquet import KEYS
from experiments.study import Study
from model.loading import first_fault, reason

MANIFEST = "manifest.json"
UNFINISHED = "study.json"
RESULTS = "results"
JOURNAL = "shards.jsonl"

_PAGES_CHECKED = dataset.ParquetFileFormat(
    default_fragment_scan_options=dataset.ParquetFragmentScanOptions(
        page_checksum_verification=True
    )
)


class StoreError(ValueError):
    """A directory that cannot be written or read as a study; the message names the file."""


def load(
    directory: Path | str,
    outcomes: Sequence[str] | None = None,
    policies: Sequence[str] | None = None,
    *,
    on: date | Collection[date] | None = None,
) -> pd.DataFrame:
    """The results of a finished study as a tidy frame, one row per policy, future and month.

    Of the files, only the columns asked for are read, and of the policies only theirs.  Asked for
    everything, whole files are held against the checksums of the manifest; asked for less, each
    page that is read is held against its own.

    Args:
        directory: of the study.
        outcomes: names of those wanted; all by default.
        policies: names of those wanted; all by default.
        on: only this month, or these (their first days); all by default.

    Returns:
        Columns ``policy`` (categorical), ``future``, ``date`` and the outcomes, rows by policy in
        the order of the study, then future, then date.  Censored values are missing (NaN); the
        companion outcome says on which side.

    Raises:
        StoreError: naming the file that is missing or corrupt, or the name that is unknown.
    """
    directory = Path(directory)
    manifest = read_manifest(directory)
    require_futures(manifest, directory)
    names = known_names(outcomes, list(manifest.by_name), "outcome", directory)
    stored = [policy.name for policy in manifest.study.policies]
    wanted = known_names(policies, stored, "policy", directory)
    months = None if on is None else _known_months(on, manifest.study, directory)
    columns = [*KEYS, *names]
    whole = months is None and set(names) == set(manifest.by_name)
    tables = [
        checked_table(directory, shard, columns)
        if whole
        else read_columns(directory, shard, columns, months)
        for policy in wanted
        for shard in manifest.shards
        if shard.policy == policy
    ]
    frame: pd.DataFrame = (
        pa.concat_tables(tables).unify_dictionaries().to_pandas(date_as_object=False)
    )
    frame["policy"] = frame["policy"].cat.set_categories(wanted)
    return frame[columns]


def load_summaries(directory: Path | str) -> pd.DataFrame:
    """The results of a study that stores summaries, one row per policy, outcome and month.

    Returns:
        Columns ``policy`` and ``outcome`` (categorical) and ``date``; of the futures in which the
        outcome is known ``count``, ``mean``, ``sd``, ``min``, ``max``; ``above`` and ``below``, how
        many are censored on either side, out of ``futures``; quantiles ``q05`` to ``q95`` of known
        and censored ones together, infinite where one falls on a censored value; ``pairs``, in
        which policy and baseline are both known, in how many the difference is ``higher`` or
        ``lower`` than zero, and ``difference_mean`` to ``difference_q95``, ``baseline_mean`` and
        ``baseline_sd`` over these.

    Raises:
        StoreError: if there is no such study, or its file is missing or corrupt.
    """
    directory = Path(directory)
    manifest = read_manifest(directory)
    if manifest.summaries is None:
        raise StoreError(
            f"{directory}: stores every future, expected a study run with --summaries; read it with"
            " experiments.load"
        )
    table = pq.read_table(pa.BufferReader(checked_content(directory, manifest.summaries)))
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame


def require_futures(manifest: Manifest, directory: Path | str) -> None:
    """Make sure that a study stores its futures.

    Raises:
        StoreError: if it stores summaries over them.
    """
    if manifest.summaries is not None:
        raise StoreError(
            f"{directory}: stores summaries over futures only, and this needs each future; run the"
            " study without --summaries (summaries: aigap compare, or experiments.load_summaries)"
        )


def checked_table(directory: Path, shard: StoredShard, columns: list[str]) -> pa.Table:
    """Columns of a shard whose file is known to be what was written."""
    return pq.read_table(pa.BufferReader(checked_content(directory, shard)), columns=columns)


def read_columns(
    directory: Path, shard: StoredShard, columns: list[str], months: Collection[date] | None
) -> pa.Table:
    """Columns of a shard, all months by default, of pages that have the checksums written.

    Raises:
        StoreError: naming the file that is missing or corrupt.
    """
    path = directory / shard.path
    try:
        table = dataset.dataset(path, format=_PAGES_CHECKED).to_table(
            columns=columns,
            filter=None if months is None else dataset.field("date").isin(list(months)),
            use_threads=False,  # rows stay in their order
        )
    except FileNotFoundError as error:
        raise StoreError(f"{path}: cannot be read: {reason(error)}") from None
    except (OSError, pa.ArrowException) as error:
        raise StoreError(
            f"{path}: is corrupt ({reason(error)}); redo it with {resuming(directory)}"
        ) from None
    return table


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a finished study.

    Raises:
        StoreError: if the directory holds none, or one that cannot be used.
    """
    path = directory / MANIFEST
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if is_unfinished(directory):
            raise StoreError(
                f"{directory}: the study is unfinished; finish it with {resuming(directory)}"
            ) from None
        raise StoreError(f"{directory}: is not a study: it has no {MANIFEST}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: cannot be read: {reason(error)}") from None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path}: is not JSON: {reason(error)}") from None
    try:
        found = content.get("schema_version") if isinstance(content, dict) else None
        if isinstance(found, int) and found != SCHEMA_VERSION:
            raise StoreError(f"{path}: schema version {found}, expected {SCHEMA_VERSION}")
        return Manifest.model_validate(content)
    except ValidationError as error:
        raise StoreError(f"{path}: {first_fault(error)}") from None


def checked_content(directory: Path, stored: StoredFile) -> bytes:
    """The content of a file, known to be what was written."""
    path = directory / stored.path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {reason(error)}") from None
    if sha256(content).hexdigest() != stored.sha256:
        raise StoreError(
            f"{path}: is corrupt: its checksum is not the one recorded;"
            f" redo it with {resuming(directory)}"
        )
    return content


def is_whole(directory: Path, stored: StoredFile) -> bool:
    """Whether a file is what was written."""
    try:
        checked_content(directory, stored)
    except StoreError:
        return False
    return True


def known_names(
    wanted: Sequence[str] | None, stored: list[str], what: str, directory: Path | str
) -> list[str]:
    """The names wanted, each once; all that are stored by default.

    Raises:
        StoreError: with a suggestion, if one is not stored.
    """
    if wanted is None:
        return stored
    for name in wanted:
        if name not in stored:
            near = get_close_matches(name, stored, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(stored)}"
            raise StoreError(f"{directory}: the study has no {what} '{name}'; {hint}")
    return list(dict.fromkeys(wanted))


def is_unfinished(directory: Path) -> bool:
    """Whether a study was begun here by aigap, of whichever version."""
    try:
        content = json.loads((directory / UNFINISHED).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    mark = Unfinished.model_fields["format"].default
    return isinstance(content, dict) and content.get("format") == mark


def _known_months(on: date | Collection[date], study: Study, directory: Path) -> Collection[date]:
    months = [on] if isinstance(on, date) else list(on)
    for month in months:
        if month not in study.months:
            raise StoreError(f"{directory}: {_not_stored(month, study)}")
    return months


def _not_stored(month: date, study: Study) -> str:
    near = sorted(study.months, key=lambda stored: abs(stored - month))[:2]
    shown = " and ".join(f"{stored:%Y-%m}" for stored in sorted(near))
    return f"{month:%Y-%m} is not stored; the nearest months that are: {shown}"


def resuming(directory: Path) -> str:
    """The command that takes up the study of a directory."""
    return f"aigap run --resume {quote(str(directory))}"
