"""A sound business has no differences, and every kind of damage is found for what it is."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from frontdesk.reconciliation.findings import Code, Finding
from tests.unit.reconciliation.world import built, compared, tamper


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    data = tmp_path_factory.mktemp("sound")
    return data, built(data)


@pytest.fixture
def data(sound: tuple[Path, dict[str, str]], tmp_path: Path) -> Path:
    shutil.copy(sound[0] / "frontdesk.db", tmp_path / "frontdesk.db")
    return tmp_path


@pytest.fixture
def ids(sound: tuple[Path, dict[str, str]]) -> dict[str, str]:
    return sound[1]


def found(data: Path) -> list[Finding]:
    findings, _ = compared(data)
    assert not any(finding.on_its_way for finding in findings)
    return findings


def codes(data: Path) -> set[str]:
    return {finding.code.value for finding in found(data)}


def test_a_sound_business_has_no_differences_and_everything_was_looked_at(
    data: Path, ids: dict[str, str]
) -> None:
    findings, comparison = compared(data)
    assert findings == []
    assert comparison.seen["order"] == len(ids) == 15
    assert min(comparison.seen[kind] for kind in ("entry", "invoice", "numbering", "reservation")) >= 1
    assert min(comparison.seen[kind] for kind in ("stock_entry", "hold", "shelf")) >= 1
    assert (comparison.waiting, comparison.dead) == ({}, {})


class Damage(NamedTuple):
    """What is done to a record of an order: `part` is the rest of its id. And the codes that must come of it."""

    order: str
    kind: str
    part: str
    change: str
    codes: str

    @property
    def wanted(self) -> set[str]:
        """The codes as a set."""
        return set(self.codes.split())


HALF = "'$.lines[0].debit', 1, '$.lines[1].credit', 1"
ONE_MORE = "'$.lines[0].debit', 1001, '$.lines[1].credit', json_extract(body, '$.lines[1].credit') + 1"
STATUS = "'$.steps[#-1].status', "

CHANGES = [
    Damage("processed", "entry", ":paid", HALF, "wrong_entry wrong_balance"),
    Damage("processed", "entry", ":paid", "'$.currency', 'USD'", "wrong_entry wrong_balance"),
    Damage("processed", "entry", ":paid", "'$.shop_id', 'strict'", "wrong_entry wrong_balance"),
    Damage("processed", "entry", ":paid", "'$.what', 'sold'", "wrong_entry"),
    Damage("processed", "entry", ":paid", "'$.lines[0].account', 'revenue'", "wrong_entry wrong_balance"),
    Damage("processed", "entry", ":paid", "'$.lines[0].debit', 1", "unreadable missing_entry wrong_balance"),
    Damage("cancelled", "entry", ":refund", HALF, "wrong_entry wrong_balance"),
    Damage("cancelled", "entry", ":refund-paid", HALF, "wrong_entry wrong_balance"),
    Damage("dispatched", "entry", ":sold", ONE_MORE, "wrong_entry wrong_balance"),
    Damage("returned", "entry", ":credit", "'$.lines[2].account', 'deposits'", "wrong_entry wrong_balance"),
    Damage("processed", "order", "", "'$.gross', 1", "wrong_entry"),
    Damage("processed", "order", "", "'$.shop_id', 'strict'", "wrong_entry wrong_quantity"),
    Damage("processed", "order", "", "'$.lines[0].quantity', 9", "wrong_quantity"),
    Damage("processed", "order", "", "'$.lines', json('[]')", "wrong_reservation"),
    Damage("processed", "order", "", "'$.steps', 7", "unreadable no_such_order"),
    Damage("processed", "order", "", STATUS + "'NEW'", "stuck_order"),
    Damage("untracked", "order", "", STATUS + "'NEW'", "stuck_order"),
    Damage(
        "processed", "order", "", STATUS + "'DISPATCHED'", "missing_entry missing_invoice wrong_reservation"
    ),
    Damage("waiting", "order", "", STATUS + "'PROCESSED'", "wrong_reservation"),
    Damage("rejected", "order", "", STATUS + "'BACKORDERED'", "surplus_entry wrong_reservation"),
    Damage("cancelled", "order", "", STATUS + "'PROCESSED'", "surplus_entry wrong_reservation"),
    Damage(
        "returned", "order", "", STATUS + "'DELIVERED'", "surplus_entry surplus_invoice wrong_reservation"
    ),
    Damage("free", "order", "", "'$.gross', 5", "missing_entry"),
    Damage("processed", "order", "", "'$.history', json('true')", "surplus_entry wrong_reservation"),
    Damage("history", "order", "", "'$.history', json('false')", "missing_entry missing_invoice"),
    Damage("dispatched", "invoice", ":invoice", "'$.gross', 1", "wrong_invoice"),
    Damage("dispatched", "invoice", ":invoice", "'$.form', 'credit-note'", "wrong_invoice wrong_numbering"),
    Damage("dispatched", "invoice", ":invoice", "'$.serial', 99", "wrong_numbering"),
    Damage("dispatched", "invoice", ":invoice", "'$.serial', 10000000000", "wrong_numbering"),
    Damage("returned", "invoice", ":credit-note", "'$.refers_to', 'INV-corner-000099'", "wrong_invoice"),
    Damage("returned", "invoice", ":credit-note", "'$.serial', 2", "wrong_numbering"),
    Damage("processed", "reservation", "", "'$.state', 'SHIPPED'", "wrong_reservation wrong_held"),
    Damage("processed", "reservation", "", "'$.state', 'CANCELLED'", "wrong_reservation wrong_free"),
    Damage("processed", "reservation", "", "'$.lines[0].quantity', 1", "wrong_quantity wrong_free"),
    Damage("dispatched", "reservation", "", "'$.state', 'RESERVED'", "wrong_reservation wrong_held"),
    Damage("returned", "reservation", "", "'$.state', 'RETURNED'", "wrong_reservation wrong_free"),
    Damage("discarded", "reservation", "", "'$.state', 'RESTOCKED'", "wrong_held wrong_free"),
    Damage("waiting", "reservation", "", "'$.state', 'SHORT'", "wrong_reservation wrong_queue"),
    Damage("waiting", "reservation", "", "'$.waiting_on', 'cola'", "wrong_queue"),
]


@pytest.mark.parametrize("damage", CHANGES, ids=str)
def test_a_record_that_was_changed_is_found(data: Path, ids: dict[str, str], damage: Damage) -> None:
    sql = f"update r_{damage.kind} set body = json_set(body, {damage.change}) where id = ?"  # noqa: S608 - ours
    assert tamper(data, sql, ids[damage.order] + damage.part) == 1
    assert codes(data) == damage.wanted


def test_an_entry_about_another_order_is_found(data: Path, ids: dict[str, str]) -> None:
    sql = "update r_entry set body = json_set(body, '$.order_id', 'ord_other') where id = ?"
    assert tamper(data, sql, ids["processed"] + ":paid") == 1
    assert codes(data) - {"wrong_balance"} == {
        "wrong_entry"
    }  # the other order may be counted in the same shard


LOSSES = [
    Damage("processed", "entry", ":paid", "", "missing_entry wrong_balance"),
    Damage("delivered", "entry", ":sold", "", "missing_entry wrong_balance"),
    Damage("rejected", "entry", ":refund", "", "missing_entry wrong_balance"),
    Damage("returned", "entry", ":credit", "", "missing_entry wrong_balance"),
    Damage("cancelled", "entry", ":refund-paid", "", "wrong_balance"),
    Damage("processed", "order", "", "", "no_such_order"),
    Damage("returned", "order", "", "", "no_such_order"),
    Damage("dispatched", "invoice", ":invoice", "", "missing_invoice wrong_numbering"),
    Damage("discarded", "invoice", ":credit-note", "", "missing_invoice wrong_numbering"),
    Damage("processed", "reservation", "", "", "wrong_reservation wrong_free"),
    Damage("waiting", "reservation", "", "", "wrong_reservation wrong_queue"),
    Damage("cancelled", "reservation", "", "", "wrong_reservation"),
]


@pytest.mark.parametrize("damage", LOSSES, ids=str)
def test_a_record_that_is_gone_is_found(data: Path, ids: dict[str, str], damage: Damage) -> None:
    sql = f"delete from r_{damage.kind} where id = ?"  # noqa: S608 - ours
    assert tamper(data, sql, ids[damage.order] + damage.part) == 1
    assert codes(data) == damage.wanted


FORGERIES = [  # the record is given to the order that `change` names
    (Damage("dispatched", "entry", ":sold", "processed", "surplus_entry wrong_balance"), ":sold"),
    (
        Damage("cancelled", "entry", ":refund-paid", "processed", "surplus_entry wrong_balance"),
        ":refund-paid",
    ),
    (Damage("processed", "entry", ":paid", "free", "surplus_entry wrong_balance"), ":paid"),
    (Damage("processed", "entry", ":paid", "history", "surplus_entry wrong_balance"), ":paid"),
    (Damage("processed", "entry", ":paid", "processed", "surplus_entry wrong_balance"), ":gift"),
    (Damage("dispatched", "invoice", ":invoice", "processed", "surplus_invoice wrong_numbering"), ":invoice"),
    (Damage("cancelled", "reservation", "", "history", "wrong_reservation"), ""),
    (Damage("cancelled", "reservation", "", "untracked", "wrong_reservation"), ""),
]


@pytest.mark.parametrize(("damage", "part"), FORGERIES, ids=str)
def test_a_record_that_nobody_made_is_found(
    data: Path, ids: dict[str, str], damage: Damage, part: str
) -> None:
    sql = (
        f"insert into r_{damage.kind}(id, version, schema, body, origin, handled)"  # noqa: S608 - ours
        f" select ?, version, schema, body, '', '' from r_{damage.kind} where id = ?"
    )
    assert tamper(data, sql, ids[damage.change] + part, ids[damage.order] + damage.part) == 1
    assert codes(data) == damage.wanted


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("accounting:balance:corner:EUR:opening:%", {"wrong_balance", "unbalanced"}),
        ("inventory:held:corner:counter:pretzel", {"wrong_held"}),
        ("inventory:free:corner:counter:pretzel", {"wrong_free"}),
    ],
)
@pytest.mark.parametrize("n", [1, -1])
def test_a_counter_that_was_changed_is_found(data: Path, key: str, wanted: set[str], n: int) -> None:
    assert tamper(data, "update counters set count = count + ? where key like ?", n, key) == 1
    assert codes(data) == wanted


def test_a_balance_without_entries_is_found(data: Path) -> None:
    tamper(data, "insert into counters(key, count) values('accounting:balance:corner:USD:tax:0', 5)")
    assert codes(data) == {"wrong_balance", "unbalanced"}


def test_an_entry_of_ones_own_that_is_gone_is_found(data: Path) -> None:
    assert tamper(data, "delete from r_entry where id like 'jnl_%'") == 1
    assert codes(data) == {"wrong_balance"}


def test_numbers_that_were_not_drawn_are_found(data: Path) -> None:
    tamper(data, "update r_numbering set body = json_set(body, '$.invoices', 9)")
    (finding,) = found(data)
    assert (finding.code, finding.subject, finding.found) == (
        Code.WRONG_NUMBERING,
        "invoice numbers",
        "the last is 4",
    )


def test_goods_that_were_never_received_are_found(data: Path) -> None:
    assert tamper(data, "delete from r_stock_entry where json_extract(body, '$.kind') = 'adjustment'") == 1
    assert codes(data) == {"wrong_held", "wrong_free"}


def test_a_hold_that_ended_without_giving_back_is_found(data: Path) -> None:
    assert tamper(data, "update r_hold set body = json_set(body, '$.state', 'LAPSED')") == 1
    assert codes(data) == {"wrong_free"}


def test_an_order_that_dropped_out_of_its_queue_is_found(data: Path, ids: dict[str, str]) -> None:
    lost = "update r_shelf set body = json_remove(body, '$.waiting[0]') where id = 'corner:lantern'"
    assert tamper(data, lost) == 1
    (finding,) = found(data)
    assert (finding.code, finding.found) == (Code.WRONG_QUEUE, f"{ids['waiting']} is not in it")


def test_an_order_that_waits_beside_enough_is_found(data: Path, ids: dict[str, str]) -> None:
    tamper(
        data,
        "update r_shelf set body = json_set(body, '$.locations', json('[\"loft\"]')) where id = 'corner:lantern'",
    )
    for counter in ("held", "free"):
        tamper(data, "insert into counters values(?, 2)", f"inventory:{counter}:corner:loft:lantern")
    entry = (
        "insert into r_stock_entry(id, version, schema, body, origin, handled) select 'ent_x', 1, 1,"
        " json_set(body, '$.sku', 'lantern', '$.location', 'loft', '$.quantity', 2), '', ''"
        " from r_stock_entry where json_extract(body, '$.shop_id') = 'corner' limit 1"
    )
    assert tamper(data, entry) == 1
    (finding,) = found(data)
    assert (finding.code, finding.subject, finding.cause) == (Code.WAITS_BESIDE_STOCK, "lantern", "")
    assert finding.expected == f"{ids['waiting']} served with its 2"
    tamper(data, "update r_stock_entry set body = json_set(body, '$.quantity', 1) where id = 'ent_x'")
    tamper(data, "update counters set count = 1 where key like 'inventory:%:loft:lantern'")
    assert codes(data) == set()


def test_a_difference_says_what_is_expected_and_what_is_there(data: Path, ids: dict[str, str]) -> None:
    seven = (
        "update r_entry set body = json_set(body, '$.lines[0].debit', 7, '$.lines[1].credit', 7) where id = ?"
    )
    tamper(data, seven, f"{ids['processed']}:paid")
    wrong = next(finding for finding in found(data) if finding.code is Code.WRONG_ENTRY)
    id = ids["processed"]
    assert (wrong.shop_id, wrong.subject) == ("corner", id)
    assert wrong.expected == f"paid of {id} at corner: cash_clearing +1000, deposits -1000 EUR"
    assert wrong.found == f"paid of {id} at corner: cash_clearing +7, deposits -7 EUR"
