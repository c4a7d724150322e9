"""A clinic in Santiago to book at: two doctors, a desk, patients. What is booked comes in over HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.adapters.memory.store import Fault, MemoryStore, no_fault
from frontdesk.entrypoints.api import Response
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.services import Service
from frontdesk.services.appointments import events
from frontdesk.services.appointments.booking import declared as booking
from frontdesk.services.appointments.booking.agenda import AGENDAS, Agenda, day_ids
from frontdesk.services.appointments.clinics import declared as clinics
from frontdesk.services.appointments.hours import availability
from frontdesk.services.appointments.ports import Seals
from frontdesk.services.appointments.privacy.accesses import ACCESSES
from tests.unit.driver import Desk, content, run

CLINIC = "sur"
NOW = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)  # a Friday, 9 o'clock in Santiago
DAY = "2026-03-16"  # the Monday after
SCOPES = frozenset({"appointments:read", "appointments:write", "clinics:write"})
OVERBOOKS = SCOPES | {"appointments:overbook"}
OWNER = Caller("usr_owner", OVERBOOKS, {f"clinic:{CLINIC}": "owner"})
DESK = Caller("usr_desk", SCOPES, {f"clinic:{CLINIC}": "reception"})
DOCTOR = Caller("usr_doctor", SCOPES, {f"clinic:{CLINIC}": "doctor"})
STRANGER = Caller("usr_stranger", OVERBOOKS, {"clinic:norte": "owner"})
WEEK = [{"weekday": day, "start": "09:00", "end": "18:00"} for day in range(1, 6)]

SERVICE = Service(
    name="appointments",
    kinds=(*booking.KINDS, *clinics.KINDS, ACCESSES),
    routes=(*booking.ROUTES, *clinics.ROUTES, *availability.ROUTES),
    reactions=booking.REACTIONS,
    events=(events.AppointmentBooked,),
    timers=booking.TIMERS,
    scopes={scope: scope for scope in OVERBOOKS},
    needs=(Seals,),
)


class PlainSeals:
    """A digest that anybody could make."""

    def seal(self, purpose: str, text: str) -> str:
        """See `ports.Seals`."""
        return f"{purpose}:{text}"


class Clinic(Desk):
    """A clinic with Dr. Vega and Dr. Luna, who work from 9 to 18 on weekdays; visits take 30 minutes."""

    def __init__(self, zone: str = "America/Santiago", fault: Fault = no_fault, **more: Any) -> None:
        super().__init__(SERVICE)
        self.store = MemoryStore(self.clock, fault=fault)
        self.bus = Bus(self.clock, SeededChance(1), {Seals: PlainSeals()})
        self.clock.advance(NOW - self.clock.now())
        body = {"name": "Sur", "time_zone": zone, "country": "CL", "language": "es-CL", **more}
        self.ok(OWNER, f"PUT /clinics/{CLINIC}", body)
        self.ok(OWNER, f"PUT /clinics/{CLINIC}/hours", {"rules": WEEK})
        self.vega = self.doctor("Dr. Vega")
        self.luna = self.doctor("Dra. Luna")

    def doctor(self, name: str, **more: Any) -> str:
        """Put a doctor on the roster, and return the id."""
        answer = self.ok(OWNER, f"POST /clinics/{CLINIC}/doctors", {"name": name, **more})
        return str(answer["doctor_id"])

    def type(self, **more: Any) -> str:
        """Say what else can be booked, and return the id."""
        body = {"name": "Control", "duration_minutes": 30, **more}
        return str(self.ok(OWNER, f"POST /clinics/{CLINIC}/visit-types", body)["visit_type_id"])

    def ok(self, caller: Caller, line: str, body: object = None) -> Any:
        """Send what must be well, and return the answer."""
        response = self.send(caller, line, body)
        assert response.status < 300, response.body
        return content(response)

    def asks(self, time: str = "10:00", patient: str = "Ana Torres", **more: Any) -> dict[str, Any]:
        """Return the body of a booking, as the seed of this system would send it."""
        body = {"patient_name": patient, "doctor_name": "Dr. Vega"}
        return {**body, "appointment_date": DAY, "appointment_time": time, **more}

    def book(self, time: str = "10:00", patient: str = "Ana Torres", **more: Any) -> Any:
        """Book what can be booked, and return the appointment."""
        return self.ok(OWNER, "POST /appointments", self.asks(time, patient, **more))

    def tries(self, time: str = "10:00", patient: str = "Ben Soto", **more: Any) -> Response:
        """Try to book, and return the answer."""
        return self.send(OWNER, "POST /appointments", self.asks(time, patient, **more))

    def does(self, id: str, verb: str, body: object = None, caller: Caller = OWNER) -> Response:
        """Do something with an appointment."""
        if body is None and verb in {"cancel", "reopen", "complete"}:
            body = {}
        if body is None and verb in {"undo-no-show", "mark-mistaken"}:
            body = {"reason": "so it was"}
        return self.send(caller, f"POST /appointments/{id}/{verb}", body)

    def shows(self, id: str) -> Any:
        """Return an appointment as the desk sees it."""
        return self.ok(DESK, f"GET /appointments/{id}")

    def wait(self, by: timedelta) -> None:
        """Let time go by, and every timer that is due come back."""
        self.clock.advance(by)
        due = [key for key, timer in self.store.timers.items() if timer.due <= self.clock.now()]
        for key in due:
            self.deliver(self.store.timers.pop(key).message)

    def agenda(self, doctor_id: str, day: str = DAY) -> Agenda:
        """Return what stands in a doctor's day."""
        midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
        (id,) = day_ids(doctor_id, midnight, midnight + timedelta(hours=1))
        record = run(self.store.get(AGENDAS.name, id))
        return Agenda() if record is None else AGENDAS.load(record).value


def at(clock: str, day: str = DAY) -> datetime:
    """Return a moment of Santiago's summer, in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}:00-03:00").astimezone(UTC)


def refusal(response: Response) -> Mapping[str, Any]:
    """Return what a refusal says."""
    assert response.status in {409, 422}, response.body
    told: Mapping[str, Any] = content(response)
    return told
