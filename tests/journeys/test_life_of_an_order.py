"""One order from the counter to its end, as its customer and the shop see it."""

import time
from typing import Any

import httpx

from tests.journeys.desk import Desk
from tests.journeys.orders import order

WAIT_SECONDS = 20.0


def _processed(client: httpx.Client, place: str) -> dict[str, Any]:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.get(place).json()
        if found["status"] != "NEW":
            return found
        time.sleep(0.01)
    raise TimeoutError("the order stayed NEW")


def test_an_order_is_accepted_and_then_processed_by_itself(ana: httpx.Client) -> None:
    answer = ana.post("/orders", json=order())

    accepted = answer.json()
    assert answer.status_code == 201
    assert accepted["status"] == "NEW"
    assert answer.headers["Location"] == f"/orders/{accepted['order_id']}"
    assert accepted["gross"] == accepted["net"] + accepted["tax"]
    assert accepted["gross"] == sum(line["gross"] for line in accepted["lines"])
    assert _processed(ana, answer.headers["Location"])["status"] == "PROCESSED"


def test_the_timeline_tells_what_happened_and_when(ana: httpx.Client) -> None:
    place = ana.post("/orders", json=order()).headers["Location"]
    _processed(ana, place)
    ana.post(f"{place}/cancel", json={"reason": "changed my mind"})

    steps = ana.get(f"{place}/timeline").json()["items"]

    assert [step["status"] for step in steps] == ["NEW", "PROCESSED", "CANCELLED"]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)


def test_an_order_is_nobody_elses_business(ana: httpx.Client, ben: httpx.Client, owner: httpx.Client) -> None:
    place = ana.post("/orders", json=order()).headers["Location"]

    assert ben.get(place).status_code == 404
    assert ben.post(f"{place}/cancel", json={}).status_code == 404
    assert ben.get(f"{place}/timeline").status_code == 404
    assert owner.get(place).status_code == 200


def test_a_stale_if_match_is_refused(ana: httpx.Client) -> None:
    answer = ana.post("/orders", json=order())
    place = answer.headers["Location"]
    _processed(ana, place)

    refused = ana.post(f"{place}/cancel", json={}, headers={"If-Match": answer.headers["ETag"]})
    fresh = ana.get(place).headers["ETag"]
    accepted = ana.post(f"{place}/cancel", json={}, headers={"If-Match": fresh})

    assert refused.status_code == 412
    assert refused.json()["code"] == "stale"
    assert accepted.status_code == 200


def test_a_price_set_by_the_owner_counts_for_the_next_order(
    desk: Desk, owner: httpx.Client, ana: httpx.Client
) -> None:
    place = "/shops/corner-snacks/products/test-bar"
    product = {"name": "Test bar", "category": "sweet", "retail": 100, "tax_rate": 1000, "tracked": False}
    lines = [{"sku": "test-bar", "quantity": 3}]
    made = owner.put(place, json=product)
    desk.wait_until_quiet()  # the price list follows the catalogue by a moment
    first = ana.post("/orders", json=order(lines=lines, expected_total=300))

    owner.put(place, json=product | {"retail": 120})
    desk.wait_until_quiet()
    changed = ana.post("/orders", json=order(lines=lines, expected_total=300))

    assert (made.status_code, first.status_code) == (200, 201)
    assert changed.status_code == 409
    assert changed.json()["code"] == "price_changed"
    assert (changed.json()["total"], changed.json()["currency"]) == (360, "EUR")


def test_a_list_is_walked_by_its_cursor_newest_first(desk: Desk) -> None:
    with desk.client(desk.token("orders:write orders:read", "walker")) as client:
        made = [client.post("/orders", json=order()).json()["order_id"] for _ in range(7)]
        found: list[str] = []
        cursor = ""
        while True:
            page = client.get("/orders", params={"limit": 3, "cursor": cursor}).json()
            found += [item["order_id"] for item in page["items"]]
            cursor = page["cursor"]
            if not cursor:
                break

    assert found == made[::-1]


def test_the_counter_sees_the_orders_of_its_shop_alone(owner: httpx.Client, ana: httpx.Client) -> None:
    order_id = ana.post("/orders", json=order()).json()["order_id"]

    seen = owner.get("/orders", params={"shop_id": "corner-snacks", "limit": 5}).json()["items"]
    refused = ana.get("/orders", params={"shop_id": "corner-snacks"})

    assert order_id in [item["order_id"] for item in seen]
    assert refused.status_code in {403, 404}
