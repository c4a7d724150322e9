"""A record carries a version; a writer that did not see the newest one loses."""

from collections import Counter
from types import NoneType

import pytest

from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.records import Record
from tests.contract.examples import label, message, parcel
from tests.contract.stores import StoreUnderTest

WRITERS = 16


def test_what_was_never_stored_is_not_there(store: StoreUnderTest) -> None:
    assert store.get("p1") is None
    assert store.claim("p1") is None
    assert store.count("p1") == 0


def test_a_created_record_comes_back_as_it_was_written(store: StoreUnderTest) -> None:
    written = Record(
        "parcel",
        "p1",
        1,
        schema=3,
        body='{"to":"Zoë","kg":1.5}',
        keys={"shelf": ("A", "1~p1"), "sender": ("ann", "2~p1")},
        origin="made-by=print",
    )
    store.commit(written)
    assert store.get("p1") == written


def test_a_changed_record_comes_back_with_every_part_of_its_change(store: StoreUnderTest) -> None:
    store.commit(Record("parcel", "p1", 1, 1, "{}", {"shelf": ("A", "1")}, "made"))
    changed = Record(
        "parcel", "p1", 2, 2, '{"a":1}', {"sender": ("bob", "9")}, "made", ("first", "sent:bob@7.0")
    )
    store.commit(changed)
    assert store.get("p1") == changed


def test_a_version_follows_the_one_before(store: StoreUnderTest) -> None:
    for version in range(1, 6):
        store.commit(parcel("p1", version, body=str(version)))
    assert store.get("p1") == parcel("p1", 5, body="5")


def test_a_second_create_is_a_conflict_and_changes_nothing(store: StoreUnderTest) -> None:
    store.commit(parcel("p1", body='"first"'))
    with pytest.raises(Conflict):
        store.commit(parcel("p1", body='"second"'))
    assert store.get("p1") == parcel("p1", body='"first"')


@pytest.mark.parametrize("version", [2, 3, 5])
def test_a_version_that_does_not_follow_is_a_conflict(store: StoreUnderTest, version: int) -> None:
    for stored in range(1, 4):
        store.commit(parcel("p1", stored))
    with pytest.raises(Conflict):
        store.commit(parcel("p1", version, body='"late"'))
    assert store.get("p1") == parcel("p1", 3)


def test_what_is_not_there_cannot_be_changed(store: StoreUnderTest) -> None:
    with pytest.raises(Conflict):
        store.commit(parcel("p1", 2))
    assert store.get("p1") is None


def test_of_many_creates_of_one_id_exactly_one_wins(store: StoreUnderTest) -> None:
    works = [store.committing(parcel("p1", body=str(n)), events=[message(f"e{n}")]) for n in range(WRITERS)]
    outcomes = store.together(*works)
    assert Counter(map(type, outcomes)) == {NoneType: 1, Conflict: WRITERS - 1}
    winner = outcomes.index(None)
    assert store.get("p1") == parcel("p1", body=str(winner))
    assert [event.id for event in store.events()] == [f"e{winner}"]


def test_writers_that_read_again_after_each_conflict_lose_no_change(store: StoreUnderTest) -> None:
    store.commit(parcel("p1", body="0"))

    async def add_one() -> None:
        while True:
            record = await store.port.get("parcel", "p1")
            assert record is not None
            changed = parcel("p1", record.version + 1, body=str(int(record.body) + 1))
            try:
                return await store.committing(changed)()
            except Conflict:
                continue

    assert store.together(*[add_one] * WRITERS) == [None] * WRITERS
    assert store.get("p1") == parcel("p1", WRITERS + 1, body=str(WRITERS))


def test_kinds_do_not_share_ids(store: StoreUnderTest) -> None:
    store.commit(parcel("x1", body='"parcel"'), label("x1", body='"label"'))
    store.commit(label("x1", 2, body='"new label"'))
    assert store.get("x1") == parcel("x1", body='"parcel"')
    assert store.get("x1", "label") == label("x1", 2, body='"new label"')
