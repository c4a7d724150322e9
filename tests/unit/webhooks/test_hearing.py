"""What is told about an event: every event that has a shop, once, to those who want it."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.bootstrap import choose
from frontdesk.declarations import DeclarationError, check_needs, check_services
from frontdesk.kernel.messages import Event
from frontdesk.services.inventory.events import StockMoved, StockReserved
from frontdesk.services.orders.events import OrderReady
from frontdesk.services.webhooks.handlers import HEARD, TYPES
from frontdesk.services.webhooks.ports import WebhookSender
from frontdesk.services.webhooks.service import SERVICE
from tests.unit.driver import START
from tests.unit.webhooks.partner import LOW, World

# Events with a shop that partners are not told of, and why.
NOT_TOLD: dict[type[Event], str] = {
    StockMoved: "inventory's reminder to itself",
    OrderReady: "orders' word to itself: `Order Processed` follows at once",
}


def test_the_declarations_fit_together() -> None:
    check_services([SERVICE])
    check_needs([SERVICE], {WebhookSender})
    with pytest.raises(DeclarationError, match="'webhooks' needs WebhookSender"):
        check_needs([SERVICE], {})


def test_every_event_of_the_house_that_has_a_shop_is_told() -> None:
    published = {event for service in choose() for event in service.events}
    with_shop = {event for event in published if "shop_id" in event.__struct_fields__}
    assert with_shop - set(HEARD) - NOT_TOLD.keys() == set()
    assert all("shop_id" in event.__struct_fields__ for event in HEARD)


def test_types_are_made_as_the_specification_suggests() -> None:
    assert {"order.created", "stock.low", "back.in.stock", "webhook.disabled"} <= set(TYPES.values())
    assert len(set(TYPES.values())) == len(HEARD)


def test_a_partner_reads_type_moment_and_fields() -> None:
    world = World()
    world.connected("stock.reserved")
    happened = START - timedelta(minutes=3)
    world.tell(StockReserved(order_id="ord_1", shop_id="corner", reserved_at=happened))
    world.settle()
    (sent,) = world.receiver.sent
    assert sent.told == {
        "type": "stock.reserved",
        "timestamp": "2026-03-14T09:27:00Z",
        "data": {"order_id": "ord_1", "shop_id": "corner", "reserved_at": "2026-03-14T09:27:00Z"},
    }
    assert sent.headers["webhook-timestamp"] == str(int(START.timestamp()))
    assert sent.headers["content-type"] == "application/json"


def test_an_event_that_does_not_say_when_is_dated_when_it_was_heard() -> None:
    world = World()
    world.connected("stock.low")
    world.tell()
    world.settle()
    assert datetime.fromisoformat(world.receiver.sent[0].told["timestamp"]) == START.astimezone(UTC)


def test_each_hears_what_it_asked_for_under_one_id() -> None:
    world = World()
    for name, events in (("low", ["stock.low"]), ("all", ["*"]), ("orders", ["order.created"])):
        world.connected(*events, url=f"https://{name}.example/")
    world.tell()
    world.settle()
    assert sorted(sent.url for sent in world.receiver.sent) == [
        "https://all.example/",
        "https://low.example/",
    ]
    assert len({sent.headers["webhook-id"] for sent in world.receiver.sent}) == 1
    assert len({sent.headers["webhook-signature"] for sent in world.receiver.sent}) == 2


def test_the_events_of_another_shop_are_not_told() -> None:
    world = World()
    world.connected()
    world.tell(StockMoved(shop_id="corner", skus=()))
    world.tell(type(LOW)(shop_id="other", sku="cola", available=1))
    world.settle()
    assert world.receiver.sent == []
    assert world.desk.store.log == []


@pytest.mark.parametrize("seed", range(5))
def test_doubled_and_shuffled_messages_send_everything_once(seed: int) -> None:
    world, chance = World(), random.Random(seed)  # noqa: S311 - a test must repeat itself
    for name in ("a", "b"):
        world.connected(url=f"https://{name}.example/")
    told = [world.tell() for _ in range(6)]
    late = world.connected(url="https://late.example/")
    again = [*told, *told]
    seen = 0
    for _ in range(6):
        fresh = world.desk.store.log[seen:]
        seen += len(fresh)
        again += [*fresh, *fresh]
        chance.shuffle(again)
        for message in again:
            world.desk.deliver(message)
    urls = [sent.url for sent in world.receiver.sent]
    assert sorted(urls) == ["https://a.example/"] * 6 + ["https://b.example/"] * 6
    assert len({(sent.url, sent.headers["webhook-id"]) for sent in world.receiver.sent}) == 12
    assert world.deliveries(late) == []
