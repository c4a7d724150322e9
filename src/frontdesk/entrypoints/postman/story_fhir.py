"""The examples of another system that reads and books in FHIR."""

from typing import Any

from frontdesk.entrypoints.postman.steps import Step

_DOCTOR = "Practitioner/{{doctor}}"
_PATIENT = {
    "name": "patient-resource",
    "resource": {
        "resourceType": "Patient",
        "name": [{"given": ["Sofía"], "family": "Ñancupil {{run}}"}],
        "telecom": [{"system": "phone", "value": "+56900000005"}],
    },
}


def _of(appointment: str) -> dict[str, Any]:
    """Return the parameters for an appointment that was found or held."""
    reference = {"reference": f"Appointment/{appointment}"}
    meant = {"name": "appointment-reference", "valueReference": reference}
    return {"resourceType": "Parameters", "parameter": [meant, _PATIENT]}


FHIR = (
    Step(operation="show_capability", values={"resourceType": "CapabilityStatement"}),
    Step(
        operation="search_schedules",
        query={"actor": _DOCTOR},
        save={"schedule": "entry.0.resource.id"},
    ),
    Step(operation="read_schedule", path={"id": "{{schedule}}"}, values={"resourceType": "Schedule"}),
    Step(
        operation="search_slots",
        query={"schedule": "Schedule/{{schedule}}", "start": "{{day}}", "_count": "10"},
        values={"entry.0.resource.status": "free"},
        save={"slot": "entry.0.resource.id"},
    ),
    Step(operation="read_slot", path={"id": "{{slot}}"}, values={"status": "free"}),
    Step(
        operation="find_appointments",
        query={
            "start": "{{day}}T11:00:00Z",
            "end": "{{day}}T12:30:00Z",
            "practitioner": _DOCTOR,
            "visit-type": "{{visit_type}}",
        },
        values={"entry.0.resource.status": "proposed"},
        save={"found": "entry.0.resource.id", "other_found": "entry.2.resource.id"},
    ),
    Step(
        operation="hold_found",
        body=_of("{{found}}"),
        values={"entry.0.resource.status": "pending"},
        save={"held_in_fhir": "entry.0.resource.id"},
    ),
    Step(
        operation="book_found",
        body=_of("{{held_in_fhir}}"),
        values={"entry.0.resource.status": "booked"},
        save={"booked_in_fhir": "entry.0.resource.id"},
    ),
    Step(
        operation="book_found",
        name="What is taken cannot be booked in FHIR either",
        body=_of("{{found}}"),
        status=409,
        values={"resourceType": "OperationOutcome", "issue.0.code": "conflict"},
    ),
    Step(operation="read_appointment", path={"id": "{{booked_in_fhir}}"}, values={"status": "booked"}),
    Step(
        operation="search_appointments",
        query={"actor": _DOCTOR, "date": "{{day}}", "status": "booked"},
        values={"entry.0.resource.id": "{{booked_in_fhir}}"},
        patient=True,
    ),
)
