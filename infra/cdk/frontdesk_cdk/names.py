"""What everything of a stage is called, and the ARNs that a manifest's symbols stand for."""

from dataclasses import dataclass

from aws_cdk.region_info import RegionInfo

from frontdesk_cdk.settings import Settings


@dataclass(frozen=True)
class Names:
    """The names of one stage in one account and region."""

    settings: Settings
    account: str

    @property
    def prefix(self) -> str:
        """What every name begins with."""
        return self.settings.prefix

    def of(self, name: str) -> str:
        """Return the name of a function, role, rule, alarm, table or queue that the manifest calls so."""
        return f"{self.prefix}-{name}"

    def dead(self, subscriber: str) -> str:
        """Return the name of a subscriber's dead-letter queue."""
        return self.of(f"{subscriber}-dead")

    def parked(self, service: str) -> str:
        """Return the name of the queue of what the bus refused of a service."""
        return self.of(f"{service}-parked")

    def failures(self) -> str:
        """Return the name of the bucket of what a relay gave up."""
        return self.of(f"failures-{self.account}")

    def logs(self, function: str) -> str:
        """Return the name of a function's log group."""
        return f"/aws/lambda/{self.of(function)}"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:{self._partition}:{service}:{self.settings.region}:{self.account}:{resource}"

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role that the manifest calls so. Roles belong to no region."""
        return f"arn:{self._partition}:iam::{self.account}:role/{self.of(name)}"

    def boundary_arn(self) -> str | None:
        """Return the ARN of the policy beyond which no role reaches, None if there is none."""
        name = self.settings.permissions_boundary
        return f"arn:{self._partition}:iam::{self.account}:policy/{name}" if name else None

    def managed_policy_arn(self, name: str) -> str:
        """Return the ARN of a policy that AWS keeps."""
        return f"arn:{self._partition}:iam::aws:policy/{name}"

    def arns(self, symbol: str) -> list[str]:
        """Return the ARNs that a symbol of the manifest stands for. Raises KeyError for one that is not known."""
        kind, _, name = symbol.partition(":")
        return self._named(kind, name) if name else self._single(kind)

    def dimension(self, symbol: str) -> str:
        """Return the name that a symbol stands for in the dimension of a metric. Raises KeyError."""
        kind, _, name = symbol.partition(":")
        if not name:
            return {"prefix": self.prefix, "bus": self.settings.bus}[kind]
        of = {
            "table": self.of,
            "queue": self.of,
            "function": self.of,
            "dead": self.dead,
            "parked": self.parked,
        }
        return of[kind](name)

    def _named(self, kind: str, name: str) -> list[str]:
        if kind == "parameters":
            return self._parameters(name)
        service, _, index = name.partition("/")
        named = {
            "table": ("dynamodb", f"table/{self.of(name)}"),
            "index": ("dynamodb", f"table/{self.of(service)}/index/{index}"),
            "stream": ("dynamodb", f"table/{self.of(name)}/stream/*"),
            "queue": ("sqs", self.of(name)),
            "dead": ("sqs", self.dead(name)),
            "parked": ("sqs", self.parked(name)),
            "logs": ("logs", f"log-group:{self.logs(name)}:*"),
            "function": ("lambda", f"function:{self.of(name)}"),
        }
        return [self.arn(*named[kind])]

    def _single(self, kind: str) -> list[str]:
        bucket = f"arn:{self._partition}:s3:::{self.failures()}"
        single = {
            "bus": [self.arn("events", f"event-bus/{self.settings.bus}")],
            "schedules": [self.arn("scheduler", f"schedule/{self.settings.schedules}/*")],
            "scheduler-role": [self.role_arn("scheduler")],
            "parameters": [self.arn("ssm", f"parameter/{self.prefix}/*"), *self._listed()],
            "text-messages": ["*"],  # a telephone number has no ARN
            "failures": [bucket, f"{bucket}/*"],
        }
        return single[kind]

    def _parameters(self, place: str) -> list[str]:
        path = self.arn("ssm", f"parameter/{self.prefix}/{place}")
        return [path, f"{path}/*", *self._listed()]

    def _listed(self) -> list[str]:
        """Return what the emulator wants beside a path: it authorises a listing by path as one of everything."""
        return [] if self.settings.emulator is None else ["*"]

    @property
    def _partition(self) -> str:
        return RegionInfo.get(self.settings.region).partition or "aws"
