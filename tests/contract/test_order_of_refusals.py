"""A lost race is reported before a rule's no: fresh state might change the decision."""

import pytest

from frontdesk.kernel.errors import ClaimTaken, Conflict, CounterRefused
from frontdesk.kernel.records import Add, Take, Unchanged
from tests.contract.examples import parcel
from tests.contract.stores import StoreUnderTest

TAKEN = Take("taken", "bob")
TOO_MUCH = Add("stock", -5)


@pytest.fixture(autouse=True)
def _stored(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), parcel("p2"), claims=[Take("taken", "ann")], counters=[Add("stock", 4)])


def test_a_stale_record_is_reported_before_a_claim_and_a_counter(store: StoreUnderTest) -> None:
    with pytest.raises(Conflict):
        store.commit(parcel("p1"), claims=[TAKEN], counters=[TOO_MUCH])


def test_a_stale_record_is_reported_wherever_it_stands(store: StoreUnderTest) -> None:
    with pytest.raises(Conflict):
        store.commit(parcel("p1", 2), parcel("p2", 3), claims=[TAKEN])


def test_a_record_that_moved_is_reported_before_a_claim_and_a_counter(store: StoreUnderTest) -> None:
    moved = Unchanged("parcel", "p2", 2)
    with pytest.raises(Conflict):
        store.commit(parcel("p1", 2), unchanged=[moved], claims=[TAKEN], counters=[TOO_MUCH])


def test_a_taken_claim_is_reported_before_a_counter(store: StoreUnderTest) -> None:
    with pytest.raises(ClaimTaken):
        store.commit(parcel("p1", 2), claims=[TAKEN], counters=[TOO_MUCH])


def test_a_counter_is_reported_when_nothing_else_is_wrong(store: StoreUnderTest) -> None:
    fine = {"unchanged": [Unchanged("parcel", "p2", 1)], "claims": [Take("free", "bob")]}
    with pytest.raises(CounterRefused):
        store.commit(parcel("p1", 2), **fine, counters=[TOO_MUCH])


def test_no_refusal_leaves_anything_behind(store: StoreUnderTest) -> None:
    wrongs = [
        (parcel("p2"), Take("free", "bob"), Add("stock", 1)),
        (parcel("p2", 2), TAKEN, Add("stock", 1)),
        (parcel("p2", 2), Take("free", "bob"), TOO_MUCH),
    ]
    for record, claim, add in wrongs:
        with pytest.raises((Conflict, ClaimTaken, CounterRefused)):
            store.commit(parcel("p1", 2), record, claims=[claim], counters=[add])
    assert (store.get("p1"), store.get("p2")) == (parcel("p1"), parcel("p2"))
    assert store.claim("free") is None
    assert store.count("stock") == 4
