"""Colours by name.

A figure never holds a colour: it names a token of ``viz/assets/custom.css``, which the browser
resolves, so that light and dark are the browser's affair and need no new figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COUNTRIES: Mapping[str, str] = MappingProxyType({"US": "us", "CN": "cn", "RoW": "other"})
"""Token of a region's colour; the same on every page."""

POLICIES = tuple(f"policy-{number}" for number in range(1, 8))
"""Tokens of policies, in the order in which they are shown."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
"""Line styles beside them, so that colour never speaks alone."""


def token(name: str, alpha: float | None = None) -> str:
    """A colour of the theme for a figure, as transparent as asked."""
    return f"token:{name}" if alpha is None else f"token:{name}@{alpha:g}"
