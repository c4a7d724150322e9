"""What booking decides and hands on: a wish, a case that is being decided, a change that is ready to be committed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from frontdesk.kernel.kinds import AnyKind, AnyStored, Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.records import Free, Take
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.appointments.booking.agenda import Books
from frontdesk.services.appointments.booking.model import Appointment, Patient, Source, Time


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which time is wanted, with whom and for whom. Names are resolved, clocks told in UTC, opening hours checked.

    `capacity` is how many the doctor sees at once then, `daily_cap` how many on that date, `max_open` how many visits
    the patient may have before them. `release`: so long before it, it must be confirmed. `overbook` is the reason for
    taking a time that is taken or `outside` the doctor's hours, "" to be refused. `is_kept`: the appointment has this
    time of the doctor already, and only the patient may be another. `window`: between which moments patients book.
    """

    clinic_id: str
    doctor_id: str
    doctor_name: str
    time: Time
    capacity: int = 1
    visit_type_id: str = ""
    patient_id: str = ""
    patient: Patient | None = None
    max_open: int | None = None
    daily_cap: int | None = None
    release: timedelta | None = None
    outside: bool = False
    is_kept: bool = False
    window: tuple[datetime, datetime] | None = None
    overbook: str = ""
    source: Source = Source.DESK
    reason: str = ""
    notes: str = ""


class Case(msgspec.Struct, frozen=True):
    """An appointment in the middle of a decision, with the agendas, and what is to be told of it."""

    id: str
    appointment: Appointment
    books: Books
    events: tuple[Event, ...] = ()

    def told(self, *events: Event) -> "Case":
        """Return the case with more to tell."""
        return msgspec.structs.replace(self, events=(*self.events, *events))


class Change(msgspec.Struct, frozen=True):
    """A decision about one appointment that is ready to be committed, with others' records in the same commit."""

    primary: Stored[Appointment]
    others: tuple[AnyStored, ...] = ()
    events: tuple[Event, ...] = ()
    timers: tuple[Timer, ...] = ()
    unchanged: tuple[AnyStored, ...] = ()
    absent: tuple[tuple[AnyKind, str], ...] = ()

    async def commit(  # what a unit takes, besides the change itself
        self,
        unit: Unit,
        *others: AnyStored,
        unchanged: Iterable[AnyStored] = (),
        claims: Iterable[Take | Free] = (),
        events: Iterable[Event] = (),
        timers: Iterable[Timer] = (),
    ) -> Stored[Appointment]:
        """Make it true, together with more: a handler's last act. Raises Conflict."""
        return await unit.commit(
            self.primary,
            *self.others,
            *others,
            unchanged=(*self.unchanged, *unchanged),
            absent=self.absent,
            claims=claims,
            events=(*self.events, *events),
            timers=(*self.timers, *timers),
        )
