"""What this server of FHIR can do: the answer to `/fhir/metadata`."""

from frontdesk.services.appointments.fhir.resources import Resource

_IHE = "https://profiles.ihe.net/ITI/Scheduling/OperationDefinition"


def capability() -> Resource:
    """Return the CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-21",
        "kind": "instance",
        "software": {"name": "frontdesk"},
        "implementation": {"description": "Appointments of small clinics"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "OAuth 2 access tokens; see the API's documentation."},
                "resource": [
                    _resource(
                        "Appointment", patient="reference", actor="reference", date="date", status="token"
                    ),
                    _resource("Slot", schedule="reference", start="date", status="token"),
                    _resource("Schedule", actor="reference"),
                ],
            }
        ],
    }


def _resource(type: str, **searches: str) -> Resource:
    found: Resource = {
        "type": type,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": kind} for name, kind in searches.items()],
    }
    if type == "Appointment":
        found["operation"] = [
            {"name": name, "definition": f"{_IHE}/appointment-{name}"} for name in ("find", "hold", "book")
        ]
    return found
