"""Which charts of a page a browser has in sight.

Where months go by fast, those alone are drawn up anew; the others follow when they come into sight,
or when the world stands still.
"""

from __future__ import annotations

from collections.abc import Callable

from viz.chart import Chart


class Sight:
    """What one browser has in sight of one page, and what it was last shown.

    A chart counts as in sight until the browser says otherwise.

    Args:
        show_anew: called when a chart comes into sight that shows an earlier month than the page.
    """

    def __init__(self, show_anew: Callable[[], None]) -> None:
        self._show_anew = show_anew
        self._out_of_sight: set[str] = set()
        self._shown: dict[str, tuple[Chart, int]] = {}
        self._stale: set[str] = set()

    def chart(
        self, name: str, drawn_up: Callable[[], Chart], frame: int, *, hurried: bool
    ) -> tuple[Chart, int]:
        """A chart as it is to be shown now, and the frame that it shows.

        Args:
            name: of the chart.
            drawn_up: makes it as it is now.
            frame: number of the present change.
            hurried: whether months go by, so that a chart out of sight may stay as it was.
        """
        if hurried and name in self._out_of_sight and name in self._shown:
            self._stale.add(name)
        else:
            self._stale.discard(name)
            self._shown[name] = drawn_up(), frame
        return self._shown[name]

    def report(self, name: str, seen: object) -> None:
        """A browser says whether it has a chart in sight."""
        if not seen:
            self._out_of_sight.add(name)
            return
        self._out_of_sight.discard(name)
        if name in self._stale:
            self._show_anew()
