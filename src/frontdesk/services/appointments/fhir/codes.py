"""The words of FHIR for ours: states, ids, references, moments. Pure."""

import re
from datetime import UTC, datetime

from frontdesk.kernel.errors import NotFound
from frontdesk.services.appointments.booking.states import State

MEDIA = "application/fhir+json"
CANCELLATIONS = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
OURS = "urn:frontdesk:"  # and what it is: the systems of our identifiers and codes

STATUS = {
    State.PROPOSED: "proposed",
    State.HELD: "pending",
    State.PENDING: "pending",
    State.CONFIRMED: "booked",
    State.ARRIVED: "arrived",
    State.CHECKED_IN: "checked-in",
    State.FULFILLED: "fulfilled",
    State.NO_SHOW: "noshow",
    State.CANCELLED: "cancelled",
    State.EXPIRED: "cancelled",
    State.ENTERED_IN_ERROR: "entered-in-error",
}
_TIME = re.compile(r"^(.+)\.(\d{1,9})\.(\d{1,3})$")


def fhir_id(id: str) -> str:
    """Return an id of ours as FHIR allows it: without an underscore."""
    return id.replace("_", "-", 1)


def own_id(id: str) -> str:
    """Return the id of ours behind one of FHIR's."""
    return id if "_" in id else id.replace("-", "_", 1)


def reference(type: str, id: str) -> str:
    """Return a relative reference."""
    return f"{type}/{id if type == 'Location' else fhir_id(id)}"


def referred(text: str, *types: str) -> tuple[str, str]:
    """Return type and id (ours) of a reference, which may be absolute. Without a type it is of the first.

    Raises NotFound for another type.
    """
    *path, id = text.split("/")
    type = path[-1] if path else types[0]
    if type not in types:
        raise NotFound
    return type, id if type == "Location" else own_id(id)


def time_id(doctor_id: str, start: datetime, minutes: int) -> str:
    """Return the id of a doctor's time, taken or not: of its Slot, and of the Appointment that it could become."""
    return f"{fhir_id(doctor_id)}.{int(start.timestamp()) // 60}.{minutes}"


def read_time_id(id: str) -> tuple[str, datetime, int]:
    """Return doctor, start and minutes of such an id. Raises NotFound."""
    found = _TIME.match(id)
    if found is None:
        raise NotFound
    return own_id(found[1]), datetime.fromtimestamp(int(found[2]) * 60, UTC), int(found[3])


def is_time_id(id: str) -> bool:
    """Return whether this is the id of a doctor's time, and not of an appointment."""
    return _TIME.match(id) is not None


def instant(moment: datetime) -> str:
    """Return a moment as FHIR writes it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
