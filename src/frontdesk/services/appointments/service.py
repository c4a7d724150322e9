"""What appointments declares: each concern's part, put together."""

from frontdesk.kernel.services import Service
from frontdesk.services.appointments import events
from frontdesk.services.appointments.answers import declared as answers
from frontdesk.services.appointments.booking import declared as booking
from frontdesk.services.appointments.calendar import declared as calendar
from frontdesk.services.appointments.clinics import declared as clinics
from frontdesk.services.appointments.fhir import declared as fhir
from frontdesk.services.appointments.hours import availability
from frontdesk.services.appointments.privacy import declared as privacy
from frontdesk.services.appointments.reminders import declared as reminders
from frontdesk.services.appointments.waiting import declared as waiting

SERVICE = Service(
    name="appointments",
    kinds=(
        *booking.KINDS,
        *clinics.KINDS,
        *calendar.KINDS,
        *answers.KINDS,
        *privacy.KINDS,
        *reminders.KINDS,
        *waiting.KINDS,
    ),
    routes=(
        *booking.ROUTES,
        *clinics.ROUTES,
        *availability.ROUTES,
        *calendar.ROUTES,
        *answers.ROUTES,
        *privacy.ROUTES,
        *reminders.ROUTES,
        *waiting.ROUTES,
        *fhir.ROUTES,
    ),
    reactions=(
        *booking.REACTIONS,
        *answers.REACTIONS,
        *privacy.REACTIONS,
        *reminders.REACTIONS,
        *waiting.REACTIONS,
    ),
    events=(
        events.AppointmentHeld,
        events.AppointmentBooked,
        events.AppointmentConfirmed,
        events.AppointmentMoved,
        events.AppointmentCancelled,
        events.AppointmentExpired,
        events.AppointmentReopened,
        events.PatientArrived,
        events.AppointmentFulfilled,
        events.AppointmentMissed,
        events.AppointmentMistaken,
        events.SlotFreed,
        events.OfferMade,
        events.OfferAccepted,
        events.OfferDeclined,
        events.OfferLapsed,
        events.PatientErased,
        events.SlotSought,
        events.SlotWanted,
        events.EntryWaiting,
        events.MessageWanted,
        events.AnswerUnplaced,
        *privacy.EVENTS,
    ),
    timers=(*booking.TIMERS, *privacy.TIMERS, *reminders.TIMERS, *waiting.TIMERS),
    scopes={
        "appointments:read": "see appointments of one's own clinics",
        "appointments:write": "book, move and cancel appointments at one's own clinics",
        "appointments:overbook": "book a time that is taken, saying why",
        **clinics.SCOPES,
        **privacy.SCOPES,
        **waiting.SCOPES,
    },
    needs=reminders.NEEDS,
)
