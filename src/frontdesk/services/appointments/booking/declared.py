"""What booking adds to the service: its routes, what it keeps, and what its timers do."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Event
from frontdesk.kernel.services import Reaction
from frontdesk.services.appointments.booking import handlers, refusals, views
from frontdesk.services.appointments.booking.agenda import AGENDAS
from frontdesk.services.appointments.booking.commands import (
    Because,
    BookAppointment,
    CancelAppointment,
    ChangeAppointment,
    CompleteHold,
    HoldTime,
    ListAppointments,
    MoveAppointment,
    Reopen,
)
from frontdesk.services.appointments.booking.model import APPOINTMENTS
from frontdesk.services.appointments.booking.timers import HoldOver, ReleaseDue
from frontdesk.services.appointments.clinics.reading import UnknownDoctor, UnknownVisitType
from frontdesk.services.appointments.hours.refusals import (
    AmbiguousTime,
    NonexistentTime,
    OffGrid,
    OutsideHours,
)
from frontdesk.transitions import IllegalTransition

_READ, _WRITE = ("appointments:read",), ("appointments:write",)
_AGAIN = (
    refusals.SlotTaken,
    refusals.PatientBusy,
    refusals.TooManyOpen,
    refusals.DayFull,
    refusals.InThePast,
)
_ASKED = (UnknownDoctor, UnknownVisitType, NonexistentTime, AmbiguousTime, OffGrid, OutsideHours)
_TAKING = (*_AGAIN, *_ASKED)


def _creates(
    path: str, handle: Callable[..., Awaitable[Any]], body: type[msgspec.Struct], summary: str, more: str
) -> Route:
    return Route(
        "POST",
        path,
        handle,
        views.appointment_view,
        views.AppointmentView,
        summary,
        scopes=_WRITE,
        body=body,
        kind=APPOINTMENTS,
        status=201,
        location="/appointments/{id}",
        refusals=_TAKING,
        description=more,
    )


def _changes(  # noqa: PLR0917 - a route has this many parts
    method: str,
    verb: str,
    handle: Callable[..., Awaitable[Any]],
    summary: str,
    body: type[msgspec.Struct] | None = None,
    refuses: tuple[type[FrontdeskError], ...] = (),
    more: str = "",
) -> Route:
    return Route(
        method,
        f"/appointments/{{id}}/{verb}" if verb else "/appointments/{id}",
        handle,
        views.appointment_view,
        views.AppointmentView,
        summary,
        scopes=_WRITE,
        body=body,
        kind=APPOINTMENTS,
        refusals=(IllegalTransition, *refuses),
        description=more,
    )


_READING = (
    Route(
        "GET",
        "/appointments",
        views.list_appointments,
        views.appointment_list,
        views.AppointmentList,
        "List a clinic's appointments by time",
        scopes=_READ,
        query=ListAppointments,
        description="Of a day, a doctor, a patient, a state. A list may lag by a moment.",
    ),
    Route(
        "GET",
        "/appointments/{id}",
        views.show_appointment,
        views.appointment_view,
        views.AppointmentView,
        "Show an appointment",
        scopes=_READ,
        kind=APPOINTMENTS,
    ),
    Route(
        "GET",
        "/appointments/{id}/history",
        views.show_history,
        views.history,
        views.History,
        "Show what became of an appointment, and by whom",
        scopes=_READ,
    ),
)

_CREATING = (
    _creates(
        "/appointments",
        handlers.book_appointment,
        BookAppointment,
        "Book an appointment",
        "The doctor's name may be written in any way. A time that is taken is refused, with the next free ones.",
    ),
    _creates(
        "/holds",
        handlers.hold_time,
        HoldTime,
        "Keep a time for some minutes, while somebody decides",
        "It becomes an appointment by being completed, and else lapses by itself.",
    ),
)

_CHANGING = (
    _changes(
        "PUT",
        "",
        handlers.change_appointment,
        "Change an appointment",
        ChangeAppointment,
        (*_TAKING, refusals.TooEarly, refusals.NotTheSameDay),
        "What is left out stays. Another time moves it in one write: the old time is kept until the new one is had.",
    ),
    _changes(
        "DELETE",
        "",
        handlers.remove_appointment,
        "Cancel an appointment",
        more="It is kept, as cancelled; a hold is let go.",
    ),
    _changes("POST", "confirm", handlers.confirm_appointment, "Note that the patient will come"),
    _changes(
        "POST", "cancel", handlers.cancel_appointment, "Cancel an appointment for a reason", CancelAppointment
    ),
    _changes(
        "POST",
        "reschedule",
        handlers.move_appointment,
        "Move an appointment to another time",
        MoveAppointment,
        _TAKING,
        "In one write: the old time is kept until the new one is had. The new time may overlap the old one.",
    ),
    _changes(
        "POST",
        "complete",
        handlers.complete_hold,
        "Make a held time an appointment",
        CompleteHold,
        (*_AGAIN, refusals.HoldLapsed),
    ),
    _changes(
        "POST", "accept", handlers.accept_proposal, "Take a time for a proposal", MoveAppointment, _TAKING
    ),
    _changes(
        "POST",
        "reopen",
        handlers.reopen_appointment,
        "Give a cancelled appointment its time again",
        Reopen,
        _AGAIN,
    ),
    _changes(
        "POST",
        "arrive",
        handlers.arrive,
        "Note that the patient is in the house",
        refuses=(refusals.TooEarly, refusals.NotTheSameDay),
    ),
    _changes("POST", "check-in", handlers.check_in, "Note that the patient has been registered"),
    _changes("POST", "fulfill", handlers.fulfill, "Note that the visit took place"),
    _changes("POST", "no-show", handlers.no_show, "Note that nobody came", refuses=(refusals.TooEarly,)),
    _changes(
        "POST",
        "undo-no-show",
        handlers.undo_no_show,
        "Note that the patient came after all",
        Because,
        (refusals.NotTheSameDay,),
        "On the same day only. The reason is kept.",
    ),
    _changes(
        "POST",
        "mark-mistaken",
        handlers.mark_mistaken,
        "Note that it should never have been entered",
        Because,
        more="For the clinic's owner. It is kept, and its time is free again.",
    ),
)

KINDS: tuple[AnyKind, ...] = (APPOINTMENTS, AGENDAS)
ROUTES: tuple[Route, ...] = (*_READING, *_CREATING, *_CHANGING)
REACTIONS: tuple[Reaction, ...] = (
    Reaction(HoldOver, handlers.hold_over, subscriber="appointments"),
    Reaction(ReleaseDue, handlers.release_due, subscriber="appointments"),
)
TIMERS: tuple[type[Event], ...] = (HoldOver, ReleaseDue)
