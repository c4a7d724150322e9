"""A shop whose events a partner wants to hear, the partner's receiver, and time that passes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec

from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.messages import Event, Message
from frontdesk.services.inventory.events import StockLow
from frontdesk.services.webhooks.ports import WebhookSender
from frontdesk.services.webhooks.service import SERVICE
from tests.unit.driver import Desk, content

SCOPES = frozenset(SERVICE.scopes)
OWNER = Caller("usr_owner", SCOPES, {"shop:corner": "owner", "shop:other": "owner"})
STAFF = Caller("usr_staff", SCOPES, {"shop:corner": "staff"})
STRANGER = Caller("usr_stranger", SCOPES, {"shop:elsewhere": "owner"})
HOOKS = "/shops/corner/webhooks"
LOW = StockLow(shop_id="corner", sku="cola", available=3)


@dataclass(frozen=True)
class Reply:
    """See `ports.Reply`."""

    status: int
    failure: str = ""
    seconds: float = 0.25
    retry_after: int | None = None


@dataclass(frozen=True)
class Sent:
    """What has reached the receiver."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    lane: str

    @property
    def told(self) -> Any:
        """The body, read."""
        return msgspec.json.decode(self.body)


@dataclass
class Receiver:
    """See `ports.WebhookSender`. Answers as planned, then always with `otherwise`."""

    planned: list[Reply] = field(default_factory=list)
    otherwise: Reply = Reply(204)
    sent: list[Sent] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    is_full: bool = False

    def fault(self, url: str) -> str:
        """See `ports.WebhookSender`."""
        return self.faults.get(url, "")

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, lane: str) -> Reply:
        """See `ports.WebhookSender`."""
        if self.is_full:
            raise Conflict
        self.sent.append(Sent(url, headers, body, lane))
        return self.planned.pop(0) if self.planned else self.otherwise


class World:
    """A desk for webhooks. Its messages are delivered when a test says so."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self.desk = Desk(SERVICE)
        self.desk.bus = Bus(self.desk.clock, self.desk.bus.chance, {WebhookSender: self.receiver})
        self._delivered = 0
        self._told = 0

    def connected(self, *events: str, url: str = "https://partner.example/hook") -> dict[str, Any]:
        """Connect a receiver and return what its owner was answered."""
        answer = self.desk.send(OWNER, f"POST {HOOKS}", {"url": url, "events": list(events or ["*"])})
        assert answer.status == 201, answer.body
        found: dict[str, Any] = content(answer)
        return found

    def tell(self, event: Event = LOW) -> Message:
        """Let something happen elsewhere in the house."""
        self._told += 1
        return self.desk.tell(event, f"s{self._told}")

    def settle(self) -> None:
        """Deliver what was published, until nothing is left."""
        while self._delivered < len(self.desk.store.log):
            self._delivered += 1
            self.desk.deliver(self.desk.store.log[self._delivered - 1])

    def wait(self, time: timedelta) -> None:
        """Let time pass, and every timer ring at its moment."""
        end = self.desk.clock.now() + time
        while True:
            self.settle()
            due = [timer for timer in self.desk.store.timers.values() if timer.due <= end]
            if not due:
                break
            first = min(due, key=lambda timer: timer.due)
            self.desk.clock.advance(max(timedelta(), first.due - self.desk.clock.now()))
            del self.desk.store.timers[first.record_id, first.name]
            self.desk.store.log.append(first.message)
        self.desk.clock.advance(end - self.desk.clock.now())

    def get(self, path: str, caller: Caller = OWNER, **query: str) -> Any:
        """Return what a GET below the shop's webhooks answers."""
        answer = self.desk.send(caller, f"GET {HOOKS}{path}", query=query)
        assert answer.status == 200, answer.body
        return content(answer)

    def post(self, path: str, body: object = None, caller: Caller = OWNER) -> Any:
        """Return what a POST below the shop's webhooks answers."""
        answer = self.desk.send(caller, f"POST {HOOKS}{path}", body)
        assert answer.status < 300, answer.body
        return content(answer)

    def deliveries(self, webhook: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the log of a webhook, oldest first."""
        items: list[dict[str, Any]] = self.get(f"/{webhook['webhook_id']}/deliveries", limit="100")["items"]
        return items[::-1]
