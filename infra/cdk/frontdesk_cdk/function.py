"""One Lambda function with a role and a log group of its own."""

from aws_cdk import aws_lambda, aws_logs
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.accepted import accept
from frontdesk_cdk.code import Code
from frontdesk_cdk.names import Names
from frontdesk_cdk.role import TRACING, role

_PURPOSES = {
    "http": "Answers the API of one service",
    "oauth": "Signs people and programs in",
    "operations": "Answers the operator, and the API's own pages",
    "queue": "Handles what one subscriber hears",
    "stream": "Carries the events of one table to the bus",
    "schedule": "Beats, and passes on what a relay could not",
}


class Function(Construct):
    """A function of the manifest. `environment` is what all functions of the stage are told."""

    def __init__(
        self,
        scope: Construct,
        declared: manifest.Function,
        names: Names,
        code: Code,
        environment: dict[str, str],
    ) -> None:
        super().__init__(scope, declared["name"])
        settings, name = names.settings, names.of(declared["name"])
        self.name = name
        self.arn = names.arns(f"function:{declared['name']}")[0]
        made = role(
            self,
            names,
            declared["name"],
            "lambda.amazonaws.com",
            declared["permissions"],
            description=_PURPOSES[declared["kind"]],
            also=[TRACING] if settings.tracing else [],
        )
        logs = aws_logs.CfnLogGroup(
            self,
            "Logs",
            log_group_name=names.logs(declared["name"]),
            retention_in_days=settings.log_retention_days,
        )
        self.resource = aws_lambda.CfnFunction(
            self,
            "Function",
            function_name=name,
            description=_PURPOSES[declared["kind"]],
            role=made.attr_arn,
            architectures=[settings.architecture],
            memory_size=settings.memory.get(declared["name"], declared["memory"]),
            timeout=declared["timeout"],
            reserved_concurrent_executions=_reserved(declared, settings.concurrency),
            environment=aws_lambda.CfnFunction.EnvironmentProperty(
                variables={**environment, "FRONTDESK_FUNCTION": declared["name"]}
            ),
            tracing_config=aws_lambda.CfnFunction.TracingConfigProperty(
                mode="Active" if settings.tracing else "PassThrough"
            ),
            **code.of(declared),
        )
        accept(
            self.resource,
            "L1",
            "The runtime must be the Python that built the zip, or its byte code is dead weight.",
        )
        self.resource.add_resource_dependency(logs)


def _reserved(declared: manifest.Function, chosen: dict[str, int]) -> int | None:
    """Return how many of the account's executions are kept for a function, None for none."""
    return chosen.get(declared["name"], declared["concurrency"]) or None
