"""Erasures: that a patient is to be forgotten, and how far it has come. Pure."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.messages import Event
from frontdesk.kernel.sensitive import SENSITIVE

AT_ONCE = 20  # records that one step forgets
AGAIN_AFTER = timedelta(minutes=10)  # an index may lag: all is gone through twice


class VisitsToCome(Rejected):
    """The patient has visits to come. Cancel them first; see appointments."""


class Erasure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One patient to be forgotten, for a `reason` that whoever ordered it wrote. `forgotten` counts records."""

    clinic_id: str
    patient_id: str
    by: str
    at: datetime
    reason: Annotated[str, SENSITIVE] = ""
    forgotten: int = 0
    done_at: datetime | None = None

    def forgot(self, count: int) -> "Erasure":
        """Return it with so many more records forgotten."""
        return replace(self, forgotten=self.forgotten + count)

    def done(self, now: datetime) -> "Erasure":
        """Return it gone through to the end. The patient's id, the last that was left, goes too."""
        return replace(self, patient_id="", done_at=now)


ERASURES = Kind("erasure", Erasure)


class ErasureDue(Event, frozen=True, kw_only=True):
    """The next records of a patient are to be forgotten: of the kind at this place, from the cursor on."""

    NAME: ClassVar[str] = "Erasure Due"
    erasure_id: str
    place: int = 0
    cursor: str = ""
    is_last: bool = False


class ErasureRepeated(ErasureDue, frozen=True, kw_only=True):
    """All is gone through once more. A timer."""

    NAME: ClassVar[str] = "Erasure Repeated"


class RecordsFound(Event, frozen=True, kw_only=True):
    """These records of one kind are to be forgotten: told, because who queries a kind may not change it."""

    NAME: ClassVar[str] = "Patient Records Found"
    erasure_id: str
    place: int
    ids: tuple[str, ...]
