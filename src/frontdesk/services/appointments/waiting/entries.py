"""Entries of the waiting list: who waits, for what, and whether a time would suit them. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.time import sortable
from frontdesk.services.appointments.booking.model import Patient, Time

MOST_URGENT, LEAST_URGENT = 1, 9


class EntryState(StrEnum):
    """Where somebody who waits stands. Only WAITING is offered anything."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REMOVED = "removed"
    EXPIRED = "expired"


ON_THE_LIST = frozenset({EntryState.WAITING, EntryState.OFFERED})


class Wishes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which times would suit, by the clinic's clocks; what is left open suits at any.

    The dates are included. `weekdays` are ISO's, 1 is Monday. A visit is to lie within `since` ("09:00") and `until`.
    `notice_minutes`: what begins sooner than that cannot be managed.
    """

    doctor_id: str = ""
    visit_type_id: str = ""
    minutes: int | None = None
    earliest: date
    latest: date
    weekdays: tuple[int, ...] = ()
    since: str = "00:00"
    until: str = "24:00"
    notice_minutes: int = 60


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody on the waiting list of a clinic. Of equal `priority` (1 comes first) who joined first is first.

    `zone` is the clinic's. `swaps` is the visit that they would give up for an earlier one. `offer_id` is the last
    offer.
    """

    clinic_id: str
    patient_id: str
    patient: Patient | None = None
    wishes: Wishes
    zone: str
    joined_at: datetime
    expires_at: datetime
    priority: int = 5
    swaps: str = ""
    state: EntryState = EntryState.WAITING
    offer_id: str = ""

    def became(self, state: EntryState) -> "Entry":
        """Return the entry in another state."""
        return replace(self, state=state)

    def still(self, now: datetime) -> EntryState:
        """Return where they stand who did not get what they were offered."""
        return EntryState.WAITING if now < self.expires_at else EntryState.EXPIRED

    def offered(self, offer_id: str) -> "Entry":
        """Return the entry with an offer."""
        return replace(self, state=EntryState.OFFERED, offer_id=offer_id)

    def may_be_offered(self, time: Time, doctor_id: str, now: datetime) -> bool:
        """Return whether they wait for such a time. `time` is the visit that it would be, with this doctor."""
        wishes = self.wishes
        return (
            self.state is EntryState.WAITING
            and self.patient is not None
            and wishes.doctor_id in {"", doctor_id}
            and time.start - now >= timedelta(minutes=wishes.notice_minutes)
            and _suits(wishes, time)
        )


def _suits(wishes: Wishes, time: Time) -> bool:
    day = date.fromisoformat(time.date)
    begins = _minutes(time.clock)
    ends = begins + int((time.end - time.start).total_seconds()) // 60
    return (
        wishes.earliest <= day <= wishes.latest
        and (not wishes.weekdays or day.isoweekday() in wishes.weekdays)
        and _minutes(wishes.since) <= begins
        and ends <= _minutes(wishes.until)
    )


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _turn(entry: Entry) -> str:
    return f"{entry.priority}{sortable(entry.joined_at)}"


def _queue(entry: Entry) -> str | None:
    is_next = entry.state is EntryState.WAITING and entry.patient is not None
    return entry.clinic_id if is_next else None


ENTRIES = Kind(
    "waiting_entry",
    Entry,
    indexes=(
        Index("queue", _queue, _turn),
        Index("by_clinic", lambda entry: entry.clinic_id, lambda entry: sortable(entry.joined_at)),
        Index("by_patient", lambda entry: entry.patient_id or None, lambda entry: sortable(entry.joined_at)),
    ),
    as_created=lambda entry: replace(entry, state=EntryState.WAITING, offer_id=""),
)
