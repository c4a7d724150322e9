"""What patients are told, and when not: an appointment is read again at the moment of sending.

An event may come late. What it tells is then no longer so, and the event that made it so tells the patient.
"""

from collections.abc import Mapping

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment, Source
from frontdesk.services.appointments.booking.states import AWAITED, State
from frontdesk.services.appointments.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentExpired,
    AppointmentMoved,
    AppointmentReopened,
    MessageWanted,
    OfferMade,
)
from frontdesk.services.appointments.ports import Template
from frontdesk.services.appointments.reminders.letter import MAX_BUTTONS
from frontdesk.services.appointments.reminders.model import (
    DELIVERIES,
    TEMPLATES,
    Delivery,
    Reached,
    reason_to_skip,
)
from frontdesk.services.appointments.reminders.plan import LAST
from frontdesk.services.appointments.reminders.planning import ReminderDue
from frontdesk.services.appointments.reminders.sending import Word, tell
from frontdesk.services.appointments.waiting.entries import ENTRIES
from frontdesk.services.notifications.events import (
    MessageDelivered,
    MessageFailed,
    MessageRead,
    MessageSent,
    MessageSkipped,
)

BY_SWAP = "pat-swl"  # given up for a place of the waiting list: the patient is told of that one
GIVEN_UP = frozenset({State.CANCELLED, State.EXPIRED})

Progress = MessageSent | MessageDelivered | MessageRead | MessageFailed | MessageSkipped
REACHED: Mapping[type[Event], Reached] = {
    MessageSkipped: Reached.SKIPPED,
    MessageSent: Reached.SENT,
    MessageFailed: Reached.FAILED,
    MessageDelivered: Reached.DELIVERED,
    MessageRead: Reached.READ,
}


async def remind(unit: Unit, event: ReminderDue) -> None:
    """Send a reminder that is due, if the appointment is still what it was planned for."""
    stored = await unit.get(APPOINTMENTS, event.appointment_id)
    if not reason_to_skip(stored.value, event.kind, event.start_utc, unit.now):
        template, last = TEMPLATES[event.kind], event.start_utc - LAST
        await tell(unit, stored, Word(kind=event.name, template=template, not_after=last))


async def tell_booked(unit: Unit, event: AppointmentBooked | AppointmentReopened) -> None:
    """Tell a patient of the time that they have. Whoever was taken over from another system was told there."""
    stored = await unit.get(APPOINTMENTS, event.appointment_id)
    if _stands(unit, stored, event) and stored.value.source is not Source.IMPORT:
        await tell(unit, stored, _word(stored, Template.BOOKED))


async def tell_moved(unit: Unit, event: AppointmentMoved) -> None:
    """Tell a patient of their new time."""
    stored = await unit.get(APPOINTMENTS, event.appointment_id)
    if _stands(unit, stored, event):
        kind = _word(stored, Template.MOVED).kind
        await tell(unit, stored, Word(kind=kind, template=Template.MOVED, was=event.was))


async def tell_cancelled(unit: Unit, event: AppointmentCancelled | AppointmentExpired) -> None:
    """Tell a patient that a time is no longer theirs; not one that they only held, nor gave up for another."""
    swapped = isinstance(event, AppointmentCancelled) and event.reason == BY_SWAP
    held = isinstance(event, AppointmentExpired) and event.was_state == State.HELD
    if swapped or held or event.start_utc <= unit.now:
        return
    stored = await unit.get(APPOINTMENTS, event.appointment_id)
    if stored.value.state in GIVEN_UP:
        await tell(unit, stored, _word(stored, Template.CANCELLED))


async def tell_offer(unit: Unit, event: OfferMade) -> None:
    """Offer somebody of the waiting list the time that is held for them."""
    stored = await unit.get(APPOINTMENTS, event.appointment_id)
    if stored.value.state is not State.HELD or event.until <= unit.now:
        return
    word = Word(
        kind=Template.OFFER,
        template=Template.OFFER,
        patient=(await unit.get(ENTRIES, event.entry_id)).value.patient,
        patient_id=event.patient_id,
        until=event.until,
        not_after=event.until,
    )
    await tell(unit, stored, word)


async def tell_wanted(unit: Unit, event: MessageWanted) -> None:
    """Tell a patient what is to be said to their answer."""
    visits = event.visits[:MAX_BUTTONS]
    found = await unit.get_many(APPOINTMENTS, list(dict.fromkeys((event.appointment_id, *visits))))
    stored = found[event.appointment_id]
    word = Word(
        kind=event.cause_id,
        template=Template(event.template),
        patient_id=event.patient_id,
        which={id: found[id].value for id in visits if id in found},
        scope=Scope(event.scope) if event.scope else Scope.CONFIRM,
        starts=event.starts[:MAX_BUTTONS],
    )
    await tell(unit, stored, word)


async def note_progress(unit: Unit, event: Progress) -> None:
    """Note how far a message has come; perhaps before it was noted that it was handed over."""
    kind, _, clinic_id = event.place.partition(":")
    if kind != "clinic":
        return
    why = {MessageFailed: "code", MessageSkipped: "reason"}.get(type(event), "")
    told = Delivery(
        clinic_id=clinic_id,
        appointment_id=event.about,
        reached=REACHED[type(event)],
        at=unit.now,
        channel=getattr(event, "channel", ""),
        why=getattr(event, why, ""),
    )
    stored = await unit.find(DELIVERIES, event.message_id)
    if stored is None:
        await unit.commit(DELIVERIES.new(event.message_id, told))
        return
    known = stored.value.went_on(told)
    if known != stored.value:
        await unit.commit(stored.changed(known))


def _word(stored: Stored[Appointment], template: Template) -> Word:
    """Return what is told at once, and again when it happens again: the sequence counts what happens."""
    return Word(kind=f"{template}.{stored.value.sequence}", template=template)


def _stands(
    unit: Unit,
    stored: Stored[Appointment],
    event: AppointmentBooked | AppointmentReopened | AppointmentMoved,
) -> bool:
    visit = stored.value
    return visit.state in AWAITED and visit.time.start == event.start_utc and visit.time.start > unit.now
