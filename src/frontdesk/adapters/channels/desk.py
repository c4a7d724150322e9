"""All channels of one desk, and the ear for what providers tell it."""

import hmac
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from frontdesk.adapters.channels import whatsapp_webhook
from frontdesk.adapters.channels.settings import ChannelSettings, SmsSettings, WhatsAppSettings
from frontdesk.channels import Headers, Outcome, Outgoing, Post

if TYPE_CHECKING:  # whoever only listens to webhooks needs no event loop
    from frontdesk.adapters.channels.sms import Publisher

TO_PEOPLE = ("whatsapp", "sms", "email")
TO_STAFF = ("slack", "teams")


class Channel(Protocol):
    """What every channel is."""

    async def send(self, message: Outgoing) -> Outcome:
        """Try once to send."""


class Outbox(Channel, Protocol):
    """Where messages are looked at that nobody sends."""

    async def forget(self, message_id: str) -> None:
        """Throw a message away."""


class DeskChannels:
    """Channels by name, each made when it is first asked for: a function pays for those that it uses.

    Where not a single channel to people is set up, `outbox` makes one for each of them, so that the desk can be tried.
    """

    def __init__(
        self,
        settings: ChannelSettings,
        *,
        publisher: "Callable[[SmsSettings], Publisher]",
        outbox: Callable[[str], Outbox],
    ) -> None:
        self._settings = settings
        self._publisher = publisher
        self._outbox = outbox
        self._made: dict[str, Channel | None] = {}

    def channel(self, name: str) -> Channel | None:
        """Return a channel, None where it is not set up."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    async def forget(self, message_id: str) -> None:
        """Throw away what the outbox has of a message, also from before a channel was set up. Raises Unavailable."""
        for name in TO_PEOPLE:
            await self._outbox(name).forget(message_id)

    def _make(self, name: str) -> Channel | None:
        if name in TO_STAFF:
            return self._alerts(name)
        if name not in TO_PEOPLE:
            return None
        if not (self._settings.whatsapp or self._settings.email or self._settings.sms):
            return self._outbox(name)
        return {"whatsapp": self._whatsapp, "email": self._email, "sms": self._sms}[name]()

    def _whatsapp(self) -> Channel | None:
        from frontdesk.adapters.channels.whatsapp import WhatsApp  # noqa: PLC0415 - see above

        return WhatsApp(self._settings.whatsapp) if self._settings.whatsapp else None

    def _email(self) -> Channel | None:
        from frontdesk.adapters.channels.smtp import Smtp  # noqa: PLC0415 - see above

        return Smtp(self._settings.email) if self._settings.email else None

    def _sms(self) -> Channel | None:
        from frontdesk.adapters.channels.sms import Sms  # noqa: PLC0415 - see above

        return Sms(self._publisher(self._settings.sms)) if self._settings.sms else None

    def _alerts(self, name: str) -> Channel | None:
        from frontdesk.adapters.channels.alerts import Alerts, slack, teams  # noqa: PLC0415 - see above

        url = self._settings.alerts.get(name)
        return Alerts(url, {"slack": slack, "teams": teams}[name]) if url else None


class DeskEar:
    """Tells a provider's webhook from a forgery, and reads it. Only WhatsApp has any."""

    def __init__(self, settings: WhatsAppSettings | None) -> None:
        self._settings = settings

    def challenge(self, provider: str, query: Mapping[str, str]) -> str | None:
        """Return what a provider wants to hear who asks whether this address is ours; None when it is not for us."""
        if provider != "whatsapp" or self._settings is None or query.get("hub.mode") != "subscribe":
            return None
        given, wanted = query.get("hub.verify_token", ""), self._settings.verify.value
        return query.get("hub.challenge") if hmac.compare_digest(given.encode(), wanted.encode()) else None

    def read(self, provider: str, headers: Headers, content: bytes) -> Post | None:
        """Return what a webhook tells, oldest first; None when its signature is not the provider's."""
        if provider != "whatsapp" or self._settings is None:
            return None
        secrets = [secret.value for secret in self._settings.secrets]
        if not whatsapp_webhook.is_genuine(headers, content, secrets):
            return None
        return whatsapp_webhook.read(content)
