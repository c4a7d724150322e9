"""Whether a running desk has come to rest, and whether its orders, books and stock agree then."""

import sqlite3
import time

from frontdesk import bootstrap
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.reader import Reader
from frontdesk.kernel.services import subscribers
from frontdesk.reconciliation.report import Report, report
from frontdesk.services.orders.model import ORDERS
from tests.journeys.running import RunningDesk

STEP_SECONDS = 0.03
READINGS = 3  # in a row that must find nothing: what is on its way from the log into a retry may escape one


def wait_until_settled(desk: RunningDesk, seconds: float = 30.0) -> None:
    """Return when nothing is left in the log and nothing waits to be tried again. Dead letters do not count."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while quiet < READINGS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"still at work: {desk.health()}, {_retries(desk)} to try again")
        backlog = desk.health()["backlog"]
        assert isinstance(backlog, dict)
        is_quiet = not any(backlog.values()) and not _retries(desk)
        quiet = quiet + 1 if is_quiet else 0
        time.sleep(0 if is_quiet else STEP_SECONDS)


def reconciled(desk: RunningDesk, shop: str = "") -> Report:
    """Return what `frontdesk reconcile` would, once the desk has come to rest; everything must agree then."""
    wait_until_settled(desk)
    found = compared(desk, shop)
    assert found.differences == []
    assert found.on_its_way == []
    return found


def compared(desk: RunningDesk, shop: str = "") -> Report:
    """Return how orders, books and stock compare at this moment."""
    with Reader(desk.data, _listeners()) as reader:
        return report(reader, shop)


def standings(desk: RunningDesk) -> dict[str, str]:
    """Return where every order stands, by id."""
    with Reader(desk.data, {}) as reader:
        return {record.id: ORDERS.load(record).value.status.value for record in reader.scan(ORDERS.name)}


def _listeners() -> dict[str, list[str]]:
    found = subscribers(bootstrap.choose())
    return {name: [reaction.on.NAME for reaction in reactions] for name, (_, reactions) in found.items()}


def _retries(desk: RunningDesk) -> int:
    with sqlite3.connect(f"{DataDirectory(desk.data).database.as_uri()}?mode=ro", uri=True) as database:
        count: int = database.execute("select count(*) from retries where due is not null").fetchone()[0]
    database.close()
    return count
