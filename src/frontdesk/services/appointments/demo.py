"""A small clinic to play with: two doctors, what they do and when, some visits of the next days, and who waits."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from frontdesk.services.appointments.booking.commands import BookAppointment, Channel, FirstState
from frontdesk.services.appointments.clinics.commands import (
    SetClinic,
    SetDoctor,
    SetHours,
    SetRule,
    SetVisitType,
)
from frontdesk.services.appointments.waiting.commands import JoinWaitingList

DEMO_CLINIC_ID = "los-aromos"
DEMO_CLINIC = SetClinic(
    name="Clínica Los Aromos",
    time_zone="America/Santiago",
    country="CL",
    language="es-CL",
    address="Av. Los Aromos 120, Santiago",
    phone="+56 2 0000 0001",
    quiet_hours=None,  # whoever looks at night sees messages, too
)
DEMO_VISIT_TYPES: Mapping[str, SetVisitType] = {
    "visit": SetVisitType(name="Consulta", duration_minutes=30),
    "first": SetVisitType(name="Primera consulta", duration_minutes=45, buffer_after_minutes=15),
}
DEMO_DOCTORS: Mapping[str, SetDoctor] = {
    "vega": SetDoctor(name="Dra. Elena Vega", aliases=("Dra. Vega",)),
    "soto": SetDoctor(name="Dr. Martín Soto", aliases=("Dr. Soto",)),
}
_MORNING = [SetRule(weekday=day, start="09:00", end="13:00") for day in range(1, 6)]
_AFTERNOON = [SetRule(weekday=day, start="15:00", end="18:00") for day in (1, 2, 3, 4)]
_SATURDAY = [SetRule(weekday=6, start="09:00", end="12:00")]
DEMO_HOURS: Mapping[str, SetHours] = {
    "vega": SetHours((*_MORNING, *_AFTERNOON)),
    "soto": SetHours((*_MORNING, *_SATURDAY)),
}

# Name, telephone, doctor, time, whether they have said that they will come. The numbers belong to nobody.
_VISITS = (
    ("Ana Torres", "+56900000001", "Dra. Vega", "09:00", True),
    ("Luis Peña", "+56900000002", "Dra. Vega", "09:30", False),
    ("María José O'Higgins", "+56900000003", "Dra. Vega", "10:30", False),
    ("Ignacio Muñoz", "+56900000004", "Dr. Soto", "09:00", True),
    ("Sofía Ñancupil", "+56900000005", "Dr. Soto", "11:00", False),
)
_WAITING = (
    ("Camila Rojas", "+56900000006", "Dra. Vega", 3),
    ("Pedro Fuentes", "+56900000007", "Dra. Vega", 5),
    ("Rosa Vidal", "+56900000008", None, 5),
)
_SATURDAY_NUMBER = 6


def demo_day(today: date) -> date:
    """Return the day of the demo's visits: the next one after today from Monday to Friday."""
    days = (today + timedelta(days=n) for n in range(1, 4))
    return next(day for day in days if day.isoweekday() < _SATURDAY_NUMBER)


def demo_visits(day: date) -> Iterator[BookAppointment]:
    """Give what is booked on a day."""
    for name, phone, doctor, time, agreed in _VISITS:
        yield BookAppointment(
            clinic_id=DEMO_CLINIC_ID,
            patient_name=name,
            patient_phone=phone,
            patient_channels=(Channel.WHATSAPP,),
            doctor_name=doctor,
            appointment_date=day,
            appointment_time=time,
            state=FirstState.CONFIRMED if agreed else FirstState.PENDING,
        )


def demo_waiting() -> Iterator[JoinWaitingList]:
    """Give who waits for a time."""
    for name, phone, doctor, priority in _WAITING:
        yield JoinWaitingList(
            clinic_id=DEMO_CLINIC_ID,
            patient_name=name,
            patient_phone=phone,
            patient_channels=(Channel.WHATSAPP,),
            doctor_name=doctor,
            priority=priority,
        )
