"""``aigap viz``: start the live view."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.terminal import say
from viz.extra import require_viz
from viz.limits import MOST_FUTURES, MOST_FUTURES_HELD, MOST_SESSIONS
from viz.server import LOCAL_HOSTS, ServeError, serve


def viz(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to bind; others let other machines in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="Port.")] = 8765,
    sessions: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="Views that it holds at once.")
    ] = MOST_SESSIONS,
    futures: Annotated[
        int,
        typer.Option(
            metavar="N", min=MOST_FUTURES, max=10_000_000, help="Futures in all views together."
        ),
    ] = MOST_FUTURES_HELD,
    studies: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of stored studies, the only one it reads.")
    ] = Path("results"),
) -> None:
    """Open the live view in a browser at http://127.0.0.1:8765/; Ctrl-C ends it."""
    require_viz()
    name = f"[{host}]" if ":" in host else host
    say(f"the live view is at http://{name}:{port}/; Ctrl-C ends it")
    if host not in LOCAL_HOSTS:
        say("anyone who reaches this address can use it: it asks for no password")
    try:
        serve(host, port, studies, sessions, futures)
    except ServeError as error:
        raise typer.BadParameter(str(error)) from None
