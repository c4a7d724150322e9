"""Whatever happens, in whatever order messages come and however often: the counts are right and nobody is forgotten."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.services.inventory.entries import ENTRIES
from frontdesk.services.inventory.events import StockReserved
from frontdesk.services.inventory.holds import HOLDS, HoldState
from frontdesk.services.inventory.reservations import RESERVATIONS, Kept, State
from tests.unit.inventory.world import LOCATIONS, SKUS, World

# What may have become of an order's goods, by what became of the order.
ENDS = {
    "NEW": {State.WAITING},
    "PROCESSED": {State.RESERVED},
    "REJECTED": {State.SHORT},
    "CANCELLED": {State.CANCELLED, State.SHORT},
    "DISPATCHED": {State.SHIPPED},
    "RETURNED": {State.RESTOCKED, State.DISCARDED},
}


def pieces(lines: list[Kept]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for line in lines:
        found[line.sku, line.location] += line.quantity
    return found


def check_counts(world: World) -> None:
    """On hand is what came in and did not leave; free is what of that is kept for nobody."""
    records = [r for (kind, _), r in world.room.store.records.items() if kind == "reservation"]
    reservations = [RESERVATIONS.load(record).value for record in records]
    holds = [HOLDS.load(r).value for (kind, _), r in world.room.store.records.items() if kind == "hold"]
    booked = [
        ENTRIES.load(r).value for (kind, _), r in world.room.store.records.items() if kind == "stock_entry"
    ]
    came = pieces([Kept(entry.sku, entry.quantity, entry.location) for entry in booked])
    left = pieces([k for r in reservations if r.state in {State.SHIPPED, State.DISCARDED} for k in r.lines])
    kept = pieces(
        [k for r in reservations if r.state is State.RESERVED for k in r.lines]
        + [k for hold in holds if hold.state is HoldState.LIVE for k in hold.lines]
    )
    for sku in SKUS:
        for location in LOCATIONS:
            place = (sku, location)
            free, on_hand = world.room.free(*place), world.room.on_hand(*place)
            assert on_hand == came[place] - left[place]
            assert free == on_hand - kept[place]
            assert min(free, on_hand) >= 0


def check_queues(world: World) -> None:
    """Nobody waits beside a full shelf, the oldest comes first, and who waits stands in one queue."""
    waiting = {}
    for sku in [sku for sku in SKUS if ("shelf", f"corner-snacks:{sku}") in world.room.store.records]:
        shelf = world.room.shelf(sku)
        free = [world.room.free(sku, location) for location in shelf.locations]
        assert list(shelf.waiting) == sorted(shelf.waiting)
        assert not shelf.waiting or shelf.waiting[0].quantity > max(free, default=0)
        assert shelf.level is shelf.level_at(sum(free))
        for turn in shelf.waiting:
            assert turn.order_id not in waiting
            waiting[turn.order_id] = sku
    states = {id: world.room.reservation(id) for id in world.orders}
    assert waiting == {id: r.waiting_on for id, r in states.items() if r and r.state is State.WAITING}


def check_orders(world: World) -> None:
    """Every order came to the end that it should, was promised its goods at most once, and passed nobody."""
    for id, status in world.orders.items():
        assert world.room.state(id) in ENDS[status], (id, status)
    promised = Counter(fact.order_id for fact in world.room.heard(StockReserved))
    assert max(promised.values(), default=0) <= 1
    assert world.crowded or world.passed == []  # who read an empty queue may save after its first has come


def live(seed: int, steps: int, *, crowded: bool = False) -> World:
    world = World(Random(seed), crowded=crowded)  # noqa: S311 - a history must repeat itself
    for _ in range(steps):
        world.step()
    world.rest()
    check_counts(world)
    check_queues(world)
    check_orders(world)
    return world


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 120), st.booleans())
def test_any_history_leaves_the_stock_room_in_order(seed: int, steps: int, crowded: bool) -> None:  # noqa: FBT001 - drawn
    live(seed, steps, crowded=crowded)


def test_the_histories_are_full_of_life() -> None:
    seen: Counter[str] = Counter()
    for seed in range(30):
        world = live(seed, 150)
        seen.update(world.room.state(id) for id in world.orders)
        seen.update(world.room.names())
        holds = [HOLDS.load(r).value for (kind, _), r in world.room.store.records.items() if kind == "hold"]
        seen.update(f"hold {hold.state}" for hold in holds)
    rare = {"WAITING", "DISCARDED", "RESTOCKED", "Stock Low", "Back In Stock", "hold CONSUMED", "hold LAPSED"}
    assert min(seen[name] for name in rare) >= 8, seen


@pytest.mark.slow
def test_a_thousand_long_histories_do_too() -> None:
    for seed in range(1_000):
        live(seed, 200, crowded=seed % 2 == 0)
