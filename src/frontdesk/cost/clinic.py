"""The life of one appointment, run on the real services: from the booking to the visit, with all that is told.

A clinic is set up first, and an appointment goes its way unmeasured. What a provider asks for a message is its own
affair, and on no bill of AWS; only text messages by SNS are on one, and there are none here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec

from frontdesk.adapters.notifier.handing_over import HandedOver
from frontdesk.channels import Headers, Inbound, Outcome, Outgoing, Post, Progress, Receipt
from frontdesk.cost.meter import Step
from frontdesk.cost.play import Play
from frontdesk.cost.story import START
from frontdesk.kernel.callers import ANYONE, DESK, Caller
from frontdesk.kernel.http import Raw
from frontdesk.kernel.services import Service
from frontdesk.services.appointments import demo
from frontdesk.services.appointments import ports as patients
from frontdesk.services.appointments.booking.commands import (
    BookAppointment,
    CancelAppointment,
    ChangeAppointment,
    Channel,
)
from frontdesk.services.notifications import ports as messages

NEEDED = "appointments"
SENDER = "notifications"
FIRST, SECOND = date(2026, 3, 18), date(2026, 3, 25)  # Wednesdays
DAY = timedelta(days=1)
PERSON = ("Ana Torres", "+56900000001")


class NothingToBookError(Exception):
    """These services cannot take an appointment."""


class _Phone:
    """A patient's WhatsApp: takes every message, and tells what became of it. It fulfils two ports."""

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []
        self.post: Post = ()

    def channel(self, name: str) -> "_Phone | None":
        return self if name == Channel.WHATSAPP else None

    async def forget(self, _: str) -> None:
        return None

    async def send(self, message: Outgoing) -> Outcome:
        self.taken.append(message)
        return Outcome(provider_id=_named(message))

    def challenge(self, _: str, __: Mapping[str, str]) -> str | None:
        return None

    def read(self, _: str, __: Headers, ___: bytes) -> Post | None:
        return self.post


class _Seals:
    def seal(self, purpose: str, text: str) -> str:
        return hashlib.sha256(f"{purpose}/{text}".encode()).hexdigest()[:43]


class Clinic:
    """The demo clinic. Where nobody sends messages, none goes out."""

    def __init__(self, services: Sequence[Service]) -> None:
        names = {service.name for service in services}
        if NEEDED not in names:
            raise NothingToBookError(f"Nobody can book without {NEEDED}.")
        self._writes = SENDER in names
        self._phone = _Phone()
        self._told = 0  # messages whose ways are known
        chosen = [service for service in services if service.name in {NEEDED, SENDER}]
        self._play = Play(chosen, START, providers=self._outside())
        scopes = frozenset(scope for service in chosen for scope in service.scopes)
        self._owner = Caller("usr_owner", scopes, {f"clinic:{demo.DEMO_CLINIC_ID}": "owner"})

    @property
    def steps(self) -> Sequence[Step]:
        """What was done since the clinic was opened."""
        return self._play.steps

    def open(self) -> None:
        """Set the clinic up and see one patient."""
        here = {"clinic_id": demo.DEMO_CLINIC_ID}
        self._ask("PUT /clinics/{clinic_id}", here, demo.DEMO_CLINIC)
        doctor = self._ask("POST /clinics/{clinic_id}/doctors", here, demo.DEMO_DOCTORS["vega"])
        self._ask("PUT /doctors/{id}/hours", {"id": doctor.id}, demo.DEMO_HOURS["vega"])
        self.see(FIRST)
        self._play.forget()

    def see(self, day: date) -> None:
        """Book a time, remind the patient, have them confirm by a button, and see them."""
        visit = self._book(day, PERSON[1])
        evening = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
        self._play.until(evening - 2 * DAY)  # past the first reminder
        self._tell_what_became_of_them()
        self._answer()
        self._play.until(evening)
        self._tell_what_became_of_them()
        for verb in ("arrive", "fulfill"):
            self._ask(f"POST /appointments/{{id}}/{verb}", visit)

    def keep(self, day: date) -> None:
        """Book a time for somebody who is not written to; look it up, move it, cancel it."""
        visit = self._book(day, None)
        self._ask("GET /appointments/{id}", visit)
        self._ask("PUT /appointments/{id}", visit, ChangeAppointment(appointment_time="11:00"))
        self._ask("POST /appointments/{id}/cancel", visit, CancelAppointment())

    def _book(self, day: date, phone: str | None) -> Mapping[str, str]:
        wish = BookAppointment(
            clinic_id=demo.DEMO_CLINIC_ID,
            patient_name=PERSON[0],
            patient_phone=phone,
            patient_channels=(Channel.WHATSAPP,) if phone else (),
            doctor_name="Dra. Vega",
            appointment_date=day,
            appointment_time="10:00",
        )
        booked = self._ask("POST /appointments", {}, wish)
        self._tell_what_became_of_them()
        return {"id": booked.id}

    def _answer(self) -> None:
        """Press the first button of the last message."""
        if not self._phone.taken:
            return
        asked = self._phone.taken[-1]
        pressed = Inbound(
            provider_id=f"{_named(asked)}-answer",
            sender=PERSON[1].removeprefix("+"),
            at=self._play.clock.now(),
            form="button",
            text=asked.answers[0].title,
            payload=asked.answers[0].payload,
            context=_named(asked),
        )
        self._bring(pressed)
        self._tell_what_became_of_them()

    def _tell_what_became_of_them(self) -> None:
        """Let WhatsApp say of each new message that it went out, arrived and was read."""
        while self._told < len(self._phone.taken):
            message = self._phone.taken[self._told]
            self._told += 1
            for progress in (Progress.SENT, Progress.DELIVERED, Progress.READ):
                at = self._play.clock.now()
                self._bring(
                    Receipt(provider_id=_named(message), progress=progress, at=at, message_id=message.id)
                )

    def _bring(self, one: Inbound | Receipt) -> None:
        self._phone.post = (one,)
        content = msgspec.json.encode(one)
        post = Raw(content, {}, "application/json")
        self._play.ask(ANYONE, SENDER, "POST /webhooks/whatsapp", {}, post)

    def _ask(self, line: str, path: Mapping[str, str], *body: object) -> Any:
        return self._play.ask(self._owner, NEEDED, line, path, *body)

    async def _hand_over(self, key: str, body: Mapping[str, Any]) -> tuple[int, str]:
        route = self._play.route(SENDER, "POST /messages")
        command = msgspec.convert(body, route.body)
        self._play.current(NEEDED).calls += 1  # whose function waits for the other
        caller = Caller(DESK.subject, frozenset(route.scopes))
        await self._play.answer(caller, SENDER, route, {}, command, key=key)
        self._play.current(SENDER).is_direct = True
        return route.status, ""

    async def _drop(self, _: str, __: Mapping[str, Any]) -> tuple[int, str]:
        return 201, ""

    def _outside(self) -> Mapping[type, Any]:
        site = SimpleNamespace(site="https://desk.example.com")
        sender = HandedOver(self._hand_over if self._writes else self._drop)
        return {
            patients.Seals: _Seals(),
            patients.Site: site,
            patients.Notifier: sender,
            messages.Seals: _Seals(),
            messages.Site: site,
            messages.Channels: self._phone,
            messages.InboundVerifier: self._phone,
        }


def _named(message: Outgoing) -> str:
    """Return what WhatsApp calls a message, as long as it does."""
    return f"wamid.{hashlib.sha256(message.id.encode()).hexdigest()[:50]}"


def steps_of_an_appointment(services: Sequence[Service]) -> Sequence[Step]:
    """Return what is done for one visit, with all that its patient is told. Raises NothingToBookError."""
    clinic = Clinic(services)
    clinic.open()
    clinic.see(SECOND)
    return tuple(clinic.steps)


def steps_of_a_record(services: Sequence[Service]) -> Sequence[Step]:
    """Return what is done for an appointment that is booked, looked up, moved and cancelled. Raises as above."""
    clinic = Clinic(services)
    clinic.open()
    clinic.keep(SECOND)
    return tuple(clinic.steps)
