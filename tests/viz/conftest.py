"""The live view as a browser has it: the real server, with nothing else to be reached."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from experiments.cli import status
from experiments.ensembles import Head, ensemble_content
from experiments.manifest import origin

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(os.environ.get("AIGAP_SCREENSHOTS", ROOT / "build" / "screenshots"))
SECONDS_TO_START = 240
SECONDS_TO_END = 20
# Generous: a machine that runs other tests at the same time is slow.
MILLISECONDS = 180_000
DESK = {"width": 1280, "height": 900}


@pytest.fixture
def calibrated_list(tmp_path) -> Callable[..., Path]:
    """Write a calibrated ensemble of these futures, by default one weighed under this model."""

    def written(*numbers: int, model_sha256: str = "") -> Path:
        head = Head(
            until="2024-12",
            seed=1,
            prior_futures=50,
            kept=len(numbers),
            effective_size=10.0,
            cut=0.0,
            evidence_sha256="",
            model_sha256=model_sha256 or origin().model_sha256,
            checked={},
        )
        path: Path = tmp_path / "calibrated.csv"
        path.write_bytes(ensemble_content(head, numbers))
        return path

    return written


@pytest.fixture(scope="session")
def studies_folder(tmp_path_factory) -> Path:
    """The folder that the server reads studies from."""
    folder: Path = tmp_path_factory.mktemp("studies")
    return folder


@pytest.fixture(scope="session")
def small_study(studies_folder) -> str:
    """Name of the only study in that folder."""
    run = ["run", "history", "no-controls", "--futures", "12", "--until", "2022-12"]
    assert status([*run, "--workers", "1", "--out", str(studies_folder / "small")]) == 0
    return "small"


@pytest.fixture(scope="session")
def served(studies_folder, tmp_path_factory) -> Callable[..., Any]:
    """Start a server of the live view as a user does: ``with served("--sessions", "1") as ...``.

    Gives its address and its process; ends it, and fails if it complained.
    """

    @contextmanager
    def serve(*options: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = tmp_path_factory.mktemp("server") / "log"
        command = [sys.executable, "-m", "viz.cli", "viz", "--port", str(port), *options]
        with log.open("w") as said:
            server = subprocess.Popen(
                [*command, "--studies", str(studies_folder)],
                cwd=ROOT,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            try:
                _await(f"http://127.0.0.1:{port}/", server, log)
                yield f"http://127.0.0.1:{port}", server
            finally:
                server.terminate()
                server.wait(SECONDS_TO_END)
        assert "Traceback" not in log.read_text(), log.read_text()

    return serve


@pytest.fixture(scope="session")
def live_view(served) -> Iterator[str]:
    """Address of a server that tests share."""
    with served() as (address, _):
        yield address


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


@pytest.fixture(scope="session")
def shared_context(chromium, live_view) -> Iterator[Any]:
    """One browser for all tests: what it has loaded once it need not load again."""
    context = chromium.new_context(viewport=DESK)
    yield context
    context.close()


@pytest.fixture
def visit(chromium, live_view, shared_context) -> Iterator[Callable[..., Any]]:
    """Open a page of the view: ``visit("/fork?date=2024-06")``.

    ``viewport`` and ``color_scheme`` are Playwright's; ``another_browser`` opens the page in one of
    its own, ``at`` from another server.  When the test ends, no page may have asked for anything
    elsewhere, nor complained on its console.
    """
    complaints: list[str] = []
    servers = {live_view}

    def local_only(route: Any) -> None:
        if route.request.url.startswith(tuple(servers)):
            route.continue_()
        else:
            complaints.append(f"asked for {route.request.url}")
            route.abort()

    with ExitStack() as opened:

        def open_page(
            path: str = "/",
            *,
            viewport: dict[str, int] = DESK,
            color_scheme: str = "light",
            another_browser: bool = False,
            at: str = live_view,
        ) -> Any:
            servers.add(at)
            context = shared_context
            if another_browser:
                context = chromium.new_context()
                opened.callback(context.close)
            page = context.new_page()
            opened.callback(page.close)
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=color_scheme)
            page.set_default_timeout(MILLISECONDS)
            page.route(re.compile("^(?!data:|blob:)"), local_only)
            page.on("console", lambda s: complaints.append(s.text) if s.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "response",
                lambda got: complaints.append(f"{got.status} {got.url}") if not got.ok else None,
            )
            page.goto(at + path)
            page.wait_for_selector("nav[aria-label=Pages], .aigap-full")
            return page

        yield open_page
    assert complaints == []


@pytest.fixture(scope="session")
def screenshot() -> Callable[..., None]:
    """Keep a picture of a page, all its charts drawn: ``screenshot(page, "live")``."""

    def taken(page: Any, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        height = page.evaluate("document.documentElement.scrollHeight")
        for top in range(0, height, page.viewport_size["height"]):
            page.evaluate(f"window.scrollTo(0, {top})")
            page.wait_for_timeout(150)
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(300)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return taken
