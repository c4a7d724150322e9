"""How a command reaches the desk: through the server that has the data, or by opening the data itself if none runs.

Either way it is the same API with the same rules, and the command is a caller like any other: `operator`, with every
scope, and owner of the shops that it names.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from frontdesk.adapters.embedded.directory import InUseError
from frontdesk.entrypoints.cli.address import find
from frontdesk.entrypoints.cli.mending import FOUND, MENDABLE, CommandError

if TYPE_CHECKING:  # imported only by the commands that connect: `--help` is quick
    import httpx

    from frontdesk.config import Settings

OPERATOR = "operator"
WAIT_SECONDS = 10.0  # for somebody who starts, stops or is only a command too
WAIT_STEP_SECONDS = 0.1
TIMEOUT_SECONDS = 30.0  # of one request
TRIES = 5  # of one request that is answered with Retry-After
LONGEST_PAUSE_SECONDS = 5  # a longer Retry-After is the caller's to hear
TOKEN_KEPT_SECONDS = 30 * 60.0  # half of its life
PAGE = 100
SHOPS = 50  # that one token can name
SERVER_ERRORS = 500


class ApiError(CommandError):
    """The desk said no, or could not answer: `status`, `code`, and the whole problem document."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        faults = [f"  {fault['pointer']}: {fault['message']}" for fault in problem.get("errors", ())]
        said = problem.get("detail") or problem.get("title") or f"The desk answered {status}."
        super().__init__(
            "\n".join([said, *faults]), exit_status=MENDABLE if status < SERVER_ERRORS else FOUND
        )
        self.status = status
        self.code: str = problem.get("code", "")
        self.problem = problem


class Api:
    """The desk's API. Every request may be repeated and is, when the desk is busy. Safe to use from many threads."""

    def __init__(
        self, client: httpx.Client, token: Callable[[], str], shops: Collection[str], *, remote: bool = True
    ) -> None:
        self._client = client
        self._token = token
        self.shops = tuple(shops)  # whose owner we are
        self.remote = remote  # whether a running server answers

    @property
    def url(self) -> str:
        """Where the desk is reached."""
        return str(self._client.base_url)

    def get(self, path: str, **query: object) -> Any:
        """Return what is there. A query value of None is left out. Raises ApiError."""
        return self._ask("GET", path, query=query)

    def pages(self, path: str, **query: object) -> Iterator[Any]:
        """Give every item of a list, page by page. Raises ApiError."""
        cursor: str | None = None
        while True:
            page = self.get(path, **({"limit": PAGE} | query), cursor=cursor)
            yield from page["items"]
            cursor = page.get("cursor")
            if not cursor:
                return

    def post(self, path: str, body: object = None, *, key: str = "") -> Any:
        """Do something once. `key` makes it the same something in a later run of the command. Raises ApiError."""
        return self._ask("POST", path, body=body, headers={"idempotency-key": key or secrets.token_hex(16)})

    def put(self, path: str, body: object) -> Any:
        """Make something so. Raises ApiError."""
        return self._ask("PUT", path, body=body)

    def delete(self, path: str) -> Any:
        """Take something away. Raises ApiError."""
        return self._ask("DELETE", path)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        sent = {"authorization": f"Bearer {self._token()}", **(headers or {})}
        content = None
        if body is not None:
            sent["content-type"] = "application/json"
            content = msgspec.json.encode(body)
        parameters = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        response = self._send(method, path, params=parameters, content=content, headers=sent)
        if not response.is_success:
            raise ApiError(response.status_code, _problem(response))
        return msgspec.json.decode(response.content) if response.content else None

    def _send(self, method: str, path: str, **parts: Any) -> httpx.Response:
        for _ in range(TRIES - 1):
            response = self._once(method, path, **parts)
            pause = response.headers.get("retry-after", "")
            if not pause.isdigit() or int(pause) > LONGEST_PAUSE_SECONDS:
                return response
            time.sleep(int(pause))
        return self._once(method, path, **parts)

    def _once(self, method: str, path: str, **parts: Any) -> httpx.Response:
        import httpx  # noqa: PLC0415 - as above

        try:
            return self._client.request(method, path, **parts)
        except httpx.TransportError as error:
            raise CommandError(
                f"The desk at {self.url} does not answer: {type(error).__name__}.", exit_status=FOUND
            ) from None


@contextmanager
def connect(settings: Settings, shops: Collection[str] | None = ()) -> Iterator[Api]:
    """Give the API of the desk with this data, for `operator`, who is owner of `shops` (None: of every shop).

    A running server is used. Without one the desk is opened here, and at the end, if all went well, what was asked for
    is seen through: reactions are done before the data is given back. Raises InUseError, FormatError, ApiError.
    """
    import httpx  # noqa: PLC0415 - as above

    transport, url = _reach(settings)
    try:
        with httpx.Client(transport=transport, base_url=url, timeout=TIMEOUT_SECONDS) as client:
            if shops is None:
                shops = _every_shop(Api(client, OperatorTokens(settings, ()), ()))
            yield Api(client, OperatorTokens(settings, shops), shops, remote=transport is None)
            if transport is not None:
                transport.settle()
    finally:
        if transport is not None:
            transport.close()


def _reach(settings: Settings) -> tuple[Any, str]:
    from frontdesk.entrypoints.cli.opened import OpenedDesk  # noqa: PLC0415 - as above

    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        url = find(settings.data)
        if url is not None:
            return None, url
        try:
            return OpenedDesk(settings), "http://desk"
        except InUseError:
            if time.monotonic() > deadline:
                raise
        time.sleep(WAIT_STEP_SECONDS)


def _every_shop(api: Api) -> tuple[str, ...]:
    try:
        found = tuple(shop["shop_id"] for shop in islice(api.pages("/shops"), SHOPS + 1))
    except ApiError as error:
        if error.code != "not_found":
            raise
        raise CommandError("This desk cannot list its shops. Name one with --shop.") from None
    if len(found) > SHOPS:
        raise CommandError(f"There are more than {SHOPS} shops. Name one with --shop.")
    return found


class OperatorTokens:
    """Gives a token that is good for a while yet: a long import outlives one."""

    def __init__(self, settings: Settings, shops: Collection[str]) -> None:
        from frontdesk import bootstrap  # noqa: PLC0415 - as above
        from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415

        self._issuer = bootstrap.tokens(settings)
        self._scopes = sorted({scope for s in (*bootstrap.choose(), OPERATIONS) for scope in s.scopes})
        self._grants = {f"shop:{shop}": "owner" for shop in shops}
        self._since = 0.0
        self._token = ""

    def __call__(self) -> str:
        """Return the token."""
        if not self._token or time.monotonic() - self._since > TOKEN_KEPT_SECONDS:
            self._since = time.monotonic()
            self._token = self._issuer.issue(OPERATOR, self._scopes, self._grants)
        return self._token


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
