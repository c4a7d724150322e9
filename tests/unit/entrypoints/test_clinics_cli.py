"""`frontdesk clinics`, `appointments` and `waiting-list`: what is typed reaches the clinic, its answer is shown."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner, Result

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import appointments, clinics, waiting_list
from frontdesk.entrypoints.cli.connection import Api
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.kernel.callers import Caller
from frontdesk.services.appointments.service import SERVICE
from tests.unit.appointments.booking.clinic import CLINIC, DAY
from tests.unit.appointments.reminders.world import PHONE, Told

HERE = ("--clinic", CLINIC)
ANA = ("--patient", "Ana Torres", "--phone", PHONE, "--write-to", "whatsapp")


class Counter(httpx.BaseTransport):
    """The clinic in memory, as far as an HTTP client can tell. The caller owns what the command names."""

    def __init__(self, desk: Told, owned: Collection[str]) -> None:
        self._desk = desk
        self._caller = Caller("operator", frozenset(SERVICE.scopes), {f"clinic:{c}": "owner" for c in owned})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        body = msgspec.json.decode(request.content) if request.content else None
        line = f"{request.method} {request.url.path}"
        key = {"idempotency_key": request.headers["idempotency-key"]} if request.method == "POST" else {}
        answer = self._desk.send(self._caller, line, body, query=dict(request.url.params), **key)
        self._desk.settle()
        return httpx.Response(answer.status, content=answer.body, headers=dict(answer.headers))


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Return a clinic that the commands reach."""
    clinic = Told()

    @contextmanager
    def connect(_: Settings, *, clinics: Collection[str]) -> Iterator[Api]:
        with httpx.Client(transport=Counter(clinic, clinics), base_url="http://desk") as client:
            yield Api(client, lambda: "token", ())

    for module in (appointments, clinics, waiting_list):
        monkeypatch.setattr(module, "connect", connect)
    return clinic


def run(group: Any, *words: str | Path) -> Result:
    """Run one command of a group."""
    return CliRunner().invoke(group.app, [*map(str, words)])


def told(group: Any, *words: str | Path) -> Any:
    """Return what a command says as JSON."""
    done = run(group, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def rows(group: Any, *words: str | Path) -> list[list[str]]:
    """Return the table that a command prints, without its head."""
    done = run(group, *words)
    assert done.exit_code == 0, done.output
    return [line.split("\t") for line in done.stdout.splitlines()[1:]]


def book(time: str = "10:00", *more: str) -> str:
    """Book something for Ana on a Monday, and return its id."""
    at = ("--doctor", "vega", "--date", DAY, "--time", time)
    return str(told(appointments, "book", *HERE, *at, *ANA, *more)["appointment_id"])


def test_a_visit_is_booked_by_any_form_of_the_doctors_name_and_listed(desk: Told) -> None:
    id = book()

    assert rows(appointments, "list", *HERE, "--date", DAY, "--doctor", "DR. VÉGA") == [
        [id, DAY, "10:00", "Dr. Vega", "Ana Torres", "pending"]
    ]
    assert rows(appointments, "list", *HERE, "--state", "CONFIRMED") == []
    assert [message.template for message in desk.sender.taken] == ["appointment-booked"]


def test_a_time_that_is_taken_is_refused_and_others_are_named() -> None:
    book()

    refused = run(
        appointments, "book", *HERE, "--doctor", "vega", "--date", DAY, "--time", "10:00", "--patient", "Ben"
    )

    assert isinstance(refused.exception, CommandError)
    assert f"Free instead: {DAY} 10:30" in str(refused.exception)
    assert told(appointments, "list", *HERE)[0]["patient_name"] == "Ana Torres"


def test_it_can_be_taken_all_the_same_by_saying_why() -> None:
    book()

    at = ("--doctor", "vega", "--date", DAY, "--time", "10:00", "--patient", "Ben Soto")
    made = told(appointments, "book", *HERE, *at, "--overbook", "an emergency", "--confirmed")

    assert (made["overbooked"], made["state"]) == (True, "confirmed")


def test_a_visit_is_shown_with_what_became_of_it() -> None:
    id = book()
    moved = run(appointments, "move", id, *HERE, "--date", DAY, "--time", "11:00")
    assert f"{id} is pending: {DAY} 11:00, Dr. Vega." in moved.output

    shown = run(appointments, "show", id, *HERE).stdout
    found = told(appointments, "show", id, *HERE)

    assert f"when\t{DAY} 11:00, Dr. Vega, 30 minutes" in shown
    assert f"reached at\t{PHONE}" in shown
    assert [step["verb"] for step in found["history"]] == ["create", "reschedule"]


def test_what_is_free_is_listed_from_the_next_time_on() -> None:
    book("09:00")

    free = rows(appointments, "free", *HERE, "--doctor", "vega", "--from", DAY, "--minutes", "60")

    assert free[0] == [DAY, "09:30", f"{DAY} 12:30:00"]


def test_a_cancelled_visit_is_offered_to_who_waits_and_taken_for_them() -> None:
    id = book()
    joined = told(
        waiting_list,
        "join",
        *HERE,
        "--patient",
        "Eva Díaz",
        "--phone",
        "+56900000002",
        "--write-to",
        "whatsapp",
    )
    entry = joined["entry_id"]
    assert [row[0] for row in rows(waiting_list, "list", *HERE)] == [entry]

    assert f"{id} is cancelled" in run(appointments, "cancel", id, *HERE, "--reason", "pat").output
    assert [row[0] for row in rows(waiting_list, "list", *HERE, "--state", "offered")] == [entry]
    taken = told(waiting_list, "accept", entry, *HERE)

    assert (taken["patient_name"], taken["state"], taken["appointment_time"]) == (
        "Eva Díaz",
        "pending",
        "10:00",
    )


def test_who_declines_waits_on_and_who_leaves_does_not() -> None:
    id = book()
    entry = told(waiting_list, "join", *HERE, "--patient", "Eva Díaz", "--phone", "+56900000002")["entry_id"]
    run(appointments, "cancel", id, *HERE)

    assert "expired" in run(waiting_list, "decline", entry, *HERE).output
    assert told(waiting_list, "list", *HERE)[0]["entry_id"] == entry
    assert f"{entry} is removed." in run(waiting_list, "leave", entry, *HERE).output
    assert told(waiting_list, "list", *HERE) == []


def test_a_clinic_is_made_changed_in_one_thing_and_shown() -> None:
    named = ("--name", "Norte", "--time-zone", "America/Lima", "--country", "PE", "--language", "es-PE")
    made = told(clinics, "set", "norte", *named)

    changed = told(clinics, "set", "norte", "--pending", "release")

    assert changed == {**made, "pending_policy": "release"}
    assert "time zone\tAmerica/Lima" in run(clinics, "show", "norte").stdout


def test_quiet_hours_are_set_ended_and_kept_through_other_changes() -> None:
    assert told(clinics, "set", CLINIC, "--quiet", "20:30-07:00")["quiet_hours"] == {
        "from": "20:30",
        "to": "07:00",
    }
    assert "quiet\t20:30 to 07:00" in run(clinics, "show", CLINIC).stdout
    assert told(clinics, "set", CLINIC, "--quiet", "never")["quiet_hours"] is None
    told(clinics, "set", CLINIC, "--name", "Otra")
    assert "quiet\tnever" in run(clinics, "show", CLINIC).stdout

    for text in ("nights", ""):
        refused = run(clinics, "set", CLINIC, "--quiet", text)
        assert "neither never nor like 21:00-08:00" in refused.output


def test_a_clinic_may_come_from_a_file_of_another(tmp_path: Path) -> None:
    file = tmp_path / "sur.json"
    file.write_text(run(clinics, "show", CLINIC, "--json").stdout)

    made = told(clinics, "set", "centro", "--file", file, "--name", "Centro")

    assert (made["clinic_id"], made["name"], made["time_zone"]) == ("centro", "Centro", "America/Santiago")


def test_doctors_are_added_and_given_their_hours() -> None:
    run(clinics, "add-doctor", CLINIC, "--name", "Dra. Sol Paz", "--alias", "Dra. Sol")
    week = ("mon-wed 09:00-13:00", "fri 15:00-18:00")

    run(clinics, "hours", CLINIC, *week, "--doctor", "dra sol")

    assert [row[1] for row in rows(clinics, "doctors", CLINIC)] == ["Dra. Luna", "Dra. Sol Paz", "Dr. Vega"]
    shown = run(clinics, "hours", CLINIC, "--doctor", "sol").stdout
    assert shown == "week\tmon-wed 09:00-13:00; fri 15:00-18:00\n"
    assert run(clinics, "hours", CLINIC).stdout == "week\tmon-fri 09:00-18:00\n"


def test_nobody_of_that_name_is_said_with_where_to_look() -> None:
    refused = run(clinics, "hours", CLINIC, "--doctor", "House")

    assert (
        str(refused.exception)
        == f"No doctor of {CLINIC} is called House. See: frontdesk clinics doctors {CLINIC}"
    )


def test_whom_to_call_and_how_it_goes() -> None:
    id = book()

    calls = rows(clinics, "calls", CLINIC, "--date", DAY)
    figures = dict(row[:2] for row in rows(clinics, "figures", CLINIC, "--from", DAY, "--to", DAY))

    assert [(row[0], row[1], row[2], row[-1]) for row in calls] == [("10:00", "Ana Torres", PHONE, id)]
    assert (figures["visits"], figures["missed"]) == ("1", "0")


def test_nothing_of_a_clinic_is_seen_by_naming_another() -> None:
    id = book()

    refused = run(appointments, "show", id, "--clinic", "norte")

    assert refused.exit_code == 1
    assert "Ana" not in refused.output
