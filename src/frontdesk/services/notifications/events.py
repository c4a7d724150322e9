"""What notifications tells: how far a message has come, and what somebody answered. Never whom, and never what text."""

from datetime import datetime
from typing import ClassVar

from frontdesk.kernel.messages import Event


class _Told(Event, frozen=True, kw_only=True):
    """What every event about a message says. `about` and `person` are opaque ids of whoever wanted it sent."""

    message_id: str
    place: str
    about: str
    person: str


class MessageSent(_Told, frozen=True, kw_only=True):
    """A provider has taken a message, on its way by `channel`."""

    NAME: ClassVar[str] = "Message Sent"
    channel: str


class MessageDelivered(_Told, frozen=True, kw_only=True):
    """It is on the person's device."""

    NAME: ClassVar[str] = "Message Delivered"
    channel: str


class MessageRead(_Told, frozen=True, kw_only=True):
    """The person has seen it."""

    NAME: ClassVar[str] = "Message Read"
    channel: str


class MessageFailed(_Told, frozen=True, kw_only=True):
    """It reached nobody, by any channel: somebody may have to call. `code` is the last provider's word for why."""

    NAME: ClassVar[str] = "Message Failed"
    channel: str
    code: str


class MessageSkipped(_Told, frozen=True, kw_only=True):
    """It was not sent, on purpose. `reason`: no_consent, withdrawn, too_late, quiet_hours, replaced or erased."""

    NAME: ClassVar[str] = "Message Skipped"
    reason: str


class AnswerReceived(Event, frozen=True, kw_only=True):
    """Somebody has written to the desk, or pressed a button.

    `intent`: confirm, cancel, move, book, stop or unclear. `sure`: it was said in so many words; else ask once more.
    `about` is what the answered message was about, `message_id` the id that whoever wanted it sent gave it (its key):
    by it an answer to an older message is known. Both are "" when the answer does not say. `candidates` are what
    messages of the last days to this person were about, newest first. `button` is the `channels.token_id` of the
    pressed button's token, "" for text. `bare`: no more than a "no", whatever the question was. `person` is "" for
    somebody unknown, `place` too where it might be several.
    """

    NAME: ClassVar[str] = "Answer Received"
    answer_id: str
    place: str
    person: str
    intent: str
    sure: bool
    bare: bool = False
    message_id: str
    about: str
    candidates: tuple[str, ...]
    button: str
    channel: str
    received_at: datetime


class PeopleSeen(Event, frozen=True, kw_only=True):
    """Somebody (`who`) of a place was shown messages to these people, or what they wrote: for whoever keeps its log.

    `what`: message, message list, inbox or outbox page. `people` are opaque ids.
    """

    NAME: ClassVar[str] = "People Seen"
    place: str
    who: str
    what: str
    people: tuple[str, ...]
    seen_at: datetime


class MessageDue(Event, frozen=True, kw_only=True):
    """A message is to be tried now. One whose `ticket` is no longer the message's own comes too late."""

    NAME: ClassVar[str] = "Message Due"
    message_id: str
    ticket: int


class MessageRetried(MessageDue, frozen=True, kw_only=True):
    """The pause before the next try, or the quiet hours, are over."""

    NAME: ClassVar[str] = "Message Retried"


class MessageTried(Event, frozen=True, kw_only=True):
    """A try has ended; what came of it is in the record of the try."""

    NAME: ClassVar[str] = "Message Tried"
    message_id: str
    ticket: int


class PostArrived(Event, frozen=True, kw_only=True):
    """A provider's webhook is to be gone through, from its `next` item on."""

    NAME: ClassVar[str] = "Post Arrived"
    post_id: str
    next: int


class ReceiptArrived(Event, frozen=True, kw_only=True):
    """A provider tells how far a message has come."""

    NAME: ClassVar[str] = "Receipt Arrived"
    receipt_id: str


class InboundArrived(Event, frozen=True, kw_only=True):
    """Somebody wrote, and nobody has read it yet."""

    NAME: ClassVar[str] = "Inbound Arrived"
    inbound_id: str


class InboxFilled(Event, frozen=True, kw_only=True):
    """A person of the desk has to read what somebody wrote."""

    NAME: ClassVar[str] = "Inbox Filled"
    inbound_id: str
    place: str


class DeskTroubled(Event, frozen=True, kw_only=True):
    """A channel cannot send until somebody mends its settings. `code` is the provider's word for why."""

    NAME: ClassVar[str] = "Desk Troubled"
    channel: str
    code: str


class ForgettingDue(Event, frozen=True, kw_only=True):
    """Somebody is to be forgotten: the next page of what is kept about them. `person` is their opaque id."""

    NAME: ClassVar[str] = "Forgetting Due"
    person: str
    step: int


class ForgettingRepeated(Event, frozen=True, kw_only=True):
    """What an index did not show at first is to be looked for once more."""

    NAME: ClassVar[str] = "Forgetting Repeated"
    person: str


class MessageFound(Event, frozen=True, kw_only=True):
    """A message was sent to somebody who is to be forgotten."""

    NAME: ClassVar[str] = "Message Found"
    message_id: str


class InboundFound(Event, frozen=True, kw_only=True):
    """Something was written by somebody who is to be forgotten."""

    NAME: ClassVar[str] = "Inbound Found"
    inbound_id: str
