"""The web server of the live view: Solara's, on this machine, answering this machine's pages."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from viz import offline

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SECONDS_TO_END = 3
STUDIES, SESSIONS, FUTURES = "AIGAP_STUDIES", "AIGAP_SESSIONS", "AIGAP_FUTURES"


class ServeError(ValueError):
    """A server that cannot start; the message says why."""


def serve(host: str, port: int, studies: Path, sessions: int, futures: int) -> None:
    """Serve the live view until interrupted.

    Args:
        host: address to bind; other machines reach the view only if it is one of theirs to reach.
        port: to listen on.
        studies: folder of stored studies, the only one that the view reads.
        sessions: how many it holds at once.
        futures: how many their worlds hold together.

    Raises:
        ServeError: if the address cannot be bound.
    """
    _require_free(host, port)
    os.environ[STUDIES] = str(studies.resolve())
    os.environ[SESSIONS] = str(sessions)
    os.environ[FUTURES] = str(futures)
    import uvicorn  # noqa: PLC0415  # of the extra aigap[viz]

    app = application(host)
    from viz import sessions as held  # noqa: PLC0415  # after Solara's settings

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # First of all: what plays leaves the closing of connections no time.
            held.close_all()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        # Packing costs each month a twelfth of its time, and on one machine saves nothing.
        ws_per_message_deflate=host not in LOCAL_HOSTS,
        ws_ping_timeout=60,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )
    with suppress(KeyboardInterrupt):
        Server(config).run()


def application(host: str) -> Any:
    """The ASGI application, guarded."""
    offline.set_environment()
    os.environ.setdefault("SOLARA_APP", "viz.app")
    # A closed browser's world is let go after this, not after Solara's 24 hours.
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "15m")
    from solara.server.starlette import app  # noqa: PLC0415  # after the settings that it reads

    return OwnPagesOnly(app, host)


class OwnPagesOnly:
    """Lets in requests that the view's own pages make, and no other site's.

    A page of another site, open in the same browser, could otherwise talk to a server on this
    machine: directly, or under a host name of its own that it points here.
    """

    def __init__(self, app: Any, host: str) -> None:
        self._app = app
        # One bound to every address is reached under names that it cannot know.
        self._hosts = None if host in {"0.0.0.0", "::"} else {*LOCAL_HOSTS, host, f"[{host}]"}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, or refuse with status 403."""
        if scope["type"] in {"http", "websocket"} and not self._is_own(scope):
            await _refuse(scope, send)
            return
        await self._app(scope, receive, send)

    def _is_own(self, scope: Any) -> bool:
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        asked = headers.get("host", "")
        if self._hosts is not None and _without_port(asked) not in self._hosts:
            return False
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc == asked


async def _refuse(scope: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": plain})
    body = b"aigap answers only its own pages, under the address that it was started with\n"
    await send({"type": "http.response.body", "body": body})


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ServeError(
            f"cannot listen on {host}, port {port}: {reason}; choose another with --port"
        ) from None
