"""The operator's routes: who may use them, what they take, and what they hand to the runtime."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from frontdesk.declarations import check_services
from frontdesk.entrypoints.openapi import openapi
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.letters import (
    SETTLED_AT_ONCE,
    Action,
    Audited,
    Choice,
    DeadLetter,
    DeadLetters,
    Deed,
    OpenedLetter,
)
from frontdesk.services.orders.service import SERVICE as ORDERS
from tests.unit.driver import START, Desk, content, faults

OLGA = Caller("olga", frozenset({"operate"}))
PATH = "/operations/dead-letters"


def letter(id: str) -> DeadLetter:
    """Return a letter."""
    return DeadLetter(id, "journal", "Order Created", f"order:{id}:1:0", id, START, 8, "KeyError", "req_1")


class LettersInMemory:
    """Dead letters of a runtime that has no queue. See `DeadLetters`."""

    def __init__(self, *ids: str) -> None:
        self.kept = {id: letter(id) for id in ids}
        self.deeds: list[Audited] = []

    async def page(self, choice: Choice, cursor: str, limit: int) -> tuple[Sequence[DeadLetter], str]:
        """See `DeadLetters`."""
        found = [letter for id, letter in sorted(self.kept.items()) if id > cursor and choice.takes(letter)]
        return found[:limit], found[limit - 1].id if len(found) > limit else ""

    async def open(self, id: str) -> OpenedLetter | None:
        """See `DeadLetters`."""
        return OpenedLetter(self.kept[id], 1, '{"sku":"pretzel"}', ()) if id in self.kept else None

    async def settle(self, ids: Sequence[str], deed: Deed) -> Sequence[DeadLetter]:
        """See `DeadLetters`."""
        settled = [self.kept.pop(id) for id in ids if id in self.kept]
        self.deeds += [Audited(deed, one.id, one.event, one.message_id, one.cause) for one in settled]
        return settled

    async def audit(self, cursor: str, limit: int) -> tuple[Sequence[Audited], str]:
        """See `DeadLetters`."""
        return self.deeds[::-1][:limit], ""


@pytest.fixture
def letters() -> LettersInMemory:
    return LettersInMemory("a", "b", "c")


@pytest.fixture
def desk(letters: LettersInMemory) -> Desk:
    found = Desk(OPERATIONS)
    found.bus = Bus(found.clock, found.bus.chance, {DeadLetters: letters})
    return found


def test_letters_are_listed_page_by_page(desk: Desk) -> None:
    first = content(desk.send(OLGA, f"GET {PATH}", query={"limit": "2"}))
    second = content(desk.send(OLGA, f"GET {PATH}", query={"limit": "2", "cursor": first["cursor"]}))

    assert [one["id"] for page in (first, second) for one in page["items"]] == ["a", "b", "c"]
    assert second["cursor"] is None


def test_letters_are_chosen(desk: Desk) -> None:
    for query, count in [({"event": "Order Created"}, 3), ({"cause": "Key"}, 3), ({"subscriber": "x"}, 0)]:
        assert len(content(desk.send(OLGA, f"GET {PATH}", query=query))["items"]) == count


def test_a_letter_is_shown_with_what_its_event_says(desk: Desk) -> None:
    shown = content(desk.send(OLGA, f"GET {PATH}/a"))

    assert (shown["letter"]["cause"], shown["body"]) == ("KeyError", {"sku": "pretzel"})
    assert desk.send(OLGA, f"GET {PATH}/x").status == 404


def test_the_caller_and_the_moment_are_kept_with_every_deed(desk: Desk, letters: LettersInMemory) -> None:
    desk.clock.advance(timedelta(minutes=5))
    settled = content(desk.send(OLGA, f"POST {PATH}/redrive", {"ids": ["a", "x"]}))
    desk.send(OLGA, f"POST {PATH}/discard", {"ids": ["b"], "reason": "booked by hand"})

    assert [one["id"] for one in settled["items"]] == ["a"]
    assert [entry.deed for entry in letters.deeds] == [
        Deed(Action.REDRIVE, "olga", START + timedelta(minutes=5), ""),
        Deed(Action.DISCARD, "olga", START + timedelta(minutes=5), "booked by hand"),
    ]
    told = content(desk.send(OLGA, f"GET {PATH}/audit"))["items"]
    assert [(entry["letter_id"], entry["deed"]["reason"]) for entry in told] == [
        ("b", "booked by hand"),
        ("a", ""),
    ]


@pytest.mark.parametrize(
    ("verb", "body", "wrong"),
    [
        ("discard", {"ids": ["a"]}, {"/reason": "missing"}),
        ("discard", {"ids": ["a"], "reason": ""}, {"/reason": "wrong_format"}),
        ("redrive", {"ids": []}, {"/ids": "too_few"}),
        ("redrive", {"ids": ["a b"]}, {"/ids/0": "wrong_format"}),
        ("redrive", {"ids": ["a"] * (SETTLED_AT_ONCE + 1)}, {"/ids": "too_many"}),
    ],
)
def test_a_deed_that_is_not_allowed_so_is_refused_whole(
    desk: Desk, letters: LettersInMemory, verb: str, body: object, wrong: dict[str, str]
) -> None:
    assert faults(desk.send(OLGA, f"POST {PATH}/{verb}", body)).keys() == wrong.keys()
    assert letters.deeds == []


@pytest.mark.parametrize("line", [f"GET {PATH}", f"GET {PATH}/a", f"GET {PATH}/audit"])
def test_only_who_operates_the_desk_may_look(desk: Desk, line: str) -> None:
    assert desk.send(Caller("ana", frozenset({"orders:read"})), line).status == 403


@pytest.mark.parametrize("verb", ["redrive", "discard"])
def test_only_who_operates_the_desk_may_settle(desk: Desk, letters: LettersInMemory, verb: str) -> None:
    answer = desk.send(Caller("ana"), f"POST {PATH}/{verb}", {"ids": ["a"], "reason": "no"})

    assert (answer.status, len(letters.kept)) == (403, 3)


def test_the_routes_stand_beside_every_service_and_in_the_document() -> None:
    check_services((ORDERS, OPERATIONS))
    document = openapi((ORDERS, OPERATIONS))

    assert f"{PATH}/redrive" in document["paths"]
    assert "`operate`" in document["components"]["securitySchemes"]["token"]["description"]
