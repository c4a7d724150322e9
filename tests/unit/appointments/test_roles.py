"""Who may do what at a clinic, at every route that there is: a stranger learns of nothing, each role has its own."""

from typing import Any

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Route
from frontdesk.services.appointments.access import DESK, OWNER, RECEPTION, STAFF
from frontdesk.services.appointments.fhir.codes import fhir_id, time_id
from frontdesk.services.appointments.service import SERVICE
from tests.unit.appointments.booking.clinic import CLINIC, DAY, at
from tests.unit.appointments.waiting.world import Waiting
from tests.unit.driver import content

SCOPES = frozenset(SERVICE.scopes)
PEOPLE = {role: Caller(f"usr_{role}", SCOPES, {f"clinic:{CLINIC}": role}) for role in STAFF}
STRANGERS = (
    Caller("usr_elsewhere", SCOPES, {"clinic:norte": OWNER}),
    Caller("usr_of_a_shop", SCOPES, {f"shop:{CLINIC}": OWNER}),
    Caller("usr_nobody", SCOPES),
)

CLOSED = {"kind": "closed", "first": "2026-06-01"}
DOCTORS_BODY = {"name": "Dr. Vega"}
TYPE = {"name": "Control", "duration_minutes": 30}
BOOKING = {
    "clinic_id": CLINIC,
    "doctor_name": "Dra. Luna",
    "patient_name": "Eva Ruiz",
    "appointment_date": DAY,
    "appointment_time": "16:00",
}
BODIES: dict[str, Any] = {
    "BookAppointment": BOOKING,
    "HoldTime": BOOKING,
    "ChangeAppointment": {"notes": "brings papers"},
    "CancelAppointment": {},
    "MoveAppointment": {"appointment_date": DAY, "appointment_time": "17:00"},
    "CompleteHold": {"patient_name": "Eva Ruiz"},
    "Reopen": {},
    "Because": {"reason": "so it was"},
    "SetClinic": {"name": "Sur", "time_zone": "America/Santiago", "country": "CL", "language": "es-CL"},
    "SetDoctor": DOCTORS_BODY,
    "SetVisitType": TYPE,
    "SetHours": {"rules": []},
    "AddException": CLOSED,
    "MakeFeed": {"label": "telephone"},
    "ErasePatient": {"reason": "asked for it"},
    "JoinWaitingList": {"clinic_id": CLINIC, "patient_name": "Gil Paz"},
}

_OWNERS = {
    "POST /appointments/{id}/mark-mistaken",
    "PUT /clinics/{clinic_id}",
    "POST /clinics/{clinic_id}/doctors",
    "PUT /doctors/{id}",
    "POST /clinics/{clinic_id}/visit-types",
    "PUT /visit-types/{id}",
    "PUT /clinics/{clinic_id}/hours",
    "PUT /doctors/{id}/hours",
    "GET /clinics/{clinic_id}/accesses",
    "GET /clinics/{clinic_id}/patients/{patient_id}/export",
    "POST /clinics/{clinic_id}/patients/{patient_id}/erase",
    "GET /clinics/{clinic_id}/erasures/{id}",
}
_DESKS = {
    "POST /appointments",
    "POST /holds",
    "PUT /appointments/{id}",
    *(
        f"POST /appointments/{{id}}/{verb}"
        for verb in (
            "confirm",
            "reschedule",
            "complete",
            "accept",
            "reopen",
            "arrive",
            "check-in",
            "no-show",
            "undo-no-show",
        )
    ),
    "POST /clinics/{clinic_id}/exceptions",
    "DELETE /clinics/{clinic_id}/exceptions/{exception_id}",
    "POST /waiting-list",
    "DELETE /waiting-list/{id}",
    "POST /waiting-list/{id}/accept",
    "POST /waiting-list/{id}/decline",
}
_OF_NOBODY = {"GET /clinics"}  # one's own, whoever asks
_FHIR_BODIES = {"POST /fhir/Appointment/$hold", "POST /fhir/Appointment/$book"}  # see fhir/


def line_of(route: Route) -> str:
    """Return a route as it is written."""
    return f"{route.method} {route.path}"


ROUTES = [
    route for route in SERVICE.routes if not route.public and line_of(route) not in _OF_NOBODY | _FHIR_BODIES
]


class Known:
    """A clinic with one of everything, and how each is called."""

    def __init__(self) -> None:
        self.clinic = clinic = Waiting()
        owner = PEOPLE[OWNER]
        self.apt = clinic.booked("10:00")
        self.patient = str(clinic.shows(self.apt)["patient_id"])
        self.type = clinic.type()
        self.entry = clinic.waits("Ben Soto", latest=DAY)
        ben = str(clinic.entry(self.entry)["patient_id"])
        self.of_clinic, self.of_doctor = (
            str(clinic.ok(owner, f"POST {whose}/exceptions", CLOSED)["exceptions"][0]["exception_id"])
            for whose in (f"/clinics/{CLINIC}", f"/doctors/{clinic.vega}")
        )
        feed = clinic.ok(owner, f"POST /doctors/{clinic.vega}/calendar-feeds", {"label": "telephone"})
        self.feed = str(feed["feed_id"])
        erased = clinic.ok(owner, f"POST /clinics/{CLINIC}/patients/{ben}/erase", {"reason": "asked"})
        self.erasure = str(erased["erasure_id"])

    def asks(self, route: Route, caller: Caller) -> int:
        """Send the request of a route about what is here, and return the status of the answer."""
        body = BODIES[route.body.__name__] if route.body else None
        line = f"{route.method} {self._path(route.path)}"
        return self.clinic.send(caller, line, body, query=self._query(route)).status

    def _path(self, path: str) -> str:
        known = {
            "/appointments/": self.apt,
            "/doctors/": self.clinic.vega,
            "/visit-types/": self.type,
            "/waiting-list/": self.entry,
            "/calendar-feeds/": self.feed,
            "/fhir/Appointment/": fhir_id(self.apt),
            "/fhir/Slot/": time_id(self.clinic.vega, at("11:00"), 30),
            "/fhir/Schedule/": fhir_id(self.clinic.vega),
            "/clinics/": self.erasure,
        }
        id = next((id for start, id in known.items() if path.startswith(start)), "")
        exception = self.of_clinic if path.startswith("/clinics/") else self.of_doctor
        filled = path.replace("{clinic_id}", CLINIC).replace("{exception_id}", exception)
        return filled.replace("{patient_id}", self.patient).replace("{id}", id)

    def _query(self, route: Route) -> dict[str, str]:
        practitioner = f"Practitioner/{fhir_id(self.clinic.vega)}"
        asked = {
            "ListAppointments": {"clinic_id": CLINIC},
            "ListWaiting": {"clinic_id": CLINIC},
            "AskAvailability": {"doctor_id": self.clinic.vega, "from": DAY, "to": DAY},
            "AskFigures": {"from": DAY, "to": DAY},
            "SearchAppointments": {"actor": practitioner},
            "FindAppointments": {
                "start": DAY,
                "end": "2026-03-17",
                "practitioner": practitioner,
            },
            "SearchSlots": {"schedule": f"Schedule/{fhir_id(self.clinic.vega)}"},
            "SearchSchedules": {"actor": f"Location/{CLINIC}"},
        }
        return asked.get(route.query.__name__, {}) if route.query else {}


@pytest.mark.parametrize("route", ROUTES, ids=line_of)
def test_a_stranger_learns_of_nothing_and_changes_nothing(route: Route) -> None:
    here = Known()
    before = dict(here.clinic.store.records)

    assert [here.asks(route, stranger) for stranger in STRANGERS] == [404] * len(STRANGERS)
    assert here.clinic.store.records == before


@pytest.mark.parametrize("route", ROUTES, ids=line_of)
def test_each_role_may_do_what_is_its_own(route: Route) -> None:
    line = line_of(route)
    may = (OWNER,) if line in _OWNERS else DESK if line in _DESKS else STAFF

    assert [role for role in STAFF if Known().asks(route, PEOPLE[role]) != 404] == list(may)


def test_without_the_scope_of_a_route_nobody_gets_in() -> None:
    for route in ROUTES:
        bare = Caller("usr_owner", SCOPES - set(route.scopes), {f"clinic:{CLINIC}": OWNER})
        here = Known()
        assert here.asks(route, bare) == 403, line_of(route)


def test_whoever_works_nowhere_has_no_clinics() -> None:
    here = Known().clinic
    for stranger in STRANGERS[1:]:
        assert content(here.send(stranger, "GET /clinics"))["items"] == []
    assert [one["clinic_id"] for one in content(here.send(PEOPLE[RECEPTION], "GET /clinics"))["items"]] == [
        CLINIC
    ]
