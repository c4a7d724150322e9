"""What is only on its way is no difference; what is dead is one, and is named as its cause."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from frontdesk.kernel.services import Service
from frontdesk.reconciliation.findings import Code
from frontdesk.services.accounting.service import SERVICE as ACCOUNTING
from frontdesk.services.catalogue.service import SERVICE as CATALOGUE
from frontdesk.services.inventory.service import SERVICE as INVENTORY
from frontdesk.services.orders.service import SERVICE as ORDERS
from tests.unit.reconciliation.world import (
    CALLED_OFF,
    PRODUCT,
    SERVICES,
    SHOP,
    World,
    built,
    compared,
    tamper,
    tell,
)


def run(data: Path, services: Sequence[Service]) -> World:
    """Open the data with these services, until everybody there has heard everything."""

    async def story() -> World:
        world = World(data, services)
        await world.runtime.start()
        await world.settle()
        await world.runtime.stop()
        return world

    return asyncio.run(story())


@pytest.fixture
def without_books(tmp_path: Path) -> Path:
    """Return the data of a desk whose accounting never ran."""

    async def story() -> None:
        world = World(tmp_path, (CATALOGUE, ORDERS, INVENTORY))
        await world.runtime.start()
        await tell(world)
        await world.runtime.stop()

    asyncio.run(story())
    return tmp_path


def test_books_that_have_not_heard_yet_are_no_difference(without_books: Path) -> None:
    findings, comparison = compared(without_books)
    assert findings
    assert all(finding.on_its_way for finding in findings)
    assert {finding.code for finding in findings} == {Code.MISSING_ENTRY, Code.MISSING_INVOICE}
    assert "accounting has not taken in Order Created" in {finding.cause for finding in findings}
    assert comparison.waiting["accounting"] > 0


def test_once_everybody_has_heard_all_agrees(without_books: Path) -> None:
    run(without_books, SERVICES)
    assert compared(without_books)[0] == []


def test_orders_that_inventory_has_not_heard_of_are_no_difference(tmp_path: Path) -> None:
    async def story() -> None:
        world = World(tmp_path, (CATALOGUE, ORDERS, ACCOUNTING))
        await world.runtime.start()
        await world.send("PUT /shops/corner", SHOP)
        await world.send("PUT /shops/corner/products/pretzel", PRODUCT | {"name": "Pretzel"})
        await world.settle()
        await world.order("new", {"pretzel": 1})
        await world.order("cancelled", {"pretzel": 1})
        await world.move("cancelled", CALLED_OFF)
        await world.runtime.stop()

    asyncio.run(story())
    findings, _ = compared(tmp_path)
    assert {(finding.code, finding.on_its_way) for finding in findings} == {
        (Code.STUCK_ORDER, True),
        (Code.WRONG_RESERVATION, True),
    }
    run(tmp_path, SERVICES)
    assert compared(tmp_path)[0] == []


def parked(data: Path, order_id: str, due: int | None) -> None:
    """Undo that an order was paid, as if the reaction had failed."""
    event = "(select seq from events where source = ? and name = 'Order Created')"
    insert = f"insert into retries values('accounting', {event}, 3, ?, 'OSError')"
    assert tamper(data, insert, order_id, due) == 1
    assert tamper(data, "delete from r_entry where id = ?", f"{order_id}:paid") == 1


def test_what_is_tried_again_is_on_its_way(tmp_path: Path) -> None:
    order_id = built(tmp_path)["processed"]
    parked(tmp_path, order_id, due=1)
    missing = next(finding for finding in compared(tmp_path)[0] if finding.code is Code.MISSING_ENTRY)
    assert missing.on_its_way
    assert missing.cause == (
        "accounting has not taken in Order Created (failed with OSError, to be tried again)"
    )


def test_a_dead_letter_is_a_difference_and_its_cause(tmp_path: Path) -> None:
    order_id = built(tmp_path)["processed"]
    parked(tmp_path, order_id, due=None)
    findings, comparison = compared(tmp_path)
    missing = next(finding for finding in findings if finding.code is Code.MISSING_ENTRY)
    assert not missing.on_its_way
    assert missing.cause == "dead letter of accounting: Order Created, OSError"
    assert comparison.dead == {"accounting": 1}


def test_only_what_would_mend_it_excuses_a_difference(tmp_path: Path) -> None:
    ids = built(tmp_path)
    tamper(tmp_path, "update cursors set seq = 0 where subscriber in ('inventory', 'orders-processor')")
    tamper(tmp_path, "delete from r_entry where id = ?", f"{ids['dispatched']}:sold")
    missing = next(finding for finding in compared(tmp_path)[0] if finding.code is Code.MISSING_ENTRY)
    assert not missing.on_its_way


def test_an_amount_that_is_wrong_is_never_on_its_way(tmp_path: Path) -> None:
    ids = built(tmp_path)
    tamper(tmp_path, "update cursors set seq = 0")
    half = (
        "update r_entry set body = json_set(body, '$.lines[0].debit', 1, '$.lines[1].credit', 1) where id = ?"
    )
    assert tamper(tmp_path, half, f"{ids['processed']}:paid") == 1
    findings, _ = compared(tmp_path)
    assert {(finding.code, finding.on_its_way) for finding in findings} == {
        (Code.WRONG_ENTRY, False),
        (Code.WRONG_BALANCE, False),
    }


@pytest.mark.parametrize(("due", "on_its_way"), [(1, True), (None, False)])
def test_a_shelf_that_is_about_to_be_looked_at_is_no_difference(
    tmp_path: Path, due: int | None, *, on_its_way: bool
) -> None:
    built(tmp_path)
    tamper(
        tmp_path,
        "update r_shelf set body = json_set(body, '$.locations', json('[\"loft\"]')) where id = 'corner:lantern'",
    )
    for counter in ("held", "free"):
        tamper(tmp_path, "insert into counters values(?, 9)", f"inventory:{counter}:corner:loft:lantern")
    look = (
        "insert into retries(subscriber, seq, tries, due, error) select 'inventory-keeper', max(seq), 1, ?, 'OSError'"
        " from events where name = 'Stock Moved'"
    )
    body = '{"shop_id":"corner","skus":["lantern"]}'
    tamper(tmp_path, "update events set body = ? where name = 'Stock Moved'", body)
    assert tamper(tmp_path, look, due) == 1
    idle = next(finding for finding in compared(tmp_path)[0] if finding.code is Code.WAITS_BESIDE_STOCK)
    assert idle.on_its_way is on_its_way
    assert "inventory-keeper" in idle.cause
