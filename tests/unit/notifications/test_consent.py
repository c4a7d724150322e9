"""Who wants messages, and when: consent with evidence, words that take it back, and hours of quiet."""

from datetime import timedelta

import pytest

from frontdesk.kernel.callers import ANYONE
from frontdesk.kernel.http import Call, Document, Raw
from frontdesk.services.notifications.events import AnswerReceived
from frontdesk.services.notifications.service import SERVICE
from tests.unit.driver import START, faults, run
from tests.unit.notifications.world import (
    ANA,
    PLACE,
    RECEPTION,
    STRANGER,
    World,
    at,
    iso,
    later,
    route,
)

DAY = timedelta(days=1)
NIGHT = {"from": "21:00", "to": "08:00", "zone": "America/Santiago"}  # 00:00 to 11:00 UTC in March


def leave(world: World, url: str, method: str = "POST") -> Document:
    """Follow the link at the end of a letter."""
    token = url.rpartition("/")[2]
    body = (Raw(b"List-Unsubscribe=One-Click", {}, "application/x-www-form-urlencoded"),)
    call = Call(ANYONE, {"token": token}, body if method == "POST" else (), "test")
    answer = run(world.desk.bus.ask(SERVICE, route(method, "/unsubscribe/{token}"), call, world.desk.store))
    found: Document = answer.result
    return found


def test_who_agreed_here_needs_no_other_word_for_it() -> None:
    world = World()
    world.send("m1", channels=[])
    assert world.state("m1") == ("skipped", "no_consent")
    shown = world.consent("sms", ANA["sms"], granted=True)
    assert shown["consents"] == {"sms": "granted"}
    (step,) = shown["history"]
    assert (step["how"], step["by"], step["evidence"]) == ("desk", "usr_reception", "Form 12")
    world.send("m2", channels=[])
    assert world.message("m2")["legs"][0]["channel"] == "sms"


def test_what_was_taken_back_here_outweighs_what_the_sender_believes() -> None:
    world = World()
    world.consent("whatsapp", ANA["whatsapp"], granted=False)
    world.send()
    assert world.message()["legs"][0]["channel"] == "sms"


@pytest.mark.parametrize("word", ["STOP", "Baja", "parar", "SAIR", "No quiero más mensajes"])
def test_a_word_ends_all_messages_to_a_number_and_is_acknowledged_once(word: str) -> None:
    world = World()
    world.send("m1")
    world.hear(word)
    assert [message.text.split(":")[0] for message in world.provider("whatsapp").sent[1:]] == ["De acuerdo"]
    world.send("m2", addresses={"whatsapp": ANA["whatsapp"], "sms": ANA["sms"]})
    assert world.state("m2") == ("skipped", "withdrawn")
    (told,) = world.desk.heard(AnswerReceived)
    assert (told.intent, told.about) == ("stop", "")
    assert told.candidates == ("apt_1",)


def test_a_word_does_not_end_letters_to_a_mailbox_which_is_another_address() -> None:
    world = World()
    world.hear("STOP")
    world.send()
    assert world.message()["legs"][0]["channel"] == "email"


def test_another_word_begins_them_again() -> None:
    world = World()
    world.send("m1")
    world.hear("baja")
    world.wait(DAY)
    world.hear("alta")
    world.send("m2")
    assert world.message("m2")["legs"][0]["channel"] == "whatsapp"
    assert [fact.intent for fact in world.desk.heard(AnswerReceived)] == ["stop"]


def test_a_message_that_waits_when_somebody_leaves_is_not_sent() -> None:
    world = World("whatsapp")
    world.send("m1", not_before=iso(at(3)))
    world.hear("STOP")
    world.wait(DAY)
    assert world.state("m1") == ("skipped", "withdrawn")


def test_an_earlier_consent_that_is_noted_later_does_not_undo_a_stop() -> None:
    world = World("whatsapp")
    world.wait(DAY)
    world.hear("STOP")
    shown = world.consent("whatsapp", ANA["whatsapp"], granted=True, at=iso(START))
    assert shown["consents"] == {"whatsapp": "withdrawn"}
    assert [step["how"] for step in shown["history"]] == ["desk", "stop"]
    world.wait(DAY)
    assert world.consent("whatsapp", ANA["whatsapp"], granted=True)["consents"] == {"whatsapp": "granted"}


@pytest.mark.parametrize("spelling", ["+525512345678", "+5215512345678", " +52 55 1234 5678 "])
def test_a_number_is_one_address_however_it_is_spelt(spelling: str) -> None:
    world = World("whatsapp")
    world.consent("whatsapp", spelling, granted=True)
    world.send("m1", addresses={"whatsapp": "+525512345678"}, channels=[])
    assert world.state("m1") == ("sent", None)
    world.hear("baja", sender="5215512345678")
    world.send("m2", addresses={"whatsapp": spelling})
    assert world.state("m2") == ("skipped", "withdrawn")


def test_consents_are_noted_by_people_of_the_place_alone_and_only_of_what_was() -> None:
    world = World()
    body = {"place": PLACE, "channel": "sms", "address": "+56900000001", "granted": True, "evidence": "F"}
    assert world.desk.send(STRANGER, "POST /consents", body).status == 404
    nobody = world.desk.send(RECEPTION, "POST /consents", {**body, "address": "12345"})
    assert faults(nobody) == {"/address": "wrong_format"}
    future = world.desk.send(RECEPTION, "POST /consents", {**body, "at": iso(at(1))})
    assert faults(future) == {"/at": "in_the_future"}
    unknown = world.desk.send(RECEPTION, "POST /consents", {**body, "channel": "slack"})
    assert faults(unknown) == {"/channel": "wrong_format"}


def test_the_link_of_a_letter_only_asks_and_its_button_ends_letters() -> None:
    world = World()
    world.send("m1", channels=["email"], addresses={"email": ANA["email"]})
    url = world.provider("email").sent[0].unsubscribe
    page = leave(world, url, "GET")
    assert b"<form" in page.content
    world.send("m2", channels=["email"], addresses={"email": "ANA@example.com"})
    assert world.state("m2") == ("sent", None)
    assert leave(world, url).status == leave(world, url).status == 200
    world.send("m3", channels=["email"], addresses={"email": ANA["email"]})
    assert world.state("m3") == ("skipped", "withdrawn")
    world.send("m4")
    assert world.message("m4")["legs"][0]["channel"] == "whatsapp"


def test_a_forged_link_ends_nothing() -> None:
    world = World()
    world.send("m1", channels=["email"], addresses={"email": ANA["email"]})
    url = world.provider("email").sent[0].unsubscribe
    for forged in (url[:-1] + ("A" if url[-1] != "A" else "B"), "x/cor_abc", "x/cor_abc.def", "x/."):
        with pytest.raises(Exception, match="no such thing"):
            leave(world, forged)


def test_addresses_are_in_no_key_and_no_event() -> None:
    world = World()
    world.send()
    world.hear("STOP")
    world.consent("email", ANA["email"], granted=True)
    personal = ("56900000001", "ana@example.com", "STOP")
    for (kind, id), record in world.desk.store.records.items():
        keys = f"{kind}{id}{record.keys}{record.origin}{record.handled}"
        assert not any(text in keys for text in personal), keys
    for message in world.desk.store.log:
        assert not any(text in message.body for text in personal), message
    assert not any(text in str(list(world.desk.store.claims)) for text in personal)


def test_what_falls_into_the_night_goes_out_before_it() -> None:
    world = World()
    wanted = START.replace(hour=23) + timedelta(hours=3)  # 23:00 on the clocks of Santiago
    world.send(not_before=iso(wanted), quiet=NIGHT)
    world.wait(timedelta(hours=14, minutes=28))
    assert world.state() == ("queued", None)
    world.wait(timedelta(minutes=1))
    assert world.state() == ("sent", None)
    assert world.message()["times"]["sent"] == "2026-03-14T23:59:00Z"


@pytest.mark.parametrize("hours", [16, 20])  # before midnight there, and after
def test_what_comes_up_at_night_waits_for_the_morning(hours: int) -> None:
    world = World()
    world.wait(timedelta(hours=hours))
    world.send(quiet=NIGHT)
    assert world.message()["next_try_at"] == "2026-03-15T11:00:00Z"
    world.wait(at(25.49) - world.now)
    assert world.state() == ("queued", None)
    world.wait(timedelta(minutes=2))
    assert world.message()["times"]["sent"] == "2026-03-15T11:00:00Z"


def test_what_would_be_worth_nothing_in_the_morning_is_not_sent_at_night() -> None:
    world = World()
    world.wait(timedelta(hours=16))
    world.send("m1", quiet=NIGHT, not_after=iso(at(20)))
    world.send("m2", not_after=iso(at(20)))
    assert world.state("m1") == ("skipped", "quiet_hours")
    assert world.state("m2") == ("sent", None)


def test_a_second_try_is_not_made_at_night() -> None:
    world = World("whatsapp")
    world.wait(timedelta(hours=14, minutes=29))
    world.provider("whatsapp").planned = [later(retry_after=120)]
    world.send(quiet=NIGHT)
    world.wait(timedelta(hours=1))
    assert len(world.provider("whatsapp").sent) == 1
    world.wait(timedelta(hours=11))
    assert world.message()["times"]["sent"] == "2026-03-15T11:00:00Z"
