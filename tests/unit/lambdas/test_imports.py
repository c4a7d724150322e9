"""A function imports its own service and what that needs. Everything else would be paid for at each cold start."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontdesk.bootstrap import SERVICES, choose
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest

ROOT = Path(__file__).resolve().parents[3]
WHOLE = manifest(choose(), OPERATIONS)
FUNCTIONS = {function.name: function for function in WHOLE.deployment.functions}
NOBODY = {
    "starlette",
    "uvicorn",
    "sqlite3",
    "boto3",
    "botocore",
    "jsonschema",
    "httpx",
    "typer",
    "rich",
    "pathlib",
    "concurrent.futures.thread",
    "dataclasses",
    "encodings.idna",
    "frontdesk.manifest.shape",
    "inspect",
    "msgspec.inspect",
    "urllib",
    "zoneinfo",
}
OF_LOOPS = {"concurrent.futures.thread", "dataclasses", "encodings.idna", "inspect", "pathlib", "urllib"}
# They wait for somebody outside.
ON_A_LOOP = {"webhooks-sender", "identity-messages", "identity-oauth", "appointments", "notifications"}
BY_WALL_CLOCKS = {"appointments", "appointments-http"}  # a clinic's hours are those of its time zone
WITH_SECRETS = {"cryptography", "joserfc", "argon2"}


@cache
def path_of_manifest() -> str:
    path = ROOT / ".pytest_cache" / "wired-manifest.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.encode(WHOLE))
    return str(path)


@cache
def wired(function: str) -> dict[str, Any]:
    """Return what a function imports in a fresh process."""
    handler = FUNCTIONS[function].handler
    line = [sys.executable, "-m", "tests.unit.lambdas.wired", path_of_manifest(), function, handler]
    done = subprocess.run(line, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def with_tops(modules: list[str]) -> set[str]:
    return {*modules, *(module.partition(".")[0] for module in modules)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_imports_nothing_that_it_does_not_need(name: str) -> None:
    modules = wired(name)["modules"]
    found = with_tops(modules)
    may = OF_LOOPS if name in ON_A_LOOP else set()
    may |= {"zoneinfo"} if name in BY_WALL_CLOCKS else set()

    assert sorted(found & (NOBODY - may)) == []
    assert ("asyncio" in found) == (name in ON_A_LOOP)
    if name != "identity-oauth":
        assert not found & WITH_SECRETS
    own = FUNCTIONS[name].service
    strange = [
        module
        for module in modules
        if module.startswith("frontdesk.services.")
        and (parts := module.split("."))[2] != own
        and parts[3:] not in ([], ["events"])
    ]
    assert strange == []
    assert not [
        module
        for module in modules
        if module.startswith("frontdesk.adapters.embedded.") and name not in ON_A_LOOP
    ]


def test_every_handler_of_the_manifest_is_there() -> None:
    modules = {function.handler.rpartition(".")[0] for function in FUNCTIONS.values()}
    for module in modules:
        __import__(module)
        assert callable(vars(sys.modules[module])["handle"])
    assert set(SERVICES) == {function.service for function in FUNCTIONS.values() if function.kind == "http"}


def test_the_time_of_a_cold_import_is_shown(record_property: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The bound is generous: it is to catch a library that slips in, on a machine that does other things beside."""
    for name in ("orders-http", "inventory", "orders-relay", "operations-sweeper", "identity-oauth"):
        millis = min(wired(name)["millis"], wired.__wrapped__(name)["millis"])
        record_property(name, millis)
        with capsys.disabled():
            print(f"\n{name}: {millis} ms", end="")  # noqa: T201 - the figure is what this is for
        assert millis < (3_000 if name == "identity-oauth" else 1_000)


@pytest.mark.parametrize(
    "name", ["orders-http", "inventory", "orders-relay", "operations-http", "operations-sweeper"]
)
def test_a_function_begins_where_its_package_was_unpacked(name: str, tmp_path: Path) -> None:
    """As in Lambda: the code and its manifest in one folder, all else in the environment, no call before a request."""
    (tmp_path / "frontdesk").symlink_to(ROOT / "src" / "frontdesk")
    (tmp_path / "manifest.json").write_bytes(msgspec.json.encode(WHOLE))
    told = {"PREFIX": "frontdesk-x", "STAGE": "x", "ACCOUNT": "123456789012", "FUNCTION": name}
    environment = {f"FRONTDESK_{key}": value for key, value in told.items()}
    module = FUNCTIONS[name].handler.rpartition(".")[0]
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport {module} as m\n" + (
        "print(m.handle({'routeKey': 'GET /nothing'}, None)['statusCode'])"
        if "http" in name
        else "print(404)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**environment, "AWS_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines()[-1:] == ["404"], done.stderr
