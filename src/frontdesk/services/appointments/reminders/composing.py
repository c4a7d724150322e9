"""From a letter to the message that goes out: to which addresses, and with which ways to answer. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import Stored
from frontdesk.services.appointments.answers.links import (
    ABOUT_IT,
    LINKS,
    Link,
    Scope,
    Seal,
    link_id,
    page_of,
    payload,
    token_of,
)
from frontdesk.services.appointments.ports import Addresses, Button, Message, QuietHours, Template
from frontdesk.services.appointments.reminders.letter import Letter
from frontdesk.services.appointments.reminders.saying import label_of_time, label_of_visit, values_of

_BOOKED = (("confirm", Scope.CONFIRM), ("cancel", Scope.CANCEL), ("move", Scope.RESCHEDULE))
BUTTONS: Mapping[Template, tuple[tuple[str, Scope], ...]] = {
    Template.CONFIRM: _BOOKED,
    Template.PENDING: _BOOKED,
    Template.TIME_CHANGED: _BOOKED,
    Template.OFFER: (("accept", Scope.CONFIRM), ("decline", Scope.CANCEL)),
    Template.SURE: (("cancel", Scope.CANCEL), ("confirm", Scope.CONFIRM)),
}
LINKED = frozenset({*BUTTONS, Template.BOOKED, Template.MOVED, Template.TIMES})
ANSWERS = frozenset(  # to somebody who has just written: at any hour
    {
        Template.OFFER_OVER,
        Template.CONFIRMED,
        Template.SURE,
        Template.TIME_CHANGED,
        Template.WHICH,
        Template.IS_OVER,
        Template.TIMES,
        Template.FREE,
        Template.TOO_LATE,
    }
)
LABEL_CHARS = 60  # of a button
VOIDING = frozenset({Template.MOVED, Template.CANCELLED})  # what was said before is no longer so


class Desk(msgspec.Struct, frozen=True):
    """What of the desk itself gets into a message: its key and its address."""

    seal: Seal
    site: str


def message_of(letter: Letter, desk: Desk) -> Message:
    """Return the message that a letter becomes: always the same one."""
    patient = letter.patient
    quiet = letter.clinic.quiet_hours if letter.template not in ANSWERS else None
    return Message(
        id=letter.id,
        place=f"clinic:{letter.appointment.clinic_id}",
        person=letter.patient_id,
        about=letter.appointment_id,
        template=letter.template,
        language=letter.language,
        values=values_of(letter, _page(letter, desk)),
        addresses=Addresses(patient.phone or "", patient.phone or "", patient.email or ""),
        channels=patient.channels,
        buttons=tuple(_buttons(letter, desk)),
        not_after=letter.not_after,
        quiet=QuietHours(quiet.begins, quiet.ends, letter.appointment.time.zone) if quiet else None,
        replaces=letter.template in VOIDING,
    )


def links_of(letter: Letter, desk: Desk) -> tuple[Stored[Link], ...]:
    """Return what has to be kept of a letter so that it can be answered: a link for each visit that it is about."""
    about = {letter.appointment_id: letter.appointment} if letter.template in LINKED else letter.which
    visits = (
        LINKS.new(link_id(_token(letter, id, desk)), _link(letter, id, appointment.time.start))
        for id, appointment in about.items()
    )
    times = (
        LINKS.new(
            link_id(_token_of_time(letter, start, desk)),
            _link(letter, letter.appointment_id, start, Scope.BOOK),
        )
        for start in letter.starts
    )
    return (*visits, *times)


def _link(letter: Letter, appointment_id: str, start: datetime, *only: Scope) -> Link:
    return Link(
        clinic_id=letter.appointment.clinic_id,
        appointment_id=appointment_id,
        patient_id=letter.patient_id,
        start=start,
        dies_at=start,
        language=letter.language,
        scopes=only or ABOUT_IT,
        offer_id=appointment_id if letter.template is Template.OFFER else "",
        books=derived_id("apt", letter.id) if Scope.BOOK in only else "",
    )


def _page(letter: Letter, desk: Desk) -> str:
    """Return where a letter is answered, "" where there is nothing to answer."""
    if letter.template not in LINKED:
        return ""
    return page_of(desk.site, _token(letter, letter.appointment_id, desk))


def _token(letter: Letter, appointment_id: str, desk: Desk) -> str:
    """Return the token of a letter; where it is about several visits, one for each."""
    which = f"{letter.id}:{appointment_id}" if letter.which else letter.id
    return token_of(which, desk.seal)


def _token_of_time(letter: Letter, start: datetime, desk: Desk) -> str:
    return token_of(f"{letter.id}:{start.isoformat()}", desk.seal)


def _buttons(letter: Letter, desk: Desk) -> Iterator[Button]:
    token = _token(letter, letter.appointment_id, desk)
    for intent, scope in BUTTONS.get(letter.template, ()):
        yield Button(intent, payload(scope, token))
    for id, appointment in letter.which.items():
        label = label_of_visit(appointment, letter)[:LABEL_CHARS]
        yield Button("visit", payload(letter.scope, _token(letter, id, desk)), label)
    for start in letter.starts:
        chosen = payload(Scope.BOOK, _token_of_time(letter, start, desk))
        yield Button("visit", chosen, label_of_time(start, letter))
