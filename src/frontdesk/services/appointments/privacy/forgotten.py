"""Which records there are of a patient: what is exported, and what is forgotten."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from frontdesk.kernel.kinds import AnyKind
from frontdesk.services.appointments.answers.links import LINKS
from frontdesk.services.appointments.answers.model import ANSWERS
from frontdesk.services.appointments.booking.model import APPOINTMENTS
from frontdesk.services.appointments.reminders.model import REMINDERS
from frontdesk.services.appointments.waiting.entries import ENTRIES
from frontdesk.services.appointments.waiting.offers import OFFERS

BY_PATIENT = "by_patient"  # the index by which each kind lists what it keeps of somebody
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class Trace(msgspec.Struct, frozen=True):
    """A kind that keeps something of patients. What had not `begun` when somebody was erased is a new acquaintance."""

    kind: AnyKind
    begun: Callable[[Any], datetime]


TRACES = (
    Trace(APPOINTMENTS, lambda appointment: appointment.steps[0].at),
    Trace(ANSWERS, lambda answer: answer.at),
    Trace(LINKS, lambda _: _ALWAYS),
    Trace(ENTRIES, lambda entry: entry.joined_at),
    Trace(OFFERS, lambda offer: offer.made_at),
    Trace(REMINDERS, lambda reminder: reminder.at),
)
