"""A study on disk: Parquet files that are whole or not there, under a manifest written last.

::

    DIR/manifest.json                                  finished: study, outcomes, checksums
    DIR/study.json                                     only while a study is under way
    DIR/results/POLICY/futures-00000-00999.parquet     1,000 futures of one policy (a shard)

A file's rows are sorted by future, then date; its columns are ``policy``, ``future``, ``date``
and one per outcome.  Blocks and workers leave no trace in the files.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import ValidationError

from experiments.manifest import (
    SCHEMA_VERSION,
    Manifest,
    StoredShard,
    Unfinished,
    origin,
    stored_outcomes,
)
from experiments.study import Shard, Study
from model.loading import first_fault

MANIFEST = "manifest.json"
UNFINISHED = "study.json"
RESULTS = "results"
KEYS = ("policy", "future", "date")
_COMPRESSION = "zstd"
_ROWS_PER_GROUP = 131_072


class StoreError(ValueError):
    """A directory that cannot be written or read as a study; the message names the file."""


class Store:
    """Writes one study into one directory.

    Args:
        directory: made if need be; it must be empty, unless it holds a study to be replaced.
        study: what will be stored.
    """

    def __init__(self, directory: Path, study: Study) -> None:
        self.directory = directory
        self.study = study
        self._outcomes = stored_outcomes(study.outcomes)
        self._made: list[Path] = []
        self._shards: dict[str, StoredShard] = {}

    def begin(self, *, overwrite: bool = False) -> bool:
        """Make the directory ready, before anything is simulated.

        Returns:
            False if the very same study lies there finished, so that nothing needs doing.

        Raises:
            StoreError: if the directory cannot be written, or holds something to be kept.
        """
        manifest, foreign = self._occupant()
        if foreign:
            raise StoreError(f"{self.directory}: {foreign}")
        if manifest is not None and not overwrite:
            if manifest.answers(self.study):
                for shard in manifest.shards:
                    _checked(self.directory, shard)
                return False
            raise StoreError(
                f"{self.directory}: holds another finished study; give --overwrite to replace it,"
                " or another --out"
            )
        if (self.directory / UNFINISHED).exists() and not overwrite:
            raise StoreError(
                f"{self.directory}: holds an unfinished study; give --overwrite to start it afresh"
            )
        try:
            self._make_directory(self.directory)
            self._remove_study()
            marker = Unfinished(study=self.study)
            write_whole(self.directory / UNFINISHED, _json(marker.model_dump(mode="json")))
        except OSError as error:
            self.discard()
            raise StoreError(
                f"{self.directory}: cannot be written: {error.strerror or error}"
            ) from None
        return True

    def write(self, shard: Shard, values: NDArray[np.float64]) -> None:
        """Store a shard, whole.

        Args:
            shard: which.
            values: ``(outcomes, futures, months)`` in the order of the registry.

        Raises:
            StoreError: naming the file that cannot be written.
        """
        content = _parquet(self.study, shard, [out.name for out in self._outcomes], values)
        path = self.directory / shard.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from None
        self._shards[shard.path] = StoredShard(
            path=shard.path,
            policy=shard.policy,
            first_future=shard.first_future,
            futures=shard.futures,
            sha256=sha256(content).hexdigest(),
        )

    def finish(self) -> None:
        """Write the manifest: from here on the study is finished.

        Raises:
            StoreError: if the manifest cannot be written.
        """
        manifest = Manifest(
            study=self.study,
            outcomes=self._outcomes,
            origin=origin(),
            shards=tuple(self._shards[shard.path] for shard in self.study.shards()),
        )
        path = self.directory / MANIFEST
        try:
            write_whole(path, _json(manifest.model_dump(mode="json")))
            (self.directory / UNFINISHED).unlink()
        except OSError as error:
            raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from None

    def discard(self) -> None:
        """Take away all that was written, and the directories made for it."""
        with suppress(OSError):
            self._remove_study()
        for made in reversed(self._made):
            with suppress(OSError):
                made.rmdir()

    def _occupant(self) -> tuple[Manifest | None, str]:
        """The finished study that lies there, if any; or what else forbids to write."""
        try:
            found = {path.name for path in self.directory.iterdir()}
        except FileNotFoundError:
            return None, ""
        except OSError as error:
            return None, f"cannot be written: {error.strerror}"
        if MANIFEST in found:
            return read_manifest(self.directory), ""
        if UNFINISHED in found:
            return None, "" if _is_unfinished_study(self.directory) else _NOT_OURS
        return None, _NOT_OURS if found else ""

    def _make_directory(self, directory: Path) -> None:
        missing = [path for path in (directory, *directory.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir()
            self._made.append(path)

    def _remove_study(self) -> None:
        # The manifest goes first: what is left without it can never be taken for a whole study.
        (self.directory / MANIFEST).unlink(missing_ok=True)
        if (self.directory / RESULTS).exists():
            shutil.rmtree(self.directory / RESULTS)
        (self.directory / UNFINISHED).unlink(missing_ok=True)


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
    columns = [*KEYS, *names]
    tables = [
        pq.read_table(
            pa.BufferReader(_checked(directory, shard)),
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
        if _is_unfinished_study(directory):
            raise StoreError(f"{directory}: the study is unfinished; run it again") from None
        raise StoreError(f"{directory}: is not a study: it has no {MANIFEST}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: cannot be read: {_reason(error)}") from None
    try:
        content = json.loads(text)
        found = content.get("schema_version") if isinstance(content, dict) else None
        if isinstance(found, int) and found != SCHEMA_VERSION:
            raise StoreError(f"{path}: schema version {found}, expected {SCHEMA_VERSION}")
        return Manifest.model_validate(content)
    except json.JSONDecodeError as error:
        raise StoreError(f"{path}: is not JSON: {_reason(error)}") from None
    except ValidationError as error:
        raise StoreError(f"{path}: {first_fault(error)}") from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there with all of its content, or not at all.

    Raises:
        OSError: if it cannot be written; nothing is left then.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


_NOT_OURS = "is not empty and not a study of aigap; choose another --out"


def _parquet(
    study: Study, shard: Shard, names: Sequence[str], values: NDArray[np.float64]
) -> bytes:
    months = study.months
    if values.shape != (len(names), shard.futures, len(months)):
        raise ValueError(f"{shard}: results have the shape {values.shape}")
    rows = shard.futures * len(months)
    futures = np.arange(shard.first_future, shard.first_future + shard.futures, dtype=np.int32)
    columns = {
        "policy": pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), [shard.policy]),
        "future": pa.array(np.repeat(futures, len(months))),
        "date": pa.array(np.tile(np.array(months, "datetime64[D]"), shard.futures), pa.date32()),
    }
    columns |= {name: pa.array(values[at].ravel()) for at, name in enumerate(names)}
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(columns), sink, compression=_COMPRESSION, row_group_size=_ROWS_PER_GROUP
    )
    return bytes(sink.getvalue())


def _checked(directory: Path, shard: StoredShard) -> bytes:
    """The content of a shard's file, known to be what was written."""
    path = directory / shard.path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {_reason(error)}") from None
    if sha256(content).hexdigest() != shard.sha256:
        raise StoreError(
            f"{path}: is corrupt: its checksum is not the manifest's; run the study again"
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


def _is_unfinished_study(directory: Path) -> bool:
    try:
        Unfinished.model_validate_json((directory / UNFINISHED).read_bytes())
    except (OSError, ValidationError):
        return False
    return True


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or " ".join(str(error).split())
