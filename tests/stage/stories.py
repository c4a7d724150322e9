"""The short story of every function: each thing that it may do, done once. Told in full, nothing goes wrong.

A story is told anew for every permission that is taken away. What it needs of others stands before its `yield`, and is
done with all permissions; what the function itself does stands behind.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped] # has its types in another package

from frontdesk import bootstrap
from frontdesk.kernel.records import CancelTimer, SetTimer
from frontdesk.services.inventory.holds import HoldLapsed
from tests.journeys.browser import Browser
from tests.journeys.oauth import BACK, VERIFIER, close_clients, person, way_in
from tests.stage import clinic_stories
from tests.stage.clinic_stories import said
from tests.stage.teller import (
    LAST_TRY,
    SHOP,
    BrokenOffError,
    Teller,
    drained,
    message,
    poison,
    tapped,
    told,
    unreadable,
)

Story = Callable[[Teller, str], Iterator[None]]
"""What it is told with, and the resource that is at stake, as the manifest calls it."""

_TIMED = {  # a timer of each service that has some
    "inventory": "Hold Lapsed",
    "webhooks": "Delivery Retried",
    "appointments": "Appointment Hold Over",
    "notifications": "Message Retried",
}
_ORDER = {
    "shop_id": SHOP,
    "channel": "web",
    "customer": {"name": "Ana"},
    "lines": [{"sku": "cola", "quantity": 2}],
    "delivery": {"method": "collection"},
}
_CLIENT = {"name": "Story", "scopes": ["orders:read"], "grants": {f"shop:{SHOP}": "staff"}}
_WEBSITE = {"name": "Website", "scopes": ["orders:read"], "redirect_uris": [BACK], "public": True}
_PRODUCT = {"name": "Story", "category": "story", "retail": 100, "tax_rate": 0}
_WEBHOOK = {"url": "https://example.com/story", "events": ["order.created"]}


def order(teller: Teller) -> str:
    """Place an order; return its id."""
    id: str = teller.ask("place_order", _ORDER)["order_id"]
    return id


def catalogue_http(teller: Teller, _: str) -> Iterator[None]:
    sku = f"story-{secrets.token_hex(4)}"
    yield
    teller.ask("set_product", _PRODUCT, sku=sku)
    teller.ask("list_shops")
    teller.ask("list_products")
    teller.ask("list_products", query={"category": "story"})
    teller.ask("search_products", query={"q": "story"})
    teller.ask("remove_product", sku=sku)


def orders_http(teller: Teller, _: str) -> Iterator[None]:
    yield
    id = order(teller)
    teller.ask("show_order", id=id)
    teller.ask("list_orders")
    teller.ask("list_orders", query={"shop_id": SHOP})


def inventory_http(teller: Teller, _: str) -> Iterator[None]:
    yield
    teller.ask("receive_stock", {"location": "store-room", "quantity": 5}, sku="cola")
    by = secrets.token_hex(8)
    hold = teller.ask("hold_stock", {"lines": [{"sku": "cola", "quantity": 1}]}, by=by)
    teller.ask("release_hold", id=hold["hold_id"], by=by)
    teller.ask("list_stock")
    teller.ask("list_entries", sku="cola")


def accounting_http(teller: Teller, _: str) -> Iterator[None]:
    lines = [{"account": "cash_clearing", "debit": 500}, {"account": "opening", "credit": 500}]
    yield
    teller.ask("post_entry", {"currency": "EUR", "note": "Story", "lines": lines})
    teller.ask("show_trial_balance")
    teller.ask("list_journal")
    teller.ask("list_invoices")


def webhooks_http(teller: Teller, _: str) -> Iterator[None]:
    yield
    with webhook(teller) as id:
        teller.ask("list_webhooks")
        teller.ask("list_deliveries", id=id)


@contextmanager
def webhook(teller: Teller) -> Iterator[str]:
    """Set one up for a while, and give its id: a shop may have only so many."""
    id: str = teller.ask("create_webhook", _WEBHOOK)["webhook_id"]
    try:
        yield id
    finally:
        with suppress(BrokenOffError):
            teller.ask("delete_webhook", id=id)


def identity_http(teller: Teller, resource: str) -> Iterator[None]:
    yield
    if resource == "parameters":
        teller.ask("list_keys")
        teller.ask("rotate_keys", {"at_once": True})
        return
    made = teller.ask("register_client", _CLIENT)
    teller.ask("open_account", {"email": f"{secrets.token_hex(4)}@example.com", "name": "Story"})
    teller.ask("grant_client", {"role": "owner"}, id=made["client_id"], place=f"shop:{SHOP}")
    teller.ask("list_clients")
    teller.ask("list_users")
    teller.ask("list_acts")
    teller.ask("list_acts", query={"about": made["client_id"]})
    teller.ask("list_users", query={"place": f"shop:{SHOP}"})


def orders_processor(teller: Teller, _: str) -> Iterator[None]:
    id = order(teller)
    yield
    teller.hear("orders-processor", teller.about("Stock Reserved", id))


def orders_price_list(teller: Teller, _: str) -> Iterator[None]:
    yield
    teller.hear("orders-price-list", teller.like("Product Changed")[1])


def inventory(teller: Teller, _: str) -> Iterator[None]:
    held = {"lines": [{"sku": "cola", "quantity": 1}]}
    hold = teller.ask("hold_stock", held, by=secrets.token_hex(8))["hold_id"]
    yield
    id, created = teller.like("Order Created")
    teller.hear("inventory", created)
    teller.hear("inventory", teller.about("Order Dispatched", id))
    teller.hear("inventory", said(HoldLapsed(hold_id=hold)))


def inventory_keeper(teller: Teller, _: str) -> Iterator[None]:
    """Goods come in for somebody who waits for them."""
    shop, sku = "brightclean", f"few-{secrets.token_hex(4)}"
    goods = {"location": "hall-a", "quantity": 5, "low_at": 1}
    with teller.paused("inventory-keeper") as come:
        teller.ask("set_product", _PRODUCT, sku=sku, shop_id=shop)
        waits = _ORDER | {"shop_id": shop, "lines": [{"sku": sku, "quantity": 2}]}
        id = teller.until(lambda: teller.ask("place_order", waits)["order_id"])
        teller.until(lambda: teller.ask("show_order", id=id)["status"] == "BACKORDERED")
        teller.ask("receive_stock", goods, sku=sku, shop_id=shop)
        bodies = come(sku)
        yield
        teller.hear("inventory-keeper", *bodies)
        teller.hear("inventory-keeper", unreadable(bodies[0]), tries=LAST_TRY)


def accounting(teller: Teller, _: str) -> Iterator[None]:
    yield
    id, created = teller.like("Order Created")
    teller.hear("accounting", created)
    teller.hear("accounting", teller.about("Order Dispatched", id))


def identity_messages(teller: Teller, _: str) -> Iterator[None]:
    with teller.paused("identity-messages") as come:
        address = f"{secrets.token_hex(4)}@example.com"
        id = teller.ask("open_account", {"email": address, "name": "Story"})["user_id"]
        come(id)
        teller.ask("send_link", {}, id=id)
        bodies = come(id)
        yield
        teller.hear("identity-messages", *bodies)


def identity_withdrawals(teller: Teller, _: str) -> Iterator[None]:
    yield
    teller.hear("identity-withdrawals", teller.like("Admission Withdrawn")[1])


def webhooks(teller: Teller, _: str) -> Iterator[None]:
    """Something is announced, and what was announced once is sent again."""
    again = {"since": datetime.now(UTC) - timedelta(hours=1), "which": "all"}
    with webhook(teller) as id, teller.paused("webhooks") as come:
        teller.ask("send_test", id=id)
        bodies = come(teller.ask("request_replay", again, id=id)["replay_id"])
        yield
        teller.hear("webhooks", *bodies)
        teller.hear("webhooks", teller.like("Order Created")[1])


def webhooks_sender(teller: Teller, _: str) -> Iterator[None]:
    with webhook(teller) as id, teller.paused("webhooks-sender") as come:
        teller.ask("send_test", id=id)
        bodies = come("Delivery Due")
        yield
        teller.hear("webhooks-sender", *bodies)


def identity_oauth(teller: Teller, _: str) -> Iterator[None]:
    """Somebody signs up; and signs in, comes back with a code, and stays signed in."""
    website = teller.ask("register_client", _WEBSITE)["client_id"]
    address, password = f"{secrets.token_hex(4)}@example.com", secrets.token_hex(8)
    browser = Browser(teller.desk.url, lambda: teller.desk.messages(address))
    browser.sign_up(address, password)
    yield
    client = person(teller.desk, website)
    try:
        page = browser.http.get(way_in(teller.desk, website))
        back = browser.send(page, address=address, password=password).headers["location"]
        client.fetch_token(authorization_response=back, code_verifier=VERIFIER, state="s-1")
        client.refresh_token(f"{teller.desk.url}/oauth/token")
    except (LookupError, OAuthError, httpx.HTTPError) as error:
        raise BrokenOffError(f"signing in: {type(error).__name__}") from error
    finally:
        browser.http.close()
        close_clients()


def operations_keys(teller: Teller, _: str) -> Iterator[None]:
    """Where nobody signs in, it is told with what tokens are verified."""
    yield
    with teller.desk.client() as anybody:
        answer = anybody.get("/.well-known/jwks.json")
    if not answer.is_success or not answer.json()["keys"]:
        raise BrokenOffError(f"no keys: {answer}")


def relay(service: str) -> Story:
    """Return the story of a service's relay: published, parked, put aside, and timed."""

    def story(teller: Teller, resource: str) -> Iterator[None]:
        waiting = teller.count(f"{service}-parked")
        listener = _TIMED.get(service)
        yield
        teller.pass_on(service, told("story", message("Order Created")))
        if teller.count(f"{service}-parked") > waiting:
            raise BrokenOffError("the event was parked")
        if resource.startswith("parked"):
            teller.pass_on(service, told("story", message("Order Created", '{"event_source": "aws.story"}')))
            teller.desk.aws("sqs").purge_queue(
                QueueUrl=teller.desk.queue_url(f"{service}-parked")
            )  # no bus takes it
        if resource == "failures":
            teller.pass_on(service, {"pk": {"S": "story:1"}, "e": {"S": "no JSON"}})
        if listener and resource.partition(":")[0] in {"queue", "schedules", "scheduler-role"}:
            _tell_timers(teller, service, listener)

    return story


def _tell_timers(teller: Teller, service: str, event: str) -> None:
    """Set one that waits in a queue, and one that waits in the scheduler; set that again, and cancel it."""
    now = datetime.now(UTC)
    soon = SetTimer("story:1", "soon", now + timedelta(minutes=14), message(event))
    late = SetTimer("story:1", "late", now + timedelta(hours=2), message(event))
    for timers in ((soon, late), (late,), (CancelTimer("story:1", "late"),)):
        teller.pass_on(service, told("story", timers=timers))


def operations(teller: Teller, resource: str) -> Iterator[None]:
    deployment = teller.desk.manifest.deployment
    what, _, name = resource.partition(":")
    service = name.partition("/")[0]
    at_stake = [
        queue
        for queue in deployment.queues
        if queue.mapped and (queue.name == name if what == "queue" else queue.service == service)
    ]
    at_stake = at_stake[:1]
    for queue in at_stake:
        teller.hear(queue.name, poison("Story Untold"))
    yield
    for queue in at_stake:
        found = teller.ask("list_letters", query={"subscriber": queue.name})["items"]
        teller.ask("show_letter", id=found[0]["id"])
        teller.ask("redrive_letters", {"ids": [found[0]["id"]]})
        teller.ask("list_deeds")


def sweeper(teller: Teller, resource: str) -> Iterator[None]:
    what, _, name = resource.partition(":")
    desk = teller.desk
    if what == "parked" or resource == "bus":
        url = desk.queue_url(f"{name or 'orders'}-parked")
        desk.aws("sqs").send_message(QueueUrl=url, MessageBody=poison("Order Story"))
    if what == "queue" and name == "operations-beat":
        desk.aws("sqs").send_message(QueueUrl=desk.queue_url(name), MessageBody=poison("Desk Beat"))
    if what in {"failures", "schedules", "scheduler-role"} or (what == "queue" and name != "operations-beat"):
        _leave_an_object(teller)
    yield
    now = datetime.now(UTC)
    stretch = {"since": now - timedelta(hours=1), "until": now - timedelta(minutes=59), "services": [name]}
    teller.invoke("operations-sweeper", {"republish": stretch} if what == "table" else {})


def _leave_an_object(teller: Teller) -> None:
    """Keep what relays failed on as Lambda does: timers of each service that has some."""
    now = datetime.now(UTC)
    for service, event in _TIMED.items():
        id = f"story:{secrets.token_hex(4)}"
        soon = SetTimer(id, "soon", now + timedelta(minutes=14), message(event))
        late = SetTimer(id, "late", now + timedelta(hours=2), message(event))
        records = teller.records(service, told("story", timers=(soon, late)))
        content = {"payload": msgspec.json.encode({"Records": records}).decode()}
        teller.desk.aws("s3").put_object(
            Bucket=f"{teller.desk.stage.prefix}-failures-{teller.desk.stage.account}",
            Key=f"aws/lambda/{secrets.token_hex(8)}",
            Body=msgspec.json.encode(content),
        )


STORIES: dict[str, Story] = {
    "catalogue-http": catalogue_http,
    "orders-http": orders_http,
    "inventory-http": inventory_http,
    "accounting-http": accounting_http,
    "webhooks-http": webhooks_http,
    "identity-http": identity_http,
    "identity-oauth": identity_oauth,
    "orders-processor": orders_processor,
    "orders-price-list": orders_price_list,
    "inventory": inventory,
    "inventory-keeper": inventory_keeper,
    "accounting": accounting,
    "identity-messages": identity_messages,
    "identity-withdrawals": identity_withdrawals,
    "webhooks": webhooks,
    "webhooks-sender": webhooks_sender,
    "appointments-http": clinic_stories.appointments_http,
    "appointments": clinic_stories.appointments,
    "notifications-http": clinic_stories.notifications_http,
    "notifications": clinic_stories.notifications,
    **{f"{service.name}-relay": relay(service.name) for service in bootstrap.choose()},
    "operations-http": operations,
    "operations-keys": operations_keys,
    "operations-sweeper": sweeper,
}

# The same story whatever is at stake, and a long one: told in full it need be but once.
ALIKE = {"identity-oauth", "appointments-http", "appointments"}


def collected(teller: Teller) -> dict[str, Any]:
    """Let everything happen that the stories tell again; return a message of each sort that was told, by its event."""
    with tapped(teller.desk) as url, webhook(teller):
        id = teller.until(lambda: order(teller))  # once orders has heard of the products
        few = f"few-{secrets.token_hex(3)}"
        teller.ask("set_product", _PRODUCT, sku=few)
        teller.ask("receive_stock", {"location": "store-room", "quantity": 2, "low_at": 1}, sku=few)
        teller.desk.wait_until_settled()
        scarce = _ORDER | {"lines": [{"sku": few, "quantity": 2}]}
        teller.until(lambda: teller.ask("place_order", scarce))
        client = teller.ask("register_client", _CLIENT)["client_id"]
        teller.ask("revoke_client", {"reason": "story"}, id=client)
        teller.ask("open_account", {"email": f"{secrets.token_hex(4)}@example.com", "name": "Story"})
        teller.desk.wait_until_settled()
        teller.ask("dispatch_order", {"carrier": "post"}, id=id)
        teller.desk.wait_until_settled()
        return {body["detail-type"]: body for body in drained(teller.desk, url)}
