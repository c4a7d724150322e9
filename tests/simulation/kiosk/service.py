"""What the kiosk declares."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import AnyKind, Stored
from frontdesk.kernel.services import Reaction, Service
from frontdesk.services.orders.events import OrderCancelled, OrderCreated, OrderProcessed
from tests.simulation.kiosk import handlers
from tests.simulation.kiosk.model import (
    BOARDS,
    CLOSURES,
    DELIVERIES,
    DUTIES,
    HOLDS,
    KINDS,
    SALES,
    TAGS,
    TILLS,
    Delivery,
    HoldLapsed,
    Sale,
    Scribble,
    SetTag,
    TagSet,
    TakeHold,
)


def _value(stored: Stored[Any]) -> msgspec.Struct:
    value: msgspec.Struct = stored.value
    return value


def _post(
    path: str,
    handle: Callable[..., Awaitable[Any]],
    kind: AnyKind,
    body: type[msgspec.Struct] | None = None,
    location: str = "",
) -> Route:
    summary = handle.__name__.replace("_", " ").capitalize()
    return Route(
        "POST", path, handle, _value, kind.type, summary, scopes=(), body=body, kind=kind, location=location
    )


SERVICE = Service(
    name="kiosk",
    kinds=KINDS,
    routes=(
        _post("/deliveries", handlers.receive_goods, DELIVERIES, Delivery, "/deliveries/{id}"),
        _post("/sales", handlers.sell_goods, SALES, Sale, "/sales/{id}"),
        _post("/till/bank", handlers.bank_money, TILLS),
        _post("/board/scribble", handlers.scribble, BOARDS, Scribble),
        _post("/tags/{sku}", handlers.set_tag, TAGS, SetTag),
        _post("/holds", handlers.take_hold, HOLDS, TakeHold, "/holds/{id}"),
        _post("/holds/{id}/extend", handlers.extend_hold, HOLDS),
        _post("/holds/{id}/confirm", handlers.confirm_hold, HOLDS),
        _post("/holds/{id}/release", handlers.release_hold, HOLDS),
        _post("/slots/{slot}/close", handlers.close_slot, CLOSURES),
        _post("/rota/{id}/leave", handlers.leave_duty, DUTIES),
        _post("/rota/{id}/join", handlers.join_duty, DUTIES),
    ),
    reactions=(
        Reaction(OrderCreated, handlers.reserve_goods, subscriber="kiosk-stock"),
        Reaction(OrderCancelled, handlers.release_goods, subscriber="kiosk-stock"),
        Reaction(OrderProcessed, handlers.take_money, subscriber="kiosk-till", shared=True),
        Reaction(TagSet, handlers.copy_tag, subscriber="kiosk-board", latest=True),
        Reaction(TagSet, handlers.turn_crank, subscriber="kiosk-crank", together=8),
        Reaction(HoldLapsed, handlers.lapse_hold, subscriber="kiosk-holds"),
    ),
    events=(TagSet,),
    timers=(HoldLapsed,),
)
