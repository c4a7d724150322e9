"""Bodies of every schema number are read for ever. These were written by the code of their day."""

import pytest

from frontdesk.kernel.messages import Event, Message, unwrap
from frontdesk.kernel.records import Record
from frontdesk.services.orders.events import OrderCancelled, OrderCreated
from frontdesk.services.orders.model import ORDERS
from tests.unit.driver import START

CREATED_1 = (
    '{"order_id":"ord_1","shop_id":"corner","channel":"web","customer_id":"usr_ana","placed_at":"2026-03-14T09:30:00Z",'
    '"currency":"EUR","lines":[{"sku":"tea","quantity":2,"net":200,"tax":14,"gross":214}],"net":200,"tax":14,"gross":214}'
)
CANCELLED_1 = (
    '{"order_id":"ord_1","shop_id":"corner","customer_id":"usr_ana","cancelled_at":"2026-03-14T09:31:00Z",'
    '"previous":"NEW"}'
)
ORDER_1 = (
    '{"shop_id":"corner","channel":"web","customer_id":"usr_ana","customer":{"name":"Ana"},'
    '"delivery":{"method":"collection"},"currency":"EUR","tax_included":true,"lines":[{"sku":"tea","name":"Tea",'
    '"quantity":2,"unit_price":107,"tax_rate":700,"net":200,"tax":14,"gross":214}],"net":200,"tax":14,"gross":214,'
    '"steps":[{"status":"NEW","at":"2026-03-14T09:30:00Z","by":"usr_ana"}]}'
)


def heard(body: str, event: type[Event], schema: int) -> Event:
    return unwrap(Message("order:ord_1:1:0", event.NAME, schema, "ord_1", 1, START, "c", body), event)


def test_an_order_from_before_there_were_books_and_stock_moves_nothing() -> None:
    created = heard(CREATED_1, OrderCreated, 1)
    assert isinstance(created, OrderCreated)
    assert (created.net, created.tax, created.gross, created.waits) == (0, 0, 0, False)
    assert [(line.sku, line.tracked, line.gross) for line in created.lines] == [("tea", False, 214)]


def test_a_cancellation_from_before_there_were_books_gives_nothing_back() -> None:
    cancelled = heard(CANCELLED_1, OrderCancelled, 1)
    assert isinstance(cancelled, OrderCancelled)
    assert (cancelled.previous, cancelled.currency, cancelled.gross) == ("NEW", "", 0)


@pytest.mark.parametrize("event", [OrderCreated, OrderCancelled])
def test_what_newer_code_wrote_is_not_guessed_at(event: type[Event]) -> None:
    with pytest.raises(LookupError):
        heard("{}", event, event.SCHEMA + 1)


def test_an_order_as_it_was_kept_at_first_can_be_read() -> None:
    order = ORDERS.load(Record("order", "ord_1", 1, 1, ORDER_1)).value
    assert (order.status, order.gross, order.is_tracked, order.history) == ("NEW", 214, False, False)
