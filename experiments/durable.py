"""Files that survive a crash: whole or not there, and lines that are not lost once written."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there with all of its content, or not at all.

    Raises:
        OSError: if it cannot be written; nothing is left then.
    """
    partial = partial_of(path)
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def why_unwritable(path: Path) -> str:
    """Why a file cannot be written, as far as that is known before; empty if nothing is."""
    try:
        if not path.parent.is_dir():
            return "its folder is not there"
        if path.is_dir():
            return "it is a folder"
    except OSError as error:  # a name too long, say
        return error.strerror or str(error)
    return "" if os.access(path.parent, os.W_OK) else "its folder takes no files"


def append_line(path: Path, line: bytes) -> None:
    """Add a line to a file, on disk when this returns; a crash leaves at most its beginning.

    Raises:
        OSError: if it cannot be written; a beginning of the line may be left.
    """
    with path.open("ab") as stream:
        stream.write(line + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def partial_of(path: Path) -> Path:
    """The file that a killed process leaves of one that it was writing."""
    return path.with_name(f".{path.name}.partial")


def sync_directory(directory: Path) -> None:
    """Make sure that files made, renamed or removed in a directory are so on disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
