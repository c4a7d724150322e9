"""Events and timers stand or fall with the record that carries them. There is no way to have one without the other."""

from functools import partial

import pytest

from frontdesk.kernel.errors import Conflict, CounterRefused, Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Add, CancelTimer, Claim, Commit, SetTimer, Take
from tests.contract.examples import HOUR, START, label, message, parcel
from tests.contract.stores import Moment, StoreUnderTest

WRITERS = 16


def set_timer(name: str, hours: int, id: str = "p1") -> SetTimer:
    """Return a timer of a parcel."""
    return SetTimer(id, name, START + hours * HOUR, message(f"parcel:{id}:{name}:{hours}"))


def test_events_come_with_their_record_and_in_their_order(store: StoreUnderTest) -> None:
    first, second = message("e1", '{"to":"Zoë \\u0000 \\ud83d\\ude00"}'), message("e2", "[]")
    store.commit(parcel("p1"), label("l1"), events=[second, first])
    assert list(store.events()) == [second, first]


def test_an_event_keeps_every_part_of_its_envelope(store: StoreUnderTest) -> None:
    event = Message(
        "parcel:p1:3:0", "parcels.moved", 4, "p1", 3, START, "req-1", '{"b":[1.50, null],"a":"ü"}'
    )
    store.commit(parcel("p1"), events=[event])
    assert list(store.events()) == [event]


def test_each_commit_adds_its_events_to_those_before(store: StoreUnderTest) -> None:
    for version in range(1, 5):
        store.commit(parcel("p1", version), events=[message(f"e{version}")])
    assert [event.id for event in store.events()] == ["e1", "e2", "e3", "e4"]


def test_a_commit_without_events_publishes_none_again(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), events=[message("e1")], timers=[set_timer("pay", 1)])
    store.commit(parcel("p1", 2))
    assert [event.id for event in store.events()] == ["e1"]
    assert store.timers() == {("p1", "pay"): set_timer("pay", 1)}


def test_events_and_timers_need_a_record_to_ride_with() -> None:
    with pytest.raises(ValueError, match="ride with a changed record"):
        Commit(events=(message("e1"),))
    with pytest.raises(ValueError, match="ride with a changed record"):
        Commit(timers=(set_timer("pay", 1),), counters=(Add("c", 1),))


def test_a_refused_commit_publishes_nothing_and_sets_no_timer(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"))
    with pytest.raises(Conflict):
        store.commit(parcel("p1"), events=[message("e1")], timers=[set_timer("pay", 1)])
    with pytest.raises(CounterRefused):
        store.commit(
            parcel("p1", 2), counters=[Add("c", -1)], events=[message("e2")], timers=[set_timer("pay", 2)]
        )
    assert list(store.events()) == []
    assert store.timers() == {}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_commit_of_unknown_outcome_is_whole_or_nothing(store: StoreUnderTest, moment: Moment) -> None:
    store.commit(parcel("p1"))
    stored = moment == "after"
    store.break_next_commit(moment)
    with pytest.raises(Unavailable):
        store.commit(
            parcel("p1", 2),
            parcel("p2"),
            counters=[Add("c", 3)],
            claims=[Take("k", "ann")],
            events=[message("e1")],
            timers=[set_timer("pay", 1)],
        )
    assert store.get("p1") == parcel("p1", 2 if stored else 1)
    assert store.get("p2") == (parcel("p2") if stored else None)
    assert store.count("c") == (3 if stored else 0)
    assert store.claim("k") == (Claim("ann") if stored else None)
    assert list(store.events()) == ([message("e1")] if stored else [])
    assert store.timers() == ({("p1", "pay"): set_timer("pay", 1)} if stored else {})


@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_an_unknown_outcome_a_repeat_shows_what_became_of_it(
    store: StoreUnderTest, moment: Moment
) -> None:
    stored = moment == "after"
    store.break_next_commit(moment)
    with pytest.raises(Unavailable):
        store.commit(parcel("p1"), events=[message("e1")])
    if stored:
        with pytest.raises(Conflict):
            store.commit(parcel("p1"), events=[message("e1")])
    else:
        store.commit(parcel("p1"), events=[message("e1")])
    assert store.get("p1") == parcel("p1")
    assert list(store.events()) == [message("e1")]


def test_under_many_writers_every_stored_version_has_its_event_and_no_other_has(
    store: StoreUnderTest,
) -> None:
    async def write(writer: int) -> None:
        for _ in range(5):
            record = await store.port.get("parcel", "p1")
            version = record.version + 1 if record else 1
            event = message(f"{version} by {writer}")
            try:
                await store.committing(parcel("p1", version, body=f'"{event.id}"'), events=[event])()
            except Conflict:
                continue

    store.workers.together([partial(write, writer) for writer in range(WRITERS)])
    record = store.get("p1")
    assert record is not None
    versions = [int(event.id.split()[0]) for event in store.events()]
    assert versions == list(range(1, record.version + 1))
    assert record.body == f'"{store.events()[-1].id}"'


def test_a_timer_is_set_with_its_record(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), timers=[set_timer("pay", 1), set_timer("remind", 2)])
    assert store.timers() == {("p1", "pay"): set_timer("pay", 1), ("p1", "remind"): set_timer("remind", 2)}


def test_setting_a_timer_again_replaces_it(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), timers=[set_timer("pay", 1)])
    store.commit(parcel("p1", 2), timers=[set_timer("pay", 5)])
    assert store.timers() == {("p1", "pay"): set_timer("pay", 5)}


def test_a_cancelled_timer_is_gone_and_the_others_stay(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), parcel("p2"), timers=[set_timer("pay", 1), set_timer("pay", 1, id="p2")])
    store.commit(parcel("p1", 2), timers=[CancelTimer("p1", "pay")])
    assert store.timers() == {("p2", "pay"): set_timer("pay", 1, id="p2")}


def test_cancelling_a_timer_that_is_not_set_is_fine(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), timers=[CancelTimer("p1", "pay")])
    assert store.get("p1") == parcel("p1")
    assert store.timers() == {}


def test_a_refused_commit_leaves_the_timers_as_they_were(store: StoreUnderTest) -> None:
    store.commit(parcel("p1"), timers=[set_timer("pay", 1)])
    for timer in (CancelTimer("p1", "pay"), set_timer("pay", 9)):
        with pytest.raises(Conflict):
            store.commit(parcel("p1"), timers=[timer])
    assert store.timers() == {("p1", "pay"): set_timer("pay", 1)}
