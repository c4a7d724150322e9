"""What people are told: every template in every language, and what a provider wants of it."""

import re

import pytest

from frontdesk.services.appointments.ports import Template
from frontdesk.services.notifications.commands import Button
from frontdesk.services.notifications.labels import APPROVED, BUTTONS
from frontdesk.services.notifications.templates import as_submitted, language_of, names_in, render
from frontdesk.services.notifications.texts import TEXTS
from tests.unit.notifications.world import BUTTONS as SENT
from tests.unit.notifications.world import VALUES

EVERY = [(template, language) for template in TEXTS for language in ("es", "en", "pt")]
TO_PATIENTS = {"patient", "doctor", "clinic", "day", "time", "link", "was_day", "was_time", "until"}
TO_PATIENTS |= {"visits", "times"}  # of which one is chosen
WRITTEN_BY = [Button(one["intent"], one["payload"]) for one in SENT]


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_template_says_the_same_values_in_every_language(template: str, language: str) -> None:
    subject, text = TEXTS[template][language]
    assert set(names_in(text)) == set(names_in(TEXTS[template]["es"][1]))
    assert subject.strip()
    assert not re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", subject + text))


@pytest.mark.parametrize("template", Template)
def test_whatever_patients_are_to_be_told_can_be_said(template: str) -> None:
    for language in ("es-CL", "en", "pt-BR"):
        content = render(template, language, VALUES, WRITTEN_BY)
        assert "{" not in content.text + content.subject
        assert set(names_in(TEXTS[template]["es"][1])) <= TO_PATIENTS


@pytest.mark.parametrize(("template", "name"), APPROVED.items())
@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_what_is_handed_in_to_whatsapp_is_what_it_approves(template: str, name: str, language: str) -> None:
    body = as_submitted(template, language)
    places = [int(place) for place in re.findall(r"\{\{(\d+)\}\}", body)]
    assert sorted(set(places)) == list(range(1, len(set(places)) + 1))
    assert not body.startswith("{{")
    assert not body.endswith("}}")
    assert len(body) <= 1024
    assert re.fullmatch(r"[a-z0-9_]+", name)
    content = render(template, language, VALUES)
    filled = re.sub(r"\{\{(\d+)\}\}", lambda found: content.parameters[int(found[1]) - 1], body)
    assert filled == content.text


def test_what_fits_on_a_button_of_whatsapp() -> None:
    for titles in BUTTONS.values():
        assert all(0 < len(title) <= 20 for title in titles.values())


def test_a_value_is_never_read_as_a_name_and_never_breaks_a_subject() -> None:
    values = {**VALUES, "patient": "{doctor}\n\t  {patient}", "day": "lunes\r\nBcc: x@example.com"}
    content = render("appointment-confirm", "es", values)
    assert "{doctor}\n\t  {patient}" in content.text
    assert content.parameters[0] == "{doctor} {patient}"
    assert "\n" not in content.subject
    assert "\r" not in content.subject


@pytest.mark.parametrize(
    ("tag", "spoken"), [("es-CL", "es"), ("PT-br", "pt"), ("en", "en"), ("fr-CA", "es"), ("qu", "es")]
)
def test_everybody_is_spoken_to_in_a_language_that_we_have(tag: str, spoken: str) -> None:
    assert language_of(tag) == spoken


def test_a_letter_says_what_its_sender_has_written() -> None:
    content = render("letter", "en", {"subject": "Choose a password", "text": "Use this:\n\nhttps://x/?t=1"})
    assert (content.subject, content.text) == ("Choose a password", "Use this:\n\nhttps://x/?t=1")


def test_a_label_takes_the_place_of_a_title() -> None:
    buttons = [Button("visit", "c:1", "lun 16, 10:00"), Button("visit", "c:2")]
    content = render("appointment-which", "es", VALUES, buttons)
    assert [answer.title for answer in content.answers] == ["lun 16, 10:00", "Esta"]
