"""Posts: what providers bring, kept whole and at once, then gone through bit by bit. Pure.

A provider repeats what it does not see acknowledged, and puts hundreds of things into one request. So a request is one
record; each thing in it is known by the provider's id of it, whichever request brings it, and however often.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.channels import Failure, Inbound, Post, Private, Progress, Receipt
from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable
from frontdesk.services.notifications.legs import State, furthest
from frontdesk.services.notifications.reading import Intent

PAGE = 8  # things of a post that one commit takes in
TEXT_CHARS = 4_096  # of what somebody wrote, as WhatsApp bounds it
NOBODYS = "desk"  # the inbox of what nobody knows whose it is


class Posted(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one request brought, from its `next` thing on. What has been taken in is kept here no longer."""

    provider: str
    at: datetime
    inbounds: Annotated[tuple[Inbound, ...], SENSITIVE] = ()
    receipts: tuple[Receipt, ...] = ()
    next: int = 0

    def page(self) -> tuple[tuple[Inbound, ...], tuple[Receipt, ...]]:
        """Return what is to be taken in next: receipts when no inbound is left."""
        inbounds = self.inbounds[:PAGE]
        return inbounds, self.receipts[: PAGE - len(inbounds)]

    def rest(self) -> "Posted":
        """Return what is left after this page."""
        inbounds, receipts = self.page()
        return msgspec.structs.replace(
            self,
            inbounds=self.inbounds[len(inbounds) :],
            receipts=self.receipts[len(receipts) :],
            next=self.next + 1,
        )

    @property
    def is_done(self) -> bool:
        """Whether all of it has been taken in."""
        return not self.inbounds and not self.receipts


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """The furthest that a provider has told about one message of its own id. `message_id` is ours, if it says so."""

    channel: str
    progress: Progress
    at: datetime
    message_id: str = ""
    failure: Failure | None = None
    code: str = ""

    def merged(self, other: "Known") -> "Known":
        """Return what both tell together, in whatever order they came."""
        mine, others = State(self.progress), State(other.progress)
        best = self if furthest(mine, others) is mine else other
        return msgspec.structs.replace(best, message_id=self.message_id or other.message_id)


class Status(StrEnum):
    """Whether somebody has to look at what was written."""

    UNREAD = "unread"
    READ = "read"  # it spoke for itself
    WAITING = "waiting"
    HANDLED = "handled"


class InboundHandled(Rejected):
    """Nobody waits for this: it has been seen to, or spoke for itself."""


class Written(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody wrote to the desk. `context` is the trace of the message that it replies to.

    `writer` is the correspondent's id. It is looked for by the person, where one is known, else by that.
    """

    channel: str
    sender: Private
    at: datetime
    form: str
    text: Private = ""
    payload: Private = ""
    context: str = ""
    line: str = ""
    status: Status = Status.UNREAD
    intent: Intent = Intent.UNCLEAR
    place: str = ""
    person: str = ""
    writer: str = ""
    about: str = ""
    handled_by: str = ""
    handled_at: datetime | None = None
    note: Annotated[str, SENSITIVE] = ""

    def handled(self, by: str, note: str, now: datetime) -> "Written":
        """Be seen to. Raises InboundHandled."""
        if self.status is not Status.WAITING:
            raise InboundHandled
        return msgspec.structs.replace(self, status=Status.HANDLED, handled_by=by, handled_at=now, note=note)

    def unplaced(self) -> "Written":
        """Wait for a person: nobody found out what it is about."""
        return msgspec.structs.replace(self, status=Status.WAITING) if self.status is Status.READ else self

    def forgotten(self) -> "Written":
        """Say nothing about anybody any more."""
        status = Status.HANDLED if self.status is Status.WAITING else self.status
        return msgspec.structs.replace(
            self, sender="", text="", payload="", person="", writer="", note="", status=status
        )


def _inbox(written: Written) -> str | None:
    return (written.place or NOBODYS) if written.status is Status.WAITING else None


POSTS = Kind("post", Posted)
RECEIPTS = Kind("receipt", Known)  # under the id of the trace
INBOUNDS = Kind(
    "inbound",
    Written,
    indexes=(
        Index("inbox", _inbox, lambda written: sortable(written.at)),
        Index("by_person", lambda one: one.person or one.writer or None, lambda one: sortable(one.at)),
    ),
)


def posted(provider: str, post: Post, now: datetime) -> Posted:
    """Return what a request brought, as it is kept."""
    return Posted(
        provider=provider,
        at=now,
        inbounds=tuple(one for one in post if isinstance(one, Inbound)),
        receipts=tuple(one for one in post if isinstance(one, Receipt)),
    )


def known(channel: str, receipt: Receipt) -> Known:
    """Return what a receipt tells."""
    return Known(channel, receipt.progress, receipt.at, receipt.message_id, receipt.failure, receipt.code)


def inbound_id(channel: str, provider_id: str) -> str:
    """Return the one id that what somebody wrote can have."""
    return derived_id("ltr", channel, provider_id)


def written_of(channel: str, inbound: Inbound, context: str) -> Written:
    """Return what somebody wrote, unread."""
    return Written(
        channel=channel,
        sender=inbound.sender,
        at=inbound.at,
        form=inbound.form,
        text=inbound.text[:TEXT_CHARS],
        payload=inbound.payload,
        context=context,
        line=inbound.line,
    )
