"""Messages that cannot succeed become dead letters with their cause; they are mended, redriven, and nothing is lost."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.journeys.orders import order
from tests.journeys.running import RunningDesk
from tests.journeys.test_command_line import frontdesk, told

LETTERS = "/operations/dead-letters"
WAIT_SECONDS = 30.0
HEARERS = 3  # subscribers that hear of a new order: inventory, accounting and webhooks


class Patient:
    """A desk with orders whose events are of a schema that nobody knows. Somebody mends them in the database."""

    def __init__(self, desk: RunningDesk) -> None:
        self.desk = desk
        self.desk.start()
        self.desk.wait_until_quiet()
        self.desk.stop()
        self.desk.start("--hold-reactions")
        with self.desk.client(self.desk.token("orders:write")) as http:
            self.orders = [http.post("/orders", json=order()).json()["order_id"] for _ in range(3)]
        self.desk.stop()
        self.sql("update events set schema=99 where name='Order Created'")
        self.desk.start()
        grants = ["shop:corner-snacks=owner"]
        self.http = self.desk.client(self.desk.token("operate orders:read", "olga", grants))
        self.fail_for_good(len(self.orders) * HEARERS)

    def fail_for_good(self, count: int) -> None:
        """Let so many failures pass that nobody tries again: those of minutes, at once."""
        self.wait(lambda: self.sql("select seq from retries where due is not null") == count)
        self.wait(self._nothing_is_tried_again)

    def _nothing_is_tried_again(self) -> bool:
        self.sql("update retries set tries=7, due=0 where due is not null")  # again: a try may be under way
        return self.sql("select seq from retries where due is not null") == 0

    def sql(self, statement: str, *values: object) -> int:
        """Read or change the data; return how many rows that were."""
        with sqlite3.connect(self.desk.data / "frontdesk.db") as database:
            done = database.execute(statement, values)
            count = len(done.fetchall()) if statement.startswith("select") else done.rowcount
        database.close()
        return count

    def letters(self, of: str) -> list[str]:
        """Return the ids of an order's dead letters."""
        found = self.http.get(LETTERS, params={"limit": 100}).json()["items"]
        return [letter["id"] for letter in found if letter["source"] == of]

    def mend(self, order: str) -> None:
        """Make an order's event readable again."""
        assert self.sql("update events set schema=2 where source=?", order) == 1

    def status(self, order: str) -> str:
        """Return where an order stands."""
        status: str = self.http.get(f"/orders/{order}").json()["status"]
        return status

    def wait(self, until: Callable[[], Any]) -> None:
        """Return once it is so."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not until():
            if time.monotonic() > deadline:
                raise TimeoutError(f"it never came: {self.desk.health()}")
            time.sleep(0.05)


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    desk = RunningDesk(tmp_path_factory.mktemp("patient"), "--demo")
    try:
        found = Patient(desk)
        with found.http:
            yield found
    finally:
        desk.kill()


@pytest.mark.embedded
def test_a_message_that_can_never_succeed_is_mended_and_redriven(patient: Patient) -> None:
    id, data = patient.orders[0], patient.desk.data
    letters, stuck = patient.letters(id), patient.status(id)
    shown = told(data, "dead-letters", "show", letters[0])
    listed = told(data, "dead-letters", "list", "--event", "Order Created", "--cause", "LookupError")

    patient.mend(id)
    redriven = told(data, "dead-letters", "redrive", *letters, "--reason", "schema mended")
    patient.wait(lambda: patient.status(id) == "PROCESSED")
    patient.desk.wait_until_quiet()

    assert (stuck, shown["letter"]["cause"]) == ("NEW", "LookupError")
    assert shown["body"]["order_id"] == shown["letter"]["source"] == id
    assert set(letters) < {letter["id"] for letter in listed}
    assert [letter["id"] for letter in redriven["items"]] == letters
    assert patient.letters(id) == []
    steps = patient.http.get(f"/orders/{id}/timeline").json()["items"]
    assert [step["status"] for step in steps] == ["NEW", "PROCESSED"]
    audit = [entry for entry in told(data, "dead-letters", "audit") if entry["letter_id"] in letters]
    assert {(entry["deed"]["by"], entry["deed"]["reason"]) for entry in audit} == {
        ("operator", "schema mended")
    }
    assert len(audit) == len(letters) == HEARERS


@pytest.mark.embedded
def test_a_letter_redriven_too_early_comes_back_with_its_cause(patient: Patient) -> None:
    letter = patient.letters(patient.orders[1])[0]
    redriven = patient.http.post(f"{LETTERS}/redrive", json={"ids": [letter]}).json()["items"]
    gone = patient.http.get(f"{LETTERS}/{letter}").status_code
    patient.fail_for_good(1)

    back = patient.http.get(f"{LETTERS}/{letter}").json()["letter"]
    assert (redriven[0]["id"], gone) == (letter, 404)
    assert (back["id"], back["cause"]) == (letter, "LookupError")


@pytest.mark.embedded
def test_a_discarded_letter_is_gone_for_good_and_who_did_it_is_known(patient: Patient) -> None:
    id = patient.orders[2]
    letters = patient.letters(id)
    reason = ("--reason", "packed by hand")
    dry = frontdesk(patient.desk.data, "dead-letters", "discard", *letters, *reason, "--dry-run")
    before = patient.letters(id)
    body = {"ids": letters, "reason": "packed by hand"}
    discarded = patient.http.post(f"{LETTERS}/discard", json=body).json()["items"]
    patient.mend(id)
    again = patient.http.post(f"{LETTERS}/redrive", json={"ids": letters}).json()["items"]
    audit = patient.http.get(f"{LETTERS}/audit").json()["items"]

    assert (dry.returncode, before) == (0, letters)
    assert ([letter["id"] for letter in discarded], again) == (letters, [])
    assert {(entry["deed"]["by"], entry["deed"]["action"]) for entry in audit[: len(letters)]} == {
        ("olga", "discard")
    }
    assert (patient.letters(id), patient.status(id)) == ([], "NEW")


def test_only_an_operator_may_look_at_dead_letters(desk: RunningDesk, ana: httpx.Client) -> None:
    assert ana.get(LETTERS).status_code == 403
    assert ana.post(f"{LETTERS}/discard", json={"ids": ["x:1"], "reason": "no"}).status_code == 403
    with desk.client() as http:
        assert http.get(LETTERS).status_code == 401
