"""Worker processes: tasks are done, faults come back, and a death is noticed at any moment."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
import pytest

from experiments.executors import processes

# Far more than a pipe holds: a worker that sends so much is still at it while it is read.
LARGE = 2**26
PATIENCE = 60.0


def die_while_sending() -> bytes:
    """In a worker: be killed as soon as the main thread is in the middle of sending the result."""
    main = threading.main_thread().ident or 0

    def watch() -> None:
        while True:
            frame = sys._current_frames().get(main)
            while frame is not None:
                sent = frame.f_locals.get("buf") if frame.f_code.co_name == "_send" else None
                if sent is not None and len(sent) > LARGE // 2:
                    os.kill(os.getpid(), signal.SIGKILL)
                frame = frame.f_back

    threading.Thread(target=watch, daemon=True).start()
    return bytes(LARGE)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def linger(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def fail() -> None:
    raise ZeroDivisionError("a fault in the model")


def unsendable() -> object:
    return lambda: None


def test_a_worker_killed_while_it_sends_a_large_result_is_noticed():
    with processes(2) as executor:
        lost = executor.submit(die_while_sending)
        done, _ = wait([lost], PATIENCE)
        assert done, "the parent waits for the rest of a message that nobody will send"
        with pytest.raises(BrokenProcessPool):
            lost.result()


def test_a_worker_that_dies_ends_what_others_do_and_what_waits():
    with processes(2) as executor:
        tasks: list[Future[Any]] = [executor.submit(linger, PATIENCE), executor.submit(die)]
        tasks += [executor.submit(linger, 0.0) for _ in range(5)]
        done, waiting = wait(tasks, PATIENCE / 2)
        assert not waiting
        assert all(isinstance(task.exception(), BrokenProcessPool) for task in done)
        with pytest.raises(BrokenProcessPool):
            executor.submit(linger, 0.0)


def test_tasks_are_shared_among_processes_and_large_results_arrive_whole():
    sums = [np.arange(100_000) + number for number in range(8)]
    with processes(2) as executor:
        pids = {task.result() for task in [executor.submit(linger, 0.2) for _ in range(6)]}
        assert len(pids) == 2
        assert os.getpid() not in pids
        for number, found in enumerate(executor.map(np.add, [sums[0]] * 8, range(8))):
            np.testing.assert_array_equal(found, sums[number])


def test_a_fault_comes_back_with_where_it_happened_and_leaves_the_workers_at_work():
    with processes(2) as executor:
        with pytest.raises(ZeroDivisionError, match="a fault in the model") as found:
            executor.submit(fail).result(PATIENCE)
        assert "in fail" in found.value.__notes__[0]
        with pytest.raises(TypeError, match="cannot be sent"):
            executor.submit(unsendable).result(PATIENCE)
        with pytest.raises(AttributeError, match="local object"):
            executor.submit(lambda: None).result(PATIENCE)
        assert executor.submit(linger, 0.0).result(PATIENCE) != os.getpid()


def test_an_end_breaks_off_what_is_under_way():
    begun = time.monotonic()
    with processes(2) as executor:
        under_way = [executor.submit(linger, PATIENCE) for _ in range(4)]
        time.sleep(0.5)
    assert time.monotonic() - begun < PATIENCE / 2
    for task in under_way:
        with pytest.raises((BrokenProcessPool, CancelledError)):
            task.result(0.0)
    with pytest.raises((RuntimeError, BrokenProcessPool)):
        executor.submit(linger, 0.0)
