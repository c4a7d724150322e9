"""`frontdesk waiting-list`: who waits for a time, and who is offered one."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.clinic_wishes import Clinic, Doctor, present
from frontdesk.entrypoints.cli.connection import connect
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of, group

MAX_LISTED = 10_000
_SHOWN = "Example: frontdesk waiting-list"

EntryId = Annotated[str, typer.Argument(help="The entry's id, as the list has it.", metavar="ENTRY")]

app = group("Who waits for a time: let people join, accept and decline for them.")


@app.command("list", epilog=f"{_SHOWN} list --clinic los-aromos")
def list_waiting(
    clinic: Clinic,
    state: Annotated[str, typer.Option(help="Of another state: offered, accepted, removed, expired.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="How many at most.")] = 100,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List who waits, the next first."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        query = {"clinic_id": clinic, "state": state.lower() or None, "limit": min(limit, 100)}
        found = list(islice(api.pages("/waiting-list", **query), limit))
    if json:
        show.as_json(found)
    else:
        columns = ("entry", "patient", "priority", "from", "to", "between", "joined", "state")
        show.table(columns, map(_row, found), right=("priority",))


@app.command(epilog=f'{_SHOWN} join --clinic los-aromos --patient "Rosa Vidal" --phone +56900000008')
def join(
    clinic: Clinic,
    patient: Annotated[str, typer.Option(help="The patient's name.")],
    phone: Annotated[str | None, typer.Option(help="With the country: +56900000001.")] = None,
    email: Annotated[str | None, typer.Option(help="The patient's address.")] = None,
    write_to: Annotated[
        list[str] | None, typer.Option(help="What the patient agreed to: whatsapp, sms, email. In order.")
    ] = None,
    doctor: Doctor = "",
    earliest: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day that suits.")
    ] = None,
    latest: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that suits.")
    ] = None,
    priority: Annotated[int, typer.Option(help="1 is served first, 9 last.")] = 5,
    swaps: Annotated[
        str | None, typer.Option(help="A visit of theirs that they give up for an earlier one, apt_…")
    ] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Let somebody wait for a time that suits them. What is given up is offered to them, one after another."""
    wish = {
        "clinic_id": clinic,
        "patient_name": patient,
        "patient_phone": phone,
        "patient_email": email,
        "patient_channels": write_to,
        "doctor_name": doctor or None,
        "earliest": earliest and earliest.date(),
        "latest": latest and latest.date(),
        "priority": priority,
        "swaps": swaps,
    }
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = api.post("/waiting-list", present(wish))
    _tell(found, json=json)


@app.command(epilog=f"{_SHOWN} leave wtl_0A1B2C3D4E5F6G7H8J9K0M1N2P --clinic los-aromos")
def leave(
    entry: EntryId, clinic: Clinic, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Take somebody off the list. What they were offered goes to the next."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = api.delete(f"/waiting-list/{entry}")
    _tell(found, json=json)


@app.command(epilog=f"{_SHOWN} accept wtl_0A1B2C3D4E5F6G7H8J9K0M1N2P --clinic los-aromos")
def accept(
    entry: EntryId, clinic: Clinic, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Accept what somebody was offered, for them: they said yes on the telephone."""
    _answer(entry, "accept", clinic, data, stage, json=json)


@app.command(epilog=f"{_SHOWN} decline wtl_0A1B2C3D4E5F6G7H8J9K0M1N2P --clinic los-aromos")
def decline(
    entry: EntryId, clinic: Clinic, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Decline what somebody was offered, for them. They wait on, and the next is offered the time."""
    _answer(entry, "decline", clinic, data, stage, json=json)


def _answer(entry: str, verb: str, clinic: str, data: Any, stage: str, *, json: bool) -> None:
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = api.post(f"/waiting-list/{entry}/{verb}")
    if json:
        show.as_json(found)
    else:
        show.note(f"{found['appointment_id']} is {found['state']}.")


def _tell(entry: Mapping[str, Any], *, json: bool) -> None:
    if json:
        show.as_json(entry)
    else:
        show.note(f"{entry['entry_id']} is {entry['state']}.")


def _row(one: Mapping[str, Any]) -> tuple[object, ...]:
    between = f"{one['window_from']}-{one['window_to']}"
    days = (one["earliest"], one["latest"], between)
    joined = show.moment(one["joined_at"])
    return one["entry_id"], one["patient_name"], one["priority"], *days, joined, one["state"]
