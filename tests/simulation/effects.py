"""How one sees that a message has had its effect: in what is stored, by nobody's word."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.kernel.messages import Message, decoder
from tests.simulation.kiosk.model import BOARD_ID, JAM, POISON, TILL_ID, HoldState, ReservationState, Turn

Values = Mapping[tuple[str, str], Any]
Body = dict[str, Any]


def has_effect(values: Values, subscriber: str, message: Message) -> bool:
    """Return whether a subscriber has done what this message asks for."""
    return _EFFECTS[subscriber, message.name](values, decoder(Body).decode(message.body))


def _is_processed(values: Values, event: Body) -> bool:
    return len(values["order", event["order_id"]].steps) > 1


def _is_priced(values: Values, event: Body) -> bool:
    price = values.get(("orders_price", f"{event['shop_id']}:{event['sku']}"))
    return price is not None and edition(price.name) >= edition(event["name"])


def edition(name: str) -> int:
    """Return how often a product has changed: its name ends in that."""
    return int(name.rpartition(" ")[2])


def _is_reserved(values: Values, event: Body) -> bool:
    return ("reservation", f"res_{event['order_id']}") in values


def _is_released(values: Values, event: Body) -> bool:
    reservation = values.get(("reservation", f"res_{event['order_id']}"))
    return reservation is not None and reservation.state is ReservationState.RELEASED


def _is_taken(values: Values, event: Body) -> bool:
    till = values.get(("till", TILL_ID))
    return till is not None and event["order_id"] in till.all


def _is_copied(values: Values, event: Body) -> bool:
    board = values.get(("board", BOARD_ID))
    return (
        board is not None
        and event["sku"] in board.tags
        and board.tags[event["sku"]].edition >= event["edition"]
    )


def _is_turned(values: Values, event: Body) -> bool:
    if event["amount"] in {POISON, JAM}:
        return bool(event["amount"] == JAM)
    turn = Turn(event["sku"], event["edition"])
    return any(value == turn for (kind, _), value in values.items() if kind == "turn")


def _is_lapsed(values: Values, event: Body) -> bool:
    hold = values["hold", event["hold_id"]]
    return hold.state is not HoldState.HELD or hold.until.isoformat() > event["until"].replace("Z", "+00:00")


_EFFECTS: Mapping[tuple[str, str], Callable[[Values, Body], bool]] = {
    ("orders-processor", "Order Ready"): _is_processed,
    ("orders-price-list", "Product Changed"): _is_priced,
    ("kiosk-stock", "Order Created"): _is_reserved,
    ("kiosk-stock", "Order Cancelled"): _is_released,
    ("kiosk-till", "Order Processed"): _is_taken,
    ("kiosk-board", "Tag Set"): _is_copied,
    ("kiosk-crank", "Tag Set"): _is_turned,
    ("kiosk-holds", "Hold Lapsed"): _is_lapsed,
}
