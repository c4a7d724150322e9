"""What appointments needs from outside: somebody who brings messages to patients, and keyed digests."""

# mypy wants a class that can be made where a port is asked for by its type.
# mypy: disable-error-code="type-abstract"

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Protocol

import msgspec

from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.unit import Unit


class Template(StrEnum):
    """What patients are told. Every one has the values `patient`, `doctor`, `day`, `time` and `clinic`.

    And `phone` and `address`, the clinic's, "" where it has said none. Those of some have more, as it says beside
    them. `link` is where the same can be done on a page.
    """

    BOOKED = "appointment-booked"  # link
    CONFIRM = "appointment-confirm"  # will you come? link; buttons confirm, cancel, move
    PENDING = "appointment-pending"  # you have not answered. As above
    SOON = "appointment-soon"  # short, when it is near; which may be the evening before
    MOVED = "appointment-moved"  # day and time are the new ones; was_day, was_time, link
    CANCELLED = "appointment-cancelled"
    OFFER = "appointment-offer"  # a time is free, for you alone until `until`; link; buttons accept, decline
    OFFER_OVER = "appointment-offer-over"  # the answer came too late, the time is somebody else's
    CONFIRMED = "appointment-confirmed"  # thank you
    SURE = "appointment-sure"  # cancel, really? link; buttons cancel, confirm
    TIME_CHANGED = (
        "appointment-time-changed"  # you answered about another time than the present one; as CONFIRM
    )
    WHICH = (
        "appointment-which"  # which of these do you mean? `visits`: a line each; a button `visit` for each
    )
    IS_OVER = "appointment-is-over"  # it was cancelled already, or has been
    TIMES = "appointment-times"  # choose another time here; link
    FREE = "appointment-free"  # these `times` are free, a line for each day; a button `visit` for each
    TOO_LATE = "appointment-too-late"  # too late to change it in this way: call the clinic


class Button(msgspec.Struct, frozen=True):
    """One way to answer. The text on it is the template's for `intent`, `label` adds to it where several are alike."""

    intent: str  # confirm, cancel, move, accept, decline, visit
    payload: Annotated[str, SENSITIVE]  # comes back with the answer; carries a token
    label: str = ""


class Addresses(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a person is reached, by channel. Empty: not there."""

    whatsapp: Annotated[str, SENSITIVE] = ""
    sms: Annotated[str, SENSITIVE] = ""
    email: Annotated[str, SENSITIVE] = ""


class QuietHours(msgspec.Struct, frozen=True, rename={"begins": "from", "ends": "to"}):
    """When nobody is to be disturbed, by the clock of a time zone: from 21:00 to 08:00, over midnight."""

    begins: str
    ends: str
    zone: str


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message to one person. On the wire its fields are called as they are here.

    `id` is its Idempotency-Key. `place` is on whose behalf it is sent and who may read it, as grants name it
    ("clinic:<id>"). `channels` are those that the person agreed to, the preferred first: "whatsapp", "sms", "email".
    After `not_after` it is worth nothing. `quiet` is None where the person has just written and waits for an answer.
    `replaces`: what still waits to be sent about the same thing is void, and must not go out any more.
    """

    id: str
    place: str
    person: str
    about: str
    template: str
    language: str
    values: Annotated[Mapping[str, str], SENSITIVE]
    addresses: Addresses
    channels: tuple[str, ...]
    buttons: tuple[Button, ...] = ()
    not_after: datetime | None = None
    quiet: QuietHours | None = None
    replaces: bool = False


class Notifier(Protocol):
    """Brings messages to people, by whatever way they agreed to."""

    async def send(self, message: Message) -> None:
        """Take one message over for good; what becomes of it is told by events. A repeat of its id changes nothing.

        Raises Unavailable when it may not have been taken over: send it again.
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


def notifier(unit: Unit) -> Notifier:
    """Return what brings messages to patients."""
    return unit.provider(Notifier)
