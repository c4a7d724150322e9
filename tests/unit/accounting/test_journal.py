"""What becomes an entry, that it balances, and that neither repeats nor disorder change the books."""

from collections.abc import Callable
from itertools import permutations
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.kernel.messages import Event
from frontdesk.kernel.money import MAX_MINOR
from frontdesk.services.accounting import model
from frontdesk.services.accounting.model import ENTRIES, Account, Entry, EntryLine, Occasion, balance_changes
from frontdesk.services.accounting.service import PAYMENTS_AT_ONCE, SERVICE
from frontdesk.services.orders.events import OrderCreated
from tests.unit.accounting.books import (
    BACK,
    LEFT,
    PLACED,
    SHOP,
    balances,
    cancelled,
    created,
    dispatched,
    entries,
    hear,
    message,
    open_books,
    rejected,
    returned,
)
from tests.unit.driver import START, Desk, run

PAID = {"cash_clearing": 1106, "deposits": -1106}
SOLD = {"deposits": 1106, "revenue": -1000, "tax": -106}
REFUND = {"deposits": 1106, "refunds_due": -1106}
CREDIT = {"revenue": 1000, "tax": 106, "refunds_due": -1106}


def test_a_paid_order_is_a_deposit() -> None:
    desk = open_books()
    hear(desk, created())
    assert entries(desk) == {"ord_1:paid": PAID}
    assert balances(desk) == PAID


@pytest.mark.parametrize("ended", [rejected(), cancelled()])
def test_an_order_that_never_left_is_to_be_paid_back(ended: Event) -> None:
    desk = open_books()
    hear(desk, created(), ended)
    assert entries(desk)["ord_1:refund"] == REFUND
    assert balances(desk) == {"cash_clearing": 1106, "refunds_due": -1106}


def test_a_dispatched_order_is_revenue_and_tax() -> None:
    desk = open_books()
    hear(desk, created(), dispatched())
    assert entries(desk)["ord_1:sold"] == SOLD
    assert balances(desk) == {"cash_clearing": 1106, "revenue": -1000, "tax": -106}


def test_a_returned_order_takes_revenue_and_tax_back() -> None:
    desk = open_books()
    hear(desk, created(), dispatched(), returned())
    assert entries(desk)["ord_1:credit"] == CREDIT
    assert balances(desk) == {"cash_clearing": 1106, "refunds_due": -1106}


def test_an_entry_tells_when_it_happened_and_not_when_it_was_heard() -> None:
    desk = open_books()
    hear(desk, created(), dispatched(), returned())
    found = {
        record.id: ENTRIES.load(record).value.at
        for record in desk.store.records.values()
        if record.kind == "entry"
    }
    assert found == {"ord_1:paid": PLACED, "ord_1:sold": LEFT, "ord_1:credit": BACK}


@pytest.mark.parametrize("story", list(permutations([created(), dispatched(), returned()])))
def test_facts_may_come_in_any_order_and_twice(story: tuple[Event, ...]) -> None:
    desk = open_books()
    for event in (*story, *reversed(story)):
        hear(desk, event)
    assert entries(desk) == {"ord_1:paid": PAID, "ord_1:sold": SOLD, "ord_1:credit": CREDIT}
    assert balances(desk) == {"cash_clearing": 1106, "refunds_due": -1106}


@pytest.mark.parametrize("event", [created(), cancelled(), rejected(), dispatched(), returned()])
def test_a_fact_that_is_published_anew_is_not_booked_again(event: Event) -> None:
    desk = open_books()
    desk.deliver(message(event, version=1))
    before = dict(desk.store.records), dict(desk.store.counters)
    desk.deliver(message(event, version=2))
    assert (desk.store.records, desk.store.counters) == before


@pytest.mark.parametrize("event", [created, rejected, cancelled, dispatched, returned])
def test_where_no_money_moves_nothing_is_booked(event: type[Event]) -> None:
    desk = open_books()
    before = dict(desk.store.records)
    hear(desk, event(currency="", net=0, tax=0, gross=0))
    assert desk.store.records == before


def test_a_line_of_nothing_is_left_out() -> None:
    entry = model.sold(dispatched(net=1106, tax=0), LEFT)
    assert [line.account for line in entry.lines] == [Account.DEPOSITS, Account.REVENUE]


@pytest.mark.parametrize(
    "lines",
    [
        (EntryLine(Account.TAX, debit=5),),
        (EntryLine(Account.TAX, debit=5), EntryLine(Account.REVENUE, credit=4)),
        (EntryLine(Account.TAX, debit=5, credit=5),),
        (EntryLine(Account.TAX, debit=-5), EntryLine(Account.REVENUE, credit=-5)),
        (EntryLine(Account.TAX),),
    ],
)
def test_an_entry_that_does_not_balance_cannot_be_built_or_read(lines: tuple[EntryLine, ...]) -> None:
    with pytest.raises(ValueError, match=r"entry|line"):
        Entry(shop_id=SHOP, what=Occasion.MANUAL, at=START, currency="EUR", lines=lines)
    body = msgspec.json.encode(
        {"shop_id": SHOP, "what": "manual", "at": START, "currency": "EUR", "lines": lines}
    )
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Entry)


def test_an_event_whose_sums_are_wrong_is_no_entry() -> None:
    desk = open_books()
    with pytest.raises(ValueError, match="differ"):
        hear(desk, dispatched(net=999))
    assert entries(desk) == {}


amounts = st.integers(0, MAX_MINOR // 2)
STORIES: dict[str, list[Callable[..., Event]]] = {
    "open": [created],
    "rejected": [created, rejected],
    "cancelled": [created, cancelled],
    "sold": [created, dispatched],
    "returned": [created, dispatched, returned],
}


@given(st.lists(st.tuples(amounts, amounts, st.sampled_from(list(STORIES))), max_size=30), st.randoms())
def test_balances_are_the_sums_of_the_entries_whatever_is_heard(
    facts: list[tuple[int, int, str]], chance: Random
) -> None:
    desk = open_books()
    heard: list[Event] = []
    for n, (net, tax, ending) in enumerate(facts):
        money = {"net": net, "tax": tax, "gross": net + tax}
        heard += [make(f"ord_{n}", **money) for make in STORIES[ending]]
    heard += heard[::3]
    chance.shuffle(heard)
    hear(desk, *heard)

    sums: dict[str, int] = {}
    for record in desk.store.records.values():
        if record.kind == "entry":
            for add in balance_changes(record.id, ENTRIES.load(record).value):
                sums[add.key] = sums.get(add.key, 0) + add.amount
    assert desk.store.counters == sums
    assert sum(sums.values()) == 0


def test_the_entries_of_many_orders_share_the_load_of_a_balance() -> None:
    desk = open_books()
    hear(desk, *[created(f"ord_{n}") for n in range(200)])
    shards = {key.rpartition(":")[2] for key in desk.store.counters}
    assert len(shards) == model.SHARDS
    assert balances(desk)["cash_clearing"] == 200 * 1106


def test_the_busiest_reaction_writes_one_record_and_two_counters_and_tells_nothing() -> None:
    desk = open_books()
    records, told = len(desk.store.records), len(desk.store.log)
    hear(desk, created())
    assert (len(desk.store.records) - records, len(desk.store.counters), len(desk.store.log) - told) == (
        1,
        2,
        0,
    )


def test_payments_booked_together_are_those_booked_one_by_one() -> None:
    orders = [created(f"ord_{n}", shop_id=f"shop_{n % 13}") for n in range(PAYMENTS_AT_ONCE)]
    one_by_one, together = open_books(), open_books()
    hear(one_by_one, *orders)
    hear(together, *orders[:5])
    reaction = next(one for one in SERVICE.reactions if one.on is OrderCreated)
    first, *others = [message(order) for order in (*orders, *orders[::4])]
    for _ in range(2):
        run(together.bus.react(SERVICE, reaction, first, together.store, *others))
    assert _bodies(together) == _bodies(one_by_one)
    assert together.store.counters == one_by_one.store.counters


def test_as_many_payments_as_are_booked_together_fit_into_a_commit_wherever_they_come_from() -> None:
    desk = open_books()
    reaction = next(one for one in SERVICE.reactions if one.on is OrderCreated)
    orders = [created(f"ord_{n}", shop_id=f"shop_{n}") for n in range(PAYMENTS_AT_ONCE)]
    first, *others = [message(order) for order in orders]
    run(desk.bus.react(SERVICE, reaction, first, desk.store, *others))
    assert len(_bodies(desk)) == PAYMENTS_AT_ONCE
    assert len(desk.store.counters) == 2 * PAYMENTS_AT_ONCE


def _bodies(desk: Desk) -> dict[str, str]:
    return {record.id: record.body for record in desk.store.records.values() if record.kind == "entry"}
