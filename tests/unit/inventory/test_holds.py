"""Stock that is kept before there is an order: taken over, let go, or lapsed."""

from datetime import timedelta
from typing import Any

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.inventory.reservations import Kept
from tests.unit.driver import START, content, faults
from tests.unit.inventory.stockroom import ANA, BEN, SHOP, STAFF, StockRoom, created

HOLDS = f"POST /shops/{SHOP}/holds"


def wish(minutes: int = 15, **lines: int) -> dict[str, Any]:
    return {"lines": [{"sku": sku, "quantity": n} for sku, n in lines.items()], "minutes": minutes}


def held(room: StockRoom, caller: Caller = ANA, **lines: int) -> str:
    answer = room.send(caller, HOLDS, wish(**lines))
    assert answer.status == 201, answer.body
    room.settle()
    return str(content(answer)["hold_id"])


def stocked(**pieces: int) -> StockRoom:
    room = StockRoom()
    for sku, quantity in pieces.items():
        room.receive(sku, quantity)
    return room


def state(room: StockRoom, hold_id: str) -> str:
    return str(content(room.send(ANA, f"GET /holds/{hold_id}"))["state"])


def lapse(room: StockRoom) -> None:
    (key,) = room.store.timers
    timer = room.store.timers.pop(key)
    room.clock.advance(max(timedelta(0), timer.due - room.clock.now()))
    room.deliver(timer.message)
    room.settle()


def test_a_hold_keeps_its_lines_from_others_until_its_time_is_over() -> None:
    room = stocked(cola=3)
    answer = room.send(ANA, HOLDS, wish(minutes=10, cola=2))
    hold = content(answer)
    assert (answer.status, hold["state"], hold["shop_id"]) == (201, "LIVE", SHOP)
    assert hold["until"] == "2026-03-14T09:40:00Z"
    assert answer.headers["location"] == f"/holds/{hold['hold_id']}"
    room.order("o1", cola=2)
    assert (room.state("o1"), room.free("cola"), room.on_hand("cola")) == ("SHORT", 1, 3)
    lapse(room)
    assert (room.free("cola"), state(room, hold["hold_id"])) == (3, "LAPSED")


def test_a_hold_that_cannot_be_filled_names_its_short_lines_and_keeps_nothing() -> None:
    room = stocked(cola=3, nuts=1)
    refusal = room.send(ANA, HOLDS, wish(cola=2, nuts=2, water=1))
    assert (refusal.status, content(refusal)["code"]) == (409, "stock_is_short")
    assert content(refusal)["lines"] == [
        {"sku": "nuts", "wanted": 2, "available": 1},
        {"sku": "water", "wanted": 1, "available": 0},
    ]
    assert (room.free("cola"), room.free("nuts")) == (3, 1)


def test_an_order_takes_over_what_its_customer_holds() -> None:
    room = stocked(cola=3)
    hold = held(room, cola=3)
    room.tell(created("o1", {"cola": 3}, hold_id=hold), "o1")
    assert (room.state("o1"), room.free("cola"), state(room, hold)) == ("RESERVED", 0, "CONSUMED")
    lapse(room)
    assert (room.free("cola"), state(room, hold)) == (0, "CONSUMED")


def test_an_order_takes_only_the_difference_from_the_shelf_and_gives_back_what_it_leaves() -> None:
    room = stocked(cola=5, crisps=5, nuts=5)
    hold = held(room, cola=2, crisps=4, nuts=1)
    room.tell(created("o1", {"cola": 5, "crisps": 1}, hold_id=hold), "o1")
    assert room.state("o1") == "RESERVED"
    assert [room.free(sku) for sku in ("cola", "crisps", "nuts")] == [0, 4, 5]


def test_what_an_order_leaves_of_its_hold_goes_to_who_waits() -> None:
    room = stocked(cola=3)
    hold = held(room, cola=3)
    room.tell(created("patient", {"cola": 1}, waits=True), "patient")
    assert room.state("patient") == "WAITING"
    room.tell(created("o1", {"cola": 2}, after=1, hold_id=hold), "o1")
    room.settle()
    assert (room.state("o1"), room.state("patient"), room.free("cola")) == ("RESERVED", "RESERVED", 0)


def test_what_is_held_is_not_for_those_who_wait_longer() -> None:
    room = stocked(cola=1)
    hold = held(room, cola=1)
    room.tell(created("patient", {"cola": 1}, waits=True), "patient")
    room.tell(created("o1", {"cola": 1}, after=1, hold_id=hold), "o1")
    assert (room.state("o1"), room.state("patient")) == ("RESERVED", "WAITING")


def test_a_line_that_outgrows_its_hold_may_be_served_from_elsewhere() -> None:
    room = StockRoom()
    room.receive("cola", 3, "counter")
    room.receive("cola", 9, "cellar")
    hold = held(room, cola=3)
    room.tell(created("o1", {"cola": 5}, hold_id=hold), "o1")
    reservation = room.reservation("o1")
    assert reservation is not None
    assert reservation.lines == (Kept("cola", 5, "cellar"),)
    assert (room.free("cola", "counter"), room.free("cola", "cellar")) == (3, 4)


def test_a_hold_that_does_not_bring_the_whole_order_about_is_left_to_lapse() -> None:
    room = stocked(cola=3)
    hold = held(room, cola=3)
    room.tell(created("o1", {"cola": 3, "nuts": 1}, hold_id=hold, waits=True), "o1")
    assert (room.state("o1"), room.free("cola"), state(room, hold)) == ("WAITING", 0, "LIVE")
    room.receive("nuts", 1)
    lapse(room)
    assert (room.state("o1"), room.free("cola")) == ("RESERVED", 0)


@pytest.mark.parametrize("holder", [BEN, STAFF])
def test_nobody_takes_over_what_another_holds(holder: Caller) -> None:
    room = stocked(cola=3)
    hold = held(room, holder, cola=3)
    room.tell(created("o1", {"cola": 1}, hold_id=hold), "o1")
    assert (room.state("o1"), room.free("cola")) == ("SHORT", 0)


def test_an_order_at_another_shop_takes_nothing_over() -> None:
    room = stocked(cola=3)
    other = Caller("usr_o", STAFF.scopes, {"shop:other": "owner"})
    room.send(other, "POST /shops/other/stock/cola/receipts", {"location": "cellar", "quantity": 3})
    hold = content(room.send(ANA, "POST /shops/other/holds", wish(cola=3)))["hold_id"]
    room.tell(created("o1", {"cola": 1}, hold_id=hold), "o1")
    assert (room.state("o1"), room.free("cola"), state(room, hold)) == ("RESERVED", 2, "LIVE")


@pytest.mark.parametrize("hold_id", ["hld_unknown", "lapsed", "released"])
def test_an_order_with_a_hold_that_is_over_is_an_ordinary_one(hold_id: str) -> None:
    room = stocked(cola=3)
    hold = held(room, cola=3)
    if hold_id == "lapsed":
        lapse(room)
    else:
        room.send(ANA, f"DELETE /holds/{hold}")
    room.tell(created("o1", {"cola": 2}, hold_id="hld_unknown" if "_" in hold_id else hold), "o1")
    assert (room.state("o1"), room.free("cola")) == ("RESERVED", 1)


def test_a_released_hold_gives_everything_back_once() -> None:
    room = stocked(cola=3)
    hold = held(room, cola=3)
    first, again = room.send(ANA, f"DELETE /holds/{hold}"), room.send(ANA, f"DELETE /holds/{hold}")
    assert (first.status, again.status) == (200, 200)
    assert (room.free("cola"), state(room, hold)) == (3, "RELEASED")
    lapse(room)
    assert room.free("cola") == 3


def test_what_is_released_goes_to_who_waits() -> None:
    room = stocked(cola=3)
    hold = held(room, cola=3)
    room.patient_order("o1", cola=2)
    room.send(ANA, f"DELETE /holds/{hold}")
    room.settle()
    assert (room.state("o1"), room.free("cola")) == ("RESERVED", 1)


def test_a_hold_whose_order_has_come_cannot_be_released() -> None:
    room = stocked(cola=3)
    hold = held(room, cola=3)
    room.tell(created("o1", {"cola": 3}, hold_id=hold), "o1")
    refusal = room.send(ANA, f"DELETE /holds/{hold}")
    assert (refusal.status, content(refusal)["code"]) == (409, "hold_over")
    assert content(refusal)["hold_state"] == "CONSUMED"
    assert room.free("cola") == 0


def test_a_caller_has_one_live_hold_at_a_shop() -> None:
    room = stocked(cola=9)
    hold = held(room, cola=1)
    refusal = room.send(ANA, HOLDS, wish(cola=1))
    assert (refusal.status, content(refusal)["code"]) == (409, "hold_exists")
    held(room, BEN, cola=1)
    room.send(ANA, f"DELETE /holds/{hold}")
    taken = held(room, cola=1)
    room.tell(created("o1", {"cola": 1}, hold_id=taken), "o1")
    held(room, cola=1)


def test_once_its_time_is_over_a_hold_stands_in_nobodys_way_even_if_its_timer_is_late() -> None:
    room = stocked(cola=9)
    first = held(room, cola=1)
    room.clock.advance(timedelta(minutes=15))
    second = held(room, cola=1)
    room.tell(created("o1", {"cola": 1}, hold_id=first), "o1")
    assert (state(room, first), state(room, second)) == ("CONSUMED", "LIVE")
    refusal = room.send(ANA, HOLDS, wish(cola=1))
    assert content(refusal)["code"] == "hold_exists"
    assert room.free("cola") == 7


def test_a_repeat_with_its_key_hears_of_the_same_hold() -> None:
    room = stocked(cola=3)
    first = room.send(ANA, HOLDS, wish(cola=3), idempotency_key="k1")
    again = room.send(ANA, HOLDS, wish(cola=3), idempotency_key="k1")
    assert (again.status, content(again)) == (201, content(first))
    assert again.headers["idempotency-replayed"] == "true"
    assert room.free("cola") == 0
    room.send(ANA, f"DELETE /holds/{content(first)['hold_id']}")
    assert content(room.send(ANA, HOLDS, wish(cola=3), idempotency_key="k1"))["state"] == "LIVE"


def test_a_hold_is_there_for_its_holder_alone() -> None:
    room = stocked(cola=3)
    hold = held(room, cola=3)
    for caller in (BEN, STAFF):
        assert room.send(caller, f"GET /holds/{hold}").status == 404
        assert room.send(caller, f"DELETE /holds/{hold}").status == 404


def test_every_fault_of_a_hold_is_named() -> None:
    body = {"lines": [{"sku": "Cola", "quantity": 0}], "minutes": 61}
    refusal = StockRoom().send(ANA, HOLDS, body)
    assert faults(refusal) == {
        "/lines/0/sku": "wrong_format",
        "/lines/0/quantity": "too_small",
        "/minutes": "too_large",
    }
    assert faults(StockRoom().send(ANA, "POST /shops/No.Slug/holds", wish(cola=1))) == {
        "/shop_id": "wrong_format"
    }


def test_the_longest_order_can_take_over_the_longest_hold_in_one_commit() -> None:
    kept = {f"held-{n}": 1 for n in range(25)}
    wanted = {f"wanted-{n}": 1 for n in range(50)}
    room = stocked(**kept, **wanted)
    hold = held(room, ANA, **kept)
    room.tell(created("o1", wanted, hold_id=hold), "o1")
    assert (room.state("o1"), state(room, hold)) == ("RESERVED", "CONSUMED")
    assert {room.free(sku) for sku in kept} == {1}
    assert room.clock.now() == START
