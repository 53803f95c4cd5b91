"""Writing a study into a directory, so that it can be killed at any moment and taken up again.

Shards are written whole, one by one, and entered in a journal with their checksums; the manifest is
written last.  What lies in the directory is thus at every moment either a finished study, or a mark
of what is being run and a journal of the shards that are done.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from experiments import journal
from experiments.durable import partial_of, write_whole
from experiments.lock import LOCK, Lock, TakenError
from experiments.manifest import (
    Manifest,
    StoredFile,
    StoredPart,
    StoredShard,
    Unfinished,
    origin,
    stored_outcomes,
)
from experiments.parquet import ShardFile
from experiments.store import (
    JOURNAL,
    MANIFEST,
    RESULTS,
    UNFINISHED,
    StoreError,
    checked_content,
    is_unfinished,
    is_whole,
    read_manifest,
    resuming,
)
from experiments.study import Shard, Study
from experiments.summarising import Summariser
from model.loading import first_fault, reason

# What a process killed while it began may have left; nothing of a study is in them.
_BEFORE_A_STUDY = {LOCK, partial_of(Path(UNFINISHED)).name}


class WriteError(StoreError):
    """A file that cannot be written: the disk is full, say, or the directory another's."""


class Store:
    """Writes one study into one directory, alone.

    Between ``begin`` or ``resume`` and ``finish``, ``leave`` or ``discard`` it holds the lock of
    the directory.

    Args:
        directory: made if need be; it must be empty, unless it holds a study to be replaced.
        study: what will be stored.
    """

    def __init__(self, directory: Path, study: Study) -> None:
        self.directory = directory
        self.study = study
        self._begun = Unfinished(
            study=study, outcomes=stored_outcomes(study.outcomes), origin=origin()
        )
        self._lock = Lock(directory)
        self._made: list[Path] = []
        self._resumed = False
        self._shards: dict[str, StoredShard] = {}
        self._summariser = Summariser(directory, study) if study.summaries else None

    def begin(self, *, overwrite: bool = False) -> bool:
        """Make the directory ready, before anything is simulated.

        Returns:
            False if the very same study lies there finished, so that nothing needs doing.

        Raises:
            StoreError: if the directory cannot be written, is at work for another process, or
                holds something to be kept.
        """
        self._refuse_foreign()
        try:
            self._make_directory()
            _take(self._lock, self.directory)
            self._refuse_foreign()
            if not overwrite and self._holds_the_same():
                self._remove_traces()
                self._lock.give_back()
                return False
            self._replace()
        except OSError as error:
            self._retreat()
            raise WriteError(f"{self.directory}: cannot be written: {reason(error)}") from None
        except BaseException:
            self._retreat()
            raise
        return True

    @classmethod
    def resume(cls, directory: Path) -> Store:
        """Take up a study where it was left; its whole shards are kept, all others taken away.

        A finished study may be taken up too: shards that are corrupt or gone are to be redone.

        Raises:
            StoreError: if there is no study, another process is at work on it, or it was begun
                with another model, whose results would not go with those of this one.
        """
        what_lies_there(directory)  # before a file is made in what may be no study at all
        lock = Lock(directory)
        try:
            _take(lock, directory)
            begun, entered = what_lies_there(directory)
            store = cls(directory, begun.study)
            store._lock = lock
            store._take_up(begun, entered)
        except OSError as error:
            lock.give_back()
            raise WriteError(f"{directory}: cannot be written: {reason(error)}") from None
        except BaseException:
            lock.give_back()
            raise
        return store

    @property
    def is_finished(self) -> bool:
        """Whether the manifest, the last thing to be written, is there."""
        return (self.directory / MANIFEST).exists()

    def missing(self) -> list[Shard]:
        """The shards that are still to be stored, in the order of the study."""
        return [shard for shard in self.study.shards() if not self._has(shard)]

    def write(self, shard: Shard, values: NDArray[np.float64]) -> None:
        """Store a shard, whole, and enter it in the journal.

        Args:
            shard: which.
            values: ``(outcomes, futures, months)``, those that the study keeps.

        Raises:
            WriteError: naming the file that cannot be written.
        """
        self.keep(ShardFile.of(self.study, shard, values))

    def keep(self, file: ShardFile) -> None:
        """Store the file of a shard, and enter it in the journal.

        Raises:
            WriteError: naming the file that cannot be written.
        """
        shard = file.shard
        stored = StoredShard(
            path=shard.path,
            policy=shard.policy,
            first_future=shard.first_future,
            futures=shard.futures,
            sha256=file.sha256,
        )
        path = self.directory / shard.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, file.content)
            journal.enter(self.directory / JOURNAL, stored)
        except OSError as error:
            raise WriteError(f"{path}: cannot be written: {reason(error)}") from None
        self._shards[shard.path] = stored
        if self._summariser:
            try:
                self._summariser.fold(self._shards, shard.first_future)
            except OSError as error:
                raise WriteError(
                    f"{self.directory}: summaries cannot be written: {reason(error)}"
                ) from None

    def finish(self) -> None:
        """Write the manifest: from here on the study is finished.

        Raises:
            WriteError: if the manifest cannot be written.
        """
        path = self.directory / MANIFEST
        try:
            manifest = self._manifest()
            write_whole(path, _json(manifest.model_dump(mode="json")))
            self._remove_traces()
        except OSError as error:
            raise WriteError(f"{path}: cannot be written: {reason(error)}") from None
        self._lock.give_back()

    def _manifest(self) -> Manifest:
        parts = dict(self._begun)
        for name in ("format", "schema_version"):
            del parts[name]
        if self._summariser:
            return Manifest(**parts, shards=(), summaries=self._summariser.finish())
        stored = (self._shards[shard.path] for shard in self.study.shards())
        return Manifest(**parts, shards=tuple(stored))

    def _has(self, shard: Shard) -> bool:
        summarised = self._summariser is not None and self._summariser.covers(shard)
        return summarised or shard.path in self._shards

    def leave(self) -> None:
        """Stop short of the end: keep the shards stored so far; if there are none, nothing."""
        if self._shards or self._resumed or (self._summariser and self._summariser.parts):
            self._lock.give_back()
        else:
            self.discard()

    def discard(self) -> None:
        """Take away all that was written, and the directories made for it."""
        with suppress(OSError):
            (self.directory / MANIFEST).unlink(missing_ok=True)
            shutil.rmtree(self.directory / RESULTS, ignore_errors=True)
            self._remove_traces()
        self._retreat()

    def _retreat(self) -> None:
        self._lock.give_back()
        for made in reversed(self._made):
            with suppress(OSError):
                made.rmdir()

    def _refuse_foreign(self) -> None:
        """Never touch a directory that holds something other than a study."""
        try:
            found = {path.name for path in self.directory.iterdir()} - _BEFORE_A_STUDY
        except FileNotFoundError:
            return
        except OSError as error:
            raise WriteError(f"{self.directory}: cannot be written: {reason(error)}") from None
        ours = MANIFEST in found or is_unfinished(self.directory)
        if found and not ours:
            raise StoreError(
                f"{self.directory}: is not empty and not a study of aigap; choose another --out"
            )
        if MANIFEST in found:
            read_manifest(self.directory)

    def _holds_the_same(self) -> bool:
        """Whether this study lies there finished; nothing else that lies there is replaced."""
        if (self.directory / MANIFEST).exists():
            manifest = read_manifest(self.directory)
            if not manifest.answers(self.study):
                raise StoreError(
                    f"{self.directory}: holds another finished study; give --overwrite to replace"
                    " it, or another --out"
                )
            for file in manifest.files:
                checked_content(self.directory, file)
            return True
        if (self.directory / UNFINISHED).exists():
            raise StoreError(
                f"{self.directory}: holds an unfinished study; finish it with"
                f" {resuming(self.directory)}, or give --overwrite to start afresh"
            )
        return False

    def _make_directory(self) -> None:
        missing = [one for one in (self.directory, *self.directory.parents) if not one.exists()]
        for path in reversed(missing):
            path.mkdir()
            self._made.append(path)

    def _replace(self) -> None:
        """Begin the study in place of what lies there.

        At every moment the directory holds the old study, or the new one with nothing done: the
        journal goes first, so that it is never read as the new study's.
        """
        (self.directory / JOURNAL).unlink(missing_ok=True)
        self._mark()
        (self.directory / MANIFEST).unlink(missing_ok=True)
        self._sweep()

    def _take_up(self, begun: Unfinished, entered: Mapping[str, StoredFile]) -> None:
        """Keep what is whole of a study that lies here, and clear away the rest."""
        same = begun.origin.makes_the_same_as(self._begun.origin)
        if not same or begun.outcomes != self._begun.outcomes:
            differences = begun.origin.differences(self._begun.origin) or "its outcomes"
            raise StoreError(
                f"{self.directory}: was begun with another model or other packages"
                f" ({differences}); resume it with those, or run it again with --overwrite"
            )
        self._begun, self._resumed = begun, True
        if self._summariser:
            self._summariser.take_up(entered)
        self._shards = {
            shard.path: stored
            for shard in self.study.shards()
            if not self._has(shard)
            and isinstance(stored := entered.get(shard.path), StoredShard)
            and _is_intact(self.directory, stored, shard)
        }
        if (self.directory / MANIFEST).exists() and self._is_answered(entered):
            self._remove_traces()
            return
        kept: list[journal.Entry] = [*self._parts(), *self._shards.values()]
        journal.rewrite(self.directory / JOURNAL, kept)
        self._mark()
        (self.directory / MANIFEST).unlink(missing_ok=True)
        self._sweep()
        if self._summariser:
            self._summariser.settle(self._shards)

    def _is_answered(self, entered: Mapping[str, StoredFile]) -> bool:
        """Whether all results of a finished study are there and whole."""
        if self._summariser:
            return all(is_whole(self.directory, file) for file in entered.values())
        return not self.missing()

    def _parts(self) -> Iterable[StoredPart]:
        return self._summariser.parts.values() if self._summariser else ()

    def _mark(self) -> None:
        write_whole(self.directory / UNFINISHED, _json(self._begun.model_dump(mode="json")))

    def _sweep(self) -> None:
        """Remove every file of results that is not one of those known to be whole."""
        kept = {self.directory / path for path in self._shards}
        kept |= {self.directory / part.path for part in self._parts()}
        for path in (self.directory / RESULTS).rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()

    def _remove_traces(self) -> None:
        """Remove what lies there only while a study is under way, the mark of it last."""
        if self._summariser:
            self._summariser.clear()
        for name in (JOURNAL, MANIFEST, UNFINISHED):
            partial_of(self.directory / name).unlink(missing_ok=True)
        for name in (JOURNAL, UNFINISHED):
            (self.directory / name).unlink(missing_ok=True)


def unfinished(directory: Path) -> tuple[Study, int] | None:
    """The study under way in a directory and how many of its futures are stored, if there is one.

    Futures are counted once for each policy.
    """
    try:
        begun, entered = what_lies_there(directory)
        if (directory / MANIFEST).exists():
            return None
    except (OSError, StoreError):
        return None
    return begun.study, stored_futures(begun.study, entered)


def stored_futures(study: Study, entered: Mapping[str, StoredFile]) -> int:
    """How many futures are stored by the files entered, counted once for each policy."""
    if study.summaries is None:
        return sum(entry.futures for entry in entered.values() if isinstance(entry, StoredShard))
    summariser = Summariser(Path(), study)
    summariser.parts = {
        number: entry for number, entry in enumerate(entered.values()) if type(entry) is StoredPart
    }
    return sum(
        shard.futures
        for shard in study.shards()
        if shard.path in entered or summariser.covers(shard)
    )


def _take(lock: Lock, directory: Path) -> None:
    try:
        lock.take()
    except TakenError as error:
        raise StoreError(
            f"{directory}: {error} is at work on this study; wait for it, or choose another --out"
        ) from None


def what_lies_there(directory: Path) -> tuple[Unfinished, dict[str, StoredFile]]:
    """The study of a directory, finished or not, and the shards said to be stored.

    Raises:
        StoreError: if there is none, or it cannot be read.
    """
    if (directory / MANIFEST).exists():
        manifest = read_manifest(directory)
        begun = Unfinished(study=manifest.study, outcomes=manifest.outcomes, origin=manifest.origin)
        return begun, {file.path: file for file in manifest.files}
    path = directory / UNFINISHED
    if not is_unfinished(directory):
        raise StoreError(f"{directory}: holds no study to resume")
    try:
        begun = Unfinished.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        fault = first_fault(error) if isinstance(error, ValidationError) else reason(error)
        raise StoreError(f"{path}: {fault}; run the study again with --overwrite") from None
    return begun, dict(journal.read(directory / JOURNAL))


def _is_intact(directory: Path, stored: StoredShard, shard: Shard) -> bool:
    """Whether a stored shard is the one meant, and its file what was written."""
    meant = (shard.path, shard.policy, shard.first_future, shard.futures)
    if (stored.path, stored.policy, stored.first_future, stored.futures) != meant:
        return False
    return is_whole(directory, stored)


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
