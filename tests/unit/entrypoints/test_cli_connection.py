"""How commands reach the desk: which server they believe, what they repeat, what they tell."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from frontdesk.adapters.embedded.directory import DataDirectory, InUseError
from frontdesk.config import Settings
from frontdesk.entrypoints.cli import connection
from frontdesk.entrypoints.cli.address import announce, find, url_of, withdraw
from frontdesk.entrypoints.cli.connection import PAGE, TRIES, Api, ApiError, connect
from frontdesk.entrypoints.cli.mending import FOUND, MENDABLE, CommandError, exit_status_of


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that were made, without making them."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def api_of(answer: Callable[[httpx.Request], httpx.Response]) -> Api:
    """Return the API of a desk that answers so."""
    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://desk")
    return Api(client, lambda: "token", ("corner-snacks",))


def answers(*given: httpx.Response) -> tuple[Api, list[httpx.Request]]:
    """Return the API of a desk that gives these answers one after the other, and what it was asked."""
    left, asked = list(given), []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return left.pop(0)

    return api_of(answer), asked


BUSY = httpx.Response(503, headers={"retry-after": "1"}, json={"code": "unavailable", "detail": "Busy."})


def test_a_running_server_is_found(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    directory.lock()
    announce(tmp_path, "http://127.0.0.1:8000")

    assert find(tmp_path) == "http://127.0.0.1:8000"
    assert directory.server.stat().st_mode & 0o777 == 0o600
    withdraw(tmp_path)
    assert find(tmp_path) is None
    directory.unlock()


def test_what_a_crashed_server_left_is_not_believed(tmp_path: Path) -> None:
    announce(tmp_path, "http://127.0.0.1:8000")

    assert find(tmp_path) is None
    assert DataDirectory(tmp_path).holder() is None


def test_nor_when_somebody_else_has_the_data_by_now(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    directory.lock()
    directory.server.write_text(f'{{"pid":{os.getpid() + 1},"url":"http://127.0.0.1:8000"}}')

    assert directory.holder() == os.getpid()
    assert find(tmp_path) is None
    directory.unlock()


def test_a_file_that_is_cut_off_names_no_server(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text('{"pid":1')

    assert find(tmp_path) is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - told, not listened on
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("desk.local", "http://desk.local:80"),
    ],
)
def test_a_server_that_listens_everywhere_is_reached_here(host: str, url: str) -> None:
    assert url_of(host, 80) == url


def test_a_request_says_who_asks_and_leaves_out_what_is_not_given() -> None:
    api, asked = answers(httpx.Response(200, json={"items": []}))

    assert api.get("/orders", shop_id="x", status=None, off_list=True) == {"items": []}
    assert asked[0].headers["authorization"] == "Bearer token"
    assert str(asked[0].url) == "http://desk/orders?shop_id=x&off_list=true"


def test_a_list_is_read_to_its_end() -> None:
    api, asked = answers(
        httpx.Response(200, json={"items": [1, 2], "cursor": "c"}),
        httpx.Response(200, json={"items": [], "cursor": "d"}),
        httpx.Response(200, json={"items": [3]}),
    )

    assert list(api.pages("/orders")) == [1, 2, 3]
    assert [request.url.params.get("cursor") for request in asked] == [None, "c", "d"]
    assert {request.url.params["limit"] for request in asked} == {str(PAGE)}


def test_a_busy_desk_is_asked_again_with_the_same_key(pauses: list[float]) -> None:
    api, asked = answers(BUSY, BUSY, httpx.Response(201, json={"order_id": "ord_1"}))

    assert api.post("/orders", {"a": 1}) == {"order_id": "ord_1"}
    assert len({request.headers["idempotency-key"] for request in asked}) == 1
    assert pauses == [1, 1]


def test_two_requests_have_two_keys_unless_one_is_given() -> None:
    api, asked = answers(*[httpx.Response(200, json={})] * 3)
    for key in ("", "", "mine"):
        api.post("/orders/1/cancel", key=key)

    keys = [request.headers["idempotency-key"] for request in asked]
    assert (len(set(keys)), keys[2]) == (3, "mine")


def test_a_desk_that_stays_busy_is_given_up(pauses: list[float]) -> None:
    api, asked = answers(*[BUSY] * TRIES)

    with pytest.raises(ApiError, match=r"Busy\.") as refused:
        api.get("/orders")
    assert (len(asked), refused.value.code, refused.value.exit_status) == (TRIES, "unavailable", FOUND)
    assert len(pauses) == TRIES - 1


def test_a_long_wait_is_the_callers_to_hear(pauses: list[float]) -> None:
    api, asked = answers(httpx.Response(429, headers={"retry-after": "60"}, json={"code": "too_many"}))

    with pytest.raises(ApiError):
        api.get("/orders")
    assert (len(asked), pauses) == (1, [])


def test_a_refusal_tells_every_faulty_field() -> None:
    problem = {
        "code": "invalid",
        "detail": "Some fields are not valid; see errors.",
        "errors": [
            {"pointer": "/a", "code": "missing", "message": "Is needed."},
            {"pointer": "/b", "code": "x", "message": "Too long."},
        ],
    }
    api, _ = answers(httpx.Response(422, json=problem))

    with pytest.raises(ApiError) as refused:
        api.put("/shops/x", {})
    assert str(refused.value).splitlines()[1:] == ["  /a: Is needed.", "  /b: Too long."]
    assert (refused.value.status, refused.value.exit_status) == (422, MENDABLE)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]"])
def test_an_answer_that_nobody_can_read_is_told_by_its_status(body: bytes) -> None:
    api, _ = answers(httpx.Response(500, content=body))

    with pytest.raises(ApiError, match="answered 500"):
        api.delete("/x")


def test_a_desk_that_hangs_up_is_a_sentence() -> None:
    def hang_up(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("secret", request=request)

    with pytest.raises(CommandError, match="does not answer: ReadError") as failed:
        api_of(hang_up).get("/orders")
    assert "secret" not in str(failed.value)


def test_only_what_the_user_can_mend_has_an_exit_status() -> None:
    assert exit_status_of(CommandError("No.")) == MENDABLE
    assert exit_status_of(ApiError(500, {})) == FOUND
    assert exit_status_of(ZeroDivisionError()) is None


SHOP = {"name": "Corner", "currency": "EUR", "channels": {"web": {"tax_included": True}}}
PRETZEL = {"name": "Pretzel", "category": "bakery", "tax_rate": 700, "retail": 180, "tracked": False}


def place(api: Api) -> dict[str, Any]:
    """Order a pretzel."""
    body = {
        "shop_id": "corner",
        "channel": "web",
        "customer": {"name": "Ana"},
        "lines": [{"sku": "pretzel", "quantity": 1}],
        "delivery": {"method": "collection"},
    }
    placed: dict[str, Any] = api.post("/orders", body)
    return placed


def test_without_a_server_the_desk_is_opened_here_and_what_was_asked_is_seen_through(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with connect(settings, ("corner",)) as api:
        api.put("/shops/corner", SHOP)
        api.put("/shops/corner/products/pretzel", PRETZEL)
    with connect(settings, ("corner",)) as api:
        order = place(api)
        assert not api.remote
    with connect(settings, None) as api:
        found = api.get(f"/orders/{order['order_id']}")

        assert api.shops == ("corner",)
        assert (order["status"], found["status"]) == ("NEW", "PROCESSED")
    assert DataDirectory(tmp_path).holder() is None


def test_a_command_that_fails_gives_the_data_back(tmp_path: Path) -> None:
    with pytest.raises(ApiError, match="no such thing"), connect(Settings(data=tmp_path)) as api:
        api.get("/orders/ord_1")

    assert DataDirectory(tmp_path).holder() is None


def test_data_that_somebody_keeps_is_told_after_a_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.2)
    directory = DataDirectory(tmp_path)
    directory.lock()

    with (
        pytest.raises(InUseError, match=f"in use by process {os.getpid()}") as refused,
        connect(Settings(data=tmp_path)),
    ):
        pass
    assert exit_status_of(refused.value) == MENDABLE
    directory.unlock()
