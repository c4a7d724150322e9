"""A claim keeps a key for one owner, for ever or until a deadline."""

from collections import Counter
from datetime import timedelta
from types import NoneType

import pytest

from frontdesk.kernel.errors import ClaimTaken
from frontdesk.kernel.records import Add, Claim, Free, Record, Take
from tests.contract.examples import HOUR, TICK, message, parcel
from tests.contract.stores import StoreUnderTest

RACERS = 16


def test_a_free_key_can_be_taken_for_ever(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann")])
    store.clock.advance(timedelta(days=10_000))
    assert store.claim("slot") == Claim("ann")
    with pytest.raises(ClaimTaken):
        store.commit(claims=[Take("slot", "bob")])


def test_a_refusal_says_which_key_and_who_holds_it(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann")])
    with pytest.raises(ClaimTaken) as taken:
        store.commit(claims=[Take("other", "bob"), Take("slot", "bob")])
    assert (taken.value.key, taken.value.owner) == ("slot", "ann")
    assert store.claim("slot") == Claim("ann")
    assert store.claim("other") is None


def test_of_several_claims_refused_the_first_is_reported(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("s1", "ann"), Take("s2", "bea"), Take("s3", "cid")])
    with pytest.raises(ClaimTaken) as taken:
        store.commit(claims=[Take("s0", "dan"), Take("s3", "dan"), Free("s1", "dan"), Take("s2", "dan")])
    assert (taken.value.key, taken.value.owner) == ("s3", "cid")


def test_taking_ones_own_again_sets_the_new_deadline(store: StoreUnderTest) -> None:
    now = store.clock.now()
    store.commit(claims=[Take("slot", "ann", now + HOUR)])
    store.commit(claims=[Take("slot", "ann", now + 3 * HOUR)])
    assert store.claim("slot") == Claim("ann", now + 3 * HOUR)
    store.commit(claims=[Take("slot", "ann", now + 2 * HOUR)])
    assert store.claim("slot") == Claim("ann", now + 2 * HOUR)


def test_a_claim_with_a_deadline_can_be_made_permanent(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann", store.clock.now() + HOUR)])
    store.commit(claims=[Take("slot", "ann")])
    store.clock.advance(2 * HOUR)
    assert store.claim("slot") == Claim("ann")
    with pytest.raises(ClaimTaken):
        store.commit(claims=[Take("slot", "bob")])


def test_a_permanent_claim_can_be_given_a_deadline(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann")])
    store.commit(claims=[Take("slot", "ann", store.clock.now() + HOUR)])
    store.clock.advance(HOUR)
    store.commit(claims=[Take("slot", "bob")])
    assert store.claim("slot") == Claim("bob")


def test_a_claim_binds_until_a_microsecond_before_its_deadline(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann", store.clock.now() + HOUR)])
    store.clock.advance(HOUR - TICK)
    with pytest.raises(ClaimTaken) as taken:
        store.commit(claims=[Take("slot", "bob")])
    assert taken.value.owner == "ann"


def test_a_claim_has_lapsed_at_exactly_its_deadline(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann", store.clock.now() + HOUR)])
    store.clock.advance(HOUR)
    store.commit(claims=[Take("slot", "bob")])
    assert store.claim("slot") == Claim("bob")


def test_a_lapsed_claim_still_shows_its_owner_and_deadline(store: StoreUnderTest) -> None:
    deadline = store.clock.now() + HOUR
    store.commit(claims=[Take("slot", "ann", deadline)])
    store.clock.advance(2 * HOUR)
    assert store.claim("slot") == Claim("ann", deadline)


def test_a_lapsed_claim_is_taken_over_by_exactly_one_of_many(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann", store.clock.now() + HOUR)])
    store.clock.advance(HOUR)
    works = [store.committing(parcel(f"p{n}"), claims=[Take("slot", f"racer {n}")]) for n in range(RACERS)]
    outcomes = store.together(*works)
    assert Counter(map(type, outcomes)) == {NoneType: 1, ClaimTaken: RACERS - 1}
    winner = outcomes.index(None)
    assert store.claim("slot") == Claim(f"racer {winner}")
    assert {outcome.owner for outcome in outcomes if isinstance(outcome, ClaimTaken)} == {f"racer {winner}"}
    assert list(store.get_many(*(f"p{n}" for n in range(RACERS)))) == [f"p{winner}"]


def test_a_freed_key_can_be_taken_at_once(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann")])
    store.commit(claims=[Free("slot", "ann")])
    assert store.claim("slot") is None
    store.commit(claims=[Take("slot", "bob")])
    assert store.claim("slot") == Claim("bob")


def test_freeing_what_another_holds_is_refused(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann")])
    with pytest.raises(ClaimTaken) as taken:
        store.commit(parcel("p1"), claims=[Free("slot", "bob")])
    assert (taken.value.key, taken.value.owner) == ("slot", "ann")
    assert store.claim("slot") == Claim("ann")
    assert store.get("p1") is None


def test_freeing_what_nobody_holds_is_fine(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), claims=[Free("slot", "ann")])
    assert store.get("p1") == parcel("p1")
    assert store.claim("slot") is None


def test_anyone_may_free_a_lapsed_claim(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann", store.clock.now() + HOUR)])
    store.clock.advance(HOUR)
    store.commit(claims=[Free("slot", "bob")])
    assert store.claim("slot") is None


def test_one_commit_swaps_one_key_for_another(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("monday", "ann")])
    store.commit(parcel("p1"), claims=[Free("monday", "ann"), Take("tuesday", "ann")])
    assert (store.claim("monday"), store.claim("tuesday")) == (None, Claim("ann"))


def test_a_refused_claim_leaves_the_record_and_its_events_unwritten(store: StoreUnderTest) -> None:
    store.commit(claims=[Take("slot", "ann")])
    with pytest.raises(ClaimTaken):
        store.commit(parcel("p1"), claims=[Take("slot", "bob")], events=[message("booked")])
    assert store.get("p1") is None
    assert list(store.events()) == []


def test_claims_counters_and_records_of_one_name_are_different_things(store: StoreUnderTest) -> None:
    named = [Record(kind, "x", 1, 1, f'"{kind}"') for kind in ("parcel", "claim", "counter")]
    store.commit(*named, claims=[Take("x", "ann"), Take("parcel:x", "bob")], counters=[Add("x", 5)])
    assert [store.get("x", record.kind) for record in named] == named
    assert store.claim("x") == Claim("ann")
    assert store.claim("parcel:x") == Claim("bob")
    assert store.count("x") == 5
