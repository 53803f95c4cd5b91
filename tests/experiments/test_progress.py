from __future__ import annotations

from io import StringIO

from rich.console import Console

from experiments.progress import progress_bar


def shown(*, terminal: bool) -> str:
    stream = StringIO()
    console = Console(file=stream, force_terminal=terminal, width=100)
    with progress_bar("2 policies", 400, console) as advance:
        for _ in range(4):
            advance(100)
    return stream.getvalue()


def test_a_terminal_sees_the_bar_with_its_rate():
    text = shown(terminal=True)
    assert "2 policies" in text
    assert "400/400" in text
    assert "futures/s" in text


def test_a_pipe_sees_nothing():
    assert shown(terminal=False) == ""
