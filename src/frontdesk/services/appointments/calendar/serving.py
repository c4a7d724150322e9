"""Calendars as they are fetched: a visit by the clinic's staff or its patient, a doctor's feed by a program."""

from frontdesk.kernel import limits
from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.http import Document
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.shapes import Body
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.answers.links import LINKS, link_id
from frontdesk.services.appointments.booking.handlers import open_appointment
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment
from frontdesk.services.appointments.calendar.feeds import FEEDS
from frontdesk.services.appointments.calendar.visits import AHEAD, BEHIND, feed, one_visit
from frontdesk.services.appointments.clinics.model import CLINICS, DOCTORS
from frontdesk.services.appointments.privacy.accesses import note

MEDIA = "text/calendar"
MAX_VISITS = 3_000  # of one feed, the first of its time
TOKEN_MAX = 100


class OpenFeed(Body, frozen=True):
    """Whose calendar program asks."""

    token: str = ""


class OpenVisit(Body, frozen=True):
    """The token of a link that a patient was sent."""

    t: str = ""


async def show_visit(unit: Unit, id: str) -> Document:
    """Return a visit as a calendar, for the clinic's staff. Raises NotFound."""
    stored = await open_appointment(unit, id)
    document = await _visit(unit, stored)
    await note(unit, "appointment calendar", {stored.value.clinic_id: [stored.value.patient_id]})
    return document


async def show_own_visit(unit: Unit, query: OpenVisit) -> Document:
    """Return a visit as a calendar, for the patient who was sent this link. Raises NotFound."""
    link = await unit.find(LINKS, link_id(query.t)) if 0 < len(query.t) <= TOKEN_MAX else None
    if link is None or not link.value.lives(unit.now):
        raise NotFound
    return await _visit(unit, await unit.get(APPOINTMENTS, link.value.appointment_id), link.value.language)


async def serve_feed(unit: Unit, query: OpenFeed, id: str) -> Document:
    """Return a doctor's visits as a calendar, to whoever has a good token. Raises NotFound."""
    feed_id, _, secret = query.token[:TOKEN_MAX].partition(".")
    found = await unit.find(FEEDS, feed_id) if feed_id else None
    if found is None or found.value.doctor_id != id or not found.value.opens(secret):
        raise NotFound
    doctor = await unit.get(DOCTORS, id)
    clinic = await unit.get(CLINICS, doctor.value.clinic_id)
    content = feed(doctor.value.name, clinic.value, await _visits(unit, id))
    return Document(content, f"{MEDIA}; charset=utf-8", headers={"Cache-Control": "private, max-age=300"})


async def _visit(unit: Unit, stored: Stored[Appointment], language: str = "") -> Document:
    clinic = await unit.get(CLINICS, stored.value.clinic_id)
    patient = stored.value.patient
    spoken = language or (patient and patient.language) or clinic.value.language
    method, content = one_visit(stored, clinic.value, spoken)
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"', "Cache-Control": "no-store"}
    return Document(content, f"{MEDIA}; charset=utf-8; method={method}", headers=headers)


async def _visits(unit: Unit, doctor_id: str) -> list[Stored[Appointment]]:
    found: list[Stored[Appointment]] = []
    since, until = sortable(unit.now - BEHIND), sortable(unit.now + AHEAD)
    cursor = ""
    while len(found) < MAX_VISITS:
        page = await unit.query(
            APPOINTMENTS,
            "by_doctor",
            doctor_id,
            since=since,
            until=until,
            cursor=cursor,
            limit=limits.PAGE_MAX,
            newest_first=False,
        )
        found += page.items
        cursor = page.cursor
        if not cursor:
            break
    return found
