"""Who does the work of a study: this process, processes of this machine, or a Dask cluster.

Each is an ``Executor`` of ``concurrent.futures``; what it is given it simulates, and no result
depends on which it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from typing import Any

from experiments.worker_processes import WorkerProcesses

_SECONDS_TO_ANSWER = 10


class RunError(RuntimeError):
    """A study that could not be run to its end for no fault of its own."""


class ClusterError(ValueError):
    """A Dask cluster that cannot be used."""


class InProcess(Executor):
    """An executor that does each task at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do the task; its result or exception is in the future returned."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def available_cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_of_machine() -> float:
    """Bytes of this machine's memory; 0 where it does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return 0.0


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """An executor of so many processes, each ready to simulate; this process itself for one."""
    if workers == 1:
        yield InProcess()
        return
    executor = WorkerProcesses(workers)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def dask_cluster(address: str, workers: int | None = None) -> Iterator[tuple[Executor, int]]:
    """An executor on a Dask cluster, and how many workers to keep busy.

    A worker that is lost is no loss: the scheduler gives its blocks to others.

    Args:
        address: of the scheduler, such as ``tcp://10.0.0.1:8786``.
        workers: how many are or will be there; by default, the threads of those that are.

    Raises:
        ClusterError: if there is no such cluster, or nobody in it to work.
        RunError: while it is used, if the scheduler is lost, or workers die on one block again
            and again.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an optional extra
        from distributed.scheduler import KilledWorker  # noqa: PLC0415
    except ImportError:
        raise ClusterError("--dask needs the extra: pip install 'aigap[dask]'") from None
    try:
        client = Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError, AttributeError):
        raise ClusterError(
            f"--dask {address}: no Dask scheduler answers there; expected an address such as"
            " tcp://10.0.0.1:8786"
        ) from None
    executor: Executor = client.get_executor(pure=False)
    try:
        count = workers or sum(client.nthreads().values())
        if not count:
            raise ClusterError(
                f"--dask {address}: the cluster has no workers; start some, or say with --workers"
                " how many will come"
            )
        yield executor, count
    except CancelledError:
        raise RunError("the Dask scheduler was lost") from None
    except KilledWorker:
        raise RunError("Dask workers died one after another on a block (out of memory?)") from None
    finally:
        with suppress(Exception):  # there is nobody left to answer if the cluster is gone
            executor.shutdown(wait=False)
            client.close(timeout=_SECONDS_TO_ANSWER)
