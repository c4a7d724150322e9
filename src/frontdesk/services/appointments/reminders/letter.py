"""Letters: what is to be told whom, before it is put into words. Pure."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.model import Appointment, Patient
from frontdesk.services.appointments.clinics.model import Clinic
from frontdesk.services.appointments.dates import spoken
from frontdesk.services.appointments.ports import Template

MAX_BUTTONS = 10  # what can be shown of a choice


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told whom, about which appointment. `id` is that of the message, for ever.

    `was`: the start that it had. `until`: how long a time is kept. `which`: the visits that are asked about, by id, at
    most MAX_BUTTONS, and in `scope` what is wanted of one of them. `starts`: as many times that may be chosen.
    """

    id: str
    template: Template
    appointment_id: str
    appointment: Appointment
    clinic: Clinic
    patient_id: str
    patient: Patient
    was: datetime | None = None
    until: datetime | None = None
    which: Mapping[str, Appointment] = {}
    scope: Scope = Scope.CONFIRM
    starts: tuple[datetime, ...] = ()
    not_after: datetime | None = None

    @property
    def language(self) -> str:
        """The one of our languages that the patient, or else the clinic, speaks."""
        return spoken(self.patient.language or self.clinic.language)

    @property
    def is_reachable(self) -> bool:
        """Whether there is any address at all."""
        return bool(self.patient.phone or self.patient.email)
