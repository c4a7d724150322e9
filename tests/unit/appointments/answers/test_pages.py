"""The pages behind links: what they show, in three languages, and what their forms send."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from frontdesk.kernel.errors import Malformed
from frontdesk.kernel.http import Document
from frontdesk.services.appointments.answers.deciding import Outcome
from frontdesk.services.appointments.answers.html import read_form
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.answers.pages import (
    Sheet,
    dead_page,
    read_stamp,
    stamp,
    times_page,
    visit_page,
)
from frontdesk.services.appointments.answers.words import WORDS
from frontdesk.services.appointments.booking.states import State

TOKEN = "abcdefghij-klmnop_qrst"
START = datetime(2026, 3, 17, 13, tzinfo=UTC)  # 10:00 in Santiago, a Tuesday


def sheet(
    state: State = State.PENDING, language: str = "es", scopes: tuple[Scope, ...] = tuple(Scope)
) -> Sheet:
    """Return a visit to Dr Vega."""
    until = START - timedelta(hours=1) if state is State.HELD else None
    return Sheet(
        token=TOKEN,
        language=language,
        clinic="Clínica <Sur>",
        doctor="Dra. Vega",
        state=state,
        start=START,
        zone="America/Santiago",
        scopes=scopes,
        held_until=until,
    )


class Forms(HTMLParser):
    """What the forms of a page would send."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.methods: list[str | None] = []
        self.sent: list[dict[str, str]] = []
        self.feed(document.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.methods.append(given.get("method"))
            self.sent.append({})
        elif tag == "input" and given["type"] == "hidden":
            self.sent[-1][given["name"]] = given["value"]


def test_a_visit_can_be_confirmed_moved_and_cancelled() -> None:
    document = visit_page(sheet())
    forms = Forms(document)

    assert forms.methods == ["post", "post"]
    assert forms.sent == [
        {"t": TOKEN, "do": "c", "seen": stamp(START)},
        {"t": TOKEN, "do": "x", "seen": stamp(START)},
    ]
    assert f'href="?t={TOKEN}&amp;do=r"' in document.content.decode()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("es", "Con Dra. Vega el martes 17 de marzo a las 10:00 en Clínica &lt;Sur&gt;."),
        ("en", "With Dra. Vega on Tuesday 17 March at 10:00, Clínica &lt;Sur&gt;."),
        ("pt", "Com Dra. Vega em terça-feira, 17 de março às 10:00, Clínica &lt;Sur&gt;."),
    ],
)
def test_a_visit_is_told_by_the_clocks_of_the_clinic(language: str, told: str) -> None:
    text = visit_page(sheet(language=language)).content.decode()

    assert told in text
    assert f'<html lang="{language}">' in text


def test_what_a_link_is_not_for_is_not_on_its_page() -> None:
    assert Forms(visit_page(sheet(scopes=(Scope.CONFIRM,)))).sent == [
        {"t": TOKEN, "do": "c", "seen": stamp(START)}
    ]
    assert Forms(visit_page(sheet(scopes=()))).sent == []


def test_who_has_confirmed_is_not_asked_again() -> None:
    document = visit_page(sheet(State.CONFIRMED))

    assert [form["do"] for form in Forms(document).sent] == ["x"]
    assert WORDS["es"]["is_confirmed"] in document.content.decode()


def test_an_offer_says_until_when_it_is_kept() -> None:
    text = visit_page(sheet(State.HELD)).content.decode()

    assert "Se la guardamos hasta las 09:00." in text
    assert WORDS["es"]["accept"] in text
    assert WORDS["es"]["reschedule"] not in text


def test_times_are_chosen_by_day() -> None:
    free = [START, START + timedelta(minutes=30), START + timedelta(days=1)]
    text = times_page(sheet(), free, START + timedelta(days=7), "slot_taken").content.decode()

    assert re.findall(r"<legend>([^<]+)<", text) == ["martes 17 de marzo", "miércoles 18 de marzo"]
    assert re.findall(r'name="start" value="(\d+)"', text) == [stamp(start) for start in free]
    assert f"from={stamp(START + timedelta(days=7))}" in text
    assert WORDS["es"]["slot_taken"] in text


def test_a_page_runs_nothing_and_is_kept_by_nobody() -> None:
    headers = visit_page(sheet()).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")


def test_a_link_that_is_over_leads_to_nothing() -> None:
    assert (dead_page("pt").status, Forms(dead_page("pt")).sent) == (404, [])


def test_every_outcome_has_its_words_in_every_language() -> None:
    by_message = {Outcome.SURE, Outcome.TIMES, Outcome.WHICH, Outcome.FREE, Outcome.BOOKED}
    said = {*Outcome} - by_message

    for words in WORDS.values():
        assert said <= words.keys()
        assert words.keys() == WORDS["es"].keys()


def test_a_form_is_read_as_it_was_sent() -> None:
    assert read_form(b"t=ab-c_1&do=c&seen=12") == {"t": "ab-c_1", "do": "c", "seen": "12"}


@pytest.mark.parametrize("content", [b"", b"t", b"t=", b"=c", b"t=%41", b"t=\xff\xfe", b"a=b&&c=d"])
def test_what_is_no_form_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        read_form(content)


def test_a_stamp_is_a_moment() -> None:
    assert read_stamp(stamp(START)) == START
    assert [read_stamp(text) for text in ("", "soon", "9" * 12, "٣")] == [None] * 4
