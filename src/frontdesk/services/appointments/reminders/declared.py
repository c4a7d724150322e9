"""What reminders add to the service: what patients are told, by a slow subscriber of its own, and when."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Event
from frontdesk.kernel.services import Reaction
from frontdesk.services.appointments.booking.model import APPOINTMENTS
from frontdesk.services.appointments.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentExpired,
    AppointmentMoved,
    AppointmentReopened,
    MessageWanted,
    OfferMade,
)
from frontdesk.services.appointments.ports import Notifier, Seals, Site
from frontdesk.services.appointments.reminders import handlers, planning, views
from frontdesk.services.appointments.reminders.model import DELIVERIES, PLANS, REMINDERS
from frontdesk.services.appointments.reminders.planning import ReminderDue

_PLANS, _MESSAGES, _PROGRESS = "appointments-reminders", "appointments-messages", "appointments-progress"

KINDS: tuple[AnyKind, ...] = (PLANS, REMINDERS, DELIVERIES)
ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/appointments/{id}/reminders",
        views.show_reminders,
        views.reminders_view,
        views.RemindersView,
        "Show what a patient was told of an appointment, and will be",
        scopes=("appointments:read",),
    ),
)
REACTIONS: tuple[Reaction, ...] = (
    *(
        Reaction(
            event,
            planning.plan_reminders,
            subscriber=_PLANS,
            reads=lambda message: ((PLANS, message.source), (APPOINTMENTS, message.source)),
        )
        for event in planning.HEARD
    ),
    Reaction(ReminderDue, handlers.remind, subscriber=_MESSAGES, slow=True),
    Reaction(AppointmentBooked, handlers.tell_booked, subscriber=_MESSAGES, slow=True),
    Reaction(AppointmentReopened, handlers.tell_booked, subscriber=_MESSAGES, slow=True),
    Reaction(AppointmentMoved, handlers.tell_moved, subscriber=_MESSAGES, slow=True),
    Reaction(AppointmentCancelled, handlers.tell_cancelled, subscriber=_MESSAGES, slow=True),
    Reaction(AppointmentExpired, handlers.tell_cancelled, subscriber=_MESSAGES, slow=True),
    Reaction(OfferMade, handlers.tell_offer, subscriber=_MESSAGES, slow=True),
    Reaction(MessageWanted, handlers.tell_wanted, subscriber=_MESSAGES, slow=True),
    *(Reaction(event, handlers.note_progress, subscriber=_PROGRESS) for event in handlers.REACHED),
)
TIMERS: tuple[type[Event], ...] = (ReminderDue,)
NEEDS: tuple[type, ...] = (Notifier, Seals, Site)
