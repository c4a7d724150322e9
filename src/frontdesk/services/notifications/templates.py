"""From a template and its values to what is said on a channel. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from frontdesk.channels import Answer, Private
from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.services.notifications.commands import Button, ChannelName
from frontdesk.services.notifications.labels import APPROVED, BUTTONS, LINK_LINES
from frontdesk.services.notifications.texts import TEXTS

DEFAULT_LANGUAGE = "es"
_NAME = re.compile(r"\{([a-z_]+)\}")
_LINK = "link"


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a message says. `text` is whole where buttons are shown; `link_line` follows it where there are none."""

    language: str
    subject: Private
    text: Private
    link_line: Private = ""
    approved: str = ""  # WhatsApp's name for the template
    parameters: Annotated[tuple[str, ...], SENSITIVE] = ()
    answers: tuple[Answer, ...] = ()

    def said_on(self, channel: str) -> str:
        """Return the whole text as a channel shows it."""
        has_buttons = channel == ChannelName.WHATSAPP and self.answers
        return self.text if has_buttons or not self.link_line else f"{self.text}\n\n{self.link_line}"


def language_of(tag: str) -> str:
    """Return which of our languages is spoken where somebody wants this BCP 47 tag: `es-CL` is `es`."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in BUTTONS else DEFAULT_LANGUAGE


def render(template: str, tag: str, values: Mapping[str, str], buttons: Sequence[Button] = ()) -> Content:
    """Return what a template says with these values. Raises Invalid, naming every value that is missing."""
    if template not in TEXTS:
        raise Invalid((Fault("/template", "unknown_template", "There is no such template."),))
    language = language_of(tag)
    subject, text = TEXTS[template][language]
    missing = [name for name in names_in(f"{subject} {text}") if name not in values]
    unknown = [place for place, button in enumerate(buttons) if button.intent not in BUTTONS[language]]
    if missing or unknown:
        faults = [Fault(f"/values/{name}", "missing_value", "The template says this.") for name in missing]
        faults += [
            Fault(f"/buttons/{n}/intent", "unknown_intent", "No button is called so.") for n in unknown
        ]
        raise Invalid(tuple(faults))
    said_apart = buttons and _LINK in values and _LINK not in names_in(text)
    return Content(
        language=language,
        subject=_one_line(_filled(subject, values)),
        text=_filled(text, values),
        link_line=_filled(LINK_LINES[language], values) if said_apart else "",
        approved=APPROVED.get(template, ""),
        parameters=tuple(_one_line(values[name]) for name in names_in(text)) if template in APPROVED else (),
        answers=tuple(
            Answer(button.label or BUTTONS[language][button.intent], button.payload) for button in buttons
        ),
    )


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of the values in a text, each once, in the order in which it first says them."""
    return tuple(dict.fromkeys(_NAME.findall(text)))


def as_submitted(template: str, language: str) -> str:
    """Return the body of a WhatsApp template as it is handed in for approval: {{1}}, {{2}} for its values."""
    _, text = TEXTS[template][language]
    places = {name: f"{{{{{place}}}}}" for place, name in enumerate(names_in(text), 1)}
    return _NAME.sub(lambda found: places[found[1]], text)


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Put values in. What a value says is never read as a name again."""
    return _NAME.sub(lambda found: values[found[1]], text)


def _one_line(text: str) -> str:
    """Return a text without line breaks and long gaps: neither a subject nor WhatsApp's parameters may have any."""
    return " ".join(text.split())
