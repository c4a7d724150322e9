"""uvicorn, set up as a desk needs it: no access log, no headers of its own, signals left to us."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from frontdesk.entrypoints.wire import Connection

STOP_SECONDS = 10  # that open requests have to end


class WebServer(uvicorn.Server):
    """Leaves signals to us: the desk must finish its writes before the process goes."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """See uvicorn.Server."""
        yield


def web_server(app: ASGIApp) -> WebServer:
    """Return a server of an application, not started."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=Connection,
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
