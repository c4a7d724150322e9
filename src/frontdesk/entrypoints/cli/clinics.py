"""`frontdesk clinics`: set clinics up, their doctors and hours; whom to call, and how it goes."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import shop_wishes, show
from frontdesk.entrypoints.cli.clinic_wishes import ClinicId, Day, Doctor, doctor_id, present, quiet_hours
from frontdesk.entrypoints.cli.connection import Api, ApiError, connect
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of, group

MAX_LISTED = 1_000
NOT_FOUND = 404
_SHOWN = "Example: frontdesk clinics"

app = group("Clinics: set them up, their doctors and hours; whom to call, and how it goes.")


@app.command("show", epilog=f"{_SHOWN} show los-aromos")
def show_clinic(
    clinic: ClinicId, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Show a clinic as it is set."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = api.get(f"/clinics/{clinic}")
    _print(found, json=json)


@app.command(
    "set",
    epilog=f'{_SHOWN} set los-aromos --name "Los Aromos" --time-zone America/Santiago --country CL --language es-CL',
)
def set_clinic(
    clinic: ClinicId,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="TOML or JSON with any of its fields; options win over it."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What patients call it.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="By whose clocks it works: America/Santiago.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters: CL, MX, BR, …")] = None,
    language: Annotated[str | None, typer.Option(help="In which patients are written to: es-CL.")] = None,
    phone: Annotated[str | None, typer.Option(help="Where patients call.")] = None,
    pending: Annotated[
        str | None,
        typer.Option(
            help="An unconfirmed visit is kept (keep), on the call list (flag), or let go (release)."
        ),
    ] = None,
    quiet: Annotated[
        str | None, typer.Option(help="When no patient is written to: 21:00-08:00, or never.")
    ] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Create or change a clinic. What you do not name stays as it is, or for a new clinic is the default."""
    options = {
        "name": name,
        "time_zone": time_zone,
        "country": country,
        "language": language,
        "phone": phone,
        "pending_policy": pending,
    }
    wish = (shop_wishes.read(file) if file else {}) | present(options)
    if quiet is not None:
        wish["quiet_hours"] = quiet_hours(quiet)
    wish.pop("clinic_id", None)
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = api.put(f"/clinics/{clinic}", _as_it_is(api, clinic) | wish)
    _print(found, json=json)


@app.command("doctors", epilog=f"{_SHOWN} doctors los-aromos")
def list_doctors(
    clinic: ClinicId, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """List a clinic's doctors by name."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = list(islice(api.pages(f"/clinics/{clinic}/doctors"), MAX_LISTED))
    if json:
        show.as_json(found)
    else:
        rows = [(one["doctor_id"], one["name"], ", ".join(one["aliases"]), one["active"]) for one in found]
        show.table(("doctor", "name", "also", "active"), rows)


@app.command(
    "add-doctor", epilog=f'{_SHOWN} add-doctor los-aromos --name "Dra. Elena Vega" --alias "Dra. Vega"'
)
def add_doctor(
    clinic: ClinicId,
    name: Annotated[str, typer.Option(help="The whole name.")],
    alias: Annotated[list[str] | None, typer.Option(help="Also written so. May be given again.")] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Add a doctor. Titles, accents and capitals make no difference to whom a name means."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = api.post(f"/clinics/{clinic}/doctors", {"name": name, "aliases": alias or []})
    if json:
        show.as_json(found)
    else:
        show.note(f"{found['name']} is {found['doctor_id']}.")


@app.command(epilog=f'{_SHOWN} hours los-aromos --doctor Vega "mon-fri 09:00-13:00" "mon-thu 15:00-18:00"')
def hours(
    clinic: ClinicId,
    week: Annotated[
        list[str] | None, typer.Argument(help='The whole week: "mon-fri 09:00-13:00". Without: only show it.')
    ] = None,
    doctor: Doctor = "",
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Show or set when a doctor works; without a doctor, when those work who have no hours of their own."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        path = f"/doctors/{doctor_id(api, clinic, doctor)}/hours" if doctor else f"/clinics/{clinic}/hours"
        found = api.put(path, {"rules": shop_wishes.hours(week)}) if week else api.get(path)
    if json:
        show.as_json(found)
        return
    show.details((("week", shop_wishes.told_hours(found["rules"]) if found["rules"] else "no hours"),))
    rows = [(one["first"], one["last"], one["kind"], one.get("reason")) for one in found["exceptions"]]
    if rows:
        show.title("Exceptions")
        show.table(("from", "to", "what", "reason"), rows)


@app.command(epilog=f"{_SHOWN} calls los-aromos --date 2026-03-16")
def calls(
    clinic: ClinicId, day: Day = None, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """List whom to call about a day's visits. Without a day, tomorrow's.

    Who has not confirmed, was not reached, or whose doctor is away.
    """
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        found = api.get(f"/clinics/{clinic}/calls", date=day and day.date())
    if json:
        show.as_json(found)
        return
    columns = ("time", "patient", "phone", "doctor", "why", "missed", "appointment")
    show.table(columns, map(_call, found["items"]), right=("missed",))


@app.command(epilog=f"{_SHOWN} figures los-aromos --from 2026-03-01 --to 2026-03-31")
def figures(
    clinic: ClinicId,
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")],
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Show how a clinic did: who came, confirmed, cancelled, and whose place was taken again."""
    with connect(desk_of(data, stage), clinics=[clinic]) as api:
        query = {"from": since.date(), "to": until.date()}
        found = api.get(f"/clinics/{clinic}/statistics", **query)
    if json:
        show.as_json(found)
        return
    shares = {"came": "show_rate", "confirmed": "confirmation_rate", "refilled": "refill_rate"}
    names = ("visits", "came", "missed", "confirmed", "cancelled", "refilled", "refilled_from_list")
    rows = [(name.replace("_", " "), found[name], _share(found.get(shares.get(name, "")))) for name in names]
    show.table(("what", "number", "share"), rows, right=("number", "share"))


def _as_it_is(api: Api, clinic: str) -> dict[str, Any]:
    """Return what a clinic is set to, nothing if it is new."""
    try:
        found = api.get(f"/clinics/{clinic}")
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise
        return {}
    return {field: value for field, value in found.items() if field != "clinic_id"}


def _share(part: float | None) -> str | None:
    return None if part is None else f"{part:.0%}"


def _call(one: Mapping[str, Any]) -> tuple[object, ...]:
    who = (one["patient_name"], one.get("patient_phone"), one["doctor_name"])
    return one["appointment_time"], *who, one["why"], one.get("missed") or None, one["appointment_id"]


def _print(clinic: Mapping[str, Any], *, json: bool) -> None:
    if json:
        show.as_json(clinic)
        return
    quiet = clinic.get("quiet_hours")
    sides = (
        ("clinic", clinic["clinic_id"]),
        ("name", clinic["name"]),
        ("time zone", clinic["time_zone"]),
        ("country", clinic["country"]),
        ("language", clinic["language"]),
        ("phone", clinic.get("phone")),
        ("grid", f"{clinic['grid_minutes']} minutes"),
        ("unconfirmed", clinic["pending_policy"]),
        ("quiet", f"{quiet['from']} to {quiet['to']}" if quiet else "never"),
    )
    show.details([(name, value) for name, value in sides if value])
