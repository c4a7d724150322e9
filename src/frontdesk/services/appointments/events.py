"""What appointments tells everybody. No event says who a patient is: ids are opaque, times are UTC."""

from datetime import datetime
from typing import ClassVar

from frontdesk.kernel.messages import Event


class _Visit(Event, frozen=True, kw_only=True):
    """What every event about an appointment says. `patient_id` is "" while a hold has no patient yet."""

    clinic_id: str
    appointment_id: str
    doctor_id: str
    patient_id: str
    start_utc: datetime


class AppointmentHeld(_Visit, frozen=True, kw_only=True):
    """A time is kept for somebody who is deciding, until a moment."""

    NAME: ClassVar[str] = "Appointment Held"
    held_until: datetime


class AppointmentBooked(_Visit, frozen=True, kw_only=True):
    """Somebody has a time. `source` says where it came from: desk, patient, waiting_list, proposal or import.

    `state` is pending, or confirmed where the patient had already agreed.
    """

    NAME: ClassVar[str] = "Appointment Booked"
    end_utc: datetime
    visit_type_id: str
    state: str
    source: str


class AppointmentConfirmed(_Visit, frozen=True, kw_only=True):
    """The patient says that they will come; `by`: patient or desk."""

    NAME: ClassVar[str] = "Appointment Confirmed"
    by: str


class AppointmentMoved(_Visit, frozen=True, kw_only=True):
    """The appointment has another time (`was`: its earlier start), perhaps with another doctor."""

    NAME: ClassVar[str] = "Appointment Moved"
    was: datetime
    was_doctor_id: str
    end_utc: datetime
    by: str


class AppointmentCancelled(_Visit, frozen=True, kw_only=True):
    """Nobody will come. `reason` is a code of HL7's appointment-cancellation-reason; `by`: patient, desk or system."""

    NAME: ClassVar[str] = "Appointment Cancelled"
    reason: str
    by: str
    cancelled_at: datetime


class AppointmentExpired(_Visit, frozen=True, kw_only=True):
    """A hold, or a visit that had to be confirmed, has lapsed: its time is free again."""

    NAME: ClassVar[str] = "Appointment Expired"
    was_state: str


class AppointmentReopened(_Visit, frozen=True, kw_only=True):
    """A cancelled appointment has its time again."""

    NAME: ClassVar[str] = "Appointment Reopened"
    end_utc: datetime


class PatientArrived(_Visit, frozen=True, kw_only=True):
    """The patient is in the house. `late`: after having been marked as missing."""

    NAME: ClassVar[str] = "Patient Arrived"
    late: bool


class AppointmentFulfilled(_Visit, frozen=True, kw_only=True):
    """The visit took place."""

    NAME: ClassVar[str] = "Appointment Fulfilled"


class AppointmentMissed(_Visit, frozen=True, kw_only=True):
    """The patient did not come, nor say so."""

    NAME: ClassVar[str] = "Appointment Missed"


class AppointmentMistaken(_Visit, frozen=True, kw_only=True):
    """The appointment should never have been entered. It is kept for the audit."""

    NAME: ClassVar[str] = "Appointment Mistaken"


class SlotFreed(Event, frozen=True, kw_only=True):
    """A time that is still to come was given up by `appointment_id`. Others may have taken it since.

    `why`: cancelled, moved, expired or mistaken. `patient_id` is who left it, who wants it least.
    """

    NAME: ClassVar[str] = "Slot Freed"
    clinic_id: str
    doctor_id: str
    appointment_id: str
    patient_id: str
    visit_type_id: str
    start_utc: datetime
    end_utc: datetime
    why: str


class _Offer(Event, frozen=True, kw_only=True):
    """What every event about an offer to the waiting list says: who waits, and which held appointment is offered."""

    clinic_id: str
    offer_id: str
    entry_id: str
    appointment_id: str
    doctor_id: str
    patient_id: str
    start_utc: datetime


class OfferMade(_Offer, frozen=True, kw_only=True):
    """A freed time is kept for one person of the waiting list, until a moment."""

    NAME: ClassVar[str] = "Offer Made"
    until: datetime


class OfferAccepted(_Offer, frozen=True, kw_only=True):
    """The time is theirs."""

    NAME: ClassVar[str] = "Offer Accepted"


class OfferDeclined(_Offer, frozen=True, kw_only=True):
    """They do not want it: the next may have it."""

    NAME: ClassVar[str] = "Offer Declined"


class OfferLapsed(_Offer, frozen=True, kw_only=True):
    """They did not answer in time: the next may have it."""

    NAME: ClassVar[str] = "Offer Lapsed"


class PatientErased(Event, frozen=True, kw_only=True):
    """Whoever keeps anything personal about this patient forgets it."""

    NAME: ClassVar[str] = "Patient Erased"
    clinic_id: str
    patient_id: str


class SlotSought(Event, frozen=True, kw_only=True):
    """A free time may be wanted by somebody on the waiting list: look who is the first. For this service alone."""

    NAME: ClassVar[str] = "Slot Sought"
    vacancy_id: str


class SlotWanted(Event, frozen=True, kw_only=True):
    """Some of the waiting list might want a free time: offer it to the first of them. For this service alone."""

    NAME: ClassVar[str] = "Slot Wanted"
    vacancy_id: str


class EntryWaiting(Event, frozen=True, kw_only=True):
    """Somebody waits, for the first time or again: look which free times would suit. For this service alone."""

    NAME: ClassVar[str] = "Entry Waiting"
    clinic_id: str
    entry_id: str


class MessageWanted(Event, frozen=True, kw_only=True):
    """A patient is to be told something, as the answer to what they said. For this service alone.

    `template` is one of `ports.Template`. `cause_id` (an answer's) makes it one message, however often this comes.
    `visits` are the appointments that the message asks about, if it asks which; what the button of each then does is
    `scope` (of an answer's links: confirm, cancel or reschedule). `starts` are times of which one may be chosen for
    another visit like the appointment. `patient_id` may be "" of a hold.
    """

    NAME: ClassVar[str] = "Message Wanted"
    clinic_id: str
    appointment_id: str
    patient_id: str
    template: str
    cause_id: str
    visits: tuple[str, ...] = ()
    scope: str = ""
    starts: tuple[datetime, ...] = ()


class AnswerUnplaced(Event, frozen=True, kw_only=True):
    """What a patient answered belongs to no visit that we know of: somebody of the desk has to read it."""

    NAME: ClassVar[str] = "Answer Unplaced"
    answer_id: str
    clinic_id: str
