"""One process at a time in a study's directory.

The lock is the operating system's (``flock``) on a file in the directory.  It goes with the process
that holds it, however that dies, so a lock is never stale; a file left behind says nothing.
"""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import TextIO

LOCK = ".aigap.lock"


class TakenError(RuntimeError):
    """Another process holds the lock; the message says which."""


class Lock:
    """The right to change what a directory holds.

    Args:
        directory: whose; it has to exist when the lock is taken.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / LOCK
        self._stream: TextIO | None = None

    def take(self) -> None:
        """Take the lock at once or not at all.

        Raises:
            TakenError: if another process, or another lock of this one, holds it.
            OSError: if the directory cannot be written, or its file system has no locks.
        """
        while self._stream is None:
            stream = self._path.open("a+", encoding="utf-8")
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stream.seek(0)
                holder = stream.read() or "another process"
                stream.close()
                raise TakenError(holder) from None
            except BaseException:
                stream.close()
                raise
            if self._is_the_file(stream):
                self._stream = stream
            else:  # its holder removed it between our opening and our locking it
                stream.close()
        self._stream.truncate(0)
        self._stream.write(f"process {os.getpid()} on {socket.gethostname()}")
        self._stream.flush()

    def give_back(self) -> None:
        """Let others in, and leave no file."""
        if self._stream is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)  # while still held: nobody else's file goes
            self._stream.close()
            self._stream = None

    def _is_the_file(self, stream: TextIO) -> bool:
        try:
            return os.path.samestat(os.fstat(stream.fileno()), self._path.stat())
        except FileNotFoundError:
            return False
