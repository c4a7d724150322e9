"""Taking a time and giving it up, in the doctor's agenda and the patient's together. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from frontdesk.services.appointments.booking.agenda import Agenda, Books, Busy, day_ids, patient_agenda
from frontdesk.services.appointments.booking.change import Wish
from frontdesk.services.appointments.booking.model import Appointment, Time
from frontdesk.services.appointments.booking.refusals import DayFull, PatientBusy, SlotTaken, TooManyOpen
from frontdesk.services.appointments.hours.clock import day_span
from frontdesk.services.appointments.hours.free import full_days
from frontdesk.services.appointments.hours.spans import has_room

MAX_BUSY = 500  # entries of one agenda: its record stays far below the size of a commit
_KEPT = timedelta(days=2)  # how long a patient's visit stays in their agenda when it is over


class Taken(msgspec.Struct, frozen=True):
    """From when to when something else is: all that is told of it."""

    start: datetime
    end: datetime


def agenda_ids(doctor_id: str, time: Time, patient_id: str) -> tuple[str, ...]:
    """Return the ids of the agendas in which an appointment stands."""
    days = day_ids(doctor_id, time.busy_from, time.busy_until)
    return (*days, patient_agenda(patient_id)) if patient_id else days


def days_of_date(doctor_id: str, time: Time) -> tuple[str, ...]:
    """Return the ids of the agendas of a whole date, as the clinic's clocks show it."""
    span = day_span(date.fromisoformat(time.date), time.zone)
    return day_ids(doctor_id, span.start, span.end)


def take(
    books: Books, id: str, wish: Wish, now: datetime, until: datetime | None = None
) -> tuple[Books, bool]:
    """Enter an appointment where it is wished, and nowhere else of these days; say whether that overbooks somebody.

    Raises SlotTaken, PatientBusy, TooManyOpen, unless the wish is to overbook; DayFull.
    """
    time = wish.time
    days = day_ids(wish.doctor_id, time.busy_from, time.busy_until)
    others = {day: books.agenda(day).others(id, now) for day in days}
    clash = [] if wish.is_kept else _in_the_way(others.values(), wish)
    if clash and not wish.overbook:
        raise SlotTaken(conflicts_with=clash)
    if wish.daily_cap is not None and not wish.overbook and not wish.is_kept:
        _has_room_that_day(books, id, wish, now)
    mine = patient_agenda(wish.patient_id)
    theirs = books.agenda(mine).others(id, now)
    alone = wish.patient_id == "" or _patient_can(theirs, wish, now)
    of_doctor = Busy(id, time.busy_from, time.busy_until, wish.capacity, until)
    for day in days:
        books = books.put(day, _bounded(books.agenda(day).entered(of_doctor, others[day])))
    if wish.patient_id:
        kept = tuple([one for one in theirs if one.end > now - _KEPT])
        of_patient = Busy(id, time.start, time.end, 1, until)
        books = books.put(mine, _bounded(books.agenda(mine).entered(of_patient, kept)))
    return books, bool(clash) or not alone or wish.outside


def give_up(books: Books, id: str, appointment: Appointment, now: datetime) -> Books:
    """Strike an appointment out of every agenda in which it stands."""
    for agenda_id in agenda_ids(appointment.doctor_id, appointment.time, appointment.patient_id):
        books = books.put(agenda_id, books.agenda(agenda_id).left(id, now))
    return books


def count_missed(books: Books, patient_id: str, by: int) -> Books:
    """Note that a patient did not come (1), or did after all (-1)."""
    if not patient_id:
        return books
    mine = patient_agenda(patient_id)
    agenda = books.agenda(mine)
    return books.put(mine, msgspec.structs.replace(agenda, missed=max(0, agenda.missed + by)))


def _in_the_way(days: Iterable[Sequence[Busy]], wish: Wish) -> list[Taken]:
    """Return what stands in the doctor's way, in order; what crosses midnight once."""
    start, end = wish.time.busy_from, wish.time.busy_until
    seen: dict[str, Busy] = {}
    for others in days:
        if not has_room(others, start, end, wish.capacity):
            seen |= {one.appointment_id: one for one in others if one.meets(start, end)}
    return [Taken(one.start, one.end) for one in seen.values()]


def _has_room_that_day(books: Books, id: str, wish: Wish, now: datetime) -> None:
    """Refuse a visit more than the doctor has on a date of the clinic. Raises DayFull."""
    days = (books.agenda(day).others(id, now) for day in days_of_date(wish.doctor_id, wish.time))
    starts = {one.appointment_id: one.start for busy in days for one in busy}
    if date.fromisoformat(wish.time.date) in full_days(starts.values(), wish.daily_cap, wish.time.zone):
        raise DayFull(most=wish.daily_cap)


def _patient_can(others: Sequence[Busy], wish: Wish, now: datetime) -> bool:
    """Return whether the patient may come then. Raises PatientBusy, TooManyOpen, unless the wish is to overbook."""
    clash = [Taken(one.start, one.end) for one in others if one.meets(wish.time.start, wish.time.end)]
    if clash and not wish.overbook:
        raise PatientBusy(conflicts_with=clash)
    coming = sum(one.end > now for one in others)
    many = wish.max_open is not None and coming >= wish.max_open
    if many and not wish.overbook:
        raise TooManyOpen(max_open=wish.max_open)
    return not clash


def _bounded(agenda: Agenda) -> Agenda:
    if len(agenda.busy) > MAX_BUSY:
        raise DayFull(most=MAX_BUSY)
    return agenda
