"""The pages of the live view, one module each with a component ``Page``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from viz.navigation import PATHS
from viz.pages import fork, future, live, network, rules, studies


@dataclass(frozen=True)
class PageEntry:
    """A page in the bar."""

    path: str
    label: str
    component: Any


_COMPONENTS = {
    "/": live.Page,
    "fork": fork.Page,
    "network": network.Page,
    "studies": studies.Page,
    "future": future.Page,
    "rules": rules.Page,
}

PAGES = tuple(PageEntry(path, label, _COMPONENTS[path]) for path, label in PATHS)
