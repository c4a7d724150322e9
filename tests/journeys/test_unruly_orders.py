"""Orders of every sort, with their events shuffled and doubled: each comes to its end, and the books are clean."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.journeys.agreement import reconciled
from tests.journeys.desk import Desk
from tests.journeys.shops import Shop

HALF = 15
PARCELS = 20
DAYS = 3


def test_retail_and_wholesale_orders_are_priced_and_processed(unruly: Desk) -> None:
    with Shop(unruly, "prices").set_up({"soap": 500, "mop": 500, "leaflet": None}) as shop:
        orders = [shop.buy({"soap": 2, "leaflet": 1}, channel="mobile") for _ in range(10)]
        orders += [shop.buy({"soap": 10, "mop": 20}, channel="wholesale") for _ in range(10)]
        too_few = shop.ask({"soap": 9}, channel="wholesale")

        found = reconciled(unruly, shop.id)

        assert {shop.status(id) for id in orders} == {"PROCESSED"}
        retail, wholesale = shop.show(orders[0]), shop.show(orders[-1])
        assert (retail["net"], retail["tax"], retail["gross"]) == (300, 57, 357)
        assert (wholesale["net"], wholesale["tax"], wholesale["gross"]) == (1500, 285, 1785)
        assert _codes(too_few) == ["below_minimum"]
        assert shop.stock("soap") == (500, 500 - 10 * 2 - 10 * 10)
        assert shop.balances() == _balances(cash_clearing=21_420, deposits=-21_420)
        assert found.compared["order"] >= len(orders)


def test_an_order_of_30_lines_half_short_names_every_short_line(unruly: Desk) -> None:
    plenty, few = [f"plenty-{n}" for n in range(HALF)], [f"few-{n}" for n in range(HALF)]
    stock = {**dict.fromkeys(plenty, 9), **dict.fromkeys(few, 1)}
    with Shop(unruly, "half-short").set_up(stock) as shop:
        id = shop.buy(dict.fromkeys([*plenty, *few], 2))

        reconciled(unruly, shop.id)

        order = shop.show(id)
        assert order["status"] == "REJECTED"
        assert {short["sku"] for short in order["shortages"]} == set(few)
        assert {(short["wanted"], short["available"]) for short in order["shortages"]} == {(2, 1)}
        assert {shop.stock(sku) for sku in plenty} == {(9, 9)}
        assert shop.balances() == _balances(cash_clearing=order["gross"], refunds_due=-order["gross"])


def test_an_order_can_be_cancelled_before_during_and_after_its_processing(unruly: Desk) -> None:
    with Shop(unruly, "cancelled").set_up({"soap": 100, "mop": 100}) as shop:

        def regret(_: int) -> str:
            id = shop.buy({"soap": 1, "mop": 2})
            assert shop.customer.post(f"/orders/{id}/cancel", json={}).status_code == 200
            return id

        with ThreadPoolExecutor(8) as pool:
            at_once = list(pool.map(regret, range(24)))
        late = [shop.buy({"soap": 3}) for _ in range(4)]
        for id in late:
            shop.wait_for(id, "PROCESSED")
            assert shop.customer.post(f"/orders/{id}/cancel", json={}).status_code == 200

        reconciled(unruly, shop.id)

        stories = [tuple(shop.story(id)) for id in at_once]
        assert set(stories) <= {("NEW", "CANCELLED"), ("NEW", "PROCESSED", "CANCELLED")}
        assert ("NEW", "CANCELLED") in stories
        assert {tuple(shop.story(id)) for id in late} == {("NEW", "PROCESSED", "CANCELLED")}
        assert (shop.stock("soap"), shop.stock("mop")) == ((100, 100), (100, 100))
        balances = shop.balances()
        assert (balances["deposits"], balances["revenue"], balances["tax"]) == (0, 0, 0)
        assert balances["cash_clearing"] == -balances["refunds_due"] > 0


def test_what_is_dispatched_is_sold_and_what_comes_back_is_credited(unruly: Desk) -> None:
    with Shop(unruly, "parcels").set_up({"soap": 50, "mop": 50}) as shop:
        orders = [shop.buy({"soap": 2, "mop": 1}) for _ in range(PARCELS)]
        for place, id in enumerate(orders):
            shop.wait_for(id, "PROCESSED")
            assert shop.step("dispatch", id, carrier="Post").status_code == 200
            if place % 2 == 0:
                assert shop.step("deliver", id).status_code == 200
            if place % 4 >= 2:  # half of them come back, and half of those can be sold again
                assert shop.step("return", id, restock=place % 4 == 2).status_code == 200
        refused = shop.customer.post(f"/orders/{orders[1]}/cancel", json={})

        reconciled(unruly, shop.id)

        ends = ["DELIVERED", "DISPATCHED", "RETURNED", "RETURNED"] * (PARCELS // 4)
        assert [shop.status(id) for id in orders] == ends
        assert refused.json()["code"] == "illegal_transition"
        gone = PARCELS * 3 // 4
        assert (shop.stock("soap"), shop.stock("mop")) == (
            (50 - 2 * gone, 50 - 2 * gone),
            (50 - gone, 50 - gone),
        )
        sold = PARCELS // 2  # and not returned, at 3.57 each
        assert shop.balances() == _balances(
            cash_clearing=357 * PARCELS, revenue=-300 * sold, tax=-57 * sold, refunds_due=-357 * sold
        )
        documents = [_documents(shop, id) for id in orders]
        assert [len(found) for found in documents] == [1, 1, 2, 2] * (PARCELS // 4)
        numbers = [number for found in documents for number in found.values()]
        assert len(set(numbers)) == len(numbers)


def test_a_closed_shop_takes_no_orders_and_the_last_word_counts(unruly: Desk) -> None:
    with Shop(unruly, "closing").set_up({"soap": 50}) as shop:
        orders = [shop.buy({"soap": 1})]
        refusals = []
        for _ in range(DAYS):
            for verb in (*("close", "open") * 4, "close"):
                assert shop.owner.post(f"/shops/{shop.id}/{verb}").status_code == 200
            unruly.wait_until_settled()
            refusals.append(shop.ask({"soap": 1}))
            shop.owner.post(f"/shops/{shop.id}/open")
            unruly.wait_until_settled()
            orders.append(shop.buy({"soap": 1}))

        reconciled(unruly, shop.id)

        assert [_codes(refused) for refused in refusals] == [["shop_closed"]] * DAYS
        assert {shop.status(id) for id in orders} == {"PROCESSED"}
        assert shop.stock("soap") == (50, 49 - DAYS)


def test_a_price_that_changed_is_told_with_the_present_total(unruly: Desk) -> None:
    with Shop(unruly, "dearer").set_up({"soap": 50}) as shop:
        for retail in (*range(130, 180, 5), 238):
            shop.sell("soap", retail)
        unruly.wait_until_settled()
        changed = shop.ask({"soap": 2}, expected_total=238)
        id = shop.buy({"soap": 2}, expected_total=changed.json()["total"])

        reconciled(unruly, shop.id)

        assert changed.status_code == 409
        assert _told(changed) == {"code": "price_changed", "total": 476, "currency": "EUR"}
        assert shop.show(id)["gross"] == 476
        assert shop.status(id) == "PROCESSED"


def _codes(refused: httpx.Response) -> list[str]:
    return [fault["code"] for fault in refused.json()["errors"]]


def _told(problem: httpx.Response) -> dict[str, Any]:
    return {name: problem.json()[name] for name in ("code", "total", "currency")}


def _documents(shop: Shop, order_id: str) -> dict[str, str]:
    """Return the numbers of an order's invoice and credit note."""
    found = shop.owner.get(f"/shops/{shop.id}/orders/{order_id}/invoice").json()
    return {form: found[form]["number"] for form in ("invoice", "credit_note") if found.get(form)}


def _balances(**balances: int) -> dict[str, int]:
    accounts = ("cash_clearing", "deposits", "revenue", "tax", "refunds_due", "opening")
    return dict.fromkeys(accounts, 0) | balances
