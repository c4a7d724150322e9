"""Reading a body and sending an answer, as ASGI has it. Needs no server and no framework."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from frontdesk.entrypoints.api import Response
from frontdesk.kernel import limits
from frontdesk.kernel.errors import Malformed, TooLarge

if TYPE_CHECKING:  # the function that signs people in carries no framework
    from starlette.types import Receive, Send

BODY_SECONDS = 10.0  # that a client may take to send a body
NOT_ARRIVED = f"The body did not arrive within {BODY_SECONDS:.0f} seconds."


async def read_body(receive: "Receive", headers: Mapping[str, str]) -> bytes:
    """Return the whole body. Raises TooLarge as soon as it is too long, Malformed when it does not come."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > limits.BODY_BYTES:
            raise TooLarge(limit=limits.BODY_BYTES)
        return body
    if (
        headers.get("content-length", "0").isdigit()
        and int(headers.get("content-length", "0")) > limits.BODY_BYTES
    ):
        raise TooLarge(limit=limits.BODY_BYTES)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while message.get("more_body", False):
                message = await receive()
                body += message.get("body", b"")
                if len(body) > limits.BODY_BYTES:
                    raise TooLarge(limit=limits.BODY_BYTES)
    except TimeoutError:
        raise Malformed(NOT_ARRIVED) from None
    return body


async def reply(send: "Send", response: Response, correlation_id: str) -> None:
    """Send a response."""
    headers = [
        (b"content-type", response.content_type.encode()),
        (b"content-length", str(len(response.body)).encode()),
        (b"x-correlation-id", correlation_id.encode()),
    ]
    headers += [(name.encode(), value.encode()) for name, value in response.headers.items()]
    if "cache-control" not in response.headers:
        headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
