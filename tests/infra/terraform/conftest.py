"""Plans of three stages, made once: the whole shop, the smallest one, and one with every option."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

from tests.emulator import CREDENTIALS, REGION, running_emulator
from tests.infra.terraform.planned import Planned, manifest_of
from tests.infra.terraform.workspace import Workspace, terraform_or_skip

HASH = "0123456789abcdef"
SMALLEST = "catalogue identity"
ANSWER = (
    "import json\n\ndef handle(event, context):\n"
    "    return {'statusCode': 200, 'body': json.dumps({'issuer': '-', 'jwks_uri': 'http://127.0.0.1:9/'})}\n"
)

Variables = Callable[..., dict[str, Any]]
Plans = Callable[..., Planned]


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """Run one emulator that enforces IAM, for all tests here."""
    terraform_or_skip()
    with running_emulator(enforced=True) as url:
        yield url


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, emulator: str) -> Workspace:
    """Return the root module of a stage, ready."""
    made = Workspace(tmp_path_factory.mktemp("stage"), emulator)
    made.initialise()
    return made


@pytest.fixture(scope="session")
def variables(tmp_path_factory: pytest.TempPathFactory, emulator: str) -> Variables:
    """Return what makes the variables of a stage. Its functions all give the same answer."""
    folder = tmp_path_factory.mktemp("packages")
    package = folder / "package.zip"
    with zipfile.ZipFile(package, "w") as zipped:
        for module in ("http", "queue", "relay", "oauth", "operations", "sweeper"):
            zipped.writestr(f"frontdesk/entrypoints/lambdas/{module}.py", ANSWER)

    def made(stage: str, services: str = "", **more: object) -> dict[str, Any]:
        written = folder / f"{services.replace(' ', '-') or 'all'}.json"
        wanted = manifest_of(services)
        written.write_bytes(msgspec.json.encode(wanted))
        named = {function.package for function in wanted.deployment.functions}
        packages = {name: {"path": str(package), "hash": HASH} for name in sorted(named)}
        return {
            "stage": stage,
            "region": REGION,
            "manifest": str(written),
            "packages": packages,
            "emulator": emulator,
            "schedule_group": "default",
            **more,
        }

    return made


@pytest.fixture(scope="session")
def plans(stage: Workspace, variables: Variables) -> Plans:
    """Return what plans a stage of some services."""

    def planned(name: str, services: str = "", **more: object) -> Planned:
        stage.plan(variables(name, services, **more))
        return Planned(stage.planned(), manifest_of(services).deployment, f"frontdesk-{name}")

    return planned


@pytest.fixture(scope="session")
def whole(plans: Plans) -> Planned:
    """Return the plan of a whole shop."""
    return plans("dev")


@pytest.fixture(scope="session")
def small(plans: Plans) -> Planned:
    """Return the plan of two services."""
    return plans("preview-12", SMALLEST)


@pytest.fixture(scope="session")
def rich(plans: Plans, emulator: str) -> Planned:
    """Return the plan of a production that uses every option, and a bus and an issuer of others."""
    client("events", emulator).create_event_bus(Name="serverless-snacks-orders")
    return plans("production", f"{SMALLEST} inventory", **RICH)


RICH: Mapping[str, object] = {
    "packages": {},
    "images": {name: f"images.example/{name}@sha256:1" for name in ("base", "clinic", "identity")},
    "architecture": "x86_64",
    "memory": {"catalogue-http": 1024},
    "concurrency": {"catalogue-http": 5},
    "bus_name": "serverless-snacks-orders",
    "create_bus": False,
    "schedule_group": None,
    "domain": {
        "name": "api.shop.example",
        "certificate_arn": "arn:aws:acm:eu-west-1:000000000000:certificate/one",
        "zone_id": "Z1",
    },
    "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example",
    "audience": ["shop", "till"],
    "throttle": {"rate": 7, "burst": 9},
    "cors_origins": ["https://shop.example"],
    "alarm_emails": ["ops@shop.example"],
    "slack": {"workspace": "T1", "channel": "C1"},
    "teams": {"tenant": "t", "team": "u", "channel": "v"},
    "monthly_budget_usd": 50,
    "log_retention_days": 90,
    "log_level": "warning",
    "tracing": True,
    "publish_all": True,
    "permissions_boundary": "frontdesk-production-boundary",
    "tags": {"owner": "snacks"},
    "emulator": None,
}


def client(service: str, url: str) -> Any:
    """Return the SDK's client of the emulator."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share plans in one process. What makes things waits a lot, and does so in another."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            makes = item.path.name in {"test_apply.py", "test_state.py"}
            item.add_marker(pytest.mark.xdist_group("terraform-made" if makes else "terraform"))
