"""Messages that nobody sends, in the desk's outbox: a person reads there what would have been said."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

Put = Callable[[str, str, str, str], Awaitable[None]]
"""Puts a message into the outbox: id, address, subject, text. Raises Unavailable."""

NOBODY = "nobody@invalid"  # where no address was given


class Message(Protocol):
    """What is read of a message; all of it is written down."""

    @property
    def id(self) -> str:
        """What it is known by."""


class WrittenDown:
    """What would have been sent, with everything that the message says, as one text."""

    def __init__(self, put: Put) -> None:
        self._put = put

    async def send(self, message: Message) -> None:
        """Write one message down. One with the same id takes the place of the earlier one. Raises Unavailable."""
        said: dict[str, Any] = msgspec.to_builtins(message)
        reached = said.get("addresses", {}).values()
        values = said.pop("values", {})
        lines = [f"{name}: {value}" for name, value in (*values.items(), *said.items())]
        await self._put(
            message.id, next(iter(reached), NOBODY), str(said.get("template", "")), "\n".join(lines)
        )
