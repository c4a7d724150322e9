"""What a message to a patient says, to which addresses, and with which ways to answer. Pure.

No word of why somebody comes, nor what the doctor does: others see the screen of a telephone.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby

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
from frontdesk.services.appointments.booking.model import Appointment, Patient
from frontdesk.services.appointments.clinics.model import Clinic
from frontdesk.services.appointments.dates import say_day, say_near_day, spoken
from frontdesk.services.appointments.hours.clock import to_local
from frontdesk.services.appointments.ports import Addresses, Button, Message, QuietHours, Template

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
VOIDING = frozenset({Template.MOVED, Template.CANCELLED})  # what was said before is no longer so

MAX_BUTTONS, LABEL_CHARS = 10, 60  # what can be shown of a choice


class Desk(msgspec.Struct, frozen=True):
    """What of the desk itself gets into a message: its key and its address."""

    seal: Seal
    site: str


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
        values=_values(letter, desk),
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
        label = _line(appointment, letter)[:LABEL_CHARS]
        yield Button("visit", payload(letter.scope, _token(letter, id, desk)), label)
    for start in letter.starts:
        label = f"{_clock(start, letter)} · {say_near_day(_date(start, letter), letter.language)}"
        yield Button("visit", payload(Scope.BOOK, _token_of_time(letter, start, desk)), label)


def _values(letter: Letter, desk: Desk) -> dict[str, str]:
    time, clinic = letter.appointment.time, letter.clinic
    values = {
        "patient": _first_name(letter.patient),
        "doctor": letter.appointment.doctor_name,
        "day": _day(time.start, letter),
        "time": _clock(time.start, letter),
        "clinic": clinic.name,
        "phone": clinic.phone or "",
        "address": clinic.address or "",
    }
    if letter.template in LINKED:
        values["link"] = page_of(desk.site, _token(letter, letter.appointment_id, desk))
    if letter.was is not None:
        values |= {"was_day": _day(letter.was, letter), "was_time": _clock(letter.was, letter)}
    if letter.until is not None:
        values["until"] = _clock(letter.until, letter)
    if letter.which:
        values["visits"] = "\n".join(_line(appointment, letter) for appointment in letter.which.values())
    if letter.starts:
        days = groupby(letter.starts, lambda start: _day(start, letter))
        values["times"] = "\n".join(
            f"{day}: {', '.join(_clock(start, letter) for start in starts)}" for day, starts in days
        )
    return values


def _line(appointment: Appointment, letter: Letter) -> str:
    """Return one of several visits in a line; where they are several people's, first whose: buttons are cut short."""
    start = appointment.time.start
    line = f"{_day(start, letter)}, {_clock(start, letter)}, {appointment.doctor_name}"
    shared = len({one.patient_id for one in letter.which.values()}) > 1
    return f"{_first_name(appointment.patient)}: {line}" if shared and appointment.patient else line


def _first_name(patient: Patient) -> str:
    return patient.name.split()[0]


def _day(moment: datetime, letter: Letter) -> str:
    return say_day(_date(moment, letter), letter.language)


def _date(moment: datetime, letter: Letter) -> date:
    return to_local(moment, letter.appointment.time.zone).date()


def _clock(moment: datetime, letter: Letter) -> str:
    return f"{to_local(moment, letter.appointment.time.zone):%H:%M}"
