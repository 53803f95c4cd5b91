"""A study on disk: Parquet files that are whole or not there, under a manifest written last.

::

    DIR/manifest.json                                  finished: study, outcomes, checksums
    DIR/results/POLICY/futures-00000-00999.parquet     1,000 futures of one policy (a shard)

and, only while a study is under way::

    DIR/study.json       what is being run, and with which model
    DIR/shards.jsonl     the journal: the shards stored so far, with their checksums
    DIR/.aigap.lock      held by the process at work

Blocks, workers and interruptions leave no trace in the files of a finished study.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from shlex import quote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from experiments.manifest import (
    SCHEMA_VERSION,
    Manifest,
    StoredShard,
    Unfinished,
)
from experiments.parquet import KEYS
from experiments.study import Study
from model.loading import first_fault

MANIFEST = "manifest.json"
UNFINISHED = "study.json"
RESULTS = "results"
JOURNAL = "shards.jsonl"


class StoreError(ValueError):
    """A directory that cannot be written or read as a study; the message names the file."""


def load(
    directory: Path | str,
    outcomes: Sequence[str] | None = None,
    policies: Sequence[str] | None = None,
    *,
    on: date | None = None,
) -> pd.DataFrame:
    """The results of a finished study as a tidy frame, one row per policy, future and month.

    Args:
        directory: of the study.
        outcomes: names of those wanted; all by default.
        policies: names of those wanted; all by default.
        on: only this month (its first day); all by default.

    Returns:
        Columns ``policy`` (categorical), ``future``, ``date`` and the outcomes, rows by policy in
        the order of the study, then future, then date.  Censored values are missing (NaN); the
        companion outcome says on which side.

    Raises:
        StoreError: naming the file that is missing or corrupt, or the name that is unknown.
    """
    directory = Path(directory)
    manifest = read_manifest(directory)
    names = known_names(outcomes, list(manifest.by_name), "outcome", directory)
    stored = [policy.name for policy in manifest.study.policies]
    wanted = known_names(policies, stored, "policy", directory)
    if on is not None and on not in manifest.study.months:
        raise StoreError(f"{directory}: {_not_stored(on, manifest.study)}")
    columns = [*KEYS, *names]
    tables = [
        pq.read_table(
            pa.BufferReader(checked_content(directory, shard)),
            columns=columns,
            filters=None if on is None else [("date", "=", on)],
        )
        for policy in wanted
        for shard in manifest.shards
        if shard.policy == policy
    ]
    frame: pd.DataFrame = (
        pa.concat_tables(tables).unify_dictionaries().to_pandas(date_as_object=False)
    )
    frame["policy"] = frame["policy"].cat.set_categories(wanted)
    return frame[columns]


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
        found = content.get("schema_version") if isinstance(content, dict) else None
        if isinstance(found, int) and found != SCHEMA_VERSION:
            raise StoreError(f"{path}: schema version {found}, expected {SCHEMA_VERSION}")
        return Manifest.model_validate(content)
    except json.JSONDecodeError as error:
        raise StoreError(f"{path}: is not JSON: {reason(error)}") from None
    except ValidationError as error:
        raise StoreError(f"{path}: {first_fault(error)}") from None


def checked_content(directory: Path, shard: StoredShard) -> bytes:
    """The content of a shard's file, known to be what was written."""
    path = directory / shard.path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {reason(error)}") from None
    if sha256(content).hexdigest() != shard.sha256:
        raise StoreError(
            f"{path}: is corrupt: its checksum is not the one recorded;"
            f" redo it with {resuming(directory)}"
        )
    return content


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
    except (OSError, ValueError):
        return False
    mark = Unfinished.model_fields["format"].default
    return isinstance(content, dict) and content.get("format") == mark


def _not_stored(month: date, study: Study) -> str:
    near = sorted(study.months, key=lambda stored: abs(stored - month))[:2]
    shown = " and ".join(f"{stored:%Y-%m}" for stored in sorted(near))
    return f"{month:%Y-%m} is not stored; the nearest months that are: {shown}"


def resuming(directory: Path) -> str:
    """The command that takes up the study of a directory."""
    return f"aigap run --resume {quote(str(directory))}"


def reason(error: Exception) -> str:
    """Why a file could not be read or written, in a few words."""
    return (isinstance(error, OSError) and error.strerror) or " ".join(str(error).split())
