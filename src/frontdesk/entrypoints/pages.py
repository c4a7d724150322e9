"""What the embedded server shows besides the API: health, the OpenAPI document, a reference that people can read."""

import html
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.http import reply
from frontdesk.entrypoints.openapi import errors_table, openapi
from frontdesk.kernel.services import Service

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
code,pre{font:14px/1.4 ui-monospace,monospace;background:#f3f4f6;border-radius:4px;padding:.1em .3em}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;border-bottom:1px solid #e5e7eb;padding:.4rem;vertical-align:top}
.method{font-weight:700;display:inline-block;min-width:4rem}h2{margin-top:2.5rem}a{color:#0b57d0}
@media(prefers-color-scheme:dark){
body{background:#111418;color:#e6e8eb}code,pre{background:#1e242b}td,th{border-color:#2c333b}a{color:#8ab4f8}}
"""


class Page:
    """A GET endpoint that needs no token."""

    def __init__(self, render: Callable[[], Response]) -> None:
        self._render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; any other method is answered alike, since nothing here can be changed."""
        await reply(send, self._render(), "")


def pages(runtime: EmbeddedRuntime, services: Sequence[Service]) -> list[Route]:
    """Return the routes of the pages."""
    document = openapi(services)
    as_json = msgspec.json.encode(document)
    return [
        Route("/", Page(lambda: Response(307, b"", {"location": "/docs"}))),
        Route("/health", Page(lambda: health(runtime))),
        Route("/openapi.json", Page(lambda: Response(200, as_json))),
        Route("/docs", Page(lambda: _html("frontdesk API", _reference(document)))),
        Route("/docs/errors", Page(lambda: _html("Errors", _errors()))),
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


def _html(title: str, body: str) -> Response:
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    text = (
        f"{head}<title>{html.escape(title)}</title><style>{_STYLE}</style><h1>{html.escape(title)}</h1>{body}"
    )
    return Response(200, text.encode(), {}, "text/html; charset=utf-8")


def _reference(document: dict[str, Any]) -> str:
    parts = [
        '<p>The same as a document for machines: <a href="/openapi.json">openapi.json</a>.',
        ' What each error means: <a href="/docs/errors">errors</a>.</p>',
        "<p>Every call carries <code>Authorization: Bearer …</code>; <code>frontdesk token</code> makes one.</p>",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.append(_one(method.upper(), path, operation))
    return "".join(parts)


def _one(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{status}</td><td>{html.escape(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    named = ", ".join(f"<code>{p['name']}</code> ({p['in']})" for p in operation["parameters"])
    scopes = ", ".join(f"<code>{scope}</code>" for scope in operation["security"][0]["token"])
    more = f"<p>{html.escape(operation.get('description', ''))}</p>"
    return (
        f'<h2><span class="method">{method}</span> <code>{html.escape(path)}</code></h2>'
        f"<p>{html.escape(operation['summary'])}</p>{more}<p>Scopes: {scopes}. Parameters: {named or 'none'}.</p>"
        f"<table><tr><th>Status</th><th>Meaning</th></tr>{rows}</table>"
    )


def _errors() -> str:
    rows = "".join(
        f'<tr id="{error.code}"><td>{error.status}</td><td><code>{error.code}</code></td>'
        f"<td>{html.escape(' '.join((error.__doc__ or '').split()))}</td></tr>"
        for error in errors_table()
    )
    return f"<table><tr><th>Status</th><th>Code</th><th>What it means, what to do</th></tr>{rows}</table>"
