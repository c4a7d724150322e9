"""Stacks that hold many orders already: filled without the web, in batches, with what each order leaves behind.

An order of ours leaves itself, its reservation and its journal entry, made by the services' own models; one of the
rival what it stores of an order in its own tables. Events are long forgotten by then, and counters stay as they are.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from msgspec.structs import replace

from bench.contestants import Frontdesk
from bench.peer_shop import database
from bench.rivals import Rival
from bench.shop import SHOP, TAX_RATE, price, sku
from frontdesk import bootstrap
from frontdesk.config import Settings
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.ids import timed_id
from frontdesk.kernel.records import Commit, Record
from frontdesk.services.accounting.model import ENTRIES, Goods, paid
from frontdesk.services.inventory.reservations import RESERVATIONS, Kept, Reservation, State
from frontdesk.services.orders.commands import (
    Channel,
    Method,
    NewCustomer,
    NewDelivery,
    PlaceOrder,
    Status,
    WantedLine,
)
from frontdesk.services.orders.events import OrderCreated
from frontdesk.services.orders.model import ORDERS, Order, Step
from frontdesk.services.orders.placing import place
from frontdesk.services.orders.prices import Price, PriceList, Shop

SAMPLES = 500  # different baskets
ORDERS_A_COMMIT = 26  # with three records each, just under what a commit takes
COMMITS_AT_ONCE = 40  # they share an fsync
PAST = timedelta(days=365)  # over which the orders are spread
STAFF = Caller("till-0", frozenset({"orders:write"}), {f"shop:{SHOP}": "staff"})


@dataclass(frozen=True, slots=True)
class Filled:
    """Two folders of a stack: one that holds few orders, one that holds many."""

    few: Path
    many: Path


def fill(stack: Frontdesk | Rival, folder: Path, orders: int) -> None:
    """Make a folder that a stack can serve from, with so many orders in it."""
    folder.mkdir(mode=0o711)
    if isinstance(stack, Rival):
        with database(stack.shop, folder, fresh=True) as server:
            server.run(_RIVAL_SQL.format(shop=SHOP, orders=orders, third=stack.shop.products // 3))
        return
    shutil.copytree(stack.template, folder / "data")
    asyncio.run(_fill_ours(stack, folder / "data", orders))


async def _fill_ours(stack: Frontdesk, data: Path, orders: int) -> None:
    services = bootstrap.choose(stack.services.split(","))
    runtime = bootstrap.runtime(Settings(data=data, hold_reactions=True), services)
    await runtime.start()
    try:
        records = _records(stack.products, orders)
        while batch := [
            runtime.store.commit(Commit(changes)) for changes in islice(_chunks(records), COMMITS_AT_ONCE)
        ]:
            await asyncio.gather(*batch)
    finally:
        await runtime.stop()


def _chunks(records: Iterator[Sequence[Record]]) -> Iterator[tuple[Record, ...]]:
    while some := tuple(record for order in islice(records, ORDERS_A_COMMIT) for record in order):
        yield some


def _records(products: int, orders: int) -> Iterator[Sequence[Record]]:
    """Yield what each order leaves behind, oldest first."""
    chance = Random(1)
    samples = [_sample(chance, products) for _ in range(SAMPLES)]
    now = datetime.now(UTC)
    for number in range(orders):
        at = now - PAST + PAST * number / orders
        order, created = samples[number % SAMPLES]
        id = timed_id("ord", at, os.urandom(10))
        customer = f"customer-{chance.randrange(5_000):04d}"
        yield _of_one(
            id, _processed(order, customer, at), replace(created, order_id=id, customer_id=customer), at
        )


def _processed(order: Order, customer: str, at: datetime) -> Order:
    steps = (
        Step(Status.NEW, at, STAFF.subject),
        Step(Status.PROCESSED, at + timedelta(milliseconds=20), "inventory"),
    )
    return replace(order, customer_id=customer, steps=steps)


def _of_one(id: str, order: Order, created: OrderCreated, at: datetime) -> Sequence[Record]:
    kept = tuple([Kept(line.sku, line.quantity, "shelf") for line in order.lines])
    goods = tuple(
        [
            Goods(line.sku, line.name, line.quantity, line.tax_rate, line.net, line.tax, line.gross)
            for line in order.lines
        ]
    )
    entry = paid(created, at, goods)
    found = (
        ORDERS.new(id, order),
        RESERVATIONS.new(id, Reservation(SHOP, State.RESERVED, kept)),
        ENTRIES.new(entry.id, entry),
    )
    return [stored.record() for stored in found]


def _sample(chance: Random, products: int) -> tuple[Order, OrderCreated]:
    third = products // 3
    numbers = [part * third + chance.randrange(third) for part in range(3)]
    prices = {sku(n): Price(f"Product {n}", price(n), TAX_RATE, tracked=True, on_sale=True) for n in numbers}
    shop = Shop("EUR", {"web": True}, True, "UTC", (), waits=False, event_source="frontdesk")
    lines = tuple(WantedLine(sku(n), quantity) for n, quantity in zip(numbers, (2, 1, 3), strict=True))
    customer = NewCustomer("Customer 0000", "customer-0000@example.com", id="customer-0000")
    delivery = NewDelivery(Method.DELIVERY, "0000 Harbour Street, Port Example")
    wish = PlaceOrder(SHOP, Channel.WEB, customer, lines, delivery)
    order, told = place("ord_sample", wish, PriceList(shop, Channel.WEB, prices), STAFF, datetime.now(UTC))
    (created,) = [event for event in told if isinstance(event, OrderCreated)]
    return order, created


# A version 7 UUID is a moment in milliseconds and chance; the moments here count up through the past year. Orders and
# their journal entries have the same ids.
_RIVAL_SQL = """
set search_path = handwritten;
insert into orders
select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008' || substr(md5(n::text), 1, 15))::uuid,
  '{shop}', 'customer-' || lpad((random() * 4999)::int::text, 4, '0'), 'Customer 0000', 'customer-0000@example.com',
  'web', 'delivery', '0000 Harbour Street, Port Example', 'till-' || n % 20, at, 'PROCESSED', 'EUR', 1000, 190, 1190
from (select n, now() - interval '365 days' * (1 - n::float / {orders}) as at from generate_series(1, {orders}) n) past;
insert into order_lines
select id, part, 'sku-' || lpad((part * {third} + n % {third})::text, 4, '0'), 'Product ' || n % {third}, 2, 200, 1900,
  333, 63, 396
from (select id, row_number() over () as n from orders) numbered, generate_series(0, 2) part;
insert into idempotency_keys
select placed_by, md5(id::text), decode(md5(id::text) || md5(id::text), 'hex'),
  json_build_object('order_id', id, 'status', status, 'shop_id', shop_id, 'customer_id', customer_id, 'channel',
    channel, 'placed_at', placed_at, 'currency', currency, 'net', net, 'tax', tax, 'gross', gross, 'lines',
    (select json_agg(to_jsonb(line) - 'order_id' - 'number') from order_lines line where order_id = id),
    'customer', json_build_object('name', customer_name, 'email', customer_email), 'delivery',
    json_build_object('method', delivery_method, 'address', delivery_address)), placed_at
from orders;
insert into journal_entries select id, id, 'paid', currency, placed_at from orders;
insert into journal_lines select id, 0, 'cash-clearing', gross, 0 from orders
  union all select id, 1, 'deposits', 0, gross from orders;
vacuum analyze;
"""
