"""What the embedded server shows besides the API: health, the OpenAPI document, a reference that people can read."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.entrypoints.api import Response, problem
from frontdesk.entrypoints.asgi import reply
from frontdesk.entrypoints.openapi import openapi
from frontdesk.entrypoints.reference.html import as_html
from frontdesk.entrypoints.reference.pages import reference
from frontdesk.kernel.errors import MethodNotAllowed
from frontdesk.kernel.services import Service

METHODS = ("GET", "HEAD")


class Page:
    """An endpoint to be read, by everybody. The server leaves the body out of an answer to HEAD."""

    def __init__(self, render: Callable[[], Response]) -> None:
        self._render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        known = scope["method"] in METHODS
        await reply(send, self._render() if known else problem(MethodNotAllowed(allowed=METHODS), ""), "")


def pages(runtime: EmbeddedRuntime, services: Sequence[Service]) -> list[Route]:
    """Return the routes of the pages."""
    as_json = msgspec.json.encode(openapi(services))
    return [
        Route("/", Page(lambda: Response(307, b"", {"location": "/docs"}))),
        Route("/health", Page(lambda: health(runtime))),
        Route("/openapi.json", Page(lambda: Response(200, as_json))),
        *documentation(services),
    ]


def documentation(services: Sequence[Service]) -> list[Route]:
    """Return the routes of the reference, its overview at `/docs`."""
    shown = reference(services)
    return [
        Route(
            "/docs" if page.name == "index" else f"/docs/{page.name}",
            Page(partial(Response, 200, as_html(page, shown), {}, "text/html; charset=utf-8")),
        )
        for page in shown
    ]


def health(runtime: EmbeddedRuntime) -> Response:
    """Say whether requests can be accepted and their events are taken in."""
    ready = runtime.is_ready()
    body: dict[str, object] = {
        "status": "ready" if ready else "stopping",
        "lag_seconds": round(runtime.log.lag(), 3),
        "backlog": runtime.log.backlog(),
        "dead_letters": runtime.log.dead_letters(),
    }
    if runtime.copy is not None:
        body["copy"] = runtime.copy.status()
    return Response(200 if ready else 503, msgspec.json.encode(body))
