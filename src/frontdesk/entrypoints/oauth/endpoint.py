"""An ASGI endpoint around a function from a visit to a response. A GET changes nothing, so only POST has a form."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from frontdesk.entrypoints.api import Response
from frontdesk.entrypoints.asgi import read_body, reply
from frontdesk.entrypoints.oauth.visits import Door, Visit, check_form, read_cookies, read_fields
from frontdesk.kernel.errors import FrontdeskError, MethodNotAllowed, TooMany, Unavailable

if TYPE_CHECKING:  # see `asgi`
    from starlette.types import Receive, Scope, Send

_log = logging.getLogger(__name__)

Answer = Callable[[Visit], Awaitable[Response]]
Apology = Callable[[FrontdeskError, Mapping[str, str]], Response]
_BROKEN = Unavailable("Something broke on our side. It has been logged.")
_OUR_BUG = 500


class OAuthEndpoint:
    """Answers of one path by method. `apology` turns errors into what callers of this path can read."""

    def __init__(self, door: Door, answers: Mapping[str, Answer], apology: Apology) -> None:
        self._door = door
        self._answers = answers
        self._apology = apology

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """See ASGI."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        correlation_id = f"req_{self._door.bus.chance.bytes(12).hex()}"
        try:
            response = await self._answer(scope, receive, headers, correlation_id)
        except FrontdeskError as error:
            _log.info("refused", extra={"correlation_id": correlation_id, "code": error.code})
            response = self._apologise(error, headers)
        except Exception:  # noqa: BLE001 - our bug: answered without detail, logged with its frames
            _log.exception("unforeseen error", extra={"correlation_id": correlation_id})
            response = replace(self._apology(_BROKEN, headers), status=_OUR_BUG)
        await reply(send, response, correlation_id)

    async def _answer(
        self, scope: "Scope", receive: "Receive", headers: Mapping[str, str], correlation_id: str
    ) -> Response:
        answer = self._answers.get(scope["method"])
        if answer is None:
            raise MethodNotAllowed(allowed=sorted(self._answers))
        text = scope["query_string"]
        if scope["method"] == "POST":
            text = await read_body(receive, headers)
            check_form(text, headers)
        client = scope.get("client")
        cookies = read_cookies(headers.get("cookie", ""))
        return await answer(
            Visit(read_fields(text), headers, cookies, client[0] if client else "", correlation_id)
        )

    def _apologise(self, error: FrontdeskError, headers: Mapping[str, str]) -> Response:
        found = self._apology(error, headers)
        more = dict(found.headers)
        if isinstance(error, TooMany | Unavailable):
            more["retry-after"] = str(error.retry_after)
        if isinstance(error, MethodNotAllowed):
            more["allow"] = ", ".join(error.extra["allowed"])
        return Response(error.status, found.body, more, found.content_type)
