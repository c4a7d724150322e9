"""What is done about requests of owners and about events: load, decide, save."""

from typing import Any

import msgspec

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.shapes import check_slugs
from frontdesk.kernel.unit import Unit
from frontdesk.services.accounting.events import CreditNoteIssued, InvoiceIssued
from frontdesk.services.catalogue.events import ProductChanged, ShopChanged
from frontdesk.services.inventory.events import (
    BackInStock,
    GoodsReturned,
    StockLow,
    StockOut,
    StockReceived,
    StockReserved,
    StockShort,
)
from frontdesk.services.orders.events import (
    OrderBackordered,
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderDispatched,
    OrderProcessed,
    OrderRejected,
    OrderReturned,
)
from frontdesk.services.webhooks.commands import CreateWebhook
from frontdesk.services.webhooks.deliveries import DELIVERIES, NOTICES, Delivery, delivery_id
from frontdesk.services.webhooks.events import DeliveryDue, DeliveryTried, WebhookDisabled
from frontdesk.services.webhooks.model import (
    HEALTHS,
    SWITCHBOARDS,
    WEBHOOKS,
    Health,
    Status,
    Switchboard,
    Webhook,
    WebhookInactive,
    new_webhook,
)
from frontdesk.services.webhooks.notices import notice_of, notice_with, type_of
from frontdesk.services.webhooks.ports import webhook_sender
from frontdesk.services.webhooks.signing import SECRET_BYTES, secret_of

# Every published event that says of which shop it is. Not `Stock Moved`: inventory's reminder to itself.
HEARD: tuple[type[Event], ...] = (
    OrderCreated,
    OrderProcessed,
    OrderBackordered,
    OrderRejected,
    OrderCancelled,
    OrderDispatched,
    OrderDelivered,
    OrderReturned,
    ShopChanged,
    ProductChanged,
    StockReserved,
    StockShort,
    StockReceived,
    StockLow,
    StockOut,
    BackInStock,
    GoodsReturned,
    InvoiceIssued,
    CreditNoteIssued,
    WebhookDisabled,
)
TYPES = {event: type_of(event) for event in HEARD}
TEST_TYPE = "webhook.test"


class Revealed(Stored[Webhook], frozen=True):
    """A webhook with its newest secret: what is answered once, and not again to a repeat."""

    secret: str | None = None


class TestContent(msgspec.Struct, frozen=True):
    """What a test tells."""

    shop_id: str
    webhook_id: str


async def create_webhook(unit: Unit, command: CreateWebhook, shop_id: str) -> Stored[Webhook]:
    """Connect an endpoint, for the shop's owner. Raises NotFound, Invalid, TooManyWebhooks."""
    id = unit.new_id("whk")
    check_owner(unit, shop_id)
    secret = secret_of(unit.chance.bytes(SECRET_BYTES))
    fault = webhook_sender(unit).fault(command.url)
    webhook = new_webhook(shop_id, command, secret, unit.now, fault=fault, known=TYPES.values())
    found = await unit.find(SWITCHBOARDS, shop_id)
    board = (found.value if found else Switchboard()).added(id, webhook.events)
    boards = found.changed(board) if found else SWITCHBOARDS.new(shop_id, board)
    return _revealed(await unit.commit(WEBHOOKS.new(id, webhook), boards))


async def rotate_secret(unit: Unit, shop_id: str, id: str) -> Stored[Webhook]:
    """Give a webhook a new secret; the old one is good for another day. Raises NotFound."""
    stored = await own_webhook(unit, shop_id, id)
    secret = secret_of(unit.chance.bytes(SECRET_BYTES))
    return _revealed(await unit.commit(stored.changed(stored.value.rotated(secret, unit.now))))


async def delete_webhook(unit: Unit, shop_id: str, id: str) -> Stored[Webhook]:
    """Send nothing there any more, for ever. Raises NotFound."""
    stored = await own_webhook(unit, shop_id, id)
    board = await unit.get(SWITCHBOARDS, shop_id)
    return await unit.commit(stored.changed(stored.value.deleted()), board.changed(board.value.removed(id)))


async def enable_webhook(unit: Unit, shop_id: str, id: str) -> Stored[Webhook]:
    """Send again from now on; what was missed is for a replay. Raises NotFound."""
    stored = await own_webhook(unit, shop_id, id)
    if stored.value.is_active:
        return stored
    board = await unit.get(SWITCHBOARDS, shop_id)
    return await unit.commit(
        stored.changed(stored.value.enabled(unit.now)), board.changed(board.value.switched(id, on=True))
    )


async def send_test(unit: Unit, shop_id: str, id: str) -> Stored[Delivery]:
    """Send something harmless. Raises NotFound, WebhookInactive."""
    notice_id = unit.new_id("msg")
    stored = await own_webhook(unit, shop_id, id)
    if not stored.value.is_active:
        raise WebhookInactive
    told = notice_with(TEST_TYPE, unit.now, shop_id, TestContent(shop_id, id))
    delivery = _delivery(unit, id, notice_id, TEST_TYPE)
    return await unit.commit(
        delivery, NOTICES.new(notice_id, told), events=(DeliveryDue(delivery_id=delivery.id, ticket=1),)
    )


async def announce(unit: Unit, event: Any) -> None:
    """Begin a delivery of an event to each webhook of its shop that wants it."""
    board = await unit.find(SWITCHBOARDS, event.shop_id)
    if board is None:
        return
    told = TYPES[type(event)]
    listening = board.value.listening(told)
    if not listening:
        return
    notice_id = unit.new_id("msg")
    deliveries = [_delivery(unit, id, notice_id, told) for id in listening]
    due = [DeliveryDue(delivery_id=delivery.id, ticket=1) for delivery in deliveries]
    notice = NOTICES.new(notice_id, notice_of(event, event.shop_id, unit.now))
    await unit.commit(notice, *deliveries, events=due)


async def mind_health(unit: Unit, event: DeliveryTried) -> None:
    """Note how a try ended, and give a webhook up that is gone or has failed for days."""
    found = await unit.find(HEALTHS, event.webhook_id)
    health = (found.value if found else Health()).after(event.tried_at, delivered=event.delivered)
    kept = found.changed(health) if found else HEALTHS.new(event.webhook_id, health)
    webhook = await unit.get(WEBHOOKS, event.webhook_id)
    reason = _hopeless(webhook.value, health, event)
    if not reason:
        await unit.commit(kept)
        return
    shop_id = webhook.value.shop_id
    board = await unit.get(SWITCHBOARDS, shop_id)
    told = WebhookDisabled(webhook_id=webhook.id, shop_id=shop_id, reason=reason, disabled_at=unit.now)
    await unit.commit(
        kept,
        webhook.changed(webhook.value.disabled(reason, unit.now)),
        board.changed(board.value.switched(webhook.id, on=False)),
        events=(told,),
    )


async def own_webhook(unit: Unit, shop_id: str, id: str, *roles: str) -> Stored[Webhook]:
    """Return a webhook of a shop whose owner (or other role) the caller is. Raises NotFound."""
    check_owner(unit, shop_id, *roles)
    stored = await unit.get(WEBHOOKS, id)
    if stored.value.shop_id != shop_id or stored.value.status is Status.DELETED:
        raise NotFound
    return stored


def check_owner(unit: Unit, shop_id: str, *roles: str) -> None:
    """Refuse callers who are not the shop's owner, or have none of these other roles. Raises NotFound, Invalid."""
    if not unit.caller.has_role(f"shop:{shop_id}", "owner", *roles):
        raise NotFound
    check_slugs(shop_id=shop_id)


def _revealed(stored: Stored[Webhook]) -> Revealed:
    return Revealed(stored.kind, stored.id, stored.value, stored.version, secret=stored.value.secrets[0].text)


def _delivery(unit: Unit, webhook_id: str, notice_id: str, told: str) -> Stored[Delivery]:
    delivery = Delivery(
        webhook_id=webhook_id, notice_id=notice_id, type=told, created_at=unit.now, next_try_at=unit.now
    )
    return DELIVERIES.new(delivery_id(notice_id, webhook_id), delivery)


def _hopeless(webhook: Webhook, health: Health, event: DeliveryTried) -> str:
    if not webhook.is_active or event.delivered or event.tried_at < webhook.active_since:
        return ""
    if event.gone:
        return "gone"
    return "failing" if health.is_hopeless(event.tried_at, webhook.active_since) else ""
