"""What functions may do with their tables is what they do: no more, and no less."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from frontdesk.bootstrap import choose
from frontdesk.kernel.services import Service, subscribers
from frontdesk.manifest import uses
from frontdesk.manifest.sharing import queue_of
from tests.unit.kernel.shelf import JARS, LIDS

ROOT = Path(__file__).parents[3]
# These do all that the tests of the services do with their stores, in a quarter of the time.
STORIES = (
    "accounting/test_invoices.py",
    "accounting/test_manual.py",
    "appointments/booking/test_overlaps.py",
    "appointments/calendar/test_feeds.py",
    "appointments/clinics/test_doctors.py",
    "appointments/privacy/test_erasing.py",
    "appointments/privacy/test_reading.py",
    "appointments/reminders/test_telling.py",
    "appointments/reminders/test_wire.py",
    "appointments/waiting/test_list.py",
    "catalogue/test_lists.py",
    "catalogue/test_products.py",
    "catalogue/test_search.py",
    "catalogue/test_shops.py",
    "identity/test_choosing.py",
    "identity/test_clients.py",
    "identity/test_managing.py",
    "inventory/test_entries.py",
    "inventory/test_holds.py",
    "notifications/test_desk.py",
    "notifications/test_forgetting.py",
    "orders/test_following.py",
    "orders/test_lists.py",
    "webhooks/test_delivering.py",
    "webhooks/test_replaying.py",
    "webhooks/test_setting_up.py",
)


@pytest.mark.timeout(240)
def test_the_table_says_what_handlers_were_seen_to_do(tmp_path: Path) -> None:
    plugins = ["-p", "tests.unit.manifest.recording", "-p", "no:cacheprovider", "-p", "no:xdist"]
    made = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *plugins, *(f"tests/unit/{story}" for story in STORIES)],
        cwd=ROOT,
        env={**os.environ, "FRONTDESK_USES": str(tmp_path / "uses.json")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 0, made.stdout[-2000:]
    seen = msgspec.json.decode((tmp_path / "uses.json").read_bytes(), type=dict[str, frozenset[str]])
    assert {function: sorted(used) for function, used in uses.measured().items() if used} == {
        function: sorted(used) for function, used in seen.items() if used
    }


def test_every_function_of_a_service_is_in_the_table() -> None:
    wanted = {queue_of(service, name) for name, (service, _) in subscribers(choose()).items()}
    wanted |= {f"{service.name}-http" for service in choose() if service.routes}

    assert set(uses.measured()) == wanted | {"identity-oauth"}


def test_a_function_that_was_not_measured_may_do_what_its_declarations_could_need() -> None:
    assert uses.actions("jars-http") == uses.EVERYTHING
    assert uses.indexes("jars-http", Service("jars", kinds=(JARS, LIDS))) == ("jar-by_shelf",)
