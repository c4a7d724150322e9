"""Reading: clinics, doctors, visit types and hours, and what each looks like from outside."""

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import cursor_of, position_of
from frontdesk.services.appointments.access import check_staff, own_clinics
from frontdesk.services.appointments.clinics.commands import ListDoctors, ListOf
from frontdesk.services.appointments.clinics.model import (
    CLINICS,
    DOCTORS,
    SCHEDULES,
    VISIT_TYPES,
    Clinic,
    Doctor,
    Schedule,
    VisitType,
)
from frontdesk.services.appointments.clinics.reading import UnknownDoctor, find_doctor
from frontdesk.services.appointments.hours.week import HoursException, WeeklyRule


class ClinicView(Clinic, frozen=True, kw_only=True):
    """A clinic: what is read, without its id, can be changed and sent back."""

    clinic_id: str


class ClinicList(msgspec.Struct, frozen=True):
    """The clinics at which the caller works, by id."""

    items: tuple[ClinicView, ...]


class DoctorView(Doctor, frozen=True, kw_only=True):
    """Somebody, or something, with appointments."""

    doctor_id: str


class DoctorList(msgspec.Struct, frozen=True):
    """Part of a list, by name. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[DoctorView, ...]
    cursor: str | None = None


class VisitTypeView(VisitType, frozen=True, kw_only=True):
    """What can be booked."""

    visit_type_id: str


class VisitTypeList(msgspec.Struct, frozen=True):
    """Part of a list, by name. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[VisitTypeView, ...]
    cursor: str | None = None


class HoursView(msgspec.Struct, frozen=True):
    """When a doctor works, or a clinic is open for those who have no rules of their own."""

    rules: tuple[WeeklyRule, ...]
    exceptions: tuple[HoursException, ...]


async def show_clinic(unit: Unit, clinic_id: str) -> Stored[Clinic]:
    """Return a clinic, for its staff. Raises NotFound."""
    check_staff(unit.caller, clinic_id)
    return await unit.get(CLINICS, clinic_id)


async def list_clinics(unit: Unit) -> tuple[Stored[Clinic], ...]:
    """Return the clinics at which the caller works."""
    ids = sorted(own_clinics(unit.caller))[: limits.GET_MANY_MAX]
    found = await unit.get_many(CLINICS, ids) if ids else {}
    return tuple(found[id] for id in ids if id in found)


async def show_doctor(unit: Unit, id: str) -> Stored[Doctor]:
    """Return a doctor, for the clinic's staff. Raises NotFound."""
    stored = await unit.get(DOCTORS, id)
    check_staff(unit.caller, stored.value.clinic_id)
    return stored


async def list_doctors(unit: Unit, query: ListDoctors, clinic_id: str) -> Page[Doctor]:
    """Return a clinic's doctors by name, or the one that a name means, for its staff. Raises NotFound, Invalid."""
    check_staff(unit.caller, clinic_id)
    if query.name is not None:
        try:
            return Page((await find_doctor(unit, clinic_id, name=query.name),))
        except UnknownDoctor:
            return Page(())
    return await unit.query(
        DOCTORS,
        "by_clinic",
        clinic_id,
        cursor=position_of(query.cursor),
        limit=query.limit,
        newest_first=False,
    )


async def show_visit_type(unit: Unit, id: str) -> Stored[VisitType]:
    """Return a visit type, for the clinic's staff. Raises NotFound."""
    stored = await unit.get(VISIT_TYPES, id)
    check_staff(unit.caller, stored.value.clinic_id)
    return stored


async def list_visit_types(unit: Unit, query: ListOf, clinic_id: str) -> Page[VisitType]:
    """Return what can be booked at a clinic, by name, for its staff. Raises NotFound, Invalid."""
    check_staff(unit.caller, clinic_id)
    return await unit.query(
        VISIT_TYPES,
        "by_clinic",
        clinic_id,
        cursor=position_of(query.cursor),
        limit=query.limit,
        newest_first=False,
    )


async def show_hours(unit: Unit, id: str) -> Stored[Schedule]:
    """Return a doctor's own hours, for the clinic's staff. Raises NotFound."""
    doctor = await show_doctor(unit, id)
    return await unit.find(SCHEDULES, id) or SCHEDULES.new(id, Schedule(doctor.value.clinic_id))


async def show_clinic_hours(unit: Unit, clinic_id: str) -> Stored[Schedule]:
    """Return a clinic's hours, for its staff. Raises NotFound."""
    clinic = await show_clinic(unit, clinic_id)
    return await unit.find(SCHEDULES, clinic.id) or SCHEDULES.new(clinic.id, Schedule(clinic.id))


def clinic_view(stored: Stored[Clinic]) -> ClinicView:
    """Show a clinic."""
    return ClinicView(clinic_id=stored.id, **msgspec.structs.asdict(stored.value))


def clinic_list(found: tuple[Stored[Clinic], ...]) -> ClinicList:
    """Show the caller's clinics."""
    return ClinicList(tuple(clinic_view(stored) for stored in found))


def doctor_view(stored: Stored[Doctor]) -> DoctorView:
    """Show a doctor."""
    return DoctorView(doctor_id=stored.id, **msgspec.structs.asdict(stored.value))


def doctor_list(page: Page[Doctor]) -> DoctorList:
    """Show part of the list of doctors."""
    return DoctorList(tuple(doctor_view(stored) for stored in page.items), cursor_of(page.cursor))


def visit_type_view(stored: Stored[VisitType]) -> VisitTypeView:
    """Show a visit type."""
    return VisitTypeView(visit_type_id=stored.id, **msgspec.structs.asdict(stored.value))


def visit_type_list(page: Page[VisitType]) -> VisitTypeList:
    """Show part of the list of visit types."""
    return VisitTypeList(tuple(visit_type_view(stored) for stored in page.items), cursor_of(page.cursor))


def hours_view(stored: Stored[Schedule]) -> HoursView:
    """Show when somebody works."""
    return HoursView(stored.value.rules, stored.value.exceptions)
