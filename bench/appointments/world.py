"""The clinics that all stacks serve: who works there and when, which visits are stored, which times are still free.

Pure, and by arithmetic alone: any number of visits, and none of them in memory. A clinic has ten doctors, each sees
patients from Monday to Friday in sixteen half hours. Of a hundred working days (forty past, sixty to come) ten half
hours of each are taken, so a doctor has a thousand visits. Each patient of a clinic comes every twentieth working day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from hashlib import md5
from math import gcd
from uuid import UUID
from zoneinfo import ZoneInfo

from bench.errors import BenchError

ZONE, COUNTRY, LANGUAGE = "America/Santiago", "CL", "es-CL"
DOCTORS = 10  # of a clinic
PAST, TO_COME = 40, 60  # working days
DAYS = PAST + TO_COME
HOURS = (("08:00", "12:00"), ("13:00", "17:00"))  # from Monday to Friday
STARTS = tuple(time(hour, minute) for hour in (8, 9, 10, 11, 13, 14, 15, 16) for minute in (0, 30))
TAKEN = 10  # of the half hours of a day; the rest is free
FREE = len(STARTS) - TAKEN
VISIT = timedelta(minutes=30)
AGAIN = 20  # working days after which a patient comes again
OF_DAY, FREE_OF_DAY = DOCTORS * TAKEN, DOCTORS * FREE  # in one clinic
OF_CLINIC = OF_DAY * DAYS
PATIENTS = OF_DAY * AGAIN  # of a clinic
_NAMES = ("Ana", "Luis", "María José", "Ignacio", "Sofía", "Pedro", "Camila", "Martín", "Rosa", "Tomás")
_SURNAMES = ("Torres", "Peña", "O'Higgins", "Muñoz", "Ñancupil", "Rojas", "Fuentes", "Vidal", "Soto", "Vega")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a visit begins: by the clinic's clocks, and in UTC."""

    day: date
    clock: str
    start: datetime

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.start + VISIT


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit that is stored: the n-th of all. `day` counts working days, `patient` those of the clinic."""

    n: int
    clinic: int
    doctor: int
    patient: int
    day: int
    moment: Moment

    @property
    def is_over(self) -> bool:
        """Whether it has taken place."""
        return self.day < PAST


@dataclass(frozen=True, slots=True)
class Slot:
    """One free half hour of a doctor; `place` is its number among those of the clinic's day."""

    clinic: int
    doctor: int
    day: int
    place: int
    moment: Moment


@dataclass(frozen=True)  # no slots: the calendar is kept
class World:
    """So many clinics, around a day: visits take place on the working days before its week and after it."""

    clinics: int
    today: date

    @property
    def visits(self) -> int:
        """How many are stored."""
        return self.clinics * OF_CLINIC

    @property
    def free(self) -> int:
        """How many half hours to come are free."""
        return self.clinics * TO_COME * FREE_OF_DAY

    @cached_property
    def _calendar(self) -> tuple[tuple[Moment, ...], ...]:
        monday = self.today - timedelta(days=self.today.weekday())
        before = [monday - timedelta(days=7 * (n // 5 + 1) - n % 5) for n in range(PAST)]
        after = [monday + timedelta(days=7 * (n // 5 + 1) + n % 5) for n in range(TO_COME)]
        return tuple(tuple(_moment(day, start) for start in STARTS) for day in (*sorted(before), *after))

    def visit(self, n: int) -> Visit:
        """Return one visit."""
        clinic, rest = divmod(n, OF_CLINIC)
        day, place = divmod(rest, OF_DAY)
        doctor, part = divmod(place, TAKEN)
        patient = day % AGAIN * OF_DAY + place
        return Visit(n, clinic, doctor, patient, day, self._calendar[day][_start(day, doctor, part)])

    def visit_of(self, clinic: int, patient: int, which: int) -> int:
        """Return the number of the visit that a patient has in the `which`-th of their working days."""
        turn, place = divmod(patient, OF_DAY)
        return clinic * OF_CLINIC + (which * AGAIN + turn) * OF_DAY + place

    def slot(self, number: int) -> Slot:
        """Return one free half hour."""
        clinic, rest = divmod(number, TO_COME * FREE_OF_DAY)
        day, place = divmod(rest, FREE_OF_DAY)
        doctor, part = divmod(place, FREE)
        moment = self._calendar[PAST + day][_start(PAST + day, doctor, TAKEN + part)]
        return Slot(clinic, doctor, PAST + day, place, moment)

    def all_visits(self) -> Iterator[Visit]:
        """Yield every visit that is stored."""
        return (self.visit(n) for n in range(self.visits))


def world_of(visits: int, today: date) -> World:
    """Return the clinics that so many visits fill. Raises BenchError for a part of a clinic."""
    if visits < OF_CLINIC or visits % OF_CLINIC:
        raise BenchError(f"A clinic has {OF_CLINIC:,} appointments: choose a multiple of that.")
    return World(visits // OF_CLINIC, today)


def shuffled(count: int, turn: int) -> Iterator[int]:
    """Yield 0 to count - 1, each once, in an order that looks like chance. Then raises BenchError: all are used up."""
    step = int(count * 0.6180339887) + turn
    while gcd(step, count) != 1:
        step += 1
    yield from (step * n % count for n in range(count))
    raise BenchError("All free times are used up. Store more appointments, or measure fewer pairs.")


def clinic_id(clinic: int) -> str:
    """Return what a clinic is called."""
    return f"clinic-{clinic:03d}"


def doctor_name(doctor: int) -> str:
    """Return the name of a doctor, as patients ask for them."""
    return f"{'Dr.' if doctor % 2 else 'Dra.'} {_NAMES[doctor]} {_SURNAMES[-doctor - 1]}"


def patient_name(patient: int) -> str:
    """Return the name of a patient of a clinic."""
    tens, ones = divmod(patient, 10)
    return f"{_NAMES[ones]} {_SURNAMES[tens % 10]} {patient:04d}"


def patient_phone(clinic: int, patient: int) -> str:
    """Return a number that belongs to nobody."""
    return f"+5690{clinic:03d}{patient:04d}"


def uuid_of(n: int, kind: int = 0) -> UUID:
    """Return the id of the n-th row of a kind where ids are UUIDs: of version 7, ordered as they were stored."""
    return UUID(int=(0x019000000000 + n) << 80 | 7 << 76 | kind << 64 | 2 << 62 | n)


def text_of(n: int) -> str:
    """Return 26 characters that stand for the n-th record where ids are in no order."""
    return md5(str(n).encode(), usedforsecurity=False).hexdigest()[:26].upper()


def _moment(day: date, start: time) -> Moment:
    local = datetime.combine(day, start, ZoneInfo(ZONE))
    return Moment(day, f"{start:%H:%M}", local.astimezone(UTC))


def _start(day: int, doctor: int, part: int) -> int:
    """Return which half hour it is: taken and free ones lie in between each other, on each day in another order."""
    return (part * 5 + day + doctor) % len(STARTS)
