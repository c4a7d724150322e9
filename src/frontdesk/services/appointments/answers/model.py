"""What is kept of answers: what each came to, and the question that a patient has still to answer. Pure."""

from datetime import datetime
from enum import StrEnum

import msgspec

from frontdesk.kernel.kinds import Index, Kind, Stored
from frontdesk.kernel.time import sortable
from frontdesk.services.appointments.answers.deciding import Outcome, Visit
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.model import Appointment, Source
from frontdesk.services.appointments.booking.states import State, Verb


class Way(StrEnum):
    """How it was answered."""

    BUTTON = "button"
    WORDS = "words"
    LINK = "link"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, and what it came to. `appointment_ids` are several where we had to ask which."""

    clinic_id: str
    patient_id: str
    scope: Scope
    way: Way
    outcome: Outcome
    appointment_ids: tuple[str, ...]
    at: datetime


ANSWERS = Kind(
    "answer",
    Answer,
    indexes=(
        Index("by_patient", lambda answer: answer.patient_id or None, lambda answer: sortable(answer.at)),
    ),
)


class Question(msgspec.Struct, frozen=True):
    """Under the appointment's id: when we asked whether they are sure to cancel it."""

    asked_at: datetime


QUESTIONS = Kind("answer_question", Question)


def visit_of(stored: Stored[Appointment], question: Stored[Question] | None, at: datetime) -> Visit:
    """Return an appointment as what an answer of a moment may belong to."""
    appointment = stored.value
    start = appointment.time.start
    held = appointment.held_until if appointment.state is State.HELD else None
    return Visit(
        id=stored.id,
        state=appointment.state,
        start=start,
        until=min(start, held) if held else start,
        told=_start_then(appointment, at),
        changed_at=appointment.steps[-1].at,
        asked_at=question.value.asked_at if question else None,
        offered=is_offered(appointment),
    )


def is_offered(appointment: Appointment) -> bool:
    """Return whether the waiting list offers this, or did, and nobody has accepted."""
    accepted = any(step.verb == Verb.COMPLETE for step in appointment.steps)
    return appointment.source is Source.WAITING_LIST and not accepted


def _start_then(appointment: Appointment, at: datetime) -> datetime:
    """Return when it was to begin, as it stood at a moment; its present start where it was not there yet."""
    starts = [step.start for step in appointment.steps if step.at <= at and step.start]
    return starts[-1] if starts else appointment.time.start
