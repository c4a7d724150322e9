"""What is done about a request: load, decide, save. The rules are in `setting`."""

from collections.abc import Mapping
from datetime import timedelta

from msgspec.structs import replace

from frontdesk.kernel import limits
from frontdesk.kernel.errors import Fault, Invalid, NotFound, Rejected
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.shapes import check_slugs
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.access import DESK, OWNER, check_staff
from frontdesk.services.appointments.clinics.commands import (
    AddException,
    SetClinic,
    SetDoctor,
    SetHours,
    SetVisitType,
)
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
from frontdesk.services.appointments.clinics.roster import roster_with
from frontdesk.services.appointments.clinics.setting import (
    clinic_as,
    doctor_as,
    exception_as,
    rules_as,
    visit_type_as,
)

MAX_EXCEPTIONS = 300  # of one schedule, not counting those that are over
KEPT_DAYS = 62  # how long an exception that is over stays to be seen


class TooManyExceptions(Rejected):
    """There are as many exceptions to come as a schedule may have. Longer ones say the same in fewer."""


async def set_clinic(unit: Unit, command: SetClinic, clinic_id: str) -> Stored[Clinic]:
    """Create or change a clinic, for its owner. Raises NotFound, Invalid, ZoneFixed."""
    check_staff(unit.caller, clinic_id, OWNER)
    check_slugs(clinic_id=clinic_id)
    found = await unit.find(CLINICS, clinic_id)
    if found is None:
        return await unit.commit(CLINICS.new(clinic_id, clinic_as(command, None)))
    clinic = clinic_as(command, found.value)
    return found if clinic == found.value else await unit.commit(found.changed(clinic))


async def add_doctor(unit: Unit, command: SetDoctor, clinic_id: str) -> Stored[Doctor]:
    """Put a doctor on the roster, for the clinic's owner. Raises NotFound, Invalid, NameTaken, TooManyDoctors."""
    id = unit.new_id("doc")
    check_staff(unit.caller, clinic_id, OWNER)
    await unit.recall(DOCTORS)
    await unit.get(CLINICS, clinic_id)
    doctor = doctor_as(command, clinic_id)
    await _check_types(unit, clinic_id, {"/visit_type_ids": doctor.visit_type_ids})
    return await unit.commit(DOCTORS.new(id, doctor), await roster_with(unit, id, doctor))


async def set_doctor(unit: Unit, command: SetDoctor, id: str) -> Stored[Doctor]:
    """Change a doctor, for the clinic's owner. Raises NotFound, Invalid, NameTaken."""
    found = await unit.get(DOCTORS, id)
    check_staff(unit.caller, found.value.clinic_id, OWNER)
    doctor = doctor_as(command, found.value.clinic_id)
    await _check_types(unit, doctor.clinic_id, {"/visit_type_ids": doctor.visit_type_ids})
    if doctor == found.value:
        return found
    if doctor.plain_names() == found.value.plain_names():
        return await unit.commit(found.changed(doctor))
    return await unit.commit(found.changed(doctor), await roster_with(unit, id, doctor))


async def add_visit_type(unit: Unit, command: SetVisitType, clinic_id: str) -> Stored[VisitType]:
    """Say what else can be booked, for the clinic's owner. Raises NotFound, Invalid."""
    id = unit.new_id("vst")
    check_staff(unit.caller, clinic_id, OWNER)
    clinic = await unit.get(CLINICS, clinic_id)
    return await unit.commit(
        VISIT_TYPES.new(id, visit_type_as(command, clinic_id, clinic.value.grid_minutes))
    )


async def set_visit_type(unit: Unit, command: SetVisitType, id: str) -> Stored[VisitType]:
    """Change what can be booked, for the clinic's owner; what is booked stays as it is. Raises NotFound, Invalid."""
    found = await unit.get(VISIT_TYPES, id)
    check_staff(unit.caller, found.value.clinic_id, OWNER)
    clinic = await unit.get(CLINICS, found.value.clinic_id)
    visit_type = visit_type_as(command, clinic.id, clinic.value.grid_minutes)
    return found if visit_type == found.value else await unit.commit(found.changed(visit_type))


async def set_hours(unit: Unit, command: SetHours, id: str) -> Stored[Schedule]:
    """Replace a doctor's week, for the clinic's owner. Raises NotFound, Invalid."""
    doctor = await unit.get(DOCTORS, id)
    check_staff(unit.caller, doctor.value.clinic_id, OWNER)
    return await _keep_rules(unit, id, doctor.value.clinic_id, command)


async def set_clinic_hours(unit: Unit, command: SetHours, clinic_id: str) -> Stored[Schedule]:
    """Replace the week of all doctors who have none of their own, for the owner. Raises NotFound, Invalid."""
    check_staff(unit.caller, clinic_id, OWNER)
    await unit.get(CLINICS, clinic_id)
    return await _keep_rules(unit, clinic_id, clinic_id, command)


async def add_exception(unit: Unit, command: AddException, id: str) -> Stored[Schedule]:
    """Close or open a doctor's dates, for the clinic's staff. Raises NotFound, Invalid, TooManyExceptions."""
    exception_id = unit.new_id("exc")
    doctor = await unit.get(DOCTORS, id)
    check_staff(unit.caller, doctor.value.clinic_id)
    return await _with_exception(unit, command, exception_id, id, doctor.value.clinic_id)


async def add_clinic_exception(unit: Unit, command: AddException, clinic_id: str) -> Stored[Schedule]:
    """Close or open dates for all doctors, for the desk. Raises NotFound, Invalid, TooManyExceptions."""
    exception_id = unit.new_id("exc")
    check_staff(unit.caller, clinic_id, *DESK)
    await unit.get(CLINICS, clinic_id)
    return await _with_exception(unit, command, exception_id, clinic_id, clinic_id)


async def remove_exception(unit: Unit, id: str, exception_id: str) -> Stored[Schedule]:
    """Take a doctor's exception back, for the clinic's staff. Raises NotFound."""
    found = await unit.get(SCHEDULES, id)
    check_staff(unit.caller, found.value.clinic_id)
    return await _without_exception(unit, found, exception_id)


async def remove_clinic_exception(unit: Unit, clinic_id: str, exception_id: str) -> Stored[Schedule]:
    """Take a clinic's exception back, for the desk. Raises NotFound."""
    check_staff(unit.caller, clinic_id, *DESK)
    return await _without_exception(unit, await unit.get(SCHEDULES, clinic_id), exception_id)


async def _keep_rules(unit: Unit, id: str, clinic_id: str, command: SetHours) -> Stored[Schedule]:
    rules = rules_as(command.rules)
    await _check_types(
        unit,
        clinic_id,
        {f"/rules/{n}/visit_type_ids": rule.visit_type_ids for n, rule in enumerate(command.rules)},
    )
    found = await unit.find(SCHEDULES, id)
    if found is None:
        return await unit.commit(SCHEDULES.new(id, Schedule(clinic_id, rules)))
    changed = replace(found.value, rules=rules)
    return found if changed == found.value else await unit.commit(found.changed(changed))


async def _with_exception(
    unit: Unit, command: AddException, exception_id: str, id: str, clinic_id: str
) -> Stored[Schedule]:
    await _check_types(unit, clinic_id, {"/visit_type_ids": command.visit_type_ids})
    found = await unit.find(SCHEDULES, id)
    schedule = found.value if found else Schedule(clinic_id)
    oldest = unit.now.date() - timedelta(days=KEPT_DAYS)
    kept = [exception for exception in schedule.exceptions if exception.last >= oldest]
    if len(kept) >= MAX_EXCEPTIONS:
        raise TooManyExceptions(limit=MAX_EXCEPTIONS)
    both = sorted((*kept, exception_as(command, exception_id)), key=lambda one: (one.first, one.exception_id))
    after = replace(schedule, exceptions=tuple(both))
    return await unit.commit(found.changed(after) if found else SCHEDULES.new(id, after))


async def _without_exception(unit: Unit, found: Stored[Schedule], exception_id: str) -> Stored[Schedule]:
    left = tuple(one for one in found.value.exceptions if one.exception_id != exception_id)
    if len(left) == len(found.value.exceptions):
        raise NotFound
    return await unit.commit(found.changed(replace(found.value, exceptions=left)))


async def _check_types(unit: Unit, clinic_id: str, named: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse visit types that the clinic does not have, by where they are named. Raises Invalid."""
    wanted = sorted({id for ids in named.values() for id in ids})[: limits.GET_MANY_MAX]
    found = await unit.get_many(VISIT_TYPES, wanted) if wanted else {}
    known = {id for id, stored in found.items() if stored.value.clinic_id == clinic_id}
    faults = [
        Fault(pointer, "unknown_visit_type", "The clinic has no such visit type, or these are too many.")
        for pointer, ids in named.items()
        if not known.issuperset(ids)
    ]
    if faults:
        raise Invalid(tuple(faults))
