"""A patient is erased: nothing that was written to or by them says anything about anybody any more."""

from datetime import timedelta

from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.services.appointments.events import PatientErased
from frontdesk.services.notifications.events import MessageSkipped
from tests.unit.notifications.world import PLACE, VALUES, World, at, iso

ERASED = PatientErased(clinic_id="centro", patient_id="pat_ana")
LUIS = {**VALUES, "patient": "Luis", "doctor": "Dra. Soto"}
PERSONAL = ("Ana", "56900000001", "ana@example.com", VALUES["doctor"], "pat_ana", "¿dónde")


def stored(world: World, *but: str) -> str:
    """Return everything that is kept, but for records of some kinds."""
    return "\n".join(
        f"{kind} {id} {record.body} {record.keys}"
        for (kind, id), record in world.desk.store.records.items()
        if kind not in but
    )


def lived_in(world: World) -> None:
    """Let Ana be written to, and write."""
    world.consent("whatsapp", "+56900000001", granted=True, evidence="Ana signed form 12")
    for n in range(21):
        world.send(f"m{n}", about=f"apt_{n}")
    world.hear("¿dónde es?")
    world.hear("sí", context="whatsapp-1")
    world.send("late", not_before=iso(at(5)))


def test_nothing_is_left_of_somebody_who_is_erased() -> None:
    world = World()
    lived_in(world)
    assert all(text in stored(world) for text in PERSONAL)
    world.tell(ERASED)
    left = stored(world, "forgetting")
    assert [text for text in PERSONAL if text in left] == []
    assert world.inbox(place=PLACE) == []
    assert world.state("m0") == ("sent", None)
    world.wait(timedelta(days=1))
    assert world.state("late") == ("skipped", "erased")
    assert len(world.provider("whatsapp").sent) == 21
    assert [fact.message_id for fact in world.desk.heard(MessageSkipped)] == ["late"]


def test_what_lies_in_the_outbox_is_thrown_away() -> None:
    world = World()
    world.send("m1")
    world.send("luis", person="pat_luis", about="apt_luis")
    world.tell(ERASED)
    assert set(world.providers.forgotten) == {"m1"}


def test_what_a_shared_telephone_wrote_and_named_nobody_goes_too() -> None:
    world = World()
    world.send("m1")
    world.send("luis", person="pat_luis", about="apt_luis")
    world.hear("¿dónde atiende a Ana?")
    world.hear("¿y a Luis?", context="whatsapp-2")
    world.tell(ERASED)
    assert "atiende a Ana" not in stored(world)
    assert [one["text"] for one in world.inbox(place=PLACE)] == ["¿y a Luis?"]

    world.wait(timedelta(minutes=30))
    world.hear("¿dónde está Luis?", sender="56900000001")
    world.tell(PatientErased(clinic_id="centro", patient_id="pat_luis"), "s2")
    assert world.inbox(place=PLACE) == []
    assert "Luis" not in stored(world)


def test_what_an_index_did_not_show_at_first_is_forgotten_a_while_later() -> None:
    world = World()
    world.desk.store = MemoryStore(world.desk.clock, lag=20)
    world.send()
    world.tell(ERASED)
    assert "pat_ana" in stored(world, "forgetting")
    for n in range(10):
        world.send(f"luis{n}", person="pat_luis", addresses={"sms": "+56900000002"}, values=LUIS)
    world.wait(timedelta(minutes=11))
    left = stored(world, "forgetting")
    assert [text for text in PERSONAL if text in left] == []


def test_others_keep_what_is_theirs_and_a_stop_outlives_its_writer() -> None:
    world = World()
    lived_in(world)
    world.send(
        "luis", person="pat_luis", about="apt_luis", addresses={"sms": "+56900000002"}, channels=["sms"]
    )
    world.hear("STOP")
    world.tell(ERASED)
    assert world.message("luis")["text"].startswith("Hola, Ana")
    world.send("again", addresses={"whatsapp": "+56900000001"})
    assert world.state("again") == ("skipped", "withdrawn")


def test_to_be_erased_twice_and_without_a_trace_is_fine() -> None:
    world = World()
    world.tell(ERASED, "s1")
    lived_in(world)
    world.tell(ERASED, "s2")
    world.wait(timedelta(hours=1))
    left = stored(world, "forgetting")
    assert [text for text in PERSONAL if text in left] == []


def test_what_a_provider_tells_of_a_forgotten_message_is_noted_and_brings_nothing_back() -> None:
    world = World()
    world.send()
    world.tell(ERASED)
    world.told("whatsapp-1", "delivered")
    assert world.state() == ("delivered", None)
    world.send("m2")
    world.tell(ERASED, "s2")
    world.told("whatsapp-2", "failed", "address", code="131026")
    world.wait(timedelta(days=1))
    assert len(world.provider("sms").sent) == 0
