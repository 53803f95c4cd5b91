"""Lines, shelves and stalls of one clearing: who meets what, at which price."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from agents.designer import Planned
from model.chip_session import Shelf, Stalls

EVERYTHING = "Fast Bare Rival Home"


@pytest.fixture
def place(cast, marketplace):
    """A market of four chips of which the fast one is kept from China."""
    ban = cast.instrument("chip-letter", "ban", outcome="denied", products=["Fast"])
    return marketplace(ban, on_sale=EVERYTHING)


def names(session, rows) -> list[tuple[str, str]]:
    return [(session.lines[row].chip.name, session.lines[row].way) for row in rows]


def test_lines_are_found_by_designer_foundry_and_way(place):
    session = place.session()
    assert session.months == 3.0
    around = [("Fast", "smuggled"), ("Fast", "rented")]
    assert names(session, session.rows_of(place.best)) == [
        ("Fast", "sale"), ("Bare", "sale"), *around,
    ]  # fmt: skip
    assert names(session, session.rows_of(place.mill)) == [("Bare", "sale"), ("Home", "sale")]
    assert names(session, session.rows_of(place.foundry)) == [
        ("Fast", "sale"), ("Rival", "sale"), *around,
    ]  # fmt: skip
    assert names(session, session.rows(lambda line: line.way == "rented")) == around[1:]
    assert session.stacks[:, 0].tolist() == [5, 0, 5, 5, 5, 5]
    assert session.us_sellers == [place.best, place.second]
    assert [works.foundry for works in session.works] == [place.foundry, place.mill]


def test_a_designer_without_anything_on_sale_has_no_rows(marketplace):
    place = marketplace(on_sale="Home")
    session = place.session()
    assert session.rows_of(place.best) == session.rows_of(place.foundry) == []
    assert session.us_sellers == []
    assert [works.foundry for works in session.works] == [place.mill]


def test_a_shelf_tells_ways_and_sellers_apart(place):
    session = place.session()
    shelf = Shelf.of(session, 0, "CN", list(range(len(session.lines))))
    by_channel = {c: names(session, rows) for c, rows in shelf.by_channel.items()}
    assert by_channel == {
        "direct": [("Fast", "sale"), ("Bare", "sale"), ("Rival", "sale")],
        "domestic": [("Home", "sale")],
        "smuggled": [("Fast", "smuggled")],
        "rented": [("Fast", "rented")],
    }
    assert [(place_, line.chip.name) for place_, line in shelf.from_us] == [
        (0, "Fast"), (1, "Bare"), (2, "Rival"),
    ]  # fmt: skip
    sold = {d.name: shelf.price[shelf.sold_by(d)].shape[0] for d in place.designers}
    assert sold == {"Best": 2, "Second": 1, "Chinese": 1}
    assert sold == {d.name: shelf.price[shelf.sold_by(d)].shape[0] for d in place.designers}
    assert names(session, shelf.dearer) == [("Fast", "smuggled"), ("Fast", "rented")]
    assert shelf.mark_up == pytest.approx(np.full((2, 2), 25e-6))


def test_buyers_of_a_class_share_a_stall_and_others_meet_other_lines(cast, place):
    session = place.session()
    stalls = Stalls(session, place.world.parameters)
    another = cast.developer(place.world, name="Another lab")
    own = cast.developer(place.world, name="In-house", own_designer="Second", only_own_chips=True)
    usual = stalls.of(place.lab, place.rules)
    assert stalls.of(another, place.rules) is usual
    assert names(session, usual.counter.rows) == [
        ("Fast", "sale"), ("Bare", "sale"), ("Rival", "sale"), ("Home", "sale"),
    ]  # fmt: skip
    chinese = stalls.of(place.chinese_lab, place.rules)
    assert ("Fast", "sale") not in names(session, chinese.counter.rows)
    assert ("Fast", "smuggled") in names(session, chinese.counter.rows)
    assert names(session, stalls.of(own, place.rules).counter.rows) == [("Rival", "sale")]
    figures = np.arange(6.0)[:, None]
    parts = stalls.parts_of(figures)
    assert parts[chinese.shelf.number][:, 0].tolist() == chinese.shelf.rows


def test_buyers_to_whom_the_same_is_open_share_a_shelf(cast, place):
    stalls = Stalls(place.session(), place.world.parameters)
    attached = cast.developer(place.world, name="Attached", own_designer="Second")
    usual, its = (stalls.of(firm, place.rules) for firm in (place.lab, attached))
    assert usual is not its
    assert usual.shelf is its.shelf


def test_a_line_that_only_some_futures_have_is_on_the_stall_and_open_in_these(cast, place):
    never = np.full(2, np.inf)
    version = cast.chip(name="Version", designer="Best")
    plan = Planned(version, version, np.array([12.0, np.inf]), never)
    place.best.variants.append(plan)
    place.best.list_prices["Version"] = np.full(2, 25000.0)
    session = place.session()
    counter = Stalls(session, place.world.parameters).of(place.lab, place.rules).counter
    row = names(session, counter.rows).index(("Version", "sale"))
    assert counter.offered[row].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("barred", "value"), [(False, 1.0), (True, 4.0), (np.array([False, True]), None)]
)
def test_insecure_buyers_favour_chips_from_home_unless_told_of_no_rules(
    cast, marketplace, barred, value
):
    place = marketplace(on_sale="Home", security_of_supply=3.0)
    session = place.session(barred=barred)
    stalls = Stalls(session, place.world.parameters)
    weights = stalls.of(place.chinese_lab, place.rules).counter.offered[0].tolist()
    assert weights == ([1.0, 4.0] if value is None else [value, value])
    free = cast.world(2).rules
    assert stalls.of(place.chinese_lab, free).counter.offered[0].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("effective", "haste"),
    [
        (date(2024, 5, 15), 0.3),
        (date(2024, 7, 15), 0.0),
        (date(2023, 12, 1), 0.0),
    ],
)
def test_a_rule_that_binds_within_the_quarter_or_soon_after_makes_its_buyers_hurry(
    cast, marketplace, effective, haste
):
    coming = cast.instrument(
        "chip-letter",
        "coming",
        outcome="denied",
        products=["Fast"],
        effective=effective,
    )
    place = marketplace(coming, on_sale="Fast Home", chip_hoard=0.3, chip_warning_months=2.0)
    stalls = Stalls(place.session(), place.world.parameters)
    hurry = {firm: stalls.of(firm, place.rules).counter.haste for firm in place.market._developers}
    assert np.asarray(hurry[place.chinese_lab]).tolist() == [haste, haste]
    assert np.asarray(hurry[place.lab]).tolist() == [0.0, 0.0]
