"""The access log: who has seen data of which patients, when, and in which list. It names nobody: ids are opaque.

Whoever shows patients' data ends with `note`: it is the handler's commit, so what cannot be noted is not shown.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from frontdesk.kernel.kinds import Index, Kind, Stored
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit


class Access(msgspec.Struct, frozen=True):
    """One look at data of patients of one clinic: by whom, what they asked for, and whom it showed."""

    clinic_id: str
    who: str
    what: str
    patient_ids: tuple[str, ...]
    at: datetime


ACCESSES = Kind(
    "access",
    Access,
    indexes=(Index("by_clinic", lambda one: one.clinic_id, lambda one: sortable(one.at)),),
)


async def note(unit: Unit, what: str, seen: Mapping[str, Iterable[str]]) -> None:
    """Keep that the caller is being shown these patients, by clinic: a handler's last act. `what`: "appointment list".

    Where nobody is shown there is nothing to keep.
    """
    looks = [
        _access(unit, what, clinic_id, patients)
        for clinic_id, ids in seen.items()
        if (patients := {*ids} - {""})
    ]
    if looks:
        await unit.commit(*looks)


def _access(unit: Unit, what: str, clinic_id: str, patients: Iterable[str]) -> Stored[Access]:
    look = Access(clinic_id, unit.caller.subject, what, tuple(sorted(patients)), unit.now)
    return ACCESSES.new(unit.new_id("acc"), look)
