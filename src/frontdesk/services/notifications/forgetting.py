"""Forgetting: when a patient is erased, what was written to and by them says nothing about anybody any more.

What they took back (a STOP) stays, under a digest: a person who is forgotten must not be written to again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from frontdesk.kernel.kinds import AnyStored, Kind
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.notifications.choosing import PERSONAL, order_of
from frontdesk.services.notifications.correspondents import CORRESPONDENTS, address_of, correspondent_id
from frontdesk.services.notifications.events import (
    ForgettingDue,
    ForgettingRepeated,
    InboundFound,
    MessageFound,
)
from frontdesk.services.notifications.model import MESSAGES, Message
from frontdesk.services.notifications.ports import seals
from frontdesk.services.notifications.posts import INBOUNDS
from frontdesk.services.notifications.telling import news_of

PAGE = 16
ONCE_MORE = timedelta(minutes=10)  # an index lags: what was written just before is found by then


class Erased(Protocol):
    """A patient whom everybody forgets."""

    @property
    def patient_id(self) -> str:
        """Who they were called in what we keep."""


class Forgetting(msgspec.Struct, frozen=True):
    """Somebody who is being forgotten, under their opaque id: which list is gone through, and from where on."""

    since: datetime
    step: int = 0
    messages: str = ""
    inbounds: str = ""


FORGETTINGS = Kind("forgetting", Forgetting)


async def forget(unit: Unit, event: Erased) -> None:
    """Begin to forget somebody; and once more a while later."""
    found = await unit.find(FORGETTINGS, event.patient_id)
    step = found.value.step + 1 if found else 0
    value = Forgetting(unit.now, step)
    stored = found.changed(value) if found else FORGETTINGS.new(event.patient_id, value)
    due = ForgettingDue(person=event.patient_id, step=step)
    again = ForgettingRepeated(person=event.patient_id)
    await unit.commit(stored, events=(due,), timers=(Timer("again", unit.now + ONCE_MORE, again),))


async def forget_again(unit: Unit, event: ForgettingRepeated) -> None:
    """Look once more for what an index did not show at first."""
    stored = await unit.get(FORGETTINGS, event.person)
    value = Forgetting(stored.value.since, stored.value.step + 1)
    due = ForgettingDue(person=stored.id, step=value.step)
    await unit.commit(stored.changed(value), events=(due,))


async def find_traces_of(unit: Unit, event: ForgettingDue) -> None:
    """Go through the next page of what was written to and by somebody."""
    stored = await unit.get(FORGETTINGS, event.person)
    seen = stored.value
    if seen.step != event.step:
        return
    messages = await unit.query(MESSAGES, "by_person", stored.id, cursor=seen.messages, limit=PAGE // 2)
    inbounds = await unit.query(INBOUNDS, "by_person", stored.id, cursor=seen.inbounds, limit=PAGE // 2)
    events: list[MessageFound | InboundFound | ForgettingDue] = [
        MessageFound(message_id=one.id) for one in messages.items
    ]
    events += [InboundFound(inbound_id=one.id) for one in inbounds.items]
    after = Forgetting(seen.since, seen.step + 1, messages.cursor, inbounds.cursor)
    if messages.cursor or inbounds.cursor:
        events.append(ForgettingDue(person=stored.id, step=after.step))
    await unit.commit(stored.changed(after), events=events)


async def forget_message(unit: Unit, event: MessageFound) -> None:
    """Forget what a message said, to whom, and what their addresses are remembered for."""
    stored = await unit.get(MESSAGES, event.message_id)
    before = stored.value
    if not before.person:
        return
    after = before.forgotten(unit.now)
    others = await _correspondents(unit, before)
    await unit.commit(stored.changed(after), *others, events=news_of(stored.id, before, after))


async def forget_inbound(unit: Unit, event: InboundFound) -> None:
    """Forget what somebody wrote."""
    stored = await unit.get(INBOUNDS, event.inbound_id)
    if stored.value.person:
        await unit.commit(stored.changed(stored.value.forgotten()))


async def _correspondents(unit: Unit, message: Message) -> Sequence[AnyStored]:
    seal = seals(unit).seal
    addresses = {
        channel: address_of(channel, message.addresses[channel])
        for channel in order_of(message)
        if channel in PERSONAL
    }
    ids = {correspondent_id(channel, address, seal) for channel, address in addresses.items() if address}
    found = await unit.get_many(CORRESPONDENTS, sorted(ids)) if ids else {}
    return [one.changed(one.value.without(message.person)) for one in found.values()]
