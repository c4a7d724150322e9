"""What fits into a commit fits into every store, to the last byte; what does not is refused before a store sees it."""

from typing import Any

import pytest

from frontdesk.kernel import limits
from frontdesk.kernel.errors import TooLarge
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Add, CancelTimer, Claim, Commit, SetTimer, Take, Unchanged
from tests.contract.examples import START, label, message, parcel
from tests.contract.stores import StoreUnderTest

KEY = "é" * (limits.KEY_BYTES // 2)  # two bytes each


def text_of(size: int) -> str:
    """Return a JSON text of so many bytes, most of them quotes: quoted once more, it would grow by two thirds."""
    return '["' + '","' * ((size - 4) // 3) + " " * ((size - 4) % 3) + '"]'


@pytest.mark.parametrize(
    "parts",
    [
        {"changes": [parcel(f"p{n}") for n in range(limits.COMMIT_ACTIONS + 1)]},
        {"unchanged": [Unchanged("parcel", f"p{n}", 1) for n in range(limits.COMMIT_ACTIONS + 1)]},
        {"counters": [Add(f"c{n}", 1) for n in range(limits.COMMIT_ACTIONS + 1)]},
        {"claims": [Take(f"c{n}", "ann") for n in range(limits.COMMIT_CLAIMS + 1)]},
        {"changes": [parcel("p", body=text_of(limits.COMMIT_BYTES + 1))]},
        {"changes": [parcel("p", body="é" * (limits.COMMIT_BYTES // 2) + "e")]},
        {"changes": [parcel(KEY + "e")]},
        {"changes": [parcel("p", shelf=(KEY + "e", "1"))]},
        {"changes": [parcel("p", shelf=("A", KEY + "e"))]},
        {"counters": [Add(KEY + "e", 1)]},
        {"claims": [Take(KEY + "e", "ann")]},
        {"changes": [parcel("p")], "events": [message("e", text_of(limits.EVENT_BYTES + 1))]},
        {"changes": [parcel("p")], "events": [message("e")] * (limits.EVENTS_PER_COMMIT + 1)},
        {"changes": [parcel("p")], "timers": [CancelTimer("p", "t")] * (limits.TIMERS_PER_COMMIT + 1)},
        {
            "changes": [parcel("p")],
            "timers": [SetTimer("p", "t", START, message("e", text_of(limits.EVENT_BYTES + 1)))],
        },
        {
            "changes": [parcel("p", body=text_of(limits.COMMIT_BYTES - limits.EVENT_BYTES + 1))],
            "events": [message("e", text_of(limits.EVENT_BYTES))],
        },
    ],
)
def test_a_commit_over_a_limit_cannot_even_be_made(parts: dict[str, Any]) -> None:
    with pytest.raises(TooLarge):
        Commit(**{name: tuple(part) for name, part in parts.items()})


@pytest.mark.parametrize("entry", [("", "1"), ("A", ""), ("", "")])
def test_an_index_entry_with_an_empty_half_cannot_be_stored_anywhere(entry: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="half an index entry is empty"):
        Commit((parcel("p1", shelf=entry),))


def test_a_commit_takes_as_many_actions_as_are_allowed(store: StoreUnderTest) -> None:
    store.commit(*(parcel(f"read{n}") for n in range(10)))
    store.commit(
        *(parcel(f"p{n}", shelf=("A", f"{n:02}")) for n in range(10)),
        unchanged=[Unchanged("parcel", f"read{n}", 1) for n in range(10)],
        counters=[Add(f"c{n}", n) for n in range(20)],
        claims=[Take(f"k{n}", "ann") for n in range(limits.COMMIT_CLAIMS)],
        events=[message(f"e{n}") for n in range(limits.EVENTS_PER_COMMIT)],
        timers=[SetTimer("p0", f"t{n}", START, message(f"t{n}")) for n in range(limits.TIMERS_PER_COMMIT)],
    )
    assert store.query("A", newest_first=False) == [f"p{n}" for n in range(10)]
    assert [store.count(f"c{n}") for n in range(20)] == list(range(20))
    assert {store.claim(f"k{n}") for n in range(limits.COMMIT_CLAIMS)} == {Claim("ann")}
    assert [event.id for event in store.events()] == [f"e{n}" for n in range(limits.EVENTS_PER_COMMIT)]
    assert len(store.timers()) == limits.TIMERS_PER_COMMIT


def test_a_commit_may_change_as_many_records_as_it_may_take_actions(store: StoreUnderTest) -> None:
    ids = [f"p{n}" for n in range(limits.COMMIT_ACTIONS)]
    store.commit(*map(parcel, ids))
    store.commit(*(parcel(id, 2) for id in ids))
    assert store.get_many(*ids) == {id: parcel(id, 2) for id in ids}


@pytest.mark.parametrize("body", [text_of(limits.COMMIT_BYTES), "é" * (limits.COMMIT_BYTES // 2)])
def test_one_record_may_be_as_large_as_a_commit(store: StoreUnderTest, body: str) -> None:
    large = parcel("p1", body=body, shelf=("A", "1"))
    store.commit(large)
    assert store.get("p1") == large
    assert store.get_many("p1") == {"p1": large}
    assert store.query("A") == ["p1"]


def test_records_and_events_may_fill_a_commit_together(store: StoreUnderTest) -> None:
    events = [message(f"e{n}", text_of(limits.EVENT_BYTES)) for n in range(2)]
    timer = SetTimer("p1", "t", START, message("t", text_of(limits.EVENT_BYTES)))
    records = [parcel("p1", body=text_of(limits.EVENT_BYTES - 100)), label("l1", body=text_of(100))]
    store.commit(*records, events=events, timers=[timer], counters=[Add("c", 1)], claims=[Take("k", "ann")])
    assert store.get("p1") == records[0]
    assert list(store.events()) == events
    assert store.timers() == {("p1", "t"): timer}


def test_events_alone_may_fill_a_commit(store: StoreUnderTest) -> None:
    events = [message(f"e{n}", text_of(limits.EVENT_BYTES)) for n in range(4)]
    store.commit(parcel("p1", body=""), events=events)
    assert list(store.events()) == events


def test_keys_may_be_as_long_as_the_limit_says(store: StoreUnderTest) -> None:
    long = parcel(KEY, shelf=(KEY, KEY))
    store.commit(
        long, counters=[Add(KEY, 1)], claims=[Take(KEY, KEY)], unchanged=[Unchanged("label", KEY, 0)]
    )
    assert store.get(KEY) == long
    assert store.query(KEY, high=KEY + "e") == [KEY]
    assert store.count(KEY) == 1
    assert store.claim(KEY) == Claim(KEY)


def test_an_envelope_may_be_long(store: StoreUnderTest) -> None:
    long = Message(f"parcel:{KEY}:1:0", "n" * 200, 1, KEY, 1, START, "c" * 200, "{}")
    store.commit(parcel(KEY), events=[long])
    assert list(store.events()) == [long]
