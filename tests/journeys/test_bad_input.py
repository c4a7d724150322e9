"""What the desk answers to what it cannot take: a stable code, every fault, and nothing changed."""

import base64
import json

import httpx
import pytest

from tests.journeys.desk import Desk, refused
from tests.journeys.orders import order
from tests.journeys.running import RunningDesk


def test_every_faulty_field_is_named_at_once(ana: httpx.Client) -> None:
    body = order(
        channel="pigeon",
        surprise=1,
        customer={"name": ""},
        lines=[{"sku": "cola", "quantity": 0}, {"quantity": "two"}],
    )
    del body["delivery"]

    answer = ana.post("/orders", json=body)

    problem = answer.json()
    assert answer.status_code == 422
    assert problem["code"] == "invalid"
    assert {fault["pointer"] for fault in problem["errors"]} == {
        "/channel",
        "/surprise",
        "/customer/name",
        "/lines/0/quantity",
        "/lines/1/sku",
        "/lines/1/quantity",
        "/delivery",
    }


@pytest.mark.parametrize("body", [b"", b"{", b"nul", b"\xff\xfe", b'{"a":}', b"[" * 5_000])
def test_what_is_no_json_is_malformed(ana: httpx.Client, body: bytes) -> None:
    answer = ana.post("/orders", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"malformed", "invalid"}


def test_a_body_over_the_limit_is_too_large(ana: httpx.Client) -> None:
    answer = ana.post("/orders", json=order(customer={"name": "x" * 200_000}))

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_body_that_is_not_declared_as_json_is_refused(ana: httpx.Client) -> None:
    answer = ana.post("/orders", content=json.dumps(order()), headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_the_wrong_length_is_refused(ana: httpx.Client, key: str) -> None:
    answer = ana.post("/orders", json=order(), headers={"Idempotency-Key": key})

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


def test_a_query_parameter_that_nobody_knows_is_refused(ana: httpx.Client) -> None:
    answer = ana.get("/orders", params={"limit": "many", "colour": "red"})

    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/limit", "/colour"}


def _forged(token: str) -> str:
    header, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["sub"] = "somebody-else"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{header}.{forged}.{signature}"


def _unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def test_no_token_a_forged_one_and_an_unsigned_one_are_refused_alike(desk: Desk) -> None:
    good = desk.token("orders:write orders:read")
    for token in ("", "garbage", _forged(good), _unsigned(good)):
        with desk.client(token) as client:
            answer = client.post("/orders", json=order())
        refused(desk, answer, 401, "unauthenticated")
        assert desk.has_gateway or "WWW-Authenticate" in answer.headers


def test_a_token_of_another_desk_is_refused(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = RunningDesk(tmp_path_factory.mktemp("other"))

    with desk.client(other.token("orders:write")) as client:
        assert client.post("/orders", json=order()).status_code == 401


def test_a_token_without_the_scope_is_told_which_one_is_missing(desk: Desk) -> None:
    with desk.client(desk.token("orders:read")) as client:
        answer = client.post("/orders", json=order())

    refused(desk, answer, 403, "missing_scope")
    assert desk.has_gateway or answer.json()["needs"] == ["orders:write"]


def test_a_path_or_method_that_is_not_there_says_so(desk: Desk, ana: httpx.Client) -> None:
    assert ana.get("/nowhere").status_code == 404
    assert ana.get("/orders/ord_00000000000000000000000000").json()["code"] == "not_found"
    answer = ana.delete("/orders")
    if desk.has_gateway:  # it knows no methods without a route
        assert answer.status_code == 404
    else:
        assert answer.status_code == 405
        assert answer.json()["allowed"] == ["GET", "POST"]
        assert answer.headers["Allow"] == "GET, POST"


def test_no_answer_repeats_what_was_sent(ana: httpx.Client) -> None:
    secret = "Maria-Secreta"
    answers = [
        ana.post("/orders", json=order(customer={"name": secret + "\n", "email": secret})),
        ana.post("/orders", json=order(delivery={"method": secret})),
        ana.get("/orders", params={"limit": secret}),
    ]

    assert all(secret not in answer.text for answer in answers)
