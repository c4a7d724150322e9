"""What functions read of the manifest, and no more: to understand all of it is a twenty-fifth of a cold start.

`shape` has the rest. Nothing but msgspec is imported here.
"""

import msgspec


class ServiceEntry(msgspec.Struct, frozen=True):
    """One service, and what each of its scopes allows."""

    name: str
    scopes: dict[str, str]


class Function(msgspec.Struct, frozen=True):
    """One Lambda function. `service` is "" where it has none, `subscriber` without a queue."""

    name: str
    service: str
    subscriber: str


class Queue(msgspec.Struct, frozen=True):
    """A queue, its dead-letter queue, and the rule that fills it with `events`. The relay sends it `timers`.

    `subscribers` are who listens there, each with its own tries; in what is sent again the one it is for is named.
    Where `mapped` is false, its function asks the queue by itself.
    """

    name: str
    service: str
    events: tuple[str, ...]
    timers: tuple[str, ...]
    mapped: bool
    subscribers: tuple[str, ...]


class Beat(msgspec.Struct, frozen=True):
    """The record that is written each minute and comes back as an event: `service` keeps it, `queue` hears it."""

    service: str
    event: str
    queue: str


class Deployment(msgspec.Struct, frozen=True):
    """What is created on AWS."""

    functions: tuple[Function, ...]
    queues: tuple[Queue, ...]
    parked: tuple[str, ...]  # the services that have a parking queue
    beat: Beat

    def heard(self) -> frozenset[str]:
        """Return the events that somebody subscribes to."""
        return frozenset(event for queue in self.queues for event in queue.events)


class Manifest(msgspec.Struct, frozen=True):
    """The part of the house that is deployed."""

    format: int
    services: tuple[ServiceEntry, ...]
    deployment: Deployment
