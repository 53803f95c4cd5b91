"""Processes of this machine that work for a study, each at the end of a pipe of its own.

``ProcessPoolExecutor`` lets its workers share one pipe for results.  A worker that is killed while
it sends leaves half a message there and keeps the lock, so that whoever reads waits for ever.  Here
a pipe has one worker: if that dies, however far it came, the pipe ends, and the study is told.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import Empty, SimpleQueue
from typing import Any


@dataclass(frozen=True, slots=True)
class _Task:
    """What to do, and whom to tell."""

    future: Future[Any]
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class WorkerProcesses(Executor):
    """An executor of processes; one that dies breaks it, and never keeps anybody waiting.

    Each process has a thread of this one that gives it tasks and waits for its answers.

    Args:
        workers: how many processes.
    """

    def __init__(self, workers: int) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._broken = self._closed = False
        self._processes: list[SpawnProcess] = []
        self._threads: list[threading.Thread] = []
        for _ in range(workers):
            ours, theirs = spawning.Pipe()
            process = spawning.Process(target=_work, args=(theirs,), daemon=True)
            with _interrupts_ignored():
                process.start()
            theirs.close()  # or the pipe would not end with the worker
            self._processes.append(process)
            thread = threading.Thread(target=self._employ, args=(ours,), daemon=True)
            self._threads.append(thread)
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give a task to the first process that is free.

        Raises:
            BrokenProcessPool: if a process has died; tasks given before then end with it too.
            RuntimeError: after ``shutdown``.
        """
        future: Future[Any] = Future()
        with self._lock:
            if self._broken:
                raise BrokenProcessPool("a worker process died")
            if self._closed:
                raise RuntimeError("no task can be given after the shutdown")
            self._tasks.put(_Task(future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes end.

        Args:
            wait: until they have.
            cancel_futures: at once: what waits is cancelled, and what is under way is broken off.
        """
        with self._lock:
            self._closed = True
            if cancel_futures:
                for task in self._waiting():
                    task.future.cancel()
            for _ in self._threads:
                self._tasks.put(None)
        if cancel_futures:
            self._kill()
        if wait:
            for thread in self._threads:
                thread.join()
            for process in self._processes:
                process.join()

    def _employ(self, worker: Connection) -> None:
        """Give tasks to a worker, one by one, until there are no more or it has died."""
        with worker:
            while self._serve(worker):
                pass  # nothing of a task is held while the next one is waited for

    def _serve(self, worker: Connection) -> bool:
        """Wait for a task and have a worker do it; whether it can do another."""
        task = self._tasks.get()
        if task is None:
            return False
        if not task.future.set_running_or_notify_cancel():
            return True
        try:
            worker.send((task.fn, task.args, task.kwargs))
            done, answer = worker.recv()
        except (EOFError, OSError):
            self._break(task)
            return False
        except Exception as error:  # what cannot be pickled
            done, answer = False, error
        if done:
            task.future.set_result(answer)
        else:
            task.future.set_exception(answer)
        return True

    def _break(self, lost: _Task) -> None:
        """End it all: no task is answered after that of a process that died."""
        with self._lock:
            self._broken = True
            waiting = list(self._waiting())
            for _ in self._threads:
                self._tasks.put(None)
        self._kill()
        lost.future.set_exception(BrokenProcessPool("a worker process died"))
        for task in waiting:
            if task.future.set_running_or_notify_cancel():
                task.future.set_exception(BrokenProcessPool("a worker process died"))

    def _waiting(self) -> Iterator[_Task]:
        """Take the tasks that no process has begun."""
        with suppress(Empty):
            while True:
                task = self._tasks.get_nowait()
                if task is not None:
                    yield task

    def _kill(self) -> None:
        for process in self._processes:
            process.kill()


def _work(parent: Connection) -> None:
    """In a worker: do what comes until the pipe ends."""
    _end_with_parent()
    with parent, suppress(EOFError, OSError):
        while True:
            _answer(parent, _done(parent.recv_bytes()))


def _done(task: bytes) -> tuple[bool, Any]:
    """Do a task: its result, or what went wrong and where."""
    try:
        fn, args, kwargs = pickle.loads(task)
        return True, fn(*args, **kwargs)
    except Exception as error:
        error.add_note("In a worker:\n" + "".join(traceback.format_exception(error)))
        return False, error


def _answer(parent: Connection, answer: tuple[bool, Any]) -> None:
    try:
        parent.send(answer)
    except (EOFError, OSError):
        raise
    except Exception as error:  # what cannot be pickled; nothing of it was sent
        parent.send((False, TypeError(f"a worker's answer cannot be sent: {error}")))


def _end_with_parent() -> None:
    """In a worker: end as soon as the parent has, however that died, even in mid-task."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes started within inherit a deaf ear for Ctrl-C, which is the parent's to answer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
