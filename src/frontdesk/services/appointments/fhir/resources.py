"""What FHIR R4 calls an Appointment, a Slot, a Schedule: ours, in its shapes. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from frontdesk.kernel.errors import FrontdeskError, Invalid, NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.services.appointments.booking.model import Appointment
from frontdesk.services.appointments.booking.refusals import PatientBusy, SlotTaken
from frontdesk.services.appointments.booking.states import State, Verb
from frontdesk.services.appointments.clinics.model import Doctor
from frontdesk.services.appointments.fhir.codes import (
    CANCELLATIONS,
    OURS,
    STATUS,
    fhir_id,
    instant,
    reference,
    time_id,
)

Resource = dict[str, Any]

_CAME = frozenset({State.CONFIRMED, State.ARRIVED, State.CHECKED_IN, State.FULFILLED})


def appointment(stored: Stored[Appointment]) -> Resource:
    """Return an appointment. What the desk noted for itself is not in it."""
    one = stored.value
    found: Resource = {
        "resourceType": "Appointment",
        "id": fhir_id(stored.id),
        "meta": {"versionId": str(stored.version), "lastUpdated": instant(one.steps[-1].at)},
        "identifier": [{"system": f"{OURS}appointment", "value": stored.id}],
        "status": STATUS[one.state],
        "start": instant(one.time.start),
        "end": instant(one.time.end),
        "minutesDuration": one.time.minutes,
        "slot": [{"reference": f"Slot/{time_id(one.doctor_id, one.time.start, one.time.minutes)}"}],
        "created": instant(one.steps[0].at),
        "participant": [*_patient(one), *_house(one.doctor_id, one.doctor_name, one.clinic_id)],
    }
    if (
        one.cancellation and one.state is State.CANCELLED
    ):  # FHIR allows it there and of a no-show, which has none
        found["cancelationReason"] = {"coding": [{"system": CANCELLATIONS, "code": one.cancellation}]}
    if one.visit_type_id:
        found["serviceType"] = _service(one.visit_type_id)
    if one.reason:
        found["reasonCode"] = [{"text": one.reason}]
    return found


def could_be(doctor: Stored[Doctor], start: datetime, end: datetime, visit_type_id: str) -> Resource:
    """Return an appointment that could be had: nobody's, and kept nowhere."""
    minutes = int((end - start).total_seconds()) // 60
    id = time_id(doctor.id, start, minutes)
    found: Resource = {
        "resourceType": "Appointment",
        "id": id,
        "status": "proposed",
        "start": instant(start),
        "end": instant(end),
        "minutesDuration": minutes,
        "slot": [{"reference": f"Slot/{id}"}],
        "participant": _house(doctor.id, doctor.value.name, doctor.value.clinic_id),
    }
    if visit_type_id:
        found["serviceType"] = _service(visit_type_id)
    return found


def slot(doctor_id: str, start: datetime, end: datetime, status: str) -> Resource:
    """Return a stretch of a doctor's time. It does not say whose it is."""
    return {
        "resourceType": "Slot",
        "id": time_id(doctor_id, start, int((end - start).total_seconds()) // 60),
        "schedule": {"reference": reference("Schedule", doctor_id)},
        "status": status,
        "start": instant(start),
        "end": instant(end),
    }


def schedule(doctor: Stored[Doctor], since: datetime, until: datetime) -> Resource:
    """Return that a doctor has a calendar, and how far it reaches."""
    one = doctor.value
    return {
        "resourceType": "Schedule",
        "id": fhir_id(doctor.id),
        "active": one.active,
        "actor": [
            {"reference": reference("Practitioner", doctor.id), "display": one.name},
            {"reference": reference("Location", one.clinic_id)},
        ],
        "planningHorizon": {"start": instant(since), "end": instant(until)},
    }


def bundle(resources: Iterable[Resource], following: str = "") -> Resource:
    """Return a list; `following` is the address of what comes after it."""
    found: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": one, "search": {"mode": "match"}} for one in resources],
    }
    if following:
        found["link"] = [{"relation": "next", "url": following}]
    if not found["entry"]:  # FHIR knows no empty list
        del found["entry"]
        found["total"] = 0
    return found


def outcome(error: FrontdeskError) -> Resource:
    """Return why something was not done. What a rule adds (alternatives, say) is told as JSON would."""
    if isinstance(error, Invalid):
        issues = [
            {**_issue("invalid", fault.code, fault.message), "expression": [_expression(fault.pointer)]}
            for fault in error.faults
        ]
    else:
        issues = [_issue(_issue_type(error), error.code, error.detail)]
        if error.extra:
            issues[0]["diagnostics"] = msgspec.json.encode(error.extra).decode()
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue_type(error: FrontdeskError) -> str:
    if isinstance(error, NotFound):
        return "not-found"
    return "conflict" if isinstance(error, SlotTaken | PatientBusy) else "business-rule"


def _issue(type: str, code: str, text: str) -> Resource:
    details = {"coding": [{"system": f"{OURS}error", "code": code}], "text": text}
    return {"severity": "error", "code": type, "details": details}


def _expression(pointer: str) -> str:
    """Return a JSON pointer as FHIRPath: `/parameter/0/resource` is `parameter[0].resource`."""
    steps = [f"[{step}]" if step.isdigit() else f".{step}" for step in pointer.split("/") if step]
    return "".join(steps).lstrip(".") or "Parameters"


def _patient(one: Appointment) -> list[Resource]:
    if not one.patient_id:
        return []
    actor = {"reference": reference("Patient", one.patient_id)}
    if one.patient is not None:
        actor["display"] = one.patient.name
    return [{"actor": actor, "required": "required", "status": _said(one)}]


def _said(one: Appointment) -> str:
    """Return what the patient has said of the visit."""
    if one.state is State.CANCELLED and one.cancellation.startswith("pat"):
        return "declined"
    confirmed = one.state in _CAME or any(step.verb == Verb.CONFIRM for step in one.steps)
    return "accepted" if confirmed else "needs-action"


def _house(doctor_id: str, doctor_name: str, clinic_id: str) -> list[Resource]:
    practitioner = {"reference": reference("Practitioner", doctor_id), "display": doctor_name}
    location = {"reference": reference("Location", clinic_id)}
    return [
        {"actor": actor, "required": "required", "status": "accepted"} for actor in (practitioner, location)
    ]


def _service(visit_type_id: str) -> list[Resource]:
    return [{"coding": [{"system": f"{OURS}visit-type", "code": visit_type_id}]}]
