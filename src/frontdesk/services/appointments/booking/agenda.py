"""The agenda: what takes a doctor's time on one day of UTC, or a patient's. Through it no time is given away twice.

Whoever takes a time changes these records in the commit that changes the appointment, so of two who take the same time
the second finds a version that it did not expect, and decides again on what is there now. What crosses midnight stands
in both days. Intervals are half open: one may begin in the minute in which another ends.
Why a record and not a claim for every few minutes: docs/adr/0024-the-doctors-day.md.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.kinds import Kind, Stored

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
        return tuple([one for one in self.busy if one.appointment_id != appointment_id and one.lives(now)])

    def entered(self, entry: Busy, now: datetime) -> "Agenda":
        """Return the agenda with an appointment at its time and nowhere else."""
        busy = (*self.others(entry.appointment_id, now), entry)
        return replace(self, busy=tuple(sorted(busy, key=lambda one: (one.start, one.appointment_id))))

    def left(self, appointment_id: str, now: datetime) -> "Agenda":
        """Return the agenda without an appointment."""
        return replace(self, busy=self.others(appointment_id, now))

    def since(self, moment: datetime) -> "Agenda":
        """Return the agenda without what was over then."""
        return replace(self, busy=tuple([one for one in self.busy if one.end > moment]))


AGENDAS = Kind("agenda", Agenda)


def day_ids(doctor_id: str, start: datetime, end: datetime) -> Iterator[str]:
    """Yield the ids of the doctor's agendas that an interval touches."""
    midnight = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while midnight < end:
        yield f"{doctor_id}:{midnight.date().isoformat()}"
        midnight += _DAY


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

    def changes(self) -> tuple[Stored[Agenda], ...]:
        """Return what a commit has to write."""
        return tuple(
            self.found[id].changed(agenda) if id in self.found else AGENDAS.new(id, agenda)
            for id, agenda in self.become.items()
            if agenda != self._was(id)
        )

    def unchanged(self) -> tuple[Stored[Agenda], ...]:
        """Return what was read and is not to be written: it must still be so."""
        return tuple(self.found[id] for id in self.read if id in self.found and self._stays(id))

    def absent(self) -> tuple[str, ...]:
        """Return the ids of what was not there, and must still not be."""
        return tuple(id for id in self.read if id not in self.found and self._stays(id))

    def _was(self, id: str) -> Agenda:
        return self.found[id].value if id in self.found else Agenda()

    def _stays(self, id: str) -> bool:
        return self.agenda(id) == self._was(id)
