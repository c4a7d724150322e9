"""Scarce goods, with events shuffled and doubled: never sold twice, and who came first is served first."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.journeys.agreement import reconciled
from tests.journeys.desk import Desk
from tests.journeys.shops import Shop

CROWD = 50


def test_the_last_piece_goes_to_one_of_50_and_the_others_are_rejected(unruly: Desk) -> None:
    with Shop(unruly, "last-piece").set_up({"soap": 1}) as shop:
        orders = shop.buy_at_once(CROWD, {"soap": 1})

        reconciled(unruly, shop.id)

        assert Counter(map(shop.status, orders)) == {"PROCESSED": 1, "REJECTED": CROWD - 1}
        assert shop.stock("soap") == (1, 0)


def test_the_last_piece_goes_to_one_of_50_and_the_others_wait_for_the_next(unruly: Desk) -> None:
    with Shop(unruly, "patient", waits=True).set_up({"soap": 1, "mop": 60}) as shop:
        orders = shop.buy_at_once(CROWD, {"soap": 1, "mop": 1})
        reconciled(unruly, shop.id)
        ends = {id: shop.status(id) for id in orders}  # before the cancel: the next is served while we look
        nothing_left = shop.stock("soap")
        first = next(id for id, end in ends.items() if end == "PROCESSED")
        shop.customer.post(f"/orders/{first}/cancel", json={})

        reconciled(unruly, shop.id)

        assert Counter(ends.values()) == {"PROCESSED": 1, "BACKORDERED": CROWD - 1}
        assert nothing_left == (1, 0)
        assert Counter(map(shop.status, orders)) == {
            "CANCELLED": 1,
            "PROCESSED": 1,
            "BACKORDERED": CROWD - 2,
        }
        assert (shop.stock("soap"), shop.stock("mop")) == ((1, 0), (60, 59))


def test_backorders_are_filled_oldest_first_when_stock_arrives(unruly: Desk) -> None:
    with Shop(unruly, "queue", waits=True).set_up({"soap": 0, "mop": 0}) as shop:
        orders = [shop.buy({"soap": 2, "mop": 1} if n % 3 == 0 else {"soap": 2}) for n in range(12)]
        unruly.wait_until_settled()
        waiting = Counter(map(shop.status, orders))
        cancelled = orders.pop(4)
        assert shop.customer.post(f"/orders/{cancelled}/cancel", json={}).status_code == 200
        shop.receive("mop", 4)
        served = []
        for pieces in (6, 1, 7, 8):
            shop.receive("soap", pieces)
            orders.append(
                shop.buy({"soap": 1})
            )  # must wait, even beside a single piece that nobody else can use
            reconciled(unruly, shop.id)
            ends = [shop.status(id) for id in orders]
            served.append(ends.count("PROCESSED"))
            assert ends == ["PROCESSED"] * served[-1] + ["BACKORDERED"] * (len(orders) - served[-1])

        assert waiting == {"BACKORDERED": 12}
        assert served == [3, 3, 7, 11]
        assert (shop.stock("soap"), shop.stock("mop")) == ((22, 0), (4, 0))


def test_nobody_waits_for_goods_that_came_in_the_same_moment(unruly: Desk) -> None:
    with Shop(unruly, "just-in-time", waits=True).set_up({"soap": 1}) as shop:
        with ThreadPoolExecutor(8) as pool:
            both = [
                (pool.submit(shop.buy, {"soap": 1}), pool.submit(shop.receive, "soap", 1))
                for _ in range(CROWD)
            ]
        orders = [order.result() for order, _ in both]
        assert [arrival.exception() for _, arrival in both] == [None] * CROWD

        reconciled(unruly, shop.id)

        assert {shop.status(id) for id in orders} == {"PROCESSED"}
        assert shop.stock("soap") == (CROWD + 1, 1)


def test_an_order_that_lacks_15_products_goes_through_when_all_have_come(unruly: Desk) -> None:
    skus = [f"part-{n}" for n in range(30)]
    with Shop(unruly, "kits", waits=True).set_up(dict.fromkeys(skus, 1)) as shop:
        id = shop.buy(dict.fromkeys(skus[:15], 1) | dict.fromkeys(skus[15:], 3))
        unruly.wait_until_settled()
        short = shop.show(id)
        for sku in skus[15:]:
            shop.receive(sku, 2)

        reconciled(unruly, shop.id)

        assert short["status"] == "BACKORDERED"
        assert [one["sku"] for one in short["shortages"]] == skus[15:]
        assert shop.story(id) == ["NEW", "BACKORDERED", "PROCESSED"]
        assert {shop.stock(sku)[1] for sku in skus} == {0}
