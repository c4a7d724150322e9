"""From a request to a call and from an answer to a response: the same in every runtime."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.entrypoints.validation import decode_body, decode_query, own
from frontdesk.kernel import limits
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import (
    Conflict,
    Fault,
    FrontdeskError,
    Invalid,
    Malformed,
    MethodNotAllowed,
    MissingScope,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from frontdesk.kernel.http import Answer, Call, Document, Raw, Route
from frontdesk.kernel.kinds import Stored

JSON = "application/json"
PROBLEM = "application/problem+json"
_ETAG = re.compile(r'"(\d{1,18})"', re.ASCII)
_PATH_VALUE = re.compile(r"[\w.:@-]+", re.ASCII)


class Request(msgspec.Struct, frozen=True):
    """One HTTP request. Header names are in lower case."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    correlation_id: str


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer, ready to be sent."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
    content_type: str = JSON


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """What a route takes that takes no query."""


def understand(route: Route, request: Request, caller: Caller) -> Call:
    """Read a request. Raises MissingScope, NotFound, Malformed, UnsupportedMedia, TooLarge, Invalid."""
    if not caller.scopes.issuperset(route.scopes):
        raise MissingScope(needs=[scope for scope in route.scopes if scope not in caller.scopes])
    for value in request.path.values():
        if len(value) > limits.PATH_VALUE_CHARS or not _PATH_VALUE.fullmatch(value):
            raise NotFound
    query = None
    if route.query is not None or request.query:
        type = route.query or _Nothing
        query = decode_query(own(request.query, type) if route.public else request.query, type)
    if route.body is not None:
        body = _body(route, route.body, request)
        key = _key(route, request)
        canonical = msgspec.json.encode((body, request.path), order="deterministic") if key else b""
        return Call(caller, request.path, (body,), request.correlation_id, key, canonical, _if_match(request))
    if request.body:
        raise Invalid((Fault("", "unexpected_body", "This operation takes no body."),))
    arguments = (query,) if route.query is not None else ()
    return Call(caller, request.path, arguments, request.correlation_id, if_match=_if_match(request))


def _body(route: Route, type: type[msgspec.Struct], request: Request) -> Any:
    media = request.headers.get("content-type", "")
    if media != route.takes and media.partition(";")[0].strip().lower() != route.takes:
        raise UnsupportedMedia(accepts=route.takes)
    if len(request.body) > limits.BODY_BYTES:
        raise TooLarge(limit=limits.BODY_BYTES)
    if type is Raw:
        return Raw(request.body, request.headers, media)
    return decode_body(request.body, type)


def _key(route: Route, request: Request) -> str:
    key = request.headers.get("idempotency-key")
    if key is None or not route.takes_key:
        return ""
    if not 1 <= len(key) <= limits.IDEMPOTENCY_KEY_CHARS or not key.isprintable():
        raise Malformed(f"Idempotency-Key takes 1 to {limits.IDEMPOTENCY_KEY_CHARS} printable characters.")
    return key


def _if_match(request: Request) -> int | None:
    wanted = request.headers.get("if-match")
    if wanted is None or wanted == "*":
        return None
    found = _ETAG.fullmatch(wanted)
    if found is None:
        raise Malformed("If-Match takes one ETag as this API gave it.")
    return int(found[1])


def respond(route: Route, answer: Answer) -> Response:
    """Turn what a handler returned into a response."""
    headers: dict[str, str] = {}
    result = answer.result
    if route.kind is not None and isinstance(result, Stored):
        headers["etag"] = f'"{result.version}"'
        if route.location:
            headers["location"] = route.location.replace("{id}", result.id)
    if answer.replayed:
        headers["idempotency-replayed"] = "true"
    told = route.answer(result)
    if isinstance(told, Document):
        return Response(told.status, told.content, {**headers, **told.headers}, told.media)
    return Response(route.status, msgspec.json.encode(told), headers)


def problem(error: FrontdeskError, correlation_id: str) -> Response:
    """Turn an error into RFC 9457 problem+json."""
    headers = {}
    if isinstance(error, Unavailable | TooMany):
        headers["retry-after"] = str(error.retry_after)
    elif isinstance(error, Conflict):
        headers["retry-after"] = "1"
    elif isinstance(error, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    elif isinstance(error, MethodNotAllowed):
        headers["allow"] = ", ".join(error.extra["allowed"])
    body = {
        **error.extra,  # first: what a rule adds cannot stand in the place of a member that RFC 9457 defines
        "type": f"/docs/errors#{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "correlation_id": correlation_id,
    }
    return Response(error.status, msgspec.json.encode(body), headers, PROBLEM)


def bug(correlation_id: str) -> Response:
    """Answer for what nobody anticipated: no detail, but the id under which the log has it."""
    body = {
        "type": "/docs/errors#internal",
        "title": "Something broke on our side. It has been logged.",
        "status": 500,
        "code": "internal",
        "correlation_id": correlation_id,
    }
    return Response(500, msgspec.json.encode(body), {}, PROBLEM)
