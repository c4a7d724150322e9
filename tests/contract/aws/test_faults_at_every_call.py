"""One story, told again and again with a fault at its first call, its second, its third: it always ends the same."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import TypeVar

import pytest

from frontdesk.adapters.aws.client import AwsClient
from frontdesk.adapters.aws.items import events_of
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.kernel.errors import Conflict, Unavailable
from frontdesk.kernel.records import Add, Claim, Commit, Free, Span, Take, Unchanged
from tests.contract.aws import faults
from tests.contract.aws.cut_wire import cut_wire
from tests.contract.aws.faults import Fault, FaultyClient
from tests.contract.examples import START, label, message, parcel
from tests.contract.in_dynamodb import client_of, fresh_table, images
from tests.contract.workers import Threads

pytestmark = pytest.mark.emulator
T = TypeVar("T")
CALLS = 14  # that the story makes when nothing goes wrong
WRITES = 5

STORY = (
    Commit((parcel("p1", shelf=("A", "1")),), events=(message("made"),)),
    Commit((parcel("p2", shelf=("A", "2")),), (Unchanged("parcel", "p1", 1),), (Add("stock", 5),)),
    Commit((parcel("p1", 2, shelf=("A", "1")),), events=(message("moved"),)),
    Commit(
        (parcel("p2", 2), label("l1")),
        (),
        (Add("stock", -2),),
        (Take("slot", "ann"),),
        (message("labelled"),),
    ),
    Commit((label("l1", 2),), (), (), (Free("slot", "ann"), Take("dock", "ann")), (message("freed"),)),
)


class Teller:
    """Tells the story as a careful caller does: after Unavailable it looks, and repeats what did not stand."""

    def __init__(self, store: DynamoStore) -> None:
        self.gave_up = 0
        self._store = store

    async def tell(self) -> None:
        """Commit and read everything."""
        for commit in STORY:
            await self._insist(commit)
        assert await self._read(lambda: self._store.get("parcel", "p1")) == parcel("p1", 2, shelf=("A", "1"))
        assert await self._read(lambda: self._store.get("parcel", "p2")) == parcel("p2", 2)
        both = await self._read(lambda: self._store.get_many("label", ["l1", "l2"]))
        assert both == {"l1": label("l1", 2)}
        listed = await self._read(lambda: self._store.query("parcel", "shelf", "A", Span()))
        assert [record.id for record in listed] == ["p1"]
        assert await self._read(lambda: self._store.counts(["stock"])) == {"stock": 3}
        assert await self._read(lambda: self._store.claim("slot")) is None
        assert await self._read(lambda: self._store.claim("dock")) == Claim("ann")
        assert await self._read(lambda: self._store.get("parcel", "p3")) is None

    async def _insist(self, commit: Commit) -> None:
        record = commit.changes[0]
        try:
            await self._store.commit(commit)
        except Unavailable:
            self.gave_up += 1
            if await self._store.get(record.kind, record.id) != record:
                await self._store.commit(commit)
            else:
                with pytest.raises(Conflict):
                    await self._store.commit(commit)

    async def _read(self, read: Callable[[], Awaitable[T]]) -> T:
        try:
            return await read()
        except Unavailable:
            self.gave_up += 1
            return await read()


@pytest.fixture
def client(emulator_url: str) -> Iterator[AwsClient]:
    """Return a client that nothing goes wrong with."""
    with client_of(emulator_url) as client:
        yield client


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("fault", [faults.breaks, faults.is_not_answered])
def test_whichever_call_is_not_answered_the_caller_hears_unavailable_and_nothing_is_doubled(
    client: AwsClient, fault: Fault, moment: str
) -> None:
    assert _told_with_each_fault(client, fault, moment) == [1] * CALLS


def test_whichever_call_is_throttled_the_caller_hears_unavailable(client: AwsClient) -> None:
    assert _told_with_each_fault(client, faults.is_throttled) == [1] * CALLS


@pytest.mark.parametrize("fault", [faults.transaction_is_throttled, faults.is_in_progress])
def test_whichever_transaction_is_throttled_the_caller_hears_unavailable(
    client: AwsClient, fault: Fault
) -> None:
    assert _told_with_each_fault(client, fault) == [1] * (WRITES - 2)


def test_whichever_write_meets_other_transactions_its_caller_does_not_notice(client: AwsClient) -> None:
    assert _told_with_each_fault(client, faults.meets_others) == [0] * WRITES


@pytest.mark.parametrize("moment", ["before", "after"])
def test_whichever_answer_is_lost_on_the_wire_a_retry_hears_it(emulator_url: str, moment: str) -> None:
    with client_of(emulator_url) as sound:
        for at in count(1):
            with (
                cut_wire(emulator_url, at, moment) as wire,
                client_of(wire.url) as cut,
                fresh_table(sound) as table,
            ):
                teller = Teller(DynamoStore(cut, table, FixedClock(START), SeededChance(next(_SEEDS))))
                Threads().run(teller.tell())
                assert teller.gave_up == 0
                _check_events(sound, table)
            if not wire.was_cut:
                assert at == CALLS + 1
                return


_SEEDS = count(10_000)  # the emulator remembers the request tokens of other tests


def _told_with_each_fault(client: AwsClient, fault: Fault, moment: str = "before") -> list[int]:
    """Return how often the caller heard Unavailable, for each place of the fault."""
    gave_up: list[int] = []
    for at in count(1):
        with fresh_table(client) as table:
            faulty = FaultyClient(client, fault, at, moment)
            teller = Teller(DynamoStore(faulty, table, FixedClock(START), SeededChance(next(_SEEDS))))
            Threads().run(teller.tell())
            _check_events(client, table)
        if not faulty.fired:
            break
        gave_up.append(teller.gave_up)
    return gave_up


def _check_events(client: AwsClient, table: str) -> None:
    events = [event.id for item in images(client, table) for event in events_of(item)]
    assert events == ["made", "moved", "labelled", "freed"]
