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
from frontdesk.services.notifications.posts import LETTERS, NOBODYS, Letter, Status


class Unplaced(Protocol):
    """An answer that whoever sent the messages could not make out."""

    @property
    def answer_id(self) -> str:
        """Which one."""


class LetterView(msgspec.Struct, frozen=True):
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

    items: tuple[LetterView, ...]
    cursor: str | None = None


async def list_inbox(unit: Unit, query: ListInbox) -> Page[Letter]:
    """Return what waits for a person. Raises NotFound, Invalid."""
    _check_reader(unit, query.place or "")
    return await unit.query(
        LETTERS,
        "inbox",
        query.place or NOBODYS,
        cursor=moment_of(query.cursor),
        limit=query.limit,
        newest_first=False,
    )


async def handle_inbound(unit: Unit, command: HandleInbound, id: str) -> Stored[Letter]:
    """Take something out of the inbox. Raises NotFound, InboundHandled."""
    stored = await unit.get(LETTERS, id)
    _check_reader(unit, stored.value.place)
    handled = stored.value.handled(unit.caller.subject, command.note or "", unit.now)
    return await unit.commit(stored.changed(handled))


async def put_in_inbox(unit: Unit, event: Unplaced) -> None:
    """Let a person see what nobody could place."""
    stored = await unit.get(LETTERS, event.answer_id)
    waiting = stored.value.unplaced()
    if waiting != stored.value:
        told = InboxFilled(inbound_id=stored.id, place=waiting.place)
        await unit.commit(stored.changed(waiting), events=(told,))


def letter_view(stored: Stored[Letter]) -> LetterView:
    """Show what somebody wrote."""
    letter = stored.value
    return LetterView(
        inbound_id=stored.id,
        place=letter.place,
        channel=letter.channel,
        sender=letter.sender,
        received_at=letter.at,
        form=letter.form,
        text=letter.text,
        status=letter.status,
        intent=letter.intent.value,
        person=letter.person,
        about=letter.about,
        handled_by=letter.handled_by or None,
        handled_at=letter.handled_at,
        note=letter.note or None,
    )


def inbox_view(page: Page[Letter]) -> Inbox:
    """Show part of the inbox."""
    return Inbox(tuple(letter_view(stored) for stored in page.items), cursor_of(page.cursor))


def _check_reader(unit: Unit, place: str) -> None:
    """Let the people of a place read; what is nobody's, everybody who has a desk here: they share its number."""
    if place:
        check_place(unit, place, *STAFF)
    elif not any(role in STAFF for role in unit.caller.grants.values()):
        raise NotFound
