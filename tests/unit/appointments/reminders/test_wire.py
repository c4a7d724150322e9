"""Every message that patients are sent is one that notifications takes, and says all that its template needs."""

from typing import Any

import msgspec
import pytest

from frontdesk.services.appointments.events import MessageWanted
from frontdesk.services.appointments.ports import Message, Template
from frontdesk.services.appointments.reminders.composing import ANSWERS
from frontdesk.services.notifications.commands import SendMessage
from frontdesk.services.notifications.templates import render
from tests.unit.appointments.booking.clinic import CLINIC, DAY, at
from tests.unit.appointments.waiting.world import Waiting, phone

LANGUAGES = ("es-CL", "en-GB", "pt-BR")
TOLD_OF_ITSELF = {"booked", "confirm", "pending", "soon", "moved", "cancelled", "offer"}


def everything(language: str) -> list[Message]:
    """Return a message of each template, as a story of two patients brings them about."""
    clinic = Waiting()
    more: dict[str, Any] = {
        "patient_language": language,
        "patient_channels": ["whatsapp", "email"],
        "patient_email": "ana@example.com",
    }
    first = clinic.booked("15:00", **more)
    second = clinic.booked("16:00", doctor_name="Dra. Luna", **more)
    for template in sorted(ANSWERS):
        is_which = template is Template.WHICH
        wanted = MessageWanted(
            clinic_id=CLINIC,
            appointment_id=first,
            patient_id="pat_1",
            template=template,
            cause_id=f"ans_{template}",
            visits=(first, second) if is_which else (),
            scope="cancel" if is_which else "",
            starts=(at("11:00"), at("12:00")) if template is Template.FREE else (),
        )
        clinic.tell(wanted, f"ans_{template}")
    clinic.until(at("14:00"))
    clinic.done(second, "reschedule", {"appointment_date": DAY, "appointment_time": "17:30"})
    clinic.waits("Ben Soto", patient_language=language, patient_phone=phone("Ben Soto"))
    clinic.done(second, "cancel")
    return clinic.told()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_taken_and_says_all_that_its_template_needs(language: str) -> None:
    messages = everything(language)

    for message in messages:
        plain = msgspec.json.decode(msgspec.json.encode(message))
        taken = msgspec.convert(plain, SendMessage)
        content = render(taken.template, taken.language, taken.values, taken.buttons)
        assert content.language == language[:2]
        assert "{" not in content.text
        assert taken.id == message.id
    assert {message.template for message in messages} == set(Template)


def test_what_is_told_of_itself_and_what_is_answered_are_all_that_there_is() -> None:
    assert set(Template) - ANSWERS == {Template(f"appointment-{name}") for name in TOLD_OF_ITSELF}
