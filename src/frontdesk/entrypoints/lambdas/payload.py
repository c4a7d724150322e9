"""Requests and answers of an HTTP API: payload format 2.0."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from frontdesk.entrypoints.api import Request, Response
from frontdesk.entrypoints.reading import given_correlation_id, read_query
from frontdesk.kernel.errors import Malformed
from frontdesk.kernel.ports import Chance

Event = Mapping[str, Any]


def headers_of(event: Event) -> dict[str, str]:
    """Return the headers, by names in lower case. Cookies travel apart, and stand where they came from again."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if cookies := event.get("cookies"):
        headers["cookie"] = "; ".join(cookies)
    return headers


def body_of(event: Event) -> bytes:
    """Return the body. The API hands over in base 64 whatever is not declared as text. Raises Malformed."""
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode()
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed from None


def correlation_id_of(event: Event, chance: Chance) -> str:
    """Return the caller's correlation id, or a fresh one."""
    given = headers_of(event).get("x-correlation-id", "")
    return given_correlation_id(given) or f"req_{chance.bytes(12).hex()}"


def request_of(event: Event, correlation_id: str) -> Request:
    """Return the request. Raises Malformed."""
    return Request(
        event.get("pathParameters") or {},
        read_query(event.get("rawQueryString", "").encode()),
        headers_of(event),
        body_of(event),
        correlation_id,
    )


def answer_of(response: Response, correlation_id: str) -> dict[str, Any]:
    """Return an answer as the API wants it: text as it is, anything else in base 64."""
    headers = {
        "content-type": response.content_type,
        "x-correlation-id": correlation_id,
        "cache-control": "no-store",
        **response.headers,
    }
    text, is_coded = _text(response.body)
    return {"statusCode": response.status, "headers": headers, "body": text, "isBase64Encoded": is_coded}


def _text(body: bytes) -> tuple[str, bool]:
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return b64encode(body).decode(), True
