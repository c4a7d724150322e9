"""What FHIR adds to the service: routes alone. It keeps nothing of its own."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import msgspec

from frontdesk.kernel.errors import Conflict, FrontdeskError, TooMany, Unavailable
from frontdesk.kernel.http import Document, Route
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking.model import APPOINTMENTS
from frontdesk.services.appointments.booking.refusals import PatientBusy, SlotTaken
from frontdesk.services.appointments.fhir import operations, reading
from frontdesk.services.appointments.fhir.capability import capability
from frontdesk.services.appointments.fhir.codes import MEDIA
from frontdesk.services.appointments.fhir.commands import (
    FindAppointments,
    Parameters,
    SearchAppointments,
    SearchSchedules,
    SearchSlots,
)
from frontdesk.services.appointments.fhir.resources import Resource, appointment, bundle, outcome

Handler = Callable[..., Awaitable[Any]]
_READ, _WRITE = ("appointments:read",), ("appointments:write",)


def _in_fhir(handle: Handler) -> Handler:
    """Answer what a rule forbids in FHIR's own words. What is to be tried again is the bus's to answer."""

    @wraps(handle)
    async def spoken(unit: Unit, *arguments: Any, **path: str) -> Any:
        try:
            return await handle(unit, *arguments, **path)
        except (Conflict, TooMany, Unavailable):
            raise
        except FrontdeskError as error:
            if unit.mark is not None:
                await unit.recall(APPOINTMENTS)  # done already: a repeat is answered as the first time
            return _document(outcome(error), error.status)

    return spoken


def _one(result: Stored[Any] | Resource | Document) -> Document:
    if isinstance(result, Document):
        return result
    return _document(appointment(result) if isinstance(result, Stored) else result)


def _in_bundle(result: Stored[Any] | Document) -> Document:
    return result if isinstance(result, Document) else _document(bundle([appointment(result)]))


def _document(resource: Resource, status: int = 200) -> Document:
    return Document(msgspec.json.encode(resource), f"{MEDIA}; charset=utf-8", status)


async def show_capability(_: Unit) -> Resource:
    """Return what this server can do."""
    return capability()


def _get(path: str, handle: Handler, summary: str, **more: Any) -> Route:
    more = {"scopes": _READ, **more}
    return Route("GET", f"/fhir{path}", _in_fhir(handle), _one, Document, summary, gives=MEDIA, **more)


def _post(path: str, handle: Handler, summary: str) -> Route:
    return Route(
        "POST",
        f"/fhir{path}",
        _in_fhir(handle),
        _in_bundle,
        Document,
        summary,
        _WRITE,
        body=Parameters,
        kind=APPOINTMENTS,
        takes=MEDIA,
        gives=MEDIA,
        refusals=(SlotTaken, PatientBusy),
        description="As IHE's Scheduling profile has it. For the clinic's people, and systems that work for them.",
    )


ROUTES: tuple[Route, ...] = (
    _get("/metadata", show_capability, "Show what this FHIR server can do", scopes=(), public=True),
    _get(
        "/Appointment", reading.search_appointments, "Search appointments in FHIR", query=SearchAppointments
    ),
    _get("/Appointment/$find", reading.find_appointments, "Find times in FHIR", query=FindAppointments),
    _get("/Appointment/{id}", reading.read_appointment, "Read an appointment in FHIR", kind=APPOINTMENTS),
    _get("/Slot", reading.search_slots, "Search a doctor's time in FHIR", query=SearchSlots),
    _get("/Slot/{id}", reading.read_slot, "Read a stretch of a doctor's time in FHIR"),
    _get("/Schedule", reading.search_schedules, "Search calendars in FHIR", query=SearchSchedules),
    _get("/Schedule/{id}", reading.read_schedule, "Read a doctor's calendar in FHIR"),
    _post("/Appointment/$hold", operations.hold_found, "Hold a time in FHIR"),
    _post("/Appointment/$book", operations.book_found, "Book a time in FHIR"),
)
