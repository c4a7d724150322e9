"""uvicorn, set up as a desk needs it: no access log, no headers of its own, signals left to us."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from frontdesk.entrypoints.wire import Connection, Second

STOP_SECONDS = 10  # that open requests have to end


class WebServer(uvicorn.Server):
    """Leaves signals to us: the desk must finish its writes before the process goes."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """See uvicorn.Server."""
        yield

    async def take(self, connection: socket.socket, *, is_new: bool) -> None:
        """Serve a connection that another process has accepted. Not to be called before it serves."""
        connection.setblocking(False)
        with suppress(OSError):  # it was closed meanwhile
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: Connection(
                    config=self.config,
                    server_state=self.server_state,
                    app_state=self.lifespan.state,
                    rests=not is_new,
                ),
                connection,
            )


def web_server(app: ASGIApp, second: Second | None = None) -> WebServer:
    """Return a server of an application, not started. Connections go to a `second` process when there is one."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=partial(Connection, second=second),  # type: ignore[arg-type]  # called, and nothing else
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return WebServer(config)
