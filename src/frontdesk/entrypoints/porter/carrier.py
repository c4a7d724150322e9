"""The porter's own side: an ASGI application that asks the desk."""

import asyncio
import itertools
from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from frontdesk.entrypoints.api import problem
from frontdesk.entrypoints.http import read_body, reply
from frontdesk.entrypoints.porter.frames import Ask, Line, Reply
from frontdesk.kernel.errors import FrontdeskError


class Carrier:
    """Carries requests to the desk and answers back. Not to be called before `line` is set."""

    def __init__(self) -> None:
        self.line: Line | None = None
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._numbers = itertools.count()

    def heard(self, answer: Reply) -> None:
        """Hand an answer to whoever waits for it; its client may have gone."""
        waiting = self._waiting.pop(answer.number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        assert self.line is not None  # noqa: S101 - set before the server is started
        headers = scope["headers"]
        try:
            body = await read_body(receive, _length(headers))
        except FrontdeskError as error:  # too large, or it never came: the desk need not hear of it
            await reply(send, problem(error, ""), "")
            return
        number = next(self._numbers)
        client = scope.get("client")
        answered = self._waiting[number] = self._loop.create_future()
        self.line.say(
            Ask(
                number,
                scope["method"],
                scope["path"],
                scope["raw_path"],
                scope["query_string"],
                headers,
                client[0] if client else "",
                body,
            )
        )
        try:
            answer = await answered
        finally:
            self._waiting.pop(number, None)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})


def _length(headers: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return what reading a body asks for: how long it says that it is."""
    found = [value for name, value in headers if name == b"content-length"]
    return {"content-length": found[0].decode("latin-1")} if found else {}
