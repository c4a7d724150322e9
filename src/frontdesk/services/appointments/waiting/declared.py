"""What the waiting list adds to the service, with the call list and the figures."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Event
from frontdesk.kernel.services import Reaction
from frontdesk.services.appointments.booking.refusals import HoldLapsed, PatientBusy, TooManyOpen
from frontdesk.services.appointments.booking.views import AppointmentView, appointment_view
from frontdesk.services.appointments.clinics.reading import UnknownDoctor, UnknownVisitType
from frontdesk.services.appointments.events import (
    AppointmentBooked,
    AppointmentExpired,
    AppointmentMistaken,
    EntryWaiting,
    SlotFreed,
    SlotSought,
    SlotWanted,
)
from frontdesk.services.appointments.waiting import calls, handlers, offering, seeking, statistics, views
from frontdesk.services.appointments.waiting.commands import (
    AskCalls,
    AskFigures,
    JoinWaitingList,
    ListWaiting,
)
from frontdesk.services.appointments.waiting.entries import ENTRIES
from frontdesk.services.appointments.waiting.figures import Figures
from frontdesk.services.appointments.waiting.handlers import EntryOver
from frontdesk.services.appointments.waiting.offers import OFFERS, OfferOver
from frontdesk.services.appointments.waiting.places import PLACES, AlreadyWaiting
from frontdesk.services.appointments.waiting.seeking import EntryUnmatched, NightOver
from frontdesk.services.appointments.waiting.vacancies import VACANCIES
from frontdesk.transitions import IllegalTransition

_READ, _WRITE = ("waiting-list:read",), ("waiting-list:write",)
_LIST, _ONE = "/waiting-list", "/waiting-list/{id}"
_SUBSCRIBER = "appointments-waiting"

KINDS: tuple[AnyKind, ...] = (ENTRIES, PLACES, VACANCIES, OFFERS)
_LIST_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        _LIST,
        handlers.join_waiting_list,
        views.entry_view,
        views.EntryView,
        "Let somebody wait for a time that suits them",
        scopes=_WRITE,
        body=JoinWaitingList,
        kind=ENTRIES,
        status=201,
        location="/waiting-list/{id}",
        refusals=(UnknownDoctor, UnknownVisitType, IllegalTransition, AlreadyWaiting),
        description="A time that is given up is kept for the first whom it suits, for 15 minutes, and offered to them.",
    ),
    Route(
        "GET",
        _LIST,
        views.list_waiting,
        views.entry_list,
        views.EntryList,
        "List who waits, the next first",
        scopes=_READ,
        query=ListWaiting,
        description="With `state`, who is in that state, newest first. A list may lag by a moment.",
    ),
    Route(
        "GET",
        _ONE,
        views.show_waiting,
        views.entry_view,
        views.EntryView,
        "Show somebody who waits",
        scopes=_READ,
        kind=ENTRIES,
    ),
    Route(
        "DELETE",
        _ONE,
        handlers.leave_waiting_list,
        views.entry_view,
        views.EntryView,
        "Take somebody off the waiting list",
        scopes=_WRITE,
        kind=ENTRIES,
        refusals=(OfferOver, IllegalTransition),
        description="What they were offered goes to the next.",
    ),
    Route(
        "POST",
        f"{_ONE}/accept",
        handlers.accept_offer,
        appointment_view,
        AppointmentView,
        "Accept what somebody was offered, for them",
        scopes=_WRITE,
        refusals=(OfferOver, HoldLapsed, PatientBusy, TooManyOpen, IllegalTransition),
        description="For whoever says yes on the telephone. The visit that they swap for it is cancelled with it.",
    ),
    Route(
        "POST",
        f"{_ONE}/decline",
        handlers.decline_offer,
        appointment_view,
        AppointmentView,
        "Decline what somebody was offered, for them",
        scopes=_WRITE,
        refusals=(OfferOver, IllegalTransition),
        description="They wait on, and the next is offered the time.",
    ),
)
_CLINIC_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/clinics/{clinic_id}/calls",
        calls.list_calls,
        calls.call_list,
        calls.CallList,
        "List whom to call about the visits of a day",
        scopes=("appointments:read",),
        query=AskCalls,
        description="Who has not confirmed, or whose doctor is away (`closed`). No date: tomorrow's. It may lag.",
    ),
    Route(
        "GET",
        "/clinics/{clinic_id}/statistics",
        statistics.show_figures,
        statistics.figures_view,
        Figures,
        "Show how a clinic did: who came, confirmed, cancelled, and whose place was taken again",
        scopes=("appointments:read",),
        query=AskFigures,
        description="Counted from the visits of these dates, at most 92.",
    ),
)
ROUTES = (*_LIST_ROUTES, *_CLINIC_ROUTES)
REACTIONS: tuple[Reaction, ...] = (
    Reaction(SlotFreed, seeking.open_vacancy, subscriber=_SUBSCRIBER),
    Reaction(SlotSought, seeking.seek, subscriber=_SUBSCRIBER),
    Reaction(NightOver, seeking.seek, subscriber=_SUBSCRIBER),
    Reaction(EntryWaiting, seeking.look_for, subscriber=_SUBSCRIBER),
    Reaction(EntryUnmatched, seeking.look_for, subscriber=_SUBSCRIBER),
    Reaction(SlotWanted, offering.offer_slot, subscriber=_SUBSCRIBER),
    Reaction(AppointmentBooked, offering.note_booked, subscriber=_SUBSCRIBER),
    Reaction(AppointmentExpired, offering.note_over, subscriber=_SUBSCRIBER),
    Reaction(AppointmentMistaken, offering.note_over, subscriber=_SUBSCRIBER),
    Reaction(EntryOver, handlers.expire, subscriber=_SUBSCRIBER),
)
TIMERS: tuple[type[Event], ...] = (EntryOver, EntryUnmatched, NightOver)
SCOPES = {
    "waiting-list:read": "see who waits for a time at one's own clinics",
    "waiting-list:write": "let people wait for a time, and answer offers for them",
}
