"""Messages on their way from the service that has something to say to the one that sends, and where there is none."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import pytest

from frontdesk.adapters.aws.client import Answer
from frontdesk.adapters.aws.functions import LambdaFunction
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.adapters.notifier.handing_over import HandedOver, LettersHandedOver, MessageRefusedError
from frontdesk.adapters.notifier.own_desk import OwnDesk
from frontdesk.adapters.notifier.written import NOBODY, WrittenDown
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import NotFound, Unavailable
from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.services import Service
from frontdesk.kernel.shapes import Body
from frontdesk.kernel.unit import Unit
from frontdesk.services.notifications.commands import SendMessage
from frontdesk.services.notifications.templates import render
from tests.unit.aws.scripted_client import SILENCE, Outcome, ScriptedClient, refused
from tests.unit.driver import START


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody has to say."""

    id: str
    template: str = "note"
    values: Annotated[Mapping[str, str], SENSITIVE] = {}
    addresses: Annotated[Mapping[str, str], SENSITIVE] = {}


class SendNote(Body, frozen=True, kw_only=True):
    """What the sender takes."""

    id: str
    values: Mapping[str, str] = {}
    template: str = "note"
    addresses: Mapping[str, str] = {}


class Taken(msgspec.Struct, frozen=True):
    """A note that was taken over."""

    text: str
    by: str


NOTES = Kind("note", Taken)
NOTE = Note(id="msg_1", values={"text": "hello"}, addresses={"sms": "+1"})


async def send_note(unit: Unit, note: SendNote) -> Any:
    """Take a note over."""
    if note.template == "missing":
        raise NotFound
    taken = NOTES.new(note.id, Taken(note.values["text"], unit.caller.subject))
    await unit.commit(taken)
    return taken


SENDER = Service(
    "sender",
    kinds=(NOTES,),
    routes=(
        Route(
            "POST",
            "/notes",
            send_note,
            lambda stored: stored.value,
            Taken,
            "Send",
            ("notes:send",),
            body=SendNote,
            kind=NOTES,
            status=201,
            location="/notes/{id}",
        ),
    ),
    scopes={"notes:send": "send"},
)


def test_a_message_is_the_body_and_its_id_the_key() -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []

    async def ask(key: str, body: Mapping[str, Any]) -> tuple[int, str]:
        asked.append((key, body))
        return 201, ""

    asyncio.run(HandedOver(ask).send(NOTE))

    assert asked == [("msg_1", {"id": "msg_1", "values": {"text": "hello"}, "addresses": {"sms": "+1"}})]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (503, "unavailable", Unavailable),
        (500, "internal", Unavailable),
        (409, "conflict", Unavailable),
        (429, "too_many", Unavailable),
        (400, "malformed", MessageRefusedError),
        (403, "missing_scope", MessageRefusedError),
        (404, "not_found", MessageRefusedError),
        (409, "rejected", MessageRefusedError),
        (422, "invalid", MessageRefusedError),
    ],
)
def test_what_passes_comes_again_and_what_is_wrong_is_seen(
    status: int, code: str, error: type[Exception]
) -> None:
    async def ask(_: str, __: Mapping[str, Any]) -> tuple[int, str]:
        return status, code

    with pytest.raises(error) as raised:
        asyncio.run(HandedOver(ask).send(NOTE))

    assert "hello" not in str(raised.value)


@pytest.mark.parametrize(("status", "code"), [(409, "message_id_used"), (422, "key_reused")])
def test_what_was_taken_over_before_is_not_said_again_in_other_words(status: int, code: str) -> None:
    async def ask(_: str, __: Mapping[str, Any]) -> tuple[int, str]:
        return status, code

    asyncio.run(HandedOver(ask).send(NOTE))


def test_a_letter_is_handed_over_for_its_address_alone() -> None:
    asked: list[Mapping[str, Any]] = []

    async def ask(_: str, body: Mapping[str, Any]) -> tuple[int, str]:
        asked.append(body)
        return 201, ""

    asyncio.run(LettersHandedOver(ask, "desk:people").send("ntc_1", "ana@example.com", "Hello", "Come in"))

    command = msgspec.convert(asked[0], SendMessage)  # what is sent is what is taken
    assert (command.id, command.place, command.addresses.email) == ("ntc_1", "desk:people", "ana@example.com")
    content = render(command.template, command.language, command.values)
    assert (content.subject, content.text) == ("Hello", "Come in")


def test_another_service_of_this_process_takes_it_once_in_the_name_of_the_desk() -> None:
    bus = Bus(FixedClock(START), SeededChance(1))
    store = MemoryStore(bus.clock)
    own = OwnDesk(SENDER, "send_note")
    own.open(bus, lambda: store)

    async def twice() -> Any:
        await HandedOver(own.ask).send(NOTE)
        await HandedOver(own.ask).send(NOTE)
        return await store.get("note", "msg_1")

    record = asyncio.run(twice())

    assert NOTES.load(record).value == Taken("hello", "frontdesk")
    assert record.version == 1


def test_another_service_of_this_process_may_refuse() -> None:
    bus = Bus(FixedClock(START), SeededChance(1))
    own = OwnDesk(SENDER, "send_note")
    with pytest.raises(Unavailable):
        asyncio.run(HandedOver(own.ask).send(NOTE))
    own.open(bus, lambda: MemoryStore(bus.clock))

    with pytest.raises(MessageRefusedError, match="404"):
        asyncio.run(HandedOver(own.ask).send(Note(id="msg_2", template="missing", values={"text": "x"})))


class Invoked(ScriptedClient):
    """Answers an invocation."""

    def __init__(self, answer: Answer | Outcome) -> None:
        super().__init__(*([] if isinstance(answer, Answer) else [answer]))
        self._answer = answer

    def send(self, *args: Any, **named: Any) -> Answer:
        """See `client.AwsClient.send`."""
        found = super().send(*args, **named)
        return self._answer if isinstance(self._answer, Answer) else found


def test_a_function_is_invoked_and_waited_for() -> None:
    client = Invoked(Answer(200, {}, b'{"status": 201, "body": {}}'))

    answer = LambdaFunction(client, "frontdesk-dev-sender-http").invoke({"operation": "send_note"})

    assert answer["status"] == 201
    assert client.calls == [
        (
            "lambda",
            "POST /2015-03-31/functions/frontdesk-dev-sender-http/invocations",
            b'{"operation":"send_note"}',
        )
    ]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {"x-amz-function-error": "Unhandled"}, b'{"errorMessage": "timed out"}'),
        SILENCE,
        refused("TooManyRequestsException", 429),
        refused("ServiceException", 500),
    ],
    ids=["broke down", "silent", "throttled", "faulty"],
)
def test_a_function_that_breaks_down_is_asked_again_later(answer: Answer | Outcome) -> None:
    with pytest.raises(Unavailable):
        LambdaFunction(Invoked(answer), "f").invoke({})


def test_where_nobody_sends_a_person_reads_it_in_the_outbox() -> None:
    put: list[tuple[str, str, str, str]] = []

    async def keep(id: str, to: str, subject: str, text: str) -> None:
        put.append((id, to, subject, text))

    asyncio.run(WrittenDown(keep).send(Note(id="msg_1", template="offer", values={"day": "Monday"})))
    asyncio.run(WrittenDown(keep).send(NOTE))

    assert put[0][:3] == ("msg_1", NOBODY, "offer")
    assert put[0][3].splitlines()[0] == "day: Monday"
    assert put[1][1] == "+1"
