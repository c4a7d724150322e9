"""Which channel a message takes next, and when: the whole policy of sending, in one place. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from frontdesk.channels import Failure
from frontdesk.services.notifications.commands import ChannelName
from frontdesk.services.notifications.correspondents import Consent, Correspondent, address_of
from frontdesk.services.notifications.legs import Leg
from frontdesk.services.notifications.model import Message
from frontdesk.services.notifications.quiet import moment_for

PERSONAL = (ChannelName.WHATSAPP, ChannelName.SMS, ChannelName.EMAIL)  # in the order of preference
STICKS = 3  # tries on a channel that is busy, before the next one has its turn

# Why a channel is closed to a message; of several, the first of these is given. The first two are nobody's failure.
_ON_PURPOSE = ("withdrawn", "no_consent")
_CLOSED = (*_ON_PURPOSE, "unreachable", "not_set_up", "no_address")


class Send(msgspec.Struct, frozen=True):
    """Try this channel now."""

    channel: str


class Wait(msgspec.Struct, frozen=True):
    """Decide again then."""

    until: datetime


class Skip(msgspec.Struct, frozen=True):
    """Do not send it, on purpose."""

    reason: str


class Fail(msgspec.Struct, frozen=True):
    """Give it up: it has reached nobody. `channel` is the last one tried, "" for none."""

    channel: str
    code: str


Decision = Send | Wait | Skip | Fail


def choose(
    message: Message,
    book: Mapping[str, Correspondent],
    is_set_up: Callable[[str], bool],
    *,
    is_void: bool,
    now: datetime,
) -> Decision:
    """Say what is to be done about a message that nobody has yet taken. `book` has its correspondents by channel."""
    if is_void:
        return Skip("replaced")
    if message.not_after is not None and now >= message.not_after:
        return _given_up(message, Skip("too_late"))
    closed = {channel: _closed(message, channel, book, is_set_up, now) for channel in order_of(message)}
    ways = [channel for channel, reason in closed.items() if not reason and message.leg(channel).is_open]
    if not ways:
        return _given_up(message, _why(closed.values()))
    moment = moment_for(message.not_before or now, message.quiet, now=now, not_after=message.not_after)
    if moment is None:
        return _given_up(message, Skip("quiet_hours"))
    return Wait(moment) if moment > now else _next(message, [message.leg(way) for way in ways], now)


def order_of(message: Message) -> tuple[str, ...]:
    """Return the channels of a message that have an address, the preferred first."""
    wanted = dict.fromkeys((*message.agreed, *(str(channel) for channel in PERSONAL)))
    return tuple(channel for channel in wanted if message.addresses.get(channel))


def _closed(
    message: Message,
    channel: str,
    book: Mapping[str, Correspondent],
    is_set_up: Callable[[str], bool],
    now: datetime,
) -> str:
    """Return why a channel is closed to a message, "" when it is open."""
    if not is_set_up(channel):
        return "not_set_up"
    if channel not in PERSONAL:
        return ""
    if not address_of(channel, message.addresses[channel]):
        return "no_address"
    whose = book.get(channel, Correspondent())
    if whose.is_lost(channel, now):
        return "unreachable"
    return "" if message.is_last_word else _unwanted(whose.consent(channel), channel in message.agreed)


def _unwanted(consent: Consent, is_agreed: bool) -> str:  # noqa: FBT001 - the two that are weighed
    if consent is Consent.WITHDRAWN:
        return "withdrawn"
    return "" if consent is Consent.GRANTED or is_agreed else "no_consent"


def _why(reasons: Iterable[str]) -> Skip | Fail:
    found = set(reasons)
    reason = next((reason for reason in _CLOSED if reason in found), "no_address")
    return Skip(reason) if reason in _ON_PURPOSE else Fail("", reason)


def _given_up(message: Message, untried: Skip | Fail) -> Skip | Fail:
    """Return how a message ends that will not be tried again: `untried` when it never was."""
    last = next((leg for leg in reversed(message.legs) if leg.tries), None)
    return Fail(last.channel, last.code) if last else untried


def _next(message: Message, legs: Sequence[Leg], now: datetime) -> Decision:
    """Take the first channel that does not rest; wait for one that is only busy for a moment."""
    resting: list[datetime] = []
    for leg in legs:
        if leg.again_at is None or leg.again_at <= now:
            return Send(leg.channel)
        if message.not_after is not None and leg.again_at >= message.not_after:
            continue
        if leg.failure is Failure.LATER and leg.tries < STICKS:
            return Wait(leg.again_at)
        resting.append(leg.again_at)
    return Wait(min(resting)) if resting else _given_up(message, Skip("too_late"))
