"""The inbox: what somebody wrote that a person has to read, and that it was seen to."""

from datetime import datetime
from typing import Annotated, Protocol

import msgspec

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import cursor_of, moment_of
from frontdesk.services.notifications.commands import HandleInbound, ListInbox
from frontdesk.services.notifications.events import InboxFilled
from frontdesk.services.notifications.handlers import STAFF, check_place
from frontdesk.services.notifications.looking import note
from frontdesk.services.notifications.posts import INBOUNDS, NOBODYS, Status, Written


class Unplaced(Protocol):
    """An answer that whoever sent the messages could not make out."""

    @property
    def answer_id(self) -> str:
        """Which one."""


class InboundView(msgspec.Struct, frozen=True):
    """What somebody wrote. `form` is the provider's word for what it is: a voice message is heard on the telephone."""

    inbound_id: str
    place: str
    channel: str
    sender: Annotated[str, SENSITIVE]
    received_at: datetime
    form: str
    text: Annotated[str, SENSITIVE]
    status: Status
    intent: str
    person: str
    about: str
    handled_by: str | None = None
    handled_at: datetime | None = None
    note: Annotated[str | None, SENSITIVE] = None


class Inbox(msgspec.Struct, frozen=True):
    """Part of the inbox, oldest first. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[InboundView, ...]
    cursor: str | None = None


async def list_inbox(unit: Unit, query: ListInbox) -> Page[Written]:
    """Return what waits for a person. Raises NotFound, Invalid."""
    _check_reader(unit, query.place or "")
    page = await unit.query(
        INBOUNDS,
        "inbox",
        query.place or NOBODYS,
        cursor=moment_of(query.cursor),
        limit=query.limit,
        newest_first=False,
    )
    await note(unit, "inbox", query.place or "", (one.value.person for one in page.items))
    return page


async def handle_inbound(unit: Unit, command: HandleInbound, id: str) -> Stored[Written]:
    """Take something out of the inbox. Raises NotFound, InboundHandled."""
    stored = await unit.get(INBOUNDS, id)
    _check_reader(unit, stored.value.place)
    handled = stored.value.handled(unit.caller.subject, command.note or "", unit.now)
    return await unit.commit(stored.changed(handled))


async def put_in_inbox(unit: Unit, event: Unplaced) -> None:
    """Let a person see what nobody could place."""
    stored = await unit.get(INBOUNDS, event.answer_id)
    waiting = stored.value.unplaced()
    if waiting != stored.value:
        told = InboxFilled(inbound_id=stored.id, place=waiting.place)
        await unit.commit(stored.changed(waiting), events=(told,))


def inbound_view(stored: Stored[Written]) -> InboundView:
    """Show what somebody wrote."""
    written = stored.value
    return InboundView(
        inbound_id=stored.id,
        place=written.place,
        channel=written.channel,
        sender=written.sender,
        received_at=written.at,
        form=written.form,
        text=written.text,
        status=written.status,
        intent=written.intent.value,
        person=written.person,
        about=written.about,
        handled_by=written.handled_by or None,
        handled_at=written.handled_at,
        note=written.note or None,
    )


def inbox_view(page: Page[Written]) -> Inbox:
    """Show part of the inbox."""
    return Inbox(tuple(inbound_view(stored) for stored in page.items), cursor_of(page.cursor))


def _check_reader(unit: Unit, place: str) -> None:
    """Let the people of a place read; what is nobody's, everybody who has a desk here: they share its number."""
    if place:
        check_place(unit, place, *STAFF)
    elif not any(role in STAFF for role in unit.caller.grants.values()):
        raise NotFound
