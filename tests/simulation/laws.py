"""What must hold after every commit, at every delivery and every acknowledgement: kept in books of its own.

The laws know what the services mean, but trust none of their code: they keep counters, claims and last values of their
own, and tell by them whether what has just become true was allowed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Message, decoder
from frontdesk.kernel.records import Claim, Commit, Record, SetTimer, Take
from frontdesk.services.orders.model import ORDERS, Order
from frontdesk.services.orders.prices import PRICES
from tests.simulation.effects import has_effect
from tests.simulation.kiosk.model import (
    BOARDS,
    CLOSURES,
    DELIVERIES,
    DUTIES,
    HOLDS,
    RESERVATIONS,
    SALES,
    TAGS,
    TILL_ID,
    TILLS,
    TURNS,
    Board,
    Delivery,
    Duty,
    Hold,
    Reservation,
    Sale,
    Till,
    stock_key,
)
from tests.simulation.scheduler import Violation
from tests.simulation.world import Database, VirtualClock

WATCHED: Mapping[str, AnyKind] = {
    kind.name: kind
    for kind in (
        ORDERS,
        PRICES,
        RESERVATIONS,
        TILLS,
        DELIVERIES,
        SALES,
        TAGS,
        BOARDS,
        TURNS,
        HOLDS,
        CLOSURES,
        DUTIES,
    )
}
# From which state to which: "" is not there yet. Written out here, not taken from the services.
LEGAL: Mapping[str, frozenset[tuple[str, str]]] = {
    "order": frozenset({("", "NEW"), ("NEW", "PROCESSED"), ("NEW", "CANCELLED"), ("PROCESSED", "CANCELLED")}),
    "reservation": frozenset(
        {("", "HELD"), ("", "SHORT"), ("", "RELEASED"), ("HELD", "RELEASED"), ("SHORT", "RELEASED")}
    ),
    "hold": frozenset(
        {("", "HELD"), ("HELD", "HELD"), ("HELD", "CONFIRMED"), ("HELD", "RELEASED"), ("HELD", "LAPSED")}
    ),
}


REMEMBERED = 8  # requests that changed a record; an older one may be done again


def require(fact: object, law: str) -> None:
    """Raise Violation unless it is so."""
    if not fact:
        raise Violation(law)


class Laws:
    """The books of one history, opened before its first commit."""

    def __init__(self, database: Database, clock: VirtualClock) -> None:
        self.values: dict[tuple[str, str], Any] = {}
        self.answered: list[tuple[str, str]] = []
        self.dead: list[tuple[str, Message]] = []
        self.due: dict[str, datetime] = {}
        self._database = database
        self._clock = clock
        self._start = dict(database.counters)
        self._counts = Counter(database.counters)
        self._claims: dict[str, Claim] = {}
        self._noted: set[str] = set()
        self._messages: dict[str, tuple[str, str, int]] = {}
        for record in database.records.values():
            self._keep(record)
        database.laws.append(self.committed)
        database.streams.append(self.told)

    def all(self, kind: AnyKind) -> dict[str, Any]:
        """Return every value of a kind, by id."""
        return {id: value for (name, id), value in self.values.items() if name == kind.name}

    def committed(self, commit: Commit) -> None:
        """Judge what has just become true."""
        for record in commit.changes:
            before = self.values.get((record.kind, record.id))
            if self._keep(record):
                self._judge(record, before)
        self._judge_counters(commit)
        self._judge_claims(commit)

    def told(self, commit: Commit) -> None:
        """Remember what was told, and which record it speaks of."""
        primary = commit.changes[0]
        for message in commit.events:
            self._messages[message.id] = (primary.kind, primary.id, primary.version)
        for timer in commit.timers:
            if isinstance(timer, SetTimer):
                self._messages[timer.message.id] = (primary.kind, primary.id, primary.version)
                self.due[timer.message.id] = timer.due

    def has_note(self, note: str) -> bool:
        """Return whether a request with this key has made something already."""
        return note in self._noted

    def accepted(self, kind: str, id: str) -> None:
        """Judge a request that was answered with success: what it speaks of is there, and will be."""
        require((kind, id) in self._database.records, f"the answer spoke of a {kind} that is not there")
        self.answered.append((kind, id))

    def delivered(self, message: Message) -> None:
        """Judge a message that reaches a subscriber."""
        kind, id, version = self._messages.get(message.id, ("", "", 0))
        record = self._database.records.get((kind, id))
        require(record and record.version >= version, f"{message.name} without the record that it speaks of")
        due = self.due.get(message.id)
        require(due is None or self._clock.now() >= due, f"{message.name} came before it was due")

    def acknowledged(self, subscriber: str, message: Message) -> None:
        """Judge a message that will not come again."""
        done = has_effect(self.values, subscriber, message)
        require(done, f"{subscriber} acknowledged {message.name} without an effect")

    def died(self, subscriber: str, message: Message, cause: str) -> None:
        """Judge a dead letter."""
        poisoned = subscriber == "kiosk-crank" and '"amount":666' in message.body
        require(poisoned, f"{message.name} to {subscriber} is a dead letter: {cause}")
        self.dead.append((subscriber, message))

    def _keep(self, record: Record) -> bool:
        kind = WATCHED.get(record.kind)
        if kind is None:
            return False
        self.values[record.kind, record.id] = decoder(kind.type).decode(record.body)
        return True

    def _judge(self, record: Record, before: Any) -> None:
        value = self.values[record.kind, record.id]
        if record.kind in LEGAL:
            step = (_state(before), _state(value))
            require(step in LEGAL[record.kind], f"{record.kind}: from {step[0] or 'nothing'} to {step[1]}")
        if before is None and isinstance(value, Order | Hold | Delivery | Sale):
            self._judge_note(record.kind, value)
        judge = RULES.get(record.kind)
        if judge is not None:
            judge(self, before, value)

    def _judge_note(self, kind: str, value: Order | Hold | Delivery | Sale) -> None:
        note = value.delivery.note if isinstance(value, Order) else value.note
        if note:
            require(note not in self._noted, f"one key made two of {kind}")
            self._noted.add(note)

    def _judge_counters(self, commit: Commit) -> None:
        for add in commit.counters:
            self._counts[add.key] += add.amount
            require(add.floor is None or self._counts[add.key] >= add.floor, f"{add.key} is below its floor")
            require(
                add.ceiling is None or self._counts[add.key] <= add.ceiling, f"{add.key} is above its ceiling"
            )
            require(
                self._counts[add.key] == self._database.counters[add.key],
                f"{add.key} is not the sum of what was added",
            )
        if commit.counters:
            self._judge_stock()

    def _judge_stock(self) -> None:
        expected = Counter(self._start)
        for delivery in self.all(DELIVERIES).values():
            expected[stock_key(delivery.sku)] += delivery.quantity
        for sale in self.all(SALES).values():
            expected[stock_key(sale.sku)] -= sale.quantity
        for reservation in self.all(RESERVATIONS).values():
            for sku, quantity in reservation.goods.items():
                expected[stock_key(sku)] -= quantity
        till = self.values.get((TILLS.name, TILL_ID), Till())
        expected["kiosk:takings"] = len(till.all)
        for key, count in expected.items():
            require(self._counts[key] == count, f"{key} does not agree with the records")

    def _judge_claims(self, commit: Commit) -> None:
        now = self._clock.now()
        for claim in commit.claims:
            held = self._claims.get(claim.key)
            lapsed = held is None or (held.until is not None and held.until <= now)
            require(lapsed or (held and held.owner == claim.owner), f"{claim.key} is held by two")
            if isinstance(claim, Take):
                self._claims[claim.key] = Claim(claim.owner, claim.until)
            else:
                self._claims.pop(claim.key, None)

    def judge_hold(self, before: Hold | None, after: Hold) -> None:
        """Forbid a new hold on a closed slot, and one that lapses before its time."""
        if before is None:
            require((CLOSURES.name, after.slot) not in self.values, "a hold on a slot that is closed")
        if after.state == "LAPSED":
            require(after.until <= self._clock.now(), "a hold lapsed before its time")

    def judge_till(self, before: Till | None, after: Till) -> None:
        """Forbid a till that forgets an order or takes one twice."""
        known = before.all if before else ()
        require(after.all[: len(known)] == known, "the till has forgotten an order")
        require(len(set(after.all)) == len(after.all), "the till has taken an order twice")

    def judge_board(self, before: Board | None, after: Board) -> None:
        """Forbid a copy that goes back to what was before, and a request that is done twice.

        A record remembers the last few requests that changed it, and no more is promised.
        """
        for sku, tag in (before.tags if before else {}).items():
            require(sku in after.tags and after.tags[sku].edition >= tag.edition, "a copy went backwards")
        known = before.scribbles if before else ()
        require(after.scribbles[: len(known)] == known, "the board has forgotten a scribble")
        for text in after.scribbles[len(known) :]:
            require(text not in known[-REMEMBERED:], "a scribble was written twice")

    def judge_duty(self, before: Duty | None, after: Duty) -> None:
        """Forbid that nobody is on duty."""
        require(any(duty.on for duty in self.all(DUTIES).values()), "nobody is on duty")

    def judge_order(self, before: Order | None, after: Order) -> None:
        """Forbid an order whose history does anything but grow."""
        known = before.steps if before else ()
        require(after.steps[:-1] == known, "an order has forgotten its history")


def _state(value: Order | Reservation | Hold | None) -> str:
    if value is None:
        return ""
    return value.status.value if isinstance(value, Order) else value.state.value


RULES: Mapping[str, Callable[[Laws, Any, Any], None]] = {
    ORDERS.name: Laws.judge_order,
    HOLDS.name: Laws.judge_hold,
    TILLS.name: Laws.judge_till,
    BOARDS.name: Laws.judge_board,
    DUTIES.name: Laws.judge_duty,
}
