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
from tests.unit.kernel.shelf import JARS, LIDS

ROOT = Path(__file__).parents[3]
NOT_HANDLERS = ("test_passwords.py", "test_sender.py")  # slow, and no handler runs in them


@pytest.mark.timeout(240)
def test_the_table_says_what_the_tests_of_the_services_were_seen_to_do(tmp_path: Path) -> None:
    folders = [ROOT / "tests" / "unit" / service.name for service in choose()]
    ignored = [f"--ignore-glob=*/{name}" for name in NOT_HANDLERS]
    plugins = ["-p", "tests.unit.manifest.recording", "-p", "no:cacheprovider", "-p", "no:xdist"]
    made = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *plugins, *ignored, *map(str, folders)],
        cwd=ROOT,
        env={**os.environ, "FRONTDESK_USES": str(tmp_path / "uses.json")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 0, made.stdout[-2000:]
    seen = msgspec.json.decode((tmp_path / "uses.json").read_bytes(), type=dict[str, frozenset[str]])
    assert uses.measured() == seen


def test_every_function_of_a_service_is_in_the_table() -> None:
    wanted = {name for name, _ in subscribers(choose()).items()}
    wanted |= {f"{service.name}-http" for service in choose() if service.routes}

    assert set(uses.measured()) == wanted | {"identity-oauth"}


def test_a_function_that_was_not_measured_may_do_what_its_declarations_could_need() -> None:
    assert uses.actions("jars-http") == uses.EVERYTHING
    assert uses.indexes("jars-http", Service("jars", kinds=(JARS, LIDS))) == ("jar-by_shelf",)
