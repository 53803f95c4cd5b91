"""Twenty sessions at once: every one keeps its own world, and the server's memory levels off.

The sessions speak the browser's side of the wire without drawing anything, so that what is put to
the test is the server.  The time is short by default; ``AIGAP_SOAK_SECONDS=300`` makes it five
minutes, and only then is it long enough to say that memory levels off.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from contextlib import ExitStack
from datetime import datetime
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.request import urlopen

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

SESSIONS = 20
FUTURES = 20
SECONDS = float(os.environ.get("AIGAP_SOAK_SECONDS", "20"))
LONG_ENOUGH = 240.0
SECONDS_TO_BEGIN = 120.0
SECONDS_TO_END = 10.0
# A world that plays for so long begins again, as people do; what it held must be given back.
SECONDS_A_LIFE = 30.0
# What the last fifth may hold beyond the fifth before it.
LEVEL = 1.05


class Session:
    """What a browser keeps of a session: the state of each widget, as the server last told it.

    Attributes:
        seed: of its world, by which it is told apart.
        months_lived: months that went by on its clock.
        lost: why the connection ended, in words; empty while it holds.
    """

    def __init__(self, address: str, seed: int, futures: int = FUTURES) -> None:
        self.seed = seed
        self.months_lived = 0
        self.lost = ""
        self._widgets: dict[str, dict[str, Any]] = {}
        self._last_month = ""
        self._lock = threading.Lock()
        with urlopen(address, timeout=60) as first:
            cookies = SimpleCookie()
            for header in first.headers.get_all("Set-Cookie") or []:
                cookies.load(header)
        kept = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        kernel, page = uuid.uuid4(), uuid.uuid4()
        where = address.replace("http:", "ws:")
        self._open = ExitStack()
        wire = connect(
            f"{where}/jupyter/api/kernels/{kernel}/channels?session_id={page}",
            additional_headers={"Cookie": kept},
            origin=Origin(address),
            max_size=None,
            open_timeout=60,
        )
        self._wire = self._open.enter_context(wire)
        threading.Thread(target=self._listen, daemon=True).start()
        control = uuid.uuid4().hex
        self._say("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})
        path = f"/network?futures={futures}&seed={seed}&date=2022-04"
        run = {"method": "run", "args": {"path": path, "appName": None, "dark": False}}
        self._say("comm_msg", {"comm_id": control, "data": run})

    @property
    def controls(self) -> dict[str, Any]:
        """The state of the controls of time; empty while there are none."""
        with self._lock:
            found = [state for state in self._widgets.values() if "speeds" in state]
            return dict(found[0]) if found else {}

    @property
    def ready(self) -> bool:
        """Whether its world stands still and can be told to go on."""
        return bool(self.controls.get("ready"))

    def ask(self, what: str, **more: str) -> None:
        """Press a button of the controls."""
        with self._lock:
            model = next(name for name, state in self._widgets.items() if "speeds" in state)
        content = {"event": "act", "data": {"do": what, **more}}
        self._say("comm_msg", {"comm_id": model, "data": {"method": "custom", "content": content}})

    def close(self) -> None:
        """Pause, so that the server has nothing more to do, and leave."""
        self.ask("pause")
        self._open.close()

    def _say(self, kind: str, content: dict[str, Any]) -> None:
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "username": "",
            "session": uuid.uuid4().hex,
            "version": "5.3",
            "date": datetime.now().astimezone().isoformat(),
        }
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self._wire.send(json.dumps(message | {"channel": "shell", "buffers": []}))

    def _listen(self) -> None:
        try:
            for message in self._wire:
                if isinstance(message, str):
                    self._hear(json.loads(message))
        except ConnectionClosed as ended:
            self.lost = str(ended)

    def _hear(self, message: dict[str, Any]) -> None:
        kind, content = message["header"]["msg_type"], message["content"]
        data = content.get("data") or {}
        with self._lock:
            if kind == "comm_open":
                self._widgets[content["comm_id"]] = dict(data.get("state") or {})
            elif kind == "comm_close":
                self._widgets.pop(content["comm_id"], None)
            elif kind == "comm_msg" and data.get("method") == "update":
                self._widgets.setdefault(content["comm_id"], {}).update(data["state"])
                month = data["state"].get("date", "")
                if month and "speeds" in self._widgets[content["comm_id"]]:
                    self.months_lived += month > self._last_month
                    self._last_month = month


@pytest.fixture
def server_process(live_view: str) -> Any:
    """The server, which this process has started."""
    port = live_view.rpartition(":")[2]
    psutil = import_module("psutil")  # comes with distributed, without declared types
    (found,) = [one for one in psutil.Process().children() if port in one.cmdline()]
    return found


@pytest.mark.slow
def test_twenty_sessions_step_none_is_lost_and_memory_levels_off(
    live_view, server_process, record_property
):
    sessions = [Session(live_view, seed) for seed in range(1, SESSIONS + 1)]
    for session in sessions:
        _await(lambda session=session: session.ready, "a session did not begin")
        session.ask("speed", value="fastest")
        session.ask("play")
    memory = _soak(sessions, server_process)
    told = "\n".join(f"{second:5.0f} s {megabytes:7.0f} MB" for second, megabytes in memory)
    lived = [session.months_lived for session in sessions]
    record_property("memory", told)
    print(f"{told}\nmonths lived: {lived}")
    assert [session.lost for session in sessions] == [""] * SESSIONS
    assert [session.controls["seed"] for session in sessions] == [s.seed for s in sessions]
    assert min(lived) > 0, f"a session stood still: {lived}"
    if SECONDS >= LONG_ENOUGH:
        fifth = len(memory) // 5
        before = max(megabytes for _, megabytes in memory[3 * fifth : 4 * fifth])
        last = max(megabytes for _, megabytes in memory[4 * fifth :])
        assert last <= LEVEL * before, told
    for session in sessions:
        session.close()


@pytest.mark.slow
def test_a_server_that_ends_does_not_wait_for_worlds_that_play(served):
    with served() as (address, server):
        sessions = [Session(address, seed, futures=200) for seed in range(1, SESSIONS + 1)]
        for session in sessions:
            _await(lambda session=session: session.ready, "a session did not begin")
            session.ask("speed", value="fastest")
            session.ask("play")
        time.sleep(3.0)
        began = time.monotonic()
        server.terminate()
        server.wait(60)
        took = time.monotonic() - began
    print(f"ended after {took:.1f} s")
    assert took < SECONDS_TO_END


def _soak(sessions: list[Session], server: Any) -> list[tuple[float, float]]:
    """Let worlds play, and begin again in turn; the server's memory on the way, MB by second."""
    began = time.monotonic()
    ends = [began + SECONDS_A_LIFE * (1.0 + place / SESSIONS) for place in range(len(sessions))]
    memory = []
    while (passed := time.monotonic() - began) < SECONDS:
        memory.append((passed, server.memory_info().rss / 2**20))
        for place, session in enumerate(sessions):
            if time.monotonic() > ends[place]:
                session.ask("reset")
                session.ask("play")
                ends[place] = time.monotonic() + SECONDS_A_LIFE
        time.sleep(1.0)
    return memory


def _await(holds: Any, otherwise: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_BEGIN
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)
