"""Alerts: what the people who run the desk are told, on Slack or Teams. Nothing personal goes there.

One alert of a kind an hour: when a provider is down for a morning, one sentence says so, not three hundred.
"""

from collections.abc import Mapping

from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.unit import Unit
from frontdesk.services.notifications.commands import ChannelName
from frontdesk.services.notifications.events import DeskTroubled, InboxFilled, MessageDue, MessageFailed
from frontdesk.services.notifications.model import MESSAGES, Message
from frontdesk.services.notifications.ports import channels
from frontdesk.services.notifications.templates import DEFAULT_LANGUAGE, render

DESK = "desk"  # what an alert is about, and whose it is: an alert that fails is no reason for another
_ROOMS = (ChannelName.SLACK.value, ChannelName.TEAMS.value)


async def tell_inbox(unit: Unit, event: InboxFilled) -> None:
    """Say that somebody waits for an answer."""
    await _tell(unit, "desk-inbox", {"place": event.place or DESK})


async def tell_failed(unit: Unit, event: MessageFailed) -> None:
    """Say that a message reached nobody."""
    if event.about == DESK:
        return
    values = {"place": event.place or DESK, "channel": event.channel or "-", "code": event.code or "-"}
    await _tell(unit, "desk-failed", {**values, "message": event.message_id}, values)


async def tell_troubled(unit: Unit, event: DeskTroubled) -> None:
    """Say that a channel cannot send."""
    await _tell(unit, "desk-troubled", {"channel": event.channel, "code": event.code or "-"})


async def _tell(
    unit: Unit, template: str, values: Mapping[str, str], alike: Mapping[str, str] | None = None
) -> None:
    """Send an alert, unless one alike went out in this hour."""
    rooms = tuple(room for room in _ROOMS if channels(unit).channel(room) is not None)
    if not rooms:
        return
    hour = f"{unit.now:%Y-%m-%dT%H}"
    id = derived_id("alr", template, hour, *(alike or values).values())
    if await unit.find(MESSAGES, id) is not None:
        return
    message = Message(
        place="",
        sender="frontdesk",
        template=template,
        content=render(template, DEFAULT_LANGUAGE, values),
        addresses=dict.fromkeys(rooms, DESK),
        created_at=unit.now,
        agreed=rooms,
        about=DESK,
        turn=1,
    )
    await unit.commit(MESSAGES.new(id, message), events=(MessageDue(message_id=id, ticket=message.ticket),))
