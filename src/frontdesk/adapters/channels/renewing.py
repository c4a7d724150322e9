"""Channels whose settings are kept elsewhere: looked at again after a while, so a new token needs no deployment."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from frontdesk.adapters.channels.desk import Channel, DeskChannels, DeskEar
from frontdesk.adapters.channels.settings import ChannelSettings, read
from frontdesk.channels import Headers, Post
from frontdesk.kernel.ports import Clock

T = TypeVar("T")
LOOK_AGAIN = timedelta(minutes=5)


class Renewed(Generic[T]):
    """What `make` makes of the settings that `look` gives: made anew when they have changed, and kept when not."""

    def __init__(
        self, look: Callable[[], Mapping[str, str]], make: Callable[[ChannelSettings], T], clock: Clock
    ) -> None:
        self._look = look
        self._make = make
        self._clock = clock
        self._seen: Mapping[str, str] | None = None
        self._until: datetime | None = None

    def current(self) -> T:
        """Return it. Raises Unavailable when the settings cannot be seen, ChannelSettingsError when they are wrong."""
        now = self._clock.now()
        if self._until is None or now >= self._until:
            seen = self._look()
            if seen != self._seen:
                self._made = self._make(read(seen))
                self._seen = seen
            self._until = now + LOOK_AGAIN
        return self._made


class RenewedChannels:
    """All channels of a stage."""

    def __init__(self, channels: Renewed[DeskChannels]) -> None:
        self._channels = channels

    def channel(self, name: str) -> Channel | None:
        """See `DeskChannels`."""
        return self._channels.current().channel(name)

    async def forget(self, message_id: str) -> None:
        """Do nothing: a stage's outbox is its records."""


class RenewedEar:
    """What reads the webhooks of a stage's providers."""

    def __init__(self, ear: Renewed[DeskEar]) -> None:
        self._ear = ear

    def challenge(self, provider: str, query: Mapping[str, str]) -> str | None:
        """See `DeskEar`."""
        return self._ear.current().challenge(provider, query)

    def read(self, provider: str, headers: Headers, content: bytes) -> Post | None:
        """See `DeskEar`."""
        return self._ear.current().read(provider, headers, content)
