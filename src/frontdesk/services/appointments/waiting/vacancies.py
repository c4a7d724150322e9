"""Vacancies: times that were given up, and who is asked whether they want them. Pure."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.time import sortable
from frontdesk.services.appointments.events import SlotFreed

MOST_ASKED = 200  # about one time: a list of more is longer than any day
CANDIDATES = 20  # looked at before the list is gone through again


class Vacancy(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time of a doctor that somebody has left. Whoever was `asked` is not asked again.

    `candidates` are the first of the waiting list whom it may suit, in their order. `left_by`: whoever gave the time up
    does not want it.
    """

    clinic_id: str
    doctor_id: str
    start: datetime
    end: datetime
    left_by: str = ""
    asked: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    def freed_again(self, event: SlotFreed) -> "Vacancy":
        """Return the vacancy when its time is free once more.

        An offer that came to nothing frees it too, and perhaps a shorter time than it was: then the next are asked.
        When somebody has had it meanwhile, all may be asked again.
        """
        if event.why == "expired":
            return replace(self, end=max(self.end, event.end_utc))
        return replace(self, end=event.end_utc, left_by=event.patient_id, asked=())

    def wants(self, candidates: Iterable[str]) -> "Vacancy":
        """Return the vacancy with those who are to be looked at next."""
        return replace(self, candidates=tuple(candidates))

    def asks(self, entry_ids: Iterable[str]) -> "Vacancy":
        """Return the vacancy when these have been asked, or cannot come."""
        return replace(self, asked=(*self.asked, *entry_ids)[-MOST_ASKED:])


VACANCIES = Kind(
    "vacancy",
    Vacancy,
    indexes=(Index("by_clinic", lambda one: one.clinic_id, lambda one: sortable(one.start)),),
)


def vacancy_id(event: SlotFreed) -> str:
    """Return the id of a doctor's time that begins then: always the same one."""
    return derived_id("vac", event.doctor_id, sortable(event.start_utc))


def vacancy(event: SlotFreed) -> Vacancy:
    """Return a time that was given up for the first time."""
    return Vacancy(event.clinic_id, event.doctor_id, event.start_utc, event.end_utc, event.patient_id)
