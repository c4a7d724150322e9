"""The decisions by which an appointment takes a time, on the agendas as they were read. Pure: a case in, a case out.

What took or gave up a time has the agendas as they are to become, and the events to tell of it.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from frontdesk.services.appointments import events
from frontdesk.services.appointments.booking import telling
from frontdesk.services.appointments.booking.agenda import Books
from frontdesk.services.appointments.booking.change import Case, Wish
from frontdesk.services.appointments.booking.model import Actor, Appointment, First, Party
from frontdesk.services.appointments.booking.outcomes import PLAIN, in_time
from frontdesk.services.appointments.booking.refusals import HoldLapsed, InThePast, NotYetOpen
from frontdesk.services.appointments.booking.states import KEEPS_TIME, TABLE, State, Verb, after
from frontdesk.services.appointments.booking.taking import give_up, take
from frontdesk.transitions import IllegalTransition


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
    before = case.appointment
    books = give_up(case.books, case.id, before, now)
    kept = replace(before, held_until=None)
    if before.overbooked and wish.patient_id == before.patient_id:
        wish = replace(wish, overbook="as it was held")
    state = State.CONFIRMED if confirmed else state
    case = _enter(replace(case, appointment=kept, books=books), wish, Verb.COMPLETE, state, actor, now)
    return case.told(telling.booked(case.id, case.appointment))


def move(case: Case, wish: Wish, actor: Actor, now: datetime, cutoff: timedelta = timedelta()) -> Case:
    """Give an appointment another time, or doctor, in one write. Raises as `book`, and TooLate."""
    before = case.appointment
    state = after(before.state, Verb.RESCHEDULE)
    in_time(before, actor, now, cutoff)
    books = give_up(case.books, case.id, before, now)
    case = _enter(replace(case, books=books), wish, Verb.RESCHEDULE, state, actor, now)
    first = before.first or First(before.doctor_id, before.doctor_name, before.time)
    moved = replace(case.appointment, sequence=before.sequence + 1, first=first)
    case = replace(case, appointment=moved)
    return case.told(
        telling.moved(case.id, before, moved, actor), *telling.left_behind(case.id, before, moved, now)
    )


def alter(case: Case, wish: Wish, actor: Actor, now: datetime, verb: Verb | None) -> Case:
    """Make an appointment what is wished, time and all, and do one thing more with it. Raises as `move`."""
    before = case.appointment
    if _has_other_time(before, wish):
        case = move(case, wish, actor, now)
    elif before != _with(before, wish):
        case = describe(case, wish, actor, now)
    return case if verb is None else PLAIN[verb](case, actor, now)


def changes_agendas(appointment: Appointment, wish: Wish) -> bool:
    """Return whether a wish is about other agendas, or another time in them."""
    return _has_other_time(appointment, wish) or appointment.patient_id != wish.patient_id


def _has_other_time(appointment: Appointment, wish: Wish) -> bool:
    return (appointment.doctor_id, appointment.time) != (wish.doctor_id, wish.time)


def describe(case: Case, wish: Wish, actor: Actor, now: datetime) -> Case:
    """Note who comes, or what is said of it, at the time that it has. Raises PatientBusy, TooManyOpen."""
    before = case.appointment
    if before.state not in KEEPS_TIME and before.state is not State.PROPOSED:
        raise IllegalTransition(state=before.state, allowed=sorted(TABLE[before.state]))
    if before.patient_id != wish.patient_id and before.state in KEEPS_TIME:
        books, kept = give_up(case.books, case.id, before, now), replace(wish, is_kept=True)
        books, _ = take(books, case.id, kept, now, before.held_until)
        case = replace(case, books=books)
    now_so = _with(before, wish).came_to(before.state, "change", actor, now)
    return replace(case, appointment=now_so)


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
    if actor.party is Party.PATIENT and wish.window is not None:
        earliest, latest = wish.window
        if not earliest <= wish.time.start < latest:
            raise NotYetOpen(earliest=earliest, latest=latest)
    until = case.appointment.held_until
    books, overbooked = take(case.books, case.id, wish, now, until)
    there = replace(
        _with(case.appointment, wish),
        time=wish.time,
        doctor_id=wish.doctor_id,
        doctor_name=wish.doctor_name,
        overbooked=overbooked or (wish.is_kept and case.appointment.overbooked),
        capacity=wish.capacity,
        release_at=_release(wish, state, now),
    )
    why = wish.overbook if overbooked else ""
    there = there.came_to(state, verb, actor, now, why, overbooked=overbooked)
    return replace(case, appointment=there, books=books)


def _release(wish: Wish, state: State, now: datetime) -> datetime | None:
    """Return when an unconfirmed visit is let go; never one that is booked later than that."""
    if wish.release is None or state is not State.PENDING or now >= wish.time.start - wish.release:
        return None
    return wish.time.start - wish.release
