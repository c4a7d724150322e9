"""A message as the WhatsApp Cloud API wants it: an approved template, a text, or a text with buttons or a list.

Source: Meta, "Messages API", "Interactive reply buttons messages" and "Interactive list messages" of 2026-05.
"""

from collections.abc import Mapping
from typing import Any

from frontdesk.channels import Answer, Outgoing
from frontdesk.phones import number_in, to_whatsapp

TEXT, TEXT_WITH_BUTTONS, TEXT_WITH_LIST = 4096, 1024, 4096  # characters
BUTTONS, ROWS = 3, 10
BUTTON_TITLE, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 20, 24, 72, 200  # characters
_OPEN_LIST = {"es": "Elegir", "pt": "Escolher"}  # on the button that opens a list
_OPEN_LIST_ELSEWHERE = "Choose"


def body(message: Outgoing, languages: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what is sent, None where the message has no room in it. `languages`: the names of templates' languages.

    Our id goes along and comes back with everything that Meta tells of the message later.
    """
    content = _template(message, languages) if message.template else _free(message)
    if content is None:
        return None
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to_whatsapp(number_in(message.to)),
        "biz_opaque_callback_data": message.id,
        **content,
    }


def template_name(template: str) -> str:
    """Return what a template is called at Meta, where names have no hyphens."""
    return template.replace("-", "_")


def template_language(language: str, languages: Mapping[str, str]) -> str:
    """Return Meta's name of a language: what the desk was told, else "pt_BR" for "pt-BR"."""
    return languages.get(language) or language.replace("-", "_")


def _template(message: Outgoing, languages: Mapping[str, str]) -> dict[str, Any]:
    components: list[dict[str, Any]] = []
    if message.parameters:
        parameters = [{"type": "text", "text": _one_line(text)} for text in message.parameters]
        components.append({"type": "body", "parameters": parameters})
    components.extend(
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": answer.payload}],
        }
        for index, answer in enumerate(message.answers)
    )
    return {
        "type": "template",
        "template": {
            "name": template_name(message.template),
            "language": {"code": template_language(message.language, languages)},
            "components": components,
        },
    }


def _one_line(text: str) -> str:
    """Return a parameter as Meta takes it: not empty, no line breaks, no tabs, never five spaces in a row."""
    return " ".join(text.split()) or "-"


def _free(message: Outgoing) -> dict[str, Any] | None:
    if not message.answers:
        fits = len(message.text) <= TEXT
        return {"type": "text", "text": {"body": message.text, "preview_url": False}} if fits else None
    if len(message.answers) <= BUTTONS and _longest(message) <= BUTTON_TITLE:
        return _with_buttons(message) if len(message.text) <= TEXT_WITH_BUTTONS else None
    return _with_list(message) if _fits_list(message) else None


def _longest(message: Outgoing) -> int:
    return max(len(answer.title) for answer in message.answers)


def _with_buttons(message: Outgoing) -> dict[str, Any]:
    buttons = [
        {"type": "reply", "reply": {"id": answer.payload, "title": answer.title}}
        for answer in message.answers
    ]
    return _interactive("button", message.text, {"buttons": buttons})


def _fits_list(message: Outgoing) -> bool:
    short = all(len(answer.payload) <= ROW_ID for answer in message.answers)
    return short and len(message.answers) <= ROWS and len(message.text) <= TEXT_WITH_LIST


def _with_list(message: Outgoing) -> dict[str, Any]:
    titled = _row if _longest(message) <= ROW_TITLE else _long_row
    rows = [titled(place, answer) for place, answer in enumerate(message.answers, 1)]
    opened_by = _OPEN_LIST.get(message.language[:2], _OPEN_LIST_ELSEWHERE)
    return _interactive("list", message.text, {"button": opened_by, "sections": [{"rows": rows}]})


def _row(_: int, answer: Answer) -> dict[str, str]:
    return {"id": answer.payload, "title": answer.title}


def _long_row(place: int, answer: Answer) -> dict[str, str]:
    """Return a row whose title is cut, and numbered because two may begin alike; below it stands all of it."""
    title, description = _cut(f"{place}. {answer.title}", ROW_TITLE), _cut(answer.title, ROW_DESCRIPTION)
    return {"id": answer.payload, "title": title, "description": description}


def _interactive(kind: str, text: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action}}


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 1]}…"
