"""A clinic whose owner minds the privacy of its patients, and what it keeps of them."""

from datetime import datetime, timedelta

from frontdesk.adapters.memory.store import Fault, MemoryStore, no_fault
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.kinds import AnyStored
from frontdesk.kernel.records import Commit
from frontdesk.kernel.services import Service
from frontdesk.services.appointments.answers.deciding import Outcome
from frontdesk.services.appointments.answers.links import LINKS, Link, Scope
from frontdesk.services.appointments.answers.model import ANSWERS, Answer, Way
from frontdesk.services.appointments.booking.agenda import AGENDAS, Agenda, Busy, patient_agenda
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment, Patient, Step, Time
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.events import PatientErased
from frontdesk.services.appointments.privacy import declared
from tests.unit.driver import START, Desk, run

CLINIC = "sur"
ANA = "pat_ana"
BEN = "pat_ben"
OWNER = Caller("usr_owner", frozenset(declared.SCOPES), {f"clinic:{CLINIC}": "owner"})
DOCTOR = Caller("usr_doctor", frozenset(declared.SCOPES), {f"clinic:{CLINIC}": "doctor"})
STRANGER = Caller("usr_stranger", frozenset(declared.SCOPES), {"clinic:norte": "owner"})

SERVICE = Service(
    name="appointments",
    kinds=(APPOINTMENTS, AGENDAS, LINKS, ANSWERS, *declared.KINDS),
    routes=declared.ROUTES,
    reactions=declared.REACTIONS,
    events=(PatientErased, *declared.EVENTS),
    timers=declared.TIMERS,
    scopes=declared.SCOPES,
)


def appointment(
    patient_id: str = ANA, start: datetime = START - timedelta(days=30), clinic_id: str = CLINIC
) -> Appointment:
    """Return a visit that took place a month ago, with all that may be said of a patient."""
    end = start + timedelta(minutes=30)
    time = Time(start, end, start, end, start.date().isoformat(), f"{start:%H:%M}", "America/Santiago")
    booked_at = start - timedelta(days=3)
    return Appointment(
        clinic_id=clinic_id,
        doctor_id="doc_vega",
        doctor_name="Dra. Vega",
        time=time,
        state=State.FULFILLED,
        patient_id=patient_id,
        patient=Patient("Ana Torres", "+56900000001", "ana@example.org", "es-CL", "12.345.678-5"),
        reason="a secret illness",
        notes="she told us of Ben",
        steps=(
            Step("book", State.PENDING, booked_at, "usr_desk"),
            Step("fulfill", State.FULFILLED, end, "usr_desk", reason="words of the desk"),
        ),
    )


class Clinic(Desk):
    """Privacy alone, over records that are put there."""

    def __init__(self, fault: Fault = no_fault) -> None:
        super().__init__(SERVICE)
        self.store = MemoryStore(self.clock, fault=fault)
        self._settled = 0

    def keep(self, *records: AnyStored) -> None:
        """Put records into the store."""
        run(self.store.commit(Commit(tuple(one.record() for one in records))))

    def keep_all_of_ana(self) -> None:
        """Keep a past visit, its link, an answer and an agenda."""
        visit = appointment()
        link = Link(
            clinic_id=CLINIC,
            appointment_id="apt_1",
            patient_id=ANA,
            start=visit.time.start,
            dies_at=visit.time.start,
            language="es",
        )
        answer = Answer(
            clinic_id=CLINIC,
            patient_id=ANA,
            scope=Scope.CONFIRM,
            way=Way.WORDS,
            outcome=Outcome.CONFIRMED,
            appointment_ids=("apt_1",),
            at=START - timedelta(days=31),
        )
        busy = Busy("apt_1", visit.time.start, visit.time.end)
        self.keep(
            APPOINTMENTS.new("apt_1", visit),
            LINKS.new("lnk_1", link),
            ANSWERS.new("ans_1", answer),
            AGENDAS.new(patient_agenda(ANA), Agenda((busy,), missed=2)),
        )

    def settle(self, *, times: int = 1) -> None:
        """Deliver what was published since, each so many times, until nothing more comes of it."""
        while self._settled < len(self.store.log):
            message = self.store.log[self._settled]
            self._settled += 1
            for _ in range(times):
                self.deliver(message)

    def wait(self, by: timedelta) -> None:
        """Let time go by, and everything come of the timers that are due."""
        self.clock.advance(by)
        due = [key for key, timer in self.store.timers.items() if timer.due <= self.clock.now()]
        for key in due:
            self.deliver(self.store.timers.pop(key).message)
        self.settle()

    def kept(self) -> str:
        """Return all bodies and index entries, as text."""
        kinds = [kind.name for kind in SERVICE.kinds]
        records = [record for record in self.store.records.values() if record.kind in kinds]
        return "\n".join(f"{record.id} {record.body} {dict(record.keys)}" for record in records)
