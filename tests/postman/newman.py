"""Newman, which runs a Postman collection without Postman."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx
import msgspec
import pytest

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.entrypoints.postman.collection import CLINIC, SHOP, collection

SERVICES = (*choose(), OPERATIONS)
SCOPES = " ".join(sorted({scope for service in SERVICES for scope in service.scopes}))
GRANTS = [f"shop:{SHOP}=owner", f"clinic:{CLINIC}=owner"]

_PROGRAM = Path(__file__).parent / "node_modules" / ".bin" / "newman"


class Run(msgspec.Struct, frozen=True):
    """What came of a run: how many requests were sent, how many things were looked at, and which were not so."""

    requests: int
    assertions: int
    failures: tuple[str, ...]


def newman_or_skip() -> None:
    """Skip the test where Node or Newman is missing, and say so; in CI a missing tool is a failure."""
    if shutil.which("node") and _PROGRAM.exists():
        return
    reason = "Newman is not installed: it needs Node; run `make postman`"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def run(folder: Path, url: str, token: str, made: Mapping[str, object] | None = None) -> Run:
    """Run the whole collection (or the one that was `made`) against the desk or stage at `url`.

    The token needs `SCOPES` and `GRANTS`. Files are left in `folder`. Names below `localhost` are this machine, which
    Node does not know everywhere: they become its address, and the name goes into a header.
    """
    document, report = folder / "collection.json", folder / "report.json"
    document.write_bytes(msgspec.json.encode(made or collection(SERVICES)))
    where = httpx.URL(url)
    local = where.host.endswith(".localhost")
    base = str(where.copy_with(host="127.0.0.1")) if local else url
    variables = [f"base_url={base}", f"host={where.netloc.decode() if local else ''}", f"token={token}"]
    asked = [word for variable in variables for word in ("--env-var", variable)]
    reporters = ["--reporters", "json", "--reporter-json-export", str(report)]
    ended = subprocess.run(
        [str(_PROGRAM), "run", str(document), *asked, *reporters],
        check=False,
        capture_output=True,
        text=True,
    )
    if not report.exists():
        raise RuntimeError(f"newman ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
    found = msgspec.json.decode(report.read_bytes())["run"]
    told = tuple(_failure(failure) for failure in found["failures"])
    return Run(found["stats"]["requests"]["total"], found["stats"]["assertions"]["total"], told)


def _failure(failure: Mapping[str, Mapping[str, str]]) -> str:
    """Return which request failed in what. No answers: they hold secrets."""
    source, error = failure.get("source", {}), failure["error"]
    return f"{source.get('name', '?')}: {error.get('test', '')} {error['message']}"
