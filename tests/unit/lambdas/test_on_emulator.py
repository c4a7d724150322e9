"""The functions, as they are deployed, on DynamoDB, SQS, EventBridge, S3 and SSM of the emulator."""

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from frontdesk.adapters.aws.client import DYNAMODB, SQS
from frontdesk.bootstrap import choose
from frontdesk.entrypoints.lambdas.http import service_function
from frontdesk.entrypoints.lambdas.sweeper import FailedSweepError
from tests.unit.lambdas.deployed import SERVICES, SITE, Deployed, body_of, opened
from tests.unit.lambdas.stage import GRANTS, SHOP, SKU, Time, order, recorded

pytestmark = pytest.mark.emulator
SCOPES = [scope for service in choose(SERVICES) for scope in service.scopes]


@pytest.fixture(scope="module")
def deployed(emulator_url: str) -> Iterator[Deployed]:
    yield from opened(emulator_url, f"frontdesk-{uuid4().hex[:8]}")


def ask(deployed: Deployed, operation: str, body: object = None, key: str = "", **path: str) -> Any:
    service, _, name = operation.partition(".")
    payload = {"operation": name, "subject": "usr_owner", "scopes": SCOPES, "grants": GRANTS, "path": path}
    given = {} if body is None else {"body": body}
    answer = deployed.function(f"{service}-http").answer({**payload, **given, "key": key})
    assert answer["status"] < 300, answer
    return answer["body"]


@pytest.fixture(scope="module")
def shop(deployed: Deployed) -> Deployed:
    """Open a shop with a thousand pieces of one product."""
    terms = {"name": "Corner", "currency": "EUR", "channels": {"web": {"tax_included": True}}, "open": True}
    ask(deployed, "catalogue.set_shop", terms, shop_id=SHOP)
    product = {"name": "Crisps", "category": "salty", "tax_rate": 700, "retail": 249}
    ask(deployed, "catalogue.set_product", product, shop_id=SHOP, sku=SKU)
    deployed.settle()
    goods = {"location": "room", "quantity": 1_000}
    ask(deployed, "inventory.receive_stock", goods, shop_id=SHOP, sku=SKU)
    deployed.settle()
    return deployed


def free(deployed: Deployed) -> int:
    return int(ask(deployed, "inventory.show_stock", shop_id=SHOP, sku=SKU)["free"])


def test_orders_go_from_stream_to_bus_to_queues_to_processed(shop: Deployed) -> None:
    before = free(shop)
    placed = [ask(shop, "orders.place_order", order(), key=f"story-{n}")["order_id"] for n in range(15)]
    shop.settle()

    statuses = {ask(shop, "orders.show_order", id=id)["status"] for id in placed}
    assert statuses == {"PROCESSED"}
    assert free(shop) == before - 15
    balance = ask(shop, "accounting.show_trial_balance", shop_id=SHOP)
    assert balance, "the books have heard of it"


def test_a_hold_lapses_by_its_timer(shop: Deployed) -> None:
    held = ask(
        shop,
        "inventory.hold_stock",
        {"lines": [{"sku": SKU, "quantity": 3}], "minutes": 10},
        key="held",
        shop_id=SHOP,
    )
    shop.settle()

    queue = shop.names.queue_url(shop.names.queue("inventory"))
    told = shop.client.call(SQS, "GetQueueAttributes", {"QueueUrl": queue, "AttributeNames": ["All"]})

    assert held["until"]
    assert told["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_a_dead_letter_is_listed_shown_and_redriven_by_the_operator(shop: Deployed) -> None:
    queue = shop.stage("inventory").queue("inventory")
    queue.send("nobody can read this")
    shop.settle()

    function = shop.function("operations-http")
    asked = {"subject": "usr_operator", "scopes": ["operate"]}
    listed = function.answer({**asked, "operation": "list_letters"})["body"]
    (letter,) = (one for one in listed["items"] if one["event"] == "Unreadable")
    shown = function.answer({**asked, "operation": "show_letter", "path": {"id": letter["id"]}})["body"]
    assert shown["body"] == {"body": "nobody can read this"}
    assert letter["cause"].startswith("malformed")
    gone = {"ids": [letter["id"]], "reason": "a test"}
    settled = function.answer({**asked, "operation": "discard_letters", "body": gone})
    assert settled["status"] == 200, settled
    assert function.answer({**asked, "operation": "list_letters"})["body"]["items"] == []


def test_what_the_bus_refuses_is_parked_and_swept(shop: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    call = shop.client.call

    def refused(service: Any, operation: str, payload: Any) -> Any:
        if operation == "PutEvents":
            entries = [{"ErrorCode": "InternalFailure"} for _ in payload["Entries"]]
            return {"FailedEntryCount": len(entries), "Entries": entries}
        return call(service, operation, payload)

    placed = ask(shop, "orders.place_order", order(), key="parked")["order_id"]
    monkeypatch.setattr(shop.client, "call", refused)
    shop.settle()
    with pytest.raises(FailedSweepError):
        shop.function("operations-sweeper").sweep(recorded("scheduled"), Time())
    monkeypatch.undo()
    assert ask(shop, "orders.show_order", id=placed)["status"] == "NEW"

    time.sleep(1.1)  # until the failed sweep's messages are there again
    assert shop.function("operations-sweeper").sweep(recorded("scheduled"), Time())["republished"] >= 1
    shop.settle()
    assert ask(shop, "orders.show_order", id=placed)["status"] == "PROCESSED"
    assert shop.stage("orders-relay").parked("orders").receive() == []


def test_the_beat_comes_back(shop: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    sweeper = shop.function("operations-sweeper")
    sweeper.sweep(recorded("scheduled"), Time())
    shop.relay("catalogue")
    capsys.readouterr()
    sweeper.sweep(recorded("scheduled"), Time())

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (beat,) = (line for line in lines if "returned" in line)
    assert beat["returned"] >= 1


def test_what_was_forgotten_is_found_in_the_tables(shop: Deployed) -> None:
    placed = ask(shop, "orders.place_order", order(), key="forgotten")["order_id"]
    list(shop.unread("orders"))  # nobody passes these on
    shop.settle()
    assert ask(shop, "orders.show_order", id=placed)["status"] == "NEW"

    stretch = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "services": ["orders"]}
    shop.function("operations-sweeper").sweep({"republish": stretch}, Time())
    shop.settle()

    assert ask(shop, "orders.show_order", id=placed)["status"] == "PROCESSED"


def asked(route: str, form: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
    """Return a request to a page, its form in base 64 as the API hands it over."""
    method, _, path = route.partition(" ")
    path, _, query = path.partition("?")
    event = recorded("http-oauth-token")
    event |= {"routeKey": f"{method} {path}", "rawPath": path, "rawQueryString": query}
    event["requestContext"]["http"] |= {"method": method, "path": path}
    event["headers"] = {**headers, "content-type": "application/x-www-form-urlencoded"}
    return {**event, "body": b64encode(urlencode(form or {}).encode()).decode()}


def test_discovery_shows_where_to_sign_in_and_the_keys(deployed: Deployed) -> None:
    function = deployed.function("identity-oauth")

    about = body_of(function.answer(asked("GET /.well-known/openid-configuration")))
    keys = body_of(function.answer(asked("GET /.well-known/jwks.json")))

    assert (about["issuer"], about["jwks_uri"]) == (SITE, f"{SITE}/.well-known/jwks.json")
    assert "orders:write" in about["scopes_supported"]
    assert [key["alg"] for key in keys["keys"]] == ["RS256"]
    again = deployed.stage("identity-oauth")
    assert again.client is deployed.client


def test_a_client_is_registered_and_signs_in_as_itself(deployed: Deployed) -> None:
    made = ask(
        deployed, "identity.register_client", {"name": "Till", "scopes": ["orders:read"], "grants": GRANTS}
    )
    function = deployed.function("identity-oauth")
    form = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
    }

    answer = function.answer(asked("POST /oauth/token", form))
    wrong = function.answer(asked("POST /oauth/token", {**form, "client_secret": "wrong"}))

    token = body_of(answer)
    assert (answer["statusCode"], token["token_type"], token["scope"]) == (200, "Bearer", "orders:read")
    assert (wrong["statusCode"], body_of(wrong)["error"]) == (401, "invalid_client")


def test_what_was_withdrawn_is_refused_though_its_token_is_good(shop: Deployed) -> None:
    body = {"name": "Stolen", "scopes": ["orders:read"], "grants": GRANTS}
    client_id = ask(shop, "identity.register_client", body)["client_id"]
    event = recorded("http-get-with-cookies") | {"routeKey": "GET /orders", "rawQueryString": ""}
    event["pathParameters"] = None
    event["requestContext"]["authorizer"]["jwt"]["claims"] |= {"sub": client_id, "client_id": client_id}
    orders = service_function(shop.stage("orders-http"))
    assert orders.answer(event)["statusCode"] == 200

    ask(shop, "identity.revoke_client", {"reason": "stolen"}, id=client_id)
    shop.settle()
    time.sleep(1.0)  # that a function goes by what it has seen

    answer = orders.answer(event)
    assert (answer["statusCode"], body_of(answer)["detail"]) == (401, "The access token has been withdrawn.")


def test_the_page_where_a_link_is_asked_for_sets_its_cookie_and_the_message_is_kept(
    deployed: Deployed,
) -> None:
    function = deployed.function("identity-oauth")
    page = function.answer(asked("GET /account/link"))
    (cookie,) = page["cookies"]
    assert cookie.startswith("__Host-desk-form=")
    assert "Secure" in cookie
    (form_token,) = (part.split('"')[0] for part in page["body"].split('name="form_token" value="')[1:])
    form = {"address": "ana@example.com", "form_token": form_token}
    event = asked("POST /account/link", form) | {"cookies": [cookie.partition(";")[0]]}

    answer = function.answer(event)
    assert answer["statusCode"] == 200, answer
    deployed.settle()

    items = deployed.client.call(DYNAMODB, "Scan", {"TableName": deployed.names.table("identity")})["Items"]
    (kept,) = (json.loads(item["d"]["S"]) for item in items if item["pk"]["S"].startswith("outbox:"))
    assert kept["to"] == "ana@example.com"
    assert f"{SITE}/account/password?token=" in kept["text"]


def test_a_page_that_is_not_there_is_told_so(deployed: Deployed) -> None:
    answer = deployed.function("identity-oauth").answer(asked("GET /oauth/nothing"))

    assert (answer["statusCode"], body_of(answer)["code"]) == (404, "not_found")


def test_health_and_the_document_are_open_to_everybody(deployed: Deployed) -> None:
    function = deployed.function("operations-http")

    assert function.answer({"routeKey": "GET /health"})["statusCode"] == 200
    document = body_of(function.answer({"routeKey": "GET /openapi.json"}))
    assert "/orders/{id}" in document["paths"]
    assert "/operations/dead-letters" in document["paths"]
