"""WhatsApp, against a server that speaks the Cloud API and fails as Meta does."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from frontdesk.adapters.channels.http import Provider
from frontdesk.adapters.channels.settings import read
from frontdesk.adapters.channels.whatsapp import PAUSE_AFTER_SILENCE, WhatsApp
from frontdesk.adapters.channels.workers import Workers
from frontdesk.channels import Answer, Failure, Outcome
from frontdesk.kernel.errors import Conflict
from tests.unit.channels.messages import CANCEL, CONFIRM, MOVE, TEXT, message, run
from tests.whatsapp import failing
from tests.whatsapp.cloud import WhatsAppCloud, whatsapp_cloud

TEMPLATES = {("appointment_confirm", "es"): 2, ("appointment_confirm", "pt_BR"): 2}


@pytest.fixture
def cloud() -> Iterator[WhatsAppCloud]:
    with whatsapp_cloud(templates=TEMPLATES) as standing_in:
        yield standing_in


def channel(cloud: WhatsAppCloud, *, at_once: int = 8, seconds: float = 5.0, **said: str) -> WhatsApp:
    settings = read(cloud.settings() | said).whatsapp
    assert settings is not None
    return WhatsApp(settings, Provider("whatsapp", workers=Workers("t", at_once=at_once, seconds=seconds)))


def test_a_text_is_sent_and_its_id_comes_back(cloud: WhatsAppCloud) -> None:
    outcome = run(channel(cloud).send(message()))
    (sent,) = cloud.sent
    assert outcome == Outcome(provider_id=sent.id)
    assert sent.text == TEXT
    assert sent.ours == message().id
    assert sent.body["to"] == "525512345678"


def test_a_template_goes_out_in_its_language_with_its_parameters_and_buttons(cloud: WhatsAppCloud) -> None:
    wanted = message(
        template="appointment-confirm",
        parameters=("Ana\nTorres", "jueves     10:00"),
        answers=(CONFIRM, CANCEL, MOVE),
    )
    assert run(channel(cloud).send(wanted)).failure is None
    (sent,) = cloud.sent
    assert sent.template == "appointment_confirm"
    assert sent.body["template"]["language"] == {"code": "es"}
    assert sent.parameters == ("Ana Torres", "jueves 10:00")
    assert list(sent.buttons.values()) == [CONFIRM.payload, CANCEL.payload, MOVE.payload]


@pytest.mark.parametrize(
    ("language", "said", "code"),
    [
        ("es", "", "es"),
        ("es-CL", "", "es_CL"),
        ("pt", "", "pt_BR"),
        ("pt-BR", "", "pt_BR"),
        ("es", "es=es_MX", "es_MX"),
        ("pt", "es=es_MX, pt=pt_PT", "pt_PT"),
    ],
)
def test_languages_have_the_names_that_meta_gives_them(language: str, said: str, code: str) -> None:
    with whatsapp_cloud(templates={("appointment_soon", code): 0}) as cloud:
        wanted = message(template="appointment-soon", language=language)
        assert run(channel(cloud, WHATSAPP_LANGUAGES=said).send(wanted)).failure is None


def test_up_to_three_answers_are_buttons_and_up_to_ten_a_list(cloud: WhatsAppCloud) -> None:
    run(channel(cloud).send(message(answers=(CONFIRM, CANCEL, MOVE))))
    assert cloud.sent[-1].buttons == {a.title: a.payload for a in (CONFIRM, CANCEL, MOVE)}
    many = tuple(Answer(f"jueves a las {hour}:00", f"v:{hour}") for hour in range(8, 18))
    run(channel(cloud).send(message(answers=many)))
    assert cloud.sent[-1].body["interactive"]["type"] == "list"
    assert cloud.sent[-1].buttons == {answer.title: answer.payload for answer in many}


def test_answers_that_begin_alike_can_be_told_apart(cloud: WhatsAppCloud) -> None:
    alike = tuple(Answer(f"jueves 14 de enero de 2027 a las {hour}:00", f"v:{hour}") for hour in (10, 11))
    assert run(channel(cloud).send(message(answers=alike))).failure is None
    rows = cloud.sent[-1].body["interactive"]["action"]["sections"][0]["rows"]
    assert [row["title"] for row in rows] == ["1. jueves 14 de enero d…", "2. jueves 14 de enero d…"]
    assert [row["description"] for row in rows] == [answer.title for answer in alike]


@pytest.mark.parametrize(
    "wishes",
    [
        {"text": "x" * 4097},
        {"text": "x" * 1025, "answers": (CONFIRM,)},
        {"answers": tuple(Answer(str(n), str(n)) for n in range(11))},
        {"answers": tuple(Answer(str(n), f"{n}{'x' * 200}") for n in range(4))},
    ],
)
def test_what_whatsapp_has_no_room_for_goes_another_way_uncut(
    cloud: WhatsAppCloud, wishes: dict[str, Any]
) -> None:
    outcome = run(channel(cloud).send(message(**wishes)))
    assert outcome == Outcome(failure=Failure.CHANNEL, code="too_long")
    assert not cloud.sent


def test_a_number_may_be_as_somebody_typed_it(cloud: WhatsAppCloud) -> None:
    assert run(channel(cloud).send(message(to="+54 9 (11) 2345-6789"))).failure is None
    assert cloud.sent[-1].body["to"] == "541123456789"


def test_no_number_is_nobodys_address(cloud: WhatsAppCloud) -> None:
    for to in ("5512345678", "CL.13491208655302741918", "ana@example.org", ""):
        outcome = run(channel(cloud).send(message(to=to)))
        assert outcome == Outcome(failure=Failure.ADDRESS, code="not_a_number")


@pytest.mark.parametrize(
    ("code", "status", "failure"),
    [
        (131026, 400, Failure.ADDRESS),
        (131030, 400, Failure.CHANNEL),
        (131047, 400, Failure.CHANNEL),
        (131049, 400, Failure.CHANNEL),
        (130429, 429, Failure.LATER),
        (131056, 400, Failure.LATER),
        (80007, 400, Failure.LATER),
        (2, 503, Failure.LATER),
        (190, 401, Failure.CONFIGURATION),
        (132001, 404, Failure.CONFIGURATION),
        (131042, 400, Failure.CONFIGURATION),
        (200, 403, Failure.CONFIGURATION),
        (299, 403, Failure.CONFIGURATION),
        (999_999, 500, Failure.LATER),
        (999_999, 429, Failure.LATER),
        (999_999, 401, Failure.CONFIGURATION),
        (999_999, 400, Failure.CHANNEL),
    ],
)
def test_a_refusal_says_what_is_to_be_done_and_quotes_nobody(
    cloud: WhatsAppCloud, code: int, status: int, failure: Failure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cloud.fail(failing.refuse(code, status))
    assert run(channel(cloud).send(message())) == Outcome(failure=failure, code=str(code))
    assert "5512345678" not in caplog.text
    assert "EAAJB" not in caplog.text


def test_the_pause_that_meta_asks_for_is_kept(cloud: WhatsAppCloud) -> None:
    cloud.fail(failing.refuse(130429, 429, retry_after=30))
    assert run(channel(cloud).send(message())).retry_after == 30


def test_a_wrong_token_or_number_or_template_has_to_be_mended(cloud: WhatsAppCloud) -> None:
    for sending, code in (
        (channel(cloud, WHATSAPP_TOKEN="old"), "190"),
        (channel(cloud, WHATSAPP_PHONE_ID="1"), "100"),
    ):
        assert run(sending.send(message())) == Outcome(failure=Failure.CONFIGURATION, code=code)
    for template, code in (("appointment-confirm", "132000"), ("appointment-lost", "132001")):
        outcome = run(channel(cloud).send(message(template=template)))
        assert outcome == Outcome(failure=Failure.CONFIGURATION, code=code)


def test_the_page_of_a_proxy_is_no_answer_of_meta(cloud: WhatsAppCloud) -> None:
    cloud.fail(failing.break_down(503), failing.break_down(404))
    sending = channel(cloud)
    assert run(sending.send(message())) == Outcome(failure=Failure.LATER, code="http_503")
    assert run(sending.send(message())) == Outcome(failure=Failure.CHANNEL, code="http_404")


@pytest.mark.parametrize(
    "way", [failing.cut, failing.take_and_cut, failing.hang(2.0), failing.break_down(200)]
)
def test_without_an_answer_the_next_try_waits_until_a_webhook_had_its_chance(
    cloud: WhatsAppCloud, way: failing.Failing
) -> None:
    cloud.fail(way)
    outcome = run(channel(cloud, seconds=0.5).send(message()))
    assert outcome == Outcome(failure=Failure.LATER, code="unanswered", retry_after=PAUSE_AFTER_SILENCE)


def test_nobody_there_is_not_the_same_as_no_answer() -> None:
    with whatsapp_cloud() as cloud:
        sending = channel(cloud)
    assert run(sending.send(message())) == Outcome(failure=Failure.LATER, code="unreachable")


def test_a_provider_that_hangs_gets_no_more_than_its_share(cloud: WhatsAppCloud) -> None:
    cloud.fail(failing.hang(1.0), failing.hang(1.0))

    async def three() -> list[Outcome | BaseException]:
        sending = channel(cloud, at_once=2, seconds=0.5)
        outcomes = await asyncio.gather(*(sending.send(message()) for _ in range(3)), return_exceptions=True)
        assert (await _again(sending)).failure is None  # what hung has been cut, and its threads are free
        return outcomes

    first, second, third = run(three())
    assert isinstance(first, Outcome)
    assert first == second
    assert isinstance(third, Conflict)


async def _again(sending: WhatsApp) -> Outcome:
    for _ in range(50):
        try:
            return await sending.send(message())
        except Conflict:
            await asyncio.sleep(0.02)
    raise AssertionError("never free again")
