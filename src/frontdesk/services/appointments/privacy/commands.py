"""What the owner of a clinic may ask about patients' data."""

from typing import Annotated

from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.shapes import Body, Moment, Note


class ListAccesses(Body, frozen=True):
    """Whose looks, at whom, and when: since <= at < until. All of them are optional."""

    patient_id: Annotated[str, Meta(max_length=100)] = ""
    since: Moment | None = None
    until: Moment | None = None
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class ErasePatient(Body, frozen=True):
    """Forget a patient. It cannot be undone."""

    reason: Note
