"""Publishing: what one call takes, and what its answer means."""

import json
from typing import Any

import pytest

from frontdesk.adapters.aws.envelope import MAX_BYTES, size
from frontdesk.adapters.aws.events import EventBus
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from tests.unit.aws.scripted_client import SILENCE, Outcome, ScriptedClient, refused
from tests.unit.driver import START, run


def messages(count: int, chars: int = 0) -> list[Message]:
    body = json.dumps({"t": "x" * chars})
    return [Message(f"k:o{n}:1:0", "Order Created", 1, f"o{n}", 1, START, "req", body) for n in range(count)]


def answer(*taken: bool) -> dict[str, Any]:
    """Answer entry by entry."""
    results = [{"EventId": "e"} if one else {"ErrorCode": "ThrottlingException"} for one in taken]
    return {"FailedEntryCount": taken.count(False), "Entries": results}


def published(chunk: list[Message], *outcomes: Outcome) -> tuple[list[int], list[list[dict[str, Any]]]]:
    """Return which were refused, and the entries of each call."""
    client = ScriptedClient(*outcomes)
    found = list(run(EventBus(client, "bus", "orders").publish(chunk)))
    return found, [payload["Entries"] for _, _, payload in client.calls]


def test_a_call_takes_ten_entries_in_their_order() -> None:
    refused_places, calls = published(
        messages(23), answer(*[True] * 10), answer(*[True] * 10), answer(*[True] * 3)
    )
    assert refused_places == []
    assert [len(entries) for entries in calls] == [10, 10, 3]
    told = [json.loads(entry["Detail"])["metadata"]["source"] for entries in calls for entry in entries]
    assert told == [f"o{n}" for n in range(23)]


def test_a_call_takes_256_kb_of_all_its_entries_together() -> None:
    _, calls = published(messages(10, 60 * 1024), answer(*[True] * 4))
    assert [len(entries) for entries in calls] == [4, 4, 2]
    assert all(sum(map(size, entries)) <= MAX_BYTES for entries in calls)


def test_nothing_is_asked_for_nothing() -> None:
    assert published([]) == ([], [])


def test_refused_entries_are_told_by_their_places_in_the_chunk() -> None:
    first = answer(*[n not in {0, 7} for n in range(10)])
    found, _ = published(messages(12), first, answer(True, False))
    assert found == [0, 7, 11]


def test_an_entry_that_the_answer_does_not_speak_of_was_not_taken() -> None:
    assert published(messages(3), answer(True))[0] == [1, 2]
    assert published(messages(2), {})[0] == [0, 1]


@pytest.mark.parametrize(
    "failure", [SILENCE, refused("AccessDeniedException"), refused("Throttled", 429), refused("Broken", 500)]
)
def test_a_call_that_fails_as_a_whole_is_tried_again_or_parked(failure: Outcome) -> None:
    with pytest.raises(Unavailable):
        published(messages(3), failure)
    # Of several calls one may have done its work: only the others are offered again.
    assert published(messages(12), answer(*[True] * 10), failure)[0] == [10, 11]
    assert published(messages(12), failure, answer(True, True))[0] == list(range(10))
