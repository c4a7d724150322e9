"""A data folder at rest: no server has it, and every subscriber has taken in every event."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec

from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.reader import AFTER_ALL, NoDataError, Reader, Undelivered
from frontdesk.adapters.embedded.rows import KindTable
from frontdesk.adapters.embedded.schema import prepare, table
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import SetTimer
from frontdesk.kernel.services import Service, subscribers
from frontdesk.kernel.time import from_micros, to_micros
from frontdesk.transfer.entries import Belongings, Counted, Entry, Held, Kept, TransferError

NAMED = 3  # of what stands in the way


@contextmanager
def at_rest(data: Path, services: Sequence[Service], now: datetime) -> Iterator["Desk"]:
    """Give a data folder that nobody changes meanwhile. Raises InUseError, FormatError, NoDataError, TransferError."""
    directory = DataDirectory(data)
    if not directory.database.exists():
        raise NoDataError(f"There is no data in {data}. Name the folder with --data.")
    directory.lock()
    try:
        with closing(sqlite3.connect(directory.database, isolation_level=None)) as database:
            prepare(database, [kind for service in services for kind in service.kinds])
            _check_quiet(data, services)
            desk = Desk(database, services, now)
            desk.check_whole()
            yield desk
    finally:
        directory.unlock()


class Desk:
    """What lies in a data folder, service by service."""

    def __init__(self, database: sqlite3.Connection, services: Sequence[Service], now: datetime) -> None:
        self._database = database
        self._services = services
        self._now = now
        self._timers = self._read_timers()

    def check_whole(self) -> None:
        """Raise TransferError when there is something here that belongs to none of the services."""
        owners = Belongings(self._services)
        tables = {table(kind.name) for service in self._services for kind in service.kinds}
        found = self._database.execute(
            "select name from sqlite_master where type='table' and name glob 'r_*'"
        )
        strange = [name for (name,) in found if name not in tables and self._count(name)]
        keys = self._database.execute("select key from counters union all select key from claims")
        strange += islice((key for (key,) in keys if not owners.of_key(key)), NAMED)
        strange += [id for id in self._timers if not owners.of_kind(id.partition(":")[0])]
        if strange:
            named = ", ".join(strange[:NAMED])
            raise TransferError(f"Some of this data belongs to no service of this version: {named}.")

    def entries(self, service: Service) -> Iterator[Entry]:
        """Yield all that a service keeps."""
        for kind in service.kinds:
            yield from self._records(kind)
        bounds = (f"{service.name}:", f"{service.name}:{AFTER_ALL}")
        for key, count in self._database.execute(
            "select key, count from counters where key >= ? and key < ? order by key", bounds
        ):
            yield Counted(key, count)
        for key, owner, until in self._database.execute(
            "select key, owner, until from claims where key >= ? and key < ? and (until is null or until > ?)"
            " order by key",
            (*bounds, to_micros(self._now)),
        ):
            yield Held(key, owner, None if until is None else from_micros(until))

    def size(self, service: Service) -> int:
        """Return about how many entries that will be."""
        return sum(self._count(table(kind.name)) for kind in service.kinds)

    def left_behind(self) -> dict[str, int]:
        """Return what stays here, counted: none of it changes what the business does next."""
        return {
            what: self._count(name) for what, name in (("events", "events"), ("letter audit", "letter_audit"))
        }

    def _records(self, kind: AnyKind) -> Iterator[Entry]:
        rows = KindTable(kind)
        for row in self._database.execute(f"{rows.select} order by id"):
            record = rows.to_record(row)
            yield Kept(record, tuple(self._timers.get(f"{kind.name}:{record.id}", ())))

    def _read_timers(self) -> dict[str, list[SetTimer]]:
        found: dict[str, list[SetTimer]] = {}
        for record_id, name, due, message in self._database.execute(
            "select record_id, name, due, message from timers order by record_id, name"
        ):
            told = msgspec.json.decode(message, type=Message)
            found.setdefault(record_id, []).append(SetTimer(record_id, name, from_micros(due), told))
        return found

    def _count(self, name: str) -> int:
        count: int = self._database.execute(f"select count(*) from {name}").fetchone()[0]  # noqa: S608 - our own name
        return count


def _check_quiet(data: Path, services: Sequence[Service]) -> None:
    hearing = {
        name: [reaction.on.NAME for reaction in heard] for name, (_, heard) in subscribers(services).items()
    }
    with Reader(data, hearing) as reader:
        waiting = list(islice(reader.undelivered("id"), NAMED))
    if waiting:
        raise TransferError(_advice(waiting))


def _advice(waiting: Sequence[Undelivered]) -> str:
    named = ", ".join(sorted({f"{one.subscriber} ({one.event})" for one in waiting}))
    if all(one.is_dead for one in waiting):
        return f"There are dead letters, of {named}. Redrive or discard them: frontdesk dead-letters list."
    return (
        f"Not everything is taken in yet, by {named}. Run `frontdesk up` with every service until /health shows no "
        "backlog, stop it, and export again."
    )
