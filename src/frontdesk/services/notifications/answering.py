"""Answers: what somebody wrote is read, belongs to whoever we wrote to there, and is told to whoever wanted it sent."""

from datetime import datetime

import msgspec

from frontdesk.channels import token_id
from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import AnyStored, Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Unit
from frontdesk.phones import from_whatsapp
from frontdesk.services.notifications.commands import ChannelName
from frontdesk.services.notifications.correspondents import Correspondent, Recent, Step
from frontdesk.services.notifications.events import (
    AnswerReceived,
    InboundArrived,
    InboxFilled,
    MessageDue,
)
from frontdesk.services.notifications.handlers import correspondent
from frontdesk.services.notifications.model import MESSAGES, TRACES, Message
from frontdesk.services.notifications.posts import INBOUNDS, Status, Written
from frontdesk.services.notifications.reading import UNCLEAR, Intent, Reading, read
from frontdesk.services.notifications.templates import DEFAULT_LANGUAGE, render

_OURS = {Intent.STOP: "stopped", Intent.START: "started"}  # what is answered here, and how
_OF_A_PLACE = {Intent.CONFIRM, Intent.CANCEL, Intent.MOVE, Intent.BOOK}
_NO_ANSWER = {Intent.START, Intent.COURTESY}  # nothing that whoever wanted a message sent has to hear


class Whose(msgspec.Struct, frozen=True):
    """To whom and what an answer belongs, as far as it is known: of several places, none."""

    message_id: str = ""
    about: str = ""
    place: str = ""
    person: str = ""
    language: str = DEFAULT_LANGUAGE
    candidates: tuple[str, ...] = ()


async def read_inbound(unit: Unit, event: InboundArrived) -> None:
    """Read what somebody wrote, and tell what it means; a person of the desk sees what only a person understands."""
    stored = await unit.get(INBOUNDS, event.inbound_id)
    written = stored.value
    if written.status is not Status.UNREAD:
        return
    writer = await correspondent(unit, written.channel, _address(written))
    whose = _whose(await _replied_to(unit, written), writer.value.lately(unit.now))
    reading = _reading(written, whose)
    seen = _seen(written, reading, whose, writer.id)
    heard = writer.value.heard(written.channel, written.at)
    others: list[AnyStored] = [writer.changed(_minded(heard, reading.intent, stored.id, written.at))]
    events = [*_news(stored.id, written, reading, whose)]
    if reading.intent in _OURS:
        reply = _reply(written, _OURS[reading.intent], whose, unit.now)
        id = derived_id("msg", stored.id, "reply")
        others.append(MESSAGES.new(id, reply))
        events.append(MessageDue(message_id=id, ticket=reply.ticket))
    await unit.commit(stored.changed(seen), *others, events=events)


def _address(written: Written) -> str:
    return (
        from_whatsapp(written.sender.removeprefix("+"))
        if written.channel == ChannelName.WHATSAPP
        else written.sender
    )


async def _replied_to(unit: Unit, written: Written) -> Stored[Message] | None:
    """Return the message that a written says it replies to."""
    trace = await unit.find(TRACES, written.context) if written.context else None
    return await unit.find(MESSAGES, trace.value.message_id) if trace else None


def _reading(written: Written, whose: Whose) -> Reading:
    """Return what somebody means. A person reads a word to one of several places, and a stranger's wish for a time."""
    reading = read(written.text, written.payload)
    is_anybodys = not whose.place and not written.payload
    is_theirs = bool(whose.candidates) or reading.intent is Intent.BOOK
    return UNCLEAR if is_anybodys and is_theirs and reading.intent in _OF_A_PLACE else reading


def _whose(replied_to: Stored[Message] | None, lately: tuple[Recent, ...]) -> Whose:
    candidates = tuple(dict.fromkeys(one.about for one in lately if one.about))
    if replied_to is not None:
        message = replied_to.value
        return Whose(
            replied_to.id, message.about, message.place, message.person, message.content.language, candidates
        )
    if not lately:
        return Whose()
    places, people = {one.place for one in lately}, {one.person for one in lately}
    place, person = (found.pop() if len(found) == 1 else "" for found in (places, people))
    return Whose("", "", place, person, lately[0].language, candidates)


def _seen(written: Written, reading: Reading, whose: Whose, writer: str) -> Written:
    return msgspec.structs.replace(
        written,
        payload="",  # its token has done its work
        status=Status.WAITING if reading.human else Status.READ,
        intent=reading.intent,
        place=whose.place,
        person=whose.person,
        writer=writer,
        about=whose.about,
    )


def _minded(known: Correspondent, intent: Intent, inbound_id: str, at: datetime) -> Correspondent:
    """Note that somebody takes back their consent, or gives it again: on all of their address."""
    if intent not in _OURS:
        return known
    granted = intent is Intent.START
    return known.stepped(Step(at=at, granted=granted, channel="", how=intent.value, evidence=inbound_id))


def _news(id: str, written: Written, reading: Reading, whose: Whose) -> list[Event]:
    told: list[Event] = []
    if reading.intent not in _NO_ANSWER:
        told.append(
            AnswerReceived(
                answer_id=id,
                place=whose.place,
                person=whose.person,
                intent=reading.intent.value,
                sure=reading.sure,
                bare=reading.bare,
                message_id=whose.message_id,
                about=whose.about,
                candidates=whose.candidates,
                button=token_id(written.payload.partition(":")[2]) if written.payload else "",
                channel=written.channel,
                received_at=written.at,
            )
        )
    if reading.human:
        told.append(InboxFilled(inbound_id=id, place=whose.place))
    return told


def _reply(written: Written, template: str, whose: Whose, now: datetime) -> Message:
    """Return what answers a STOP or START, at once and where it came from."""
    return Message(
        place=whose.place,
        sender="frontdesk",
        template=template,
        content=render(template, whose.language, {}),
        addresses={written.channel: _address(written)},
        created_at=now,
        person=whose.person,
        is_last_word=True,
    )
