"""A request sent again is the same request: one effect, one answer, whatever happened in between."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.journeys.orders import order
from tests.journeys.running import RunningDesk

KEY = "Idempotency-Key"


def test_ten_parallel_repeats_of_one_key_are_one_order(ana: httpx.Client) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _: ana.post("/orders", json=order(), headers={KEY: "parallel"}), range(10))
        )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 9


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(ana: httpx.Client) -> None:
    first = ana.post("/orders", json=order(), headers={KEY: "one-body"})

    other = ana.post("/orders", json=order(lines=[{"sku": "cola", "quantity": 9}]), headers={KEY: "one-body"})

    assert other.status_code == 422
    assert other.json()["code"] == "key_reused"
    assert other.headers["Content-Type"] == "application/problem+json"
    assert ana.get(first.headers["Location"]).json()["lines"] == first.json()["lines"]


def test_two_spellings_of_one_body_are_the_same_request(ana: httpx.Client) -> None:
    body = order()
    first = ana.post("/orders", json=body, headers={KEY: "spelling"})

    again = ana.post("/orders", json=dict(reversed(body.items())), headers={KEY: "spelling"})

    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.text == first.text


def test_a_key_belongs_to_its_caller(ana: httpx.Client, ben: httpx.Client) -> None:
    hers = ana.post("/orders", json=order(), headers={KEY: "shared-by-chance"})

    his = ben.post("/orders", json=order(), headers={KEY: "shared-by-chance"})

    assert his.status_code == 201
    assert his.json()["order_id"] != hers.json()["order_id"]
    assert "Idempotency-Replayed" not in his.headers


def test_without_a_key_two_equal_requests_are_two_orders(ana: httpx.Client) -> None:
    first, second = ana.post("/orders", json=order()), ana.post("/orders", json=order())

    assert first.json()["order_id"] != second.json()["order_id"]


def test_a_refused_request_is_not_remembered(ana: httpx.Client) -> None:
    refused = ana.post("/orders", json=order(expected_total=1), headers={KEY: "mended"})

    mended = ana.post("/orders", json=order(), headers={KEY: "mended"})

    assert refused.status_code == 409
    assert refused.json()["code"] == "price_changed"
    assert mended.status_code == 201


@pytest.mark.embedded
def test_a_repeat_is_answered_as_the_first_time_also_after_a_restart(tmp_path: Path) -> None:
    desk = RunningDesk(tmp_path, "--demo").start()
    token = desk.token("orders:write orders:read")
    with desk.client(token) as client:
        first = client.post("/orders", json=order(), headers={KEY: "before"})
    desk.wait_until_quiet()
    desk.stop()
    desk.start()

    with desk.client(token) as client:
        again = client.post("/orders", json=order(), headers={KEY: "before"})
        now = client.get(first.headers["Location"]).json()

    desk.stop()
    assert now["status"] == "PROCESSED"
    assert again.status_code == 201
    assert again.text == first.text
    assert again.json()["status"] == "NEW"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_cancel_sent_twice_with_one_key_cancels_once(ana: httpx.Client) -> None:
    place = ana.post("/orders", json=order()).headers["Location"]

    answers = [ana.post(f"{place}/cancel", json={}, headers={KEY: "cancel"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    steps = ana.get(f"{place}/timeline").json()["items"]
    assert [step["status"] for step in steps].count("CANCELLED") == 1
