"""What is done about deliveries: each is tried, again if that is worth while, and once more when somebody asks."""

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.lists import bound
from frontdesk.services.webhooks.commands import ReplayDeliveries
from frontdesk.services.webhooks.deliveries import DELIVERIES, NOTICES, Delivery, attempt_of
from frontdesk.services.webhooks.events import (
    DeliveryDue,
    DeliveryReplayed,
    DeliveryRetried,
    DeliveryTried,
    ReplayRequested,
)
from frontdesk.services.webhooks.handlers import own_webhook
from frontdesk.services.webhooks.model import WEBHOOKS, WebhookInactive
from frontdesk.services.webhooks.ports import webhook_sender
from frontdesk.services.webhooks.replays import PAGE, REPLAYS, Replay, new_replay
from frontdesk.services.webhooks.signing import headers_of


async def try_delivery(unit: Unit, event: DeliveryDue) -> None:
    """Send a notice, note what came of it, and set a timer for the next try if there is to be one.

    Between the sending and the commit a crash may come: then it is sent again, under the same `webhook-id`.
    """
    stored = await unit.get(DELIVERIES, event.delivery_id)
    delivery = stored.value
    if not delivery.awaits(event.ticket):
        return
    webhook = (await unit.get(WEBHOOKS, delivery.webhook_id)).value
    if not webhook.is_active:
        await unit.commit(stored.changed(delivery.dropped()))
        return
    body = (await unit.get(NOTICES, delivery.notice_id)).value.payload.encode()
    headers = headers_of(delivery.notice_id, unit.now, body, webhook.good_secrets(unit.now))
    reply = await webhook_sender(unit).post(webhook.url, headers, body, lane=delivery.webhook_id)
    attempt = attempt_of(reply, unit.now)
    tried = delivery.tried(attempt, reply.retry_after, unit.chance.fraction())
    told = DeliveryTried(
        webhook_id=delivery.webhook_id,
        tried_at=attempt.at,
        delivered=attempt.is_delivered,
        gone=attempt.is_gone,
    )
    await unit.commit(stored.changed(tried), events=(told,), timers=_next_try(stored.id, tried))


async def replay_delivery(unit: Unit, shop_id: str, id: str, delivery_id: str) -> Stored[Delivery]:
    """Send one delivery again, now. Raises NotFound, WebhookInactive."""
    await _active(unit, shop_id, id)
    stored = await unit.get(DELIVERIES, delivery_id)
    if stored.value.webhook_id != id:
        raise NotFound
    return await _begin_again(unit, stored)


async def request_replay(unit: Unit, command: ReplayDeliveries, shop_id: str, id: str) -> Stored[Replay]:
    """Send a stretch of the past again. Raises NotFound, WebhookInactive, Invalid."""
    replay_id = unit.new_id("rpl")
    await _active(unit, shop_id, id)
    bound("since", command.since)
    bound("until", command.until)
    replay = new_replay(id, command, unit.caller.subject, unit.now)
    return await unit.commit(
        REPLAYS.new(replay_id, replay), events=(ReplayRequested(replay_id=replay_id, page=0),)
    )


async def replay_page(unit: Unit, event: ReplayRequested) -> None:
    """Go through the next page of a replay."""
    stored = await unit.get(REPLAYS, event.replay_id)
    replay = stored.value
    if replay.done or replay.page != event.page:
        return
    page = await unit.query(
        DELIVERIES,
        "by_webhook",
        replay.webhook_id,
        since=bound("since", replay.since),
        until=bound("until", replay.until),
        cursor=replay.cursor,
        limit=PAGE,
        newest_first=False,
    )
    wanted = [found.id for found in page.items if replay.wants(found.value)][: replay.room()]
    after = replay.advanced(len(wanted), page.cursor)
    told = [DeliveryReplayed(delivery_id=id) for id in wanted]
    more = [] if after.done else [ReplayRequested(replay_id=stored.id, page=after.page)]
    await unit.commit(stored.changed(after), events=(*told, *more))


async def replay_one(unit: Unit, event: DeliveryReplayed) -> None:
    """Begin a delivery again that a replay has found."""
    await _begin_again(unit, await unit.get(DELIVERIES, event.delivery_id))


async def _active(unit: Unit, shop_id: str, id: str) -> None:
    webhook = await own_webhook(unit, shop_id, id)
    if not webhook.value.is_active:
        raise WebhookInactive


async def _begin_again(unit: Unit, stored: Stored[Delivery]) -> Stored[Delivery]:
    again = stored.value.begun_again(unit.now)
    due = DeliveryDue(delivery_id=stored.id, ticket=again.ticket)
    return await unit.commit(stored.changed(again), events=(due,), timers=(Timer("retry"),))


def _next_try(id: str, delivery: Delivery) -> tuple[Timer, ...]:
    if delivery.next_try_at is None:
        return ()
    return (Timer("retry", delivery.next_try_at, DeliveryRetried(delivery_id=id, ticket=delivery.ticket)),)
