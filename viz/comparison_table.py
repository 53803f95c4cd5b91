"""Outcomes under several policies side by side, with their differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara


@solara.component_vue("components/comparison_table.vue")
def ComparisonTable(
    month: str = "",
    titles: Sequence[str] = (),
    rows: Sequence[dict[str, Any]] = (),
    shown: str = "",
    ensemble: str = "",
    event_choose: Callable[[Any], None] | None = None,
) -> None:
    """Outcomes of a month, in the browser; choosing one draws it."""
