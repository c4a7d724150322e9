"""What is done about patients' data as such: shown who has seen it, handed out, forgotten."""

from collections.abc import Iterable
from typing import Any

import msgspec

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import AnyKind, AnyStored, Stored
from frontdesk.kernel.unit import Page, Timer, Unit
from frontdesk.lists import bound, moment_of
from frontdesk.services.appointments.access import OWNER, check_staff
from frontdesk.services.appointments.booking.agenda import AGENDAS, Agenda, patient_agenda
from frontdesk.services.appointments.events import PatientErased
from frontdesk.services.appointments.privacy.accesses import ACCESSES, Access, note
from frontdesk.services.appointments.privacy.commands import ErasePatient, ListAccesses
from frontdesk.services.appointments.privacy.forgetting import without_person
from frontdesk.services.appointments.privacy.forgotten import BY_PATIENT, TRACES
from frontdesk.services.appointments.privacy.model import (
    AGAIN_AFTER,
    AT_ONCE,
    ERASURES,
    Erasure,
    ErasureDue,
    ErasureRepeated,
    RecordsFound,
    VisitsToCome,
)
from frontdesk.services.appointments.privacy.views import ExportView
from frontdesk.services.notifications.events import PeopleSeen

EXPORTED_OF_ONE_KIND = 1_000  # records


async def list_accesses(unit: Unit, query: ListAccesses, clinic_id: str) -> Page[Access]:
    """Return who has seen whose data, for the owner. Raises NotFound, Invalid."""
    check_staff(unit.caller, clinic_id, OWNER)
    page = await unit.query(
        ACCESSES,
        "by_clinic",
        clinic_id,
        since=bound("since", query.since),
        until=bound("until", query.until),
        cursor=moment_of(query.cursor),
        limit=query.limit,
    )
    wanted = query.patient_id
    items = tuple(one for one in page.items if not wanted or wanted in one.value.patient_ids)
    return Page(items, page.cursor)


async def note_seen(unit: Unit, event: PeopleSeen) -> None:
    """Keep that somebody of a clinic was shown messages of its patients."""
    kind, _, clinic_id = event.place.partition(":")
    if kind == "clinic":
        look = Access(clinic_id, event.who, event.what, event.people, event.seen_at)
        await unit.commit(ACCESSES.new(unit.new_id("acc"), look))


async def export_patient(unit: Unit, clinic_id: str, patient_id: str) -> ExportView:
    """Return all that is kept of a patient of the clinic, for the owner. Raises NotFound."""
    check_staff(unit.caller, clinic_id, OWNER)
    records = {one.kind.name: await _all(unit, one.kind, clinic_id, patient_id) for one in TRACES}
    if not any(records.values()):
        raise NotFound
    await note(unit, "export", {clinic_id: (patient_id,)})
    return ExportView(patient_id, records)


async def erase_patient(
    unit: Unit, command: ErasePatient, clinic_id: str, patient_id: str
) -> Stored[Erasure]:
    """Have a patient forgotten, for the owner. Raises NotFound, VisitsToCome."""
    id = unit.new_id("era")
    check_staff(unit.caller, clinic_id, OWNER)
    agenda = await unit.find(AGENDAS, patient_agenda(patient_id))
    if not await _is_ours(unit, clinic_id, patient_id):
        raise NotFound
    visits = _to_come(agenda.value, unit) if agenda else ()
    if visits:
        raise VisitsToCome(appointments=visits)
    erasure = Erasure(
        clinic_id=clinic_id, patient_id=patient_id, by=unit.caller.subject, at=unit.now, reason=command.reason
    )
    return await unit.commit(
        ERASURES.new(id, erasure),
        *([agenda.changed(Agenda())] if agenda else ()),
        absent=() if agenda else ((AGENDAS, patient_agenda(patient_id)),),
        events=(PatientErased(clinic_id=clinic_id, patient_id=patient_id), ErasureDue(erasure_id=id)),
        timers=(Timer("again", unit.now + AGAIN_AFTER, ErasureRepeated(erasure_id=id, is_last=True)),),
    )


async def show_erasure(unit: Unit, clinic_id: str, id: str) -> Stored[Erasure]:
    """Return how far an erasure has come, for the owner. Raises NotFound."""
    check_staff(unit.caller, clinic_id, OWNER)
    stored = await unit.get(ERASURES, id)
    if stored.value.clinic_id != clinic_id:
        raise NotFound
    return stored


async def go_through(unit: Unit, due: ErasureDue) -> None:
    """Look for the next records of a patient, have them forgotten, and go on with those that follow."""
    stored = await unit.get(ERASURES, due.erasure_id)
    erasure = stored.value
    if erasure.done_at is not None:
        return
    trace = TRACES[due.place]
    page = await unit.query(
        trace.kind,
        BY_PATIENT,
        erasure.patient_id,
        cursor=due.cursor,
        limit=AT_ONCE,
        newest_first=False,
    )
    ids = tuple(one.id for one in page.items if trace.begun(one.value) < erasure.at)
    found = [RecordsFound(erasure_id=stored.id, place=due.place, ids=ids)] if ids else []
    following = _following(due, page.cursor)
    erasure = erasure.forgot(len(ids))
    if following is None and due.is_last:
        erasure = erasure.done(unit.now)
    await unit.commit(stored.changed(erasure), events=(*found, *([following] if following else ())))


async def forget(unit: Unit, found: RecordsFound) -> None:
    """Take the person out of these records."""
    records = await unit.get_many(TRACES[found.place].kind, found.ids)
    changes = [
        stored.changed(bare)
        for stored in records.values()
        if (bare := without_person(stored.value)) != stored.value
    ]
    if changes:
        await unit.commit(*changes)


def _following(due: ErasureDue, cursor: str) -> ErasureDue | None:
    place = due.place if cursor else due.place + 1
    if place == len(TRACES):
        return None
    return ErasureDue(erasure_id=due.erasure_id, place=place, cursor=cursor, is_last=due.is_last)


async def _is_ours(unit: Unit, clinic_id: str, patient_id: str) -> bool:
    """Return whether anything is kept of this patient at this clinic."""
    for trace in TRACES:
        page = await unit.query(trace.kind, BY_PATIENT, patient_id, limit=1)
        if page.items and page.items[0].value.clinic_id == clinic_id:
            return True
    return False


async def _all(unit: Unit, kind: AnyKind, clinic_id: str, patient_id: str) -> tuple[dict[str, Any], ...]:
    kept: list[AnyStored] = []
    cursor = ""
    while len(kept) < EXPORTED_OF_ONE_KIND:
        page = await unit.query(kind, BY_PATIENT, patient_id, cursor=cursor, limit=100, newest_first=False)
        kept += [one for one in page.items if one.value.clinic_id == clinic_id]
        cursor = page.cursor
        if not cursor:
            break
    return tuple({"id": one.id, **msgspec.to_builtins(one.value)} for one in kept)


def _to_come(agenda: Agenda, unit: Unit) -> Iterable[str]:
    return tuple(one.appointment_id for one in agenda.busy if one.lives(unit.now) and one.end > unit.now)
