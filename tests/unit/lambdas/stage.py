"""A stage in memory: the functions as they are deployed, between streams, a bus and queues that can be made to fail.

The stores are dicts, but each commit leaves the record in a stream that DynamoDB would have left. The streams are
simulated because the emulator forgets records that a function reports as failed.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from frontdesk.adapters.aws import envelope, writes
from frontdesk.adapters.aws.items import events_of, timers_of
from frontdesk.adapters.aws.queues import Delivery
from frontdesk.adapters.aws.rescan import Part
from frontdesk.adapters.aws.stream import Told
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.bootstrap import choose
from frontdesk.entrypoints.lambdas.again import Again
from frontdesk.entrypoints.lambdas.answering import ServiceFunction
from frontdesk.entrypoints.lambdas.beating import Pulse
from frontdesk.entrypoints.lambdas.driving import drive
from frontdesk.entrypoints.lambdas.emf import Gauge
from frontdesk.entrypoints.lambdas.passing_on import Outlets, RelayFunction
from frontdesk.entrypoints.lambdas.searching import Searcher
from frontdesk.entrypoints.lambdas.subscribing import SubscriberFunction
from frontdesk.entrypoints.lambdas.sweeper import SweeperFunction
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.records import CancelTimer, Commit, SetTimer
from frontdesk.manifest.author import manifest

T = TypeVar("T")
EVENTS = Path(__file__).resolve().parents[2] / "events"
START = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
SHOP, SKU = "corner-snacks", "crisps"
SERVICES = ("catalogue", "orders", "inventory", "accounting")
GRANTS = {f"shop:{SHOP}": "owner"}


def recorded(name: str) -> dict[str, Any]:
    """Return an event as AWS hands it to a function."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


class Time:
    """What Lambda says about an invocation: so much time is left, and less by so much each time it is asked."""

    def __init__(self, millis: int = 30_000, step: int = 0) -> None:
        self._millis = millis
        self._step = step

    def get_remaining_time_in_millis(self) -> int:
        self._millis -= self._step
        return self._millis + self._step


class OneByOne:
    """Runs one after the other: dicts are no store for threads."""

    def side_by_side(self, works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        return [drive(work) for work in works]


class StreamedStore(MemoryStore):
    """A store whose commits leave records in a stream."""

    def __init__(self, clock: Clock, service: str) -> None:
        super().__init__(clock)
        self.service = service
        self.stream: list[dict[str, Any]] = []
        self.items: dict[str, dict[str, Any]] = {}  # as the last write of each left it
        self._now = clock.now
        self._sequence = count(1)

    async def commit(self, commit: Commit) -> None:
        await super().commit(commit)
        for put in writes.puts(commit, "t", "w", self._now()):
            item = self.items[put["Item"]["pk"]["S"]] = put["Item"]
            if "e" in item or "t" in item:  # the filter of the stream
                self.stream.append(self.record(item))

    def record(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the record of a stream for an item."""
        change = {
            "Keys": {"pk": item["pk"]},
            "NewImage": item,
            "SequenceNumber": f"{next(self._sequence):021d}",
        }
        table = f"arn:aws:dynamodb:eu-west-1:123456789012:table/frontdesk-test-{self.service}/stream/x"
        return {"eventName": "MODIFY", "dynamodb": change, "eventSourceARN": table}

    def part(self, since: datetime, until: datetime, after: str | None) -> Part:
        """Return what three items of the table tell. See `rescan.part`."""
        keys = sorted(key for key in self.items if after is None or key > after)
        found = [self.items[key] for key in keys[:3]]
        told = [
            Told(item["pk"]["S"], item["pk"]["S"], tuple(events_of(item)), tuple(timers_of(item)))
            for item in found
            if since.timestamp() <= int(item["u"]["N"]) <= until.timestamp()
        ]
        return Part(tuple(told), keys[2] if len(keys) > 3 else None)


class Bucket:
    """Objects in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content

    def keys(self) -> list[str]:
        return sorted(self.kept)

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def delete(self, key: str) -> None:
        self.kept.pop(key, None)


class Waiting:
    """A queue in memory. What was received and not deleted is there again the next time."""

    def __init__(self, clock: Clock) -> None:
        self.bodies: list[tuple[str, str, int, datetime]] = []  # id, body, receives, sent
        self.hidden: list[tuple[str, int]] = []
        self._clock = clock
        self._ids = count(1)

    def send(self, body: str, delay_seconds: int = 0) -> None:
        self.bodies.append((f"m{next(self._ids)}", body, 0, self._clock.now()))

    def take(self, limit: int = 10) -> list[dict[str, Any]]:
        """Return a batch as Lambda hands it over."""
        taken, self.bodies = self.bodies[:limit], self.bodies[limit:]
        self.bodies = [(id, body, tries + 1, sent) for id, body, tries, sent in taken] + self.bodies
        return [sqs_record(id, body, tries + 1) for id, body, tries, _ in taken]

    def receive(self) -> list[Delivery]:
        return [Delivery(id, body, id, tries + 1, sent) for id, body, tries, sent in self.bodies[:10]]

    def delete(self, handle: str) -> None:
        self.bodies = [entry for entry in self.bodies if entry[0] != handle]

    def hide(self, handle: str, seconds: int) -> None:
        self.hidden.append((handle, seconds))

    async def park(self, message: Message) -> None:
        self.send(envelope.encode(message, service="parked"))


def sqs_record(id: str, body: str, tries: int = 1) -> dict[str, Any]:
    """Return one message of a batch."""
    told = {"ApproximateReceiveCount": str(tries), "SentTimestamp": "1773480600456"}
    return {"messageId": id, "receiptHandle": id, "body": body, "attributes": told}


class Exchange:
    """The bus: brings each event to the queues of its rules, unless it is told to refuse it."""

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self.refuses: Callable[[Message], bool] = lambda _: False
        self.is_down = False
        self.published: list[Message] = []

    async def publish(self, chunk: Sequence[Message]) -> Sequence[int]:
        assert len(chunk) <= 10
        if self.is_down:
            raise Unavailable
        for message in chunk:
            if not self.refuses(message):
                self.published.append(message)
                self._stage.hand_out(message)
        return [place for place, message in enumerate(chunk) if self.refuses(message)]


class TimersInMemory:
    """Timers, kept by name."""

    def __init__(self) -> None:
        self.set: dict[tuple[str, str], SetTimer] = {}

    def apply(self, timers: Iterable[SetTimer | CancelTimer], *, replace: bool = True) -> None:
        for timer in timers:
            if isinstance(timer, SetTimer):
                self.set[timer.record_id, timer.name] = timer
            else:
                self.set.pop((timer.record_id, timer.name), None)


class Stage:
    """Some services on AWS, as far as this process goes. `lines` is what the functions told."""

    def __init__(self, *names: str, seed: int = 1) -> None:
        self.clock = FixedClock(START)
        self.chance = SeededChance(seed)
        self.luck = random.Random(seed)  # noqa: S311 - a test repeats itself
        self.lines: list[dict[str, Any]] = []
        services = choose(names or SERVICES)
        self.deployment = manifest(services, OPERATIONS).deployment
        self.bus = Exchange(self)
        self.timers = TimersInMemory()
        self.objects = Bucket()
        self.stores = {service.name: StreamedStore(self.clock, service.name) for service in services}
        self.queues: dict[str, Waiting] = defaultdict(lambda: Waiting(self.clock))
        self.parked: dict[str, Waiting] = defaultdict(lambda: Waiting(self.clock))
        gauge = Gauge("frontdesk-test", self.clock, lambda line: self.lines.append(json.loads(line)))
        kernel = Bus(self.clock, self.chance)
        self.apis = {s.name: ServiceFunction(s, kernel, self.stores[s.name], gauge) for s in services}
        self.subscribers = {
            queue.name: SubscriberFunction(
                queue.name,
                next(service for service in services if service.name == queue.service),
                queue.subscribers,
                bus=kernel,
                store=self.stores[queue.service],
                queue=self.queues[queue.name],
                driver=OneByOne(),
                gauge=gauge,
            )
            for queue in self.deployment.queues
            if queue.mapped
        }
        self.relays = {
            name: RelayFunction(
                name,
                Outlets(self.bus, self.parked[name], self.timers, self.objects.put),
                heard=self.deployment.heard(),
                clock=self.clock,
                chance=self.chance,
                gauge=gauge,
            )
            for name in self.deployment.parked
        }

        self.sweeper = self._sweeper(gauge)

    def _sweeper(self, gauge: Gauge) -> SweeperFunction:
        beat = self.deployment.beat
        again = {
            name: Again(self.bus, self.timers, self.deployment.heard()) for name in self.deployment.parked
        }
        store = self.stores[beat.service]
        return SweeperFunction(
            Pulse(beat.event, store, self.queues[beat.queue], self.clock, gauge),
            Searcher(
                store, lambda name, s: self.stores[name].part(s.since, s.until, s.after), again.__getitem__
            ),
            parked={name: self.parked[name] for name in self.deployment.parked},
            objects=lambda: self.objects,
            again=again.__getitem__,
            prefix="frontdesk-test",
            clock=self.clock,
            gauge=gauge,
        )

    def hand_out(self, message: Message) -> None:
        """Put an event into the queues of those who listen."""
        for queue in self.deployment.queues:
            if message.name in queue.events:
                self.queues[queue.name].send(envelope.encode(message, service="test"))

    def ask(self, operation: str, body: object = None, *, key: str = "", **path: str) -> dict[str, Any]:
        """Invoke an API directly, as an owner who may do everything. Return the answer's body."""
        service, _, name = operation.partition(".")
        scopes = [scope for one in choose(SERVICES) for scope in one.scopes]
        payload = {
            "operation": name,
            "subject": "usr_owner",
            "scopes": scopes,
            "grants": GRANTS,
            "path": path,
        }
        given = {} if body is None else {"body": body}
        answer = self.apis[service].answer({**payload, **given, **({"key": key} if key else {})})
        assert answer["status"] < 300, answer
        found: dict[str, Any] = answer["body"]
        return found

    def open(self, stock: int = 1_000) -> None:
        """Set up a shop that sells one product."""
        channels = {"web": {"tax_included": True}}
        self.ask(
            "catalogue.set_shop",
            {"name": "Corner", "currency": "EUR", "channels": channels, "open": True},
            shop_id=SHOP,
        )
        product = {"name": "Crisps", "category": "salty", "tax_rate": 700, "retail": 249}
        self.ask("catalogue.set_product", product, shop_id=SHOP, sku=SKU)
        self.settle()
        self.ask("inventory.receive_stock", {"location": "room", "quantity": stock}, shop_id=SHOP, sku=SKU)
        self.settle()

    def place(self, key: str, quantity: int = 1) -> str:
        """Place an order and return its id."""
        return str(self.ask("orders.place_order", order(quantity), key=key)["order_id"])

    def status(self, order_id: str) -> str:
        return str(self.ask("orders.show_order", id=order_id)["status"])

    def free(self) -> int:
        """Return how many pieces nobody has reserved."""
        return int(self.ask("inventory.show_stock", shop_id=SHOP, sku=SKU)["free"])

    def relay(self, service: str, time: Time | None = None) -> None:
        """Hand what lies in a stream to its relay, as Lambda does: what it reports comes again."""
        store = self.stores[service]
        batch = store.stream[:25]
        answer = self.relays[service].pass_on({"Records": batch}, time or Time())
        undone = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        places = [n for n, record in enumerate(batch) if record["dynamodb"]["SequenceNumber"] in undone]
        del store.stream[: min(places, default=len(batch))]

    def deliver(self, subscriber: str, time: Time | None = None) -> None:
        """Hand a batch to a subscriber, as Lambda does."""
        queue = self.queues[subscriber]
        if batch := queue.take():
            answer = self.subscribers[subscriber].take_in({"Records": batch}, time or Time())
            again = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            for record in batch:
                if record["messageId"] not in again:
                    queue.delete(record["messageId"])

    def shuffle(self) -> None:
        """Deliver some messages twice, and all in another order."""
        for queue in self.queues.values():
            for _, body, _, _ in self.luck.choices(queue.bodies, k=len(queue.bodies) // 3 or 0):
                queue.send(body)
            self.luck.shuffle(queue.bodies)

    def settle(self, *, shuffled: bool = False, relays: Sequence[str] | None = None) -> None:
        """Let everything happen that has to happen."""
        for _ in range(500):
            for service in self.relays if relays is None else relays:
                if self.stores[service].stream:
                    self.relay(service)
            if shuffled:
                self.shuffle()
            for subscriber in self.subscribers:
                self.deliver(subscriber)
            self.clock.advance(timedelta(seconds=1))
            left = [
                self.stores[service].stream for service in self.relays if relays is None or service in relays
            ]
            if not any(left) and not any(self.queues[name].bodies for name in self.subscribers):
                return
            if shuffled and self.luck.random() < 0.2:
                shuffled = False  # it ends somewhere
        raise AssertionError({name: len(queue.bodies) for name, queue in self.queues.items()})


def order(quantity: int = 1) -> dict[str, Any]:
    """Return an order as it is sent."""
    return {
        "shop_id": SHOP,
        "channel": "web",
        "customer": {"name": "Ana"},
        "lines": [{"sku": SKU, "quantity": quantity}],
        "delivery": {"method": "collection"},
    }
