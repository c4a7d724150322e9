"""What the people who run the desk see: alerts in their rooms, and a page of what was sent."""

from datetime import timedelta

import pytest

from tests.unit.driver import content
from tests.unit.notifications.world import (
    OWNER,
    PLACE,
    RECEPTION,
    STRANGER,
    VALUES,
    World,
    refused,
)

ALL = ("whatsapp", "sms", "email", "slack", "teams")


def alerts(world: World, room: str = "slack") -> list[str]:
    """Return what was said in a room."""
    return [message.text for message in world.provider(room).sent]


def test_an_answer_that_waits_is_told_in_one_room_without_a_word_of_it() -> None:
    world = World(*ALL)
    world.send()
    world.hear("¿Puedo ir con mi hija?")
    (alert,) = alerts(world)
    assert PLACE in alert
    assert "hija" not in alert
    assert "56900000001" not in alert
    assert alerts(world, "teams") == []


def test_a_room_that_cannot_be_reached_gives_way_to_the_other() -> None:
    world = World(*ALL)
    world.provider("slack").otherwise = refused("configuration", "no_service")
    world.hear("¿hola?")
    assert len(alerts(world, "teams")) >= 1


def test_a_morning_of_failures_is_one_sentence_an_hour() -> None:
    world = World(*ALL)
    for name in ("whatsapp", "sms", "email"):
        world.provider(name).otherwise = refused("channel", "9")
    for n in range(20):
        world.send(f"m{n}")
    (alert,) = alerts(world)
    assert "email, 9" in alert
    world.wait(timedelta(hours=1))
    world.send("later")
    assert len(alerts(world)) == 2


def test_an_alert_that_fails_is_no_reason_for_another() -> None:
    world = World(*ALL)
    for name in ALL:
        world.provider(name).otherwise = refused("channel", "9")
    world.send()
    world.wait(timedelta(days=2))
    assert len(alerts(world)) == len(alerts(world, "teams")) == 1


def test_a_desk_without_rooms_keeps_no_alerts() -> None:
    world = World()
    world.hear("¿hola?")
    assert [kind for kind, _ in world.desk.store.records if kind == "message"] == []


def link(world: World) -> str:
    """Return the key of a link to the page of what was sent."""
    answer = world.desk.send(OWNER, "POST /outbox/links", {"place": PLACE})
    assert answer.status == 200, answer.body
    return str(content(answer)["url"]).partition("?key=")[2]


def test_the_owner_looks_at_what_was_sent_in_a_browser_for_a_day() -> None:
    world = World()
    world.send()
    key = link(world)
    page = world.desk.send(STRANGER, "GET /outbox", query={"key": key})
    text = page.body.decode()
    assert (page.status, page.content_type) == (200, "text/html; charset=utf-8")
    assert "Hola, Ana." in text
    assert "Sí, iré" in text
    assert "whatsapp: sent" in text
    assert page.headers["referrer-policy"] == "no-referrer"
    world.wait(timedelta(days=1))
    assert world.desk.send(OWNER, "GET /outbox", query={"key": key}).status == 404


def test_only_the_owner_gets_the_link() -> None:
    world = World()
    for caller in (RECEPTION, STRANGER):
        assert world.desk.send(caller, "POST /outbox/links", {"place": PLACE}).status == 404


@pytest.mark.parametrize("change", ["other place", "longer", "forged", "none", "odd"])
def test_a_link_that_was_not_given_leads_nowhere(change: str) -> None:
    world = World()
    place, ends, proof = link(world).split(".")
    key = {
        "other place": f"clinic:otra.{ends}.{proof}",
        "longer": f"{place}.{int(ends) + 60}.{proof}",
        "forged": f"{place}.{ends}.{proof[:-1]}{'A' if proof[-1] != 'A' else 'B'}",
        "none": "",
        "odd": f"{place}.²³.é",
    }[change]
    assert world.desk.send(OWNER, "GET /outbox", query={"key": key}).status == 404


def test_whatever_somebody_is_called_it_is_text_on_the_page() -> None:
    world = World()
    name = '<script>alert("x")</script>\'&'
    world.send(values={**VALUES, "patient": name})
    text = world.desk.send(OWNER, "GET /outbox", query={"key": link(world)}).body.decode()
    assert "<script" not in text
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in text
