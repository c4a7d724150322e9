"""What is not JSON behind a token: raw bodies, documents, and routes that are open to everybody. In both runtimes."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs, urlencode

import msgspec
import pytest
from starlette.types import Message

from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.adapters.tokens.tokens import Tokens
from frontdesk.declarations import DeclarationError, check_services
from frontdesk.entrypoints.http import Desk, front
from frontdesk.entrypoints.lambdas.answering import ServiceFunction
from frontdesk.entrypoints.lambdas.emf import Gauge
from frontdesk.entrypoints.openapi import openapi
from frontdesk.entrypoints.reference.api import api
from frontdesk.entrypoints.reference.markdown import as_markdown
from frontdesk.entrypoints.throttle import Failures
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import Unauthenticated
from frontdesk.kernel.http import Document, Raw, Route
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.services import Service
from frontdesk.kernel.unit import Unit
from frontdesk.manifest.author import manifest
from tests.unit.driver import START

FORM, HTML, CALENDAR = "application/x-www-form-urlencoded", "text/html; charset=utf-8", "text/calendar"
PICTURE = b"\x89PNG\xff"


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a link says."""

    token: str = msgspec.field(name="hub.token", default="")


class Told(msgspec.Struct, frozen=True):
    """Who was heard."""

    caller: str
    signature: str


WISHES = Kind("wish", Told)


async def show(_: Unit, wish: Wish) -> str:
    """Show a page."""
    return wish.token


async def take(unit: Unit, form: Raw) -> str:
    """Take a form in, and make a record."""
    name = parse_qs(form.content.decode())["name"][0]
    await unit.commit(WISHES.new(unit.new_id("wsh"), Told(unit.caller.subject, form.media)))
    return name


async def hear(unit: Unit, signed: Raw) -> Told:
    """Hear what is signed."""
    signature = signed.headers.get("x-signature", "")
    if signature != signed.content.hex():
        raise Unauthenticated
    return Told(unit.caller.subject, signature)


async def draw(_: Unit) -> bytes:
    """Draw what is no text."""
    return PICTURE


def page(text: str) -> Document:
    """Return a page, or say in a page that there is none."""
    return Document(text.encode(), HTML, 200 if text else 404, {"cache-control": "private"})


def picture(content: bytes) -> Document:
    """Return a picture."""
    return Document(content, "image/png")


SERVICE = Service(
    "wishes",
    kinds=(WISHES,),
    routes=(
        Route("GET", "/wish", show, page, Document, "Show", (), query=Wish, gives=HTML, public=True),
        Route(
            "POST", "/wish", take, page, Document, "Take", (), body=Raw, takes=FORM, gives=HTML, public=True
        ),
        Route("POST", "/heard", hear, lambda told: told, Told, "Hear", (), body=Raw, public=True),
        Route("GET", "/picture", draw, picture, Document, "Draw", ("see",), gives="image/png"),
    ),
    scopes={"see": "See."},
)

Sent = tuple[int, bytes, Mapping[str, str]]
Send = Callable[..., Sent]


class NoTokens:
    """Knows nobody."""

    def verify(self, token: str) -> Any:
        """Refuse."""
        raise Unauthenticated


def _served(method: str, path: str, *, query: str, body: bytes, headers: Mapping[str, str]) -> Sent:
    bus = Bus(FixedClock(START), SeededChance(1))
    desk = Desk(bus, cast("Tokens", NoTokens()), Failures())
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 5),
    }

    async def answer() -> None:
        await front(desk, [SERVICE], MemoryStore(bus.clock), [])(scope, receive, send)

    asyncio.run(answer())
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], sent[1]["body"], told


def _function() -> ServiceFunction:
    bus = Bus(FixedClock(START), SeededChance(1))
    return ServiceFunction(SERVICE, bus, MemoryStore(bus.clock), Gauge("frontdesk-test", bus.clock))


def _invoked(
    method: str, path: str, *, query: str, body: bytes, headers: Mapping[str, str], is_coded: bool = False
) -> Sent:
    event = {
        "routeKey": f"{method} {path}",
        "rawQueryString": query,
        "headers": dict(headers),
        "body": b64encode(body).decode() if is_coded else body.decode(),
        "isBase64Encoded": is_coded,
        "requestContext": {},
    }
    answer = _function().answer(event)
    text = answer["body"]
    told = b64decode(text) if answer["isBase64Encoded"] else text.encode()
    return answer["statusCode"], told, answer["headers"]


# AWS hands over forms in base 64, and whatever else it does not take for text.
@pytest.fixture(
    params=[_served, _invoked, partial(_invoked, is_coded=True)],
    ids=["served", "invoked", "invoked-in-base-64"],
)
def send(request: pytest.FixtureRequest) -> Send:
    """Return what sends a request, in either runtime."""

    def sending(line: str, body: bytes = b"", query: str = "", **headers: str) -> Sent:
        method, path = line.split()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: Sent = request.param(method, path, query=query, body=body, headers=named)
        return sent

    return sending


def test_a_page_has_its_own_media_type_status_and_headers(send: Send) -> None:
    status, body, headers = send("GET /wish", query="hub.token=%C3%B1and%C3%BA")
    missing, _, _ = send("GET /wish")

    assert (status, body.decode(), missing) == (200, "ñandú", 404)
    assert headers["content-type"] == HTML
    assert headers["cache-control"] == "private"


def test_what_others_hang_to_a_link_is_passed_over_where_everybody_may_ask(send: Send) -> None:
    status, body, _ = send("GET /wish", query=urlencode({"hub.token": "x", "fbclid": "y"}))

    assert (status, body) == (200, b"x")


def test_a_token_is_not_looked_at_where_everybody_may_ask(send: Send) -> None:
    status, _, _ = send("GET /wish", query="hub.token=x", authorization="Bearer forged")

    assert status == 200


def test_a_form_is_taken_as_it_came_and_nothing_else_is(send: Send) -> None:
    status, body, _ = send("POST /wish", b"name=Ana", content_type=f"{FORM}; charset=utf-8")
    other, told, _ = send("POST /wish", b'{"name": "Ana"}', content_type="application/json")

    assert (status, body) == (200, b"Ana")
    assert (other, json.loads(told)["accepts"]) == (415, FORM)


def test_a_form_may_be_sent_again_as_nobody_is_known_by_a_key(send: Send) -> None:
    answers = [
        send("POST /wish", body, content_type=FORM, idempotency_key="k")[:2]
        for body in (b"name=Ana", b"name=Eva")
    ]

    assert answers == [(200, b"Ana"), (200, b"Eva")]


def test_a_handler_judges_the_bytes_and_headers_that_came(send: Send) -> None:
    body = b'{ "a":1}'
    good, told, _ = send("POST /heard", body, content_type="application/json", x_signature=body.hex())
    bad, _, _ = send("POST /heard", body, content_type="application/json", x_signature="00")

    assert (good, json.loads(told)) == (200, {"caller": "anyone", "signature": body.hex()})
    assert bad == 401


def test_what_is_not_open_asks_for_a_token_whatever_it_answers_with(send: Send) -> None:
    assert send("GET /picture")[0] == 401


def test_bytes_that_are_no_text_come_whole() -> None:
    asked = {"operation": "draw", "subject": "usr_ana", "scopes": ["see"]}
    event = {
        "routeKey": "GET /picture",
        "headers": {},
        "requestContext": {"authorizer": {"jwt": {"claims": {"sub": "ana", "scope": "see"}}}},
    }

    answer = _function().answer(event)

    assert (b64decode(answer["body"]), answer["isBase64Encoded"]) == (PICTURE, True)
    assert _function().answer({**asked, "operation": "show", "query": {"hub.token": "x"}})["body"] == "x"


def test_the_document_tells_media_types_and_what_is_open() -> None:
    paths = openapi([SERVICE])["paths"]

    assert paths["/wish"]["get"]["security"] == []
    assert paths["/picture"]["get"]["security"] == [{"token": ["see"]}]
    assert list(paths["/wish"]["post"]["requestBody"]["content"]) == [FORM]
    assert list(paths["/wish"]["get"]["responses"]["200"]["content"]) == ["text/html"]
    assert list(paths["/wish"]["get"]["responses"]["404"]["content"]) == [
        "application/problem+json",
        "text/html",
    ]
    assert {"401", "403"}.isdisjoint(paths["/wish"]["get"]["responses"])
    assert all(p["name"] != "Idempotency-Key" for p in paths["/wish"]["post"]["parameters"])
    shown = as_markdown(api([SERVICE]))
    assert "open to everybody" in shown
    assert f"`{FORM}`" in shown


def test_the_manifest_says_which_routes_have_no_authorizer() -> None:
    operations = Service("operations")

    routes = manifest([SERVICE], operations).deployment.routes

    assert {route.route_key for route in routes if route.public and route.function == "wishes-http"} == {
        "GET /wish",
        "POST /wish",
        "POST /heard",
    }


def test_a_route_that_is_open_and_needs_a_scope_is_refused() -> None:
    wrong = msgspec.structs.replace(SERVICE.routes[3], public=True)

    with pytest.raises(DeclarationError, match="open to everybody"):
        check_services([msgspec.structs.replace(SERVICE, routes=(wrong,))])


def test_a_refusal_of_a_page_is_still_a_problem(send: Send) -> None:
    status, body, headers = send("GET /wish", query="hub.token=a&hub.token=b")

    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert json.loads(body)["code"] == "malformed"
