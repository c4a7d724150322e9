"""What adapters ask of a client, and the one translation of its failures that they all share."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from frontdesk.adapters.aws.client import Answer, AwsError, Service, Unreachable
from frontdesk.adapters.aws.errors import is_passing
from frontdesk.kernel.errors import Unavailable


class Client(Protocol):
    """What makes the calls: see `client.AwsClient`."""

    def call(self, service: Service, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """See `client.AwsClient.call`."""


class RestClient(Protocol):
    """What calls services that are not JSON over POST: see `client.AwsClient`."""

    def send(
        self,
        service: Service,
        method: str,
        path: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """See `client.AwsClient.send`."""


def ask(client: Client, service: Service, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Make the call. Raises Unavailable when the same may succeed a moment later, AwsError when it will not."""
    try:
        return client.call(service, operation, payload)
    except (AwsError, Unreachable) as failure:
        raise translated(failure) from failure


def translated(failure: AwsError | Unreachable) -> Exception:
    """Return what the kernel knows about: Unavailable for what passes, else the failure itself."""
    return Unavailable() if is_passing(failure) else failure
