"""Reads by id see every commit that was answered before, whatever the text is."""

import json

import pytest

from frontdesk.kernel import limits
from frontdesk.kernel.records import Add, Claim, Record, Take
from tests.contract.examples import message, parcel
from tests.contract.stores import StoreUnderTest

TEXTS = [
    "",
    " ",
    "Zoë",
    "日本語",
    "😀 👩‍👩‍👧",
    "e\u0301 is not é",
    "'; drop table r_parcel; --",
    '"\\\n\t\r',
    "a\x00b\x1f",
    "\ufeff\u2028\u202e\uffff",
    "p:1#2|3~4%_",
]


def test_a_reader_sees_its_own_write_at_once(store: StoreUnderTest) -> None:
    for version in range(1, 20):
        written = parcel("p1", version, body=str(version), shelf=("A", "1"))
        store.commit(written)
        assert store.get("p1") == written
        assert store.get_many("p1") == {"p1": written}


def test_a_reader_sees_anothers_write_once_it_was_answered(store: StoreUnderTest) -> None:
    async def write_and_read(own: str) -> None:
        for version in range(1, 6):
            await store.committing(parcel(own, version))()
            assert await store.port.get("parcel", own) == parcel(own, version)

    ids = [f"p{n}" for n in range(8)]
    assert store.together(*(lambda own=own: write_and_read(own) for own in ids)) == [None] * len(ids)
    assert store.get_many(*ids) == {id: parcel(id, 5) for id in ids}


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_as_it_went_in(store: StoreUnderTest, text: str) -> None:
    written = Record(
        "parcel", f"p{text}", 1, 1, text, {"shelf": (f"A{text}", f"1{text}")}, text, (f"m{text}",) * 2
    )
    store.commit(
        written,
        claims=[Take(f"k{text}", f"o{text}")],
        counters=[Add(f"c{text}", 1)],
        events=[message(f"e{text}", json.dumps({"text": text}))],
    )
    assert store.get(f"p{text}") == written
    assert store.query(f"A{text}") == [f"p{text}"]
    assert store.claim(f"k{text}") == Claim(f"o{text}")
    assert store.count(f"c{text}") == 1
    assert list(store.events()) == [message(f"e{text}", json.dumps({"text": text}))]


def test_a_hundred_records_are_read_at_once(store: StoreUnderTest) -> None:
    ids = [f"p{n}" for n in range(limits.GET_MANY_MAX)]
    for start in range(0, len(ids), 50):
        store.commit(*map(parcel, ids[start : start + 50]))
    assert store.get_many(*ids) == {id: parcel(id) for id in ids}


def test_of_many_records_asked_for_those_that_exist_are_returned(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), parcel("p2"))
    assert store.get_many("p2", "absent", "p1") == {"p1": parcel("p1"), "p2": parcel("p2")}
    assert store.get_many("absent") == {}
    assert store.get_many() == {}


def test_an_id_asked_for_twice_is_returned_once(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"))
    assert store.get_many("p1", "p1") == {"p1": parcel("p1")}


def test_large_records_are_read_together(store: StoreUnderTest) -> None:
    large = [parcel(f"p{n}", body=f"{n}" * 250_000) for n in range(8)]
    for record in large:
        store.commit(record)
    assert store.get_many(*(record.id for record in large)) == {record.id: record for record in large}
