"""A progress bar for people, one closing line for all; on stderr, so that output stays clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """Futures per second so far."""

    def render(self, task: Task) -> Text:
        """The rate, or nothing until the first block is done."""
        rate = task.finished_speed or task.speed
        return Text(f"{rate:,.0f} futures/s" if rate else "", style="progress.data.speed")


@contextmanager
def progress_bar(title: str, futures: int, console: Console) -> Iterator[Callable[[int], None]]:
    """Show how far a study is; silent where ``console`` is no terminal.

    Args:
        title: what is under way.
        futures: how many there are to do, over all policies.
        console: where to.

    Yields:
        A function to be told the number of futures just done.
    """
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=futures)
        yield lambda done: bar.advance(task, done)
