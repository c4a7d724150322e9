"""Reading: messages, what became of them, and what each looks like from outside."""

from datetime import datetime
from typing import Annotated

import msgspec

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import bound, cursor_of, moment_of
from frontdesk.services.notifications.commands import ChannelName, ListMessages
from frontdesk.services.notifications.correspondents import Consent, Correspondent
from frontdesk.services.notifications.handlers import STAFF, Noted, check_place
from frontdesk.services.notifications.legs import State
from frontdesk.services.notifications.looking import note
from frontdesk.services.notifications.model import MESSAGES, Message


class LegView(msgspec.Struct, frozen=True):
    """What became of a message on one channel. `code` is the provider's word for a failure."""

    channel: str
    state: State
    tries: int
    failure: str | None = None
    code: str | None = None


class MessageView(msgspec.Struct, frozen=True):
    """A message. `reason` says why it was skipped or has failed, `times` when it came to each state."""

    message_id: str
    place: str
    template: str
    language: str
    subject: Annotated[str, SENSITIVE]
    text: Annotated[str, SENSITIVE]
    buttons: tuple[str, ...]
    person: str
    about: str
    state: State
    created_at: datetime
    times: dict[str, datetime]
    legs: tuple[LegView, ...]
    reason: str | None = None
    next_try_at: datetime | None = None


class MessageList(msgspec.Struct, frozen=True):
    """Part of a list, newest first. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[MessageView, ...]
    cursor: str | None = None


class ConsentStep(msgspec.Struct, frozen=True):
    """One change of mind; without a channel, on all of the address. `how`: desk, stop, start, unsubscribe."""

    at: datetime
    granted: bool
    channel: str
    how: str
    by: str
    evidence: Annotated[str, SENSITIVE]


class ConsentView(msgspec.Struct, frozen=True):
    """What somebody agreed to at an address, by channel, and how we know. Oldest first."""

    consents: dict[str, Consent]
    history: tuple[ConsentStep, ...]


async def show_message(unit: Unit, id: str) -> Stored[Message]:
    """Return one message, to the people of its place. Raises NotFound."""
    stored = await unit.get(MESSAGES, id)
    check_place(unit, stored.value.place, *STAFF)
    await note(unit, "message", stored.value.place, [stored.value.person])
    return stored


async def list_messages(unit: Unit, query: ListMessages) -> Page[Message]:
    """Return the messages of a place, to its people. Raises NotFound, Invalid."""
    check_place(unit, query.place, *STAFF)
    page = await unit.query(
        MESSAGES,
        "by_place",
        query.place,
        since=bound("since", query.since),
        until=bound("until", query.until),
        cursor=moment_of(query.cursor),
        limit=query.limit,
    )
    await note(unit, "message list", query.place, (one.value.person for one in page.items))
    return page


def message_view(stored: Stored[Message]) -> MessageView:
    """Show a message."""
    message = stored.value
    return MessageView(
        message_id=stored.id,
        place=message.place,
        template=message.template,
        language=message.content.language,
        subject=message.content.subject,
        text=message.content.text,
        buttons=tuple(answer.title for answer in message.content.answers),
        person=message.person,
        about=message.about,
        state=message.state,
        created_at=message.created_at,
        times={state.value: at for state, at in message.times.items()},
        legs=tuple(
            LegView(
                leg.channel,
                leg.state,
                leg.tries,
                leg.failure.value if leg.failure else None,
                leg.code or None,
            )
            for leg in message.legs
        ),
        reason=message.reason or None,
        next_try_at=message.next_at,
    )


def message_list(page: Page[Message]) -> MessageList:
    """Show part of a list."""
    return MessageList(tuple(message_view(stored) for stored in page.items), cursor_of(page.cursor))


def consent_view(stored: Stored[Correspondent]) -> ConsentView:
    """Show what was agreed to at an address: as much as whoever recorded it may know."""
    known = stored.value
    channel = stored.channel if isinstance(stored, Noted) else ""
    shown = (channel,) if channel else tuple(name.value for name in ChannelName)
    history = [step for step in known.steps if step.channel in {"", *shown}]
    return ConsentView(
        {name: known.consent(name) for name in shown},
        tuple(
            ConsentStep(step.at, step.granted, step.channel, step.how, step.by, step.evidence)
            for step in history
        ),
    )
