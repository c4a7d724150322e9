"""Requests as an HTTP API hands them over, and who is asking."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from frontdesk.entrypoints.lambdas.claims import caller_of
from frontdesk.entrypoints.lambdas.payload import body_of, headers_of, request_of
from frontdesk.kernel.errors import Malformed, Unauthenticated
from tests.unit.lambdas.stage import SHOP, Stage, order, recorded

OWN_GRANTS = {"shop:corner-snacks": "owner", "shop:harbour": "staff"}


READING = {"operation": "show_order", "subject": "usr_ana", "scopes": ["orders:read"]}


def token(**claims: object) -> str:
    """Return what is between the dots of a token of ours; nobody looks at the rest any more."""
    middle = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{middle}.c2ln"


def asked(name: str = "http-post-order", **changes: Any) -> dict[str, Any]:
    """Return a recorded request with a token that says what the recorded claims say."""
    event = recorded(name)
    event["headers"]["authorization"] = f"Bearer {token(grants=OWN_GRANTS)}"
    return {**event, **changes}


@pytest.fixture(scope="module")
def stage() -> Stage:
    made = Stage()
    made.open()
    return made


def answer(stage: Stage, event: dict[str, Any], service: str = "orders") -> tuple[int, Any, dict[str, str]]:
    found = stage.apis[service].answer(event)
    assert found["isBase64Encoded"] is False
    return found["statusCode"], json.loads(found["body"]), found["headers"]


def test_an_order_is_placed_with_its_place_version_and_correlation_id(stage: Stage) -> None:
    event = asked(body=json.dumps(order()))

    status, body, headers = answer(stage, event)

    assert status == 201, body
    assert headers["location"] == f"/orders/{body['order_id']}"
    assert headers["etag"] == '"1"'
    assert headers["x-correlation-id"] == "till-7"
    assert headers["content-type"] == "application/json"
    assert body["customer_id"] == "cli_01JQZ3V9X5R8"
    assert answer(stage, event)[2]["idempotency-replayed"] == "true"
    assert answer(stage, asked(body=json.dumps(order(2))))[1]["code"] == "key_reused"


def test_a_stale_version_is_refused(stage: Stage) -> None:
    _, body, _ = answer(stage, asked(body=json.dumps(order())))
    event = asked(
        "http-get-with-cookies",
        routeKey="POST /orders/{id}/cancel",
        rawQueryString="",
        pathParameters={"id": body["order_id"]},
        body='{"reason":"no"}',
    )
    event["headers"] |= {"if-match": '"7"', "content-type": "application/json"}

    assert answer(stage, event)[0] == 412


def test_every_wrong_field_is_named(stage: Stage) -> None:
    status, body, headers = answer(stage, asked(body='{"shop_id": 1, "extra": 2}'))

    assert (status, headers["content-type"]) == (422, "application/problem+json")
    assert {"/shop_id", "/extra", "/lines"} <= {fault["pointer"] for fault in body["errors"]}


def test_a_body_in_base_64_is_read() -> None:
    assert body_of(recorded("http-post-base64")) == b'{"shop_id":"corner-snacks"}'
    with pytest.raises(Malformed):
        body_of({"body": "!", "isBase64Encoded": True})


def test_a_body_that_is_not_declared_as_json_is_refused(stage: Stage) -> None:
    assert answer(stage, asked("http-post-base64"))[1]["code"] == "unsupported_media_type"


def test_path_query_and_cookies_are_where_they_were() -> None:
    event = recorded("http-get-with-cookies")

    request = request_of(event, "c")

    assert request.path == {"id": "ord_7K0"}
    assert request.query == {"a": "1", "b": "x y"}
    assert headers_of(event)["cookie"] == "desk-form=abc; other=1"
    assert request.body == b""


def test_a_route_that_is_not_there_is_told_like_everything_else(stage: Stage) -> None:
    status, body, headers = answer(stage, asked(routeKey="$default"))

    assert (status, body["code"], headers["content-type"]) == (404, "not_found", "application/problem+json")


def test_nobody_comes_in_without_an_authorizer(stage: Stage) -> None:
    event = asked()
    del event["requestContext"]["authorizer"]

    status, body, headers = answer(stage, event)

    assert (status, body["code"], headers["www-authenticate"]) == (401, "unauthenticated", "Bearer")


def test_a_scope_that_is_missing_is_named(stage: Stage) -> None:
    event = asked(body=json.dumps(order()))
    event["requestContext"]["authorizer"]["jwt"]["claims"]["scope"] = "orders:read"

    status, body, _ = answer(stage, event)

    assert (status, body["needs"]) == (403, ["orders:write"])


def test_a_bug_is_answered_without_detail_and_logged_without_what_was_sent(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("Ana")

    monkeypatch.setattr(stage.stores["orders"], "get", fail)
    monkeypatch.setattr(stage.stores["orders"], "get_many", fail)

    status, body, _ = answer(stage, asked(body=json.dumps(order())))

    assert (status, body["code"]) == (500, "internal")
    assert "Ana" not in json.dumps(body)
    (logged,) = (record for record in caplog.records if record.message == "unforeseen error")
    assert vars(logged)["correlation_id"] == "till-7"


def test_what_is_told_of_a_request_names_no_person(stage: Stage) -> None:
    stage.lines.clear()
    answer(stage, asked(body=json.dumps(order())))
    answer(stage, asked(body="{}"))

    accepted, refused = stage.lines
    assert (accepted["Accepted"], accepted["route"], accepted["status"]) == (1, "POST /orders", 201)
    assert (refused["Refused"], refused["code"]) == (1, "invalid")
    assert "Ana" not in json.dumps(stage.lines)


def test_grants_of_our_own_tokens_are_read_in_the_token() -> None:
    caller = caller_of(asked())

    assert caller.subject == "cli_01JQZ3V9X5R8"
    assert caller.scopes == {"orders:write", "orders:read"}
    assert caller.grants == OWN_GRANTS


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer a.b.c", "Bearer e30.bnVsbA.x", "Basic x"])
def test_grants_that_cannot_be_read_are_none(authorization: str) -> None:
    event = asked()
    event["headers"]["authorization"] = authorization

    assert caller_of(event).grants == {}


def test_a_person_of_cognito_has_scopes_of_our_resource_server_and_grants_by_group() -> None:
    caller = caller_of(recorded("http-cognito-person"))

    assert caller.subject == "e2a5b4c4-10a1-70f2-b3d4-5f6a7b8c9d0e"
    assert caller.scopes == {"orders:write", "orders:read", "openid"}  # and not what another server calls so
    assert caller.grants == {"shop:corner-snacks": "owner"}


def test_a_machine_of_cognito_has_grants_by_scope() -> None:
    caller = caller_of(recorded("http-cognito-machine"))

    assert caller.grants == {"shop:corner-snacks": "staff"}
    assert "orders:read" in caller.scopes


@pytest.mark.parametrize("scopes", ["[orders:read orders:write]", ["orders:read", "orders:write"]])
def test_scopes_of_other_issuers_come_as_scp(scopes: object) -> None:
    event = asked()
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    del claims["scope"]
    claims["scp"] = scopes

    assert caller_of(event).scopes == {"orders:read", "orders:write"}


def test_a_token_without_a_subject_is_nobodys() -> None:
    event = asked()
    event["requestContext"]["authorizer"]["jwt"]["claims"] = {"scope": "operate"}

    with pytest.raises(Unauthenticated):
        caller_of(event)


def test_an_operation_can_be_invoked_with_a_plain_payload(stage: Stage) -> None:
    payload = {
        "operation": "place_order",
        "subject": "usr_ana",
        "scopes": ["orders:write"],
        "key": "direct-1",
        "body": order(),
    }

    first, again = stage.apis["orders"].answer(payload), stage.apis["orders"].answer(payload)

    assert (first["status"], first["body"]["customer_id"]) == (201, "usr_ana")
    assert again["headers"]["idempotency-replayed"] == "true"
    assert again["body"]["order_id"] == first["body"]["order_id"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"operation": "no_such_thing", "subject": "usr_ana"}, "not_found"),
        ({"operation": "place_order"}, "malformed"),
        ({"operation": "place_order", "subject": "usr_ana", "as": "owner"}, "malformed"),
        ({"operation": "place_order", "subject": "usr_ana", "body": {}}, "missing_scope"),
        ({**READING, "path": {"id": "ord_x"}}, "not_found"),
        ({}, "malformed"),
    ],
)
def test_a_payload_that_is_wrong_is_told_as_over_http(
    stage: Stage, payload: dict[str, Any], code: str
) -> None:
    assert stage.apis["orders"].answer(payload)["body"]["code"] == code


def test_a_list_takes_a_query(stage: Stage) -> None:
    stage.apis["orders"].answer(asked(body=json.dumps(order())))

    answer = stage.apis["orders"].answer(
        {
            "operation": "list_orders",
            "subject": "usr_owner",
            "scopes": ["orders:read"],
            "grants": {f"shop:{SHOP}": "owner"},
            "query": {"shop_id": SHOP, "limit": "1"},
        }
    )

    assert answer["status"] == 200, answer
    assert len(answer["body"]["items"]) == 1
