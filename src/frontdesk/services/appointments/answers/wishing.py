"""Somebody wants another visit, by a message: they are shown free times of their doctor, and have the one they tap.

It is a visit like the last one that is known of them. Of a stranger nobody knows which doctor, nor for what: there a
person of the desk answers.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain, groupby, islice

import msgspec

from frontdesk.kernel.errors import NotFound, Rejected
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.answers.acting import Deed
from frontdesk.services.appointments.answers.deciding import Outcome
from frontdesk.services.appointments.answers.links import Link
from frontdesk.services.appointments.answers.moving import times
from frontdesk.services.appointments.booking import changes
from frontdesk.services.appointments.booking.change import Change
from frontdesk.services.appointments.booking.model import (
    APPOINTMENTS,
    Actor,
    Appointment,
    Party,
    Source,
)
from frontdesk.services.appointments.booking.refusals import PatientBusy, TooManyOpen
from frontdesk.services.appointments.booking.states import AWAITED
from frontdesk.services.appointments.booking.wishes import Asked, prepare
from frontdesk.services.appointments.hours.clock import to_local

NOTICE = timedelta(hours=1)  # what begins sooner than that cannot be managed
AHEAD = timedelta(days=14)
LOOKED_AT = 500  # free times
SHOWN_DAYS = 3


class Granted(msgspec.Struct, frozen=True):
    """What a wish comes to: about which visits, and (`starts`) which times are shown."""

    deed: Deed
    visit_ids: tuple[str, ...] = ()
    starts: tuple[datetime, ...] = ()


_FOR_A_PERSON = Granted(Deed(Outcome.UNPLACED))


async def grant(unit: Unit, near: Mapping[str, Stored[Appointment]], chosen: Link | None) -> Granted:
    """Book what was chosen of a message's times; without that, or where it is not free any more, show times."""
    like = near.get(chosen.appointment_id) if chosen else _last(near.values())
    if like is None or like.value.patient is None or (chosen and not chosen.books):
        return _FOR_A_PERSON
    made = await unit.find(APPOINTMENTS, chosen.books) if chosen else None
    if chosen and made is None:
        return await _take(unit, like, chosen)
    if chosen and made and made.id in near and made.value.state in AWAITED:  # one of the same message's times
        same = made.value.time.start == chosen.start
        return Granted(Deed(Outcome.BOOKED if same else Outcome.TIMES), (made.id,))
    return await _show(unit, like)


async def _take(unit: Unit, like: Stored[Appointment], chosen: Link) -> Granted:
    try:
        return Granted(Deed(Outcome.BOOKED, await _book(unit, like.value, chosen)), (like.id,))
    except (PatientBusy, TooManyOpen):
        return _FOR_A_PERSON
    except (Rejected, NotFound):
        return await _show(unit, like)


async def _book(unit: Unit, like: Appointment, chosen: Link) -> Change:
    asked = Asked(
        clinic_id=like.clinic_id,
        doctor_id=like.doctor_id,
        start=chosen.start,
        minutes=like.time.minutes,
        visit_type_id=like.visit_type_id,
        patient=like.patient,
        patient_id=like.patient_id,
        source=Source.PATIENT,
    )
    wish = (await prepare(unit, asked)).wish
    return await changes.book(unit, chosen.books, wish, Actor(Party.PATIENT, like.patient_id))


async def _show(unit: Unit, like: Stored[Appointment]) -> Granted:
    free = await times(unit, like.value, unit.now + NOTICE, unit.now + AHEAD, LOOKED_AT)
    starts = choice(free, like.value.time.zone)
    return Granted(Deed(Outcome.FREE), (like.id,), starts) if starts else _FOR_A_PERSON


def choice(free: Iterable[datetime], zone: str) -> tuple[datetime, ...]:
    """Return what is shown of many times: of each of the first days an early, a middle and a late one."""
    days = (tuple(day) for _, day in groupby(free, lambda start: to_local(start, zone).date()))
    spread = (dict.fromkeys((day[0], day[len(day) // 2], day[-1])) for day in islice(days, SHOWN_DAYS))
    return tuple(chain.from_iterable(spread))


def _last(near: Iterable[Stored[Appointment]]) -> Stored[Appointment] | None:
    """Return the last visit of the one person whom all of these are of; None where they are several people's."""
    visits = sorted(near, key=lambda one: (one.value.time.start, one.id))
    return visits[-1] if len({one.value.patient_id for one in visits}) == 1 else None
