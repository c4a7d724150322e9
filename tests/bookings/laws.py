"""What must hold of a clinic at any moment, read from the store and not from what it answered."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from frontdesk.kernel.ports import Store
from frontdesk.services.appointments.booking.agenda import AGENDAS, Agenda, Busy, day_ids, patient_agenda
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment
from frontdesk.services.appointments.booking.states import KEEPS_TIME, State

Visits = Mapping[str, Appointment]


async def broken(store: Store, known: Mapping[str, int], now: datetime) -> list[str]:
    """Return all that is broken; `known` are the appointments that were answered, each with its newest version."""
    records = await store.get_many(APPOINTMENTS.name, list(known)) if known else {}
    stored = {id: APPOINTMENTS.load(record) for id, record in records.items()}
    visits = {id: one.value for id, one in stored.items()}
    found = [f"{id} is lost" for id in known if id not in stored]
    found += [f"{id} has forgotten a change" for id, one in stored.items() if one.version < known[id]]
    found += _overlapping(visits, now)
    found += await _unwritten(store, visits, now)
    return found


def _keeps(one: Appointment, now: datetime) -> bool:
    if one.state is State.HELD:
        return one.held_until is not None and one.held_until > now
    return one.state in KEEPS_TIME


def _overlapping(visits: Visits, now: datetime) -> Iterator[str]:
    """Look at every moment at which a visit begins, for each doctor and each patient."""
    kept = [one for one in visits.values() if _keeps(one, now) and not one.overbooked]
    for one in kept:
        of_doctor = [
            other
            for other in kept
            if other.doctor_id == one.doctor_id
            and other.time.busy_from <= one.time.busy_from < other.time.busy_until
        ]
        if len(of_doctor) > min(other.capacity for other in of_doctor):
            yield f"{len(of_doctor)} visits at once with {one.doctor_id} at {one.time.start}"
        of_patient = [
            other
            for other in kept
            if other.patient_id == one.patient_id != ""
            and other.time.start <= one.time.start < other.time.end
        ]
        if len(of_patient) > 1:
            yield f"{one.patient_id} is at {len(of_patient)} visits at once at {one.time.start}"


async def _unwritten(store: Store, visits: Visits, now: datetime) -> list[str]:
    """Compare the agendas with the appointments: each stands where it is, and nothing else does."""
    wanted: dict[str, set[tuple[str, datetime, datetime]]] = {}
    for id, one in visits.items():
        for agenda, entry in _entries(id, one):
            wanted.setdefault(agenda, set())
            if _keeps(one, now):
                wanted[agenda].add(entry)
    records = await store.get_many(AGENDAS.name, list(wanted)) if wanted else {}
    found: list[str] = []
    for agenda, entries in wanted.items():
        value = AGENDAS.load(records[agenda]).value if agenda in records else Agenda()
        there = _live(value.busy, now)
        found += [f"{id} is missing in {agenda}" for id, *_ in entries - there]
        found += [f"{id} should not be in {agenda}" for id, *_ in there - entries]
    return found


def _entries(id: str, one: Appointment) -> Iterator[tuple[str, tuple[str, datetime, datetime]]]:
    time = one.time
    for day in day_ids(one.doctor_id, time.busy_from, time.busy_until):
        yield day, (id, time.busy_from, time.busy_until)
    if one.patient_id:
        yield patient_agenda(one.patient_id), (id, time.start, time.end)


def _live(busy: Iterable[Busy], now: datetime) -> set[tuple[str, datetime, datetime]]:
    return {(one.appointment_id, one.start, one.end) for one in busy if one.lives(now)}
