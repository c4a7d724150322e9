"""What is done about a request: load, decide, save. The rules are in `deciding`, the agendas in `taking`."""

from collections.abc import Awaitable
from datetime import timedelta

from msgspec.structs import replace

from frontdesk.kernel.errors import Fault, Invalid, Stale
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.access import DESK, OWNER, check_staff
from frontdesk.services.appointments.booking import changes
from frontdesk.services.appointments.booking.asking import (
    asked,
    asked_again,
    asked_to_change,
    is_elsewhere,
    overbooking,
    patient,
)
from frontdesk.services.appointments.booking.change import Change
from frontdesk.services.appointments.booking.commands import (
    Because,
    BookAppointment,
    CancelAppointment,
    ChangeAppointment,
    CompleteHold,
    FirstState,
    HoldTime,
    MoveAppointment,
    Reopen,
)
from frontdesk.services.appointments.booking.free import alternatives
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Actor, Appointment, Party
from frontdesk.services.appointments.booking.refusals import SlotTaken
from frontdesk.services.appointments.booking.states import State, verb_to
from frontdesk.services.appointments.booking.timers import HoldOver, ReleaseDue
from frontdesk.services.appointments.booking.wishes import Prepared, again, for_patient, prepare
from frontdesk.services.appointments.clinics.model import CLINICS

BY_CLOCK = Actor(Party.SYSTEM, "frontdesk")


async def book_appointment(unit: Unit, command: BookAppointment) -> Stored[Appointment]:
    """Book a time for a patient, for the clinic's people. Raises NotFound, and what `prepare` and `book` raise."""
    id = unit.new_id("apt")
    prepared = await prepare(unit, asked(unit.caller, command))
    actor = by_desk(unit)
    if command.state is FirstState.PROPOSED:
        change = await changes.propose(unit, id, prepared.wish, actor)
    else:
        agreed = command.state is FirstState.CONFIRMED
        change = await offering(
            unit, prepared, changes.book(unit, id, prepared.wish, actor, confirmed=agreed)
        )
    return await change.commit(unit, *prepared.new)


async def hold_time(unit: Unit, command: HoldTime) -> Stored[Appointment]:
    """Keep a time for as long as the clinic keeps one. Raises as `book_appointment`."""
    id = unit.new_id("apt")
    prepared = await prepare(unit, asked(unit.caller, command))
    until = unit.now + timedelta(seconds=prepared.practice.clinic.value.hold_seconds)
    change = await offering(unit, prepared, changes.hold(unit, id, prepared.wish, by_desk(unit), until))
    return await change.commit(unit, *prepared.new)


async def complete_hold(unit: Unit, command: CompleteHold, id: str) -> Stored[Appointment]:
    """Make a held time the patient's. Raises NotFound, Invalid, IllegalTransition, HoldLapsed, PatientBusy."""
    stored = await open_appointment(unit, id, *DESK)
    who = patient(command)
    if who is None and stored.value.patient is None:
        raise Invalid((Fault("/patient_name", "missing", "The hold does not say for whom it is."),))
    change = await changes.complete(unit, stored, by_desk(unit), patient=who, confirmed=command.confirmed)
    return await change.commit(unit)


async def accept_proposal(unit: Unit, command: MoveAppointment, id: str) -> Stored[Appointment]:
    """Take a time for a proposal. Raises NotFound, IllegalTransition, and as `book_appointment`."""
    stored = await open_appointment(unit, id, *DESK)
    prepared = await prepare(unit, asked_again(unit.caller, stored.value, command))
    change = await offering(unit, prepared, changes.accept(unit, stored, prepared.wish, by_desk(unit)))
    return await change.commit(unit, *prepared.new)


async def move_appointment(unit: Unit, command: MoveAppointment, id: str) -> Stored[Appointment]:
    """Give an appointment another time. Raises NotFound, IllegalTransition, and as `book_appointment`."""
    stored = await open_appointment(unit, id, *DESK)
    prepared = await prepare(unit, asked_again(unit.caller, stored.value, command))
    change = await offering(unit, prepared, changes.move(unit, stored, prepared.wish, by_desk(unit)))
    return await change.commit(unit, *prepared.new)


async def change_appointment(unit: Unit, command: ChangeAppointment, id: str) -> Stored[Appointment]:
    """Change what is said of an appointment, its time and its state, in one write. The same again changes nothing.

    Raises NotFound, Invalid, Stale, IllegalTransition, and as `book_appointment`.
    """
    stored = await open_appointment(unit, id, *DESK)
    before = stored.value
    _check_same(stored, command)
    wanted = asked_to_change(unit.caller, before, command)
    verb = verb_to(before.state, command.state) if command.state else None
    if is_elsewhere(before, command):
        prepared = await prepare(unit, wanted)
        deciding = changes.alter(unit, stored, prepared.wish, by_desk(unit), verb)
        return await (await offering(unit, prepared, deciding)).commit(unit, *prepared.new)
    clinic = (await unit.get(CLINICS, before.clinic_id)).value
    wish = replace(again(before, clinic), reason=wanted.reason, notes=wanted.notes)
    if wanted.patient != before.patient:
        wish = for_patient(unit, wish, wanted.patient, clinic)
    change = await changes.alter(unit, stored, wish, by_desk(unit), verb)
    if change.primary.value == before:
        if unit.guard is not None and unit.guard.version != stored.version:
            raise Stale
        return stored
    return await change.commit(unit)


async def confirm_appointment(unit: Unit, id: str) -> Stored[Appointment]:
    """Note that the patient will come. Raises NotFound, IllegalTransition."""
    stored = await open_appointment(unit, id, *DESK)
    return await (await changes.confirm(unit, stored, by_desk(unit))).commit(unit)


async def cancel_appointment(unit: Unit, command: CancelAppointment, id: str) -> Stored[Appointment]:
    """Give a time up. Raises NotFound, IllegalTransition."""
    stored = await open_appointment(unit, id)
    return await (await changes.cancel(unit, stored, by_desk(unit), command.reason)).commit(unit)


async def remove_appointment(unit: Unit, id: str) -> Stored[Appointment]:
    """Cancel an appointment, or let a hold go; again changes nothing. Raises NotFound, IllegalTransition."""
    stored = await open_appointment(unit, id)
    if stored.value.state in {State.CANCELLED, State.EXPIRED}:
        return stored
    if stored.value.state is State.HELD:
        return await (await changes.lapse(unit, stored, by_desk(unit))).commit(unit)
    return await (await changes.cancel(unit, stored, by_desk(unit), "other")).commit(unit)


async def reopen_appointment(unit: Unit, command: Reopen, id: str) -> Stored[Appointment]:
    """Give a cancelled appointment its time again. Raises NotFound, IllegalTransition, and as `book`."""
    stored = await open_appointment(unit, id, *DESK)
    why = overbooking(unit.caller, command.overbook)
    return await (await changes.reopen(unit, stored, by_desk(unit), overbook=why)).commit(unit)


async def arrive(unit: Unit, id: str) -> Stored[Appointment]:
    """Note that the patient is in the house. Raises NotFound, IllegalTransition, TooEarly, NotTheSameDay."""
    stored = await open_appointment(unit, id, *DESK)
    return await (await changes.arrive(unit, stored, by_desk(unit))).commit(unit)


async def check_in(unit: Unit, id: str) -> Stored[Appointment]:
    """Note that the patient has been registered. Raises NotFound, IllegalTransition."""
    stored = await open_appointment(unit, id, *DESK)
    return await (await changes.check_in(unit, stored, by_desk(unit))).commit(unit)


async def fulfill(unit: Unit, id: str) -> Stored[Appointment]:
    """Note that the visit took place. Raises NotFound, IllegalTransition."""
    stored = await open_appointment(unit, id)
    return await (await changes.fulfill(unit, stored, by_desk(unit))).commit(unit)


async def no_show(unit: Unit, id: str) -> Stored[Appointment]:
    """Note that nobody came. Raises NotFound, IllegalTransition, TooEarly."""
    stored = await open_appointment(unit, id, *DESK)
    return await (await changes.no_show(unit, stored, by_desk(unit))).commit(unit)


async def undo_no_show(unit: Unit, command: Because, id: str) -> Stored[Appointment]:
    """Note that the patient came after all. Raises NotFound, IllegalTransition, NotTheSameDay."""
    stored = await open_appointment(unit, id, *DESK)
    change = await changes.undo_no_show(unit, stored, by_desk(unit), command.reason)
    return await change.commit(unit)


async def mark_mistaken(unit: Unit, command: Because, id: str) -> Stored[Appointment]:
    """Note that it should never have been entered, for the clinic's owner. Raises NotFound, IllegalTransition."""
    stored = await open_appointment(unit, id, OWNER)
    change = await changes.mark_mistaken(unit, stored, by_desk(unit), command.reason)
    return await change.commit(unit)


async def open_appointment(unit: Unit, id: str, *roles: str) -> Stored[Appointment]:
    """Return an appointment of a clinic at which the caller works, in one of these roles or any. Raises NotFound."""
    stored = await unit.get(APPOINTMENTS, id)
    check_staff(unit.caller, stored.value.clinic_id, *roles)
    return stored


def by_desk(unit: Unit) -> Actor:
    """Return the caller as whose doing it is: one of the clinic's people."""
    return Actor(Party.DESK, unit.caller.subject)


async def offering(unit: Unit, prepared: Prepared, deciding: Awaitable[Change]) -> Change:
    """Wait for a decision; where the time is taken, say which others are free. Raises SlotTaken."""
    try:
        return await deciding
    except SlotTaken as taken:
        others = await alternatives(unit, prepared)
        raise SlotTaken(**taken.extra, alternatives=others) from taken


async def hold_over(unit: Unit, event: HoldOver) -> None:
    """Let a hold go whose time is over, unless it was completed, released, or is kept for longer."""
    stored = await unit.get(APPOINTMENTS, event.appointment_id)
    until = stored.value.held_until
    if stored.value.state is State.HELD and until is not None and until <= unit.now:
        await (await changes.lapse(unit, stored, BY_CLOCK)).commit(unit)


async def release_due(unit: Unit, event: ReleaseDue) -> None:
    """Let a visit go that nobody has confirmed, unless it has another time by now."""
    stored = await unit.get(APPOINTMENTS, event.appointment_id)
    due = stored.value.release_at
    if due is not None and due <= unit.now and stored.value.time.start == event.start_utc:
        await (await changes.lapse(unit, stored, BY_CLOCK)).commit(unit)


def _check_same(stored: Stored[Appointment], command: ChangeAppointment) -> None:
    """Refuse a body that belongs to another appointment. Raises Invalid."""
    said = (
        ("/appointment_id", command.appointment_id, stored.id),
        ("/clinic_id", command.clinic_id, stored.value.clinic_id),
    )
    faults = [
        Fault(place, "not_this_one", "Is that of another appointment.")
        for place, new, old in said
        if new is not None and new != old
    ]
    if faults:
        raise Invalid(tuple(faults))
