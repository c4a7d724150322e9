"""What can be done with appointments, as changes that are not committed yet.

A handler calls one of these, adds what it has to say itself, and commits: `change.commit(unit, my_record, ...)`.
Each reads the agendas that it needs. All raise IllegalTransition where the state does not allow it, besides what they
name; a lost race is a Conflict of the commit, and the handler runs again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.appointments.booking import deciding, outcomes
from frontdesk.services.appointments.booking.agenda import AGENDAS, Books
from frontdesk.services.appointments.booking.change import Case, Change, Wish
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Actor, Appointment, Party, Patient
from frontdesk.services.appointments.booking.states import Verb
from frontdesk.services.appointments.booking.taking import agenda_ids, days_of_date
from frontdesk.services.appointments.booking.timers import timers
from frontdesk.services.appointments.booking.wishes import again, for_patient
from frontdesk.services.appointments.clinics.model import CLINICS, Clinic


async def book(unit: Unit, id: str, wish: Wish, actor: Actor, *, confirmed: bool = False) -> Change:
    """Give somebody a time. Raises SlotTaken, PatientBusy, TooManyOpen, DayFull, InThePast."""
    books = await _read(unit, _of_wish(wish))
    case = deciding.book(id, wish, books, actor, unit.now, confirmed=confirmed)
    return _new(case)


async def hold(unit: Unit, id: str, wish: Wish, actor: Actor, until: datetime) -> Change:
    """Keep a time until a moment; the wish may be without a patient. Raises as `book`."""
    books = await _read(unit, _of_wish(wish))
    return _new(deciding.hold(id, wish, books, actor, unit.now, until))


async def propose(unit: Unit, id: str, wish: Wish, actor: Actor) -> Change:
    """Note a time without taking it: "we will call you"."""
    return _new(deciding.propose(id, wish, actor, unit.now))


async def accept(unit: Unit, stored: Stored[Appointment], wish: Wish, actor: Actor) -> Change:
    """Take the time of a proposal, or another. Raises as `book`."""
    case = await _open(unit, stored, _of_wish(wish))
    return _changed(stored, deciding.accept(case, wish, actor, unit.now))


async def complete(
    unit: Unit,
    stored: Stored[Appointment],
    actor: Actor,
    *,
    patient: Patient | None = None,
    confirmed: bool = False,
) -> Change:
    """Make a held time the patient's for good. Raises HoldLapsed, PatientBusy, TooManyOpen, Invalid."""
    clinic = await _clinic(unit, stored)
    wish = for_patient(unit, again(stored.value, clinic), patient, clinic)
    case = await _open(unit, stored, _of_wish(wish))
    done = deciding.complete(case, wish, actor, unit.now, confirmed=confirmed)
    return _changed(stored, done)


async def move(unit: Unit, stored: Stored[Appointment], wish: Wish, actor: Actor) -> Change:
    """Give an appointment another time, which may overlap its own, in one write. Raises as `book`, and TooLate."""
    case = await _open(unit, stored, _of_wish(wish))
    cutoff = await _cutoff(unit, stored, actor)
    return _changed(stored, deciding.move(case, wish, actor, unit.now, cutoff))


async def alter(
    unit: Unit, stored: Stored[Appointment], wish: Wish, actor: Actor, verb: Verb | None = None
) -> Change:
    """Make an appointment what is wished: its time, who comes, what is said of it, and its state, in one write.

    Raises as `move`, and what the verb raises.
    """
    touches = verb in outcomes.TOUCHING or deciding.changes_agendas(stored.value, wish)
    case = await _open(unit, stored, _of_wish(wish)) if touches else _bare(stored)
    return _changed(stored, deciding.alter(case, wish, actor, unit.now, verb))


async def confirm(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Note that the patient will come."""
    return _changed(stored, outcomes.confirm(_bare(stored), actor, unit.now))


async def cancel(unit: Unit, stored: Stored[Appointment], actor: Actor, reason: str) -> Change:
    """Give a time up; `reason` is a code of appointment-cancellation-reason. Raises TooLate (for a patient)."""
    cutoff = await _cutoff(unit, stored, actor)
    case = await _open(unit, stored)
    return _changed(stored, outcomes.cancel(case, reason, actor, unit.now, cutoff))


async def lapse(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Let a hold go, in time or before, or a visit that nobody confirmed."""
    return _changed(stored, outcomes.lapse(await _open(unit, stored), actor, unit.now))


async def reopen(unit: Unit, stored: Stored[Appointment], actor: Actor, *, overbook: str = "") -> Change:
    """Give a cancelled appointment its time again, if it is free. Raises as `book`."""
    clinic = await _clinic(unit, stored)
    wish = replace(again(stored.value, clinic), overbook=overbook, is_kept=False)
    case = await _open(unit, stored, _of_wish(wish))
    return _changed(stored, deciding.reopen(case, wish, actor, unit.now))


async def arrive(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Note that the patient is in the house. Raises TooEarly, NotTheSameDay."""
    return _changed(stored, outcomes.arrive(_bare(stored), actor, unit.now))


async def check_in(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Note that the patient has been registered."""
    return _changed(stored, outcomes.check_in(_bare(stored), actor, unit.now))


async def fulfill(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Note that the visit took place."""
    return _changed(stored, outcomes.fulfill(_bare(stored), actor, unit.now))


async def no_show(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Note that nobody came. Raises TooEarly."""
    return _changed(stored, outcomes.no_show(await _open(unit, stored), actor, unit.now))


async def undo_no_show(unit: Unit, stored: Stored[Appointment], actor: Actor, reason: str) -> Change:
    """Note that the patient came after all. Raises NotTheSameDay."""
    case = await _open(unit, stored)
    return _changed(stored, outcomes.undo_no_show(case, reason, actor, unit.now))


async def mark_mistaken(unit: Unit, stored: Stored[Appointment], actor: Actor, reason: str) -> Change:
    """Note that this should never have been entered."""
    case = await _open(unit, stored)
    return _changed(stored, outcomes.mark_mistaken(case, reason, actor, unit.now))


async def _read(unit: Unit, ids: Iterable[str]) -> Books:
    read = tuple(dict.fromkeys(ids))
    return Books(read, await unit.get_many(AGENDAS, read))


async def _open(unit: Unit, stored: Stored[Appointment], wished: Iterable[str] = ()) -> Case:
    """Return a case with the agendas in which the appointment stands, and those in which it is to stand."""
    one = stored.value
    ids = agenda_ids(one.doctor_id, one.time, one.patient_id)
    return Case(stored.id, one, await _read(unit, (*ids, *wished)))


def _bare(stored: Stored[Appointment]) -> Case:
    """Return a case for what touches no agenda."""
    return Case(stored.id, stored.value, Books())


def _of_wish(wish: Wish) -> tuple[str, ...]:
    ids = agenda_ids(wish.doctor_id, wish.time, wish.patient_id)
    return (*ids, *(days_of_date(wish.doctor_id, wish.time) if wish.daily_cap is not None else ()))


async def _clinic(unit: Unit, stored: Stored[Appointment]) -> Clinic:
    return (await unit.get(CLINICS, stored.value.clinic_id)).value


async def _cutoff(unit: Unit, stored: Stored[Appointment], actor: Actor) -> timedelta:
    if actor.party is not Party.PATIENT:
        return timedelta()
    return timedelta(minutes=(await _clinic(unit, stored)).cancel_cutoff_minutes)


def _new(case: Case) -> Change:
    return _change(APPOINTMENTS.new(case.id, case.appointment), case, timers(case.id, None, case.appointment))


def _changed(stored: Stored[Appointment], case: Case) -> Change:
    due = timers(case.id, stored.value, case.appointment)
    return _change(stored.changed(case.appointment), case, due)


def _change(primary: Stored[Appointment], case: Case, due: tuple[Timer, ...]) -> Change:
    books = case.books.decided()
    return Change(primary, books.changes, case.events, due, books.unchanged, books.absent)
