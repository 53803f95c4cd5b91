"""The Solara application: ``aigap viz``, or ``solara run viz.app``."""

from __future__ import annotations

from viz import offline

offline.set_environment()
offline.keep_local()

from typing import Any  # noqa: E402

import solara  # noqa: E402

from viz.layout import Layout  # noqa: E402
from viz.pages import PAGES  # noqa: E402

__all__ = ["routes"]

routes: list[Any] = [
    solara.Route(
        path=page.path,
        component=page.component,
        label=f"{page.label} · aigap",
        layout=Layout if page.path == "/" else None,
    )
    for page in PAGES
]
