"""From a request to a call, from an answer to a response, from an error to a problem."""

from typing import Any

import msgspec
import pytest

from frontdesk.entrypoints.api import PROBLEM, Request, bug, problem, respond, understand
from frontdesk.kernel import limits
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import (
    TABLE,
    Conflict,
    Fault,
    FrontdeskError,
    Invalid,
    Malformed,
    MethodNotAllowed,
    MissingScope,
    NotFound,
    Rejected,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.unit import Unit


class Jar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A jar."""

    sweets: int = 0
    labels: dict[str, str] = {}


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which jars."""

    limit: int = 20


class Full(Rejected):
    """The jar is full."""


JARS = Kind("jar", Jar)
ANA = Caller("usr_ana", frozenset({"jars:read", "jars:write"}))
JSON_TYPE = {"content-type": "application/json"}


async def handle(unit: Unit, *_: object, **__: str) -> Any:
    """Do nothing."""


def route(method: str = "POST", **changes: Any) -> Route:
    """Return a route that makes a jar."""
    usual: dict[str, Any] = {"body": Jar if method in {"POST", "PUT"} else None, "kind": JARS}
    return Route(
        method, "/jars", handle, lambda stored: stored.value, Jar, "", ("jars:write",), **(usual | changes)
    )


def read(
    route: Route,
    body: bytes = b"",
    *,
    headers: dict[str, str] | None = None,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    caller: Caller = ANA,
) -> Call:
    """Read a request."""
    sent = (JSON_TYPE if body else {}) | (headers or {})
    return understand(route, Request(path or {}, query or {}, sent, body, "req_1"), caller)


def test_a_request_becomes_a_call() -> None:
    call = read(
        route(), b'{"sweets":3}', path={"id": "jar_1"}, headers={"idempotency-key": "k", "if-match": '"7"'}
    )
    assert (call.arguments, call.path, call.key, call.if_match) == ((Jar(3),), {"id": "jar_1"}, "k", 7)
    assert call.correlation_id == "req_1"
    assert read(route("GET", query=Which), query={"limit": "3"}).arguments == (Which(3),)
    assert read(route("GET")).arguments == ()


def test_all_scopes_are_needed_and_the_missing_ones_are_named() -> None:
    with pytest.raises(MissingScope) as refused:
        read(route(), b"{}", caller=Caller("usr_ben", frozenset({"jars:read"})))
    assert refused.value.extra == {"needs": ["jars:write"]}


@pytest.mark.parametrize(
    "value", ["", "a b", "a\n", "\na", "a%", "é", "a/b", "x" * (limits.PATH_VALUE_CHARS + 1)]
)
def test_a_path_value_that_can_be_no_id_is_not_found(value: str) -> None:
    with pytest.raises(NotFound):
        read(route("GET"), path={"id": value})


def test_a_path_value_may_be_as_long_as_it_may_be() -> None:
    value = "a:b@c.d-e_" + "x" * (limits.PATH_VALUE_CHARS - 10)
    assert read(route("GET"), path={"id": value}).path == {"id": value}


@pytest.mark.parametrize(
    "media", ["", "text/plain", "application/xml", "application/jsonx", "application/json-patch+json"]
)
def test_a_body_must_be_declared_as_json(media: str) -> None:
    with pytest.raises(UnsupportedMedia):
        read(route(), b"{}", headers={"content-type": media})


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"]
)
def test_json_may_be_spelt_in_several_ways(media: str) -> None:
    assert read(route(), b"{}", headers={"content-type": media}).arguments == (Jar(),)


def test_a_body_is_bounded() -> None:
    room = limits.BODY_BYTES - len(b'{"sweets":1}')
    read(route(), b'{"sweets":1}' + b" " * room)
    with pytest.raises(TooLarge):
        read(route(), b'{"sweets":1}' + b" " * (room + 1))


def test_a_body_where_none_belongs_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read(route("GET"), b"{}")
    assert refused.value.faults[0].code == "unexpected_body"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_query_where_none_belongs_is_refused(method: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(route(method), b"{}" if method == "POST" else b"", query={"limit": "1"})
    assert [fault.pointer for fault in refused.value.faults] == ["/limit"]


@pytest.mark.parametrize("key", ["", "x" * (limits.IDEMPOTENCY_KEY_CHARS + 1), "a\x1fb", "a\tb", "\x00"])
def test_a_key_that_cannot_be_one_is_malformed(key: str) -> None:
    with pytest.raises(Malformed):
        read(route(), b"{}", headers={"idempotency-key": key})


def test_a_key_may_be_as_long_as_it_may_be_and_counts_on_post_alone() -> None:
    key = "x" * limits.IDEMPOTENCY_KEY_CHARS
    assert read(route(), b"{}", headers={"idempotency-key": key}).key == key
    assert read(route("PUT"), b"{}", headers={"idempotency-key": key}).key == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b'{"sweets":3}', b' { "sweets" : 3 , "labels" : {} } ', True),
        (b'{"labels":{"a":"1","b":"2"}}', b'{"labels":{"b":"2","a":"1"}}', True),
        (b'{"labels":{"a":"\\u00e9"}}', '{"labels":{"a":"é"}}'.encode(), True),
        (b'{"sweets":3}', b'{"sweets":4}', False),
        (b'{"labels":{"a":"1"}}', b'{"labels":{"a":"2"}}', False),
    ],
)
def test_two_bodies_that_ask_for_the_same_are_the_same(one: bytes, other: bytes, *, same: bool) -> None:
    first, second = (read(route(), body, headers={"idempotency-key": "k"}) for body in (one, other))
    assert (first.canonical == second.canonical) is same


def test_the_same_body_for_another_record_is_another_request() -> None:
    first, second = (
        read(route(), b"{}", path={"id": id}, headers={"idempotency-key": "k"}) for id in ("jar_1", "jar_2")
    )
    assert first.canonical != second.canonical


@pytest.mark.parametrize(("given", "version"), [('"1"', 1), ('"' + "9" * 18 + '"', 10**18 - 1), ("*", None)])
def test_if_match_takes_one_etag(given: str, version: int | None) -> None:
    assert read(route(), b"{}", headers={"if-match": given}).if_match == version


@pytest.mark.parametrize(
    "given", ["", "1", '"', '""', '"-1"', '"1', 'W/"1"', '"1", "2"', '"x"', '"²"', '"' + "9" * 19 + '"']
)
def test_any_other_if_match_is_malformed(given: str) -> None:
    with pytest.raises(Malformed):
        read(route(), b"{}", headers={"if-match": given})


def test_an_answer_carries_version_place_and_whether_it_is_a_repeat() -> None:
    stored = JARS.new("jar_1", Jar(3))
    made = respond(route(status=201, location="/jars/{id}"), Answer(stored))
    assert (made.status, made.body) == (201, b'{"sweets":3,"labels":{}}')
    assert made.headers == {"etag": '"1"', "location": "/jars/jar_1"}
    again = respond(route(), Answer(stored.changed(Jar(4)), replayed=True))
    assert again.headers == {"etag": '"2"', "idempotency-replayed": "true"}


def of(error: FrontdeskError) -> dict[str, Any]:
    """Return the members of a problem."""
    response = problem(error, "req_1")
    assert response.content_type == PROBLEM
    found: dict[str, Any] = msgspec.json.decode(response.body)
    assert found["status"] == response.status == error.status
    return found


SIMPLE = [error for error in TABLE if error not in {Invalid, TooMany, MethodNotAllowed}]


@pytest.mark.parametrize("error", [Full, *SIMPLE])
def test_every_error_is_a_problem_with_its_code(error: type[FrontdeskError]) -> None:
    found = of(error())
    assert (found["code"], found["title"]) == (error.code, error.title)
    assert found["type"] == f"/docs/errors#{error.code}"
    assert found["correlation_id"] == "req_1"


def test_a_problem_says_what_a_client_needs_to_go_on() -> None:
    assert problem(Unavailable(retry_after=3), "").headers == {"retry-after": "3"}
    assert problem(TooMany(retry_after=9), "").headers == {"retry-after": "9"}
    assert problem(Conflict(), "").headers == {"retry-after": "1"}
    assert problem(Unauthenticated(), "").headers == {"www-authenticate": "Bearer"}
    assert problem(MethodNotAllowed(allowed=["GET", "PUT"]), "").headers == {"allow": "GET, PUT"}
    fault = Fault("/sweets", "too_small", "Must be at least 1.")
    assert of(Invalid((fault,)))["errors"] == [msgspec.to_builtins(fault)]


def test_what_a_rule_adds_is_told_but_replaces_no_member() -> None:
    found = of(Full(room=3, status="CANCELLED", code="x", title="x", correlation_id="x"))
    assert (found["room"], found["status"], found["code"], found["title"]) == (
        3,
        409,
        "full",
        "The jar is full.",
    )
    assert found["correlation_id"] == "req_1"


def test_our_own_bugs_are_answered_without_detail() -> None:
    response = bug("req_1")
    assert (response.status, response.content_type) == (500, PROBLEM)
    assert sorted(msgspec.json.decode(response.body)) == ["code", "correlation_id", "status", "title", "type"]
