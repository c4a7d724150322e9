"""What the store makes of DynamoDB's answers, those that the emulator never gives among them."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from frontdesk.adapters.aws.client import AwsError, Service
from frontdesk.adapters.aws.items import Item, claim_item, record_item
from frontdesk.adapters.aws.store import PATIENCE, PAUSE_MAX_SECONDS, DynamoStore
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.kernel.errors import ClaimTaken, Conflict, CounterRefused, Unavailable
from frontdesk.kernel.records import Add, Commit, Record, Span, Take, Unchanged
from tests.contract.aws.faults import refused
from tests.contract.examples import START, message, parcel
from tests.contract.workers import Threads

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]

FINE, REFUSED, BUSY = "None", "ConditionalCheckFailed", "TransactionConflict"
HELD = claim_item(Take("k", "ann"))
COMMIT = Commit(
    (parcel("p1"), parcel("p2")),
    (Unchanged("parcel", "p3", 1),),
    (Add("c1", -1), Add("c2", -1)),
    (Take("k1", "bob"), Take("k2", "bob")),
)
"""Its actions: two records, one unchanged, two claims, two counters."""


class ScriptedClient:
    """Gives its answers one after the other, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self._answers = deque(answers)

    def call(self, service: Service, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """See `AwsClient.call`."""
        self.calls.append((operation, payload))
        answer = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        return answer(payload)


def say(**answer: Any) -> Answer:
    """Answer so."""
    return lambda _: answer


def fail(error: AwsError) -> Answer:
    """Answer with an error."""

    def answer(_: Mapping[str, Any]) -> dict[str, Any]:
        raise error

    return answer


def cancel(*codes: str) -> Answer:
    """Cancel a transaction; what is refused shows a claim of ann's."""
    reasons = [{"Code": code, "Item": HELD} if code == REFUSED else {"Code": code} for code in codes]
    return fail(refused("TransactionCanceledException", CancellationReasons=reasons))


def show_own_write(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse, because the first attempt of this very write has stood."""
    if "TransactItems" not in payload:
        raise refused("ConditionalCheckFailedException", Item=payload["Item"])
    items = [action.get("Put", {}).get("Item", {}) for action in payload["TransactItems"]]
    reasons = [{"Code": REFUSED, "Item": item} for item in items]
    raise refused("TransactionCanceledException", CancellationReasons=reasons)


def store_on(client: ScriptedClient, clock: FixedClock | None = None) -> DynamoStore:
    """Return a store over a client."""
    return DynamoStore(client, "table", clock or FixedClock(START), SeededChance(3))


def commit(commit: Commit, *answers: Answer) -> ScriptedClient:
    """Commit against these answers."""
    client = ScriptedClient(*answers)
    Threads().run(store_on(client).commit(commit))
    return client


@pytest.mark.parametrize(
    "made", [Commit((parcel("p1"),)), COMMIT, Commit((parcel("p1", 2),), (), (Add("c", 1),))]
)
def test_a_retry_that_meets_its_own_first_attempt_has_succeeded(made: Commit) -> None:
    assert len(commit(made, show_own_write).calls) == 1


def test_a_create_that_meets_anothers_write_is_a_conflict() -> None:
    others = record_item(parcel("p1"), "another token", START)
    with pytest.raises(Conflict):
        commit(Commit((parcel("p1"),)), fail(refused("ConditionalCheckFailedException", Item=others)))


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        ((REFUSED, FINE, FINE, FINE, FINE, FINE, FINE), Conflict),
        ((FINE, FINE, REFUSED, FINE, FINE, FINE, FINE), Conflict),
        ((REFUSED,) * 7, Conflict),
        ((BUSY, REFUSED, FINE, BUSY, FINE, BUSY, FINE), Conflict),
        ((FINE, FINE, FINE, FINE, REFUSED, FINE, REFUSED), ClaimTaken),
        ((FINE, FINE, FINE, REFUSED, BUSY, FINE, BUSY), ClaimTaken),
        ((FINE, FINE, FINE, FINE, FINE, FINE, REFUSED), CounterRefused),
    ],
)
def test_a_refusal_is_reported_at_once_when_nothing_before_it_is_undecided(
    codes: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        commit(COMMIT, cancel(*codes), say())


@pytest.mark.parametrize(
    "codes",
    [
        (BUSY,) * 7,
        (FINE, FINE, FINE, FINE, FINE, FINE, BUSY),
        (BUSY, FINE, FINE, REFUSED, FINE, FINE, FINE),
        (FINE, FINE, BUSY, FINE, FINE, REFUSED, FINE),
        (FINE, FINE, FINE, BUSY, REFUSED, FINE, FINE),
        (FINE, FINE, FINE, FINE, FINE, BUSY, REFUSED),
        (FINE, FINE, FINE, FINE, FINE, BUSY, "ThrottlingError"),
    ],
)
def test_what_others_at_work_leave_undecided_is_tried_again(codes: tuple[str, ...]) -> None:
    assert len(commit(COMMIT, cancel(*codes), say()).calls) == 2


def test_a_put_that_met_a_transaction_is_tried_again() -> None:
    client = commit(Commit((parcel("p1"),)), fail(refused("TransactionConflictException")), say())
    assert [operation for operation, _ in client.calls] == ["PutItem", "PutItem"]


def test_every_try_has_a_request_token_of_its_own_and_the_same_write_token() -> None:
    client = commit(COMMIT, *[cancel(*[BUSY] * 7)] * 5, say())
    payloads = [payload for _, payload in client.calls]
    assert len({payload["ClientRequestToken"] for payload in payloads}) == 6
    assert len({payload["TransactItems"][0]["Put"]["Item"]["w"]["S"] for payload in payloads}) == 1


def test_patience_with_others_at_work_ends() -> None:
    clock = FixedClock(START)
    client = ScriptedClient(cancel(*[BUSY] * 7))
    with pytest.raises(Unavailable):
        Threads().run(store_on(client, clock).commit(COMMIT))
    assert PATIENCE.total_seconds() - PAUSE_MAX_SECONDS < (clock.now() - START).total_seconds() <= 10.0
    assert 20 < len(client.calls) < 200


@pytest.mark.parametrize(
    "error",
    [
        refused("ValidationException"),
        refused("AccessDeniedException"),
        refused("IdempotentParameterMismatchException"),
        refused("TransactionCanceledException", CancellationReasons=[{"Code": "ValidationError"}] * 7),
        refused(
            "TransactionCanceledException",
            CancellationReasons=[{"Code": "ItemCollectionSizeLimitExceeded"}] * 7,
        ),
    ],
)
def test_an_error_that_nobody_foresaw_is_our_bug_and_stays_as_it_is(error: AwsError) -> None:
    with pytest.raises(AwsError) as raised:
        commit(COMMIT, fail(error))
    assert raised.value is error


@pytest.mark.parametrize(
    ("made", "operation"),
    [
        (Commit((parcel("p1"),), events=(message("e"),)), "PutItem"),
        (Commit((parcel("p1"), parcel("p2"))), "TransactWriteItems"),
        (Commit((parcel("p1"),), (Unchanged("parcel", "p2", 1),)), "TransactWriteItems"),
        (Commit((parcel("p1"),), (), (Add("c", 1),)), "TransactWriteItems"),
        (Commit((parcel("p1"),), (), (), (Take("k", "ann"),)), "TransactWriteItems"),
        (Commit((), (), (Add("c", 1),)), "TransactWriteItems"),
    ],
)
def test_a_record_alone_is_a_plain_put_at_a_quarter_of_the_price(made: Commit, operation: str) -> None:
    assert [call for call, _ in commit(made, say()).calls] == [operation]


def test_every_read_by_id_is_consistent() -> None:
    client = ScriptedClient(say(Responses={}))
    store = store_on(client)
    for read in (
        store.get("parcel", "p1"),
        store.get_many("parcel", ["p1"]),
        store.counts(["c"]),
        store.claim("k"),
    ):
        Threads().run(read)
    asked = [payload.get("RequestItems", {}).get("table", payload) for _, payload in client.calls]
    assert [payload["ConsistentRead"] for payload in asked] == [True] * 4


def test_records_that_one_answer_has_no_room_for_are_asked_for_again() -> None:
    found = [record_item(parcel(f"p{n}"), "w", START) for n in range(3)]
    left = {"table": {"Keys": [{"pk": {"S": "parcel:p2"}}], "ConsistentRead": True}}
    client = ScriptedClient(
        say(Responses={"table": found[:2]}, UnprocessedKeys=left),
        say(Responses={}, UnprocessedKeys=left),
        say(Responses={"table": found[2:]}, UnprocessedKeys={}),
    )
    records = Threads().run(store_on(client).get_many("parcel", ["p0", "p1", "p2"]))
    assert records == {f"p{n}": parcel(f"p{n}") for n in range(3)}
    assert [payload["RequestItems"] for _, payload in client.calls[1:]] == [left, left]


def test_asking_for_records_that_never_come_ends() -> None:
    left = {"table": {"Keys": [{"pk": {"S": "parcel:p2"}}]}}
    with pytest.raises(Unavailable):
        Threads().run(
            store_on(ScriptedClient(say(Responses={}, UnprocessedKeys=left))).get_many("parcel", ["p2"])
        )


def on_shelf(n: int, partition: str = "A") -> Record:
    """Return a parcel that a shelf lists."""
    return parcel(f"p{n}", shelf=(partition, str(n)))


def read(*records: Record) -> Answer:
    """Answer with whole records."""
    return say(Responses={"table": [record_item(record, "w", START) for record in records]})


def entries(*records: Record) -> list[Item]:
    """Return what an index says of records."""
    items = [record_item(record, "w", START) for record in records]
    return [{name: item[name] for name in ("pk", "parcel-shelfp", "parcel-shelfs")} for item in items]


def test_a_list_goes_on_where_an_answer_broke_off() -> None:
    key = {"pk": {"S": "parcel:p4"}}
    client = ScriptedClient(
        say(Items=entries(on_shelf(4)), LastEvaluatedKey=key),
        read(on_shelf(4)),
        say(Items=[], LastEvaluatedKey=key),
        say(Items=entries(on_shelf(3), on_shelf(2))),
        read(on_shelf(2), on_shelf(3)),
    )
    found = Threads().run(store_on(client).query("parcel", "shelf", "A", Span(low="1", high="4", limit=2)))
    assert found == [on_shelf(3), on_shelf(2)]
    queries = [payload for operation, payload in client.calls if operation == "Query"]
    assert [payload.get("ExclusiveStartKey") for payload in queries] == [None, key, key]


def test_what_an_index_lists_too_late_is_left_out() -> None:
    client = ScriptedClient(
        say(Items=entries(on_shelf(3), on_shelf(2), on_shelf(1))), read(on_shelf(3, "B"), on_shelf(1))
    )
    found = Threads().run(store_on(client).query("parcel", "shelf", "A", Span()))
    assert found == [on_shelf(1)]
