"""Why something does not agree yet, or never will: what a subscriber has not taken in."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from frontdesk.reconciliation.snapshot import Undelivered


class Awaited(NamedTuple):
    """What would make it right: events that these subscribers take in. Without names, any."""

    subscribers: Collection[str]
    events: Collection[str] = ()

    def among(self, undelivered: Iterable[Undelivered]) -> tuple[str, bool]:
        """Return the cause that is found there, "" for none, and whether it is on its way: else it is dead."""
        cause = ""
        for event in undelivered:
            if event.subscriber in self.subscribers and (not self.events or event.event in self.events):
                if not event.is_dead:
                    return told(event), True
                cause = told(event)
        return cause, False


NOTHING = Awaited(())


def told(event: Undelivered) -> str:
    """Describe an event that was not taken in."""
    if event.is_dead:
        return f"dead letter of {event.subscriber}: {event.event}, {event.error}"
    failed = f" (failed with {event.error}, to be tried again)" if event.error else ""
    return f"{event.subscriber} has not taken in {event.event}{failed}"
