"""To come."""

from __future__ import annotations

import solara
from solara.alias import rv


@solara.component
def Page() -> None:
    """The page."""
    rv.Html(tag="p", class_="quiet", children=["To come."])
