"""A stage on the emulator, deployed as anybody deploys one: with `frontdesk deploy`, from an empty folder."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import boto3
import httpx
import msgspec

from frontdesk import bootstrap
from frontdesk.adapters.aws.client import AwsClient, AwsSettings
from frontdesk.adapters.aws.clock import BlockingClock, SystemChance
from frontdesk.adapters.aws.credentials import CredentialCache
from frontdesk.adapters.aws.keys import ParameterKeys
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.parameters import Parameters
from frontdesk.adapters.aws.signing import Credentials
from frontdesk.adapters.tokens.keys import KeyRing
from frontdesk.adapters.tokens.tokens import Tokens
from frontdesk.entrypoints.cli.stage_session import Session
from frontdesk.entrypoints.cli.stage_snapshot import StageSnapshot
from frontdesk.entrypoints.cli.stages import FOLDER, Stage, remembered
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.kernel.services import subscribers
from frontdesk.manifest.author import manifest
from frontdesk.reconciliation.report import Report, report
from frontdesk.services.catalogue.demo import DEMO_SHOPS
from frontdesk.services.inventory.demo import DEMO_STOCK
from frontdesk.services.orders.model import ORDERS
from tests.emulator import REGION, credentials, running_emulator
from tests.journeys.desk import Desk, client_of
from tests.stage.tools import require

STAGE = "dev"
COMMAND_SECONDS = 400.0  # several stages may be deployed at once
STEP_SECONDS = 0.1
PATIENCE_SECONDS = 120.0  # with an emulator that starts many processes at once
QUIET_SECONDS = 1.5  # without any message: longer than one takes from a table to its queue
_WAITING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_MACHINES = {"aarch64": "arm64", "arm64": "arm64"}


class DeployedDesk:
    """A `desk.Desk` behind API Gateway. `environment` is that of whoever deployed it, in `folder`."""

    has_gateway = True
    at_once = 8  # the emulator starts a process for each request that finds no idle one

    def __init__(
        self, stage: Stage, environment: dict[str, str], folder: Path, services: Sequence[str] = ()
    ) -> None:
        self.stage = stage
        self.environment = environment
        self.folder = folder
        self.manifest = manifest(bootstrap.choose(services), OPERATIONS)
        self._session = boto3.Session(
            environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], region_name=stage.region
        )
        self._clients: dict[str, Any] = {}
        self._stopped: set[str] = set()  # queues that nobody reads at the moment
        root = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        self._client = AwsClient(
            AwsSettings(
                region=stage.region,
                credentials=CredentialCache(lambda: root),
                endpoint=environment["AWS_ENDPOINT_URL"],
                read_timeout=PATIENCE_SECONDS,
                deadline=PATIENCE_SECONDS,
            )
        )
        names, clock = Names(stage.prefix, stage.region, stage.account), BlockingClock()
        ring = KeyRing(ParameterKeys(Parameters(self._client), names.parameter("keys"), clock), clock)
        self._tokens = Tokens(ring, issuer=stage.issuer, clock=clock, chance=SystemChance())

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
        for client in self._clients.values():
            client.close()

    @property
    def url(self) -> str:
        """See `Desk`."""
        return self.stage.url

    def aws(self, service: str) -> Any:
        """Return boto3's client of a service, with the rights of the account's root."""
        if service not in self._clients:
            endpoint = self.environment["AWS_ENDPOINT_URL"]
            self._clients[service] = self._session.client(service, endpoint_url=endpoint)
        return self._clients[service]

    def token(self, scopes: str, subject: str = "ana", grants: Sequence[str] = ()) -> str:
        """See `Desk`."""
        return self._tokens.issue(subject, scopes.split(), dict(grant.split("=") for grant in grants))

    def client(self, token: str = "") -> httpx.Client:
        """See `Desk`."""
        return client_of(self.url, token)

    def command(self, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """See `Desk`."""
        return run(
            *words, "--stage", self.stage.name, cwd=self.folder, environment=self.environment, stdin=stdin
        )

    def wait_until_quiet(self, seconds: float = 60.0) -> None:
        """See `Desk`."""
        self.wait_until_settled(seconds)

    def wait_until_settled(self, seconds: float = 60.0) -> None:
        """See `Desk`. What waits in a queue that is stopped does not count."""
        deadline = time.monotonic() + seconds
        quiet_since = time.monotonic()
        while time.monotonic() < quiet_since + QUIET_SECONDS:
            if waiting := self._waiting():
                quiet_since = time.monotonic()
                if quiet_since > deadline:
                    raise TimeoutError(f"still at work: {waiting}")
            time.sleep(STEP_SECONDS)

    def compared(self, shop: str = "") -> Report:
        """See `Desk`."""
        return report(self._snapshot(), shop)

    def standings(self) -> dict[str, str]:
        """See `Desk`."""
        return {r.id: ORDERS.load(r).value.status.value for r in self._snapshot().scan(ORDERS.name)}

    @contextmanager
    def without(self, service: str) -> Iterator[None]:
        """See `Desk`. Nobody reads its queues meanwhile."""
        subscribers = [queue.name for queue in self.manifest.deployment.queues if queue.service == service]
        self.switch(subscribers, on=False)
        self.wait_until_settled()
        try:
            yield
        finally:
            self.switch(subscribers, on=True)

    def overwrite(self, kind: str, id: str, body: str) -> str:
        """See `Desk`."""
        table = self.table(next(s.name for s in bootstrap.choose() for k in s.kinds if k.name == kind))
        key = {"pk": {"S": f"{kind}:{id}"}}
        done = self.aws("dynamodb").update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET d = :body",
            ExpressionAttributeValues={":body": {"S": body}},
            ReturnValues="UPDATED_OLD",
        )
        return cast("str", done["Attributes"]["d"]["S"])

    def messages(self, to: str = "") -> dict[str, str]:
        """Return the texts of all letters, or those to one address, which a stage keeps among its records."""
        kept = self._kept("identity", "outbox")
        found = {key: said["text"] for key, said in kept.items() if to in said["to"]}
        if any(table.name == "notifications" for table in self.manifest.deployment.tables):
            kept = self._kept("notifications", "message")
            letters = {key: said for key, said in kept.items() if to in said["addresses"].get("email", "")}
            found |= {key: s["content"]["text"] for key, s in letters.items() if s["template"] == "letter"}
        return found

    def _kept(self, service: str, kind: str) -> dict[str, Any]:
        """Return all records of a kind."""
        pages = self.aws("dynamodb").get_paginator("scan")
        told = pages.paginate(
            TableName=self.table(service),
            FilterExpression="begins_with(pk, :kind)",
            ExpressionAttributeValues={":kind": {"S": f"{kind}:"}},
        )
        return {item["pk"]["S"]: json.loads(item["d"]["S"]) for page in told for item in page["Items"]}

    def switch(self, subscribers: Sequence[str], *, on: bool) -> None:
        """Let these read their queues, or not."""
        self._stopped = self._stopped.difference(subscribers) if on else self._stopped.union(subscribers)
        lambdas = self.aws("lambda")
        for name in subscribers:
            function = f"{self.stage.prefix}-{name}"
            for mapping in lambdas.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]:
                lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)

    def table(self, service: str) -> str:
        """Return the name of a service's table."""
        return f"{self.stage.prefix}-{service}"

    def queue_url(self, name: str) -> str:
        """Return where a queue is called."""
        return cast("str", self.aws("sqs").get_queue_url(QueueName=f"{self.stage.prefix}-{name}")["QueueUrl"])

    def _waiting(self) -> dict[str, int]:
        deployment = self.manifest.deployment
        names = [
            queue.name for queue in deployment.queues if queue.mapped and queue.name not in self._stopped
        ]
        names += [f"{service}-parked" for service in deployment.parked]
        found = {}
        for name in names:
            told = self.aws("sqs").get_queue_attributes(
                QueueUrl=self.queue_url(name), AttributeNames=list(_WAITING)
            )
            found[name] = sum(int(count) for count in told["Attributes"].values())
        return {name: count for name, count in found.items() if count}

    def _snapshot(self) -> StageSnapshot:
        services = bootstrap.choose()
        listeners = {name: [r.on.NAME for r in heard] for name, (_, heard) in subscribers(services).items()}
        with self._environ():
            return StageSnapshot(Session(), self.stage, [s.name for s in services], listeners, lambda _: None)

    def _environ(self) -> Any:
        return patch.dict(os.environ, self.environment)


@contextmanager
def deployed(tool: str, *options: str, services: Sequence[str] = ()) -> Iterator[DeployedDesk]:
    """Give a fresh stage with nothing on it, in an account where IAM decides. Without `services` it runs all."""
    require(tool)
    with (
        running_emulator(enforced=True) as endpoint,
        tempfile.TemporaryDirectory(prefix="stage-", ignore_cleanup_errors=True) as name,
    ):
        desk = deploy(tool, environment_of(endpoint), Path(name), *options, services=services)
        with closing(desk):
            yield desk


def deploy(
    tool: str, environment: dict[str, str], folder: Path, *options: str, services: Sequence[str] = ()
) -> DeployedDesk:
    """Deploy the stage; `folder` is where the command is given."""
    machine = _MACHINES.get(platform.machine(), "x86_64")
    words = ("deploy", "--stage", STAGE, "--tool", tool, "--architecture", machine, "--yes", *options)
    chosen = ("--services", ",".join(services)) if services else ()
    done = run(*words, *chosen, cwd=folder, environment=environment)
    if done.returncode:
        raise RuntimeError(f"the stage was not deployed: {done.stdout}\n{done.stderr}")
    stage = remembered(STAGE, folder / FOLDER)
    assert stage is not None
    desk = DeployedDesk(stage, environment, folder, services)
    with desk.client() as client:  # warm, or the emulator's authorizer does not wait for the keys
        for document in ("openid-configuration", "jwks.json"):
            client.get(f"/.well-known/{document}").raise_for_status()
    return desk


def environment_of(endpoint: str) -> dict[str, str]:
    """Return the environment of somebody who deploys to the emulator, and to nothing else."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    if "FRONTDESK_TF_PLUGINS" in mine:
        mine.pop("TF_CLI_CONFIG_FILE", None)  # the mirror stands in its place
    return {**mine, **credentials(), "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": REGION, "NO_COLOR": "1"}


def run(
    *words: str, cwd: Path, environment: dict[str, str], stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run `frontdesk` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "frontdesk", *words],
        cwd=cwd,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


def load_demo(desk: Desk) -> None:
    """Set up the demo shops through the API, as `up --demo` does through its handlers."""
    scopes = "catalogue:write catalogue:read stock:write stock:read"
    with desk.client(desk.token(scopes, "demo", [f"shop:{shop}=owner" for shop in DEMO_SHOPS])) as client:
        for shop, (terms, products) in DEMO_SHOPS.items():
            _put(client, f"/shops/{shop}", terms)
            for sku, product in products.items():
                _put(client, f"/shops/{shop}/products/{sku}", product)
            for sku, receipt in DEMO_STOCK[shop].items():
                body = msgspec.to_builtins(receipt)
                client.post(f"/shops/{shop}/stock/{sku}/receipts", json=body).raise_for_status()
    desk.wait_until_settled()


def _put(client: httpx.Client, path: str, body: object) -> None:
    client.put(path, json=msgspec.to_builtins(body)).raise_for_status()
