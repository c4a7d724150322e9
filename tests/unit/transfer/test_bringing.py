"""An export comes to the tables of a stage whole and once, whatever interrupts it."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from frontdesk.adapters.aws.items import claim_item, events_of, timers_of
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.reader import Reader
from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.entrypoints.cli.stage_session import Session
from frontdesk.entrypoints.cli.stage_snapshot import StageSnapshot
from frontdesk.entrypoints.cli.stages import Stage
from frontdesk.kernel.records import SetTimer, Take
from frontdesk.kernel.services import subscribers
from frontdesk.reconciliation.report import report
from frontdesk.transfer import carry, files
from frontdesk.transfer.carry import DifferentError, bring
from frontdesk.transfer.entries import Held, TransferError
from frontdesk.transfer.files import Export
from frontdesk.transfer.tables import StageTables, may_vanish
from tests.contract.workers import StillClock
from tests.emulator import REGION
from tests.unit.reconciliation.world import SERVICES
from tests.unit.transfer.conftest import PREFIX

pytestmark = pytest.mark.emulator


class StoppedError(Exception):
    """Somebody pressed Ctrl-C."""


@pytest.fixture
def export(told: Path, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Export:
    monkeypatch.setattr(files, "PART_ENTRIES", 20)
    carry.export(told, tmp_path / "out", SERVICES, version="1", now=now, advance=lambda _: None)
    return Export(tmp_path / "out")


def ignored(*_: object) -> None:
    """Take anything."""


def items(client: Any, service: str) -> list[Any]:
    found: list[Any] = client.scan(TableName=f"{PREFIX}-{service}")["Items"]
    return found


def test_the_stage_has_what_the_desk_had_and_its_books_agree(
    export: Export, tables: StageTables, told: Path, now: datetime
) -> None:
    seen: list[int] = []

    done = bring(export, tables, now, seen.append, ignored)

    listeners = {name: [r.on.NAME for r in heard] for name, (_, heard) in subscribers(SERVICES).items()}
    stage = Stage(name="dev", region=REGION, account="", url="", issuer="")
    snapshot = StageSnapshot(Session(), stage, [s.name for s in SERVICES], listeners, ignored)
    there = report(snapshot)
    with Reader(told, listeners) as reader:
        here = report(reader)
    assert done.finished_at == now
    assert sum(seen) == export.header.entries
    assert there.agrees
    assert there == here
    assert there.compared["order"] == 15


def test_a_timer_rides_with_its_record_and_nothing_is_told_anew(
    export: Export, tables: StageTables, dynamodb: Any, told: Path, now: datetime
) -> None:
    bring(export, tables, now, ignored, ignored)

    found = [timer for item in items(dynamodb, "inventory") for timer in timers_of(item)]
    with closing(sqlite3.connect(DataDirectory(told).database)) as database:
        wanted = database.execute("select record_id, name from timers").fetchall()
    assert [(timer.record_id, timer.name) for timer in found if isinstance(timer, SetTimer)] == wanted
    assert len(wanted) == 1
    assert not any(events_of(item) for service in SERVICES for item in items(dynamodb, service.name))


def test_an_import_that_was_interrupted_goes_on_and_writes_no_part_twice(
    export: Export, tables: StageTables, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(export.header.parts) > len(SERVICES)
    steps = iter(range(3))

    def interrupt(_: int) -> None:
        if next(steps, None) is None:
            raise StoppedError

    with pytest.raises(StoppedError):
        bring(export, tables, now, interrupt, ignored)
    half = tables.progress()
    assert half is not None
    assert 0 < len(half.parts) < len(export.header.parts)
    written: list[str] = []
    real = tables.put

    def put(service: str, *rest: Any) -> Any:
        written.append(service)
        return real(service, *rest)

    monkeypatch.setattr(tables, "put", put)

    done = bring(export, tables, now, ignored, ignored)

    assert len(written) == len(export.header.parts) - len(half.parts)
    assert set(done.parts) == {part.name for part in export.header.parts}


def test_a_stage_that_has_it_already_is_left_as_it_is(
    export: Export, tables: StageTables, dynamodb: Any, now: datetime
) -> None:
    bring(export, tables, now, ignored, ignored)
    order = next(item for item in items(dynamodb, "orders") if item["pk"]["S"].startswith("order:"))
    moved = order | {"v": {"N": "99"}}
    dynamodb.put_item(TableName=f"{PREFIX}-orders", Item=moved)
    keys: list[str] = []

    again = bring(export, tables, now + timedelta(days=9), ignored, lambda: keys.append("brought"))

    assert again.finished_at == now
    assert keys == []
    assert moved in items(dynamodb, "orders")


def test_a_stage_with_a_business_of_its_own_is_refused(
    export: Export, tables: StageTables, dynamodb: Any, now: datetime
) -> None:
    dynamodb.put_item(TableName=f"{PREFIX}-orders", Item=claim_item(Take("orders:taken", "somebody")))

    with pytest.raises(TransferError, match="The stage is not empty: there is data in frontdesk-dev-orders"):
        bring(export, tables, now, ignored, ignored)


def test_a_stage_with_another_export_is_refused(
    export: Export, tables: StageTables, told: Path, tmp_path: Path, now: datetime
) -> None:
    bring(export, tables, now, ignored, ignored)
    carry.export(told, tmp_path / "other", SERVICES, version="2", now=now, advance=ignored)

    with pytest.raises(TransferError, match="another export"):
        bring(Export(tmp_path / "other"), tables, now, ignored, ignored)


def test_beats_and_letters_of_the_stage_are_no_business(tables: StageTables, dynamodb: Any) -> None:
    for key in ("beat:now", "dead_letter:1"):
        item = {"pk": {"S": key}, "v": {"N": "1"}, "s": {"N": "1"}, "d": {"S": "{}"}, "u": {"N": "1"}}
        dynamodb.put_item(TableName=f"{PREFIX}-catalogue", Item=item)

    tables.check_empty()


@pytest.mark.parametrize("spoil", ["lost", "changed"])
def test_what_does_not_agree_in_the_end_is_named(
    export: Export, tables: StageTables, dynamodb: Any, now: datetime, spoil: str
) -> None:
    steps: list[int] = []

    def meanwhile(count: int) -> None:
        steps.append(count)
        if sum(steps) == export.header.entries:  # all is written, and not compared yet
            order = next(item for item in items(dynamodb, "orders") if item["pk"]["S"].startswith("order:"))
            if spoil == "lost":
                dynamodb.delete_item(TableName=f"{PREFIX}-orders", Key={"pk": order["pk"]})
            else:
                dynamodb.put_item(TableName=f"{PREFIX}-orders", Item=order | {"d": {"S": "{}"}})

    with pytest.raises(DifferentError) as told:
        bring(export, tables, now, meanwhile, ignored)

    count = "14 where 15 should be" if spoil == "lost" else "15 on both sides, and not the same"
    assert told.value.found == [f"orders order: {count}"]
    progress = tables.progress()
    assert progress is not None
    assert progress.finished_at is None


def test_what_dynamodb_had_no_room_for_is_sent_again(
    export: Export, tables: StageTables, dynamodb: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = dynamodb.batch_write_item
    sent: list[int] = []

    def busy(*, RequestItems: dict[str, list[Any]]) -> Any:  # noqa: N803 - boto3's own name
        ((table, requests),) = RequestItems.items()
        sent.append(len(requests))
        half = -(-len(requests) // 2)
        real(RequestItems={table: requests[:half]})
        return {"UnprocessedItems": {table: requests[half:]} if requests[half:] else {}}

    monkeypatch.setattr(dynamodb, "batch_write_item", busy)

    bring(export, tables, now, ignored, ignored)

    assert sum(sent) > export.header.entries


def test_the_store_of_a_function_reads_what_was_brought(
    export: Export, tables: StageTables, dynamodb: Any, told: Path, now: datetime
) -> None:
    bring(export, tables, now, ignored, ignored)
    with closing(sqlite3.connect(DataDirectory(told).database)) as database:
        counters = dict(database.execute("select key, count from counters where key like 'inventory:%'"))
    store = DynamoStore(_Through(dynamodb), f"{PREFIX}-inventory", StillClock(now), SeededChance(1))

    assert asyncio.run(store.counts(list(counters))) == counters


class _Through:
    """Our store's calls through boto3's client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def call(self, service: object, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """See `calls.Client`."""
        assert operation == "BatchGetItem"
        found: dict[str, Any] = self._client.batch_get_item(**payload)
        return found


def test_a_claim_that_dynamodb_may_remove_is_not_compared() -> None:
    moment = datetime(2026, 3, 14, tzinfo=UTC)
    long_lapsed = Held("orders:a", "me", moment - timedelta(days=1))
    lately = Held("orders:a", "me", moment - timedelta(hours=23))

    assert may_vanish(long_lapsed, moment)
    assert not may_vanish(lately, moment)
    assert not may_vanish(Held("orders:a", "me"), moment)
