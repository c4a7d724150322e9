"""checkov finds nothing in the Terraform, but for exceptions that say why, each of which is still needed."""

import os
import re
import subprocess
from typing import Any

import msgspec
import pytest

from tests.infra.terraform.workspace import INFRA

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]

PROGRAM = INFRA.parents[1] / ".venv-checkov" / "bin" / "checkov"
EXCEPTION = re.compile(r"# checkov:skip=(\w+): ?(.*)")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what checkov found. It asks nobody: its own list of checks is enough."""
    if not PROGRAM.exists():
        reason = "checkov is not installed: run `make test-aws`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    home = tmp_path_factory.mktemp("home")
    ended = subprocess.run(
        [PROGRAM, "-d", INFRA, "--framework", "terraform", "--output", "json", "--skip-download"],
        env={"PATH": os.defpath, "HOME": str(home), "LOG_LEVEL": "ERROR"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.stdout, ended.stderr
    results: dict[str, Any] = msgspec.json.decode(ended.stdout)["results"]
    return results


def exceptions() -> dict[tuple[str, str], str]:
    """Return the reason of every exception, by file and check."""
    return {
        (f"/{path.relative_to(INFRA).as_posix()}", check): reason
        for path in INFRA.rglob("*.tf")
        if ".terraform" not in path.parts
        for check, reason in EXCEPTION.findall(path.read_text())
    }


def test_checkov_finds_nothing(found: dict[str, Any]) -> None:
    failed = [f"{check['check_id']} {check['resource']}" for check in found["failed_checks"]]

    assert len(found["passed_checks"]) > 100
    assert failed == []


def test_every_exception_has_a_reason_that_is_a_sentence() -> None:
    short = [where for where, reason in exceptions().items() if len(reason.split()) < 6]

    assert exceptions()
    assert short == []


def test_every_exception_is_still_needed(found: dict[str, Any]) -> None:
    used = {(check["file_path"], check["check_id"]) for check in found["skipped_checks"]}

    assert exceptions().keys() - used == set()
