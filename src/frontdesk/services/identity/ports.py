"""What identity needs from outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class Passwords(Protocol):
    """Slow hashing, done where it delays nobody else. Raises Unavailable when too many wait for it."""

    async def hash(self, password: str) -> str:
        """Return what may be kept of a password: salt, parameters and digest."""

    async def matches(self, kept: str, password: str) -> bool:
        """Return whether this is the password. With nothing kept it takes as long, and is not."""

    def is_outdated(self, kept: str) -> bool:
        """Return whether this was made with other parameters than are in use today."""


class Seals(Protocol):
    """Keyed digests: whoever has not the key can neither make one nor guess what is under it."""

    def seal(self, purpose: str, text: str) -> str:
        """Return 43 characters of URL-safe base 64 (256 bits), always the same ones for the same two texts."""


class Messenger(Protocol):
    """Brings messages to people."""

    async def send(self, id: str, to: str, subject: str, text: str) -> None:
        """Send one message. A repeat with the same id may be dropped. Raises Unavailable."""


class SigningKeys(Protocol):
    """The keys that sign access tokens."""

    def rotate(self, *, at_once: bool) -> None:
        """Publish a new key that signs after a while; `at_once`: now, and none of the others is trusted any more."""

    def moments(self) -> Mapping[str, datetime]:
        """Return since when, or from when on, each key signs, by its id and in that order."""


class Withdrawals(Protocol):
    """What verifiers of access tokens have at hand about admissions that have ended."""

    def withdraw(self, name: str, generation: int) -> None:
        """Refuse tokens that name this and are of a lower generation. Doing it again changes nothing."""


class Site(Protocol):
    """Where people reach the desk."""

    @property
    def site(self) -> str:
        """Return the URL of the desk, without a slash at its end."""
