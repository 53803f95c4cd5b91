"""Turns the shards of a study into summaries while they come, so that none has to be kept.

As soon as every policy has its shard of the same futures, these are summarised in a *part*, and
the shards removed.  Two neighbouring parts are merged into one, and so on up a binary tree whose
shape depends on the number of futures alone: the numbers come out the same to the bit in whatever
order shards are done, and at most one part for each level of the tree lies in the directory.  Each
file is whole, and entered in the journal, before what it stands for is removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from agents.arrays import Floats
from experiments import journal
from experiments.durable import write_whole
from experiments.manifest import StoredFile, StoredPart, StoredShard
from experiments.store import JOURNAL, RESULTS, checked_content, is_whole
from experiments.study import FUTURES_PER_SHARD, Shard, Study
from experiments.summaries import Summary
from experiments.summary_files import part_content, part_read, table_content
from model.frontier import beyond_record
from model.outcomes import OUTCOMES

SUMMARIES = f"{RESULTS}/summaries.parquet"
_PARTS = f"{RESULTS}/.parts"


class Summariser:
    """Keeps the parts of one study in one directory.

    Args:
        directory: of the study, whose lock the caller holds.
        study: one that stores summaries.
    """

    def __init__(self, directory: Path, study: Study) -> None:
        self.directory = directory
        self.study = study
        self.parts: dict[int, StoredPart] = {}

    def covers(self, shard: Shard) -> bool:
        """Whether the futures of a shard are summarised."""
        return any(
            part.first_future <= shard.first_future < part.first_future + part.futures
            for part in self.parts.values()
        )

    def take_up(self, entered: Mapping[str, StoredFile]) -> None:
        """Keep the parts that are whole; of one and what it was merged from, the one."""
        parts = [entry for entry in entered.values() if type(entry) is StoredPart]
        for part in sorted(parts, key=lambda one: -one.futures):
            first = Shard("", part.first_future, 1)
            if not self.covers(first) and is_whole(self.directory, part):
                self.parts[part.first_future] = part

    def fold(self, shards: dict[str, StoredShard], first: int) -> None:
        """Summarise the futures from ``first`` on, if all policies have their shard of them.

        Args:
            shards: those stored, by path; the ones no longer needed are taken out.
            first: of the futures of a shard.

        Raises:
            OSError: if a file cannot be written.
            StoreError: if one is corrupt.
        """
        count = min(FUTURES_PER_SHARD, self.study.futures - first)
        ours = [Shard(policy.name, first, count).path for policy in self.study.policies]
        if not all(path in shards for path in ours):
            return
        self._enter(first, count, self._summarised([shards[path] for path in ours]))
        for path in ours:
            del shards[path]
            (self.directory / path).unlink()
        self._merge(first)

    def settle(self, shards: dict[str, StoredShard]) -> None:
        """Do what a process that was killed had come to the point of doing."""
        for first in sorted({shard.first_future for shard in shards.values()}):
            self.fold(shards, first)
        for first in sorted(self.parts):
            if first in self.parts:
                self._merge(first)

    def finish(self) -> StoredFile:
        """Write the table of summaries; all futures have to be summarised."""
        (part,) = self.parts.values()
        content = table_content(self.study, self._read(part))
        write_whole(self.directory / SUMMARIES, content)
        return StoredFile(path=SUMMARIES, sha256=sha256(content).hexdigest())

    def clear(self) -> None:
        """Remove parts and empty folders, once the study is finished."""
        shutil.rmtree(self.directory / _PARTS, ignore_errors=True)
        for policy in self.study.policies:
            with suppress(OSError):
                (self.directory / RESULTS / policy.name).rmdir()

    def _merge(self, first: int) -> None:
        """Merge a part with its neighbour, and the result with its own, as far as it goes."""
        while pair := self._pair(self.parts[first]):
            left, right = pair
            both = zip(self._read(left), self._read(right), strict=True)
            merged = (one.plus(other) for one, other in both)
            self._enter(left.first_future, left.futures + right.futures, merged)
            self.parts.pop(right.first_future)
            for part in (left, right):
                (self.directory / part.path).unlink()
            first = left.first_future

    def _pair(self, part: StoredPart) -> tuple[StoredPart, StoredPart] | None:
        """A part and the one that it is merged with, in order, if both are there."""
        size = FUTURES_PER_SHARD
        while size < part.futures:
            size *= 2
        while size < self.study.futures:
            other = part.first_future + (size if part.first_future // size % 2 == 0 else -size)
            if other < self.study.futures:
                return self._in_order(part, other, size)
            size *= 2
        return None

    def _in_order(
        self, part: StoredPart, first: int, size: int
    ) -> tuple[StoredPart, StoredPart] | None:
        other = self.parts.get(first)
        if other is None or other.futures != min(size, self.study.futures - first):
            return None
        return (part, other) if part.first_future < first else (other, part)

    def _summarised(self, shards: list[StoredShard]) -> Iterator[Summary]:
        baseline = self._values(
            next(shard for shard in shards if shard.policy == self.study.summaries)
        )
        for shard in shards:
            yield Summary.of(self._values(shard), baseline)

    def _values(self, shard: StoredShard) -> Floats:
        """The values of a shard, ``(cells, futures)``; censored ones are infinite."""
        table = pq.read_table(pa.BufferReader(checked_content(self.directory, shard)))
        values = {name: table[name].to_numpy() for name in self.study.outcomes}
        rows = []
        for name, column in values.items():
            side = OUTCOMES[name].censored_by
            known = column if side is None else beyond_record(column, values[side])
            rows.append(known.reshape(shard.futures, -1).T)
        return np.ascontiguousarray(np.concatenate(rows))  # cells are read one by one

    def _read(self, part: StoredPart) -> Iterator[Summary]:
        return part_read(checked_content(self.directory, part), len(self.study.policies))

    def _enter(self, first: int, futures: int, summaries: Iterator[Summary]) -> None:
        content = part_content(summaries)
        last = first + futures - 1
        part = StoredPart(
            path=f"{_PARTS}/futures-{first:05d}-{last:05d}.parquet",
            sha256=sha256(content).hexdigest(),
            first_future=first,
            futures=futures,
        )
        path = self.directory / part.path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        journal.enter(self.directory / JOURNAL, part)
        self.parts[first] = part
