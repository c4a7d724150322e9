"""The agenda: what takes a doctor's time on one day of UTC, or a patient's. Through it no time is given away twice.

Whoever takes a time changes these records in the commit that changes the appointment, so of two who take the same time
the second finds a version that it did not expect, and decides again on what is there now. What crosses midnight stands
in both days. Intervals are half open: one may begin in the minute in which another ends.
Why a record and not a claim for every few minutes: docs/adr/0024-the-doctors-day.md.
"""

from bisect import bisect
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.kinds import AnyKind, Kind, Stored

DAYS_AT_HAND = 4_096  # of doctors: one decision names a day several times
_DAY = timedelta(days=1)


class Busy(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A time that an appointment takes: for good, or (`until`) as long as it is held.

    `capacity` is how many such appointments may share a moment, itself counted.
    """

    appointment_id: str
    start: datetime
    end: datetime
    capacity: int = 1
    until: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Return whether this takes its time still; a hold that has lapsed does not, cleared away or not."""
        return self.until is None or self.until > now

    def meets(self, start: datetime, end: datetime) -> bool:
        """Return whether the two share any moment."""
        return self.start < end and start < self.end


class Agenda(msgspec.Struct, frozen=True, omit_defaults=True):
    """Taken times, in order. Of a patient also how often they did not come."""

    busy: tuple[Busy, ...] = ()
    missed: int = 0

    def others(self, appointment_id: str, now: datetime) -> tuple[Busy, ...]:
        """Return what takes time besides one appointment."""
        return tuple(
            [
                one
                for one in self.busy
                if one.appointment_id != appointment_id and (one.until is None or one.until > now)  # it lives
            ]
        )

    def entered(self, entry: Busy, others: tuple[Busy, ...]) -> "Agenda":
        """Return the agenda with an appointment at its time and nowhere else: besides it, only `others`."""
        place = bisect(others, _order(entry), key=_order)
        return replace(self, busy=(*others[:place], entry, *others[place:]))

    def left(self, appointment_id: str, now: datetime) -> "Agenda":
        """Return the agenda without an appointment."""
        return replace(self, busy=self.others(appointment_id, now))


AGENDAS = Kind("agenda", Agenda)


def _order(one: Busy) -> tuple[datetime, str]:
    return one.start, one.appointment_id


@lru_cache(maxsize=DAYS_AT_HAND)
def day_ids(doctor_id: str, start: datetime, end: datetime) -> tuple[str, ...]:
    """Return the ids of the doctor's agendas that an interval touches."""
    midnight = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ids = []
    while midnight < end:
        ids.append(f"{doctor_id}:{midnight.date().isoformat()}")
        midnight += _DAY
    return tuple(ids)


def patient_agenda(patient_id: str) -> str:
    """Return the id of a patient's agenda: one for all days, since it is short."""
    return f"patient:{patient_id}"


class Books(msgspec.Struct, frozen=True):
    """The agendas that a decision was made on: the ids `read`, as they were `found`, and as they are to `become`."""

    read: tuple[str, ...] = ()
    found: Mapping[str, Stored[Agenda]] = {}
    become: Mapping[str, Agenda] = {}

    def agenda(self, id: str) -> Agenda:
        """Return an agenda as it is to be; one that nobody ever wrote in is empty."""
        return self.become[id] if id in self.become else self._was(id)

    def put(self, id: str, agenda: Agenda) -> "Books":
        """Return the books with an agenda as it is to be."""
        return replace(self, become={**self.become, id: agenda})

    def decided(self) -> "Decided":
        """Return what becomes of all that was read."""
        written = {id: agenda for id, agenda in self.become.items() if agenda != self._was(id)}
        stays = [id for id in self.read if id not in written]
        return Decided(
            tuple([self._next(id, agenda) for id, agenda in written.items()]),
            tuple([self.found[id] for id in stays if id in self.found]),
            tuple([(AGENDAS, id) for id in stays if id not in self.found]),
        )

    def _was(self, id: str) -> Agenda:
        return self.found[id].value if id in self.found else Agenda()

    def _next(self, id: str, agenda: Agenda) -> Stored[Agenda]:
        return self.found[id].changed(agenda) if id in self.found else AGENDAS.new(id, agenda)


class Decided(msgspec.Struct, frozen=True):
    """What a commit has to write; what was read and must still be so; and what must still not be there."""

    changes: tuple[Stored[Agenda], ...]
    unchanged: tuple[Stored[Agenda], ...]
    absent: tuple[tuple[AnyKind, str], ...]
