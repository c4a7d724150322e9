"""The WhatsApp templates as Meta wants them handed in: `python -m tests.unit.channels.submitted` prints them."""

import sys
from typing import Any

import msgspec

from frontdesk.adapters.channels.settings import LANGUAGES
from frontdesk.adapters.channels.whatsapp_wording import template_language, template_name
from frontdesk.services.appointments.ports import Template
from frontdesk.services.appointments.reminders.composing import BUTTONS as ASKED
from frontdesk.services.notifications.labels import APPROVED, BUTTONS
from frontdesk.services.notifications.templates import as_submitted, names_in
from frontdesk.services.notifications.texts import TEXTS

SAMPLES = {
    "patient": "Ana",
    "doctor": "Dra. Vega",
    "day": "14/01/2027",
    "time": "10:00",
    "clinic": "Clínica Sur",
    "link": "https://clinica.example/a/Zm9vYmFy",
    "until": "10:45",
    "was_day": "12/01/2027",
    "was_time": "09:30",
    "phone": "+56 2 2345 6789",
    "address": "Av. Sur 123",
}


def submitted() -> list[dict[str, Any]]:
    """Return every template in every language."""
    return [
        {
            "name": template_name(approved),
            "language": template_language(language, LANGUAGES),
            "category": "UTILITY",
            "components": [_body(template, language), *_buttons(template, language)],
        }
        for template, approved in APPROVED.items()
        for language in TEXTS[template]
    ]


def _body(template: str, language: str) -> dict[str, Any]:
    samples = [SAMPLES[name] for name in names_in(TEXTS[template][language][1])]
    body = {"type": "BODY", "text": as_submitted(template, language)}
    return body | ({"example": {"body_text": [samples]}} if samples else {})


def _buttons(template: str, language: str) -> list[dict[str, Any]]:
    asked = [intent for intent, _ in ASKED.get(Template(template), ())]
    buttons = [{"type": "QUICK_REPLY", "text": BUTTONS[language][intent]} for intent in asked]
    return [{"type": "BUTTONS", "buttons": buttons}] if buttons else []


def as_file() -> bytes:
    """Return the file: one template a line, so that a shell can read it."""
    lines = b",\n".join(msgspec.json.encode(template) for template in submitted())
    return b"[\n" + lines + b"\n]\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(as_file())
