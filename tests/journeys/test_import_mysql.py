"""Moving in from an old shop: everything sound comes over once, everything else is listed, whatever is killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import old_shop
from tests.journeys.running import RunningDesk
from tests.mariadb import PASSWORD, MariaDb, mariadb

pytestmark = pytest.mark.embedded

ROWS = 2_000
MANY_ROWS = 200_000


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    with mariadb(tmp_path_factory.mktemp("mariadb")) as server:
        yield server


class Importing:
    """`frontdesk import mysql` from an old shop into a desk."""

    def __init__(
        self,
        desk: RunningDesk,
        old: MariaDb,
        folder: Path,
        mapping: str = old_shop.MAPPING,
        table: str = "orders",
    ) -> None:
        self.report = folder / "report.jsonl"
        self._mapping = folder / "mapping.toml"
        self._mapping.write_text(mapping)
        self._log = folder / "import.log"
        self._data = desk.data
        self._old = old
        self._words = [
            "--table",
            table,
            "--shop",
            old_shop.SHOP,
            "--mapping",
            str(self._mapping),
            "--json",
        ]

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Begin; the password is in the environment and nowhere else."""
        command = [sys.executable, "-m", "frontdesk", "import", "mysql", "--url", self._old.url, *self._words]
        with self._log.open("a") as log:
            return subprocess.Popen(
                [*command, "--data", str(self._data), "--report", str(self.report), *words],
                env={**os.environ, "FRONTDESK_MYSQL_PASSWORD": PASSWORD},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def run(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run to the end. Returns the exit status, and what it told."""
        process = self.start(*words)
        told, _ = process.communicate()
        assert told, self._log.read_text()[-2000:]
        return process.returncode, json.loads(told)

    def run_for(self, rows: int) -> None:
        """Run until so many orders are taken in, then kill it."""
        process = self.start()
        wanted = count(self._data) + rows
        while count(self._data) < wanted:
            assert process.poll() is None, self._log.read_text()[-2000:]
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    def fails(self, *words: str) -> str:
        """Run what must fail in a way that the user can mend. Returns what it said."""
        process = self.start(*words)
        process.communicate()
        assert process.returncode == 2
        return self._log.read_text()

    def reported(self) -> dict[int, set[tuple[str, str]]]:
        """Return the report: the faults of each row, by its key. No row may be in it twice."""
        entries = [json.loads(line) for line in self.report.read_text().splitlines()]
        assert len({entry["key"] for entry in entries}) == len(entries)
        return {
            int(entry["key"]): {(fault["pointer"], fault["code"]) for fault in entry["faults"]}
            for entry in entries
        }


def count(data: Path) -> int:
    """Return how many orders a desk has."""
    with closing(sqlite3.connect(data / "frontdesk.db")) as database:
        found: int = database.execute("select count(*) from r_order").fetchone()[0]
        return found


def references(data: Path) -> list[str]:
    """Return the old names of the orders that a desk has."""
    with closing(sqlite3.connect(data / "frontdesk.db")) as database:
        return [row[0] for row in database.execute("select body->>'$.reference' from r_order")]


def body_of(data: Path, reference: str) -> dict[str, Any]:
    """Return an order as it is stored."""
    with closing(sqlite3.connect(data / "frontdesk.db")) as database:
        sql = "select body from r_order where body->>'$.reference'=?"
        body: dict[str, Any] = json.loads(database.execute(sql, (reference,)).fetchone()[0])
        return body


def sound(count: int) -> set[str]:
    """Return the references that must come over."""
    return {f"W-{number}" for number in range(1, count + 1) if number not in old_shop.faulty()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path, "--demo").start()
    yield running
    running.kill()


@pytest.mark.timeout(120)
@pytest.mark.xdist_group("mariadb")
def test_an_import_that_is_killed_goes_on_and_a_second_one_takes_only_what_is_new(
    desk: RunningDesk, old: MariaDb, tmp_path: Path
) -> None:
    old_shop.fill(old, ROWS)
    importing = Importing(desk, old, tmp_path)

    importing.run_for(300)
    status, told = importing.run()

    assert status == 1
    assert Counter(references(desk.data)) == Counter(sound(ROWS))
    assert importing.reported() == old_shop.faulty()
    assert told["rows"] == ROWS
    assert told["taken"] == len(sound(ROWS))

    old.run(
        "update shop.orders set customer_name='Somebody else' where order_no='W-7'",
        "update shop.orders set state='shipped' where id=116",  # one of those with an unknown state
        "insert into shop.orders select null, 'W-new', created_at, state, source, customer_name, email, phone,"
        " street, city, items, postage, total, currency, delivery from shop.orders where id=1",
    )
    status, told = importing.run()

    repaired = {number: faults for number, faults in old_shop.faulty().items() if number != 116}
    assert status == 1
    assert (told["taken"], told["changed_since"]) == (
        2,
        2,
    )  # W-116 and W-new; W-7 and the number that was there twice
    assert told["taken_before"] == len(sound(ROWS)) - 1
    assert importing.reported() == repaired | {7: {("", "changed")}}
    assert body_of(desk.data, "W-7")["customer"]["name"] == "José Pérez 7"


@pytest.mark.xdist_group("mariadb")
def test_an_old_order_is_taken_as_it_was(desk: RunningDesk, old: MariaDb, tmp_path: Path) -> None:
    old_shop.fill(old, 450)
    Importing(desk, old, tmp_path).run()
    desk.wait_until_quiet()

    history, still_open = body_of(desk.data, "W-90"), body_of(desk.data, "W-401")

    assert history["steps"][0]["at"] == "2021-01-04T09:30:00Z"  # 10:30 in Madrid
    assert history["customer"] == {
        "name": "José Pérez 40",
        "phone": "+34 600 123 456",
    }  # no address that is none
    assert history["delivery"]["address"] == "Calle Mayor 1 Escalera B, Alcalá"
    assert history["gross"] == 390 + 490
    assert [step["status"] for step in history["steps"]] == ["DELIVERED"]
    assert [step["status"] for step in still_open["steps"]] == ["NEW", "PROCESSED"]


@pytest.mark.xdist_group("mariadb")
def test_a_dry_run_tells_and_changes_nothing(desk: RunningDesk, old: MariaDb, tmp_path: Path) -> None:
    old_shop.fill(old, 450)
    importing = Importing(desk, old, tmp_path)

    status, told = importing.run("--dry-run")

    only_the_desk_knows = {"in_the_future", "other_currency", "unknown_sku", "changed"}
    from_here = {
        number: faults
        for number, faults in old_shop.faulty().items()
        if not only_the_desk_knows & {code for _, code in faults}
        and ("/delivery/address", "missing") not in faults
    }
    assert status == 1
    assert references(desk.data) == []
    assert importing.reported() == from_here
    assert told["would_be_taken"] == 450 - len(from_here)
    assert not (desk.data / "imports").exists()


@pytest.mark.xdist_group("mariadb")
def test_what_does_not_fit_is_told_before_anything_is_taken(
    desk: RunningDesk, old: MariaDb, tmp_path: Path
) -> None:
    old_shop.fill(old, 10)
    importing = Importing(desk, old, tmp_path)

    assert "no table nothing" in importing.fails("--table", "nothing")
    assert "no shop elsewhere" in importing.fails("--shop", "elsewhere")
    assert "password out of the URL" in importing.fails("--url", "mysql://reader:secret@127.0.0.1/shop")
    assert "Access denied" in importing.fails("--url", old.url.replace("reader", "stranger"))
    assert references(desk.data) == []


LINES_TABLE = """
create table shop.order_lines(
    id int unsigned primary key auto_increment, order_no varchar(20), created_at timestamp not null,
    state varchar(20) not null, buyer varchar(100) not null, article varchar(40) not null, pieces int not null,
    price double not null, index(order_no)
) engine=innodb
"""

LINES_MAPPING = """
[order]
reference = "order_no"
placed_at = "created_at"
status = { value = "DELIVERED" }
channel = { value = "web" }
currency = { value = "EUR" }
tax_included = true
customer.name = "buyer"
delivery.method = { value = "collection" }

[lines]
form = "rows"
sku = "article"
name = "article"
quantity = "pieces"
unit_price = "price"
tax_rate = { value = "19" }
"""


@pytest.mark.xdist_group("mariadb")
def test_an_old_shop_with_a_row_for_each_line_comes_over_order_by_order(
    desk: RunningDesk, old: MariaDb, tmp_path: Path
) -> None:
    """Lines of one order lie far apart, some across the border of a page, and one belongs to none."""
    insert = (
        "insert into shop.order_lines(order_no, created_at, state, buyer, article, pieces, price)"
        " values(%s, '2024-07-05 10:00:00', 'done', 'Ana', %s, %s, 0.1)"
    )
    lines = [(f"L-{number:03}", f"ART {part}", number + 1) for part in range(5) for number in range(300)]
    old.run("drop table if exists shop.order_lines", LINES_TABLE, insert, rows=[*lines, (None, "ART 9", 1)])
    importing = Importing(desk, old, tmp_path, LINES_MAPPING, "order_lines")

    status, told = importing.run()

    assert status == 1
    assert (told["rows"], told["taken"], told["not_taken"]) == (1501, 300, 1)
    assert importing.reported() == {1501: {("/reference", "missing")}}
    stored = body_of(desk.data, "L-041")
    assert [(line["sku"], line["quantity"], line["gross"]) for line in stored["lines"]] == [
        (f"art-{part}", 42, 420) for part in range(5)
    ]
    assert stored["steps"][0]["at"] == "2024-07-05T10:00:00Z"  # a TIMESTAMP is read in UTC


@pytest.mark.xdist_group("mariadb")
def test_an_import_needs_no_running_server(desk: RunningDesk, old: MariaDb, tmp_path: Path) -> None:
    old_shop.fill(old, 60)
    desk.stop()

    status, told = Importing(desk, old, tmp_path).run()

    assert (status, told["taken"]) == (0, 60)
    assert set(references(desk.data)) == {f"W-{number}" for number in range(1, 61)}


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.xdist_group("mariadb")
def test_two_hundred_thousand_orders_come_over_although_both_sides_are_killed(
    desk: RunningDesk, old: MariaDb, tmp_path: Path
) -> None:
    old_shop.fill(old, MANY_ROWS)
    importing = Importing(desk, old, tmp_path)

    importing.run_for(40_000)
    process = importing.start()
    time.sleep(20)
    desk.kill()
    process.communicate()
    assert process.returncode == 1
    desk.start()
    status, told = importing.run()

    assert status == 1
    assert Counter(references(desk.data)) == Counter(sound(MANY_ROWS))
    assert importing.reported() == old_shop.faulty()
    assert told["rows"] == MANY_ROWS
