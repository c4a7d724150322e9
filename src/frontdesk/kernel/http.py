"""HTTP, as far as services see it: routes as plain data, and the call that a handler answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.kinds import AnyKind


class Route(msgspec.Struct, frozen=True):
    """One operation of the API: `handle(unit, [body or query], **path values)`, then `answer` makes a `returns` of it.

    `kind` is the kind of the record that the path addresses or the request creates: it gives `ETag` and `If-Match`.
    `location` is the path of what was created, with `{id}` for its id. `refusals` are the rules that may say no.
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

    @property
    def takes_key(self) -> bool:
        """Whether `Idempotency-Key` means something here: every POST."""
        return self.method == "POST"


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
