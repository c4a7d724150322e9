"""What is told to others when a message has come further. Pure."""

from collections.abc import Iterator

from frontdesk.kernel.messages import Event
from frontdesk.services.notifications.events import (
    MessageDelivered,
    MessageFailed,
    MessageRead,
    MessageSent,
    MessageSkipped,
)
from frontdesk.services.notifications.legs import State
from frontdesk.services.notifications.model import Message

_ARRIVED: dict[State, type[MessageDelivered] | type[MessageRead]] = {
    State.DELIVERED: MessageDelivered,
    State.READ: MessageRead,
}


def news_of(id: str, before: Message, after: Message) -> tuple[Event, ...]:
    """Return the events about how far a message has come. `before` says whose it was: it may be forgotten now."""
    return tuple(_news(id, before, after))


def _news(id: str, before: Message, after: Message) -> Iterator[Event]:
    whose = {"message_id": id, "place": before.place, "about": before.about, "person": before.person}
    for leg in after.legs:
        was = before.leg(leg.channel).state
        if leg.state is State.SENT and was is not State.SENT:
            yield MessageSent(**whose, channel=leg.channel)
        if leg.state in _ARRIVED and was is not leg.state:
            yield _ARRIVED[leg.state](**whose, channel=leg.channel)
    if after.state is State.FAILED and before.state is not State.FAILED:
        last = after.legs[-1].channel if after.legs else ""
        yield MessageFailed(**whose, channel=last, code=after.reason)
    if after.state is State.SKIPPED and before.state is not State.SKIPPED:
        yield MessageSkipped(**whose, reason=after.reason)
