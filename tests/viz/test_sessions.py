"""A server holds so many sessions and no more."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from solara.server import kernel_context
from solara.server.kernel_context import PageStatus

from experiments.policies import library
from model.policy import HISTORY
from viz import here, sessions
from viz.beginning import Beginning
from viz.limits import LiveError, Room
from viz.sessions import FullError, close_all, session_of

READY = "button[data-act=play]:not(:disabled)"


class Page:
    """What Solara keeps for a page, as far as sessions look at it."""

    def __init__(self, name, contexts):
        self.id = name
        self.page_status = {"page": PageStatus.CONNECTED}
        self.closed = threading.Event()
        self._on_close = []
        contexts[name] = self

    def on_close(self, told):
        self._on_close.append(told)

    def close(self):
        for told in self._on_close:
            told()
        self.closed.set()


@pytest.fixture
def pages(monkeypatch):
    contexts: dict[str, Page] = {}
    monkeypatch.setattr(kernel_context, "contexts", contexts)
    monkeypatch.setattr(sessions, "_sessions", {})
    monkeypatch.setenv("AIGAP_SESSIONS", "2")
    room = Room(1000)
    monkeypatch.setattr(sessions, "_room", lambda: room)
    yield SimpleNamespace(new=lambda name: Page(name, contexts))
    close_all()


def test_a_full_server_admits_nobody_until_a_page_is_closed(pages):
    first, second, third = map(pages.new, "abc")
    held = session_of(first, print)
    assert session_of(second, print) is not held
    assert session_of(first, print) is held
    with pytest.raises(FullError):
        session_of(third, print)
    first.close()
    assert session_of(third, print) is not held


def test_a_session_whose_browser_has_gone_makes_room(pages):
    first, second, third = map(pages.new, "abc")
    session_of(first, print)
    session_of(second, print)
    second.page_status["page"] = PageStatus.DISCONNECTED
    session_of(third, print)
    assert second.closed.wait(10)
    assert not first.closed.is_set()


def test_worlds_hold_no_more_futures_than_the_server_has_room_for(pages):
    first, second = (session_of(page, print) for page in map(pages.new, "ab"))
    first.begin(Beginning(futures=600))
    assert (first.room_left, second.room_left) == (1000, 400)
    with pytest.raises(LiveError, match="room for 400 futures here, and this would take 500"):
        second.begin(Beginning(futures=500))
    with pytest.raises(LiveError, match="this would take 1,200, forks included"):
        first.fork([HISTORY])
    second.begin(Beginning(futures=100))
    second.fork([None, HISTORY, library()["no-controls"]])
    assert first.room_left == 600
    second.unfork()
    assert first.room_left == 900
    second.close()
    second.unfork()
    assert first.room_left == 1000


def test_a_server_whose_worlds_take_all_room_is_full(pages, monkeypatch):
    monkeypatch.setenv("AIGAP_SESSIONS", "9")
    first, second = map(pages.new, "ab")
    held = session_of(first, print)
    held.begin(Beginning(futures=990))
    with pytest.raises(FullError):
        session_of(second, print)
    first.page_status["page"] = PageStatus.DISCONNECTED
    assert session_of(second, print).room_left == 1000


def test_an_address_that_asks_for_more_than_there_is_room_for_gets_what_there_is(
    pages, monkeypatch
):
    first, second = (session_of(page, print) for page in map(pages.new, "ab"))
    first.begin(Beginning(futures=960))
    monkeypatch.setattr(here, "this_session", lambda: second)
    here.begin_as_asked("?futures=100&future=99&date=2022-02&fork=history", forking=True)
    assert here.use_faults() == (
        "this server has room for 40 futures now; so many are shown",
        "this server has no room for the forks now",
    )
    second.wait(60)
    assert second.live is not None
    assert (second.live.futures, second.future, second.forks) == (40, 39, [])


@pytest.mark.slow
def test_a_browser_that_finds_the_server_full_is_told_and_can_try_again(visit, served, screenshot):
    with served("--sessions", "1") as (address, _):
        first = visit("/?futures=2", at=address)
        first.wait_for_selector(READY)
        second = visit("/?futures=3&date=2022-02", at=address)
        second.wait_for_selector("h1:has-text('This server is full')")
        assert "holds 1 view and 10,000 futures at once" in second.locator("main").inner_text()
        screenshot(second, "full")
        first.close()
        second.wait_for_timeout(1000)
        second.click("button[data-act=again]")
        second.wait_for_selector(READY)
        assert second.locator("input[data-act=futures]").input_value() == "3"
        second.close()
