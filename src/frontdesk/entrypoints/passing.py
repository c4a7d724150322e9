"""Requests that a worker leaves to the desk: whole ones go there, whole answers come back."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontdesk.adapters.embedded.worker_frames import Answered, Asked, Passed
from frontdesk.entrypoints.api import bug, problem
from frontdesk.entrypoints.asgi import NOT_ARRIVED, read_body, reply
from frontdesk.kernel import limits
from frontdesk.kernel.errors import Malformed, TooLarge, Unavailable

_log = logging.getLogger(__name__)

Ask = Callable[[Passed], Awaitable[Answered]]


class PassedOn:
    """An ASGI application in a worker: the desk answers."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        try:
            answered = await self._ask(await _passed(scope, receive))
        except Unavailable as gone:  # the desk
            await reply(send, problem(gone, ""), "")
            return
        await send({"type": "http.response.start", "status": answered.status, "headers": answered.headers})
        await send({"type": "http.response.body", "body": answered.body})


async def answer_passed(app: ASGIApp, asked: Asked) -> Answered:
    """Have the desk's application answer a request that its worker has left to it."""
    said: list[Message] = []

    async def receive() -> Message:
        match asked.request.fault:
            case TooLarge.code:
                raise TooLarge(limit=limits.BODY_BYTES)
            case Malformed.code:
                raise Malformed(NOT_ARRIVED)
        return {"type": "http.request", "body": asked.request.body, "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    try:
        await app(_scope(asked.request), receive, send)
    except Exception:  # noqa: BLE001 - our bug, in what has no answer for it of its own
        _log.exception("unforeseen error")
        said.clear()
        await reply(send, bug(""), "")
    head, *body = said
    return Answered(
        asked.n, head["status"], list(head["headers"]), b"".join([part.get("body", b"") for part in body])
    )


def _scope(request: Passed) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": None,
        "client": (request.address, 0) if request.address else None,
        "scheme": "http",
        "method": request.method,
        "root_path": "",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query,
        "headers": request.headers,
    }


async def _passed(scope: Scope, receive: Receive) -> Passed:
    """Read a request. Whether it has a body that may be read at all is the desk's to say, who may not even look."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body, fault = b"", ""
    try:
        body = await read_body(receive, headers)
    except (TooLarge, Malformed) as error:
        fault = error.code
    address = (scope.get("client") or ("",))[0]
    query = scope["query_string"]
    return Passed(scope["method"], scope["path"], query, list(scope["headers"]), address, body, fault)
