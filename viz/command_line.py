"""The command line with everything: the commands of ``experiments``, and the live view."""

from __future__ import annotations

from experiments.cli import app, main, status
from viz.command import viz

__all__ = ["app", "main", "status"]

app.command(epilog="Example: aigap viz --port 8765 --studies results")(viz)
