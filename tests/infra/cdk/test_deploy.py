"""A stage by the CDK's own command line, on an emulator that enforces IAM: made, asked, and gone without a trace."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import msgspec
import pytest

from tests.emulator import ACCOUNT, REGION, credentials, running_emulator
from tests.infra.cdk.synth import COMMAND, PYTHON, cdk_or_skip, run, variables

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]

STACK = "frontdesk-preview-12"
_QUIET = ("--no-notices", "--no-color")


class Cdk:
    """The command line, as somebody uses it who deploys to the emulator and to nothing else."""

    def __init__(self, folder: Path, url: str) -> None:
        self.outputs, self._out = folder / "outputs.json", folder / "cdk.out"
        self._settings = folder / "settings.json"
        given = variables(folder, "preview-12", "catalogue identity", emulator=url, schedule_group="default")
        self._settings.write_bytes(msgspec.json.encode(given))
        place = {"AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "CDK_HOME": str(folder / "home")}
        self._environment = {**place, **credentials()}

    def bootstrap(self) -> None:
        self._run_app("bootstrap", f"aws://{ACCOUNT}/{REGION}")

    def deploy(self) -> dict[str, str]:
        self._run_app("deploy", STACK, "--require-approval=never", f"--outputs-file={self.outputs}")
        found: dict[str, str] = msgspec.json.decode(self.outputs.read_bytes())[STACK]
        return found

    def destroy(self) -> None:
        self._run("destroy", STACK, "--force", f"--app={self._out}")  # what is there has been written down

    def _run_app(self, *words: str) -> None:
        app = (f"--app={PYTHON} app.py", f"--context=settings={self._settings}", f"--output={self._out}")
        self._run(*words, *app)

    def _run(self, *words: str) -> None:
        run("node", COMMAND, *words, *_QUIET, **self._environment)


@pytest.fixture
def url() -> Iterator[str]:
    """Run an emulator of one's own, for what is left over is the question."""
    cdk_or_skip()
    with running_emulator(enforced=True) as found:
        yield found


def test_a_stage_is_deployed_answers_and_leaves_nothing_behind(tmp_path: Path, url: str) -> None:
    cdk = Cdk(tmp_path, url)
    cdk.bootstrap()
    before = everything(url)

    outputs = cdk.deploy()

    deployed = everything(url)
    assert f"list_functions {STACK}-catalogue-http" in deployed
    assert outputs["ApiUrl"] == outputs["Issuer"] == f"{url}/_aws/execute-api/{outputs['ApiId']}"
    assert httpx.get(f"{outputs['ApiUrl']}/health").text == "here"
    assert httpx.get(f"{outputs['ApiUrl']}/shops").status_code == httpx.codes.UNAUTHORIZED
    assert httpx.get(f"{outputs['ApiUrl']}/nowhere").status_code == httpx.codes.NOT_FOUND

    assert cdk.deploy() == outputs  # the same again changes nothing
    assert everything(url) == deployed

    cdk.destroy()

    assert everything(url) == before


def everything(url: str) -> set[str]:
    """Return what is there, by kind and name."""
    found = set()
    for service, operation, items, key in (
        ("apigatewayv2", "get_apis", "Items", "ApiId"),
        ("cloudformation", "describe_stacks", "Stacks", "StackName"),
        ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
        ("dynamodb", "list_tables", "TableNames", ""),
        ("events", "list_event_buses", "EventBuses", "Name"),
        ("events", "list_rules", "Rules", "Name"),
        ("iam", "list_roles", "Roles", "RoleName"),
        ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
        ("lambda", "list_functions", "Functions", "FunctionName"),
        ("logs", "describe_log_groups", "logGroups", "logGroupName"),
        ("s3", "list_buckets", "Buckets", "Name"),
        ("sns", "list_topics", "Topics", "TopicArn"),
        ("sqs", "list_queues", "QueueUrls", ""),
        ("ssm", "describe_parameters", "Parameters", "Name"),
    ):
        answer = getattr(_client(service, url), operation)()
        found |= {f"{operation} {item[key] if key else item}" for item in answer.get(items, ())}
    return found


def _client(service: str, url: str) -> Any:
    given = credentials()
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
    )
