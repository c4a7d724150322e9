"""A desk that sends messages, providers that take and fail them, people who answer, and time that passes."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from frontdesk.channels import Failure, Headers, Inbound, Outcome, Outgoing, Post, Progress, Receipt
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import ANYONE, DESK, Caller
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.http import Call, Raw, Route
from frontdesk.kernel.messages import Event
from frontdesk.services.notifications.ports import Channels, InboundVerifier, Seals, Site
from frontdesk.services.notifications.service import SERVICE
from tests.unit.driver import START, Desk, content, run

SCOPES = frozenset(SERVICE.scopes)
PLACE = "clinic:centro"
OWNER = Caller("usr_owner", SCOPES, {PLACE: "owner"})
RECEPTION = Caller("usr_reception", SCOPES, {PLACE: "reception"})
STRANGER = Caller("usr_stranger", SCOPES, {"clinic:otra": "owner"})
APPOINTMENTS = Caller(DESK.subject, frozenset({"messages:send"}))  # as the desk asks itself

ANA = {"whatsapp": "+56900000001", "sms": "+56900000001", "email": "ana@example.com"}
VALUES = {
    "patient": "Ana",
    "doctor": "Dr. Vega",
    "day": "lunes 16 de marzo",
    "time": "10:00",
    "clinic": "Centro",
    "link": "https://desk.example/answers?t=abc",
    "was_day": "domingo 15 de marzo",
    "was_time": "9:00",
    "until": "10:15",
    "visits": "1. lunes\n2. martes",
    "times": "lunes 16 de marzo: 10:00, 12:30",
}
BUTTONS = [
    {"intent": "confirm", "payload": "c:TOKEN"},
    {"intent": "cancel", "payload": "x:TOKEN"},
    {"intent": "move", "payload": "r:TOKEN"},
]


@dataclass
class Provider:
    """See `ports.Channel`. Takes everything, but for what a test has planned."""

    name: str
    planned: list[Outcome] = field(default_factory=list)
    otherwise: Outcome | None = None
    sent: list[Outgoing] = field(default_factory=list)
    taken: list[Outgoing] = field(default_factory=list)
    is_full: bool = False

    async def send(self, message: Outgoing) -> Outcome:
        """See `ports.Channel`."""
        if self.is_full:
            raise Conflict
        self.sent.append(message)
        outcome = self.planned.pop(0) if self.planned else self.otherwise
        if outcome is not None:
            return outcome
        self.taken.append(message)
        return Outcome(provider_id=f"{self.name}-{len(self.taken)}")


class Providers:
    """See `ports.Channels`."""

    def __init__(self, *names: str) -> None:
        self.all = {name: Provider(name) for name in names}
        self.forgotten: list[str] = []

    def channel(self, name: str) -> Provider | None:
        """See `ports.Channels`."""
        return self.all.get(name)

    async def forget(self, message_id: str) -> None:
        """See `ports.Channels`."""
        self.forgotten.append(message_id)


class Ear:
    """See `ports.InboundVerifier`. A post is the JSON of a list, signed with a secret."""

    secret = b"secret"

    def challenge(self, provider: str, query: Mapping[str, str]) -> str | None:
        """See `ports.InboundVerifier`."""
        return query["hub.challenge"] if query["hub.verify_token"] == "ours" else None

    def read(self, provider: str, headers: Headers, content: bytes) -> Post | None:
        """See `ports.InboundVerifier`."""
        if headers.get("signature") != self.sign(content):
            return None
        found = msgspec.json.decode(content)
        return tuple(self._thing(one) for one in found)

    @staticmethod
    def _thing(one: dict[str, Any]) -> Inbound | Receipt:
        return msgspec.convert(one, Receipt) if "progress" in one else msgspec.convert(one, Inbound)

    def sign(self, content: bytes) -> str:
        """Return what a genuine post is signed with."""
        return hmac.digest(self.secret, content, hashlib.sha256).hex()


class Sealing:
    """See `ports.Seals`."""

    def seal(self, purpose: str, text: str) -> str:
        """See `ports.Seals`."""
        return hashlib.sha256(f"{purpose}|{text}".encode()).hexdigest()[:43]


@dataclass(frozen=True)
class Address:
    """See `ports.Site`."""

    site: str = "https://desk.example"


class World:
    """A desk for messages. What it publishes is delivered when a test says so."""

    def __init__(self, *names: str) -> None:
        self.providers = Providers(*(names or ("whatsapp", "sms", "email")))
        self.ear = Ear()
        self.desk = Desk(SERVICE)
        outside: dict[type, Any] = {
            Channels: self.providers,
            InboundVerifier: self.ear,
            Seals: Sealing(),
            Site: Address(),
        }
        self.desk.bus = Bus(self.desk.clock, self.desk.bus.chance, outside)
        self._delivered = 0
        self._wrote = 0

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.desk.clock.now()

    def provider(self, name: str) -> Provider:
        """Return a provider that is set up."""
        return self.providers.all[name]

    def ask(self, body: dict[str, Any], caller: Caller = APPOINTMENTS, *, key: str = "") -> Any:
        """Ask for a message and return what was answered, without delivering anything."""
        line = "POST /messages"
        answer = (
            self.desk.send(caller, line, body, idempotency_key=key)
            if key
            else self.desk.send(caller, line, body)
        )
        assert answer.status == 202, answer.body
        return content(answer)

    def send(self, id: str = "m1", **changes: Any) -> dict[str, Any]:
        """Send a message and let everything come to its end that takes no time."""
        shown: dict[str, Any] = self.ask(wish(id, **changes))
        self.settle()
        return shown

    def settle(self, but: str = "") -> None:
        """Deliver what was published, until nothing is left; what is called `but` is passed over."""
        while self._delivered < len(self.desk.store.log):
            self._delivered += 1
            message = self.desk.store.log[self._delivered - 1]
            if message.name != but:
                self.desk.deliver(message)

    def wait(self, time: timedelta) -> None:
        """Let time pass, and every timer ring at its moment."""
        end = self.now + time
        while True:
            self.settle()
            due = [timer for timer in self.desk.store.timers.values() if timer.due <= end]
            if not due:
                break
            first = min(due, key=lambda timer: timer.due)
            self.desk.clock.advance(max(timedelta(), first.due - self.now))
            del self.desk.store.timers[first.record_id, first.name]
            self.desk.store.log.append(first.message)
        self.desk.clock.advance(end - self.now)

    def message(self, id: str = "m1", caller: Caller = OWNER) -> dict[str, Any]:
        """Return a message as it is shown."""
        answer = self.desk.send(caller, f"GET /messages/{id}")
        assert answer.status == 200, answer.body
        shown: dict[str, Any] = content(answer)
        return shown

    def state(self, id: str = "m1") -> tuple[str, str | None]:
        """Return how far a message has come, and why no further."""
        shown = self.message(id)
        return shown["state"], shown.get("reason")

    def consent(self, channel: str, address: str, *, granted: bool, **changes: Any) -> Any:
        """Record a consent, or that it was taken back."""
        body = {"place": PLACE, "channel": channel, "address": address, "granted": granted}
        answer = self.desk.send(RECEPTION, "POST /consents", {**body, "evidence": "Form 12", **changes})
        assert answer.status == 200, answer.body
        return content(answer)

    def post(self, *things: Inbound | Receipt, signature: str | None = None) -> int:
        """Let a provider's webhook come in, and return the status of the answer. Nothing is delivered yet."""
        body = msgspec.json.encode(things)
        headers = {"signature": self.ear.sign(body) if signature is None else signature}
        call = Call(ANYONE, {}, (Raw(body, headers, "application/json"),), "test")
        try:
            answer = run(
                self.desk.bus.ask(SERVICE, route("POST", "/webhooks/whatsapp"), call, self.desk.store)
            )
        except Exception as error:  # noqa: BLE001 - its status is what a test wants
            return int(getattr(error, "status", 0))
        assert answer.result.status == 200
        return 200

    def hear(self, text: str = "", *, sender: str = "56900000001", **more: Any) -> str:
        """Let somebody write, and return the provider's id of it."""
        self._wrote += 1
        more.setdefault("provider_id", f"in-{self._wrote}")
        more.setdefault("form", "button" if more.get("payload") else "text")
        more.setdefault("at", self.now)
        assert self.post(Inbound(sender=sender, text=text, **more)) == 200
        self.settle()
        return str(more["provider_id"])

    def told(self, provider_id: str, progress: str, failure: str | None = None, **more: Any) -> None:
        """Let a provider tell how far a message has come."""
        why = Failure(failure) if failure else None
        more.setdefault("at", self.now)
        receipt = Receipt(provider_id=provider_id, progress=Progress(progress), failure=why, **more)
        assert self.post(receipt) == 200
        self.settle()

    def inbox(self, caller: Caller = RECEPTION, **query: str) -> list[dict[str, Any]]:
        """Return what waits for a person."""
        answer = self.desk.send(caller, "GET /inbox", query=query)
        assert answer.status == 200, answer.body
        items: list[dict[str, Any]] = content(answer)["items"]
        return items

    def tell(self, event: Event, source: str = "s1") -> None:
        """Let something happen elsewhere in the house."""
        self.desk.tell(event, source)
        self.settle()


def route(method: str, path: str) -> Route:
    """Return one of the service's routes."""
    (found,) = [one for one in SERVICE.routes if (one.method, one.path) == (method, path)]
    return found


def wish(id: str = "m1", **changes: Any) -> dict[str, Any]:
    """Return the body of a message to Ana, who may be reached in every way."""
    body: dict[str, Any] = {
        "id": id,
        "place": PLACE,
        "person": "pat_ana",
        "about": "apt_1",
        "template": "appointment-confirm",
        "language": "es-CL",
        "values": VALUES,
        "addresses": ANA,
        "channels": ["whatsapp", "sms", "email"],
        "buttons": BUTTONS,
    }
    return {**body, **changes}


def at(hours: float) -> datetime:
    """Return a moment so many hours after the beginning."""
    return START + timedelta(hours=hours)


def iso(moment: datetime) -> str:
    """Return a moment as it is sent."""
    return moment.isoformat()


def later(code: str = "busy", retry_after: int | None = None) -> Outcome:
    """Return that a provider is busy."""
    return Outcome(failure=Failure.LATER, code=code, retry_after=retry_after)


def refused(failure: str, code: str = "no") -> Outcome:
    """Return that a provider does not take a message."""
    return Outcome(failure=Failure(failure), code=code)
