"""Handing a message over, once: with its record, and the links by which it can be answered.

The record is written after the message was handed over. If the desk fails between the two it is handed over again,
under the same id, and whoever brings it drops it.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.model import Appointment, Patient
from frontdesk.services.appointments.clinics.model import CLINICS
from frontdesk.services.appointments.ports import Seals, Site, Template, notifier
from frontdesk.services.appointments.reminders.composing import ANSWERS, Desk, links_of, message_of
from frontdesk.services.appointments.reminders.letter import Letter
from frontdesk.services.appointments.reminders.model import REMINDERS, Reminder, reminder_id

UNREACHABLE = "no_address"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told about an appointment. `kind` makes it one message for its present start.

    `patient` is who is told, where it is not the appointment's. The rest is as in a letter.
    """

    kind: str
    template: Template
    patient: Patient | None = None
    patient_id: str = ""
    was: datetime | None = None
    until: datetime | None = None
    which: Mapping[str, Appointment] = {}
    scope: Scope = Scope.CONFIRM
    starts: tuple[datetime, ...] = ()
    not_after: datetime | None = None


async def tell(unit: Unit, stored: Stored[Appointment], word: Word) -> None:
    """Hand one message over, unless it was before. Whoever has no address is noted as not reached."""
    visit = stored.value
    id = reminder_id(stored.id, word.kind, visit.time.start)
    patient = word.patient or visit.patient
    if patient is None or await unit.find(REMINDERS, id) is not None:
        return
    letter = Letter(
        id=id,
        template=word.template,
        appointment_id=stored.id,
        appointment=visit,
        clinic=(await unit.get(CLINICS, visit.clinic_id)).value,
        patient_id=word.patient_id or visit.patient_id,
        patient=patient,
        was=word.was,
        until=word.until,
        which=word.which,
        scope=word.scope,
        starts=word.starts,
        not_after=word.not_after or (None if word.template in ANSWERS else visit.time.start),
    )
    if not letter.is_reachable:
        await unit.commit(REMINDERS.new(id, _record(letter, word.kind, unit.now, UNREACHABLE)))
        return
    desk = _desk(unit)
    await notifier(unit).send(message_of(letter, desk))
    await unit.commit(REMINDERS.new(id, _record(letter, word.kind, unit.now)), *links_of(letter, desk))


def _record(letter: Letter, kind: str, now: datetime, skipped: str = "") -> Reminder:
    visit = letter.appointment
    return Reminder(
        clinic_id=visit.clinic_id,
        appointment_id=letter.appointment_id,
        patient_id=letter.patient_id,
        kind=kind,
        start=visit.time.start,
        at=now,
        skipped=skipped,
    )


def _desk(unit: Unit) -> Desk:
    seals, site = unit.provider(Seals), unit.provider(Site)  # type: ignore[type-abstract] # ports, asked for by their types
    return Desk(seals.seal, site.site)
