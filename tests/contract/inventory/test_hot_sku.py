"""Sale day: everybody wants the same product at once, on every store."""

from collections import Counter

import pytest

from frontdesk.services.inventory.reservations import State
from frontdesk.services.inventory.shelves import Level
from tests.contract.inventory.rush import Desk, orders


def states(desk: Desk, number: int) -> Counter[State]:
    """Return how many orders are in each state."""
    ids = [message.source for message in orders(number)]
    return Counter(reservation.state for reservation in desk.reservations(ids))


def sell_out(desk: Desk, number: int, pieces: int) -> None:
    """Let so many orders come for so many pieces; everything must be sold, and nothing twice."""
    desk.receive(pieces)
    desk.take_in(orders(number))
    desk.rest()
    assert states(desk, number) == {State.RESERVED: pieces, State.SHORT: number - pieces}
    assert desk.free() == 0
    assert desk.shelf().level is Level.OUT
    assert desk.dead == {}


def test_hundreds_of_orders_share_what_there_is(desk: Desk) -> None:
    sell_out(desk, 150, 120)


@pytest.mark.parametrize("desk", ["memory", "sqlite"], indirect=True)
def test_five_thousand_orders_share_what_there_is(desk: Desk) -> None:
    sell_out(desk, 5_000, 4_200)


@pytest.mark.slow  # the emulator takes a minute or two
@pytest.mark.timeout(600)
@pytest.mark.emulator
@pytest.mark.parametrize("desk", ["dynamodb"], indirect=True)
def test_five_thousand_orders_share_what_there_is_in_the_cloud(desk: Desk) -> None:
    sell_out(desk, 5_000, 4_200)


def test_orders_that_wait_are_served_oldest_first_while_goods_come_in(desk: Desk) -> None:
    desk.receive(10)
    desk.take_in(orders(60, waits=True))
    desk.rest()
    assert states(desk, 60) == {State.RESERVED: 10, State.WAITING: 50}
    first = [turn.order_id for turn in desk.shelf().waiting]
    for quantity in (7, 1, 30):
        desk.receive(quantity)
    desk.rest()
    assert states(desk, 60) == {State.RESERVED: 48, State.WAITING: 12}
    assert [turn.order_id for turn in desk.shelf().waiting] == first[38:]
    assert (desk.free(), desk.dead) == (0, {})


def test_orders_and_deliveries_that_cross_leave_nobody_beside_a_full_shelf(desk: Desk) -> None:
    for start in range(0, 80, 20):
        desk.take_in(orders(80, waits=True)[start : start + 20])
        desk.receive(15)
    desk.rest()
    assert states(desk, 80) == {State.RESERVED: 60, State.WAITING: 20}
    assert (desk.free(), desk.dead) == (0, {})
