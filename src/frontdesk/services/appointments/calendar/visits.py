"""One appointment as an entry of a calendar. Pure. No entry names a patient."""

from collections.abc import Mapping
from datetime import timedelta

from frontdesk.kernel.kinds import Stored
from frontdesk.services.appointments.booking.model import Appointment
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.calendar.writing import Entry, Party, calendar, escaped
from frontdesk.services.appointments.clinics.model import Clinic
from frontdesk.services.appointments.dates import spoken

BEHIND, AHEAD = timedelta(days=31), timedelta(days=186)  # what a feed shows, from now

_WORDS = {"es": "Cita", "en": "Appointment", "pt": "Consulta"}
_STATUS: Mapping[State, str] = {
    State.PROPOSED: "TENTATIVE",
    State.HELD: "TENTATIVE",
    State.PENDING: "TENTATIVE",
    State.CANCELLED: "CANCELLED",
    State.EXPIRED: "CANCELLED",
    State.ENTERED_IN_ERROR: "CANCELLED",
}  # all others: CONFIRMED
_ENDS_UNCOUNTED = (State.EXPIRED, State.ENTERED_IN_ERROR)  # no move counts them, and nothing comes after them
_NOT_IN_FEED = (State.PROPOSED, State.HELD, *_ENDS_UNCOUNTED)  # never anybody's visit


def one_visit(stored: Stored[Appointment], clinic: Clinic, language: str) -> tuple[str, bytes]:
    """Return the iTIP method and the calendar of one visit, for its patient.

    An invitation (REQUEST) where clinic and patient both have an e-mail address, else a note (PUBLISH); of a visit
    that is off, CANCEL.
    """
    one = stored.value
    to = one.patient.email if one.patient else None
    place = ", ".join(part for part in (clinic.name, clinic.address) if part)
    summary = f"{_WORDS[spoken(language)]}: {one.doctor_name}"
    attendee = Party(address=to) if to and clinic.email else None
    entry = _entry(stored, summary, place, Party(clinic.name, clinic.email or ""), attendee)
    if entry.status == "CANCELLED":
        return "CANCEL", calendar("CANCEL", [entry])
    method = "REQUEST" if attendee else "PUBLISH"
    return method, calendar(method, [entry])


def feed(name: str, clinic: Clinic, found: list[Stored[Appointment]]) -> bytes:
    """Return a doctor's calendar: a visit by the last characters of its id, so that it can be spoken of."""
    word, by = _WORDS[spoken(clinic.language)], Party(clinic.name, clinic.email or "")
    entries = [
        _entry(stored, f"{word} {stored.id[-4:]}", clinic.name, by)
        for stored in found
        if stored.value.state not in _NOT_IN_FEED
    ]
    title = escaped(f"{name} · {clinic.name}")
    every = ("REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M")
    return calendar("PUBLISH", entries, f"NAME:{title}", f"X-WR-CALNAME:{title}", *every)


def _entry(
    stored: Stored[Appointment], summary: str, location: str, organizer: Party, attendee: Party | None = None
) -> Entry:
    one = stored.value
    status = _STATUS.get(one.state, "CONFIRMED")
    answers = {"CONFIRMED": "ACCEPTED", "CANCELLED": "DECLINED"}
    return Entry(
        uid=f"{stored.id}@frontdesk",  # the same for ever, wherever the desk is reached
        sequence=one.sequence + (one.state in _ENDS_UNCOUNTED),
        changed_at=one.steps[-1].at if one.steps else one.time.start,
        start=one.time.start,
        end=one.time.end,
        status=status,
        summary=summary,
        location=location,
        organizer=organizer,
        attendee=attendee,
        answer=answers.get(status, "NEEDS-ACTION"),
    )
