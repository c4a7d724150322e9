"""How a command reaches the desk: a stage by its URL, a folder through its server, or opened here if none runs.

Each way it is the same API with the same rules, and the command is a caller like any other: `operator`, with every
scope, and owner of the shops and clinics that it names.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from frontdesk.adapters.embedded.directory import InUseError
from frontdesk.config import Settings
from frontdesk.entrypoints.cli.address import find
from frontdesk.entrypoints.cli.mending import FOUND, MENDABLE, CommandError
from frontdesk.entrypoints.cli.stages import Stage

if TYPE_CHECKING:  # imported only by the commands that connect: `--help` is quick
    import httpx

    from frontdesk.adapters.tokens.tokens import Tokens
    from frontdesk.entrypoints.cli.opened import OpenedDesk

Desk = Settings | Stage  # one on this machine, one on AWS

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
    def client(self) -> httpx.Client:
        """What reaches the desk, for whoever wants to see its answers as they are."""
        return self._client

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
def connect(
    desk: Desk, shops: Collection[str] | None = (), *, clinics: Collection[str] = ()
) -> Iterator[Api]:
    """Give the API of a desk, for `operator`, who is owner of `shops` (None: of every shop) and of `clinics`.

    A running server is used, or the stage. Without one the desk is opened here, and at the end, if all went well, what
    was asked for is seen through: reactions are done before the data is given back. Raises InUseError, FormatError,
    ApiError, CommandError.
    """
    import httpx  # noqa: PLC0415 - as above

    opened, url = _reach(desk)
    try:
        with httpx.Client(
            transport=opened or transport_to(url), base_url=url, timeout=TIMEOUT_SECONDS
        ) as client:
            if shops is None:
                shops = _every_shop(Api(client, OperatorTokens(desk, ()), ()))
            yield Api(client, OperatorTokens(desk, shops, clinics), shops, remote=opened is None)
            if opened is not None:
                opened.settle()
    finally:
        if opened is not None:
            opened.close()


def transport_to(url: str) -> httpx.BaseTransport | None:
    """Return what reaches a URL, None for httpx's own way. Names below `localhost` are this machine (RFC 6761)."""
    import httpx  # noqa: PLC0415 - as above

    if not httpx.URL(url).host.endswith(".localhost"):
        return None
    from frontdesk.entrypoints.cli.loopback import LoopbackNames  # noqa: PLC0415 - an emulator's alone

    return LoopbackNames()


def _reach(desk: Desk) -> tuple[OpenedDesk | None, str]:
    if isinstance(desk, Stage):
        return None, desk.url
    from frontdesk.entrypoints.cli.opened import OpenedDesk  # noqa: PLC0415 - as above

    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        url = find(desk.data)
        if url is not None:
            return None, url
        try:
            return OpenedDesk(desk), "http://desk"
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


def issuer_of(desk: Desk) -> Tokens:
    """Return what issues tokens for a desk: whoever may read its signing key. Raises CommandError."""
    if isinstance(desk, Stage):
        from frontdesk.entrypoints.cli.stage_tokens import tokens  # noqa: PLC0415 - it needs the SDK

        return tokens(desk)
    from frontdesk import bootstrap  # noqa: PLC0415 - as above

    return bootstrap.tokens(desk)


class OperatorTokens:
    """Gives a token that is good for a while yet: a long import outlives one."""

    def __init__(self, desk: Desk, shops: Collection[str], clinics: Collection[str] = ()) -> None:
        from frontdesk import bootstrap  # noqa: PLC0415 - as above
        from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415

        self._given = os.environ.get("FRONTDESK_TOKEN", "") if isinstance(desk, Stage) else ""
        if self._given:
            return  # somebody else's issuer made it, and says what it may do
        self._issuer = issuer_of(desk)
        self._scopes = sorted({scope for s in (*bootstrap.choose(), OPERATIONS) for scope in s.scopes})
        places = [*(f"shop:{shop}" for shop in shops), *(f"clinic:{clinic}" for clinic in clinics)]
        self._grants = dict.fromkeys(places, "owner")
        self._since = 0.0
        self._token = ""

    def __call__(self) -> str:
        """Return the token."""
        if self._given:
            return self._given
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
