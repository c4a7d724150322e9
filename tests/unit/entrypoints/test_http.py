"""The way in over ASGI: whatever comes, one answer, and no word of what went wrong inside."""

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from starlette.types import Message

from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.entrypoints import asgi
from frontdesk.entrypoints.http import Desk, front
from frontdesk.entrypoints.reading import QUERY_PARAMETERS
from frontdesk.entrypoints.throttle import FAILURES, Failures
from frontdesk.kernel import limits
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Unauthenticated
from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.services import Service
from frontdesk.kernel.unit import Unit
from tests.unit.driver import START

SECRET = "ana@example.org"


class Jar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A jar."""

    sweets: int = 0


JARS = Kind("jar", Jar)


async def make(unit: Unit, jar: Jar) -> Stored[Jar]:
    """Make a jar; one of 13 sweets breaks."""
    if jar.sweets == 13:
        raise ZeroDivisionError(SECRET)
    return await unit.commit(JARS.new(unit.new_id("jar"), jar))


async def look(unit: Unit, id: str) -> Stored[Jar]:
    """Return a jar."""
    return await unit.get(JARS, id)


class OneToken:
    """Verifies one token."""

    def verify(self, token: str) -> Caller:
        """See tokens.Tokens."""
        if token != "good":
            raise Unauthenticated
        return Caller("usr_ana", frozenset({"jars"}))


class Answered(msgspec.Struct):
    """What a client sees."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as plain data."""
        return json.loads(self.body)


class Client:
    """Sends requests to a desk in memory."""

    def __init__(self) -> None:
        bus = Bus(FixedClock(START), SeededChance(1))
        tokens: Any = OneToken()
        common: dict[str, Any] = {
            "answer": lambda stored: stored.value,
            "returns": Jar,
            "scopes": ("jars",),
            "kind": JARS,
        }
        service = Service(
            "jars",
            routes=(
                Route(
                    "POST", "/jars", make, summary="", body=Jar, status=201, location="/jars/{id}", **common
                ),
                Route("GET", "/jars/{id}", look, summary="", **common),
                Route("GET", "/jars/{id}/lid", look, summary="", **common),
            ),
        )
        desk = Desk(bus, tokens, Failures())
        self.requests = desk.requests
        self._app = front(desk, [service], MemoryStore(bus.clock), [])

    def send(
        self,
        line: str,
        parts: Sequence[bytes] = (),
        *,
        token: str = "good",
        query: bytes = b"",
        **headers: str,
    ) -> Answered:
        """Send a request whose body comes in parts."""
        method, path = line.split()
        sent = {"authorization": f"Bearer {token}", "content-type": "application/json"} | headers
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query,
            "headers": [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in sent.items()],
            "client": ("192.0.2.1", 5),
        }
        coming = [
            {"type": "http.request", "body": part, "more_body": n + 1 < len(parts)}
            for n, part in enumerate(parts)
        ] or [{"type": "http.request"}]
        return asyncio.run(self._ask(scope, coming))

    async def _ask(self, scope: dict[str, Any], coming: list[dict[str, Any]]) -> Answered:
        sent: list[Message] = []

        async def receive() -> Message:
            if not coming:
                await asyncio.sleep(60)
            return coming.pop(0)

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start, body = sent
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        assert headers["content-length"] == str(len(body["body"]))
        return Answered(start["status"], headers, body["body"])


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_request_is_answered_with_its_version_its_place_and_a_correlation_id(client: Client) -> None:
    made = client.send("POST /jars", [b'{"sweets":3}'], x_correlation_id="abc-1_2")
    assert (made.status, made.json(), made.headers["etag"]) == (201, {"sweets": 3}, '"1"')
    assert made.headers["x-correlation-id"] == "abc-1_2"
    assert made.headers["cache-control"] == "no-store"
    found = client.send(f"GET {made.headers['location']}")
    assert (found.status, found.json()) == (200, {"sweets": 3})
    assert found.headers["x-correlation-id"].startswith("req_")


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "é", "<script>", "--"])
def test_a_correlation_id_that_could_do_harm_is_replaced(client: Client, given: str) -> None:
    assert client.send("GET /jars/a", x_correlation_id=given).headers["x-correlation-id"].startswith("req_")


def test_a_body_in_parts_is_one_body(client: Client) -> None:
    assert client.send("POST /jars", [b'{"swe', b"", b'ets":3}']).json() == {"sweets": 3}


def test_a_body_is_refused_as_soon_as_it_is_too_long(client: Client) -> None:
    part = b" " * (limits.BODY_BYTES // 2 + 1)
    unending = [part] * 1_000
    assert client.send("POST /jars", unending).status == 413
    assert client.send("POST /jars", [part * 2]).status == 413
    assert client.send("POST /jars", [b"{", b"}"], content_length=str(limits.BODY_BYTES + 1)).status == 413


def test_a_body_that_stops_coming_is_not_waited_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "BODY_SECONDS", 0.05)
    answer = client._ask(  # noqa: SLF001 - a body without its end
        {
            "type": "http",
            "method": "POST",
            "path": "/jars",
            "query_string": b"",
            "headers": [(b"authorization", b"Bearer good"), (b"content-type", b"application/json")],
        },
        [{"type": "http.request", "body": b"{", "more_body": True}],
    )
    assert asyncio.run(answer).json()["code"] == "malformed"


@pytest.mark.parametrize(
    "query", [b"a=1&a=2", b"a=%ff", b"\xff=1", b"&".join(b"a%d=1" % n for n in range(QUERY_PARAMETERS + 1))]
)
def test_a_query_that_cannot_be_read_is_malformed(client: Client, query: bytes) -> None:
    assert client.send("GET /jars/a", query=query).json()["code"] == "malformed"


def test_an_unknown_parameter_is_named(client: Client) -> None:
    answer = client.send("GET /jars/a", query=b"colour=red")
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/colour")


def test_a_path_that_does_not_exist_and_a_method_that_it_does_not_know(client: Client) -> None:
    assert client.send("GET /tins").json()["code"] == "not_found"
    refused = client.send("DELETE /jars/a")
    assert (refused.status, refused.headers["allow"]) == (405, "GET")


def test_a_path_is_found_whether_it_ends_with_its_parameter_or_goes_on_after_it(client: Client) -> None:
    made = client.send("POST /jars", [b'{"sweets": 3}'])
    place = made.headers["location"]
    for path in (place, f"{place}/lid"):
        assert client.send(f"GET {path}").json() == {"sweets": 3}
        assert client.requests.operation("GET", path.replace(place, "/jars/{id}")).statuses == {200: 1}
    for path in ("/jars/", "/", "//", f"{place}/", f"{place}/label", f"{place}/lid/"):
        assert client.send(f"GET {path}").status == 404


@pytest.mark.parametrize("given", ["", "good", "Basic good", "Bearer", "Bearer bad", "bearer  good"])
def test_without_a_good_token_nothing_is_said(client: Client, given: str) -> None:
    answer = client.send("POST /jars", [b"not read"], authorization=given)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_the_word_bearer_may_be_written_small(client: Client) -> None:
    assert client.send("POST /jars", [b"{}"], authorization="bearer good").status == 201


def test_who_guesses_is_slowed_down_and_who_has_a_token_is_not(client: Client) -> None:
    answers = [client.send("GET /jars/a", token="bad").status for _ in range(FAILURES + 2)]
    assert answers == [401] * FAILURES + [429] * 2
    assert client.send("POST /jars", [b"{}"]).status == 201


def test_a_bug_is_told_to_the_log_by_its_frames_and_to_nobody_else(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.send("POST /jars", [b'{"sweets":13}'], x_correlation_id="abc")
    assert (answer.status, answer.json()["code"]) == (500, "internal")
    assert SECRET not in answer.body.decode()
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert vars(record)["correlation_id"] == "abc"


def test_a_refusal_is_logged_without_what_was_sent(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client.send("POST /jars", [json.dumps({"sweets": SECRET, SECRET: 1}).encode()])
    (record,) = [record for record in caplog.records if record.name.startswith("frontdesk")]
    assert (vars(record)["code"], vars(record)["path"]) == ("invalid", "/jars")
    assert SECRET not in str(vars(record))
