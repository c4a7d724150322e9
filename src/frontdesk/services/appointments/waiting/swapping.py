"""A swap: a visit is given up for a better one in the same commit. Nobody is left with both, or with neither."""

from msgspec.structs import replace

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking import deciding, outcomes
from frontdesk.services.appointments.booking.agenda import AGENDAS, Books
from frontdesk.services.appointments.booking.change import Case, Change
from frontdesk.services.appointments.booking.model import Actor, Appointment
from frontdesk.services.appointments.booking.taking import agenda_ids
from frontdesk.services.appointments.booking.timers import timers
from frontdesk.services.appointments.booking.wishes import again
from frontdesk.services.appointments.clinics.model import CLINICS
from frontdesk.services.appointments.waiting.entries import Entry

REASON = "pat-swl"  # of appointment-cancellation-reason: scheduled from wait list


async def swap(
    unit: Unit,
    held: Stored[Appointment],
    old: Stored[Appointment],
    entry: Entry,
    actor: Actor,
    *,
    confirmed: bool,
) -> Change:
    """Make a held time the patient's, and free the old one: the two may overlap. Raises HoldLapsed, PatientBusy."""
    clinic = (await unit.get(CLINICS, entry.clinic_id)).value
    wish = replace(again(held.value, clinic), patient=entry.patient, patient_id=entry.patient_id)
    ids = (
        *agenda_ids(held.value.doctor_id, held.value.time, entry.patient_id),
        *agenda_ids(old.value.doctor_id, old.value.time, old.value.patient_id),
    )
    read = tuple(dict.fromkeys(ids))
    books = Books(read, await unit.get_many(AGENDAS, read))
    left = outcomes.cancel(Case(old.id, old.value, books), REASON, actor, unit.now)
    case = Case(held.id, held.value, left.books)
    done = deciding.complete(case, wish, actor, unit.now, confirmed=confirmed)
    kept = done.books.decided()
    return Change(
        held.changed(done.appointment),
        (old.changed(left.appointment), *kept.changes),
        (*left.events, *done.events),
        timers(held.id, held.value, done.appointment),
        kept.unchanged,
        kept.absent,
    )
