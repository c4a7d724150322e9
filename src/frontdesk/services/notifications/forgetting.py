"""Forgetting: when a patient is erased, what was written to and by them says nothing about anybody any more.

What they took back (a STOP) stays, under a digest: a person who is forgotten must not be written to again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.notifications.choosing import PERSONAL, order_of
from frontdesk.services.notifications.correspondents import (
    CORRESPONDENTS,
    Correspondent,
    address_of,
    correspondent_id,
)
from frontdesk.services.notifications.events import (
    ForgettingDue,
    ForgettingRepeated,
    InboundFound,
    MessageFound,
)
from frontdesk.services.notifications.model import MESSAGES, Message
from frontdesk.services.notifications.ports import channels, seals
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
    """Somebody who is being forgotten, under their opaque id or their address's: how far the lists are gone through."""

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
    """Forget what a message said, to whom, and what their addresses are remembered for.

    What came from there and named nobody, because several share a telephone, is looked for under the address.
    """
    stored = await unit.get(MESSAGES, event.message_id)
    before = stored.value
    if not before.person:
        return
    await channels(unit).forget(stored.id)
    after = before.forgotten(unit.now)
    addresses = await _correspondents(unit, before)
    writers = await _writers(unit, [one.id for one in addresses])
    bare = [one.changed(one.value.without(before.person)) for one in addresses]
    sought = [ForgettingDue(person=one.id, step=one.value.step) for one in writers]
    again = [Timer(one.id, unit.now + ONCE_MORE, ForgettingRepeated(person=one.id)) for one in writers]
    events = (*news_of(stored.id, before, after), *sought)
    await unit.commit(stored.changed(after), *bare, *writers, events=events, timers=again)


async def forget_inbound(unit: Unit, event: InboundFound) -> None:
    """Forget what somebody wrote."""
    stored = await unit.get(INBOUNDS, event.inbound_id)
    if stored.value.sender:
        await unit.commit(stored.changed(stored.value.forgotten()))


async def _correspondents(unit: Unit, message: Message) -> Sequence[Stored[Correspondent]]:
    """Return what is known of the addresses of a message."""
    seal = seals(unit).seal
    addresses = {
        channel: address_of(channel, message.addresses[channel])
        for channel in order_of(message)
        if channel in PERSONAL
    }
    ids = {correspondent_id(channel, address, seal) for channel, address in addresses.items() if address}
    found = await unit.get_many(CORRESPONDENTS, sorted(ids)) if ids else {}
    return list(found.values())


async def _writers(unit: Unit, ids: Sequence[str]) -> Sequence[Stored[Forgetting]]:
    """Return the forgetting of what came from these addresses, where it does not go on already."""
    found = await unit.get_many(FORGETTINGS, ids) if ids else {}
    fresh = [FORGETTINGS.new(id, Forgetting(unit.now)) for id in ids if id not in found]
    old = [one for one in found.values() if unit.now - one.value.since >= ONCE_MORE]
    return (*fresh, *(one.changed(Forgetting(unit.now, one.value.step + 1)) for one in old))
