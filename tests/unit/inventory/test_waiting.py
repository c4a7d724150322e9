"""Who waits for stock, in which order, and that nobody waits beside a full shelf."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from frontdesk.kernel.bus import fate
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Add, Commit
from frontdesk.services.inventory import shelves
from frontdesk.services.inventory.events import ShortLine, StockMoved, StockReserved, StockShort
from frontdesk.services.inventory.stock import free_key
from tests.unit.driver import START, run
from tests.unit.inventory.stockroom import SHOP, STAFF, StockRoom, cancelled, created


def served(room: StockRoom) -> list[str]:
    return [fact.order_id for fact in room.heard(StockReserved)]


def test_an_order_that_may_wait_is_served_when_stock_comes() -> None:
    room = StockRoom()
    room.patient_order("o1", cola=3)
    (short,) = room.heard(StockShort)
    assert short.waits
    assert short.lines == (ShortLine("cola", 3, 0),)
    room.receive("cola", 2)
    assert room.state("o1") == "WAITING"
    room.receive("cola", 2)
    assert (room.state("o1"), room.free("cola"), room.on_hand("cola")) == ("RESERVED", 1, 4)
    assert served(room) == ["o1"]
    assert room.queue("cola") == []


def test_the_oldest_is_served_first_whatever_order_they_were_heard_in() -> None:
    room = StockRoom()
    for id, after in [("late", 9), ("early", 1), ("middle", 5)]:
        room.tell(created(id, {"cola": 2}, after=after, waits=True), id)
    assert room.queue("cola") == ["early", "middle", "late"]
    room.receive("cola", 4)
    assert served(room) == ["early", "middle"]
    assert room.queue("cola") == ["late"]


def test_nobody_passes_the_head_of_a_queue() -> None:
    room = StockRoom()
    room.receive("cola", 3)
    room.tell(created("big", {"cola": 5}, after=1, waits=True), "big")
    room.tell(created("small", {"cola": 1}, after=2, waits=True), "small")
    room.settle()
    assert room.queue("cola") == ["big", "small"]
    room.receive("cola", 2)
    assert served(room) == ["big"]
    room.receive("cola", 1)
    assert served(room) == ["big", "small"]


def test_an_order_that_may_not_wait_does_not_pass_either() -> None:
    room = StockRoom()
    room.receive("cola", 3)
    room.patient_order("big", cola=5)
    room.tell(created("hasty", {"cola": 1}, after=2), "hasty")
    assert room.state("hasty") == "SHORT"
    assert room.heard(StockShort)[-1].lines == (ShortLine("cola", 1, 0),)


def test_an_older_order_that_is_heard_of_late_is_served_before_who_waits() -> None:
    room = StockRoom()
    room.receive("cola", 3)
    room.tell(created("big", {"cola": 5}, after=5, waits=True), "big")
    room.tell(created("older", {"cola": 1}, after=1, waits=True), "older")
    assert (room.state("older"), room.state("big")) == ("RESERVED", "WAITING")


def test_an_order_waits_for_all_of_its_lines_one_after_the_other() -> None:
    room = StockRoom()
    room.patient_order("o1", cola=1, crisps=1, nuts=1)
    for sku in ("cola", "nuts"):
        room.receive(sku, 1)
        assert room.state("o1") == "WAITING"
        assert room.free(sku) == 1
    assert room.queue("crisps") == ["o1"]
    room.receive("crisps", 1)
    assert room.state("o1") == "RESERVED"
    assert [room.free(sku) for sku in ("cola", "crisps", "nuts")] == [0, 0, 0]
    assert served(room) == ["o1"]


def test_an_order_that_waits_elsewhere_lets_the_next_have_what_it_cannot_use_yet() -> None:
    room = StockRoom()
    room.tell(created("both", {"cola": 1, "nuts": 1}, after=1, waits=True), "both")
    room.tell(created("next", {"cola": 1}, after=2, waits=True), "next")
    room.receive("cola", 1)
    assert (room.state("both"), room.state("next")) == ("WAITING", "RESERVED")
    assert (room.queue("cola"), room.queue("nuts")) == ([], ["both"])


def test_who_moves_on_takes_the_turn_that_its_age_gives_it() -> None:
    room = StockRoom()
    room.tell(created("young", {"nuts": 1}, after=9, waits=True), "young")
    room.tell(created("old", {"cola": 1, "nuts": 1}, after=1, waits=True), "old")
    room.receive("cola", 1)
    assert room.queue("nuts") == ["old", "young"]
    room.receive("nuts", 1)
    assert served(room) == ["old"]


def test_an_order_that_moves_on_behind_somebody_is_served_after_them() -> None:
    room = StockRoom()
    room.receive("nuts", 1)
    room.tell(created("first", {"nuts": 2}, after=1, waits=True), "first")
    room.tell(created("second", {"cola": 1, "nuts": 1}, after=2, waits=True), "second")
    room.receive("cola", 1)
    assert (room.queue("cola"), room.queue("nuts")) == ([], ["first", "second"])
    room.hear(cancelled("first"))
    assert served(room) == ["second"]


def test_a_cancelled_order_leaves_its_queue_and_the_next_is_served() -> None:
    room = StockRoom()
    room.receive("cola", 2)
    room.tell(created("big", {"cola": 5}, after=1, waits=True), "big")
    room.tell(created("small", {"cola": 2}, after=2, waits=True), "small")
    room.hear(cancelled("big"))
    assert (room.state("big"), room.state("small")) == ("CANCELLED", "RESERVED")
    assert room.queue("cola") == []


def test_what_a_cancelled_order_gives_back_goes_to_who_waits() -> None:
    room = StockRoom()
    room.receive("cola", 2)
    room.order("lucky", cola=2)
    room.patient_order("patient", cola=2)
    room.hear(cancelled("lucky"))
    assert (room.state("patient"), room.free("cola")) == ("RESERVED", 0)


def test_a_long_queue_is_served_in_steps_that_each_fit_into_a_commit() -> None:
    room = StockRoom()
    orders = [f"o{n:02}" for n in range(35)]
    for n, id in enumerate(orders):
        room.tell(created(id, {"cola": 1, f"extra-{n}": 1}, after=n, waits=True), id)
    for n in range(35):
        room.receive(f"extra-{n}", 1)
    room.receive("cola", 35)
    assert served(room) == orders
    assert (room.free("cola"), room.on_hand("cola")) == (0, 35)


def test_orders_of_many_lines_are_served_in_smaller_steps() -> None:
    room = StockRoom()
    orders = ["o1", "o2", "o3"]
    for n, id in enumerate(orders):
        own = [f"{id}-{line}" for line in range(49)]
        for sku in own:
            room.receive(sku, 1)
        room.tell(created(id, {"cola": 1, **dict.fromkeys(own, 1)}, after=n, waits=True), id)
    room.receive("cola", 3)
    assert served(room) == orders


def test_a_queue_has_an_end_and_who_finds_it_full_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "MAX_WAITING", 2)
    room = StockRoom()
    for n in range(3):
        room.tell(created(f"o{n}", {"cola": 1}, after=n, waits=True), f"o{n}")
    assert [room.state(f"o{n}") for n in range(3)] == ["WAITING", "WAITING", "SHORT"]
    assert [short.waits for short in room.heard(StockShort)] == [True, True, False]
    room.tell(created("o3", {"cola": 1, "nuts": 1}, after=3, waits=True), "o3")
    assert room.queue("nuts") == ["o3"]


def test_a_message_that_comes_twice_serves_nobody_twice() -> None:
    room = StockRoom()
    for n in range(4):
        room.tell(created(f"o{n}", {"cola": 1}, after=n, waits=True), f"o{n}")
    room.receive("cola", 3)
    for message in tuple(room.store.log):
        room.deliver(message)
    room.settle(times=2)
    assert served(room) == ["o0", "o1", "o2"]
    assert (room.free("cola"), room.queue("cola")) == (0, ["o3"])


def raced(room: StockRoom, message: Message, between: Commit) -> None:
    """Deliver a message, and let another commit come between its reading and its own commit."""
    commit = room.store.commit
    waiting = [between]

    async def late(own: Commit) -> None:
        if waiting:
            await commit(waiting.pop())
        await commit(own)

    room.store.commit = late  # type: ignore[method-assign,assignment] # the race itself
    try:
        with pytest.raises(Conflict) as lost:
            room.deliver(message)
    finally:
        room.store.commit = commit  # type: ignore[method-assign] # as it was
    assert fate(lost.value, 1) == "rerun"
    room.deliver(message)


def test_just_enough_that_comes_while_an_order_begins_to_wait_is_not_missed() -> None:
    room = StockRoom()
    room.receive("cola", 1)
    told = StockRoom().tell(created("o1", {"cola": 2}, waits=True), "o1")
    raced(room, told, Commit(counters=(Add(free_key(SHOP, "cellar", "cola"), 1),)))
    assert (room.state("o1"), room.free("cola")) == ("RESERVED", 0)


def test_too_little_that_comes_while_an_order_begins_to_wait_changes_nothing() -> None:
    room = StockRoom()
    told = StockRoom().tell(created("o1", {"cola": 2}, waits=True), "o1")
    room.receive("cola", 1)
    room.deliver(told)
    assert (room.state("o1"), room.free("cola")) == ("WAITING", 1)


def test_stock_that_goes_while_an_order_is_reserved_is_not_sold_twice() -> None:
    room = StockRoom()
    room.receive("cola", 2)
    told = StockRoom().tell(created("o1", {"cola": 2}), "o1")
    raced(room, told, Commit(counters=(Add(free_key(SHOP, "cellar", "cola"), -1),)))
    assert (room.state("o1"), room.free("cola")) == ("SHORT", 1)


def test_stock_that_comes_while_an_order_moves_on_to_wait_for_it_is_not_missed() -> None:
    room = StockRoom()
    room.receive("nuts", 1)
    room.patient_order("o1", cola=1, nuts=2)
    room.send(STAFF, f"POST /shops/{SHOP}/stock/cola/receipts", {"location": "cellar", "quantity": 1})
    moved = [message for message in room.store.log if message.name == StockMoved.NAME][-1]
    raced(room, moved, Commit(counters=(Add(free_key(SHOP, "cellar", "nuts"), 1),)))
    assert (room.state("o1"), room.free("nuts")) == ("RESERVED", 0)


class Interruption:
    """Lets something happen just before the keeper reads for the second time."""

    def __init__(self) -> None:
        self.deed: Callable[[], object] = lambda: None
        self.reads = 0

    async def __call__(self, method: str, moment: str) -> None:
        """See `adapters.memory.store.Fault`."""
        self.reads += (method, moment) == ("get_many", "before")
        if self.reads == 2:
            deed, self.deed = self.deed, lambda: None
            deed()


def waiting_for_three(interruption: Interruption) -> tuple[StockRoom, Message]:
    """Return a room where one order can be served, and the message that asks for it."""
    room = StockRoom(interruption)
    room.tell(created("o1", {"cola": 1}, waits=True), "o1")
    body = {"location": "cellar", "quantity": 3}
    room.send(STAFF, f"POST /shops/{SHOP}/stock/cola/receipts", body)
    (moved,) = (message for message in room.store.log if message.name == StockMoved.NAME)
    return room, moved


def test_two_looks_at_one_queue_serve_its_head_once() -> None:
    interruption = Interruption()
    room, moved = waiting_for_three(interruption)
    interruption.reads = 0
    interruption.deed = lambda: room.tell(StockMoved(shop_id=SHOP, skus=("cola",)), "other")
    with pytest.raises(Conflict):
        room.deliver(moved)
    room.deliver(moved)
    assert (room.state("o1"), room.free("cola"), len(served(room))) == ("RESERVED", 2, 1)


def test_a_head_whose_stock_goes_while_it_is_looked_up_goes_on_waiting() -> None:
    interruption = Interruption()
    room, moved = waiting_for_three(interruption)
    body = {"location": "cellar", "quantity": -3, "reason": "broken"}
    interruption.reads = 0
    interruption.deed = lambda: room.send(STAFF, f"POST /shops/{SHOP}/stock/cola/adjustments", body)
    with pytest.raises(Conflict):
        room.deliver(moved)
    room.deliver(moved)
    assert (room.state("o1"), room.queue("cola")) == ("WAITING", ["o1"])


def test_a_look_at_shelves_where_nothing_is_to_do_saves_nothing() -> None:
    room = StockRoom()
    room.receive("cola", 1)
    before = len(room.store.log)
    room.tell(StockMoved(shop_id=SHOP, skus=("cola", "unheard-of")), "again")
    assert len(room.store.log) == before
    assert run(room.store.get("shelf", f"{SHOP}:unheard-of")) is None


def test_orders_of_one_moment_are_told_apart_by_their_ids() -> None:
    room = StockRoom()
    for id in ("b", "a"):
        room.tell(created(id, {"cola": 1}, waits=True), id)
    room.clock.advance(timedelta(hours=1))
    assert room.queue("cola") == ["a", "b"]
    assert room.shelf("cola").waiting[0].placed_at == START
