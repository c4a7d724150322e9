"""The store of a desk's worker: it reads the desk's database by itself, and the desk writes for it, over a link.

Both are in one process and on one loop, so a test can see the events that the desk's side has kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.worker_side import reading
from tests.contract.examples import KINDS
from tests.contract.in_sqlite import open_sqlite
from tests.contract.stores import StoreUnderTest
from tests.unit.embedded.linked import link, part


@contextmanager
def open_worker(folder: Path) -> Iterator[StoreUnderTest]:
    """Open a database in an empty folder, and a worker's store on it."""
    DataDirectory(folder).database.symlink_to("contract.db")  # where a worker looks for it
    with open_sqlite(folder) as desk:
        assert isinstance(desk.port, SqliteStore)
        news = News()
        desk.port._writer._database.news = news  # noqa: SLF001 - as the runtime does, which has opened it
        with reading(folder, KINDS) as reads:
            linked = desk.workers.run(link(desk.port, news, reads))
            yield replace(desk, port=linked.worker.store)
            desk.workers.run(part(linked))
