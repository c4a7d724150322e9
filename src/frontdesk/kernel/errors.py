"""Errors, named for the caller's next move. The classes are the table: code, HTTP status, what a queue does.

No message quotes what the caller sent: it may be personal, and errors reach logs.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

import msgspec


class OnQueue(StrEnum):
    """What becomes of a message whose reaction raised this."""

    ACKNOWLEDGE = "acknowledge"
    RERUN = "rerun"
    RETRY = "retry"


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with a body: where (RFC 6901 pointer), a stable code, what to do."""

    pointer: str
    code: str
    message: str


class FrontdeskError(Exception):
    """What every anticipated error is. `code` is part of the API and never changes its meaning."""

    code: ClassVar[str]
    status: ClassVar[int]
    on_queue: ClassVar[OnQueue] = OnQueue.RETRY
    title: ClassVar[str]

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extra: Mapping[str, Any] = extra


class Malformed(FrontdeskError):
    """The body is no JSON text, or a header cannot be read: mend the client."""

    code, status, title = "malformed", 400, "The request cannot be read."


class Unauthenticated(FrontdeskError):
    """No token, or one that is expired, forged or not for this desk: get a fresh one."""

    code, status, title = "unauthenticated", 401, "A valid access token is needed."


class MissingScope(FrontdeskError):
    """The token is good but does not reach this far: ask for the scope named in `needs`."""

    code, status, title = "missing_scope", 403, "The token lacks a scope that this needs."


class NotFound(FrontdeskError):
    """Not there, or not the caller's: the two are told apart to nobody."""

    code, status, title = "not_found", 404, "There is no such thing here."
    on_queue = OnQueue.ACKNOWLEDGE


class MethodNotAllowed(FrontdeskError):
    """The path exists, the method does not: see `Allow`."""

    code, status, title = "method_not_allowed", 405, "This path does not know that method."


class Rejected(FrontdeskError):
    """A rule said no. Subclasses are named for the fact; their code is their name in snake case."""

    code, status, title = "rejected", 409, "A rule of the business forbids this."
    on_queue = OnQueue.ACKNOWLEDGE

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        cls.title = " ".join((cls.__doc__ or cls.__name__).split("\n\n")[0].split())


class ClaimTaken(Rejected):
    """Somebody else holds what this wanted."""

    on_queue = OnQueue.RETRY  # a reaction that has no answer to this must be seen, not dropped

    def __init__(self, key: str, owner: str) -> None:
        super().__init__()
        self.key = key
        self.owner = owner


class CounterRefused(Rejected):
    """There is not that much left, or no room for more."""

    on_queue = OnQueue.RETRY  # as above

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__()
        self.keys = keys


class Conflict(FrontdeskError):
    """Another writer saved first: read again, decide again. The bus re-runs the handler by itself."""

    code, status, title = "conflict", 409, "Somebody else changed this at the same moment. Send it again."
    on_queue = OnQueue.RERUN


class Stale(FrontdeskError):
    """`If-Match` names a version that is no longer the newest: read again, then decide."""

    code, status, title = "stale", 412, "This has changed since it was read."


class TooLarge(FrontdeskError):
    """More than a stated limit: send less at once."""

    code, status, title = "too_large", 413, "This is larger than one request may be."


class UnsupportedMedia(FrontdeskError):
    """The body is not of a type that this takes: send it as `accepts` says, mostly `application/json`."""

    code, status, title = "unsupported_media_type", 415, "This does not take a body of that type."


class Invalid(FrontdeskError):
    """The body breaks its schema or a rule between fields; `faults` names every faulty field at once."""

    code, status, title = "invalid", 422, "Some fields are not valid; see errors."

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(errors=faults)
        self.faults = faults


class KeyReused(FrontdeskError):
    """The Idempotency-Key came before with another body: use a new key for a new request."""

    code, status, title = "key_reused", 422, "This Idempotency-Key was used with another body."


class TooMany(FrontdeskError):
    """Wait `retry_after` seconds, then go slower."""

    code, status, title = "too_many", 429, "Too many requests."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Unavailable(FrontdeskError):
    """Busy, or a dependency is down; the outcome may be unknown. Repeat with the same key after `retry_after` s."""

    code, status, title = "unavailable", 503, "Busy just now. Send it again with the same Idempotency-Key."

    def __init__(self, detail: str = "", retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


TABLE: tuple[type[FrontdeskError], ...] = tuple(FrontdeskError.__subclasses__())
"""Every class above, in the order of the caller's ways out; a service's own refusals are subclasses of Rejected."""
