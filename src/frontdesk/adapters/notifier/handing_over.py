"""Handing a message over by a call that says it all, made in this process or to a function of the same desk.

The call carries what is personal, so that no event has to. It is made with the message's id as its Idempotency-Key: a
message that was handed over already is not taken twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec

from frontdesk.kernel.errors import Unavailable

Ask = Callable[[str, Mapping[str, Any]], Awaitable[tuple[int, str]]]
"""Makes the call with a key and a body, and returns the status and the code of a refusal. Raises Unavailable."""

_REFUSED, _TOO_MANY, _FAULT = 400, 429, 500
_TAKEN = {
    "message_id_used",
    "key_reused",
}  # it was taken over before, and said something else since: once is enough
_LOST_RACE = "conflict"


class MessageRefusedError(Exception):
    """The message is not one that its sender takes: one of the two is wrong, and somebody has to look."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"a message was refused with {status} {code}")


class Message(Protocol):
    """A struct that is the body of the call."""

    @property
    def id(self) -> str:
        """What it is known by."""


class HandedOver:
    """Somebody else brings the messages; whoever hands one over hears by events what became of it."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def send(self, message: Message) -> None:
        """Hand one message over for good. A repeat changes nothing. Raises Unavailable, MessageRefusedError."""
        await _hand_over(self._ask, message.id, msgspec.to_builtins(message))


class LettersHandedOver:
    """The same for letters that are already written. `place` is on whose behalf they are sent."""

    def __init__(self, ask: Ask, place: str) -> None:
        self._ask = ask
        self._place = place

    async def send(self, id: str, to: str, subject: str, text: str) -> None:
        """Hand one letter over for good. A repeat changes nothing. Raises Unavailable, MessageRefusedError."""
        body = {
            "id": id,
            "place": self._place,
            "template": "letter",
            "language": "en",  # the template says nothing of its own
            "values": {"subject": subject, "text": text},
            "addresses": {"email": to},
            "channels": ["email"],
        }
        await _hand_over(self._ask, id, body)


async def _hand_over(ask: Ask, key: str, body: Mapping[str, Any]) -> None:
    status, code = await ask(key, body)
    if status < _REFUSED or code in _TAKEN:
        return
    if code == _LOST_RACE or status == _TOO_MANY or status >= _FAULT:
        raise Unavailable
    raise MessageRefusedError(status, code)
