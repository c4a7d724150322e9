"""What webhooks needs from outside."""

# mypy wants a class that can be made where a port is asked for by its type.
# mypy: disable-error-code="type-abstract"

from collections.abc import Mapping
from typing import Protocol

from frontdesk.kernel.unit import Unit


class Reply(Protocol):
    """What came of a request."""

    @property
    def status(self) -> int:
        """The HTTP status, 0 without an answer."""

    @property
    def failure(self) -> str:
        """The class of the failure without an answer: "timeout", "connection", "forbidden_address" and the like."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    @property
    def retry_after(self) -> int | None:
        """The seconds that the receiver asks to be left alone for."""


class WebhookSender(Protocol):
    """Sends to addresses that strangers have chosen, and protects the desk and its neighbours from that."""

    def fault(self, url: str) -> str:
        """Say why nothing can ever be sent there: "wrong_format", "https_only", "forbidden_address"; "" if it can."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, lane: str) -> Reply:
        """Send one POST within a bounded time, following no redirect. Does not raise for what the receiver does.

        Raises Conflict while too many of the same lane are on their way: a slow receiver has only its share.
        """


def webhook_sender(unit: Unit) -> WebhookSender:
    """Return what sends."""
    return unit.provider(WebhookSender)
