"""What a channel to people is told, and what it tells: the words that services and the channels' adapters share."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.sensitive import SENSITIVE

Private = Annotated[str, SENSITIVE]


class Failure(StrEnum):
    """Why something was not sent, named for what is to be done about it."""

    LATER = "later"  # busy, broken or not reached: the same again after a while
    ADDRESS = "address"  # nobody is reached there on this channel, ever: no such mailbox, no WhatsApp
    CHANNEL = "channel"  # this message will not go out on this channel; another channel may take it
    CONFIGURATION = "configuration"  # credentials, an unknown template: somebody has to mend the desk


class Answer(msgspec.Struct, frozen=True):
    """A button: what is on it, and what comes back when it is pressed."""

    title: str
    payload: Private


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message on one channel, the same on every try. `id` is what a provider may tell a repeat by.

    `text` is all of it in plain text, links included where the channel has no buttons. `template` and `parameters` are
    for channels that want an approved template (parameters in the order of its {{1}}, {{2}}); "" is free text. `to` is
    as it was given to the desk; a channel without addresses of its own (Slack, Teams) passes it over. `unsubscribe` is
    where a POST withdraws the consent to messages like this (RFC 8058), for e-mail; "" where nothing does.
    """

    id: str
    to: Private
    language: str
    subject: Private
    text: Private
    template: str = ""
    parameters: Annotated[tuple[str, ...], SENSITIVE] = ()
    answers: tuple[Answer, ...] = ()
    unsubscribe: Private = ""


class Outcome(msgspec.Struct, frozen=True):
    """How a try ended: the provider's id of what it has taken, or a failure.

    `code` is the provider's own word for the failure ("131026"), never its text: that may quote an address.
    """

    provider_id: str = ""
    failure: Failure | None = None
    code: str = ""
    retry_after: int | None = None  # seconds that the provider asks to be left alone for


class Progress(StrEnum):
    """How far a message has come, as a provider tells it."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider tells later about a message that it has taken. `failure` and `code` with FAILED alone.

    `message_id` is ours, "" from a provider that does not give it back: it tells that a message went out although the
    answer to the try was lost.
    """

    provider_id: str
    progress: Progress
    at: datetime
    failure: Failure | None = None
    code: str = ""
    message_id: str = ""


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody sent to the desk. `form` is the provider's word for what it is: "text", "button", "audio".

    `sender` is as the provider writes it. `context` is the provider's id of the message that it replies to, `line` the
    provider's name for the number or account of the desk that it came to.
    """

    provider_id: str
    sender: Private
    at: datetime
    form: str
    text: Private = ""
    payload: Private = ""
    context: str = ""
    line: str = ""


Post = tuple[Inbound | Receipt, ...]
Headers = Mapping[str, str]


def token_id(token: str) -> str:
    """Return what is kept and told in place of a token that a button or a link carries: nobody gets back from it."""
    return derived_id("lnk", token)
