"""HTTP, as far as services see it: routes as plain data, and the call that a handler answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.kinds import AnyKind


class Raw(msgspec.Struct, frozen=True):
    """A body as it came, for a route that reads it by itself: a form, a signed message. Header names in lower case."""

    content: bytes
    headers: Mapping[str, str]
    media: str


class Document(msgspec.Struct, frozen=True):
    """An answer that is sent as it is: a page, a calendar."""

    content: bytes
    media: str
    status: int = 200
    headers: Mapping[str, str] = {}


class Route(msgspec.Struct, frozen=True):
    """One operation of the API: `handle(unit, [body or query], **path values)`, then `answer` makes a `returns` of it.

    `kind` is the kind of the record that the path addresses or the request creates: it gives `ETag` and `If-Match`.
    `location` is the path of what was created, with `{id}` for its id. `refusals` are the rules that may say no.
    `takes` is the media type of a body that is Raw, `gives` of a Document. `public`: no token is looked at, the caller
    is ANYONE and the handler judges; what a query has besides the route's own parameters is passed over.
    """

    method: str
    path: str
    handle: Callable[..., Awaitable[Any]]
    answer: Callable[[Any], msgspec.Struct]
    returns: type[msgspec.Struct]
    summary: str
    scopes: tuple[str, ...]
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    kind: AnyKind | None = None
    status: int = 200
    location: str = ""
    refusals: tuple[type[FrontdeskError], ...] = ()
    description: str = ""
    takes: str = "application/json"
    gives: str = "application/json"
    public: bool = False

    @property
    def takes_key(self) -> bool:
        """Whether `Idempotency-Key` means something here: every POST of somebody who is known."""
        return self.method == "POST" and not self.public


class Call(msgspec.Struct, frozen=True):
    """A request that has been read and checked.

    `arguments` are the decoded body or query, `key` the Idempotency-Key ("" without one), `canonical` the bytes that
    are equal when two requests ask for the same, `if_match` the version that the caller has seen.
    """

    caller: Caller
    path: Mapping[str, str]
    arguments: tuple[Any, ...]
    correlation_id: str
    key: str = ""
    canonical: bytes = b""
    if_match: int | None = None


class Answer(msgspec.Struct, frozen=True):
    """What a handler returned, and whether it had already been done before this call."""

    result: Any
    replayed: bool = False
