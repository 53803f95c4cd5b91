"""A session: the worlds that one browser watches, and the work that moves them on.

Nothing here knows Solara.  Work runs in the session's one worker thread, a month at a time;
whoever reads a world holds ``lock`` meanwhile.  ``on_change`` is called, never under the lock,
whenever there is something new to show.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import Literal

from experiments.ensembles import EnsembleError
from model.calendar import RECORD_START, Calendar
from model.policy import Policy, PolicyError
from viz.beginning import Beginning
from viz.levers import Lever, LeverError
from viz.limits import LAST_MONTH, MOST_FORKS, LiveError, Room, require_within
from viz.track import Track

FASTEST = float("inf")
SPEEDS = (1.0, 2.0, 4.0, FASTEST)
"""Months a second; the last as fast as worlds can be lived and drawn."""

# A browser that draws more slowly than worlds live is waited for so many seconds a month; after so
# many months without a word of it, nobody watches, and time stands still.
_PATIENCE = 2.0
_MOST_UNSEEN = 5
# So many months are lived while a browser draws an earlier one: server and browser work at once.
_AHEAD = 1

Stage = Literal["live", "forks"]

_log = logging.getLogger(__name__)
_CALENDAR = Calendar()


class LiveSession:
    """The worlds of one browser.

    Args:
        room: what it shares with other sessions of its server.

    Attributes:
        lock: held by whoever reads or changes a world.
        live: the world watched; None until the first is built, and again once the session is let
            go, which may be at any moment: whoever reads it reads it once.
        forks: worlds that part from one moment of it, compared side by side.
        beginning: what the live world was begun with.
        future: number of the future that is drawn through the fans.
        speed: months a second while playing.
        stage: which worlds play and step: the live one, or the forks.
        doing: what the worker is doing, in words; empty if nothing.
        progress: share of it done, between 0 and 1; None if it has no end.
        fault: what went wrong last, in words; empty if nothing did.
        playing: whether months go by on their own.
        frame: counts changes; what a browser has drawn is reported by it.
    """

    def __init__(self, room: Room | None = None) -> None:
        self._room = room or Room()
        self.lock = threading.RLock()
        self.live: Track | None = None
        self.forks: list[Track] = []
        self.beginning = Beginning()
        self.future = 0
        self.speed = 2.0
        self.stage: Stage = "live"
        self.doing = ""
        self.progress: float | None = None
        self.fault = ""
        self.playing = False
        self.frame = 0
        self.seconds_a_month = 0.0
        self.on_change: Callable[[], None] = lambda: None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aigap-live")
        self._stop = threading.Event()  # of the work asked for last
        self._stop_work = self._stop  # of the work being done
        self._drawn = threading.Condition()
        self._last_drawn = 0
        self._unseen = 0
        self._closed = False

    # --- what there is --------------------------------------------------------------------------

    @property
    def date(self) -> dt.date:
        """The present month of the live world."""
        track = self.live
        return track.date if track else RECORD_START

    @property
    def on_stage(self) -> list[Track]:
        """The worlds that play and step now."""
        if self.stage == "forks":
            return list(self.forks)
        track = self.live
        return [track] if track else []

    @property
    def room_left(self) -> int:
        """How many futures its worlds may have in all."""
        return self._room.left(self)

    # --- what a user asks for; each returns at once ----------------------------------------------

    def begin(
        self,
        beginning: Beginning,
        until: dt.date = RECORD_START,
        levers: Sequence[Lever] = (),
        *,
        future: int = 0,
        forked: Sequence[Policy | None] = (),
        forks_until: dt.date = RECORD_START,
    ) -> Future[None]:
        """Build a world anew and let it live until a month, pulling levers on the way.

        Args:
            beginning: what it begins with.  Where its ensemble turns out not to be there, the world
                before stays; where there is none, one of the prior ensemble is built.
            until: first day of the month.
            levers: pulled on the way.
            future: number of the one to draw.
            forked: policies to go on under from there, as for ``fork``.
            forks_until: month to which these go on.

        Raises:
            LiveError: if it would be larger or longer than a session or its server may hold, or
                impossible.
        """
        beginning.require_possible()
        require_within(beginning.futures, until)
        require_within(beginning.futures, forks_until)
        _require_few(forked)
        _require_future(future, beginning.futures)
        self._take(beginning.futures, len(forked))
        before = self.beginning, self.future
        self.beginning, self.future = beginning, future

        def work() -> None:
            with self._saying(f"Building {beginning.futures:,} futures"):
                try:
                    track = Track.begun(beginning)
                except EnsembleError as error:
                    if self.live is not None:
                        self.beginning, self.future = before
                        self._take(self.beginning.futures, len(self.forks))
                        raise
                    self.fault = f"{error}; the prior ensemble is shown"
                    self.beginning = replace(beginning, ensemble="prior")
                    track = Track.begun(self.beginning)
                with self.lock:
                    self.live, self.forks, self.stage = track, [], "live"
                self._replay(track, until, levers)
                if forked:
                    self._part(forked)
                    self._run_to(self.forks, forks_until)

        return self._start(work)

    def play(self) -> Future[None]:
        """Let months go by until paused."""
        self.playing = True
        return self._start(self._play)

    def pause(self) -> None:
        """Let the month at work end, and stop there."""
        self._stop.set()

    cancel = pause

    def step(self) -> Future[None]:
        """Live one month."""
        return self._start(self._one_month)

    def jump(self, day: dt.date) -> Future[None]:
        """Go to a month: on to one that lies ahead, or again from the start to one behind.

        Raises:
            LiveError: if it lies beyond the record's start or the last month.
        """
        require_within(self.beginning.futures, day)
        if day.day != 1:
            day = day.replace(day=1)
        track = self.live
        if self.stage == "live" and track is not None and day < track.date:
            kept = [lever for lever in track.levers if lever.on < day]
            return self.begin(self.beginning, day, kept, future=self.future)
        return self._start(lambda: self._run_to(self.on_stage, day))

    def reset(self) -> Future[None]:
        """Begin again, with no lever pulled."""
        return self.begin(self.beginning, future=self.future)

    def pull(self, action: str, target: str, amount: float = 1.0) -> Future[None]:
        """Pull a lever of the live world from its present month on.

        A month that is being lived ends first; playing goes on afterwards.
        """
        was_playing = self.playing

        def work() -> None:
            with self._saying("Changing the rules from here"), self.lock:
                track = self._live_or_refuse()
                track.pull(Lever(track.date, action, target, amount))  # type: ignore[arg-type]
            if was_playing:
                self._play()

        future = self._start(work)
        self.playing = was_playing
        return future

    def fork(self, policies: Sequence[Policy | None]) -> Future[None]:
        """Let up to three policies go on from the present moment of the live world.

        Args:
            policies: what to go on under; None for the rules of the live world as they stand.

        Raises:
            LiveError: if there are none or too many, or one twice, or no room for so many futures.
        """
        if not policies:
            raise LiveError("choose a policy to go on under")
        _require_few(policies)
        self._take(self.beginning.futures, len(policies))

        def work() -> None:
            with self._saying("Parting from this moment"):
                self._part(policies)
                self.stage = "forks"

        return self._start(work)

    def unfork(self) -> None:
        """Let the forks go, and the live world play again."""
        self.pause()
        with self.lock:
            self.forks, self.stage = [], "live"
        self._take(self.beginning.futures)
        self._changed()

    def choose(self, future: int) -> None:
        """Draw another future through the fans.

        Raises:
            LiveError: if there is no such future.
        """
        track = self.live
        _require_future(future, (track or self.beginning).futures)
        self.future = future
        self._changed()

    def show_anew(self) -> None:
        """Let whoever shows the worlds draw them up once more."""
        self._changed()

    def refuse(self, why: str) -> None:
        """Say why something asked for cannot be."""
        self.fault = why
        self._changed()

    def show(self, stage: Stage) -> None:
        """Let the live world play and step, or the forks."""
        if stage != self.stage:
            if self.playing:
                self.pause()  # what plays is what is shown; other work goes on
            self.stage = stage
            self._changed()

    def drawn(self, frame: int) -> None:
        """A browser has drawn what there was to see at a frame."""
        with self._drawn:
            self._last_drawn = max(self._last_drawn, frame)
            self._drawn.notify_all()

    def stop(self) -> None:
        """Stop work for good; what is being lived ends with its month."""
        self._closed = True
        self.on_change = lambda: None
        self._stop.set()
        with self._drawn:
            self._drawn.notify_all()

    def close(self) -> None:
        """Stop work and let the worlds go."""
        self.stop()
        self._worker.shutdown(wait=False, cancel_futures=True)
        with self.lock:
            self.live, self.forks = None, []
        self._room.leave(self)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the worker has nothing more to do (for tests and scripts)."""
        self._worker.submit(lambda: None).result(timeout)

    # --- the worker -----------------------------------------------------------------------------

    def _start(self, work: Callable[[], None]) -> Future[None]:
        """Do this next; what is being done stops at the end of its month."""
        if self._closed:
            # A browser may ask once more while its session is let go.
            never: Future[None] = Future()
            never.cancel()
            return never
        self._stop.set()
        self._stop = stop = threading.Event()
        self.fault = ""

        def run() -> None:
            self._stop_work = stop
            try:
                work()
            except (LiveError, LeverError, PolicyError, EnsembleError) as error:
                self.fault = str(error)
            except Exception:
                _log.exception("the live view's worker failed")
                self.fault = "something went wrong in the simulation; reset to begin again"
            finally:
                self.doing, self.progress = "", None
                if self._stop is stop:
                    self.playing = False
                self._changed()

        return self._worker.submit(run)

    @contextmanager
    def _saying(self, what: str) -> Iterator[None]:
        self.doing, self.progress = what, None
        self._changed()
        yield
        self.doing = ""

    def _play(self) -> None:
        self.playing, self._unseen = True, 0
        while not self._stop_work.is_set() and self._can_go_on() and self._unseen < _MOST_UNSEEN:
            began = monotonic()
            self._one_month()
            self._await_browser()
            self._stop_work.wait(max(0.0, 1.0 / self.speed - (monotonic() - began)))
        self.playing = False

    def _live_or_refuse(self) -> Track:
        track = self.live
        if track is None:
            raise LiveError("there is no world yet; reset to begin one")
        return track

    def _take(self, futures: int, forks: int = 0) -> None:
        """Take room for a live world of so many futures and its forks."""
        if not self._closed:
            self._room.take(self, futures * (1 + forks))

    def _can_go_on(self) -> bool:
        return any(track.date < LAST_MONTH for track in self.on_stage[:1])

    def _one_month(self) -> None:
        if not self._can_go_on():
            raise LiveError(f"the view ends in {LAST_MONTH:%B %Y}; reset, or jump back")
        began = monotonic()
        self._advance(self.on_stage)
        self.seconds_a_month = monotonic() - began
        self._changed()

    def _advance(self, tracks: Sequence[Track]) -> None:
        """Live one month in all worlds, which nobody sees in different months."""
        with self.lock:
            for track in tracks:
                track.advance()

    def _run_to(self, tracks: Sequence[Track], day: dt.date) -> None:
        """Live month by month until a day; stops early when asked to."""
        if not tracks:
            return
        first = _CALENDAR.index(tracks[0].date)
        months = _CALENDAR.index(day) - first
        self.doing = f"On the way to {day:%B %Y}"
        for month in range(months):
            if self._stop_work.is_set():
                break
            self._advance(tracks)
            self.progress = (month + 1) / months
            if month % 3 == 0:
                self._changed()
                self._await_browser()
        self.doing = ""

    def _part(self, policies: Sequence[Policy | None]) -> None:
        with self.lock:
            track = self._live_or_refuse()
            self.forks = [track.forked(policy) for policy in policies]

    def _replay(self, track: Track, until: dt.date, levers: Sequence[Lever]) -> None:
        for lever in sorted(levers, key=lambda pulled: pulled.on):
            if lever.on > until:
                continue
            self._run_to([track], lever.on)
            if self._stop_work.is_set():
                return
            with self.lock:
                track.pull(lever)
        self._run_to([track], until)

    def _await_browser(self) -> None:
        """Let a browser that has reported before report that it drew all frames but the newest."""
        with self._drawn:
            if self._last_drawn and not self._closed:
                seen = self._drawn.wait_for(
                    lambda: self._last_drawn >= self.frame - _AHEAD or self._closed, _PATIENCE
                )
                self._unseen = 0 if seen else self._unseen + 1

    def _changed(self) -> None:
        self.frame += 1
        if not self._closed:
            self.on_change()


def _require_few(policies: Sequence[Policy | None]) -> None:
    if len(policies) > MOST_FORKS:
        raise LiveError(f"at most {MOST_FORKS} policies go on side by side, not {len(policies)}")
    names = [policy and policy.name for policy in policies]
    if len(set(names)) < len(names):
        raise LiveError("choose each policy once")


def _require_future(future: int, futures: int) -> None:
    if not 0 <= future < futures:
        raise LiveError(f"there is no future {future}: they are numbered 0 to {futures - 1}")
