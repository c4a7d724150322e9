"""What other systems ask in FHIR: searches, and the parameters of operations."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from frontdesk.kernel import limits
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.shapes import Body

Words = Annotated[str, Meta(max_length=200)]
Count = Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)]


class SearchAppointments(Body, frozen=True, kw_only=True):
    """Of a patient or an actor (Practitioner, Patient, Location), of a time (`ge2026-03-01`, `2026-03`), of states."""

    patient: Words = ""
    actor: Words = ""
    date: Words = ""
    status: Words = ""
    count: Count = field(default=limits.PAGE_DEFAULT, name="_count")
    cursor: Words = field(default="", name="_cursor")


class SearchSlots(Body, frozen=True, kw_only=True):
    """Of a schedule: what is free, or taken (`busy`, `busy-tentative`), from a time on or within a day or month."""

    schedule: Words
    start: Words = ""
    status: Words = "free"
    count: Count = field(default=limits.PAGE_MAX, name="_count")


class SearchSchedules(Body, frozen=True, kw_only=True):
    """Of an actor (Practitioner or Location); without one, of the clinic at which the caller works."""

    actor: Words = ""
    count: Count = field(default=limits.PAGE_MAX, name="_count")
    cursor: Words = field(default="", name="_cursor")


class FindAppointments(Body, frozen=True, kw_only=True):
    """Which appointments could be had with a practitioner, from one moment to another."""

    start: Words
    end: Words
    practitioner: Words
    visit_type: Words = field(default="", name="visit-type")
    count: Count = field(default=limits.PAGE_DEFAULT, name="_count")


class Parameter(Body, frozen=True, kw_only=True):
    """One parameter of an operation."""

    name: Words
    value_reference: Annotated[dict[str, Any] | None, SENSITIVE] = field(default=None, name="valueReference")
    value_string: Annotated[str, Meta(max_length=500), SENSITIVE] = field(default="", name="valueString")
    resource: Annotated[dict[str, Any] | None, SENSITIVE] = None


class Parameters(Body, frozen=True, kw_only=True):
    """The parameters of `$hold` and `$book`.

    `appointment-reference`: what `$find` returned, or (to book) what was held; or the whole of it as
    `appointment-resource`. `patient-resource`: who it is for. `comment`: why.
    """

    type: Literal["Parameters"] = field(name="resourceType")
    parameter: tuple[Parameter, ...]
    id: Words = ""
    meta: dict[str, Any] = msgspec.field(default_factory=dict)

    def resource(self, name: str) -> dict[str, Any] | None:
        """Return the resource of this name."""
        return next((one.resource for one in self.parameter if one.name == name and one.resource), None)

    def reference(self, name: str) -> str:
        """Return what the reference of this name refers to, "" for nothing."""
        found = next((one.value_reference for one in self.parameter if one.name == name), None) or {}
        return str(found.get("reference", ""))

    def text(self, name: str) -> str:
        """Return the text of this name, "" for none."""
        return next((one.value_string for one in self.parameter if one.name == name), "")
