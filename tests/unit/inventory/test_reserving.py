"""All of an order or nothing of it, and what becomes of it from there."""

import pytest

from frontdesk.services.inventory.events import GoodsReturned, ShortLine, StockReserved, StockShort
from frontdesk.services.inventory.reservations import Kept
from frontdesk.services.orders.events import OrderedLine
from tests.unit.driver import START
from tests.unit.inventory.stockroom import (
    SHOP,
    StockRoom,
    cancelled,
    created,
    dispatched,
    rejected,
    returned,
)


def stocked(**pieces: int) -> StockRoom:
    room = StockRoom()
    for sku, quantity in pieces.items():
        room.receive(sku, quantity)
    return room


def test_an_order_of_what_is_there_is_reserved_and_stays_on_hand() -> None:
    room = stocked(cola=10, crisps=4)
    room.order("o1", cola=3, crisps=4)
    assert (room.free("cola"), room.free("crisps")) == (7, 0)
    assert (room.on_hand("cola"), room.on_hand("crisps")) == (10, 4)
    reservation = room.reservation("o1")
    assert reservation is not None
    assert reservation.lines == (Kept("cola", 3, "cellar"), Kept("crisps", 4, "cellar"))
    (reserved,) = room.heard(StockReserved)
    assert (reserved.order_id, reserved.shop_id, reserved.reserved_at) == ("o1", SHOP, START)


def test_an_order_that_lacks_one_line_gets_nothing_and_hears_every_short_line() -> None:
    room = stocked(cola=10, crisps=4, nuts=1)
    room.order("o1", cola=3, crisps=5, nuts=2, water=1)
    assert [room.free(sku) for sku in ("cola", "crisps", "nuts")] == [10, 4, 1]
    (short,) = room.heard(StockShort)
    assert short.lines == (ShortLine("crisps", 5, 4), ShortLine("nuts", 2, 1), ShortLine("water", 1, 0))
    assert not short.waits
    assert room.state("o1") == "SHORT"


def test_an_order_of_what_has_no_stock_is_no_concern_of_ours() -> None:
    room = stocked(cola=10)
    event = created("o1", {})
    coffee = OrderedLine("coffee", 1, 0, 0, 0, tracked=False)
    room.tell(
        type(event)(**{f: getattr(event, f) for f in event.__struct_fields__} | {"lines": (coffee,)}), "o1"
    )
    assert room.state("o1") == ""
    assert room.heard(StockReserved) == []


def test_only_the_tracked_lines_of_an_order_count() -> None:
    room = stocked(cola=10)
    event = created("o1", {"cola": 2})
    coffee = OrderedLine("coffee", 1, 0, 0, 0, tracked=False)
    fields = {field: getattr(event, field) for field in event.__struct_fields__}
    room.tell(type(event)(**fields | {"lines": (coffee, *event.lines)}), "o1")
    assert room.state("o1") == "RESERVED"
    assert room.free("cola") == 8


def test_the_same_product_in_two_lines_is_counted_together() -> None:
    room = stocked(cola=3)
    event = created("o1", {"cola": 2})
    fields = {field: getattr(event, field) for field in event.__struct_fields__}
    room.tell(type(event)(**fields | {"lines": event.lines * 2}), "o1")
    (short,) = room.heard(StockShort)
    assert short.lines == (ShortLine("cola", 4, 3),)


def test_a_line_is_served_from_the_first_location_that_has_all_of_it() -> None:
    room = stocked()
    room.receive("cola", 2, "counter")
    room.receive("cola", 5, "cellar")
    room.order("o1", cola=3)
    room.order("o2", cola=1)
    assert (room.free("cola", "counter"), room.free("cola", "cellar")) == (1, 2)
    room.order("o3", cola=3)
    (short,) = room.heard(StockShort)
    assert short.lines == (ShortLine("cola", 3, 2),)


def test_an_order_heard_of_twice_is_reserved_once() -> None:
    room = stocked(cola=10)
    message = room.order("o1", cola=3)
    room.deliver(message)
    room.tell(created("o1", {"cola": 3}), "o1", 2)
    assert room.free("cola") == 7
    assert len(room.heard(StockReserved)) == 1


@pytest.mark.parametrize("fact", [cancelled, rejected])
def test_what_was_kept_for_an_order_that_is_off_is_free_again(fact: type) -> None:
    room = stocked(cola=10)
    room.order("o1", cola=3)
    room.hear(fact("o1"))
    room.hear(fact("o1"))
    assert (room.free("cola"), room.on_hand("cola"), room.state("o1")) == (10, 10, "CANCELLED")


def test_an_order_cancelled_before_it_was_heard_of_gets_nothing() -> None:
    room = stocked(cola=10)
    room.hear(cancelled("o1"))
    room.order("o1", cola=3)
    assert (room.free("cola"), room.state("o1")) == (10, "CANCELLED")
    assert room.heard(StockReserved) == []


def test_what_is_dispatched_is_no_longer_on_hand() -> None:
    room = stocked(cola=10)
    room.order("o1", cola=3)
    room.hear(dispatched("o1"))
    room.hear(dispatched("o1"))
    assert (room.free("cola"), room.on_hand("cola"), room.state("o1")) == (7, 7, "SHIPPED")


def test_what_comes_back_can_be_sold_again() -> None:
    room = stocked(cola=10)
    room.order("o1", cola=3)
    room.hear(dispatched("o1"))
    room.hear(returned("o1"))
    room.hear(returned("o1"))
    room.hear(GoodsReturned(order_id="o1", shop_id=SHOP))
    assert (room.free("cola"), room.on_hand("cola"), room.state("o1")) == (10, 10, "RESTOCKED")


def test_what_comes_back_broken_cannot() -> None:
    room = stocked(cola=10)
    room.order("o1", cola=3)
    room.hear(dispatched("o1"))
    room.hear(returned("o1", restock=False))
    assert (room.free("cola"), room.on_hand("cola"), room.state("o1")) == (7, 7, "DISCARDED")


@pytest.mark.parametrize(("restock", "pieces", "state"), [(True, 10, "RESTOCKED"), (False, 7, "DISCARDED")])
def test_a_return_may_be_heard_of_before_the_dispatch(restock: bool, pieces: int, state: str) -> None:  # noqa: FBT001 - an example
    room = stocked(cola=10)
    room.order("o1", cola=3)
    room.hear(returned("o1", restock=restock))
    room.hear(dispatched("o1"))
    assert (room.free("cola"), room.on_hand("cola"), room.state("o1")) == (pieces, pieces, state)


@pytest.mark.parametrize("fact", [dispatched, returned])
def test_facts_about_an_order_without_a_stock_change_nothing(fact: type) -> None:
    room = stocked(cola=10)
    room.hear(fact("o1"))
    assert room.state("o1") == ""


def test_an_order_of_fifty_products_fits_into_one_commit_each_way() -> None:
    skus = [f"sku-{n}" for n in range(50)]
    room = stocked(**dict.fromkeys(skus, 2))
    room.order("o1", **dict.fromkeys(skus, 2))
    room.hear(dispatched("o1"))
    room.hear(returned("o1"))
    room.order("o2", **dict.fromkeys(skus, 1))
    room.hear(cancelled("o2"))
    assert {room.free(sku) for sku in skus} == {room.on_hand(sku) for sku in skus} == {2}
