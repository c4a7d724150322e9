"""The decisions about an appointment, on the agendas as they were read. Pure: a case in, a case out.

What took or gave up a time has the agendas as they are to become, and the events to tell of it.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from frontdesk.services.appointments import events
from frontdesk.services.appointments.booking import telling
from frontdesk.services.appointments.booking.agenda import Books
from frontdesk.services.appointments.booking.change import Case, Wish
from frontdesk.services.appointments.booking.model import Actor, Appointment, First, Party
from frontdesk.services.appointments.booking.refusals import (
    HoldLapsed,
    InThePast,
    NotTheSameDay,
    TooEarly,
    TooLate,
)
from frontdesk.services.appointments.booking.states import KEEPS_TIME, State, Verb, after
from frontdesk.services.appointments.booking.taking import count_missed, give_up, take
from frontdesk.services.appointments.hours.clock import to_local

EARLIEST_ARRIVAL = timedelta(minutes=120)  # before the visit begins


def book(id: str, wish: Wish, books: Books, actor: Actor, now: datetime, *, confirmed: bool = False) -> Case:
    """Give somebody a time. Raises SlotTaken, PatientBusy, TooManyOpen, InThePast."""
    state = State.CONFIRMED if confirmed else State.PENDING
    case = _enter(Case(id, _wished(wish), books), wish, "create", state, actor, now)
    return case.told(telling.booked(id, case.appointment))


def hold(  # noqa: PLR0917 - a booking, and a moment
    id: str, wish: Wish, books: Books, actor: Actor, now: datetime, until: datetime
) -> Case:
    """Keep a time until a moment. Raises SlotTaken, PatientBusy, TooManyOpen, InThePast."""
    new = Case(id, replace(_wished(wish), held_until=until), books)
    case = _enter(new, wish, "hold", State.HELD, actor, now)
    held = events.AppointmentHeld(**telling.about(id, case.appointment), held_until=until)
    return case.told(held)


def propose(id: str, wish: Wish, actor: Actor, now: datetime) -> Case:
    """Note a time that nobody keeps."""
    return Case(id, _wished(wish).came_to(State.PROPOSED, "propose", actor, now), Books())


def accept(case: Case, wish: Wish, actor: Actor, now: datetime) -> Case:
    """Take the time of a proposal, or another one. Raises as `book`."""
    state = after(case.appointment.state, Verb.ACCEPT)
    case = _enter(case, wish, Verb.ACCEPT, state, actor, now)
    return case.told(telling.booked(case.id, case.appointment))


def complete(case: Case, wish: Wish, actor: Actor, now: datetime, *, confirmed: bool = False) -> Case:
    """Make a held time the patient's for good; the wish says for whom. Raises HoldLapsed, PatientBusy, TooManyOpen."""
    state = after(case.appointment.state, Verb.COMPLETE)
    until = case.appointment.held_until
    if until is not None and until <= now:
        raise HoldLapsed
    kept = replace(case.appointment, held_until=None)
    state = State.CONFIRMED if confirmed else state
    case = _enter(replace(case, appointment=kept), wish, Verb.COMPLETE, state, actor, now)
    return case.told(telling.booked(case.id, case.appointment))


def move(case: Case, wish: Wish, actor: Actor, now: datetime, cutoff: timedelta = timedelta()) -> Case:
    """Give an appointment another time, or doctor, in one write. Raises as `book`, and TooLate."""
    before = case.appointment
    state = after(before.state, Verb.RESCHEDULE)
    _in_time(before, actor, now, cutoff)
    books = give_up(case.books, case.id, before, now)
    case = _enter(replace(case, books=books), wish, Verb.RESCHEDULE, state, actor, now)
    first = before.first or First(before.doctor_id, before.doctor_name, before.time)
    moved = replace(case.appointment, sequence=before.sequence + 1, first=first)
    case = replace(case, appointment=moved)
    return case.told(
        telling.moved(case.id, before, moved, actor), *telling.left_behind(case.id, before, moved, now)
    )


def change_patient(case: Case, wish: Wish, actor: Actor, now: datetime) -> Case:
    """Note who comes, or what is said of it, without touching the time. Raises PatientBusy, TooManyOpen."""
    before = case.appointment
    if before.patient_id != wish.patient_id and before.state in KEEPS_TIME:
        books, _ = take(give_up(case.books, case.id, before, now), case.id, wish, now, before.held_until)
        case = replace(case, books=books)
    now_so = _with(before, wish).came_to(before.state, "change", actor, now)
    return replace(case, appointment=now_so)


def confirm(case: Case, actor: Actor, now: datetime) -> Case:
    """Note that the patient will come."""
    case = _came(case, Verb.CONFIRM, actor, now)
    return case.told(events.AppointmentConfirmed(**telling.about(case.id, case.appointment), by=actor.party))


def cancel(case: Case, reason: str, actor: Actor, now: datetime, cutoff: timedelta = timedelta()) -> Case:
    """Give a time up for a reason (a code). Raises TooLate."""
    before = case.appointment
    after(before.state, Verb.CANCEL)
    _in_time(before, actor, now, cutoff)
    case = _came(_left(case, now, "cancelled"), Verb.CANCEL, actor, now, reason)
    over = replace(case.appointment, cancellation=reason, sequence=before.sequence + 1)
    told = events.AppointmentCancelled(
        **telling.about(case.id, over), reason=reason, by=actor.party, cancelled_at=now
    )
    return replace(case, appointment=over, events=(told, *case.events))


def lapse(case: Case, actor: Actor, now: datetime) -> Case:
    """Let a hold, or a visit that nobody confirmed, go."""
    before = case.appointment.state
    after(before, Verb.LAPSE)
    case = _came(_left(case, now, "expired"), Verb.LAPSE, actor, now)
    told = events.AppointmentExpired(**telling.about(case.id, case.appointment), was_state=before)
    return replace(case, events=(told, *case.events))


def reopen(case: Case, wish: Wish, actor: Actor, now: datetime) -> Case:
    """Give a cancelled appointment its time again. Raises as `book`."""
    before = case.appointment
    state = after(before.state, Verb.REOPEN)
    again = replace(before, cancellation="", sequence=before.sequence + 1)
    case = _enter(replace(case, appointment=again), wish, Verb.REOPEN, state, actor, now)
    return case.told(
        events.AppointmentReopened(
            **telling.about(case.id, case.appointment), end_utc=case.appointment.time.end
        )
    )


def arrive(case: Case, actor: Actor, now: datetime) -> Case:
    """Note that the patient is in the house: on the day, and not hours before. Raises TooEarly, NotTheSameDay."""
    opens = case.appointment.time.start - EARLIEST_ARRIVAL
    case = _came(case, Verb.ARRIVE, actor, now)
    if now < opens:
        raise TooEarly(earliest=opens)
    if now >= case.appointment.time.end:
        _same_day(case.appointment, now)
    return case.told(events.PatientArrived(**telling.about(case.id, case.appointment), late=False))


def check_in(case: Case, actor: Actor, now: datetime) -> Case:
    """Note that the patient has been registered."""
    return _came(case, Verb.CHECK_IN, actor, now)


def fulfill(case: Case, actor: Actor, now: datetime) -> Case:
    """Note that the visit took place."""
    case = _came(case, Verb.FULFILL, actor, now)
    return case.told(events.AppointmentFulfilled(**telling.about(case.id, case.appointment)))


def no_show(case: Case, actor: Actor, now: datetime) -> Case:
    """Note that nobody came; never before it began. Raises TooEarly."""
    begins = case.appointment.time.start
    case = _came(case, Verb.NO_SHOW, actor, now)
    if now < begins:
        raise TooEarly(earliest=begins)
    case = replace(case, books=count_missed(case.books, case.appointment.patient_id, 1))
    return case.told(events.AppointmentMissed(**telling.about(case.id, case.appointment)))


def undo_no_show(case: Case, reason: str, actor: Actor, now: datetime) -> Case:
    """Note that the patient came after all, on the same day. Raises NotTheSameDay."""
    case = _came(case, Verb.UNDO_NO_SHOW, actor, now, reason)
    _same_day(case.appointment, now)
    case = replace(case, books=count_missed(case.books, case.appointment.patient_id, -1))
    return case.told(events.PatientArrived(**telling.about(case.id, case.appointment), late=True))


def mark_mistaken(case: Case, reason: str, actor: Actor, now: datetime) -> Case:
    """Note that this should never have been entered; its time is free again."""
    before = case.appointment.state
    after(before, Verb.MARK_MISTAKEN)
    if before is State.NO_SHOW:
        case = replace(case, books=count_missed(case.books, case.appointment.patient_id, -1))
    case = _came(_left(case, now, "mistaken"), Verb.MARK_MISTAKEN, actor, now, reason)
    told = events.AppointmentMistaken(**telling.about(case.id, case.appointment))
    return replace(case, events=(told, *case.events))


def _wished(wish: Wish) -> Appointment:
    """Return a new appointment as it is wished, in no state yet."""
    new = Appointment(
        clinic_id=wish.clinic_id,
        doctor_id=wish.doctor_id,
        doctor_name=wish.doctor_name,
        time=wish.time,
        state=State.PROPOSED,
        source=wish.source,
    )
    return _with(new, wish)


def _with(appointment: Appointment, wish: Wish) -> Appointment:
    """Return an appointment with what a wish says, apart from time and doctor."""
    return replace(
        appointment,
        patient_id=wish.patient_id,
        patient=wish.patient,
        visit_type_id=wish.visit_type_id,
        reason=wish.reason,
        notes=wish.notes,
    )


def _enter(  # noqa: PLR0917 - one step of one case
    case: Case, wish: Wish, verb: str, state: State, actor: Actor, now: datetime
) -> Case:
    """Take the wished time for an appointment, which comes to a state by it. Raises as `book`."""
    gone = wish.time.start if actor.party is Party.PATIENT else wish.time.end
    if gone <= now:
        raise InThePast
    until = case.appointment.held_until
    books, overbooked = take(case.books, case.id, wish, now, until)
    there = replace(
        _with(case.appointment, wish),
        time=wish.time,
        doctor_id=wish.doctor_id,
        doctor_name=wish.doctor_name,
        overbooked=overbooked,
        capacity=wish.capacity,
    )
    why = wish.overbook if overbooked else ""
    there = there.came_to(state, verb, actor, now, why, overbooked=overbooked)
    return replace(case, appointment=there, books=books)


def _came(case: Case, verb: Verb, actor: Actor, now: datetime, reason: str = "") -> Case:
    state = after(case.appointment.state, verb)
    return replace(case, appointment=case.appointment.came_to(state, verb, actor, now, reason))


def _left(case: Case, now: datetime, why: str) -> Case:
    """Give up the time of an appointment, if it has one, and tell who may want it."""
    before = case.appointment
    if before.state not in KEEPS_TIME:
        return case
    books = give_up(case.books, case.id, before, now)
    return replace(case, books=books).told(*telling.freed(case.id, before, now, why))


def _in_time(appointment: Appointment, actor: Actor, now: datetime, cutoff: timedelta) -> None:
    if actor.party is Party.PATIENT and now > appointment.time.start - cutoff:
        raise TooLate(until=appointment.time.start - cutoff)


def _same_day(appointment: Appointment, now: datetime) -> None:
    if to_local(now, appointment.time.zone).date().isoformat() != appointment.time.date:
        raise NotTheSameDay
