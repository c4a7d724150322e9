"""What must hold once the faults have stopped and nothing moves any more: everything accepted has come to its end."""

from collections import Counter

from frontdesk.services.orders.model import ORDERS
from tests.simulation.kiosk.model import (
    BOARD_ID,
    BOARDS,
    HOLDS,
    JAM,
    POISON,
    RESERVATIONS,
    TAGS,
    TILL_ID,
    TILLS,
    TURNS,
    Board,
    HoldState,
    ReservationState,
    Till,
)
from tests.simulation.laws import Laws, require
from tests.simulation.scheduler import Violation
from tests.simulation.world import Database

SAYS = {"NEW": "Order Created", "PROCESSED": "Order Processed", "CANCELLED": "Order Cancelled"}


def judge_rest(laws: Laws, database: Database) -> None:
    """Raise Violation when something was lost, is stuck, or disagrees with what was told about it."""
    for answered in laws.answered:
        require(answered in database.records, "something that was accepted is gone")
    _judge_orders(laws, database)
    _judge_tags(laws, database)
    for hold in laws.all(HOLDS).values():
        require(hold.state is not HoldState.HELD, "a hold has not lapsed")
    database.catch_up()


def _judge_orders(laws: Laws, database: Database) -> None:
    told = Counter((message.name, message.source) for message in database.log)
    till = laws.values.get((TILLS.name, TILL_ID), Till())
    paid = set()
    for id, order in laws.all(ORDERS).items():
        require(order.status != "NEW", "an order is still NEW")
        for step in order.steps:
            require(told.pop((SAYS[step.status], id), 0) == 1, f"{SAYS[step.status]} was not told once")
            if step.status == "PROCESSED":
                paid.add(id)
        reservation = laws.values.get((RESERVATIONS.name, f"res_{id}"))
        if reservation is None:
            raise Violation("an order without a reservation")
        if order.status == "CANCELLED":
            require(reservation.state is ReservationState.RELEASED, "a cancelled order keeps its goods")
        else:
            require(reservation.state is not ReservationState.RELEASED, "a live order has lost its goods")
    require(set(till.all) == paid, "the till and the orders do not agree")
    require(not any(name in SAYS.values() for name, _ in told), "an event without its order")


def _judge_tags(laws: Laws, database: Database) -> None:
    tags = laws.all(TAGS)
    told = [message for message in database.log if message.name == "Tag Set"]
    require(len(told) == sum(tag.edition for tag in tags.values()), "a tag was not told once for each change")
    require(
        laws.values.get((BOARDS.name, BOARD_ID), Board()).tags == tags, "the board is not what the tags are"
    )
    poisoned = {message.id for message in told if f'"amount":{POISON}' in message.body}
    require({message.id for _, message in laws.dead} == poisoned, "not every poison is a dead letter")
    jammed = sum(f'"amount":{JAM}}}' in message.body for message in told)
    turns = len(told) - len(poisoned) - jammed
    require(len(laws.all(TURNS)) == turns, "the crank was not turned once for each tag")
