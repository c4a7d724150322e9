"""What becomes of an appointment: confirmed, cancelled, lapsed, and how the visit went. Pure: a case in, a case out."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from frontdesk.services.appointments import events
from frontdesk.services.appointments.booking import telling
from frontdesk.services.appointments.booking.change import Case
from frontdesk.services.appointments.booking.model import Actor, Appointment, Party
from frontdesk.services.appointments.booking.refusals import NotTheSameDay, TooEarly, TooLate
from frontdesk.services.appointments.booking.states import KEEPS_TIME, State, Verb, after
from frontdesk.services.appointments.booking.taking import count_missed, give_up
from frontdesk.services.appointments.hours.clock import to_local

EARLIEST_ARRIVAL = timedelta(minutes=120)  # before the visit begins


def confirm(case: Case, actor: Actor, now: datetime) -> Case:
    """Note that the patient will come."""
    case = _came(case, Verb.CONFIRM, actor, now)
    return case.told(events.AppointmentConfirmed(**telling.about(case.id, case.appointment), by=actor.party))


def cancel(case: Case, reason: str, actor: Actor, now: datetime, cutoff: timedelta = timedelta()) -> Case:
    """Give a time up for a reason (a code). Raises TooLate."""
    before = case.appointment
    after(before.state, Verb.CANCEL)
    in_time(before, actor, now, cutoff)
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


def _cancel(case: Case, actor: Actor, now: datetime) -> Case:
    return cancel(case, "other", actor, now)


# What one may do without saying more: also by setting the state.
PLAIN: Mapping[Verb, Callable[[Case, Actor, datetime], Case]] = {
    Verb.CONFIRM: confirm,
    Verb.CANCEL: _cancel,
    Verb.ARRIVE: arrive,
    Verb.CHECK_IN: check_in,
    Verb.FULFILL: fulfill,
    Verb.NO_SHOW: no_show,
}
TOUCHING = frozenset({Verb.CANCEL, Verb.NO_SHOW})  # of these: what changes agendas


def _came(case: Case, verb: Verb, actor: Actor, now: datetime, reason: str = "") -> Case:
    state = after(case.appointment.state, verb)
    there = replace(case.appointment, release_at=None)
    return replace(case, appointment=there.came_to(state, verb, actor, now, reason))


def _left(case: Case, now: datetime, why: str) -> Case:
    """Give up the time of an appointment, if it has one, and tell who may want it."""
    before = case.appointment
    if before.state not in KEEPS_TIME:
        return case
    books = give_up(case.books, case.id, before, now)
    return replace(case, books=books).told(*telling.freed(case.id, before, now, why))


def in_time(appointment: Appointment, actor: Actor, now: datetime, cutoff: timedelta) -> None:
    """Refuse a patient who changes something later than the clinic allows. Raises TooLate."""
    if actor.party is Party.PATIENT and now > appointment.time.start - cutoff:
        raise TooLate(until=appointment.time.start - cutoff)


def _same_day(appointment: Appointment, now: datetime) -> None:
    if to_local(now, appointment.time.zone).date().isoformat() != appointment.time.date:
        raise NotTheSameDay
