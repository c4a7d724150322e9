"""A million appointments without the web: ours by its own models, into its own tables; the rival's by COPY.

Each visit leaves what it would have left: the appointment with its history, and the days of its doctor and its patient.
Events are long forgotten by then, and nobody waits for reminders.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path

from bench.appointments.world import (
    COUNTRY,
    DOCTORS,
    HOURS,
    LANGUAGE,
    OF_CLINIC,
    PATIENTS,
    ZONE,
    Visit,
    World,
    clinic_id,
    doctor_name,
    patient_name,
    patient_phone,
    text_of,
    uuid_of,
)
from bench.servers import Postgres
from frontdesk import bootstrap
from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.tokens.files import FileKeys
from frontdesk.adapters.tokens.seals import KeyedSeals
from frontdesk.kernel.kinds import AnyStored
from frontdesk.services.appointments.booking.agenda import AGENDAS, Agenda, Busy, patient_agenda
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment, Patient, Step, Time
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.booking.wishes import identify
from frontdesk.services.appointments.clinics import model as clinics
from frontdesk.services.appointments.clinics.names import plain_name
from frontdesk.services.appointments.hours.week import WeeklyRule

ROWS_AT_ONCE = 20_000
NOTICE = timedelta(days=14)  # a visit was booked so long before
DESK = "reception"
PATIENT_KIND, DOCTOR_UUIDS = 1, 2  # whose ids, where ids are UUIDs
MAX_OPEN = 10


# As `_steps` has it.
_HISTORIES = f"""
insert into clinic.steps
  select id, lower(during) - interval '{NOTICE.days} days', 'create', 'pending', '{DESK}', lower(during)
    from clinic.appointments
  union all select id, lower(during) - interval '2 days', 'confirm', 'confirmed', '{DESK}', lower(during)
    from clinic.appointments where state = 'fulfilled'
  union all select id, lower(during) - interval '10 minutes', 'arrive', 'arrived', '{DESK}', lower(during)
    from clinic.appointments where state = 'fulfilled'
  union all select id, upper(during), 'fulfill', 'fulfilled', '{DESK}', lower(during)
    from clinic.appointments where state = 'fulfilled';
"""  # noqa: S608 - words of our own


def appointment_id(n: int) -> str:
    """Return what ours calls the n-th visit."""
    return f"apt_{text_of(n)}"


def _doctor_id(clinic: int, doctor: int) -> str:
    return f"doc_{text_of(-1 - clinic * DOCTORS - doctor)}"


def fill_ours(world: World, data: Path, services: Sequence[str]) -> None:
    """Make a data folder in which all visits are stored."""
    directory = DataDirectory(data)
    directory.create()
    seals = KeyedSeals(FileKeys(data / bootstrap.KEYS))
    kinds = [kind for service in bootstrap.choose(services) for kind in service.kinds]
    database = Database(directory.database, kinds)
    try:
        database.writing.execute("pragma synchronous = off")  # closing it makes all of it durable
        rows = _records(world, seals)
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            database.writing.execute("begin")
            for name, ones in groupby(
                sorted(batch, key=lambda one: one.kind.name), lambda one: one.kind.name
            ):
                table = database.tables[name]
                database.writing.executemany(table.save, (table.to_row(one.record()) for one in ones))
            database.writing.execute("commit")
    finally:
        database.close()


def _records(world: World, seals: KeyedSeals) -> Iterator[AnyStored]:
    for clinic in range(world.clinics):
        patients = [_patient(clinic, n) for n in range(PATIENTS)]
        ids = [identify(seals, clinic_id(clinic), patient) for patient in patients]
        yield from _place(clinic)
        visits = [world.visit(clinic * OF_CLINIC + n) for n in range(OF_CLINIC)]
        for visit in visits:
            yield APPOINTMENTS.new(
                appointment_id(visit.n), _appointment(visit, patients[visit.patient], ids[visit.patient])
            )
        yield from _agendas(visits, ids)


def _place(clinic: int) -> Iterator[AnyStored]:
    id = clinic_id(clinic)
    names = [doctor_name(n) for n in range(DOCTORS)]
    yield clinics.CLINICS.new(id, clinics.Clinic(name=id, time_zone=ZONE, country=COUNTRY, language=LANGUAGE))
    for n, name in enumerate(names):
        yield clinics.DOCTORS.new(_doctor_id(clinic, n), clinics.Doctor(clinic_id=id, name=name))
    yield clinics.ROSTERS.new(
        id, clinics.Roster({plain_name(name): _doctor_id(clinic, n) for n, name in enumerate(names)})
    )
    rules = [WeeklyRule(weekday=day, start=start, end=end) for day in range(1, 6) for start, end in HOURS]
    yield clinics.SCHEDULES.new(id, clinics.Schedule(id, tuple(rules)))


def _patient(clinic: int, n: int) -> Patient:
    return Patient(patient_name(n), patient_phone(clinic, n))


def _appointment(visit: Visit, patient: Patient, patient_id: str) -> Appointment:
    moment = visit.moment
    time = Time(
        moment.start, moment.end, moment.start, moment.end, moment.day.isoformat(), moment.clock, ZONE
    )
    return Appointment(
        clinic_id=clinic_id(visit.clinic),
        doctor_id=_doctor_id(visit.clinic, visit.doctor),
        doctor_name=doctor_name(visit.doctor),
        time=time,
        state=State(_steps(visit)[-1][1]),
        patient_id=patient_id,
        patient=patient,
        reason="Control",
        steps=tuple(Step(verb, State(state), at, DESK, moment.start) for verb, state, at in _steps(visit)),
    )


def _steps(visit: Visit) -> Sequence[tuple[str, str, datetime]]:
    """Return what became of a visit: those to come wait to be confirmed, those of the past took place."""
    start = visit.moment.start
    booked = ("create", "pending", start - NOTICE)
    if not visit.is_over:
        return (booked,)
    return (
        booked,
        ("confirm", "confirmed", start - timedelta(days=2)),
        ("arrive", "arrived", start - timedelta(minutes=10)),
        ("fulfill", "fulfilled", visit.moment.end),
    )


def _agendas(visits: Sequence[Visit], ids: Sequence[str]) -> Iterator[AnyStored]:
    """Yield the days of a clinic's doctors, and for each patient the visits to come: older ones are struck out."""
    for (_, doctor), of_day in groupby(visits, lambda visit: (visit.day, visit.doctor)):
        busy = sorted((_busy(visit) for visit in of_day), key=lambda one: one.start)
        day = (
            busy[0].start.astimezone(UTC).date()
        )  # all within one: Chile works in the middle of a day of UTC
        yield AGENDAS.new(f"{_doctor_id(visits[0].clinic, doctor)}:{day.isoformat()}", Agenda(tuple(busy)))
    coming: dict[int, list[Busy]] = {}
    for visit in visits:
        if not visit.is_over:
            coming.setdefault(visit.patient, []).append(_busy(visit))
    for patient, mine in coming.items():
        yield AGENDAS.new(patient_agenda(ids[patient]), Agenda(tuple(mine)))


def _busy(visit: Visit) -> Busy:
    return Busy(appointment_id(visit.n), visit.moment.start, visit.moment.end)


def fill_rival(world: World, server: Postgres) -> None:
    """Fill the rival's tables, which have no keys yet."""
    server.copy(
        "clinic.clinics",
        (_line(clinic_id(n), clinic_id(n), ZONE, 15, MAX_OPEN) for n in range(world.clinics)),
    )
    server.copy("clinic.doctors", _doctors(world))
    hours = [(day, *span) for day in range(1, 6) for span in HOURS]
    server.copy(
        "clinic.opening_hours", (_line(clinic_id(n), *one) for n in range(world.clinics) for one in hours)
    )
    server.copy("clinic.patients", _patients(world))
    server.copy("clinic.appointments", _appointments(world))
    server.run(_HISTORIES)


def _line(*fields: object) -> str:
    r"""Return one row as COPY reads it; None is \N. No field here has a tab, a backslash or a new line."""
    return "\t".join("\\N" if field is None else str(field) for field in fields)


def _doctors(world: World) -> Iterator[str]:
    for clinic in range(world.clinics):
        for n in range(DOCTORS):
            name = doctor_name(n)
            yield _line(
                uuid_of(clinic * DOCTORS + n, DOCTOR_UUIDS), clinic_id(clinic), name, plain_name(name), "t"
            )


def _patients(world: World) -> Iterator[str]:
    for clinic in range(world.clinics):
        for n in range(PATIENTS):
            id = uuid_of(clinic * PATIENTS + n, PATIENT_KIND)
            yield _line(id, clinic_id(clinic), patient_name(n), patient_phone(clinic, n), None, None)


def _appointments(world: World) -> Iterator[str]:
    for visit in world.all_visits():
        moment = visit.moment
        yield _line(
            uuid_of(visit.n),
            clinic_id(visit.clinic),
            uuid_of(visit.clinic * DOCTORS + visit.doctor, DOCTOR_UUIDS),
            uuid_of(visit.clinic * PATIENTS + visit.patient, PATIENT_KIND),
            f"[{moment.start},{moment.end})",
            moment.day,
            moment.clock,
            _steps(visit)[-1][1],
            "desk",
            "Control",
            "",
            "",
            0,
        )
