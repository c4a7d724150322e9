"""What is done about requests to send, and about consent: load, decide, save."""

import msgspec

from frontdesk.kernel.callers import DESK
from frontdesk.kernel.errors import Fault, Invalid, NotFound
from frontdesk.kernel.ids import fingerprint
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.notifications.commands import RecordConsent, SendMessage
from frontdesk.services.notifications.correspondents import (
    CORRESPONDENTS,
    Correspondent,
    Step,
    address_of,
    correspondent_id,
)
from frontdesk.services.notifications.events import MessageDue
from frontdesk.services.notifications.model import (
    MESSAGES,
    THREADS,
    Message,
    MessageIdUsed,
    Thread,
    thread_id,
)
from frontdesk.services.notifications.ports import seals
from frontdesk.services.notifications.quiet import check_zone
from frontdesk.services.notifications.templates import Content, render

STAFF = ("owner", "reception", "staff")  # who read what was sent and answered at a place


class Noted(Stored[Correspondent], frozen=True):
    """A correspondent, with the channel that a consent was recorded for."""

    channel: str = ""


async def send_message(unit: Unit, command: SendMessage) -> Stored[Message]:
    """Accept a message, for whoever has a role at its place. Raises NotFound, Invalid, MessageIdUsed."""
    id = command.id or unit.new_id("msg")
    check_sender(unit, command.place)
    print_ = fingerprint(msgspec.json.encode(command, order="deterministic"))
    found = await unit.find(MESSAGES, id)
    if found is not None:
        if (found.value.place, found.value.fingerprint) != (command.place, print_):
            raise MessageIdUsed
        return found
    content = render(command.template, command.language, command.values, command.buttons)
    check_zone(command.quiet)
    thread = await _thread(unit, command)
    turn = thread.value.turns if thread else 0
    message = _message(unit, command, content, turn, print_)
    others = (thread,) if thread else ()
    return await unit.commit(
        MESSAGES.new(id, message), *others, events=(MessageDue(message_id=id, ticket=message.ticket),)
    )


async def record_consent(unit: Unit, command: RecordConsent) -> Stored[Correspondent]:
    """Note that somebody agreed to messages, or took that back. Raises NotFound, Invalid."""
    check_place(unit, command.place)
    address = address_of(command.channel, command.address)
    if not address:
        raise Invalid((Fault("/address", "wrong_format", "A number as E.164 has it, or a mailbox."),))
    if command.at is not None and command.at > unit.now:
        raise Invalid((Fault("/at", "in_the_future", "Nobody can have agreed yet."),))
    stored = await correspondent(unit, command.channel, address)
    step = Step(
        at=command.at or unit.now,
        granted=command.granted,
        channel=command.channel,
        how="desk",
        by=unit.caller.subject,
        evidence=command.evidence,
    )
    saved = await unit.commit(stored.changed(stored.value.stepped(step)))
    return Noted(saved.kind, saved.id, saved.value, saved.version, channel=command.channel)


async def correspondent(unit: Unit, channel: str, address: str) -> Stored[Correspondent]:
    """Return what is known of an address. One of which nothing is known has version 0: its change creates it."""
    return await correspondent_by_id(unit, correspondent_id(channel, address, seals(unit).seal))


async def correspondent_by_id(unit: Unit, id: str) -> Stored[Correspondent]:
    """As `correspondent`, by its id."""
    found = await unit.find(CORRESPONDENTS, id)
    return found or Stored(CORRESPONDENTS, id, Correspondent(), 0)


def check_place(unit: Unit, place: str, *roles: str) -> None:
    """Refuse callers who have no role at a place, or none of these. Raises NotFound."""
    role = unit.caller.grants.get(place)
    if role is None or (roles and role not in roles):
        raise NotFound


def check_sender(unit: Unit, place: str) -> None:
    """Let other services of the desk send for every place, and everybody else for their own. Raises NotFound."""
    if unit.caller.subject != DESK.subject or unit.caller.grants:
        check_place(unit, place)


async def _thread(unit: Unit, command: SendMessage) -> Stored[Thread] | None:
    """Return the thread that a message is added to, as it is then."""
    if not command.about:
        return None
    id = thread_id(command.place, command.about)
    found = await unit.find(THREADS, id)
    thread = (found.value if found else Thread()).added(replaces=command.replaces)
    return found.changed(thread) if found else THREADS.new(id, thread)


def _message(unit: Unit, command: SendMessage, content: Content, turn: int, print_: str) -> Message:
    addresses = {name: text for name, text in msgspec.structs.asdict(command.addresses).items() if text}
    return Message(
        place=command.place,
        sender=unit.caller.subject,
        template=command.template,
        content=content,
        addresses=addresses,
        created_at=unit.now,
        agreed=command.channels,
        person=command.person,
        about=command.about,
        turn=turn,
        not_before=command.not_before,
        not_after=command.not_after,
        quiet=command.quiet,
        fingerprint=print_,
    )
