"""A commit may rest on records that it only read: then they must not have moved."""

from collections import Counter
from types import NoneType

import pytest

from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.records import Unchanged
from tests.contract.examples import label, message, parcel
from tests.contract.stores import StoreUnderTest
from tests.contract.workers import Work

ROUNDS = 10


def test_a_commit_stands_while_what_it_read_is_unchanged(store: StoreUnderTest) -> None:
    store.commit(parcel("read"))
    store.commit(parcel("written"), unchanged=[Unchanged("parcel", "read", 1)])
    assert store.get("written") == parcel("written")
    assert store.get("read") == parcel("read")


def test_a_commit_falls_when_what_it_read_has_moved_on(store: StoreUnderTest) -> None:
    store.commit(parcel("read"))
    store.commit(parcel("read", 2))
    with pytest.raises(Conflict):
        store.commit(parcel("written"), unchanged=[Unchanged("parcel", "read", 1)])
    assert store.get("written") is None


def test_a_commit_may_rest_on_a_record_being_absent(store: StoreUnderTest) -> None:
    store.commit(parcel("written"), unchanged=[Unchanged("parcel", "absent", 0)])
    assert store.get("written") == parcel("written")
    assert store.get("absent") is None


def test_a_commit_falls_when_what_was_absent_is_there(store: StoreUnderTest) -> None:
    store.commit(parcel("absent"))
    with pytest.raises(Conflict):
        store.commit(parcel("written"), unchanged=[Unchanged("parcel", "absent", 0)])
    assert store.get("written") is None


def test_a_commit_falls_when_what_it_read_was_never_there(store: StoreUnderTest) -> None:
    with pytest.raises(Conflict):
        store.commit(parcel("written"), unchanged=[Unchanged("parcel", "read", 1)])
    assert store.get("written") is None


def test_one_change_of_many_things_read_is_enough_to_fall(store: StoreUnderTest) -> None:
    store.commit(*(parcel(f"p{n}") for n in range(10)))
    store.commit(parcel("p7", 2))
    with pytest.raises(Conflict):
        store.commit(label("l1"), unchanged=[Unchanged("parcel", f"p{n}", 1) for n in range(10)])


def test_a_commit_may_change_nothing_and_only_ask(store: StoreUnderTest) -> None:
    store.commit(parcel("read"))
    store.commit(unchanged=[Unchanged("parcel", "read", 1)])
    with pytest.raises(Conflict):
        store.commit(unchanged=[Unchanged("parcel", "read", 2)])


def test_a_commit_of_nothing_stands(store: StoreUnderTest) -> None:
    store.commit()
    assert list(store.events()) == []


def test_of_two_handlers_that_read_each_others_data_and_write_their_own_one_wins(
    store: StoreUnderTest,
) -> None:
    for n in range(ROUNDS):
        anns, bobs = f"anns{n}", f"bobs{n}"
        store.commit(parcel(anns), parcel(bobs))
        outcomes = store.together(
            _goes_home(store, anns, unless_gone=bobs, guarded=True),
            _goes_home(store, bobs, unless_gone=anns, guarded=True),
        )
        assert Counter(map(type, outcomes)) == {NoneType: 1, Conflict: 1}
        assert len(store.events()) == n + 1


def test_without_saying_what_they_read_both_would_win(store: StoreUnderTest) -> None:
    store.commit(parcel("anns"), parcel("bobs"))
    outcomes = store.together(
        _goes_home(store, "anns", unless_gone="bobs", guarded=False),
        _goes_home(store, "bobs", unless_gone="anns", guarded=False),
    )
    assert outcomes == [None, None]
    assert len(store.events()) == 2


def _goes_home(store: StoreUnderTest, own: str, *, unless_gone: str, guarded: bool) -> Work[None]:
    """Return the work of one who may go home as long as the other stays: it reads both and writes its own."""
    other = store.get(unless_gone)
    assert other is not None
    assert other.body == "{}"
    unchanged = [Unchanged("parcel", other.id, other.version)] if guarded else []
    return store.committing(
        parcel(own, 2, body='"gone"'), unchanged=unchanged, events=[message(f"{own} gone")]
    )
