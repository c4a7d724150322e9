"""Messages: one thing to tell one person, its legs on channels, and how far it has come. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from frontdesk.channels import Failure, Outcome, Outgoing, Progress
from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable
from frontdesk.services.notifications.commands import ChannelName, QuietHours
from frontdesk.services.notifications.legs import OVER, UNDER_WAY, Leg, State, furthest
from frontdesk.services.notifications.templates import Content


class MessageIdUsed(Rejected):
    """Another message has this id: use a new one."""


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. `ticket` names the try that is due; `turn` its place among those about the same thing.

    `agreed` are the channels that its sender knows the person to have agreed to. `is_last_word` goes out even to
    somebody who has just withdrawn: it tells them so. `times` says when it came to each state.
    """

    place: str
    sender: str
    template: str
    content: Content
    addresses: Annotated[Mapping[str, str], SENSITIVE]
    created_at: datetime
    agreed: tuple[str, ...] = ()
    person: str = ""
    about: str = ""
    turn: int = 0
    not_before: datetime | None = None
    not_after: datetime | None = None
    quiet: QuietHours | None = None
    is_last_word: bool = False
    fingerprint: str = ""
    state: State = State.QUEUED
    reason: str = ""
    legs: tuple[Leg, ...] = ()
    ticket: int = 1
    next_at: datetime | None = None
    times: Mapping[State, datetime] = {}

    @property
    def is_over(self) -> bool:
        """Whether nothing more is sent."""
        return self.state in OVER

    @property
    def is_under_way(self) -> bool:
        """Whether a provider has taken it and not given it back."""
        return any(leg.state in UNDER_WAY for leg in self.legs)

    def awaits(self, ticket: int) -> bool:
        """Return whether this is the try that is due. Any other has been made, or is not wanted any more."""
        return ticket == self.ticket and not self.is_over and not self.is_under_way

    def leg(self, channel: str) -> Leg:
        """Return what became of it on a channel."""
        return next((leg for leg in self.legs if leg.channel == channel), Leg(channel))

    def outgoing(self, id: str, channel: str, unsubscribe: str = "") -> Outgoing:
        """Return what is handed to a channel."""
        content = self.content
        is_whatsapp = channel == ChannelName.WHATSAPP
        return Outgoing(
            id=id,
            to=self.addresses[channel],
            language=content.language,
            subject=content.subject,
            text=content.said_on(channel),
            template=content.approved if is_whatsapp else "",
            parameters=content.parameters if is_whatsapp else (),
            answers=content.answers if is_whatsapp else (),
            unsubscribe=unsubscribe if channel == ChannelName.EMAIL else "",
        )

    def tried(self, channel: str, outcome: Outcome, now: datetime, chance: float) -> "Message":
        """Take in how the try that was due has ended."""
        after = self._with(self.leg(channel).tried(outcome, now, chance), now)
        return msgspec.structs.replace(after, ticket=self.ticket + 1, next_at=None)

    def told(
        self, channel: str, progress: Progress, at: datetime, failure: Failure | None = None, code: str = ""
    ) -> "Message":
        """Take in what a provider tells. One that gives a message back makes the next channel's try due."""
        leg = self.leg(channel).told(progress, failure, code)
        if leg == self.leg(channel):
            return self
        after = self._with(leg, at)
        is_returned = leg.state is State.FAILED and not after.is_over and not after.is_under_way
        return msgspec.structs.replace(after, ticket=self.ticket + 1) if is_returned else after

    def waiting(self, until: datetime) -> "Message":
        """Be tried later."""
        return msgspec.structs.replace(self, next_at=until)

    def skipped(self, reason: str, now: datetime) -> "Message":
        """Not be sent, on purpose."""
        return msgspec.structs.replace(self._moved(State.SKIPPED, now), reason=reason, next_at=None)

    def failed(self, code: str, now: datetime) -> "Message":
        """Have reached nobody."""
        return msgspec.structs.replace(self._moved(State.FAILED, now), reason=code, next_at=None)

    def forgotten(self, now: datetime) -> "Message":
        """Say nothing about anybody any more. What waits is not sent."""
        open_ended = not self.is_over and not self.is_under_way
        after = self.skipped("erased", now) if open_ended else self
        nothing = Content(language=self.content.language, subject="", text="")
        return msgspec.structs.replace(after, content=nothing, addresses={}, person="", fingerprint="")

    def as_created(self) -> "Message":
        """Return the message as its creation left it."""
        return msgspec.structs.replace(
            self, state=State.QUEUED, reason="", legs=(), ticket=1, next_at=None, times={}
        )

    def _with(self, leg: Leg, at: datetime) -> "Message":
        others = tuple(other for other in self.legs if other.channel != leg.channel)
        before = self._moved(leg.state, at) if leg.state in UNDER_WAY else self
        return msgspec.structs.replace(before, legs=(*others, leg))

    def _moved(self, state: State, at: datetime) -> "Message":
        state = furthest(self.state, state)
        times = self.times if state in self.times else {**self.times, state: at}
        return msgspec.structs.replace(self, state=state, times=times)


class Thread(msgspec.Struct, frozen=True):
    """All messages of a place about one thing: how many there were, and up to which one they are void."""

    turns: int = 0
    void_below: int = 0

    def added(self, *, replaces: bool) -> "Thread":
        """Add a message; perhaps those before it must not go out any more."""
        turns = self.turns + 1
        return Thread(turns, turns if replaces else self.void_below)


class Try(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one try ended. A record of its own, which nobody else writes: a try that was made is never lost in a race."""

    message_id: str
    channel: str
    at: datetime
    trace_id: str = ""
    failure: Failure | None = None
    code: str = ""
    retry_after: int | None = None


class Trace(msgspec.Struct, frozen=True):
    """Which message, and on which channel, is what a provider knows by its own id."""

    message_id: str
    channel: str


MESSAGES = Kind(
    "message",
    Message,
    indexes=(
        Index("by_place", lambda message: message.place or None, lambda m: sortable(m.created_at)),
        Index("by_person", lambda message: message.person or None, lambda m: sortable(m.created_at)),
    ),
    as_created=Message.as_created,
)
THREADS = Kind("message_thread", Thread)
TRIES = Kind("message_try", Try)
TRACES = Kind("message_trace", Trace)


def thread_id(place: str, about: str) -> str:
    """Return where the messages of a place about one thing are counted."""
    return f"{place}|{about}"
