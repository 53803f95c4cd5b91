"""The server: what it serves and to whom, without a browser."""

from __future__ import annotations

import asyncio
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import solara.server

from experiments.cli import BAD_INPUT
from viz.command_line import status
from viz.offline import VENDOR
from viz.server import OwnPagesOnly


def test_whatever_solaras_page_asks_for_lies_here():
    template = Path(solara.server.__file__).parent / "templates" / "solara.html.j2"
    wanted = re.findall(
        r"\{\{cdn\}\}(/[^\"{]*(?:\{\{ipywidget_major_version\}\})?[^\"{]*)", template.read_text()
    )
    wanted = [name.replace("{{ipywidget_major_version}}", "8").strip("/") for name in wanted]
    ours = [name for name in wanted if "vuetify-app@" not in name.replace("vuetify3", "")]
    ours = [name for name in ours if name.endswith((".css", ".min.js", "require.js"))]
    assert any(name.endswith(".min.js") for name in ours)
    assert [name for name in ours if not (VENDOR / name).is_file()] == []


def test_every_font_that_a_style_sheet_names_for_browsers_of_today_lies_here():
    for sheet in VENDOR.rglob("fonts.css"):
        fonts = set(re.findall(r"url\((\w+\.woff2)", sheet.read_text()))
        assert fonts
        assert {font for font in fonts if not (sheet.parent / font).is_file()} == set()


def answered(host, *headers, kind="http"):
    """What a guarded application answers: a status, or what the application itself said."""
    sent = []

    async def inner(scope, receive, send):
        await send({"type": "passed on"})

    async def send(message):
        sent.append(message)

    encoded = [(name.encode(), text.encode()) for name, text in headers]
    scope = {"type": kind, "headers": encoded}
    # In a thread: a browser driven by other tests may keep this one's event loop running.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, OwnPagesOnly(inner, host)(scope, None, send)).result()
    return sent[0].get("status", sent[0]["type"])


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_pages_of_other_sites_are_not_answered(kind):
    refused = 403 if kind == "http" else "websocket.close"
    own = ("host", "127.0.0.1:8765")
    assert answered("127.0.0.1", own, kind=kind) == "passed on"
    assert answered("127.0.0.1", own, ("origin", "http://127.0.0.1:8765"), kind=kind) == "passed on"
    assert answered("127.0.0.1", own, ("origin", "https://elsewhere.example"), kind=kind) == refused
    assert answered("127.0.0.1", own, ("origin", "http://127.0.0.1:9"), kind=kind) == refused
    assert answered("127.0.0.1", ("host", "elsewhere.example"), kind=kind) == refused
    assert answered("0.0.0.0", ("host", "our.server:8765"), kind=kind) == "passed on"


def test_a_port_in_use_is_said_in_a_line(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert status(["viz", "--port", str(taken.getsockname()[1])]) == BAD_INPUT
    said = capsys.readouterr().err
    assert "cannot listen on 127.0.0.1" in said
    assert "--port" in said
    assert "Traceback" not in said


def test_without_the_extra_it_says_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setattr("viz.extra.find_spec", lambda module: None)
    assert status(["viz"]) == BAD_INPUT
    assert "pip install 'aigap[viz]'" in capsys.readouterr().err


def test_the_commands_of_the_library_are_there_too(capsys):
    assert status(["--help"]) == 0
    said = capsys.readouterr().out
    assert "viz" in said
    assert "compare" in said
