"""What a worker leaves to its desk: whole requests go there, whole answers come back, and each is counted once."""

import asyncio
from typing import Any

import msgspec
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route as Page
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontdesk.adapters.embedded.figures import SECONDS, Histogram
from frontdesk.adapters.embedded.worker_frames import Answered, Asked, Passed, Tally
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.entrypoints.asgi import read_body
from frontdesk.entrypoints.http import Desk, Elsewhere, front
from frontdesk.entrypoints.passing import PassedOn, answer_passed
from frontdesk.entrypoints.requests import Requests
from frontdesk.entrypoints.throttle import Failures
from frontdesk.kernel import limits
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Service
from frontdesk.kernel.unit import Unit
from tests.unit.driver import START
from tests.unit.entrypoints.test_http import JARS, Jar, OneToken

REQUEST = Passed(
    "POST", "/a b", b"c=d", [(b"content-type", b"text/plain"), (b"x-a", b"1")], "192.0.2.1", b"body"
)


async def ask(
    app: ASGIApp, line: str, body: bytes = b"", *, address: str = "192.0.2.1", query: bytes = b""
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return what an application answers."""
    method, path = line.split(" ", 1)
    said: list[Message] = []
    coming = [{"type": "http.request", "body": body[:2], "more_body": True}]
    coming.append({"type": "http.request", "body": body[2:], "more_body": False})

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        said.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": [(b"authorization", b"Bearer good"), (b"content-type", b"application/json")],
        "client": (address, 5) if address else None,
    }
    await app(scope, receive, send)
    start, content = said
    return start["status"], dict(start["headers"]), content["body"]


async def look(unit: Unit, id: str) -> Any:
    """Return a jar."""
    return await unit.get(JARS, id)


def service(name: str, *paths: str) -> Service:
    """Return a service whose paths are looked at."""
    common: dict[str, Any] = {"answer": lambda stored: stored.value, "returns": Jar, "kind": JARS}
    return Service(
        name,
        routes=tuple(Route("GET", path, look, summary="", scopes=("jars",), **common) for path in paths),
    )


class AtTheDesk:
    """Answers for the desk."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        await PlainTextResponse(f"desk {scope['path']}")(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/jars/j1", "worker"),
        ("/jars/j1/lid", "worker"),
        ("/letters/l1", "desk"),
        ("/letters/l1/lid", "desk"),
        ("/both", "desk"),
        ("/health", "desk"),
        ("/made/up", "desk"),
        ("/", "desk"),
    ],
)
def test_a_worker_leaves_services_and_every_other_path_to_the_desk(path: str, where: str) -> None:
    bus = Bus(FixedClock(START), SeededChance(1))
    tokens: Any = OneToken()
    desk = Desk(bus, tokens, Failures())
    services = [
        service("jars", "/jars/{id}", "/jars/{id}/lid"),
        service("letters", "/letters/{id}", "/letters/{id}/lid", "/both"),
    ]
    app = front(
        desk, services, MemoryStore(bus.clock), [], Elsewhere(AtTheDesk(), frozenset({"letters", "pages"}))
    )

    status, _, body = asyncio.run(ask(app, f"GET {path}"))

    assert (status, body) == ((200, f"desk {path}".encode()) if where == "desk" else (404, body))
    noted = sum(count for one in desk.requests.operations.values() for count in one.statuses.values())
    assert noted == (where == "worker"), "the desk counts what it answers"


def test_without_a_desk_behind_it_nothing_is_left() -> None:
    bus = Bus(FixedClock(START), SeededChance(1))
    tokens: Any = OneToken()
    desk = Desk(bus, tokens, Failures())
    pages = [Page("/health", lambda _: PlainTextResponse("well"))]
    app = front(desk, [service("letters", "/letters/{id}")], MemoryStore(bus.clock), pages)

    assert asyncio.run(ask(app, "GET /letters/l1"))[0] == 404
    assert asyncio.run(ask(app, "GET /made/up"))[0] == 404


@pytest.mark.parametrize("address", ["192.0.2.1", ""])
def test_a_request_arrives_whole_and_its_answer_too(address: str) -> None:
    asked: list[Passed] = []

    async def desk(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["client"] == ((address, 0) if address else None)
        assert (scope["method"], scope["path"], scope["query_string"]) == ("POST", "/a b", b"c=d")
        assert dict(scope["headers"])[b"authorization"] == b"Bearer good"
        body = await read_body(receive, {})
        await send({"type": "http.response.start", "status": 201, "headers": [(b"x-a", b"1")]})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"!"})

    async def over_the_link(request: Passed) -> Answered:
        asked.append(request)
        there = msgspec.msgpack.decode(msgspec.msgpack.encode(Asked(7, request)), type=Asked)
        back = msgspec.msgpack.encode(await answer_passed(desk, there))
        answered = msgspec.msgpack.decode(back, type=Answered)
        assert answered.n == 7
        return answered

    found = asyncio.run(ask(PassedOn(over_the_link), "POST /a b", b"a body", address=address, query=b"c=d"))

    assert found == (201, {b"x-a": b"1"}, b"a body!")
    assert [request.address for request in asked] == [address]


def test_a_caller_hears_when_the_desk_has_gone() -> None:
    async def gone(_: Passed) -> Answered:
        raise Unavailable("The desk has gone.")

    status, headers, body = asyncio.run(ask(PassedOn(gone), "GET /"))
    assert (status, headers[b"retry-after"]) == (503, b"1")
    assert b"The desk has gone." in body


@pytest.mark.parametrize("line", ["POST /letters", "PUT /letters", "POST /nowhere"])
@pytest.mark.parametrize("sent", [b"{}", b"x" * (limits.BODY_BYTES + 1)], ids=["small", "too large"])
def test_what_cannot_be_read_is_answered_as_by_the_desk_itself(line: str, sent: bytes) -> None:
    bus = Bus(FixedClock(START), SeededChance(1))
    tokens: Any = OneToken()
    route = Route(
        "POST", "/letters", look, lambda stored: stored.value, Jar, "", scopes=("jars",), body=Jar, kind=JARS
    )
    app = front(
        Desk(bus, tokens, Failures()), [Service("letters", routes=(route,))], MemoryStore(bus.clock), []
    )

    async def there(request: Passed) -> Answered:
        return await answer_passed(app, Asked(1, request))

    status, _, body = asyncio.run(ask(PassedOn(there), line, sent))
    plain, _, plainly = asyncio.run(ask(app, line, sent))

    assert status == plain
    assert status == {"POST /letters": status, "PUT /letters": 405, "POST /nowhere": 404}[line]
    if line == "POST /letters":
        assert (status == 413) == (len(sent) > limits.BODY_BYTES)
    assert msgspec.json.decode(body)["code"] == msgspec.json.decode(plainly)["code"]


@pytest.mark.parametrize("begun", [False, True])
def test_a_bug_in_the_desk_is_answered_without_detail(
    begun: bool,  # noqa: FBT001 - one of two cases
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(_: Scope, __: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError("ana@example.org")

    answered = asyncio.run(answer_passed(broken, Asked(3, REQUEST)))

    assert (answered.n, answered.status) == (3, 500)
    assert b"ana" not in answered.body
    assert "unforeseen error" in caplog.text


def test_what_a_worker_counts_is_counted_at_the_desk_once() -> None:
    there, here = Requests(), Requests()
    jars, there_jars = here.operation("GET", "/jars"), there.operation("GET", "/jars")
    jars.note(200, 0.002)
    here.refused("conflict")
    there.operation("POST", "/jars")  # nobody has asked for it
    for status, seconds in ((200, 0.002), (200, 99.0), (404, 0.0)):
        there_jars.note(status, seconds)
    there.refused("conflict")
    there.refused("not_found")

    tally = msgspec.msgpack.decode(msgspec.msgpack.encode(there.take()), type=Tally)
    assert there.take() == Tally(), "it was taken"
    here.add(tally)
    there_jars.note(200, 0.002)
    here.add(there.take())

    expected = Histogram()
    for seconds in (0.002, 0.002, 99.0, 0.0, 0.002):
        expected.note(seconds)
    assert jars.statuses == {200: 4, 404: 1}
    assert (jars.seconds.counts, jars.seconds.bounds) == (expected.counts, SECONDS)
    assert jars.seconds.sum == pytest.approx(expected.sum)
    assert here.refusals == {"conflict": 2, "not_found": 1}
    assert {key for key, found in here.operations.items() if found.statuses} == {("GET", "/jars")}
