"""The journal of a study under way: one line for each file stored, with its checksum.

A line is added only once its shard lies whole on disk.  What a crash leaves of a line is no JSON
and is passed over, so the worst that is lost is that the shard is simulated again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from experiments.durable import append_line, write_whole
from experiments.manifest import StoredPart, StoredShard

Entry = StoredShard | StoredPart
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def enter(journal: Path, entry: Entry) -> None:
    """Add a file that lies whole on disk.

    Raises:
        OSError: if it cannot be written.
    """
    append_line(journal, _line(entry))


def rewrite(journal: Path, entries: Iterable[Entry]) -> None:
    """Write the journal anew, whole.

    Raises:
        OSError: if it cannot be written; the old one stays then.
    """
    write_whole(journal, b"".join(_line(entry) + b"\n" for entry in entries))


def read(journal: Path) -> dict[str, Entry]:
    """The files entered, by path; none if there is no journal.

    Raises:
        OSError: if it is there and cannot be read.
    """
    try:
        lines = journal.read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    entries: dict[str, Entry] = {}
    for line in lines:
        try:
            entry = _ENTRY.validate_json(line)
        except ValidationError:
            continue
        entries[entry.path] = entry
    return entries


def _line(entry: Entry) -> bytes:
    return entry.model_dump_json().encode()
