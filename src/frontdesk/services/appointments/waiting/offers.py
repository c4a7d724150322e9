"""Offers: a freed time, kept for a quarter of an hour for one person of the waiting list.

The offer has the id of the held appointment that it promises. Accepting and declining are changes that are not
committed yet, so that an answer can be kept in the same commit.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.kinds import AnyStored, Index, Kind, Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking import changes
from frontdesk.services.appointments.booking.change import Change
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Actor, Appointment
from frontdesk.services.appointments.booking.states import AWAITED
from frontdesk.services.appointments.clinics.model import CLINICS, Clinic, ReminderKind
from frontdesk.services.appointments.events import EntryWaiting, OfferAccepted, OfferDeclined
from frontdesk.services.appointments.reminders.plan import planned
from frontdesk.services.appointments.waiting.entries import ENTRIES, Entry, EntryState
from frontdesk.services.appointments.waiting.swapping import swap

OPEN_FOR = timedelta(minutes=15)


class OfferState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class OfferOver(Rejected):
    """The offer was accepted, declined, or is too old."""


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time that is offered to one person."""

    clinic_id: str
    entry_id: str
    doctor_id: str
    patient_id: str
    start: datetime
    made_at: datetime
    until: datetime
    state: OfferState = OfferState.OPEN


OFFERS = Kind(
    "waiting_offer",
    Offer,
    indexes=(
        Index("by_clinic", lambda offer: offer.clinic_id, lambda offer: sortable(offer.made_at)),
        Index("by_patient", lambda offer: offer.patient_id or None, lambda offer: sortable(offer.made_at)),
    ),
)


class About(TypedDict):
    """What every event about an offer says."""

    clinic_id: str
    offer_id: str
    entry_id: str
    appointment_id: str
    doctor_id: str
    patient_id: str
    start_utc: datetime


def about(id: str, offer: Offer) -> About:
    """Return what every event about an offer says."""
    return {
        "clinic_id": offer.clinic_id,
        "offer_id": id,
        "entry_id": offer.entry_id,
        "appointment_id": id,
        "doctor_id": offer.doctor_id,
        "patient_id": offer.patient_id,
        "start_utc": offer.start,
    }


async def accept(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Make an offered time the patient's, and give up the visit that they swap for it, in one commit.

    `stored` is the appointment that was offered. Raises NotFound, OfferOver, HoldLapsed, PatientBusy, TooManyOpen.
    """
    offer, entry = await _open(unit, stored)
    clinic = (await unit.get(CLINICS, stored.value.clinic_id)).value
    agreed = _is_asked_no_more(clinic, stored.value, unit.now)
    old = await unit.find(APPOINTMENTS, entry.value.swaps) if entry.value.swaps else None
    if old is not None and old.value.state in AWAITED and old.value.time.start > unit.now:
        change = await swap(unit, stored, old, entry.value, actor, confirmed=agreed)
    else:
        change = await changes.complete(unit, stored, actor, patient=entry.value.patient, confirmed=agreed)
    over = offer.changed(replace(offer.value, state=OfferState.ACCEPTED))
    kept = entry.changed(entry.value.became(EntryState.ACCEPTED))
    return _with(change, (over, kept), OfferAccepted(**about(stored.id, offer.value)))


async def decline(unit: Unit, stored: Stored[Appointment], actor: Actor) -> Change:
    """Let an offered time go: the next may have it, and who declined it waits on. Raises NotFound, OfferOver."""
    return await let_go(unit, stored, actor)


async def let_go(
    unit: Unit, stored: Stored[Appointment], actor: Actor, becomes: EntryState | None = None
) -> Change:
    """Let an offered time go; its entry becomes something else than waiting, perhaps. Raises NotFound, OfferOver."""
    offer, entry = await _open(unit, stored)
    state = becomes or entry.value.still(unit.now)
    change = await changes.lapse(unit, stored, actor)
    over = offer.changed(replace(offer.value, state=OfferState.DECLINED))
    told = OfferDeclined(**about(stored.id, offer.value))
    return _with(change, (over, entry.changed(entry.value.became(state))), told, *waits(entry, state))


def waits(entry: Stored[Entry], state: EntryState) -> tuple[Event, ...]:
    """Return what has somebody looked after who waits again."""
    if state is not EntryState.WAITING:
        return ()
    return (EntryWaiting(clinic_id=entry.value.clinic_id, entry_id=entry.id),)


async def _open(unit: Unit, stored: Stored[Appointment]) -> tuple[Stored[Offer], Stored[Entry]]:
    offer = await unit.get(OFFERS, stored.id)
    if offer.value.state is not OfferState.OPEN:
        raise OfferOver(offer_state=offer.value.state)
    return offer, await unit.get(ENTRIES, offer.value.entry_id)


def _is_asked_no_more(clinic: Clinic, visit: Appointment, now: datetime) -> bool:
    """Return whether whoever accepts now has also confirmed: no reminder will ask them whether they come."""
    due = planned(clinic.reminders, clinic.quiet_hours, visit.time, now)
    return all(one.kind is not ReminderKind.CONFIRM for one in due)


def _with(change: Change, others: Iterable[AnyStored], *events: Event) -> Change:
    return replace(change, others=(*change.others, *others), events=(*change.events, *events))
