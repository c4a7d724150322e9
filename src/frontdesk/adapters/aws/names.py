"""What the parts of a stage are called, and where they are: one rule for each, so that no list is passed around."""

import msgspec

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


class Names(msgspec.Struct, frozen=True):
    """The names of one stage. `prefix` begins each (`frontdesk-dev`), `endpoint` stands in for AWS (an emulator)."""

    prefix: str
    region: str
    account: str
    endpoint: str | None = None

    def table(self, service: str) -> str:
        """Return the name of a service's table."""
        return f"{self.prefix}-{service}"

    def queue(self, subscriber: str) -> str:
        """Return the name of a subscriber's queue."""
        return f"{self.prefix}-{subscriber}"

    def function(self, name: str) -> str:
        """Return the name of a function that the manifest calls so."""
        return f"{self.prefix}-{name}"

    def parked(self, service: str) -> str:
        """Return the name of the queue that keeps what the bus refused of a service."""
        return f"{self.prefix}-{service}-parked"

    def failures(self) -> str:
        """Return the name of the bucket that keeps what a relay failed on for good."""
        return f"{self.prefix}-failures-{self.account}"

    def parameter(self, path: str) -> str:
        """Return the name of a parameter: `keys/seals` becomes `/frontdesk-dev/keys/seals`."""
        return f"/{self.prefix}/{path}"

    def queue_url(self, queue: str) -> str:
        """Return where a queue of this name is called."""
        return f"{self.endpoint or f'https://sqs.{self.region}.{domain(self.region)}'}/{self.account}/{queue}"

    def queue_arn(self, queue: str) -> str:
        """Return the ARN of a queue of this name."""
        return f"arn:{partition(self.region)}:sqs:{self.region}:{self.account}:{queue}"

    def scheduler_role(self) -> str:
        """Return the ARN of the role in which schedules send to queues."""
        return f"arn:{partition(self.region)}:iam::{self.account}:role/{self.prefix}-scheduler"


def partition(region: str) -> str:
    """Return which AWS a region belongs to, as ARNs say it."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def domain(region: str) -> str:
    """Return what the addresses of a region's services end with."""
    return "amazonaws.com.cn" if partition(region) == "aws-cn" else "amazonaws.com"
