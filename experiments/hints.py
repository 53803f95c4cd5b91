"""What a message about an unknown name suggests instead."""

from __future__ import annotations

from collections.abc import Sequence


def did_you_mean(near: Sequence[str]) -> str:
    """The end of the message: a question that offers the names, or nothing without any."""
    return f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
