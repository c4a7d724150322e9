"""Invoices and credit notes: numbered without a gap, issued once, whatever comes first."""

from itertools import permutations

import pytest

from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.messages import Event
from frontdesk.services.accounting.events import CreditNoteIssued, InvoiceIssued
from tests.unit.accounting.books import (
    BACK,
    LEFT,
    MONEY,
    SHOP,
    STAFF,
    created,
    dispatched,
    hear,
    message,
    open_books,
    returned,
    shop_changed,
)
from tests.unit.driver import START, Desk, content

INVOICE = f"INV-{SHOP}-000001"
CREDIT_NOTE = f"CRN-{SHOP}-000001"


def invoice(desk: Desk, order_id: str = "ord_1") -> dict[str, object]:
    answer = desk.send(STAFF, f"GET /shops/{SHOP}/orders/{order_id}/invoice")
    assert answer.status == 200, answer.body
    shown: dict[str, object] = content(answer)
    return shown


def numbers(desk: Desk) -> list[str]:
    shown = content(desk.send(STAFF, f"GET /shops/{SHOP}/invoices", query={"limit": "100"}))
    return [document["number"] for document in shown["items"]]


def money(net: int, tax: int, gross: int) -> dict[str, int]:
    return {"net": net, "tax": tax, "gross": gross}


def test_a_dispatched_order_has_an_invoice_with_its_goods() -> None:
    desk = open_books()
    hear(desk, created(), dispatched())
    assert invoice(desk) == {
        "shop": "Corner Snacks",
        "invoice": {
            "number": INVOICE,
            "form": "invoice",
            "shop_id": SHOP,
            "order_id": "ord_1",
            "customer_id": "usr_ana",
            "issued_at": "2026-03-14T09:30:00Z",
            "supplied_at": "2026-03-14T07:30:00Z",
            **MONEY,
            "refers_to": None,
        },
        "lines": [
            {
                "sku": "pretzel",
                "name": "Butter pretzel",
                "quantity": 3,
                "tax_rate": 700,
                **money(700, 49, 749),
            },
            {"sku": "cola", "name": "Cola", "quantity": 2, "tax_rate": 1900, **money(300, 57, 357)},
        ],
        "credit_note": None,
    }


def test_an_invoice_is_told_to_who_wants_to_know() -> None:
    desk = open_books()
    hear(desk, created(), dispatched(event_source="corner.snacks"))
    (told,) = desk.heard(InvoiceIssued)
    assert (told.number, told.order_id, told.gross, told.issued_at) == (INVOICE, "ord_1", 1106, START)
    assert told.event_source == "corner.snacks"


@pytest.mark.parametrize("story", list(permutations([created(), dispatched(), returned()])))
def test_a_credit_note_always_refers_to_its_invoice(story: tuple[Event, ...]) -> None:
    desk = open_books()
    for event in (*story, *story):
        hear(desk, event)
    shown = invoice(desk)["credit_note"]
    assert isinstance(shown, dict)
    assert (shown["number"], shown["refers_to"]) == (CREDIT_NOTE, INVOICE)
    assert shown["supplied_at"] == BACK.isoformat().replace("+00:00", "Z")
    assert {name: shown[name] for name in MONEY} == MONEY
    assert sorted(numbers(desk)) == [CREDIT_NOTE, INVOICE]
    (told,) = desk.heard(CreditNoteIssued)
    assert (told.number, told.invoice) == (CREDIT_NOTE, INVOICE)
    assert len(desk.heard(InvoiceIssued)) == 1


def test_numbers_have_no_gap_and_no_double() -> None:
    desk = open_books()
    sales = [dispatched(f"ord_{n}") for n in range(12)]
    hear(desk, *sales, *sales, *[returned(f"ord_{n}") for n in (7, 3, 7)])
    invoices = [number for number in numbers(desk) if number.startswith("INV")]
    notes = [number for number in numbers(desk) if number.startswith("CRN")]
    assert sorted(invoices) == [f"INV-{SHOP}-{n:06}" for n in range(1, 13)]
    assert sorted(notes) == [f"CRN-{SHOP}-{n:06}" for n in (1, 2)]


def test_every_shop_counts_by_itself() -> None:
    desk = open_books()
    hear(desk, shop_changed("other"), source="other")
    hear(desk, dispatched("ord_1"), dispatched("ord_2", shop_id="other"), dispatched("ord_3"))
    told = [event.number for event in desk.heard(InvoiceIssued)]
    assert told == ["INV-corner-000001", "INV-other-000001", "INV-corner-000002"]


def test_an_order_without_money_has_no_invoice() -> None:
    desk = open_books()
    hear(desk, dispatched(net=0, tax=0, gross=0))
    assert numbers(desk) == []
    assert desk.send(STAFF, f"GET /shops/{SHOP}/orders/ord_1/invoice").status == 404


def test_two_sales_at_once_cannot_have_one_number() -> None:
    desk = open_books()
    first = dispatched("ord_1")

    async def overtake(method: str, moment: str) -> None:
        if (method, moment) == ("commit", "before") and desk.store.version("numbering", SHOP) == 0:
            desk.store._fault = nothing  # noqa: SLF001 - only the first commit is overtaken
            desk.deliver(message(dispatched("ord_2")))

    async def nothing(_method: str, _moment: str) -> None: ...

    desk.store._fault = overtake  # noqa: SLF001 - a fault that comes while the desk is open
    with pytest.raises(Conflict):
        hear(desk, first)
    hear(desk, first)
    assert sorted(numbers(desk)) == [INVOICE, f"INV-{SHOP}-000002"]


@pytest.mark.parametrize(("first", "second"), [(dispatched(), returned()), (returned(), dispatched())])
def test_sale_and_return_at_once_do_not_lose_the_credit_note(first: Event, second: Event) -> None:
    desk = open_books()
    hear(desk, dispatched("ord_0"))  # so that the shop's numbering does not tell the two apart

    async def overtake(method: str, moment: str) -> None:
        if (method, moment) == ("commit", "before"):
            desk.store._fault = nothing  # noqa: SLF001 - as above
            desk.deliver(message(second))

    async def nothing(_method: str, _moment: str) -> None: ...

    desk.store._fault = overtake  # noqa: SLF001 - as above
    with pytest.raises(Conflict):
        hear(desk, first)
    hear(desk, first)
    assert sorted(numbers(desk)) == [CREDIT_NOTE, INVOICE, f"INV-{SHOP}-000002"]


def test_the_moment_of_the_number_and_that_of_the_goods_are_two() -> None:
    desk = open_books()
    hear(desk, dispatched())
    document = invoice(desk)["invoice"]
    assert isinstance(document, dict)
    assert document["supplied_at"] == LEFT.isoformat().replace("+00:00", "Z")
    assert document["issued_at"] == START.isoformat().replace("+00:00", "Z")
