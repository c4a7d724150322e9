"""From what somebody writes to what it means, whose it is, and who has to look at it."""

from datetime import timedelta

import pytest

from frontdesk.channels import Inbound, Progress, Receipt, token_id
from frontdesk.kernel.callers import Caller
from frontdesk.services.appointments.events import AnswerUnplaced
from frontdesk.services.notifications.events import (
    AnswerReceived,
    InboundArrived,
    InboxFilled,
    MessageDelivered,
)
from frontdesk.services.notifications.reading import read
from tests.unit.driver import content
from tests.unit.notifications.world import OWNER, PLACE, RECEPTION, SCOPES, STRANGER, World, route

DAY = timedelta(days=1)
NOBODY = Caller("usr_nobody", SCOPES)


def answers(world: World) -> list[AnswerReceived]:
    """Return what was told about answers."""
    return world.desk.heard(AnswerReceived)


def test_a_button_says_what_it_wants_and_which_message_it_is_of() -> None:
    world = World()
    world.send("m1", about="apt_1")
    world.send("m2", about="apt_2")
    world.hear("Sí, iré", payload="c:TOKEN", context="whatsapp-1")
    (told,) = answers(world)
    assert (told.intent, told.sure, told.button) == ("confirm", True, token_id("TOKEN"))
    assert (told.message_id, told.about, told.person, told.place) == ("m1", "apt_1", "pat_ana", PLACE)
    assert told.candidates == ("apt_2", "apt_1")
    assert world.inbox() == []


def test_a_word_belongs_to_the_message_it_replies_to_else_all_lately_are_candidates() -> None:
    world = World()
    world.send("m1", about="apt_1")
    world.send("m2", about="apt_2")
    world.hear("sí", context="whatsapp-1")
    world.hear("sí")
    replied, plain = answers(world)
    assert (replied.about, replied.message_id) == ("apt_1", "m1")
    assert (plain.about, plain.message_id) == ("", "")
    assert plain.candidates == ("apt_2", "apt_1")


def test_after_two_weeks_an_answer_is_to_nothing_any_more() -> None:
    world = World()
    world.send()
    world.wait(13 * DAY)
    world.hear("sí")
    world.wait(2 * DAY)
    world.hear("sí")
    assert [told.candidates for told in answers(world)] == [("apt_1",), ()]


def test_the_token_of_a_button_is_in_no_event_and_kept_no_longer_than_it_is_read() -> None:
    world = World()
    world.send("m1", buttons=[])
    world.hear("Sí, iré", payload="c:SECRET", context="whatsapp-1")
    (told,) = answers(world)
    assert told.button == token_id("SECRET")
    kept = [record.body for record in world.desk.store.records.values()]
    assert not [text for text in (*kept, *(one.body for one in world.desk.store.log)) if "SECRET" in text]


@pytest.mark.parametrize("text", ["confirmo", "no puedo", "cancelar mi cita", "3"])
def test_a_word_to_one_of_two_clinics_is_for_a_person_and_a_reply_is_not(text: str) -> None:
    world = World()
    world.send("m1", about="apt_1")
    world.send("m2", about="apt_2", place="clinic:otra")
    world.hear(text)
    world.hear(text, context="whatsapp-1")
    nobodys, replied = answers(world)
    assert (nobodys.intent, nobodys.place, nobodys.about) == ("unclear", "", "")
    assert (replied.intent, replied.place, replied.about) == (read(text).intent, PLACE, "apt_1")
    assert [one["text"] for one in world.inbox()] == [text]


def test_a_stop_to_several_clinics_is_one_stop() -> None:
    world = World()
    world.send("m1")
    world.send("m2", place="clinic:otra")
    world.hear("STOP")
    assert [told.intent for told in answers(world)] == ["stop"]
    assert world.inbox() == []


def test_who_wants_a_time_is_served_where_they_are_known_and_a_stranger_by_a_person() -> None:
    world = World()
    world.send()
    world.hear("Hola, quiero una hora")
    world.hear("Hola, quiero una hora", sender="5215599999999")
    known, stranger = answers(world)
    assert (known.intent, known.place, known.person) == ("book", PLACE, "pat_ana")
    assert (stranger.intent, stranger.place) == ("unclear", "")
    assert [one["text"] for one in world.inbox()] == ["Hola, quiero una hora"]
    assert world.inbox(place=PLACE) == []


def test_a_telephone_of_several_people_names_none_of_them() -> None:
    world = World()
    world.send("m1", person="pat_ana", about="apt_1")
    world.send("m2", person="pat_luis", about="apt_2")
    world.hear("sí")
    world.hear("sí", context="whatsapp-2")
    assert [told.person for told in answers(world)] == ["", "pat_luis"]


def test_somebody_unknown_is_read_as_well_and_belongs_to_nobody() -> None:
    world = World()
    world.hear("sí", sender="56999999999")
    (told,) = answers(world)
    assert (told.place, told.person, told.candidates) == ("", "", ())


@pytest.mark.parametrize(
    ("text", "form"),
    [("¿Puedo llevar a mi hijo?", "text"), ("", "audio"), ("", "image"), ("hola", "text"), ("?!", "text")],
)
def test_what_only_a_person_understands_waits_for_one(text: str, form: str) -> None:
    world = World()
    world.send()
    world.hear(text, form=form)
    (waiting,) = world.inbox(place=PLACE)
    assert (waiting["text"], waiting["form"], waiting["status"]) == (text, form, "waiting")
    assert (waiting["place"], waiting["person"], waiting["sender"]) == (PLACE, "pat_ana", "56900000001")
    (told,) = answers(world)
    assert told.intent == "unclear"
    assert len(world.desk.heard(InboxFilled)) == 1


def test_i_cannot_may_want_another_time_so_it_is_asked_and_a_person_looks() -> None:
    world = World()
    world.send()
    world.hear("no puedo")
    (told,) = answers(world)
    assert (told.intent, told.sure) == ("cancel", False)
    assert [one["text"] for one in world.inbox(place=PLACE)] == ["no puedo"]


def test_thanks_want_nothing() -> None:
    world = World()
    world.send()
    world.hear("¡Muchas gracias!")
    assert answers(world) == []
    assert world.inbox(place=PLACE) == []


def test_what_nobody_could_place_waits_for_a_person() -> None:
    world = World()
    world.send()
    world.hear("sí")
    (told,) = answers(world)
    assert world.inbox(place=PLACE) == []
    for _ in range(2):
        world.tell(AnswerUnplaced(answer_id=told.answer_id, clinic_id="centro"))
    assert [one["text"] for one in world.inbox(place=PLACE)] == ["sí"]


def test_what_was_seen_to_leaves_the_inbox_for_good() -> None:
    world = World()
    world.send()
    world.hear("¿y el estacionamiento?")
    (waiting,) = world.inbox(place=PLACE)
    line = f"POST /inbox/{waiting['inbound_id']}/handled"
    assert world.desk.send(STRANGER, line, {}).status == 404
    done = content(world.desk.send(RECEPTION, line, {"note": "Llamé."}))
    assert (done["status"], done["handled_by"], done["note"]) == ("handled", "usr_reception", "Llamé.")
    assert world.inbox(place=PLACE) == []
    again = world.desk.send(OWNER, line, {})
    assert (again.status, content(again)["code"]) == (409, "inbound_handled")


def test_what_was_read_is_not_read_again() -> None:
    world = World()
    world.send()
    world.hear("¿y el estacionamiento?")
    (waiting,) = world.inbox(place=PLACE)
    world.desk.send(RECEPTION, f"POST /inbox/{waiting['inbound_id']}/handled", {})
    world.tell(InboundArrived(inbound_id=waiting["inbound_id"]))
    assert world.inbox(place=PLACE) == []
    assert len(answers(world)) == 1


def test_an_inbox_is_for_its_place_and_what_is_nobodys_for_everybody_here() -> None:
    world = World()
    world.send()
    world.hear("¿dónde queda?")
    world.hear("¿cuánto cuesta?", sender="56999999999")
    assert [one["text"] for one in world.inbox(place=PLACE)] == ["¿dónde queda?"]
    assert [one["text"] for one in world.inbox()] == ["¿cuánto cuesta?"]
    assert world.desk.send(STRANGER, "GET /inbox", query={"place": PLACE}).status == 404
    assert world.desk.send(NOBODY, "GET /inbox").status == 404


def test_a_repeat_of_a_webhook_has_the_same_result() -> None:
    world = World()
    world.send()
    first = world.hear("sí")
    world.hear("sí", provider_id=first)
    again = Inbound(provider_id=first, sender="56900000001", at=world.now, form="text", text="sí")
    receipt = Receipt(provider_id="whatsapp-1", progress=Progress.DELIVERED, at=world.now)
    for _ in range(3):
        assert world.post(again, receipt) == 200
    assert world.post(receipt, again) == 200
    world.settle()
    assert len(answers(world)) == 1
    assert len(world.desk.heard(MessageDelivered)) == 1


def test_the_same_button_twice_is_two_answers_that_say_the_same() -> None:
    world = World()
    world.send()
    for _ in range(2):
        world.hear("Sí, iré", payload="c:TOKEN", context="whatsapp-1")
    one, two = answers(world)
    assert (one.intent, one.about, one.button) == (two.intent, two.about, two.button)
    assert one.answer_id != two.answer_id


def test_what_is_not_signed_is_not_heard() -> None:
    world = World()
    told = Inbound(provider_id="x", sender="1", at=world.now, form="text", text="STOP")
    assert world.post(told, signature="forged") == 401
    assert world.desk.store.records == {}


def test_a_signed_post_that_says_nothing_is_taken_and_not_kept() -> None:
    world = World()
    assert world.post() == 200
    assert world.desk.store.records == {}


def test_hundreds_of_things_in_one_request_are_all_taken_in_and_kept_once() -> None:
    world = World()
    things = [
        Inbound(provider_id=f"p{n}", sender=f"5690000{n:04}", at=world.now, form="text", text=f"¿{n}?")
        for n in range(60)
    ]
    receipts = [Receipt(provider_id=f"w{n % 30}", progress=Progress.READ, at=world.now) for n in range(60)]
    assert world.post(*things, *receipts) == 200
    world.settle()
    assert len(answers(world)) == 60
    posts = [record for (kind, _), record in world.desk.store.records.items() if kind == "post"]
    assert len(posts) == 1
    assert "5690000" not in posts[0].body


def test_whatsapp_is_told_that_this_address_is_ours_and_others_are_not() -> None:
    world = World()
    asked = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "12345"}
    answer = world.desk.send(OWNER, "GET /webhooks/whatsapp", query=asked)
    assert (answer.status, answer.body) == (200, b"12345")
    assert route("GET", "/webhooks/whatsapp").public
    forged = world.desk.send(OWNER, "GET /webhooks/whatsapp", query={**asked, "hub.verify_token": "x"})
    assert forged.status == 404
