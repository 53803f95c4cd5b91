"""The journal of a study under way: one line for each shard stored, with its checksum.

A line is added only once its shard lies whole on disk.  What a crash leaves of a line is no JSON
and is passed over, so the worst that is lost is that the shard is simulated again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from experiments.durable import append_line, write_whole
from experiments.manifest import StoredShard


def enter(journal: Path, shard: StoredShard) -> None:
    """Add a shard.

    Raises:
        OSError: if it cannot be written.
    """
    append_line(journal, _line(shard))


def rewrite(journal: Path, shards: Iterable[StoredShard]) -> None:
    """Write the journal anew, whole.

    Raises:
        OSError: if it cannot be written; the old one stays then.
    """
    write_whole(journal, b"".join(_line(shard) + b"\n" for shard in shards))


def read(journal: Path) -> dict[str, StoredShard]:
    """The shards entered, by path; none if there is no journal.

    Raises:
        OSError: if it is there and cannot be read.
    """
    try:
        lines = journal.read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    shards: dict[str, StoredShard] = {}
    for line in lines:
        try:
            shard = StoredShard.model_validate_json(line)
        except ValidationError:
            continue
        shards[shard.path] = shard
    return shards


def _line(shard: StoredShard) -> bytes:
    return shard.model_dump_json().encode()
