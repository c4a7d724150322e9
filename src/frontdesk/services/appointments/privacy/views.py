"""How what is kept about patients' data is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.unit import Page
from frontdesk.lists import cursor_of
from frontdesk.services.appointments.privacy.accesses import Access
from frontdesk.services.appointments.privacy.model import Erasure


class AccessView(msgspec.Struct, frozen=True):
    """Somebody has seen data of these patients."""

    who: str
    what: str
    patient_ids: tuple[str, ...]
    at: datetime


class AccessList(msgspec.Struct, frozen=True):
    """Newest first. Ask again with `cursor` for what follows, also after an empty page; without one it ends here."""

    items: tuple[AccessView, ...]
    cursor: str | None = None


class ExportView(msgspec.Struct, frozen=True):
    """All that this service keeps of a patient: records by their kind, oldest first."""

    patient_id: str
    records: Annotated[Mapping[str, tuple[dict[str, Any], ...]], SENSITIVE]


class ErasureView(msgspec.Struct, frozen=True):
    """How far the erasure of a patient has come. `forgotten`: in so many records there was something of them."""

    erasure_id: str
    clinic_id: str
    asked_by: str
    asked_at: datetime
    forgotten: int
    done_at: datetime | None


def access_list(page: Page[Access]) -> AccessList:
    """Show part of the access log."""
    looks = [stored.value for stored in page.items]
    items = tuple(AccessView(look.who, look.what, look.patient_ids, look.at) for look in looks)
    return AccessList(items, cursor_of(page.cursor))


def export_view(export: ExportView) -> ExportView:
    """Show it as it is."""
    return export


def erasure_view(stored: Stored[Erasure]) -> ErasureView:
    """Show an erasure."""
    erasure = stored.value
    return ErasureView(
        stored.id, erasure.clinic_id, erasure.by, erasure.at, erasure.forgotten, erasure.done_at
    )
