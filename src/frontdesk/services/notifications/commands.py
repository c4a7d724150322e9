"""What others may ask of notifications: its shape. The rules are in `model` and `choosing`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.shapes import Body, Moment, Note, Subject

MAX_VALUES, VALUE_CHARS = 20, 1_000
MAX_BUTTONS = 10  # what a list on WhatsApp shows; of real buttons it has three

Place = Annotated[str, Meta(pattern=r"^[a-z]{1,20}:[a-z0-9][a-z0-9-]{0,39}(?!\n)$")]
Reference = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:|-]{0,100}(?!\n)$")]  # opaque, perhaps ""
TemplateName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,59}(?!\n)$")]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*(?!\n)$")]
Value = Annotated[str, Meta(max_length=VALUE_CHARS)]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](?!\n)$")]
Zone = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{0,59}(?!\n)$")]
Written = Annotated[str, Meta(max_length=254), SENSITIVE]  # an address, as it is written on its channel


class ChannelName(StrEnum):
    """The ways to reach people. The last two reach those who run the desk."""

    WHATSAPP = "whatsapp"
    SMS = "sms"
    EMAIL = "email"
    SLACK = "slack"
    TEAMS = "teams"


PersonalChannel = Annotated[str, Meta(pattern=r"^(whatsapp|sms|email)(?!\n)$")]


class Addresses(Body, frozen=True, omit_defaults=True):
    """Where a person is reached, by channel: numbers as E.164 writes them. Empty: not there."""

    whatsapp: Written = ""
    sms: Written = ""
    email: Written = ""


class QuietHours(Body, frozen=True, rename={"begins": "from", "ends": "to"}):
    """When nobody is to be disturbed, by the clock of a time zone: from 21:00 to 08:00, over midnight."""

    begins: Clock
    ends: Clock
    zone: Zone


class Button(Body, frozen=True):
    """One way to answer. Its text is the template's for `intent`; `label` takes its place where several are alike."""

    intent: Annotated[str, Meta(pattern=r"^[a-z]{1,20}(?!\n)$")]
    payload: Annotated[str, Meta(min_length=1, max_length=200), SENSITIVE]
    label: Annotated[str, Meta(max_length=60), SENSITIVE] = ""


class SendMessage(Body, frozen=True, kw_only=True):
    """Tell one person one thing, by the first channel that takes it.

    `id` is the message's own for ever: a repeat changes nothing. `place` is on whose behalf, and who may read it.
    `person` and `about` are opaque ids of the sender's, which events bring back. `channels` are those that the person
    is known to have agreed to, the preferred first; agreements that were recorded here come after them, and a
    withdrawal that was recorded here outweighs both. After `not_after` it is worth nothing. `quiet` is left out where
    the person has just written and waits. `replaces`: what waits to be sent about the same thing must not go out.
    """

    place: Place
    template: TemplateName
    language: Language
    values: Annotated[Mapping[str, Value], Meta(max_length=MAX_VALUES), SENSITIVE] = {}
    addresses: Addresses
    channels: Annotated[tuple[PersonalChannel, ...], Meta(max_length=3)] = ()
    id: Subject | None = None
    person: Reference = ""
    about: Reference = ""
    buttons: Annotated[tuple[Button, ...], Meta(max_length=MAX_BUTTONS)] = ()
    not_before: Moment | None = None
    not_after: Moment | None = None
    quiet: QuietHours | None = None
    replaces: bool = False


class RecordConsent(Body, frozen=True, kw_only=True):
    """Note that somebody agreed to messages at an address, or takes that back. `evidence`: how we know."""

    place: Place
    channel: PersonalChannel
    address: Annotated[str, Meta(min_length=3, max_length=254), SENSITIVE]
    granted: bool
    evidence: Note
    at: Moment | None = None


class ListMessages(Body, frozen=True):
    """Which messages of a place: those of since <= moment < until, newest first."""

    place: Place
    since: Moment | None = None
    until: Moment | None = None
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class ListInbox(Body, frozen=True):
    """What waits for a person of a place, oldest first. Without `place`: from people whom no message had gone to."""

    place: Place | None = None
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class HandleInbound(Body, frozen=True):
    """Say that somebody has seen to it. `note`: what was done."""

    note: Note | None = None


class Challenge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How WhatsApp asks whether a webhook's address is ours."""

    mode: str = msgspec.field(name="hub.mode", default="")
    token: Annotated[str, SENSITIVE] = msgspec.field(name="hub.verify_token", default="")
    challenge: str = msgspec.field(name="hub.challenge", default="")


class OpenOutbox(Body, frozen=True):
    """Ask for a link to the page of a place's messages."""

    place: Place


class SeeOutbox(Body, frozen=True):
    """The key of such a link."""

    key: Annotated[str, Meta(max_length=200), SENSITIVE] = ""


class Unsubscribe(Body, frozen=True):
    """The token of the link at the end of a letter."""

    t: Annotated[str, Meta(max_length=200), SENSITIVE] = ""
