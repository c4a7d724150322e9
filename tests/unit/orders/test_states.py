"""The state table: the guard obeys it, the README shows it, and every order comes to an end."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from frontdesk.kernel.messages import Event
from frontdesk.services.orders import model
from frontdesk.services.orders.commands import Method, Status
from frontdesk.services.orders.model import (
    TRANSITIONS,
    Customer,
    Delivery,
    Order,
    Shipment,
    Shortage,
    Step,
    Verb,
)
from frontdesk.transitions import IllegalTransition

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
SHORT = (Shortage("tea", 2, 1),)


def order_in(status: Status) -> Order:
    return Order(
        shop_id="s",
        channel="web",
        customer_id="c",
        customer=Customer("Ana"),
        delivery=Delivery(Method.COLLECTION),
        currency="EUR",
        tax_included=True,
        lines=(),
        net=0,
        tax=0,
        gross=0,
        steps=(Step(status, NOW, "c"),),
    )


CARRY_OUT: dict[Verb, Callable[[Order], tuple[Order, Event]]] = {
    Verb.PROCESS: lambda order: order.process("ord_1", "desk", NOW),
    Verb.BACKORDER: lambda order: order.backorder("ord_1", "desk", NOW, SHORT),
    Verb.REJECT: lambda order: order.reject("ord_1", "desk", NOW, SHORT),
    Verb.CANCEL: lambda order: order.cancel("ord_1", "c", None, NOW),
    Verb.DISPATCH: lambda order: order.dispatch("ord_1", "c", Shipment("DHL"), NOW),
    Verb.DELIVER: lambda order: order.deliver("ord_1", "c", NOW),
    Verb.RETURN: lambda order: order.take_back("ord_1", "c", None, NOW, restock=True),
}


def carried_out(verb: Verb, order: Order) -> Order:
    return CARRY_OUT[verb](order)[0]


@pytest.mark.parametrize(("status", "verb"), list(product(Status, Verb)))
def test_the_table_decides_whatever_the_status_and_the_verb(status: Status, verb: Verb) -> None:
    order = order_in(status)
    if verb in TRANSITIONS[status]:
        moved = carried_out(verb, order)
        assert moved.status is TRANSITIONS[status][verb]
        assert [step.status for step in moved.steps] == [status, moved.status]
    else:
        with pytest.raises(IllegalTransition) as refusal:
            carried_out(verb, order)
        assert refusal.value.extra == {"order_status": status, "allowed": list(TRANSITIONS[status])}


@pytest.mark.parametrize(("status", "verb"), list(product(Status, Verb)))
def test_history_stays_as_it_is(status: Status, verb: Verb) -> None:
    with pytest.raises(IllegalTransition) as refusal:
        carried_out(verb, replace(order_in(status), history=True))
    assert refusal.value.extra == {"order_status": status, "allowed": []}


def test_every_status_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Status)


def test_every_order_comes_to_an_end_and_none_goes_in_a_circle() -> None:
    def follow(status: Status, passed: frozenset[Status]) -> None:
        assert status not in passed
        for way in TRANSITIONS[status].values():
            follow(way, passed | {status})

    follow(Status.NEW, frozenset())


def test_the_readme_shows_the_table() -> None:
    rows = [f"| status | {' | '.join(Verb)} |", "|---" * (len(Verb) + 1) + "|"]
    for status, ways in TRANSITIONS.items():
        rows.append(f"| {status} | {' | '.join(ways.get(verb, '-') for verb in Verb)} |")
    readme = Path(model.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert "\n".join(rows) in readme
