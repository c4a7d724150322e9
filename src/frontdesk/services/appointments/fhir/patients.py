"""From FHIR's Patient to what the desk would say of one. Pure."""

from collections.abc import Iterator
from typing import Any

from frontdesk.services.appointments.fhir.commands import Parameters

_CHANNELS = {"phone": "patient_phone", "email": "patient_email"}


def patient_fields(command: Parameters) -> dict[str, Any]:
    """Return what `patient-resource` says, by the names that a booking has for it; nothing without one."""
    given = command.resource("patient-resource") or {}
    names = [name for name in map(_name, _dicts(given.get("name"))) if name]
    fields: dict[str, Any] = {"patient_name": names[0]} if names else {}
    for contact in _dicts(given.get("telecom")):
        field = _CHANNELS.get(str(contact.get("system")))
        if field and contact.get("value"):
            fields.setdefault(field, contact["value"])
    documents = [one["value"] for one in _dicts(given.get("identifier")) if one.get("value")]
    languages = [
        code["code"]
        for one in _dicts(given.get("communication"))
        for code in _dicts((one.get("language") or {}).get("coding"))
        if code.get("code")
    ]
    if documents:
        fields["patient_document"] = documents[0]
    if languages:
        fields["patient_language"] = languages[0]
    return fields


def _name(name: dict[str, Any]) -> str:
    """Return a HumanName as it is said."""
    given = name.get("given") or []
    parts = [*given, name.get("family") or ""] if isinstance(given, list) else []
    return str(name.get("text") or " ".join(str(part) for part in parts if part))


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()
