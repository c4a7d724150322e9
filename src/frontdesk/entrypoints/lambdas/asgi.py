"""A request of an HTTP API, answered by an ASGI application without a server."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from frontdesk.entrypoints.lambdas.payload import Event, body_of, headers_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope

_COOKIE = "set-cookie"


async def ask(app: "ASGIApp", event: Event) -> dict[str, Any]:
    """Return the application's answer as the API wants it. Raises Malformed."""
    status, headers, cookies, parts = 500, {}, [], []

    async def send(message: "Message") -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            for name, value in ((n.decode("latin-1"), v.decode("latin-1")) for n, v in message["headers"]):
                if name == _COOKIE:
                    cookies.append(value)
                else:
                    headers[name] = value
        else:
            parts.append(message.get("body", b""))

    await app(_scope(event), _receive(body_of(event)), send)
    return {
        "statusCode": status,
        "headers": headers,
        "cookies": cookies,
        "body": b"".join(parts).decode(),
        "isBase64Encoded": False,
    }


def _scope(event: Event) -> "Scope":
    http: Mapping[str, Any] = event["requestContext"]["http"]
    path = event["rawPath"]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": http["method"],
        "scheme": "https",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": event.get("rawQueryString", "").encode(),
        "root_path": "",
        "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers_of(event).items()],
        "client": (http.get("sourceIp", ""), 0),
        "server": None,
    }


def _receive(body: bytes) -> "Receive":
    async def receive() -> "Message":
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
