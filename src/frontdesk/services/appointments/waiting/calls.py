"""The call list of a day: who has not said whether they come, may not have been reached, or whose doctor is away."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.access import check_staff
from frontdesk.services.appointments.booking.agenda import AGENDAS, patient_agenda
from frontdesk.services.appointments.booking.model import Appointment, Patient
from frontdesk.services.appointments.booking.states import AWAITED, State
from frontdesk.services.appointments.clinics.model import CLINICS
from frontdesk.services.appointments.hours.clock import to_local
from frontdesk.services.appointments.ports import Template
from frontdesk.services.appointments.privacy.accesses import note
from frontdesk.services.appointments.reminders.model import (
    DELIVERIES,
    PLANS,
    REMINDERS,
    Reached,
    reminder_id,
)
from frontdesk.services.appointments.waiting.commands import AskCalls
from frontdesk.services.appointments.waiting.days import visits_of
from frontdesk.services.appointments.waiting.displaced import displaced

T = TypeVar("T")

_DAY = timedelta(days=1)
_LOST = frozenset({Reached.FAILED, Reached.SKIPPED})


class CallView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A patient to be called about a visit: `why` is closed, not_reached or no_answer.

    Closed: the doctor does not work then (any more). `missed`: how often they did not come.
    """

    appointment_id: str
    patient_id: str
    patient_name: Annotated[str, SENSITIVE]
    doctor_name: str
    appointment_time: str
    start_utc: datetime
    why: str
    missed: int = 0
    patient_phone: Annotated[str | None, SENSITIVE] = None


class CallList(msgspec.Struct, frozen=True):
    """Whom to call about the visits of a day, in their order. A call ends with a POST to confirm, cancel or move."""

    date: date
    items: tuple[CallView, ...]


async def list_calls(unit: Unit, query: AskCalls, clinic_id: str) -> CallList:
    """Return who has not confirmed their visit of a day, or cannot have it, to the clinic's people.

    Raises NotFound, Invalid.
    """
    check_staff(unit.caller, clinic_id)
    clinic = await unit.get(CLINICS, clinic_id)
    zone = clinic.value.time_zone
    day = query.day or to_local(unit.now, zone).date() + _DAY
    visits = await visits_of(unit, clinic_id, zone, day, day)
    awaited = [one for one in visits if one.value.state in AWAITED and one.value.patient is not None]
    closed = await displaced(unit, clinic, awaited)
    called = [one for one in awaited if one.value.state is State.PENDING or one.id in closed]
    why = dict.fromkeys(await _not_reached(unit, called), "not_reached") | dict.fromkeys(closed, "closed")
    missed = await _missed(unit, called)
    items = tuple(
        _call(one, missed.get(one.value.patient_id, 0), why.get(one.id, "no_answer")) for one in called
    )
    await note(unit, "call list", {clinic_id: [one.patient_id for one in items]})
    return CallList(day, items)


def call_list(found: CallList) -> CallList:
    """Show it as it is."""
    return found


async def _not_reached(unit: Unit, visits: Sequence[Stored[Appointment]]) -> frozenset[str]:
    """Return those of whom a message has come back, or never went out for lack of an address."""
    plans = await _many(unit, PLANS, [one.id for one in visits])
    told = {
        reminder_id(one.id, name, one.value.time.start): one.id
        for one in visits
        for name in (
            f"{Template.BOOKED}.{one.value.sequence}",
            f"{Template.MOVED}.{one.value.sequence}",
            *(due.name for due in (plans[one.id].value.due if one.id in plans else ())),
        )
    }
    known = await _many(unit, DELIVERIES, list(told))
    written = await _many(unit, REMINDERS, list(told))
    lost = [id for id, stored in known.items() if stored.value.reached in _LOST]
    return frozenset(
        told[id] for id in (*lost, *(id for id, stored in written.items() if stored.value.skipped))
    )


async def _missed(unit: Unit, visits: Iterable[Stored[Appointment]]) -> Mapping[str, int]:
    """Return how often each of the patients did not come, by their ids."""
    agendas = {patient_agenda(one.value.patient_id): one.value.patient_id for one in visits}
    found = await _many(unit, AGENDAS, list(agendas))
    return {agendas[id]: stored.value.missed for id, stored in found.items()}


async def _many(unit: Unit, kind: Kind[T], ids: Sequence[str]) -> dict[str, Stored[T]]:
    found: dict[str, Stored[T]] = {}
    for start in range(0, len(ids), limits.GET_MANY_MAX):
        found |= await unit.get_many(kind, ids[start : start + limits.GET_MANY_MAX])
    return found


def _call(stored: Stored[Appointment], missed: int, why: str) -> CallView:
    visit = stored.value
    patient = visit.patient or Patient("")
    return CallView(
        appointment_id=stored.id,
        patient_id=visit.patient_id,
        patient_name=patient.name,
        doctor_name=visit.doctor_name,
        appointment_time=visit.time.clock,
        start_utc=visit.time.start,
        why=why,
        missed=missed,
        patient_phone=patient.phone,
    )
