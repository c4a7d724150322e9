"""From an event to what a partner reads about it."""

from datetime import datetime
from functools import cache

import msgspec

from frontdesk.kernel.messages import Event
from frontdesk.services.webhooks.deliveries import Notice


def type_of(event: type[Event]) -> str:
    """Return the type that partners know an event by: `Order Created` is "order.created"."""
    return event.NAME.lower().replace(" ", ".")


def notice_of(event: Event, shop_id: str, now: datetime) -> Notice:
    """Tell about an event: its type, when it happened (or was heard of, if it does not say), and its fields."""
    told = type_of(type(event))
    moment = _moment_field(type(event))
    return notice_with(told, getattr(event, moment) if moment else now, shop_id, event)


def notice_with(told: str, at: datetime, shop_id: str, data: msgspec.Struct) -> Notice:
    """Put something to tell into the form that Standard Webhooks suggests."""
    payload = msgspec.json.encode({"type": told, "timestamp": at, "data": data}).decode()
    return Notice(shop_id=shop_id, type=told, at=at, payload=payload)


@cache
def _moment_field(event: type[Event]) -> str:
    moments = (field.name for field in msgspec.structs.fields(event) if field.type is datetime)
    return next(moments, "")
