"""The short stories of a clinic: its visits, who waits for one, and what its patients are told."""

import itertools
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from frontdesk.adapters.aws import envelope
from frontdesk.kernel.messages import Event, wrap
from frontdesk.services.appointments import demo, events
from frontdesk.services.appointments.clinics.commands import SetDoctor, SetHours, SetRule, SetVisitType
from frontdesk.services.appointments.privacy.forgotten import TRACES
from frontdesk.services.appointments.privacy.model import ErasureDue
from frontdesk.services.appointments.waiting.vacancies import vacancy_id
from frontdesk.services.notifications.events import (
    DeskTroubled,
    ForgettingDue,
    MessageDue,
    MessageFound,
    MessageTried,
)
from tests.stage.teller import CLINIC, BrokenOffError, Teller

# No clock is put back, so that a story is the same on any day.
_CLINIC = replace(demo.DEMO_CLINIC, time_zone="America/Bogota")
_DOCTOR = SetDoctor(name="Dra. Vega", daily_cap=500)  # who has a cap has it looked at
_ALWAYS = SetHours(tuple(SetRule(weekday=day, start="00:00", end="24:00") for day in range(1, 8)))
_PLACE = f"clinic:{CLINIC}"
_CHANNELS = {
    "SMS": "sns",
    "WHATSAPP_PHONE_ID": "1",
    "WHATSAPP_TOKEN": "token",
    "WHATSAPP_APP_SECRET": "secret",
    "WHATSAPP_VERIFY_TOKEN": "verify",
}
_CHALLENGE = {"hub.mode": "subscribe", "hub.verify_token": "verify", "hub.challenge": "7"}
_numbers = itertools.count()


def open_clinic(teller: Teller) -> None:
    """Set up a clinic whose doctor is always there, and the channels by which it writes to people."""
    for name, value in _CHANNELS.items():
        place = f"/{teller.desk.stage.prefix}/channels/{name}"
        teller.desk.aws("ssm").put_parameter(Name=place, Value=value, Type="SecureString")
    teller.ask("set_clinic", _CLINIC)
    teller.ask("add_visit_type", SetVisitType(name="Consulta", duration_minutes=15))
    doctor = teller.ask("add_doctor", _DOCTOR)["doctor_id"]
    teller.ask("set_hours", _ALWAYS, id=doctor)


def book(teller: Teller) -> dict[str, Any]:
    """Book the next time for somebody new."""
    number = next(_numbers)
    start = datetime.now(UTC).replace(hour=0, minute=0) + timedelta(days=3, minutes=15 * number)
    visit: dict[str, Any] = teller.ask(
        "book_appointment",
        {
            **_somebody(number),
            "doctor_name": _DOCTOR.name,
            "appointment_date": f"{start:%Y-%m-%d}",
            "appointment_time": f"{start:%H:%M}",
            "duration_minutes": 15,
        },
    )
    return visit


def appointments_http(teller: Teller, _: str) -> Iterator[None]:
    """Somebody is booked in, looked at from all sides, and forgotten; and somebody waits."""
    yield
    visit = book(teller)
    id, doctor, patient = visit["appointment_id"], visit["doctor_id"], visit["patient_id"]
    teller.ask("change_appointment", {"notes": "Story"}, id=id)
    teller.ask("list_appointments")
    teller.ask("list_appointments", query={"doctor_id": doctor})
    teller.ask("list_appointments", query={"patient_id": patient})
    teller.ask("show_reminders", id=id)
    teller.ask("list_doctors")
    teller.ask("list_visit_types")
    feed = teller.ask("make_feed", {"label": "Story"}, id=doctor)["feed_id"]
    teller.ask("list_feeds", id=doctor)
    teller.ask("revoke_feed", id=feed)
    _join(teller)
    teller.ask("list_waiting")
    teller.ask("list_waiting", query={"state": "expired"})
    teller.ask("list_accesses")
    teller.ask("export_patient", patient_id=patient)


def appointments(teller: Teller, _: str) -> Iterator[None]:
    """Somebody is told of a visit and gives it up; its time is offered to whoever waits, and they are forgotten."""
    with teller.paused("appointments"):
        visit = book(teller)
        booked, freed = _booked(visit), _freed(visit)
        entry = _join(teller)
        teller.ask("cancel_appointment", {"reason": "pat"}, id=visit["appointment_id"])
        kept = book(teller)
        erased = teller.ask("erase_patient", {"reason": "Story"}, patient_id=visit["patient_id"])
        yield
        teller.hear("appointments", said(booked))  # one for each who listens
        teller.hear("appointments", said(_booked(kept), "appointments-messages"))
        teller.hear("appointments", said(freed))
        teller.hear("appointments", said(events.EntryWaiting(clinic_id=CLINIC, entry_id=entry)))
        teller.hear("appointments", said(events.SlotWanted(vacancy_id=vacancy_id(freed))))
        dues = [ErasureDue(erasure_id=erased["erasure_id"], place=place) for place in range(len(TRACES))]
        teller.hear("appointments", *(said(due) for due in dues))


def notifications_http(teller: Teller, resource: str) -> Iterator[None]:
    yield
    if resource == "parameters:channels":
        teller.ask("answer_challenge", query=_CHALLENGE)
        return
    agreed = {"place": _PLACE, "channel": "sms", "granted": True, "evidence": "Story"}
    teller.ask("record_consent", {**agreed, "address": _telephone(next(_numbers))})
    teller.ask("send_message", _letter(""))
    teller.ask("list_messages", query={"place": _PLACE})
    teller.ask("list_inbox", query={"place": _PLACE})


def notifications(teller: Teller, resource: str) -> Iterator[None]:
    """Somebody is written to, and forgotten. Of the secrets, each has its own part: the emulator shows all or none."""
    person = f"pat_{secrets.token_hex(8)}"
    with teller.paused("notifications"):
        id = teller.ask("send_message", _letter(person))["message_id"]
        yield
        if resource == "parameters:channels":
            teller.hear("notifications", said(DeskTroubled(channel="sms", code="story")))
            return
        if resource == "parameters:seals":
            teller.hear("notifications", said(MessageFound(message_id=id)))
            return
        teller.hear("notifications", said(MessageDue(message_id=id, ticket=1)))
        teller.hear("notifications", said(MessageTried(message_id=id, ticket=1)))
        message = teller.ask("show_message", id=id)
        if message["state"] != "sent":
            raise BrokenOffError(f"nobody took the message: {message}")
        teller.hear("notifications", said(events.PatientErased(clinic_id=CLINIC, patient_id=person)))
        teller.hear("notifications", said(ForgettingDue(person=person, step=0)))


def said(event: Event, subscriber: str = "") -> str:
    """Return the body of a queue with an event, for one subscriber or all."""
    id = secrets.token_hex(8)
    message = wrap(
        event, id=f"story:{id}:1:0", source=id, version=1, at=datetime.now(UTC), correlation_id="story"
    )
    return envelope.encode(message, subscriber=subscriber)


def _join(teller: Teller) -> str:
    """Let somebody new wait."""
    id: str = teller.ask("join_waiting_list", _somebody(next(_numbers)))["entry_id"]
    return id


def _booked(visit: Mapping[str, Any]) -> events.AppointmentBooked:
    return events.AppointmentBooked(
        clinic_id=CLINIC,
        appointment_id=visit["appointment_id"],
        doctor_id=visit["doctor_id"],
        patient_id=visit["patient_id"],
        start_utc=datetime.fromisoformat(visit["start_utc"]),
        end_utc=datetime.fromisoformat(visit["end_utc"]),
        visit_type_id="",
        state=visit["state"],
        source=visit["source"],
    )


def _freed(visit: Mapping[str, Any]) -> events.SlotFreed:
    return events.SlotFreed(
        clinic_id=CLINIC,
        doctor_id=visit["doctor_id"],
        appointment_id=visit["appointment_id"],
        patient_id=visit["patient_id"],
        visit_type_id="",
        start_utc=datetime.fromisoformat(visit["start_utc"]),
        end_utc=datetime.fromisoformat(visit["end_utc"]),
        why="cancelled",
    )


def _letter(person: str) -> dict[str, Any]:
    return {
        "place": _PLACE,
        "template": "letter",
        "language": "es",
        "values": {"subject": "Story", "text": "Story"},
        "addresses": {"sms": _telephone(next(_numbers))},
        "channels": ["sms"],
        "person": person,
    }


def _somebody(number: int) -> dict[str, Any]:
    return {
        "patient_name": "Ana Story",
        "patient_phone": _telephone(number),
        "patient_channels": ["sms"],
    }


def _telephone(number: int) -> str:
    """Return a number that belongs to nobody."""
    return f"+5690000{number:04d}"
