"""`frontdesk appointments`: the days of a clinic's doctors, and the visits in them."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.clinic_wishes import Clinic, Day, Doctor, doctor_id, present
from frontdesk.entrypoints.cli.connection import ApiError, Desk, connect
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of, group

MAX_LISTED = 10_000
_SHOWN = "Example: frontdesk appointments"

VisitId = Annotated[str, typer.Argument(help="The appointment's id, apt_…", metavar="APPOINTMENT")]
Time = Annotated[str, typer.Option(help="By the clinic's clocks: 10:30.")]
Overbook = Annotated[str, typer.Option(help="Take the time although it is taken, and why.")]

app = group("Look at appointments, book, move and cancel them.")


@app.command("list", epilog=f"{_SHOWN} list --clinic los-aromos --date 2026-03-16 --doctor Vega")
def list_appointments(
    clinic: Clinic,
    day: Day = None,
    doctor: Doctor = "",
    state: Annotated[str, typer.Option(help="Only these: pending, confirmed, cancelled, …")] = "",
    unmarked: Annotated[
        bool, typer.Option("--unmarked", help="Over, and nobody said whether the patient came.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="How many at most.")] = 100,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List the appointments of a day, or all, by time."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        query = {
            "clinic_id": clinic,
            "date": day and day.date(),
            "doctor_id": doctor_id(api, clinic, doctor) if doctor else None,
            "state": state.lower() or None,
            "unmarked": unmarked or None,
            "limit": min(limit, 100),
        }
        found = list(islice(api.pages("/appointments", **query), limit))
    if json:
        show.as_json(found)
    else:
        show.table(("appointment", "date", "time", "doctor", "patient", "state"), map(_row, found))


@app.command("show", epilog=f"{_SHOWN} show apt_0A1B2C3D4E5F6G7H8J9K0M1N2P --clinic los-aromos")
def show_appointment(
    appointment: VisitId, clinic: Clinic, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Show an appointment, and what became of it. That you looked is kept."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = api.get(f"/appointments/{appointment}")
        steps = api.get(f"/appointments/{appointment}/history")["items"]
    if json:
        show.as_json(found | {"history": steps})
        return
    show.details(_sides(found))
    show.title("History")
    told = [(show.moment(step["at"]), step["verb"], step["state"], step["by"]) for step in steps]
    show.table(("at", "what", "state", "by"), told)


@app.command(epilog=f"{_SHOWN} free --clinic los-aromos --doctor Vega --from 2026-03-16")
def free(
    clinic: Clinic,
    doctor: Doctor,
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day. The same by default.")
    ] = None,
    minutes: Annotated[int | None, typer.Option(help="How long the visit takes.")] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List the times at which a doctor could see somebody."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        query = {"from": since.date(), "to": (until or since).date(), "duration": minutes}
        found = api.get("/availability", doctor_id=doctor_id(api, clinic, doctor), **query)
    if json:
        show.as_json(found)
    else:
        rows = [(*_begins(one), show.moment(one["start_utc"])) for one in found["items"]]
        show.table(("date", "time", "utc"), rows)


@app.command(
    epilog=f'{_SHOWN} book --clinic los-aromos --doctor Vega --date 2026-03-16 --time 10:30 --patient "Ana Torres"'
    " --phone +56900000001 --write-to whatsapp"
)
def book(
    clinic: Clinic,
    doctor: Doctor,
    day: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="The day, by the clinic's calendar.")
    ],
    time: Time,
    patient: Annotated[str, typer.Option(help="The patient's name.")],
    phone: Annotated[str | None, typer.Option(help="With the country: +56900000001.")] = None,
    email: Annotated[str | None, typer.Option(help="The patient's address.")] = None,
    document: Annotated[str | None, typer.Option(help="RUT, CURP, CPF, DNI, …")] = None,
    write_to: Annotated[
        list[str] | None, typer.Option(help="What the patient agreed to: whatsapp, sms, email. In order.")
    ] = None,
    visit_type: Annotated[str | None, typer.Option(help="What for, by its id, vst_…")] = None,
    minutes: Annotated[int | None, typer.Option(help="How long, where it is not as usual.")] = None,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="The patient has said that they will come.")
    ] = False,
    overbook: Overbook = "",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Book a time for a patient. A time that is taken is refused, and the next free ones are named."""
    wish = {
        "clinic_id": clinic,
        "doctor_name": doctor,
        "appointment_date": day.date(),
        "appointment_time": time,
        "patient_name": patient,
        "patient_phone": phone,
        "patient_email": email,
        "patient_document": document,
        "patient_channels": write_to,
        "visit_type_id": visit_type,
        "duration_minutes": minutes,
        "state": "confirmed" if confirmed else None,
        "overbook": overbook or None,
    }
    _ask(desk_of(data, stage), clinic, "/appointments", present(wish), json=json)


@app.command(
    epilog=f"{_SHOWN} move apt_0A1B2C3D4E5F6G7H8J9K0M1N2P --clinic los-aromos --date 2026-03-17 --time 9:00"
)
def move(
    appointment: VisitId,
    clinic: Clinic,
    day: Annotated[datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="The new day.")],
    time: Time,
    doctor: Doctor = "",
    overbook: Overbook = "",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Move an appointment to another time, perhaps with another doctor. The patient is told."""
    wish = {
        "appointment_date": day.date(),
        "appointment_time": time,
        "doctor_name": doctor or None,
        "overbook": overbook or None,
    }
    path = f"/appointments/{appointment}/reschedule"
    _ask(desk_of(data, stage), clinic, path, present(wish), json=json)


@app.command(epilog=f"{_SHOWN} cancel apt_0A1B2C3D4E5F6G7H8J9K0M1N2P --clinic los-aromos --reason pat")
def cancel(
    appointment: VisitId,
    clinic: Clinic,
    reason: Annotated[
        str, typer.Option(help="A code of HL7: pat (by the patient), prov (by us), oth-weath, …")
    ] = "other",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Cancel an appointment. Its time is offered to the first on the waiting list whom it suits."""
    path = f"/appointments/{appointment}/cancel"
    _ask(desk_of(data, stage), clinic, path, {"reason": reason}, json=json)


def _ask(desk: Desk, clinic: str, path: str, body: object, *, json: bool) -> None:
    """Do something, and say how the appointment stands."""
    try:
        with connect(desk, clinics=[clinic]) as api:
            found = api.post(path, body)
    except ApiError as error:
        raise CommandError(f"{error}{_others(error.problem)}", exit_status=error.exit_status) from None
    if json:
        show.as_json(found)
    else:
        show.note(f"{found['appointment_id']} is {found['state']}: {_when(found)}.")


def _others(problem: Mapping[str, Any]) -> str:
    free = [" ".join(_begins(one)) for one in problem.get("alternatives", ())]
    return f"\nFree instead: {', '.join(free)}." if free else ""


def _begins(one: Mapping[str, Any]) -> tuple[str, str]:
    return one["appointment_date"], one["appointment_time"]


def _when(one: Mapping[str, Any]) -> str:
    return f"{' '.join(_begins(one))}, {one['doctor_name']}"


def _row(one: Mapping[str, Any]) -> tuple[object, ...]:
    return one["appointment_id"], *_begins(one), one["doctor_name"], one["patient_name"], one["state"]


def _sides(one: Mapping[str, Any]) -> list[tuple[str, object]]:
    sides = [
        ("appointment", one["appointment_id"]),
        ("clinic", one["clinic_id"]),
        ("state", one["state"]),
        ("when", f"{_when(one)}, {one['duration_minutes']} minutes"),
        ("by its clocks", one["time_zone"]),
        ("patient", f"{one['patient_name']} ({one['patient_id']})"),
        ("reached at", ", ".join(filter(None, (one.get("patient_phone"), one.get("patient_email"))))),
        ("by", ", ".join(one.get("patient_channels", ()))),
        ("overbooked", one.get("overbooked") or None),
        ("cancelled for", one.get("cancellation_reason")),
        ("can be", ", ".join(one["allowed"])),
    ]
    return [(name, value) for name, value in sides if value]
