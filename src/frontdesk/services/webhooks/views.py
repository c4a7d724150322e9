"""Reading: webhooks, their deliveries and replays, and what each looks like from outside."""

from datetime import datetime

import msgspec

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import bound, cursor_of, moment_of
from frontdesk.services.webhooks.commands import ListDeliveries, Which
from frontdesk.services.webhooks.deliveries import DELIVERIES, Attempt, Delivery, State
from frontdesk.services.webhooks.handlers import Revealed, check_owner, own_webhook
from frontdesk.services.webhooks.model import HEALTHS, SWITCHBOARDS, WEBHOOKS, Health, Status, Webhook
from frontdesk.services.webhooks.replays import REPLAYS, Replay

STAFF = "staff"
_NOTICES = {
    "gone": "Disabled, because the receiver answered 410 Gone. Enable it again, or delete it.",
    "failing": "Disabled after five days without a success. Mend the receiver, enable it again, then replay.",
}


class WebhookView(msgspec.Struct, frozen=True):
    """A webhook. `secret` is shown when it is new, and never again. `notice` says what its owner should know."""

    webhook_id: str
    shop_id: str
    url: str
    events: tuple[str, ...]
    description: str
    status: Status
    created_at: datetime
    disabled_at: datetime | None = None
    last_success_at: datetime | None = None
    failing_since: datetime | None = None
    notice: str | None = None
    secret: str | None = None


class WebhookList(msgspec.Struct, frozen=True):
    """All webhooks of a shop, in the order in which they were made."""

    items: tuple[WebhookView, ...]
    cursor: str | None = None


class DeliveryView(msgspec.Struct, frozen=True):
    """A delivery: `message_id` is the `webhook-id` of every try. Tries are oldest first, the last twenty of them."""

    delivery_id: str
    webhook_id: str
    message_id: str
    type: str
    status: State
    created_at: datetime
    next_try_at: datetime | None
    attempts: tuple[Attempt, ...]


class DeliveryList(msgspec.Struct, frozen=True):
    """Part of a list, newest first. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[DeliveryView, ...]
    cursor: str | None = None


class ReplayView(msgspec.Struct, frozen=True):
    """A replay, and how many deliveries it has begun again so far."""

    replay_id: str
    webhook_id: str
    since: datetime
    until: datetime
    which: Which
    replayed: int
    done: bool


class Watched(Stored[Webhook], frozen=True):
    """A webhook with how its tries have ended."""

    health: Health = Health()


async def show_webhook(unit: Unit, shop_id: str, id: str) -> Stored[Webhook]:
    """Return one webhook, to the shop's owner and staff. Raises NotFound."""
    stored = await own_webhook(unit, shop_id, id, STAFF)
    health = await unit.find(HEALTHS, id)
    return _watched(stored, health)


async def list_webhooks(unit: Unit, shop_id: str) -> tuple[Stored[Webhook], ...]:
    """Return all webhooks of a shop, to its owner and staff. Raises NotFound."""
    check_owner(unit, shop_id, STAFF)
    board = await unit.find(SWITCHBOARDS, shop_id)
    ids = [line.webhook_id for line in board.value.lines] if board else []
    found = await unit.get_many(WEBHOOKS, ids)
    healths = await unit.get_many(HEALTHS, ids)
    return tuple(_watched(found[id], healths.get(id)) for id in ids)


async def show_delivery(unit: Unit, shop_id: str, id: str, delivery_id: str) -> Stored[Delivery]:
    """Return one delivery, to the shop's owner and staff. Raises NotFound."""
    await own_webhook(unit, shop_id, id, STAFF)
    stored = await unit.get(DELIVERIES, delivery_id)
    if stored.value.webhook_id != id:
        raise NotFound
    return stored


async def list_deliveries(unit: Unit, query: ListDeliveries, shop_id: str, id: str) -> Page[Delivery]:
    """Return a webhook's deliveries, to the shop's owner and staff. Raises NotFound, Invalid."""
    await own_webhook(unit, shop_id, id, STAFF)
    return await unit.query(
        DELIVERIES,
        "by_webhook",
        id,
        since=bound("since", query.since),
        until=bound("until", query.until),
        cursor=moment_of(query.cursor),
        limit=query.limit,
    )


async def show_replay(unit: Unit, shop_id: str, id: str, replay_id: str) -> Stored[Replay]:
    """Return one replay, to the shop's owner and staff. Raises NotFound."""
    await own_webhook(unit, shop_id, id, STAFF)
    stored = await unit.get(REPLAYS, replay_id)
    if stored.value.webhook_id != id:
        raise NotFound
    return stored


def webhook_view(stored: Stored[Webhook]) -> WebhookView:
    """Show a webhook; its secret only where it was just made."""
    webhook = stored.value
    health = stored.health if isinstance(stored, Watched) else Health()
    return WebhookView(
        webhook_id=stored.id,
        shop_id=webhook.shop_id,
        url=webhook.url,
        events=webhook.events,
        description=webhook.description,
        status=webhook.status,
        created_at=webhook.created_at,
        disabled_at=webhook.disabled_at,
        last_success_at=health.last_success,
        failing_since=health.failing_since,
        notice=_NOTICES.get(webhook.reason),
        secret=stored.secret if isinstance(stored, Revealed) else None,
    )


def webhook_list(found: tuple[Stored[Webhook], ...]) -> WebhookList:
    """Show a shop's webhooks."""
    return WebhookList(tuple(webhook_view(stored) for stored in found))


def delivery_view(stored: Stored[Delivery]) -> DeliveryView:
    """Show a delivery."""
    delivery = stored.value
    return DeliveryView(
        delivery_id=stored.id,
        webhook_id=delivery.webhook_id,
        message_id=delivery.notice_id,
        type=delivery.type,
        status=delivery.state,
        created_at=delivery.created_at,
        next_try_at=delivery.next_try_at,
        attempts=delivery.attempts,
    )


def delivery_list(page: Page[Delivery]) -> DeliveryList:
    """Show part of a list."""
    return DeliveryList(tuple(delivery_view(stored) for stored in page.items), cursor_of(page.cursor))


def replay_view(stored: Stored[Replay]) -> ReplayView:
    """Show a replay."""
    replay = stored.value
    return ReplayView(
        replay_id=stored.id,
        webhook_id=replay.webhook_id,
        since=replay.since,
        until=replay.until,
        which=replay.which,
        replayed=replay.replayed,
        done=replay.done,
    )


def _watched(stored: Stored[Webhook], health: Stored[Health] | None) -> Watched:
    watched = health.value if health else Health()
    return Watched(stored.kind, stored.id, stored.value, stored.version, health=watched)
