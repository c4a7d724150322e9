"""What somebody types about a clinic: which one, which of its doctors, which day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli.connection import Api
from frontdesk.entrypoints.cli.mending import CommandError

Clinic = Annotated[str, typer.Option("--clinic", help="The clinic's id.")]
ClinicId = Annotated[str, typer.Argument(help="The clinic's id.", metavar="CLINIC")]
Doctor = Annotated[str, typer.Option(help="The doctor, however the name is written: Vega, dr vega, doc_…")]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="A day, by the clinic's calendar: 2026-03-16."),
]


def doctor_id(api: Api, clinic: str, name: str) -> str:
    """Return the id of a doctor who is meant by a name. Raises CommandError."""
    if name.startswith("doc_"):
        return name
    found = api.get(f"/clinics/{clinic}/doctors", name=name)["items"]
    if not found:
        raise CommandError(f"No doctor of {clinic} is called {name}. See: frontdesk clinics doctors {clinic}")
    return str(found[0]["doctor_id"])


def quiet_hours(text: str) -> dict[str, str] | None:
    """Return when nobody is written to, None for never, as it is typed: 21:00-08:00. The desk checks the times."""
    if text == "never":
        return None
    begins, separator, ends = text.partition("-")
    if not separator:
        raise typer.BadParameter(f"{text!r} is neither never nor like 21:00-08:00")
    return {"from": begins, "to": ends}


def present(wish: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said of a wish."""
    return {field: value for field, value in wish.items() if value is not None}
