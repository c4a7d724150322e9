"""Low, out and back in stock: each told once, when it becomes so."""

import pytest

from frontdesk.kernel.errors import Conflict
from frontdesk.services.inventory.events import BackInStock, StockLow, StockMoved, StockOut
from frontdesk.services.inventory.shelves import Level
from tests.unit.inventory.stockroom import SHOP, StockRoom, cancelled

NEWS = {StockLow.NAME, StockOut.NAME, BackInStock.NAME}


def news(room: StockRoom) -> list[str]:
    return [name for name in room.names() if name in NEWS]


def test_goods_that_come_in_for_the_first_time_are_back_in_stock() -> None:
    room = StockRoom()
    room.receive("cola", 10)
    (back,) = room.heard(BackInStock)
    assert (back.shop_id, back.sku, back.available) == (SHOP, "cola", 10)
    assert room.shelf("cola").level is Level.OK


def test_a_shelf_becomes_low_then_empty_then_full_again_and_each_is_told_once() -> None:
    room = StockRoom()
    room.receive("cola", 10, low_at=3)
    for n in range(10):
        room.order(f"o{n}", cola=1)
    assert news(room) == ["Back In Stock", "Stock Low", "Stock Out"]
    assert room.heard(StockLow)[0].available == 3
    room.receive("cola", 2)
    room.receive("cola", 8)
    assert news(room)[3:] == ["Back In Stock"]
    room.order("many", cola=7)
    assert news(room)[4:] == ["Stock Low"]


def test_an_order_that_leaves_plenty_asks_nobody_to_look() -> None:
    room = StockRoom()
    room.receive("cola", 10, low_at=3)
    before = len(room.heard(StockMoved))
    room.order("o1", cola=6)
    assert len(room.heard(StockMoved)) == before
    room.order("o2", cola=1)
    assert len(room.heard(StockMoved)) == before + 1


def test_several_locations_are_one_shelf() -> None:
    room = StockRoom()
    room.receive("cola", 2, "counter", low_at=3)
    room.receive("cola", 2, "cellar")
    room.order("o1", cola=2)
    assert news(room) == ["Back In Stock", "Stock Low"]
    room.order("o2", cola=2)
    assert news(room)[2:] == ["Stock Out"]


def test_what_somebody_waits_for_is_out_for_everybody_else() -> None:
    room = StockRoom()
    room.receive("cola", 3)
    room.patient_order("big", cola=5)
    assert news(room) == ["Back In Stock", "Stock Out"]
    room.hear(cancelled("big"))
    assert room.heard(BackInStock)[-1].available == 3


def test_what_an_order_moves_on_to_wait_for_is_out_from_then_on() -> None:
    room = StockRoom()
    room.receive("nuts", 1)
    room.patient_order("o1", cola=1, nuts=2)
    assert room.shelf("nuts").level is Level.OK
    room.receive("cola", 1)
    assert room.shelf("nuts").level is Level.OUT
    assert room.shelf("cola").level is Level.OK


def test_goods_that_all_go_to_who_waits_were_never_back() -> None:
    room = StockRoom()
    room.patient_order("o1", cola=5)
    room.receive("cola", 5)
    assert news(room) == []
    assert room.shelf("cola").level is Level.OUT


def test_what_a_waiting_order_takes_from_other_shelves_is_told_too() -> None:
    room = StockRoom()
    room.receive("nuts", 2)
    room.patient_order("o1", cola=1, nuts=2)
    room.receive("cola", 5)
    assert [fact.sku for fact in room.heard(StockOut)] == ["nuts"]
    assert room.shelf("nuts").level is Level.OUT


def test_two_orders_that_together_make_a_shelf_low_cannot_both_overlook_it() -> None:
    room = StockRoom()
    room.receive("cola", 12, low_at=5)
    counts = room.store.counts

    async def outdated(keys: list[str]) -> dict[str, int]:
        return dict.fromkeys(keys, 12)

    room.order("o1", cola=4)
    room.store.counts = outdated  # type: ignore[method-assign,assignment] # read before o1 was saved
    with pytest.raises(Conflict):
        room.order("o2", cola=4)
    room.store.counts = counts  # type: ignore[method-assign] # as it was
    room.order("o2", cola=4)
    assert news(room)[-1] == "Stock Low"
