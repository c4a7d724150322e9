"""A clinic in Santiago, its people, and what they send. It is Saturday, 14 March 2026, 09:30 UTC."""

from collections.abc import Mapping
from typing import Any

from frontdesk.kernel.callers import Caller
from frontdesk.services.appointments.service import SERVICE
from tests.unit.driver import Desk, content

ALL = frozenset(SERVICE.scopes)
OWNER = Caller("usr_owner", ALL, {"clinic:sol": "owner"})
RECEPTION = Caller("usr_reception", ALL, {"clinic:sol": "reception"})
DOCTOR = Caller("usr_doctor", ALL, {"clinic:sol": "doctor"})
RIVAL = Caller("usr_rival", ALL, {"clinic:luna": "owner"})
SHOPKEEPER = Caller("usr_shop", ALL, {"shop:sol": "owner"})
STRANGERS = (RIVAL, SHOPKEEPER, Caller("usr_nobody", ALL))

SOL: Mapping[str, Any] = {
    "name": "Clínica Sol",
    "time_zone": "America/Santiago",
    "country": "CL",
    "language": "es-CL",
}
MORNINGS = [{"weekday": day, "start": "09:00", "end": "13:00"} for day in range(1, 6)]


def opened(**changes: Any) -> Desk:
    """Return a desk with the clinic set up."""
    desk = Desk(SERVICE)
    answer = desk.send(OWNER, "PUT /clinics/sol", {**SOL, **changes})
    assert answer.status == 200, answer.body
    return desk


def add_doctor(desk: Desk, name: str = "Dra. Ana Vega", **more: Any) -> str:
    """Put a doctor on the roster and return the id."""
    answer = desk.send(OWNER, "POST /clinics/sol/doctors", {"name": name, **more})
    assert answer.status == 201, answer.body
    id: str = content(answer)["doctor_id"]
    return id


def add_type(desk: Desk, **more: Any) -> str:
    """Add a visit type and return its id."""
    answer = desk.send(
        OWNER, "POST /clinics/sol/visit-types", {"name": "Control", "duration_minutes": 30, **more}
    )
    assert answer.status == 201, answer.body
    id: str = content(answer)["visit_type_id"]
    return id
