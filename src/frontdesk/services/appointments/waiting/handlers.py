"""What the clinic's people do with the waiting list: let somebody wait, take them off, answer an offer for them."""

from datetime import date, timedelta
from typing import ClassVar

from frontdesk.kernel.errors import Fault, Invalid, NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.appointments.access import DESK, STAFF, check_staff
from frontdesk.services.appointments.booking.asking import clinic_of
from frontdesk.services.appointments.booking.handlers import by_desk
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment, Patient
from frontdesk.services.appointments.booking.states import AWAITED
from frontdesk.services.appointments.booking.wishes import known
from frontdesk.services.appointments.clinics.model import CLINICS, VISIT_TYPES, Clinic
from frontdesk.services.appointments.clinics.reading import (
    UnknownVisitType,
    find_doctor,
    find_visit_type,
)
from frontdesk.services.appointments.events import EntryWaiting
from frontdesk.services.appointments.hours.clock import to_local
from frontdesk.services.appointments.hours.week import minute_of
from frontdesk.services.appointments.reminders.plan import shown_at
from frontdesk.services.appointments.waiting import offers
from frontdesk.services.appointments.waiting.commands import JoinWaitingList
from frontdesk.services.appointments.waiting.entries import ENTRIES, Entry, EntryState, Wishes
from frontdesk.services.appointments.waiting.offers import OfferOver
from frontdesk.services.appointments.waiting.places import place_for
from frontdesk.transitions import IllegalTransition

USUAL_WAIT, LONGEST_WAIT = timedelta(days=90), timedelta(days=366)
_DAY = timedelta(days=1)


class EntryOver(Event, frozen=True, kw_only=True):
    """The last day has gone by on which somebody would have come. A timer: it fires also for who has been served."""

    NAME: ClassVar[str] = "Waiting Entry Over"
    entry_id: str


async def join_waiting_list(unit: Unit, command: JoinWaitingList) -> Stored[Entry]:
    """Let somebody wait.

    Raises NotFound, Invalid, UnknownDoctor, UnknownVisitType, IllegalTransition, AlreadyWaiting.
    """
    id = unit.new_id("wtl")
    clinic_id = clinic_of(unit.caller, command.clinic_id)
    check_staff(unit.caller, clinic_id, *DESK)
    clinic = (await unit.get(CLINICS, clinic_id)).value
    swapped = await _swapped(unit, command, clinic_id)
    patient, patient_id = _patient(unit, command, clinic_id, clinic, swapped)
    wishes = await _wishes(unit, command, clinic_id, to_local(unit.now, clinic.time_zone).date(), swapped)
    entry = Entry(
        clinic_id=clinic_id,
        patient_id=patient_id,
        patient=patient,
        wishes=wishes,
        zone=clinic.time_zone,
        joined_at=unit.now,
        expires_at=shown_at(wishes.latest + _DAY, "00:00", clinic.time_zone),
        priority=command.priority,
        swaps=command.swaps or "",
    )
    return await unit.commit(
        ENTRIES.new(id, entry),
        await place_for(unit, id, entry),
        events=(EntryWaiting(clinic_id=clinic_id, entry_id=id),),
        timers=(Timer("expire", entry.expires_at, EntryOver(entry_id=id)),),
    )


async def leave_waiting_list(unit: Unit, id: str) -> Stored[Entry]:
    """Take somebody off the list; what they were offered goes to the next. Raises NotFound."""
    stored = await open_entry(unit, id, *DESK)
    if stored.value.state is EntryState.OFFERED:
        offered = await unit.get(APPOINTMENTS, stored.value.offer_id)
        change = await offers.let_go(unit, offered, by_desk(unit), EntryState.REMOVED)
        await change.commit(unit)
        return stored.changed(stored.value.became(EntryState.REMOVED))
    if stored.value.state is not EntryState.WAITING:
        return stored
    removed = stored.changed(stored.value.became(EntryState.REMOVED))
    return await unit.commit(removed, timers=(Timer("expire"),))


async def accept_offer(unit: Unit, id: str) -> Stored[Appointment]:
    """Give somebody the time that they were offered, who says yes on the telephone. Raises as `offers.accept`."""
    offered = await _offered(unit, id)
    return await (await offers.accept(unit, offered, by_desk(unit))).commit(unit)


async def decline_offer(unit: Unit, id: str) -> Stored[Appointment]:
    """Let a time go that somebody was offered, who says no on the telephone. Raises as `offers.decline`."""
    offered = await _offered(unit, id)
    return await (await offers.decline(unit, offered, by_desk(unit))).commit(unit)


async def expire(unit: Unit, event: EntryOver) -> None:
    """Take somebody off the list whose last day has gone by."""
    stored = await unit.get(ENTRIES, event.entry_id)
    if stored.value.state is EntryState.WAITING:
        await unit.commit(stored.changed(stored.value.became(EntryState.EXPIRED)))


async def open_entry(unit: Unit, id: str, *roles: str) -> Stored[Entry]:
    """Return an entry, for the clinic's people. Raises NotFound."""
    stored = await unit.get(ENTRIES, id)
    check_staff(unit.caller, stored.value.clinic_id, *(roles or STAFF))
    return stored


async def _offered(unit: Unit, id: str) -> Stored[Appointment]:
    stored = await open_entry(unit, id, *DESK)
    if not stored.value.offer_id:
        raise OfferOver
    return await unit.get(APPOINTMENTS, stored.value.offer_id)


async def _swapped(unit: Unit, command: JoinWaitingList, clinic_id: str) -> Appointment | None:
    """Return the visit that would be given up. Raises NotFound, IllegalTransition."""
    if command.swaps is None:
        return None
    visit = (await unit.get(APPOINTMENTS, command.swaps)).value
    if visit.clinic_id != clinic_id:
        raise NotFound
    if visit.state not in AWAITED:
        raise IllegalTransition(state=visit.state, allowed=())
    return visit


def _patient(
    unit: Unit, command: JoinWaitingList, clinic_id: str, clinic: Clinic, swapped: Appointment | None
) -> tuple[Patient, str]:
    if command.patient_name is None:
        if swapped is None or swapped.patient is None:
            raise Invalid((Fault("/patient_name", "missing", "Say who waits."),))
        return swapped.patient, swapped.patient_id
    named = Patient(
        command.patient_name,
        command.patient_phone,
        command.patient_email,
        command.patient_language,
        command.patient_document,
        tuple(command.patient_channels),
    )
    patient, id = known(unit, clinic_id, clinic, named)
    if swapped is not None and swapped.patient_id != id:
        raise Invalid((Fault("/swaps", "another_patient", "Must be a visit of the same patient."),))
    return patient, id


async def _wishes(
    unit: Unit, command: JoinWaitingList, clinic_id: str, today: date, swapped: Appointment | None
) -> Wishes:
    """Return what is wished. Raises UnknownDoctor, UnknownVisitType, Invalid."""
    doctor_id, visit_type_id = await _with_whom(unit, command, clinic_id)
    earliest = command.earliest or today
    usual = swapped.time.day if swapped else max(min(earliest, today + LONGEST_WAIT), today) + USUAL_WAIT
    latest = command.latest or usual
    faults = []
    if not max(earliest, today) <= latest <= today + LONGEST_WAIT:
        advice = "Must not be before earliest, nor before today, nor more than a year ahead."
        faults.append(Fault("/latest", "out_of_range", advice))
    if minute_of(command.window_from) >= minute_of(command.window_to):
        faults.append(Fault("/window_to", "out_of_range", "Must be after window_from."))
    if faults:
        raise Invalid(tuple(faults))
    return Wishes(
        doctor_id=doctor_id,
        visit_type_id=visit_type_id,
        minutes=command.duration_minutes,
        earliest=earliest,
        latest=latest,
        weekdays=tuple(sorted(set(command.weekdays))),
        since=command.window_from,
        until=command.window_to,
        notice_minutes=command.notice_minutes,
    )


async def _with_whom(unit: Unit, command: JoinWaitingList, clinic_id: str) -> tuple[str, str]:
    """Return which doctor and which kind of visit are wished, "" for any. Raises UnknownDoctor, UnknownVisitType."""
    kind = command.visit_type_id or ""
    if command.doctor_id or command.doctor_name:
        names = {"name": command.doctor_name or "", "doctor_id": command.doctor_id or ""}
        doctor = await find_doctor(unit, clinic_id, **names)
        if kind:
            await find_visit_type(unit, doctor.value, kind)
        return doctor.id, kind
    if kind:
        found = await unit.find(VISIT_TYPES, kind)
        if found is None or found.value.clinic_id != clinic_id or not found.value.active:
            raise UnknownVisitType
    return "", kind
