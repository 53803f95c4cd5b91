"""What is drawn up of a page whose charts are not all in sight."""

from __future__ import annotations

from viz.chart import Chart
from viz.sight import Sight


class Page:
    """A page of charts that counts how often it is told to show itself anew."""

    def __init__(self) -> None:
        self.shown_anew = 0
        self.sight = Sight(self._show_anew)

    def _show_anew(self) -> None:
        self.shown_anew += 1

    def show(self, name: str, month: int, *, hurried: bool) -> tuple[str, int]:
        chart, frame = self.sight.chart(
            name, lambda: Chart(name, f"month {month}", "", {}), month, hurried=hurried
        )
        return chart.heading, frame


def test_a_chart_of_which_nothing_is_said_is_always_drawn_up() -> None:
    page = Page()
    assert page.show("gap", 1, hurried=True) == ("month 1", 1)
    assert page.show("gap", 2, hurried=True) == ("month 2", 2)


def test_one_out_of_sight_stays_as_it_was_while_months_go_by() -> None:
    page = Page()
    page.show("costs", 1, hurried=True)
    page.sight.report("costs", seen=False)
    assert page.show("costs", 2, hurried=True) == ("month 1", 1)


def test_it_is_up_to_date_as_soon_as_the_world_stands_still() -> None:
    page = Page()
    page.show("costs", 1, hurried=True)
    page.sight.report("costs", seen=False)
    page.show("costs", 2, hurried=True)
    assert page.show("costs", 2, hurried=False) == ("month 2", 2)


def test_one_that_was_never_shown_is_drawn_up_even_out_of_sight() -> None:
    page = Page()
    page.sight.report("costs", seen=False)
    assert page.show("costs", 3, hurried=True) == ("month 3", 3)


def test_one_that_comes_into_sight_asks_for_the_present_month_only_if_it_lags() -> None:
    page = Page()
    page.show("costs", 1, hurried=True)
    page.sight.report("costs", seen=False)
    page.sight.report("costs", seen=True)
    assert page.shown_anew == 0
    page.sight.report("costs", seen=False)
    page.show("costs", 2, hurried=True)
    page.sight.report("costs", seen=True)
    assert page.shown_anew == 1
    assert page.show("costs", 2, hurried=True) == ("month 2", 2)
