"""Correspondents: an address, what its owner agreed to, and what we have lately written there. Pure.

An address is a telephone number or a mailbox, and is kept under a keyed digest: nobody reads who is in this list.
Consent belongs to the address: whoever answers STOP from a number hears nothing more at that number.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.phones import is_number, mobile
from frontdesk.services.notifications.commands import ChannelName

STEPS_KEPT = 50  # of a consent's history, the newest
RECENT_KEPT = 10
RECENT_FOR = timedelta(days=14)  # for so long an answer may still be to a message
UNREACHABLE_FOR = timedelta(days=30)  # then it is tried again: people do get WhatsApp

Seal = Callable[[str, str], str]
_NUMBERS = {ChannelName.WHATSAPP, ChannelName.SMS}


class Consent(StrEnum):
    """Whether somebody wants messages."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change of mind, on one channel or ("") on all of the address. `how`: desk, stop, start, unsubscribe."""

    at: datetime
    granted: bool
    channel: str
    how: str
    by: str = ""
    evidence: Annotated[str, SENSITIVE] = ""


class Recent(msgspec.Struct, frozen=True):
    """A message that was sent there."""

    message_id: str
    at: datetime
    place: str
    about: str
    person: str
    language: str


class Lost(msgspec.Struct, frozen=True):
    """That nobody is reached there on a channel, since when, and the provider's word for it."""

    at: datetime
    code: str


class Correspondent(msgspec.Struct, frozen=True, omit_defaults=True):
    """An address."""

    steps: tuple[Step, ...] = ()
    lost: Mapping[str, Lost] = {}
    recent: tuple[Recent, ...] = ()  # newest first
    wrote_at: datetime | None = None

    def consent(self, channel: str) -> Consent:
        """Return what its owner last said about a channel."""
        said = [step for step in self.steps if step.channel in {"", channel}]
        if not said:
            return Consent.UNKNOWN
        return Consent.GRANTED if said[-1].granted else Consent.WITHDRAWN

    def is_lost(self, channel: str, now: datetime) -> bool:
        """Return whether trying that channel is in vain."""
        lost = self.lost.get(channel)
        return lost is not None and now - lost.at < UNREACHABLE_FOR

    def stepped(self, step: Step) -> "Correspondent":
        """Note a change of mind, in its place in time."""
        steps = sorted((*self.steps, step), key=lambda one: one.at)[-STEPS_KEPT:]
        return msgspec.structs.replace(self, steps=tuple(steps))

    def sent(self, recent: Recent) -> "Correspondent":
        """Note that something was sent there."""
        others = [one for one in self.recent if one.message_id != recent.message_id]
        return msgspec.structs.replace(self, recent=(recent, *others)[:RECENT_KEPT])

    def missed(self, channel: str, code: str, now: datetime) -> "Correspondent":
        """Note that nobody is reached there."""
        return msgspec.structs.replace(self, lost={**self.lost, channel: Lost(now, code)})

    def heard(self, channel: str, at: datetime) -> "Correspondent":
        """Note that somebody has written from there: so they are reached."""
        lost = {other: since for other, since in self.lost.items() if other != channel}
        return msgspec.structs.replace(self, lost=lost, wrote_at=max(at, self.wrote_at or at))

    def lately(self, now: datetime) -> tuple[Recent, ...]:
        """Return what an answer may be to, newest first."""
        return tuple(one for one in self.recent if now - one.at < RECENT_FOR)

    def without(self, person: str) -> "Correspondent":
        """Forget a person. What they agreed to or took back stays, without its evidence."""
        steps = tuple(msgspec.structs.replace(step, evidence="", by="") for step in self.steps)
        recent = tuple(one for one in self.recent if one.person != person)
        return msgspec.structs.replace(self, steps=steps, recent=recent)


CORRESPONDENTS = Kind("correspondent", Correspondent)


def address_of(channel: str, text: str) -> str:
    """Return the one spelling of an address, "" when it can be none."""
    bare = text.strip()
    if channel in _NUMBERS:
        number = f"+{''.join(sign for sign in bare if sign.isdecimal() and sign.isascii())}"
        return mobile(number) if bare.startswith("+") and is_number(number) else ""
    name, at, host = bare.rpartition("@")
    return f"{name}@{host}".lower() if name and at and "." in host else ""


def correspondent_id(channel: str, address: str, seal: Seal) -> str:
    """Return under which id an address is kept. A number is the same one by WhatsApp and by SMS."""
    sort = "number" if channel in _NUMBERS else channel
    return f"cor_{seal('correspondent', f'{sort}:{address}')}"
