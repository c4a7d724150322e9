"""Another health system, which reads and books in FHIR R4, and believes nothing that its own library does not."""

from typing import Any

import msgspec
from fhir.resources.R4B.appointment import Appointment
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.schedule import Schedule
from fhir.resources.R4B.slot import Slot

from frontdesk.entrypoints.api import Request, Response, problem, respond, understand
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.services.appointments.service import SERVICE
from tests.unit.appointments.booking.clinic import DESK, Clinic
from tests.unit.driver import content, run

MEDIA = "application/fhir+json"
SHAPES: dict[str, Any] = {
    "Appointment": Appointment,
    "Bundle": Bundle,
    "CapabilityStatement": CapabilityStatement,
    "OperationOutcome": OperationOutcome,
    "Schedule": Schedule,
    "Slot": Slot,
}


class System(Clinic):
    """The whole service, asked in FHIR. Whatever comes back is validated before anybody looks at it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.service = SERVICE

    def reads(self, path: str, answered: int = 200, caller: Caller = DESK, **query: str) -> Any:
        """Read or search, and return the resource."""
        return self._valid(self._ask(f"GET /fhir/{path}", caller, query, b"", {}), answered)

    def does(  # type: ignore[override]  # nothing of the desk is asked here
        self,
        operation: str,
        *parameters: dict[str, Any],
        answered: int = 200,
        caller: Caller = DESK,
        **headers: str,
    ) -> Any:
        """Do something with parameters, and return the resource."""
        body = {"resourceType": "Parameters", "parameter": parameters}
        return self._valid(self.sends(operation, body, caller, **headers), answered)

    def sends(self, operation: str, body: object, caller: Caller = DESK, **headers: str) -> Response:
        """Send an operation, and return the answer as it is."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | {"content-type": MEDIA}
        return self._ask(f"POST /fhir/Appointment/{operation}", caller, {}, msgspec.json.encode(body), sent)

    def resources(self, path: str, **query: Any) -> list[Any]:
        """Return what a search finds."""
        return [entry["resource"] for entry in self.reads(path, **query).get("entry", [])]

    def _ask(
        self, line: str, caller: Caller, query: dict[str, str], body: bytes, headers: dict[str, str]
    ) -> Response:
        route, path = self._route(line)
        try:
            call = understand(route, Request(path, query, headers, body, "test"), caller)
            return respond(route, run(self.bus.ask(self.service, route, call, self.store)))
        except FrontdeskError as error:
            return problem(error, "test")

    @staticmethod
    def _valid(response: Response, answered: int) -> Any:
        assert response.status == answered, response.body
        assert response.content_type.partition(";")[0] == MEDIA
        resource = content(response)
        for one in (resource, *[entry["resource"] for entry in resource.get("entry", [])]):
            SHAPES[one["resourceType"]].model_validate(one)
        return resource


def refers(name: str, reference: str) -> dict[str, Any]:
    """Return a parameter that refers to something."""
    return {"name": name, "valueReference": {"reference": reference}}


def patient(name: str = "Ana Torres", **more: Any) -> dict[str, Any]:
    """Return the parameter that says who it is for."""
    given, family = name.split()
    resource = {"resourceType": "Patient", "name": [{"given": [given], "family": family}], **more}
    return {"name": "patient-resource", "resource": resource}
