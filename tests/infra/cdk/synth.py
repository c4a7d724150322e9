"""Runs the CDK app as `cdk synth` does, without its command line, and gives the template."""

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontdesk.bootstrap import choose
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from frontdesk.manifest.shape import Manifest
from tests.emulator import ACCOUNT, REGION

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "infra" / "cdk"
PYTHON = ROOT / ".venv-cdk" / "bin" / "python"
COMMAND = APP / "node_modules" / "aws-cdk" / "bin" / "cdk"

# A stage with every option, of the services that tests of plans and templates choose.
OPTIONS: Mapping[str, Any] = {
    "images": {name: f"images.example/{name}@sha256:1" for name in ("base", "clinic", "identity")},
    "architecture": "x86_64",
    "memory": {"catalogue-http": 1024},
    "concurrency": {"catalogue-http": 5},
    "log_level": "warning",
    "log_retention_days": 90,
    "tracing": True,
    "publish_all": True,
    "bus_name": "serverless-snacks-orders",
    "create_bus": False,
    "schedule_group": "default",
    "domain": {
        "name": "api.shop.example",
        "certificate_arn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/one",
        "zone_id": "Z1",
    },
    "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example",
    "audience": ["shop", "till"],
    "throttle": {"rate": 7, "burst": 9},
    "cors_origins": ["https://shop.example"],
    "alarm_emails": ["ops@shop.example"],
    "slack": {"workspace": "T1", "channel": "C1"},
    "teams": {
        "tenant": "00000000-0000-0000-0000-000000000001",
        "team": "00000000-0000-0000-0000-000000000002",
        "channel": "19%3aalarms%40thread.tacv2",
    },
    "monthly_budget_usd": 50,
    "protected": True,
    "permissions_boundary": "frontdesk-production-boundary",
    "tags": {"owner": "snacks"},
}

_ANSWER = "def handle(event, context):\n    return {'statusCode': 200, 'body': 'here'}\n"
_MODULES = ("http", "queue", "relay", "oauth", "operations", "sweeper")


class SynthesisFailed(Exception):
    """The app ended with an error. The message is what it said."""


def cdk_or_skip() -> None:
    """Skip the test where the CDK is missing, and say so; in CI a missing tool is a failure."""
    if PYTHON.exists() and COMMAND.exists() and shutil.which("node"):
        return
    reason = "The CDK is not installed: `make cdk`, which needs Node 20 or newer"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def manifest_of(services: str) -> Manifest:
    """Return the manifest of these services, with spaces between their names; "" for all."""
    return manifest(choose(services.split()), OPERATIONS)


def variables(folder: Path, stage: str, services: str = "", **more: Any) -> dict[str, Any]:
    """Return the variables of a stage, whose functions all give the same answer. Terraform takes the same."""
    written = folder / f"{services.replace(' ', '-') or 'all'}.json"
    written.write_bytes(msgspec.json.encode(manifest_of(services)))
    package = folder / "package.zip"
    with zipfile.ZipFile(package, "w") as zipped:
        for module in _MODULES:
            zipped.writestr(f"frontdesk/entrypoints/lambdas/{module}.py", _ANSWER)
    packages = {
        name: {"path": str(package), "hash": digit * 16}
        for name, digit in (("base", "a"), ("clinic", "c"), ("identity", "b"))
    }
    return {
        "stage": stage,
        "region": REGION,
        "manifest": str(written),
        "packages": {} if "images" in more else packages,
        **more,
    }


def synthesised(settings: Mapping[str, Any], *app: str) -> dict[str, Any]:
    """Return the template of a stage. Raises SynthesisFailed, also for whatever cdk-nag finds or warns of.

    `app` is what Python is to run in place of app.py.
    """
    with tempfile.TemporaryDirectory(prefix="cdk-") as folder:
        out = Path(folder)
        (out / "settings.json").write_bytes(msgspec.json.encode(settings))
        context = json.dumps({"settings": str(out / "settings.json")})
        run(PYTHON, *(app or ["app.py"]), CDK_OUTDIR=folder, CDK_CONTEXT_JSON=context)
        report = msgspec.json.decode((out / "validation-report.json").read_bytes())
        found = [each for plugin in report["pluginReports"] for each in plugin["violations"]]
        if found:
            raise SynthesisFailed(json.dumps(found))
        template = (out / f"frontdesk-{settings['stage']}.template.json").read_bytes()
        made: dict[str, Any] = msgspec.json.decode(template)
    return made


@cache
def whole_shop() -> dict[str, Any]:
    """Return the template of all services, made once in a process."""
    with tempfile.TemporaryDirectory(prefix="whole-") as folder:
        return synthesised(variables(Path(folder), "dev"))


def run(*command: object, **environment: str) -> str:
    """Run a program in the folder of the app, and return what it printed. Raises SynthesisFailed."""
    ended = subprocess.run(
        [str(word) for word in command],
        cwd=APP,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))},
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        },
        check=False,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise SynthesisFailed(f"{ended.stdout}\n{ended.stderr}")
    return ended.stdout
