"""The live view as a browser has it: the real server, with nothing else to be reached."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(os.environ.get("AIGAP_SCREENSHOTS", ROOT / "build" / "screenshots"))
SECONDS_TO_START = 60


@pytest.fixture(scope="session")
def studies_folder(tmp_path_factory) -> Path:
    """The folder that the server reads studies from."""
    folder: Path = tmp_path_factory.mktemp("studies")
    return folder


@pytest.fixture(scope="session")
def live_view(studies_folder, tmp_path_factory) -> Iterator[str]:
    """Address of a server of the live view, started as a user starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as said:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "viz.cli", "viz", "--port", str(port)),
                *("--studies", str(studies_folder)),
            ],
            cwd=ROOT,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            _await(f"http://127.0.0.1:{port}/", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()


def _await(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urlopen(address, timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text()}")


@pytest.fixture
def visit(chromium, live_view) -> Iterator[Callable[..., Any]]:
    """Open a page of the view in a browser of its own: ``visit("/fork?date=2024-06")``.

    Options are Playwright's for a context, such as ``viewport`` and ``color_scheme``.  When the
    test ends, no page may have asked for anything elsewhere, nor complained on its console.
    """
    complaints: list[str] = []

    def local_only(route: Any) -> None:
        if route.request.url.startswith(live_view):
            route.continue_()
        else:
            complaints.append(f"asked for {route.request.url}")
            route.abort()

    with ExitStack() as open_contexts:

        def opened(path: str = "/", **options: Any) -> Any:
            context = chromium.new_context(
                **({"viewport": {"width": 1280, "height": 900}} | options)
            )
            open_contexts.callback(context.close)
            context.route(re.compile("^(?!data:|blob:)"), local_only)
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.on(
                "console",
                lambda said: complaints.append(said.text) if said.type == "error" else None,
            )
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "response",
                lambda got: (
                    complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None
                ),
            )
            page.goto(live_view + path)
            page.wait_for_selector("nav[aria-label=Pages]")
            return page

        yield opened
    assert complaints == []


@pytest.fixture(scope="session")
def screenshot() -> Callable[..., None]:
    """Keep a picture of a page: ``screenshot(page, "live")``."""

    def taken(page: Any, name: str, *, full_page: bool = True) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full_page)

    return taken
