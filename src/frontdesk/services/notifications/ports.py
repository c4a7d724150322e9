"""What notifications needs from outside: channels that send, and somebody who reads what providers tell us."""

# mypy wants a class that can be made where a port is asked for by its type.
# mypy: disable-error-code="type-abstract"

from collections.abc import Mapping
from typing import Protocol

from frontdesk.channels import Headers, Outcome, Outgoing, Post
from frontdesk.kernel.unit import Unit


class Channel(Protocol):
    """One way to reach people."""

    async def send(self, message: Outgoing) -> Outcome:
        """Try once to send, within 20 seconds. What the provider does is an outcome: nothing of it raises.

        Raises Conflict while too many are on their way: such a try counts for nothing and comes again.
        """


class Channels(Protocol):
    """All channels of the desk."""

    def channel(self, name: str) -> Channel | None:
        """Return "whatsapp", "sms", "email", "slack" or "teams"; None where the desk has not set it up."""

    async def forget(self, message_id: str) -> None:
        """Throw away what the desk's own outbox has of a message to people; nothing there is fine.

        What a provider keeps is the provider's. Raises Unavailable where it could not be thrown away.
        """


class InboundVerifier(Protocol):
    """Tells a provider's webhook from a forgery, and reads it."""

    def challenge(self, provider: str, query: Mapping[str, str]) -> str | None:
        """Return what a provider wants to hear who asks whether this address is ours; None when it is not for us."""

    def read(self, provider: str, headers: Headers, content: bytes) -> Post | None:
        """Return what a webhook tells, oldest first; None when its signature is not the provider's.

        What is signed and says nothing to us is an empty post. Header names are in lower case.
        """


class Seals(Protocol):
    """Keyed digests: whoever has not the key can neither make one nor guess what is under it."""

    def seal(self, purpose: str, text: str) -> str:
        """Return 43 characters of URL-safe base 64 (256 bits), always the same ones for the same two texts."""


class Site(Protocol):
    """Where people reach the desk."""

    @property
    def site(self) -> str:
        """Return the URL of the desk, without a slash at its end."""


def channels(unit: Unit) -> Channels:
    """Return what sends."""
    return unit.provider(Channels)


def verifier(unit: Unit) -> InboundVerifier:
    """Return what reads webhooks."""
    return unit.provider(InboundVerifier)


def seals(unit: Unit) -> Seals:
    """Return what makes keys of addresses."""
    return unit.provider(Seals)


def site(unit: Unit) -> Site:
    """Return where the desk is."""
    return unit.provider(Site)
