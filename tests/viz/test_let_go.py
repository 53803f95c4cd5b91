"""A session may be let go at any moment, while its page is being drawn up or its worker works."""

from __future__ import annotations

import datetime as dt
import importlib
import logging
from contextlib import suppress

import pytest
import solara

from experiments.policies import library
from viz import here, own_values
from viz.beginning import Beginning
from viz.controls import _rank
from viz.limits import LiveError
from viz.live_session import LiveSession
from viz.track import Track

PAGES = ("live", "fork", "network", "future", "rules", "studies")
MORE_THAN_ARE_READ = 60


class Fleeting(LiveSession):
    """A session that another thread lets go once its world has been read so many times."""

    reads_left = MORE_THAN_ARE_READ
    _live: Track | None

    @property
    def live(self):
        track = self._live
        self.reads_left -= 1
        if self.reads_left == 0:
            self._live = None
        return track

    @live.setter
    def live(self, track):
        self._live = track


@pytest.fixture(scope="module")
def world_of_three():
    session = Fleeting()
    session.begin(Beginning(futures=3, fixed={"rent_sharing": 0.5}), dt.date(2022, 5, 1))
    session.wait()
    assert not session.fault
    yield session._live
    session.close()


@pytest.fixture
def let_go_after(world_of_three, monkeypatch):
    """A session that has its world for so many reads."""
    begun = []

    def session(reads):
        fleeting = Fleeting()
        fleeting.beginning = Beginning(futures=3)
        fleeting._live, fleeting.reads_left = world_of_three, reads
        begun.append(fleeting)
        monkeypatch.setattr(here, "this_session", lambda: fleeting)
        return fleeting

    yield session
    for one in begun:
        one.close()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_drawn_whenever_its_session_is_let_go(page, let_go_after):
    module = importlib.import_module(f"viz.pages.{page}")
    for reads in range(1, MORE_THAN_ARE_READ):
        session = let_go_after(reads)
        _, drawn = solara.render(module.Page(), handle_error=False)
        drawn.close()
        if session._live is not None:
            return
    pytest.fail("a page reads its world more often than this test counts")


def test_what_a_browser_asks_for_last_is_answered(let_go_after):
    for reads in range(1, 8):
        session = let_go_after(reads)
        here.address_now(session)
        session.choose(0)
        with suppress(LiveError):  # as of a world not yet built
            _rank(session, {"value": "median"})
        own_values.draw_again(session)


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: session.step(),
        lambda session: session.pull("scale", "us-bis-budget", 2.0),
        lambda session: session.fork([library()["no-controls"]]),
        lambda session: session.jump(dt.date(2022, 3, 1)),
        lambda session: session.jump(dt.date(2022, 7, 1)),
    ],
    ids=["step", "pull", "fork", "back", "on"],
)
def test_a_worker_whose_world_is_let_go_ends_quietly(ask, let_go_after, world_of_three, caplog):
    caplog.set_level(logging.ERROR)
    for reads in range(1, 8):
        session = let_go_after(reads)
        session._live = world_of_three.forked(None)
        ask(session)
        session.wait(60)
    assert caplog.text == ""
