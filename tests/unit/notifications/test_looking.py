"""Who is shown messages, or what people wrote, is told of: the clinic's access log is whole."""

from frontdesk.services.notifications.events import PeopleSeen
from tests.unit.driver import content
from tests.unit.notifications.world import OWNER, PLACE, RECEPTION, STRANGER, World


def looks(world: World) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return who saw what of whom."""
    assert {told.place for told in world.desk.heard(PeopleSeen)} <= {PLACE}
    return [(told.who, told.what, told.people) for told in world.desk.heard(PeopleSeen)]


def test_every_look_at_messages_is_told() -> None:
    world = World()
    world.send("m1")
    world.send("m2", person="pat_luis", about="apt_luis")
    world.hear("¿dónde es?", context="whatsapp-2")
    url = content(world.desk.send(OWNER, "POST /outbox/links", {"place": PLACE}))["url"]

    assert looks(world) == []
    world.message("m1", RECEPTION)
    world.desk.send(RECEPTION, "GET /messages", query={"place": PLACE})
    world.inbox(place=PLACE)
    world.desk.send(STRANGER, "GET /outbox", query={"key": url.partition("=")[2]})

    assert looks(world) == [
        ("usr_reception", "message", ("pat_ana",)),
        ("usr_reception", "message list", ("pat_ana", "pat_luis")),
        ("usr_reception", "inbox", ("pat_luis",)),
        ("outbox-link", "outbox page", ("pat_ana", "pat_luis")),
    ]


def test_where_nobody_is_shown_nothing_is_told() -> None:
    world = World()
    world.send("m1", person="")
    world.message("m1")
    world.inbox(place=PLACE)
    assert world.desk.send(STRANGER, "GET /messages/m1").status == 404

    assert looks(world) == []
