"""Workers at one item meet as they would at DynamoDB, and none of them notices."""

from functools import partial

import pytest

from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.records import Add, Commit
from tests.contract.examples import START, parcel
from tests.contract.in_dynamodb import BusyTable, client_of, fresh_table
from tests.contract.workers import StillClock, Threads

pytestmark = pytest.mark.emulator
WORKERS = 16
TURNS = 5


def test_workers_at_one_counter_do_meet_and_all_are_served(emulator_url: str) -> None:
    with client_of(emulator_url) as client, fresh_table(client) as table:
        busy = BusyTable(client)
        store = DynamoStore(busy, table, StillClock(START), SeededChance(20_000))

        async def add() -> None:
            for _ in range(TURNS):
                await store.commit(Commit(counters=(Add("hot", 1),)))

        assert Threads().together([add] * WORKERS) == [None] * WORKERS
        assert Threads().run(store.counts(["hot"]))["hot"] == WORKERS * TURNS
        assert busy.met > 0


def test_a_put_and_a_transaction_on_one_record_do_meet_and_one_of_them_wins(emulator_url: str) -> None:
    with client_of(emulator_url) as client, fresh_table(client) as table:
        busy = BusyTable(client)
        store = DynamoStore(busy, table, StillClock(START), SeededChance(30_000))
        put = Commit((parcel("p1"),))
        transaction = Commit((parcel("p1"),), counters=(Add("c", 1),))
        outcomes = Threads().together([partial(store.commit, commit) for commit in (put, transaction) * 8])
        assert [outcome for outcome in outcomes if not isinstance(outcome, Conflict)] == [None]
        assert busy.met > 0
