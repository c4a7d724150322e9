"""Which subscribers share one queue on AWS, with one function behind it.

Lambda polls a queue day and night for 26 cents a month, and its alarm costs ten more: a service with many subscribers
would cost more asleep than all of its work. Where they share a queue, each still has its own tries and dead letters: a
message that several of them hear becomes one for each.
"""

from collections.abc import Mapping, Sequence

from frontdesk.kernel.services import Reaction, Service, subscribers

TOGETHER = frozenset({"appointments", "notifications"})  # services whose subscribers do
Sharing = Mapping[str, Sequence[Reaction]]  # the reactions of each, by subscriber


def queue_of(service: Service, subscriber: str) -> str:
    """Return the name of a subscriber's queue, which is also that of its function."""
    return service.name if service.name in TOGETHER else subscriber


def queues_of(service: Service) -> Mapping[str, Sharing]:
    """Return who shares each queue of a service, by its name."""
    found: dict[str, dict[str, Sequence[Reaction]]] = {}
    for name, (_, reactions) in subscribers([service]).items():
        found.setdefault(queue_of(service, name), {})[name] = reactions
    return found


def is_split(sharing: Sharing) -> bool:
    """Return whether some message is for more than one of those who share a queue."""
    heard = [reaction.on for reactions in sharing.values() for reaction in reactions]
    return len(set(heard)) < len(heard)
