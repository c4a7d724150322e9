"""Looks: whoever is shown messages, or what people wrote, is told of, so that the access log of a place is whole."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.unit import Unit
from frontdesk.services.notifications.events import PeopleSeen


class Look(msgspec.Struct, frozen=True):
    """That somebody looked. At whom is told to whoever keeps the log, and not kept here."""

    place: str
    who: str
    what: str
    at: datetime


LOOKS = Kind("message_look", Look)


async def note(unit: Unit, what: str, place: str, people: Iterable[str], who: str = "") -> None:
    """Tell that the caller (or `who`) is being shown these people: a handler's last act. Of nobody nothing is told."""
    seen = tuple(sorted({*people} - {""}))
    if not seen or not place:
        return
    look = Look(place, who or unit.caller.subject, what, unit.now)
    told = PeopleSeen(place=place, who=look.who, what=what, people=seen, seen_at=unit.now)
    await unit.commit(LOOKS.new(unit.new_id("lok"), look), events=(told,))
